"""Personal data in files that are imported: known by name and by content, wherever it is, and not landed.

An account's export has files about the person beside the music. They may be renamed, translated, or joined into another
file; so every document without music, every element of a list and every text is looked at.
"""

import re
from collections.abc import Sequence

from lambda_extract.raw_format import Json, JsonObject
from lambda_extract.spotify import shapes

PERSONAL_FILE = re.compile(
    r"(?:Payments?|Userdata|Identifiers|Identity|UserAddress|UserAttributes|UserPrompts|UserFestivals\w*|Inferences|"
    r"SearchQueries|Follow|Marquee|TasteProfile|DuoNewFamily|FamilyPlan\w*|Message\w*|(?:Your)?VoiceInput\w*|CarThing|"
    r"AgentGateway|ConnectedDevices|PreciseLocation|CustomerService\w*|PodcastInteractivity\w*|Wrapped\d*|"
    r"YourSoundCapsule|AddressFor\w*|BusinessContact\w*|TechnicalLog\w*)"
    r"(?:[ _-]?\(?\d+\)?)?\.json(?:\.gz|\.txt)?",
    re.IGNORECASE,
)
"""Files of an account's export that hold personal data and no music."""

PEOPLE = "names of other people"
NO_MUSIC = "no music"
SECRETS = "secrets of a login"
KINDS = {
    "user data": """
        email birthdate gender mobileNumber mobileOperator mobileBrand postalCode facebookUid createdFromFacebook
        assuredEstimatedAge firstName lastName tasteMaker explicit_content
    """,
    "payments": "payment_method paymentMethod postal_code card_number",
    "addresses": "street streetAddress address_line address_line_1",
    "identifiers": "identifierType identifierValue",
    "search queries": "searchQuery searchTime searchInteractionURIs",
    "inferences": "inferences tasteProfile",
    PEOPLE: "userIsFollowing userIsFollowedBy userIsBlocking followingUsersCount dismissingUsersCount",
    "a technical log": """
        context_conn_country context_device_manufacturer context_device_model context_user_agent
        context_application_version message_user_agent
    """,
    "a summary of the year or month": "yearlyMetrics listeningAge secondsPlayed",
    SECRETS: "access_token refresh_token client_secret Authorization authorization Cookie cookie",
}
"""Kinds of personal data by the names of fields that tell them; answers of Spotify about music have none of these."""

KIND_OF = {name: kind for kind, names in KINDS.items() for name in names.split()}
TELLING = frozenset(KIND_OF)
LISTS = frozenset({"items", *shapes.LIST_NAMES})
"""Lists of music in a document, whose elements are looked at one by one."""

SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie"})
"""Headers of calls that a browser or a proxy recorded, each as an object with `name` and `value`."""

WHOLE_OBJECTS = {
    frozenset({"address"}): "addresses",
    frozenset({"artistName", "segment"}): "inferences",
}
"""Kinds by all fields of an object, where no single field tells it."""

PRIVATE_NAMES = """
username conn_country ip_addr ip_addr_decrypted user_agent user_agent_decrypted city region metro_code
longitude latitude platform
"""
PRIVATE = frozenset(PRIVATE_NAMES.split())
"""What a play says of the listener's address, country and device: not landed unless asked for."""

UNMISTAKABLE = TELLING | (PRIVATE - {"city", "region", "platform"})
TELLING_TEXT = re.compile(rf"""["'](?:{"|".join(sorted(UNMISTAKABLE))})["']\s*:""")
"""Text of JSON with personal data, also where it is not valid JSON."""


def is_personal_file(name: str) -> bool:
    """Return whether a file of this name holds personal data and no music."""
    return PERSONAL_FILE.fullmatch(name) is not None


def has_personal_text(text: str) -> bool:
    """Return whether a text has fields of personal data."""
    return TELLING_TEXT.search(text) is not None


def find_kind(value: Json) -> str | None:
    """Name the kind of personal data anywhere in a value that holds no music; None if there is none."""
    waiting: list[Json] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += [inner for inner in reversed(part) if isinstance(inner, dict | list)]
        elif isinstance(part, dict):
            if kind := find_kind_of_object(part):
                return kind
            waiting += [inner for inner in reversed(part.values()) if isinstance(inner, dict | list)]
    return None


def find_kind_of_object(value: JsonObject) -> str | None:
    """Name the kind of personal data that an object's own fields tell."""
    if not TELLING.isdisjoint(value):
        return next(KIND_OF[name] for name in value if name in TELLING)
    if str(value.get("name")).lower() in SECRET_HEADERS and "value" in value:
        return SECRETS
    return WHOLE_OBJECTS.get(frozenset(value)) if len(value) <= 2 else None


def clean_document(value: Json, *, keeps_private: bool) -> tuple[Json, list[str]]:
    """Return a document without personal data, and of what kinds that was; None in place of one that had nothing else.

    Elements of personal data become null, so that the others keep their places. A play loses what it says of the
    listener's place and device, unless `keeps_private`.
    """
    if not shapes.is_object(value) or not shapes.count_entries(value):
        kind = find_kind(value)
        return (None, [kind]) if kind else (value, [])
    kinds: list[str] = []
    cleaned = _clean_fields(value, kinds)
    items = cleaned.get("items")
    if not isinstance(items, list):
        return _clean_element(cleaned, kinds, keeps_private), kinds
    elements = [_clean_element(element, kinds, keeps_private) for element in items]
    if kinds and all(element is None for element in elements):
        return None, kinds
    return {**cleaned, "items": elements}, kinds


def _clean_fields(value: JsonObject, kinds: list[str]) -> JsonObject:
    """Return a document without the fields beside its music that tell of a person."""
    kept: JsonObject = {}
    for name, part in value.items():
        kind = KIND_OF.get(name)
        if kind is None and name not in LISTS and not _holds_music(part):
            kind = find_kind(part)
        if kind:
            kinds.append(kind)
        else:
            kept[name] = part
    return kept


def _holds_music(part: Json) -> bool:
    return shapes.is_page(part) or shapes.is_element(part)


def _clean_element(element: Json, kinds: list[str], keeps_private: bool) -> Json:
    if shapes.is_object(element) and shapes.is_history_entry(element):
        return element if keeps_private else drop_private(element)
    if _holds_music(element) or (kind := find_kind(element)) is None:
        return element
    kinds.append(kind)
    return None


def drop_private(play: JsonObject) -> JsonObject:
    """Return a play of the streaming history without what it says of the listener's place and device."""
    return play if PRIVATE.isdisjoint(play) else {name: part for name, part in play.items() if name not in PRIVATE}


def drop_personal_scalars(scalars: JsonObject) -> JsonObject:
    """Return what is left of wrappers, by JSON path, without personal data."""
    return {path: value for path, value in scalars.items() if not _is_personal_path(path)}


def _is_personal_path(path: str) -> bool:
    name = re.split(r"[.\[\]']+", path.rstrip("'] "))[-1]
    return name in UNMISTAKABLE


def describe_kinds(kinds: Sequence[str]) -> list[str]:
    """Say what was left out: each kind once."""
    return [f"left out {kind}" for kind in dict.fromkeys(kinds)]
