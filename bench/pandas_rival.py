"""A flatten in pandas as such pipelines usually do it: one file at a time, three lists of dictionaries, CSV files.

It drops duplicates within a file only and checks nothing: less than the load job does, on purpose.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd


def flatten(raw: Path, out: Path) -> None:
    """Write three CSV files for each raw object."""
    for path in sorted(raw.glob("extraction_date=*/*.ndjson.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            tracks = [track for line in stream for track in tracks_of(json.loads(line))]
        date = path.parent.name.removeprefix("extraction_date=")
        for name, rows in (("album", albums(tracks)), ("artist", artists(tracks)), ("song", songs(tracks))):
            df = pd.DataFrame(rows).drop_duplicates(subset=[f"{name}_id"])
            df["extraction_date"] = date
            if name == "album":
                df["release_date"] = pd.to_datetime(df["release_date_text"], format="ISO8601")
            (out / name).mkdir(parents=True, exist_ok=True)
            df.to_csv(out / name / f"{path.name.removesuffix('.ndjson.gz')}.csv", index=False)


def tracks_of(line: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the songs of an answer."""
    tracks = [entry["track"] for entry in (line.get("response") or {}).get("items", ())]
    return [track for track in tracks if track and track["type"] == "track" and track["id"]]


def songs(tracks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the columns of each song."""
    return [
        {
            "song_id": track["id"],
            "name": track["name"],
            "album_id": track["album"]["id"],
            "artist_id": track["artists"][0]["id"],
            "artist_ids": ",".join(artist["id"] for artist in track["artists"]),
            "duration_ms": track["duration_ms"],
            "isrc": track["external_ids"]["isrc"],
            "popularity": track["popularity"],
            "url": track["external_urls"]["spotify"],
        }
        for track in tracks
    ]


def albums(tracks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the columns of each song's album."""
    return [
        {
            "album_id": album["id"],
            "name": album["name"],
            "release_date_text": album["release_date"],
            "total_tracks": album["total_tracks"],
            "artist_ids": ",".join(artist["id"] for artist in album["artists"]),
            "url": album["external_urls"]["spotify"],
        }
        for album in (track["album"] for track in tracks)
    ]


def artists(tracks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the columns of the artists of each song and its album."""
    return [
        {"artist_id": artist["id"], "name": artist["name"], "url": artist["external_urls"]["spotify"]}
        for track in tracks
        for artist in (*track["artists"], *track["album"]["artists"])
    ]


if __name__ == "__main__":
    flatten(Path(sys.argv[1]), Path(sys.argv[2]))
