"""/search: all words in the name of what is found, or of its artists and album, and the filters."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from lakehouse.simulator.calls import CATALOGUE_LISTS, ApiError, Call
from lakehouse.simulator.catalogue import Album, Artist, Catalogue, Song
from lakehouse.simulator.regimes import Json

TERM = re.compile(r'(?:(album|artist|track|year|upc|isrc|genre|tag):)?(?:"([^"]*)"|(\S+))')
NEW_DAYS = 14
LAST_OFFSET = 1000
Term = tuple[str, str]


def search(call: Call) -> Json:
    """Return a page of each kind that is asked for."""
    kinds = [kind for kind in call.query.get("type", "").split(",") if kind]
    if not call.query.get("q", "").strip():
        raise ApiError(400, "No search query")
    if unknown := [kind for kind in kinds if kind not in FINDERS] or ["(missing)"] * (not kinds):
        raise ApiError(400, f"Bad search type field {unknown[0]}")
    call.number("offset", 0, 0, LAST_OFFSET)
    terms = read_terms(call.query["q"])
    return {f"{kind}s": FINDERS[kind](call, terms) for kind in kinds}


def read_terms(query: str) -> list[Term]:
    """Return the filters and plain words of a query, each as (filter or nothing, folded text)."""
    return [(name, (quoted or word).casefold()) for name, quoted, word in TERM.findall(query)]


def find_tracks(call: Call, terms: Sequence[Term]) -> Json:
    """Return the songs that match."""
    catalogue = call.day.catalogue
    song_ids = [song.song_id for song in catalogue.songs.values() if all(is_in_song(t, song, catalogue) for t in terms)]
    song_ids.sort(key=lambda song_id: (-call.day.scores[song_id], song_id))
    return call.page(song_ids, call.shapes.track, CATALOGUE_LISTS[call.regime])


def find_albums(call: Call, terms: Sequence[Term]) -> Json:
    """Return the albums that match."""
    catalogue, today = call.day.catalogue, call.day.date
    albums = catalogue.albums.values()
    album_ids = [album.album_id for album in albums if all(is_in_album(t, album, catalogue, today) for t in terms)]
    return call.page(album_ids, call.shapes.simple_album, CATALOGUE_LISTS[call.regime])


def find_artists(call: Call, terms: Sequence[Term]) -> Json:
    """Return the artists that match."""
    artists = call.day.catalogue.artists.values()
    artist_ids = [artist.artist_id for artist in artists if all(is_in_artist(term, artist) for term in terms)]
    return call.page(artist_ids, call.shapes.artist, CATALOGUE_LISTS[call.regime])


FINDERS: dict[str, Callable[[Call, Sequence[Term]], Any]] = {
    "track": find_tracks,
    "album": find_albums,
    "artist": find_artists,
}


def artist_names(artist_ids: Sequence[str], catalogue: Catalogue) -> str:
    """Return the folded names of artists."""
    return " ".join(catalogue.artists[artist_id].name for artist_id in artist_ids).casefold()


def is_in_song(term: Term, song: Song, catalogue: Catalogue) -> bool:
    """Return whether a song matches one term."""
    name, text = term
    album = catalogue.albums[song.album_id]
    fields = {
        "track": song.name.casefold(),
        "artist": artist_names(song.artist_ids, catalogue),
        "album": album.name.casefold(),
    }
    if name == "isrc":
        return song.isrc.casefold() == text
    if name == "year":
        return is_in_years(text, album.release_date)
    if name == "genre":
        return any(text in catalogue.artists[artist_id].genres for artist_id in song.artist_ids)
    return text in fields.get(name, "") if name else any(text in field for field in fields.values())


def is_in_album(term: Term, album: Album, catalogue: Catalogue, today: dt.date) -> bool:
    """Return whether an album matches one term."""
    name, text = term
    fields = {"album": album.name.casefold(), "artist": artist_names(album.artist_ids, catalogue)}
    if name == "upc":
        return album.upc == text
    if name == "year":
        return is_in_years(text, album.release_date)
    if name == "tag":
        return text == "new" and album.released_on is not None and (today - album.released_on).days < NEW_DAYS
    return text in fields.get(name, "") if name else any(text in field for field in fields.values())


def is_in_artist(term: Term, artist: Artist) -> bool:
    """Return whether an artist matches one term."""
    name, text = term
    if name == "genre":
        return text in artist.genres
    return name in ("", "artist") and text in artist.name.casefold()


def is_in_years(text: str, release_date: str | None) -> bool:
    """Return whether a release falls into a year, or from one year to another."""
    first, _, last = text.partition("-")
    return release_date is not None and first <= release_date[:4] <= (last or first)
