"""Random sets of raw objects for Hypothesis: few ids, days and moments, so that sightings meet and contradict.

A case holds files with `@` where its own name belongs (`named`), so that many cases can share a lake without meeting.
"""

import datetime as dt
import gzip
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from lambda_extract.raw_format import encode_json
from tests.model.lakehouse import RawObject

DAYS = ("2026-11-01", "2026-11-02", "2026-12-01")
TIMES = ("10:00:00.000Z", "10:00:00.001Z", "11:30:00.000Z")
WRITTEN_AT = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)
NAMES = ("A", "B", "", "Ünïcode 𝄞", "ﬀ", "a'b\"c\\d", None)
OWN_NAME = "@"

Json = Any
Case = tuple["File", ...]


@dataclass(frozen=True)
class File:
    """A raw object to be: its day, a run id, its lines, and how many bytes it lost at its end."""

    day: str
    run_id: str
    lines: tuple[bytes, ...]
    lost: int = 0

    def named(self, name: str) -> RawObject:
        """Return the raw object, with ids of the case's own name."""
        lines = [line.replace(OWN_NAME.encode(), name.encode()) for line in self.lines]
        packed = gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)
        key = f"extraction_date={self.day}/{self.day.replace('-', '')}T100000Z-{name}{self.run_id}.ndjson.gz"
        return RawObject(key, packed[: len(packed) - self.lost], WRITTEN_AT)


def ids(letter: str, count: int) -> st.SearchStrategy[str]:
    """Choose among few ids of one kind."""
    return st.sampled_from([f"@{letter}{number}" for number in range(1, count + 1)])


def given(**fields: st.SearchStrategy[Json]) -> st.SearchStrategy[dict[str, Json]]:
    """Choose an object of which any field may be absent."""
    return st.fixed_dictionaries({}, optional=fields)


def links(kind: str, thing_id: str) -> dict[str, Json]:
    """Return what every object says of itself."""
    url = f"https://open.spotify.com/{kind}/{thing_id}"
    return {"type": kind, "id": thing_id, "uri": f"spotify:{kind}:{thing_id}", "external_urls": {"spotify": url}}


names = st.sampled_from(NAMES)
popularity = st.sampled_from([0, 41, 41.0, 100, None])
images = st.sampled_from([[], None, [{"url": "https://i/1"}, {"url": "https://i/2"}], [{"url": "https://i/3"}]])
day_texts = st.sampled_from(["1979", "1981-12", "2025-01-13", "0000", "2023-02-29", None])
bad = st.sampled_from(
    [{"popularity": "many"}, {"external_urls": "nowhere"}, {"id": None, "uri": None, "external_urls": None}]
)


@st.composite
def credited(draw: st.DrawFn) -> dict[str, Json]:
    """Draw an artist as tracks and albums name it."""
    return links("artist", draw(ids("a", 3))) | {"name": draw(names)}


@st.composite
def artists(draw: st.DrawFn) -> dict[str, Json]:
    """Draw an artist as its own answer says it."""
    known = given(
        genres=st.sampled_from([[], None, ["dream"], ["dream", "haze"]]),
        followers=st.sampled_from([None, {"href": None, "total": 7}, {"total": 9.0}]),
        popularity=popularity,
        images=images,
    )
    return draw(credited()) | draw(known)


@st.composite
def albums(draw: st.DrawFn) -> dict[str, Json]:
    """Draw an album as a track names it."""
    known = given(
        name=names,
        album_type=st.sampled_from(["album", "ALBUM", "single"]),
        release_date=day_texts,
        release_date_precision=st.sampled_from(["year", "month", "day"]),
        total_tracks=st.sampled_from([1, 12, "12", None]),
        artists=st.lists(credited(), max_size=2),
        images=images,
    )
    return links("album", draw(ids("b", 2))) | draw(known)


@st.composite
def tracks(draw: st.DrawFn) -> dict[str, Json]:
    """Draw a track of an album's page: it names no album."""
    known = given(
        name=names,
        artists=st.lists(credited(), max_size=3),
        disc_number=st.sampled_from([1, 2]),
        track_number=st.sampled_from([1, 2, None]),
        duration_ms=st.sampled_from([0, 201_000, 3_000_000_000]),
        explicit=st.booleans(),
        is_playable=st.booleans(),
        popularity=popularity,
        external_ids=st.sampled_from([{}, {"isrc": "ZZ1"}, {"isrc": None}]),
        linked_from=st.sampled_from([None, {"id": "@s9"}]),
    )
    return links("track", draw(ids("s", 3))) | draw(known)


@st.composite
def full_albums(draw: st.DrawFn) -> dict[str, Json]:
    """Draw an album as its own answer says it, with a page of its tracks."""
    known = given(
        label=st.sampled_from(["Lantern", "Quay", None]),
        popularity=popularity,
        external_ids=st.sampled_from([{}, {"upc": "101"}]),
        tracks=st.lists(tracks(), max_size=2).map(lambda found: {"items": found}),
    )
    return draw(albums()) | draw(known)


@st.composite
def songs(draw: st.DrawFn) -> dict[str, Json]:
    """Draw a track with its album, if it has one."""
    track = draw(tracks())
    return track | {"album": draw(albums())} if draw(st.integers(0, 4)) else track


EPISODE = {"type": "episode", "id": "@e1", "name": "Talk", "show": {"id": "sh"}, "uri": "spotify:episode:@e1"}
LOCAL = {"type": "track", "id": None, "name": "Tape", "uri": "spotify:local:a:b:Tape:60", "is_local": True}
RIDDLE = {"type": "riddle", "id": "@x1", "text": "é" * 3}
USER = {"type": "user", "id": "@u1", "uri": "spotify:user:@u1"}
oddities = st.sampled_from([EPISODE, LOCAL, RIDDLE, None, {}, EPISODE | {"type": "audiobook", "show": None}])


@st.composite
def broken(draw: st.DrawFn, sound: st.SearchStrategy[dict[str, Json]]) -> dict[str, Json]:
    """Draw an object with a field that was spoilt."""
    return draw(sound) | draw(bad)


def mixed(sound: st.SearchStrategy[Json], *others: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Draw mostly sound objects."""
    return st.integers(0, 9).flatmap(lambda n: st.one_of(*others) if n == 0 and others else sound)


@st.composite
def entries(draw: st.DrawFn, key: str) -> dict[str, Json]:
    """Draw an entry of a playlist, saved tracks or plays."""
    thing = draw(mixed(songs(), oddities, broken(songs())))
    added = {
        "added_at": draw(
            st.sampled_from(["2026-10-01T08:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", None])
        )
    }
    return added | {"is_local": thing is not None and thing.get("is_local", False), key: thing}


@st.composite
def plays(draw: st.DrawFn) -> dict[str, Json]:
    """Draw an entry of recently played."""
    contexts = [None, {"uri": "spotify:playlist:@p1"}, {"uri": "spotify:user:nobody:playlist:@p2"}, {"uri": "odd"}]
    moments = ["2026-10-31T23:30:00.123Z", "2026-11-01T00:10:00.456789Z", "2026-12-01T07:00:00Z"]
    return {
        "track": draw(mixed(songs(), oddities, broken(songs()))),
        "played_at": draw(mixed(st.sampled_from(moments), st.just("yesterday"))),
        "context": draw(st.sampled_from(contexts)),
    }


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, str, list[Json]]:
    """Draw plays of the account's two histories: with ids, by name alone, of podcasts, and of nothing."""
    extended = given(
        spotify_track_uri=st.sampled_from([None, "spotify:track:@s1"]),
        master_metadata_track_name=names,
        master_metadata_album_artist_name=names,
        master_metadata_album_album_name=names,
        skipped=st.sampled_from([True, False, None]),
        shuffle=st.booleans(),
        reason_start=st.sampled_from(["clickrow", "", None]),
        platform=st.just("ios"),
    )
    short = given(trackName=names, artistName=names, podcastName=st.sampled_from([None, None, "Talk"]))
    ended = st.sampled_from(["2026-11-01T00:10:00Z", "2026-12-01T07:00:00Z", "never"])
    minutes = st.sampled_from(["2026-11-01 00:10", "2026-11-01 00:11"])
    plays = [draw(extended) | {"ts": draw(ended), "ms_played": 5} for _ in range(draw(st.integers(0, 3)))]
    plays += [draw(short) | {"endTime": draw(minutes), "msPlayed": 7} for _ in range(draw(st.integers(0, 3)))]
    return "import", "@h", [{"items": plays}]


def page(found: list[Json], **facts: Json) -> dict[str, Json]:
    """Return a page of a list."""
    return {"href": "https://api.spotify.com/v1/x?offset=0", "items": found, "next": None, **facts}


def offset_page(found: list[Json], offset: int, total: int | None) -> dict[str, Json]:
    """Return a page that says where it stands."""
    return page(found, offset=offset, limit=2, **({} if total is None else {"total": total}))


@st.composite
def walks(draw: st.DrawFn) -> tuple[str, str, list[Json]]:
    """Draw the pages of a playlist: overlapping, torn, of both generations, with its own fields or without."""
    key = draw(st.sampled_from(["item", "track"]))
    element = mixed(entries(key), st.none(), st.sampled_from([RIDDLE, USER, 7]))
    offsets = draw(st.lists(st.sampled_from([0, 0, 1, 2, 4, -1]), max_size=3))
    pages = [
        offset_page(draw(st.lists(element, max_size=2)), offset, draw(st.sampled_from([None, 2, 5])))
        for offset in offsets
    ]
    playlist_id = draw(ids("p", 2))
    if pages and draw(st.booleans()):
        own = given(name=names, owner=st.just({"id": "@u1"}), snapshot_id=st.sampled_from(["n1", "n2"]))
        pages[0] = links("playlist", playlist_id) | draw(own) | {draw(st.sampled_from(["items", "tracks"])): pages[0]}
    return "playlist", playlist_id, pages


@st.composite
def recent_plays(draw: st.DrawFn) -> tuple[str, str, list[Json]]:
    """Draw pages of recently played, which may hold the same plays again."""
    found = draw(st.lists(mixed(plays(), st.none()), min_size=1, max_size=3))
    limits = st.sampled_from([1, 2, 50, None])
    pages = [
        page(found, limit=draw(limits)),
        page(found[-1:] + draw(st.lists(plays(), max_size=1)), limit=draw(limits)),
    ]
    return "recently_played", "recently_played", pages[: draw(st.integers(1, 2))]


@st.composite
def searches(draw: st.DrawFn) -> tuple[str, str, list[Json]]:
    """Draw a search answer."""
    parts = {"tracks": songs(), "albums": albums(), "artists": artists()}
    found = {name: page(draw(st.lists(mixed(part, oddities), max_size=2)), offset=0) for name, part in parts.items()}
    names = draw(st.lists(st.sampled_from(sorted(found)), min_size=1, unique=True))
    return "search", "@q", [{name: found[name] for name in names}]


@st.composite
def singles(draw: st.DrawFn) -> tuple[str, str, list[Json]]:
    """Draw what is asked for by id: an object, several, or an album's tracks."""
    several = [
        st.lists(mixed(songs(), st.none()), max_size=2).map(lambda found: {"tracks": found}),
        st.lists(mixed(full_albums(), st.none(), broken(full_albums())), max_size=2).map(
            lambda found: {"albums": found}
        ),
        st.lists(mixed(artists(), broken(artists())), max_size=2).map(lambda found: {"artists": found}),
        st.lists(tracks(), max_size=2).map(
            lambda found: page(found, offset=0) | {"href": "https://api.spotify.com/v1/albums/@b1/tracks?offset=0"}
        ),
    ]
    return "album", "@b1", [draw(st.one_of(full_albums(), songs(), artists(), *several))]


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, str, list[Json]]:
    """Draw lists without wrappers: top artists, saved albums, followed artists."""
    kind = draw(st.sampled_from(["top_artists", "saved_albums", "followed_artists"]))
    if kind == "saved_albums":
        added = full_albums().map(lambda found: {"added_at": "2026-10-02T08:00:00Z", "album": found})
        return kind, kind, [page(draw(st.lists(added, max_size=2)), offset=0)]
    found = draw(st.lists(mixed(artists(), broken(artists()), st.none()), max_size=2))
    return kind, kind, [{"artists": page(found)} if kind == "followed_artists" else page(found, offset=0)]


odd_bodies = st.sampled_from(
    [{"error": {"status": 400, "message": "invalid id"}}, {}, None, [1, 2], USER, {"devices": []}, {"items": []}]
)
ODD_LINES = (
    b'{"kind":"answer","schema_ver',
    b"[1, 2]",
    b'{"kind":"other"}',
    b"   ",
    b'{"kind":"answer","schema_version":2}',
)


def line(kind: str, at: str, account: str | None, **said: Json) -> bytes:
    """Write one line of a raw object."""
    return encode_json({"kind": kind, "schema_version": 1, "fetched_at": at, "account": account, **said})


@st.composite
def files(draw: st.DrawFn, number: int) -> File:
    """Draw one raw object: some sources' answers, perhaps a line nobody understands, and mostly a summary."""
    day, account = draw(st.sampled_from(DAYS)), draw(st.sampled_from([None, "@u1", "@u1", "@u2"]))
    sources = draw(
        st.lists(st.one_of(walks(), walks(), recent_plays(), histories(), searches(), singles(), lists()), max_size=2)
    )
    lines, told = [], []
    for kind, source_id, bodies in sources:
        said = {"source": {"kind": kind, "id": source_id}, "request": {"path": "x", "params": {}}, "status": 200}
        for body in bodies:
            at = f"{day}T{draw(st.sampled_from(TIMES))}"
            found = draw(mixed(st.just(body), odd_bodies))
            lines.append(line("answer", at, account, **said, response=found))
        told.append({"kind": kind, "id": source_id, **draw(statuses), **draw(seen)})
    if draw(st.integers(0, 4)) == 0:
        told.append(
            {"kind": "playlist", "id": draw(ids("p", 2)), "status": "unchanged", "is_complete": True, "total": 2}
        )
        told[-1] |= {"snapshot_id": "n1", "name": "B"}
    if draw(st.integers(0, 4)) == 0:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(ODD_LINES)))
    told = list({(one["kind"], one["id"]): one for one in told}.values())
    if draw(st.integers(0, 5)):
        is_complete = all(one["is_complete"] for one in told)
        lines.append(line("summary", f"{day}T12:00:00.000Z", account, is_complete=is_complete, sources=told))
    lost = draw(st.sampled_from([0] * 15 + [9]))
    return File(day, f"r{number}", tuple(lines), lost)


seen = st.sampled_from([{}, {"pages": 1}, {"pages": 2, "entries": 3}, {"pages": 0, "entries": 0}])
statuses = st.sampled_from(
    [{"status": "ok", "is_complete": True}] * 3
    + [{"status": status, "is_complete": False} for status in ("quota", "time", "error", "forbidden")]
    + [{"status": "ok", "is_complete": None, "total": 9}, {"status": "ok", "is_complete": True, "total": 3}]
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a few raw objects that tell of the same things."""
    return tuple(draw(files(number)) for number in range(draw(st.integers(2, 5))))


def shown(one: File) -> str:
    """Return a file's lines, for a message."""
    return "\n".join([f"{one.day} {one.run_id} lost={one.lost}", *(text.decode() for text in one.lines)])
