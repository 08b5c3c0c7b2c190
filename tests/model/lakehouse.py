"""What the tables must hold, said a second time: plain Python over raw objects, without Spark.

`read` gives what one raw object says, as rows by table and key; `join` is the rule of which of two rows stays. A
lake is the join of all its raw objects: what the load job makes of any order, grouping or repetition has one answer.
Rows are JSON values, so that they compare with what any engine says of a table: dates and times are ISO text.
It knows the shapes that `cases` makes; the odder ones have their tests in tests/unit/test_shapes.py.
"""

import datetime as dt
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glue_jobs.tables import SKIP_REASONS, TABLES, Table

Row = dict[str, Any]
Lake = dict[str, dict[tuple[Any, ...], Row]]

BY_NAME = {table.name: table for table in TABLES}
SINGLE = ("album", "artist", "track", "recently_played")
"""Sources that list nothing: objects asked for one by one, and plays."""

KINDS = {"track": "song", "chapter": "audiobook"} | {
    kind: kind for kind in ("album", "artist", "playlist", "episode", "show", "audiobook", "user")
}
WHOLE = {
    "song": ("duration_ms", "disc_number", "track_number", "popularity", "album.total_tracks", "album.popularity"),
    "album": ("total_tracks", "popularity"),
    "artist": ("followers.total", "popularity"),
}
TRUE_OR_FALSE = {"song": ("explicit", "is_playable")}
CONTAINERS: dict[str, dict[str, type]] = {
    "song": {"artists": list, "album": dict, "album.artists": list, "external_ids": dict, "external_urls": dict},
    "album": {"artists": list, "images": list, "tracks": dict, "external_ids": dict, "external_urls": dict},
    "artist": {"genres": list, "followers": dict, "images": list, "external_urls": dict},
}
ID = re.compile(r"[0-9A-Za-z_.-]{1,100}")
HISTORY_URIS = ("spotify_track_uri", "spotify_episode_uri", "audiobook_uri")
AROUND = ("added_at", "added_by", "played_at", "is_local", "context", "ts", "ms_played", "platform")
AROUND += ("skipped", "shuffle", "reason_start")
"""What may be said around an object that is null."""
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class RawObject:
    """One landed file."""

    key: str
    content: bytes
    written_at: dt.datetime

    @property
    def date(self) -> str:
        """Return its extraction date."""
        return self.key.split("/")[0].removeprefix("extraction_date=")


@dataclass
class Entry:
    """One element of a list, judged."""

    outcome: str
    reason: str | None
    path: str
    element: Any
    kind: str | None = None
    item_id: str | None = None
    thing: Any = None


@dataclass
class Answer:
    """One line's answer: its lists, each a name, a path, the page that holds it and the elements."""

    line: int
    said: Mapping[str, Any]
    id_of: Callable[[Any], str | None]
    lists: list[tuple[str | None, str, Mapping[str, Any], list[Any]]] = field(default_factory=list)


def load(objects: Iterable[RawObject]) -> Lake:
    """Return the lake that a set of raw objects makes."""
    lake: Lake = {}
    for one in objects:
        lake = join(lake, read(one))
    return lake


def join(one: Lake, other: Lake) -> Lake:
    """Return what stays of two lakes: of each key the row of the greater rank, whole."""
    joined: Lake = {}
    for name in one.keys() | other.keys():
        table, mine, its = BY_NAME[name], one.get(name, {}), other.get(name, {})
        joined[name] = mine | {
            key: row for key, row in its.items() if key not in mine or rank(table, row) > rank(table, mine[key])
        }
    return joined


def rank(table: Table, row: Row) -> tuple[Any, ...]:
    """Order the rows of a key: who knows most, then the newest, then the greater content, then the place seen."""
    own = {*table.key, "seen_at", "raw_key", "loaded_at"}
    content = [row[column.name] for column in table.columns if column.name not in own]
    worth = listing_worth(row) if table.name == "listing" else sum(value is not None for value in content)
    return (worth, *(orderly(value) for value in (row.get("seen_at"), *content, row["raw_key"])))


def listing_worth(row: Row) -> int:
    """Put a complete walk first, then one of unknown extent, then a pointer to an earlier one, then a broken one."""
    if row["status"] == "unchanged":
        return 1
    return {True: 3, None: 2, False: 0}[row["is_complete"]]


def orderly(value: Any) -> tuple[Any, ...]:
    """Make values comparable: nothing comes before anything, text goes by its UTF-8 bytes."""
    if value is None:
        return (0,)
    if isinstance(value, str):
        return (1, value.encode())
    if isinstance(value, dict):
        return (1, *(orderly(one) for one in value.values()))
    return (1, [orderly(one) for one in value]) if isinstance(value, list) else (1, value)


def read(raw: RawObject) -> Lake:
    """Return what one raw object says."""
    status, text = unpack(raw.content)
    ledger = {column.name: None for column in BY_NAME["raw_object"].columns if column.name != "loaded_at"} | {
        **{"raw_key": f"raw/{raw.key}", "extraction_date": raw.date, "size": len(raw.content), "status": status},
        "written_at": instant(raw.written_at.isoformat()),
    }
    lake: Lake = {}
    if status == "loaded":
        ledger |= Reading(raw, lake).read_lines([line for line in text.split("\n") if line.strip(" ")])
    return join(lake, {"raw_object": {(ledger["raw_key"],): ledger}})


def unpack(content: bytes) -> tuple[str, str]:
    """Return the ledger's status of a file, and its text."""
    try:
        text = gzip.decompress(content).decode()
    except EOFError:
        return "truncated", ""
    except (gzip.BadGzipFile, zlib.error):
        return "no_gzip", ""
    return ("loaded", text) if text.strip(" \n") else ("empty", "")


class Reading:
    """One raw object while it is read."""

    def __init__(self, raw: RawObject, lake: Lake) -> None:
        """Start with nothing said."""
        self.raw, self.lake = raw, lake
        self.count: dict[str, int] = dict.fromkeys(
            ("entries", "accepted", *(f"skipped_{reason}" for reason in SKIP_REASONS)), 0
        ) | {"rejected_entries": 0, "rejected_documents": 0}
        self.accounts: list[str] = ["-"]
        self.summary: Mapping[str, Any] | None = None
        self.plays: list[str] = []
        self.stretches: list[tuple[Answer, Mapping[str, Any], Row]] = []
        self.same_minute: dict[tuple[Any, ...], int] = {}
        self.full_pages: list[bool] = []
        self.walks: dict[tuple[str, str, str], list[tuple[Answer, list[list[Entry]]]]] = {}

    def read_lines(self, lines: list[str]) -> Row:
        """Read all lines into the lake; return what the ledger says of them."""
        for number, text in enumerate(lines, 1):
            self.read_line(number, text)
        self.add_listings()
        return {
            **self.count,
            **{"account": max(self.accounts), "lines": len(lines)},
            "is_complete": self.summary.get("is_complete") if self.summary else None,
            "plays_from": min(self.plays, default=None),
            "plays_to": max(self.plays, default=None),
            "plays_page_full": max(self.full_pages, default=None),
            "plays_pages": [row for _, _, row in self.stretches] or None,
            "summary_pages": self.told("pages"),
            "summary_entries": self.told("entries"),
        }

    def told(self, what: str) -> int | None:
        """Return the sum over the summary's sources; None where there is none, or one does not say."""
        sources = self.summary.get("sources") if self.summary else None
        numbers = [None] if sources is None else [said.get(what) for said in sources]
        return None if None in numbers else sum(numbers)

    def read_line(self, number: int, text: str) -> None:
        """Read one line."""
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        if isinstance(said, dict) and said.get("account"):
            self.accounts.append(said["account"])
        if isinstance(said, dict) and said.get("kind") == "summary":
            self.summary = said
        elif reason := line_reason(said):
            self.reject(number, "$", reason, text)
        elif reason := document_reason(said):
            payload = said.get("response_text") if reason == "not_json" else compact(said["response"])
            self.reject(number, "$", reason, payload)
        else:
            is_import = (said.get("run_id") or "").startswith("import-")
            id_of = imported_id if is_import else spotify_id
            self.read_answer(Answer(number, said, id_of, find_lists(said["response"])))

    def reject(self, line: int, path: str, reason: str, payload: str) -> None:
        """Keep what was not understood, its text cut to 64 KB."""
        self.count["rejected_documents" if path == "$" else "rejected_entries"] += 1
        data = payload.encode()
        most = MOST_BYTES if len(data) == len(payload) else MOST_BYTES // 4
        row = {
            **{"raw_key": f"raw/{self.raw.key}", "line": line, "path": path, "extraction_date": self.raw.date},
            **{"reason": reason, "payload": payload if len(data) <= MOST_BYTES else payload[:most]},
            **{"payload_hash": hashlib.sha256(data).hexdigest(), "payload_length": len(data), "resolved_at": None},
        }
        self.add("rejected_record", row)

    def add(self, name: str, row: Row) -> None:
        """Let a row stand for its key if it has the greater rank."""
        table = BY_NAME[name]
        ordered = {column: row[column] for column in table.column_names}
        key = tuple(row[column] for column in table.key)
        if None not in key:
            self.lake |= join({name: self.lake.get(name, {})}, {name: {key: ordered}})

    def read_answer(self, answer: Answer) -> None:
        """Judge all entries of an answer, add the rows they give, and remember the walk."""
        judged = [
            [judge(element, name, path_of(name, path, index), answer.id_of) for index, element in enumerate(elements)]
            for name, path, _, elements in answer.lists
        ]
        for (_, _, page, elements), entries in zip(answer.lists, judged, strict=True):
            for entry in entries:
                self.count_entry(answer, entry)
                if entry.outcome == "accepted":
                    self.add_rows(answer, page, entry)
            accepted = [entry.element for entry in entries if entry.outcome == "accepted"]
            played = [element for element in accepted if is_recent(element)]
            if moments := [instant(element["played_at"]) or "" for element in played]:
                self.plays += moments
                self.full_pages.append(len(elements) >= (page.get("limit") or 50))
                self.add_stretch(answer, page, {"plays_from": min(moments), "plays_to": max(moments)})
        source = answer.said["source"]
        if source["kind"] not in SINGLE:
            owner = answer.said.get("account") or "-"
            self.walks.setdefault((owner, source["kind"], source["id"]), []).append((answer, judged))

    def add_stretch(self, answer: Answer, page: Mapping[str, Any], row: Row) -> None:
        """Lengthen the last stretch of plays by a page that was asked for with what it gave, or begin one."""
        row |= {"is_full": self.full_pages[-1]}
        if self.stretches:
            last_answer, last_page, last = self.stretches[-1]
            cursor = get(last_page, "cursors.before")
            asked = answer.said["request"]["params"].get("before")
            by_address = page.get("href") is not None and page.get("href") == last_page.get("next")
            if last_answer.said["source"] == answer.said["source"] and (by_address or (cursor and cursor == asked)):
                row["plays_from"] = min(row["plays_from"], last["plays_from"])
                row["plays_to"] = max(row["plays_to"], last["plays_to"])
                self.stretches.pop()
        self.stretches.append((answer, page, row))

    def count_entry(self, answer: Answer, entry: Entry) -> None:
        """Count an entry by its outcome; reject it if it was not understood."""
        self.count["entries"] += 1
        if entry.outcome == "rejected":
            self.reject(answer.line, entry.path, entry.reason or "", compact(entry.element))
        else:
            self.count[f"skipped_{entry.reason}" if entry.outcome == "skipped" else "accepted"] += 1

    def add_rows(self, answer: Answer, page: Mapping[str, Any], entry: Entry) -> None:
        """Add all rows that an accepted entry gives."""
        said_at = instant(answer.said.get("fetched_at")) or instant(f"{self.raw.date}T00:00:00Z")
        here = {"extraction_date": self.raw.date, "seen_at": said_at, "raw_key": f"raw/{self.raw.key}"}
        thing = entry.thing
        if entry.kind == "song" and entry.item_id.startswith("name:"):
            self.add_play(answer, here, entry)
        elif entry.kind == "song":
            within = re.search(r"albums/([^/?]+)/tracks", page.get("href") or answer.said["request"]["path"])
            album = thing.get("album") if isinstance(thing.get("album"), dict) else {}
            album_id = spotify_id(album) or (within[1] if within else None)
            self.add("song", here | song_row(thing, entry.item_id, album_id))
            if spotify_id(album):
                self.add("album", here | album_row(album, spotify_id(album)))
            self.add_credits(here, thing, album)
            self.add_play(answer, here, entry)
        elif entry.kind == "album":
            self.add("album", here | album_row(thing, entry.item_id))
            tracks = [one for one in (thing.get("tracks") or {}).get("items") or [] if one]
            for track in tracks:
                self.add("song", here | song_row(track, spotify_id(track), entry.item_id))
            self.add_credits(here, thing, *tracks)
        else:
            self.add("artist", here | artist_row(thing, entry.item_id))

    def add_credits(self, here: Row, *things: Mapping[str, Any]) -> None:
        """Add an artist row for each credit: its name and link, and nothing else."""
        for credit in (credit for thing in things for credit in thing.get("artists") or []):
            known = {"name": credit.get("name"), "external_urls": credit.get("external_urls")}
            self.add("artist", here | artist_row(known, spotify_id(credit)))

    def add_play(self, answer: Answer, here: Row, entry: Entry) -> None:
        """Add the play that an entry with a time is."""
        moment = instant(played_text(entry.element))
        if moment is None:
            return
        history = which_history(entry.element)
        if history == "export_short":
            moment = self.number_in_minute(moment, entry.element)
        context = (entry.element.get("context") or {}).get("uri") or ""
        parts = re.fullmatch(r"spotify:(?:user:[^:]*:)?([a-z]+):([^:]+)", context)
        row = {
            **here,
            **{"account": answer.said.get("account") or "-", "played_at": moment, "song_id": entry.item_id},
            **{"origin": history or "api", **play_facts(entry)},
            **{"context_type": parts[1] if parts else None, "context_id": parts[2] if parts else None},
        }
        self.add("play", row)

    def number_in_minute(self, moment: str, play: Mapping[str, Any]) -> str:
        """Set the plays of one song in one minute a millisecond apart, in the order of the object."""
        same = (play["endTime"], play.get("artistName"), play.get("trackName"))
        number = self.same_minute[same] = self.same_minute.get(same, -1) + 1
        return instant((dt.datetime.fromisoformat(moment) + dt.timedelta(milliseconds=number)).isoformat()) or ""

    def add_listings(self) -> None:
        """Add one listing for each source that was walked or that the summary tells of."""
        told = {}
        if self.summary:
            owner = self.summary.get("account") or "-"
            sources = self.summary.get("sources") or []
            told = {(owner, one["kind"], one["id"]): one for one in sources if one["kind"] not in SINGLE}
        for key in {*self.walks, *told}:
            said, walk = told.get(key, {}), self.walks.get(key)
            if walk and not any(lists_anything(judged) for _, judged in walk):
                walk = None
            if walk is None and (key not in told or key[1] == "import"):
                continue
            row = dict(zip(("account", "source_kind", "source_id"), key, strict=True))
            seen_at = max(instant(answer.said.get("fetched_at")) for answer, _ in walk) if walk else None
            facts = [playlist_facts(answer.said["response"]) for answer, _ in walk or []]
            for name in ("name", "owner", "snapshot_id", "url"):
                row[name] = first_given(greatest(fact.get(name) for fact in facts), said.get(name))
            total = total_of(walk or [])
            self.add(
                "listing",
                {
                    **row,
                    **{"extraction_date": self.raw.date, "raw_key": f"raw/{self.raw.key}"},
                    **{"status": said.get("status", "ok"), "is_complete": said.get("is_complete")},
                    "total": first_given(total, said.get("total")),
                    "entries": number_entries(walk) if walk else None,
                    "seen_at": seen_at or instant((self.summary or {}).get("fetched_at")),
                },
            )


def lists_anything(judged: list[list[Entry]]) -> bool:
    """Return whether an answer lists: a list that is empty does, one of which every entry is rejected does not."""
    return any(not entries or any(map(is_listed, entries)) for entries in judged)


def is_listed(entry: Entry) -> bool:
    """Tell an entry that was understood and is not a play: plays have a table of their own."""
    return entry.outcome != "rejected" and not is_play(entry.element)


def is_play(element: Any) -> bool:
    """Tell a play of recently played or of a history."""
    return isinstance(element, dict) and (element.get("played_at") is not None or which_history(element) is not None)


def total_of(walk: list[tuple[Answer, list[list[Entry]]]]) -> int | None:
    """Return how many entries the lists of a source have together, each its greatest; None if one does not say."""
    totals: dict[str | None, list[int | None]] = {}
    for answer, _ in walk:
        for name, _, page, elements in answer.lists:
            if any(map(is_play, elements)):
                continue
            totals.setdefault("items" if name == "tracks" else name, []).append(page.get("total"))
    greatest_totals = [greatest(found) for found in totals.values()]
    return None if None in greatest_totals or not greatest_totals else sum(greatest_totals)


def number_entries(walk: list[tuple[Answer, list[list[Entry]]]]) -> list[Row]:
    """Put the entries of a walk in order; of two readings of a position the last stays."""
    placed: dict[tuple[Any, ...], Entry] = {}
    for number, (answer, judged) in enumerate(walk):
        for (name, _, page, _), entries in zip(answer.lists, judged, strict=True):
            offset = page.get("offset")
            for index, entry in enumerate(entries):
                if not is_listed(entry):
                    continue
                known = isinstance(offset, int) and offset >= 0
                place = (1, offset + index + 1, 0) if known else (0, number, index)
                # A playlist's own page may be called `tracks` where its further pages are `items`.
                placed[("items" if name == "tracks" else name, *place)] = entry
    lists = {key[0] for key in placed}
    rows = []
    for number, (key, entry) in enumerate(sorted(placed.items()), 1):
        position = key[2] if key[1] == 1 and len(lists) == 1 else number
        added_at = entry.element.get("added_at") if isinstance(entry.element, dict) else None
        rows.append(
            {"position": position, "item_kind": entry.kind, "item_id": entry.item_id, "added_at": instant(added_at)}
        )
    return rows


def line_reason(said: Any) -> str | None:
    """Say why a line is no answer."""
    if not isinstance(said, dict):
        return "unreadable_line"
    if said.get("kind") != "answer":
        return "unknown_line"
    return None if said.get("schema_version") == 1 else "unknown_schema_version"


def document_reason(said: Mapping[str, Any]) -> str | None:
    """Say why an answer as a whole holds no music."""
    body = said.get("response")
    if body is None:
        return "not_json" if said.get("response_text") is not None else "empty_answer"
    if not isinstance(body, dict):
        return "not_an_object"
    if find_lists(body):
        return None
    if body.get("error") is not None:
        return "error_body"
    return "user" if body.get("type") == "user" else "no_music"


def find_lists(body: Mapping[str, Any]) -> list[tuple[str | None, str, Mapping[str, Any], list[Any]]]:
    """Return the outermost lists of an answer; a single object is a list of one, without a name."""
    items = body.get("items")
    if isinstance(items, list):
        return [("items", "$.items", body, items)]
    if isinstance(items, dict) and isinstance(items.get("items"), list):
        return [("items", "$.items.items", items, items["items"])]
    if KINDS.get(body.get("type", "")) in ("song", "album", "artist", "episode", "show", "audiobook"):
        return [(None, "$", {}, [body])]
    found: list[tuple[str | None, str, Mapping[str, Any], list[Any]]] = []
    for name in ("tracks", "albums", "artists", "playlists"):
        part = body.get(name)
        if isinstance(part, list):
            found.append((name, f"$.{name}", {}, part))
        elif isinstance(part, dict) and isinstance(part.get("items"), list):
            found.append((name, f"$.{name}.items", part, part["items"]))
    if not found and body.get("type") == "playlist":
        return [(None, "$", {}, [body])]
    return found


def path_of(name: str | None, path: str, index: int) -> str:
    """Return where an element stands in its answer."""
    return path if name is None else f"{path}[{index}]"


def judge(element: Any, list_name: str | None, path: str, id_of: Callable[[Any], str | None]) -> Entry:
    """Say what an element is and what becomes of it."""
    if element is None or (isinstance(element, dict) and holds_nothing(element)):
        return Entry("skipped", "null_entry", path, element)
    if not isinstance(element, dict):
        return Entry("rejected", "unknown_shape", path, element)
    place, thing = locate(element)
    kind = kind_of(element, place, thing, list_name)
    found = Entry("accepted", None, path, element, kind, id_of(thing), thing)
    if kind == "song" and which_history(element) and place == "" and not thing.get("uri"):
        found.item_id = name_key(thing)
    if kind == "local_file":
        found.item_id = thing.get("uri")
    if kind in SKIP_REASONS:
        found.outcome, found.reason = "skipped", kind
    elif reason := why_rejected(found, place):
        found.outcome, found.reason = "rejected", reason
    return found


def holds_nothing(element: Mapping[str, Any]) -> bool:
    """Tell an entry that is all null, or wraps null."""
    return all(value in (None, {}) or name in AROUND for name, value in element.items())


def says_what(thing: Any) -> bool:
    """Return whether an object names itself in any way."""
    return isinstance(thing, dict) and any(
        thing.get(name) is not None for name in ("id", "uri", "name", "type", "href")
    )


def locate(element: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the object of an entry and the key it stands under."""
    for key in ("item", "track"):
        if says_what(element.get(key)):
            return key, element[key]
    if which_history(element):
        return "", as_song(element)
    if not says_what(element) and isinstance(element.get("album"), dict):
        return "album", element["album"]
    return "", element


def kind_of(element: Mapping[str, Any], place: str, thing: Any, list_name: str | None) -> str | None:
    """Name what an object is."""
    if element.get("is_local") is True or thing.get("is_local") is True:
        return "local_file"
    if (thing.get("uri") or "").startswith("spotify:local:"):
        return "local_file"
    if thing.get("type") is not None:
        return KINDS.get(thing["type"])
    if named := re.match(r"spotify:([a-z]+):", thing.get("uri") or ""):
        return KINDS.get(named[1])
    if which_history(element) and place == "":
        return kind_of_named_play(element)
    if not says_what(thing):
        return None
    if thing.get("duration_ms") is not None or thing.get("album") is not None or place in ("item", "track"):
        return "song"
    by_list = {"tracks": "song", "albums": "album", "artists": "artist"}
    return "album" if place == "album" else by_list.get(list_name or "")


def why_rejected(entry: Entry, place: str) -> str | None:
    """Say why an entry is not understood; None if it is."""
    kind, thing = entry.kind, entry.thing
    if kind is None or (kind != "song" and place in ("item", "track")):
        return "unknown_shape"
    if kind == "user":
        return "user"
    if entry.item_id is None:
        return "no_id" if thing.get("id") is None else "bad_value: id"
    played = played_text(entry.element)
    if played is not None and instant(played) is None:
        return "bad_value: played_at"
    for readable, names in ((whole, WHOLE), (truth, TRUE_OR_FALSE)):
        for name in names.get(kind, ()):
            if get(thing, name) is not None and readable(get(thing, name)) is None:
                return f"bad_value: {name}"
    for name, container in CONTAINERS[kind].items():
        value = get(thing, name)
        if isinstance(value, str | int | float) and bears_link(thing):
            continue
        if value is not None and not isinstance(value, container):
            return f"unexpected_type: {name}"
    return None


def song_row(track: Mapping[str, Any], song_id: str | None, album_id: str | None) -> Row:
    """Return what a track says, as a row of song."""
    return {
        **{"song_id": song_id, "name": text(track.get("name")), "album_id": album_id},
        **credit_ids(track),
        **{name: whole(track.get(name)) for name in ("disc_number", "track_number", "duration_ms", "popularity")},
        **{"is_explicit": truth(track.get("explicit")), "is_playable": truth(track.get("is_playable"))},
        **{"isrc": get(track, "external_ids.isrc"), "linked_from_id": get(track, "linked_from.id")},
        "url": get(track, "external_urls.spotify"),
    }


def album_row(album: Mapping[str, Any], album_id: str | None) -> Row:
    """Return what an album says, as a row of album."""
    return {
        **{"album_id": album_id, "name": text(album.get("name")), "label": album.get("label")},
        "album_type": (album.get("album_type") or "").lower() or None,
        "release_date_text": album.get("release_date"),
        "release_date_precision": album.get("release_date_precision"),
        "release_date": first_day(album.get("release_date")),
        **{"total_tracks": whole(album.get("total_tracks")), "popularity": whole(album.get("popularity"))},
        **credit_ids(album),
        **{"upc": get(album, "external_ids.upc"), "url": get(album, "external_urls.spotify")},
        "image_url": first_image(album),
    }


def artist_row(artist: Mapping[str, Any], artist_id: str | None) -> Row:
    """Return what an artist says, as a row of artist."""
    return {
        **{"artist_id": artist_id, "name": text(artist.get("name")), "genres": artist.get("genres")},
        **{"followers": whole(get(artist, "followers.total")), "popularity": whole(artist.get("popularity"))},
        **{"image_url": first_image(artist), "url": get(artist, "external_urls.spotify")},
    }


def credit_ids(thing: Mapping[str, Any]) -> Row:
    """Return the ids of all artists in order, and the first."""
    artists = thing.get("artists")
    if not isinstance(artists, list):
        return {"artist_ids": None, "artist_id": None}
    ids = [found for found in map(spotify_id, artists) if found]
    return {"artist_ids": ids, "artist_id": ids[0] if ids else None}


def first_image(thing: Mapping[str, Any]) -> str | None:
    """Return the address of the first image."""
    images = thing.get("images") or [{}]
    return images[0].get("url")


def playlist_facts(body: Mapping[str, Any]) -> Row:
    """Return what an answer says of the playlist it is; a page says nothing of it."""
    if body.get("type") != "playlist":
        return {}
    return {
        **{"name": body.get("name"), "owner": get(body, "owner.id"), "snapshot_id": body.get("snapshot_id")},
        "url": get(body, "external_urls.spotify"),
    }


def spotify_id(thing: Any) -> str | None:
    """Return the id of an object, from its uri where it has none."""
    if not isinstance(thing, dict):
        return None
    if isinstance(thing.get("id"), str) and ID.fullmatch(thing["id"]):
        return thing["id"]
    named = re.fullmatch(r"spotify:[a-z]+:([^:/?]+)", thing.get("uri") or "")
    linked = re.search(r"/[a-z]+/([^/?]+)", (get(thing, "external_urls.spotify") or "").removeprefix("https:/"))
    return named[1] if named else linked[1] if linked else None


def get(thing: Any, path: str) -> Any:
    """Follow a dotted path; None where it ends early."""
    for name in path.split("."):
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing


def played_text(element: Any) -> str | None:
    """Return the time of a play as given."""
    if not isinstance(element, dict):
        return None
    ended = (element.get("ts") or element.get("endTime")) if which_history(element) else None
    return element.get("played_at") or ended


def is_recent(element: Any) -> bool:
    """Tell a play of recently played."""
    return isinstance(element, dict) and element.get("played_at") is not None and not which_history(element)


def which_history(element: Any) -> str | None:
    """Return the origin of a play that one of the account's two histories tells of; None for anything else."""
    if not isinstance(element, dict):
        return None
    has_uri = any(element.get(name) for name in HISTORY_URIS)
    if has_uri or (element.get("ts") is not None and element.get("ms_played") is not None):
        return "export"
    return "export_short" if element.get("endTime") is not None else None


def as_song(play: Mapping[str, Any]) -> Row:
    """Return a play of a history in the shape of a track: URI, name, and artists without ids."""
    uri = next((play[name] for name in HISTORY_URIS if play.get(name)), None)
    artist = play.get("master_metadata_album_artist_name") or play.get("artistName")
    name = play.get("master_metadata_track_name") or play.get("trackName")
    return {"uri": uri, "name": name, "artist": artist}


def kind_of_named_play(play: Mapping[str, Any]) -> str | None:
    """Tell what a play without a URI was of, by the names it gives."""
    if any(play.get(name) for name in ("episode_name", "episode_show_name", "podcastName")):
        return "episode"
    if any(play.get(name) for name in ("audiobook_title", "audiobook_chapter_title", "audiobookName")):
        return "audiobook"
    song = as_song(play)
    return "song" if song["name"] or song["artist"] else None


def name_key(song: Mapping[str, Any]) -> str:
    """Return the id of a song of which only the names are known."""
    text = (song.get("artist") or "") + "\n" + (song.get("name") or "")
    return "name:" + hashlib.sha256(text.encode()).hexdigest()[:32]


def play_facts(entry: Entry) -> Row:
    """Return what a play says beside its time and its song."""
    play, song = entry.element, entry.thing
    credited = song.get("artists") if isinstance(song.get("artists"), list) else []
    own = as_song(play) if which_history(play) else {}
    album = play.get("master_metadata_album_album_name") or get(song, "album.name")
    return {
        "ms_played": first_given(play.get("ms_played"), play.get("msPlayed")),
        "song_name": own.get("name") or song.get("name") or None,
        "artist_name": own.get("artist") or (get(credited[0], "name") if credited else None) or None,
        "album_name": album or None,
        **{f"is_{name}": play.get(name) for name in ("shuffle", "offline")},
        **{"is_skipped": play.get("skipped"), "is_incognito": play.get("incognito_mode")},
        **{name: play.get(name) or None for name in ("reason_start", "reason_end")},
    }


def bears_link(thing: Mapping[str, Any]) -> bool:
    """Return whether an object is known by a URI or a link of Spotify's."""
    named = re.match(r"spotify:(?:user:[^:]*:)?([a-z]+):", thing.get("uri") or "")
    link = get(thing, "external_urls.spotify") or ""
    return (named is not None and named[1] in KINDS) or re.search(r"/(track|album|artist)/", link) is not None


def imported_id(thing: Any) -> str | None:
    """Return the id of an object somebody else stored: only one of 22 letters and digits is Spotify's."""
    if isinstance(thing, dict):
        for candidate in (thing.get("id"), *re.findall(r"[:/]([^:/?]+)$", thing.get("uri") or "")):
            if isinstance(candidate, str) and re.fullmatch(r"[0-9A-Za-z]{22}", candidate):
                return candidate
    return None


def text(value: Any) -> str | None:
    """Return a name; a number stays as it is written."""
    return value if value is None or isinstance(value, str) else compact(value)


def whole(value: Any) -> int | None:
    """Read a whole number, also one written as text or as 71.0."""
    try:
        return None if value is None or isinstance(value, bool) else int(float(value))
    except (TypeError, ValueError):
        return None


def truth(value: Any) -> bool | None:
    """Read true or false."""
    return value if isinstance(value, bool) else None


def instant(said: str | None) -> str | None:
    """Read a UTC time, cut to milliseconds."""
    if said is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(said).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z" if 1900 <= moment.year < 2200 else None


def first_day(said: str | None) -> str | None:
    """Return the first day of a year, a month or a day."""
    if said is None or not re.fullmatch(r"\d{4}(-\d{2}){0,2}", said):
        return None
    try:
        return dt.date.fromisoformat(f"{said}-01-01"[:10]).isoformat()
    except ValueError:
        return None


def greatest(values: Iterable[Any]) -> Any:
    """Return the greatest of what is given; None if nothing is."""
    return max((value for value in values if value is not None), default=None)


def first_given(*values: Any) -> Any:
    """Return the first value that is not null."""
    return next((value for value in values if value is not None), None)


def compact(value: Any) -> str:
    """Write JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def rows_of(lake: Lake) -> dict[str, list[Row]]:
    """Return the rows of every table, ordered by key."""
    return {name: [row for _, row in sorted(lake.get(name, {}).items())] for name in BY_NAME}
