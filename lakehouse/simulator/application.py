"""The simulator as a web application: reads requests, asks `answers` and `authority`, writes responses and the log."""

import datetime as dt
import json
import re
from base64 import b64decode
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from lakehouse.simulator.accounts import ACCOUNTS, FIRST, SCOPES
from lakehouse.simulator.answers import ENDPOINTS, Endpoint, answer_call
from lakehouse.simulator.authority import Access, Authority, AuthorityError, is_secure, with_query
from lakehouse.simulator.calls import ApiError, Call
from lakehouse.simulator.faults import Fault, Faults, strike
from lakehouse.simulator.login_page import error_page, login_page
from lakehouse.simulator.regimes import REGIMES, Json, Regime, cut_fields
from lakehouse.simulator.world import World

CLIENT_ID = "f00dfeed00000000000000000000051a"
CLIENT_SECRET = "made0up0secret0000000000000000aa"
TODAY = dt.date(2026, 11, 1)
SEED = 7
RECORDS_KEPT = 50_000
BODY_LIMIT = 64 * 1024
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Record:
    """One request as it was answered; tokens, codes and secrets are not kept."""

    method: str
    path: str
    params: dict[str, str]
    status: int
    account: str | None
    day: str
    fault: str | None = None
    """The fault that struck, as it was ordered; the status of a dropped connection is 0."""


def read_day(text: object) -> dt.date:
    """Return a date written YYYY-MM-DD between 2000 and 2099."""
    try:
        if not isinstance(text, str) or not ISO_DATE.fullmatch(text):
            raise ValueError
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; expected one like 2026-11-01") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{text} is too far away; expected a day from {FIRST_DAY} to {LAST_DAY}")
    return day


class Simulator:
    """The server's state, and what it answers to a request."""

    def __init__(
        self,
        regime: Regime = "restricted",
        seed: int = SEED,
        today: dt.date = TODAY,
        rotate: bool = False,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        faults: Iterable[str] = (),
        library: int = 0,
    ) -> None:
        """Start on a day, with nobody logged in."""
        if regime not in REGIMES:
            raise ValueError(f"{regime!r} is not a regime; expected one of {', '.join(REGIMES)}")
        self.regime, self.today = regime, today
        self.world = World(seed)
        self.authority = Authority(client_id, client_secret, rotate, lambda: self.today)
        self.faults = Faults()
        self.faults.order(list(faults))
        self.library = library
        self.records: deque[Record] = deque(maxlen=RECORDS_KEPT)

    def answer(self, request: Request) -> Response:
        """Answer a request, and keep a record of it."""
        request.max_content_length = BODY_LIMIT
        access = self.known_access(request)
        try:
            # What curl -d sends says that it is a form; the simulator's own endpoints take it as the JSON it is.
            request.get_data(cache=True, parse_form_data=not request.path.startswith("/_simulator"))
            response = self.route(request, access)
        except HTTPException as error:
            response = api_error(error.code or 500, "Service not found" if error.code == 404 else error.name)
        if request.path.startswith("/_simulator"):
            return response
        fault = self.faults.find(request.path.removeprefix("/v1").strip("/"))
        try:
            response = strike(fault, response) if fault else response
        except ConnectionError:
            response.status_code = 0
            raise
        finally:
            self.records.append(self.record(request, response, access, fault))
        return response

    def route(self, request: Request, access: Access | None) -> Response:
        """Answer a request by its path."""
        endpoint, ids = ROUTES.bind_to_environ(request.environ).match()
        if isinstance(endpoint, Endpoint):
            return self.answer_api(request, endpoint, ids, access)
        response: Response = getattr(self, endpoint)(request)
        return response

    def record(self, request: Request, response: Response, access: Access | None, fault: Fault | None) -> Record:
        """Return what the log keeps of a request."""
        params = dict(request.args)
        if request.path == "/api/token":
            params = {"grant_type": request.form.get("grant_type", "")}
        account = access.account_id if access else None
        written = fault.written if fault else None
        return Record(request.method, request.path, params, response.status_code, account, str(self.today), written)

    # The API

    def known_access(self, request: Request) -> Access | None:
        """Return what the request's token opens, or opened before it expired."""
        return self.authority.accesses.get(bearer_token(request) or "")

    def answer_api(
        self, request: Request, endpoint: Endpoint, ids: Mapping[str, Any], access: Access | None
    ) -> Response:
        """Answer a call of the API."""
        try:
            call = self.call(request, require_access(request, access))
            return json_response(cut_fields(self.regime, answer_call(call, endpoint, ids)))
        except ApiError as error:
            return api_error(error.status, error.message)

    def call(self, request: Request, access: Access) -> Call:
        """Return the call that a request makes, on the day that is set now."""
        return Call(
            day=self.world.day(self.today),
            regime=self.regime,
            account=ACCOUNTS[access.account_id] if access.account_id else None,
            scopes=access.scopes,
            base_url=f"{request.host_url}v1/",
            path=request.path.removeprefix("/v1/").rstrip("/"),
            query=dict(request.args),
            library=self.library,
        )

    # The accounts service

    def answer_token(self, request: Request) -> Response:
        """Answer a request for tokens."""
        try:
            return json_response(self.authority.answer(basic_credentials(request), request.form))
        except AuthorityError as error:
            return json_response(error.body, 400)

    def answer_authorize(self, request: Request) -> Response:
        """Show the login page; with `answer` in the query, go back to the app."""
        asked = request.args
        if asked.get("client_id") != self.authority.client_id:
            return html_response(error_page("INVALID_CLIENT: Invalid client"), 400)
        if not is_secure(asked.get("redirect_uri", "")):
            return html_response(error_page("INVALID_CLIENT: Insecure redirect URI"), 400)
        if fault := fault_of_login(asked):
            return html_response(error_page(fault), 400)
        if "answer" in asked:
            return self.go_back(asked)
        return html_response(login_page(asked))

    def go_back(self, asked: Mapping[str, str]) -> Response:
        """Send the browser back to the app with a code, or with the refusal."""
        added = {"error": "access_denied"}
        if asked["answer"] == "agree":
            scopes = frozenset(asked.get("scope", "").split())
            login = self.authority.log_in(
                asked.get("account", FIRST), scopes, asked["redirect_uri"], asked.get("code_challenge", "")
            )
            added = {"code": self.authority.add_code(login)}
        if "state" in asked:
            added["state"] = asked["state"]
        return Response(status=302, headers={"Location": with_query(asked["redirect_uri"], added)})

    # The simulator's own endpoints

    def answer_settings(self, _request: Request) -> Response:
        """Tell the settings."""
        return json_response(self.settings())

    def settings(self) -> Json:
        """Return the settings that may be told."""
        return {
            "regime": self.regime,
            "seed": self.world.seed,
            "today": str(self.today),
            "rotate": self.authority.rotate,
            "faults": [fault.written for fault in self.faults.ordered],
            "accounts": list(ACCOUNTS),
        }

    def answer_log(self, _request: Request) -> Response:
        """Tell what was asked, the oldest first."""
        return json_response([asdict(record) for record in list(self.records)])

    def answer_day(self, request: Request) -> Response:
        """Set the day."""
        try:
            body = json.loads(request.get_data())
            self.today = read_day(body.get("today") if isinstance(body, dict) else None)
        except ValueError as error:
            message = "no JSON" if isinstance(error, json.JSONDecodeError) else str(error)
            return json_response({"error": f'{message}; send {{"today": "2026-11-02"}}'}, 400)
        return json_response(self.settings())

    def answer_faults(self, request: Request) -> Response:
        """Switch on the faults of a list, and no others."""
        try:
            body = json.loads(request.get_data())
            if not isinstance(body, list) or not all(isinstance(text, str) for text in body):
                raise ValueError("no list of faults")
            self.faults.order(body)
        except ValueError as error:
            message = "no JSON" if isinstance(error, json.JSONDecodeError) else str(error)
            return json_response({"error": f'{message}; send ["me/tracks:500:times=2"], or [] for none'}, 400)
        return json_response(self.settings())


def rules() -> Iterable[Rule]:
    """Return every address and what answers it: an endpoint of the API or a method's name."""
    for endpoint in ENDPOINTS:
        yield Rule(f"/v1/{endpoint.path}", endpoint=endpoint, methods=["GET"])
    yield Rule("/api/token", endpoint="answer_token", methods=["POST"])
    yield Rule("/authorize", endpoint="answer_authorize", methods=["GET"])
    yield Rule("/_simulator", endpoint="answer_settings", methods=["GET"])
    yield Rule("/_simulator/log", endpoint="answer_log", methods=["GET"])
    yield Rule("/_simulator/day", endpoint="answer_day", methods=["POST"])
    yield Rule("/_simulator/faults", endpoint="answer_faults", methods=["POST"])


ROUTES = Map(list(rules()), strict_slashes=False, merge_slashes=False)


def bearer_token(request: Request) -> str | None:
    """Return the token of a request."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def require_access(request: Request, access: Access | None) -> Access:
    """Return what the token opens; refuse a call without, with an unknown or with an expired token."""
    if not request.headers.get("Authorization"):
        raise ApiError(401, "No token provided")
    if bearer_token(request) is None:
        raise ApiError(400, "Only valid bearer authentication supported")
    if access is None:
        raise ApiError(401, "Invalid access token")
    if access.expires_at <= monotonic():
        raise ApiError(401, "The access token expired")
    return access


def basic_credentials(request: Request) -> tuple[str, str] | None:
    """Return the app's id and secret from Basic authentication."""
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (client_id, secret) if kind.lower() == "basic" and colon else None


def fault_of_login(asked: Mapping[str, str]) -> str:
    """Return what is wrong with a request for a login, or nothing."""
    if asked.get("response_type") != "code":
        return "response_type must be code"
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return "code_challenge_method must be S256"
    if unknown := set(asked.get("scope", "").split()) - SCOPES:
        return f"INVALID_SCOPE: Invalid scope: {' '.join(sorted(unknown))}"
    if asked.get("account", FIRST) not in ACCOUNTS:
        return f"no such account; there are {', '.join(ACCOUNTS)}"
    return "" if asked.get("answer", "agree") in ("agree", "cancel") else "answer must be agree or cancel"


def json_response(body: Any, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), status, content_type=JSON_TYPE)


def html_response(text: str, status: int = 200) -> Response:
    """Return an HTML response."""
    return Response(text, status, content_type="text/html; charset=utf-8")


def api_error(status: int, message: str) -> Response:
    """Return an error as the API writes it."""
    return json_response({"error": {"status": status, "message": message}}, status)
