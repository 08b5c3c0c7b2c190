"""What a sources document will ask for, and how many calls a run costs at least."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console

from lambda_extract.raw_format import Source
from lambda_extract.sources.plan import ALL_MINE, Plan, is_private, parse_sources, read_file
from lambda_extract.spotify.endpoints import PAGE


@dataclass(frozen=True)
class Cost:
    """What a kind of source costs: the calls of the smallest run, and what makes it more."""

    calls: int
    more: str


PAGE_OF_50 = Cost(1, "1 per 50 entries")
COSTS = {
    "playlist": Cost(1, "1 per 50 entries above 100; 1 in all where it did not change"),
    ALL_MINE: Cost(1, "1 per 50 playlists, and those of each that changed"),
    "saved_tracks": PAGE_OF_50,
    "saved_albums": PAGE_OF_50,
    "top_tracks": PAGE_OF_50,
    "top_artists": PAGE_OF_50,
    "recently_played": Cost(1, "never more"),
    "followed_artists": PAGE_OF_50,
    "album": Cost(1, "1 per 50 tracks above 50"),
    "artist": Cost(1, "never more"),
    "track": Cost(1, "never more"),
    "search": Cost(1, "1 per 10 results (older apps: 50), all types together"),
}


def find_cost(source: Source, plan: Plan) -> Cost:
    """Find what a source costs."""
    if source == Source("playlist", ALL_MINE):
        return COSTS[ALL_MINE]
    if source.kind == "saved_albums" and plan.saved_album_tracks:
        return Cost(1, f"{PAGE_OF_50.more}; 1 per 50 tracks above 50, every {plan.full_walk_days} days")
    if source.kind == "search":
        return Cost(math.ceil(plan.searches[source.id].count / PAGE), COSTS["search"].more)
    return COSTS[source.kind]


def describe(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Yield a line per source: what, calls at least, what makes it more, how often."""
    for source in plan.sources:
        cost, days = find_cost(source, plan), plan.max_age_days.get(source, 0)
        name = source.kind if source.id == source.kind else f"{source.kind} {source.id}"
        often = "each run" if not days else "each day" if days == 1 else f"every {days} days"
        yield name, str(cost.calls), cost.more, often
    if albums := plan.followed_albums:
        yield "artist_albums", "0", f"{albums.max_calls} at most", f"every {albums.max_age_days} days each"


def check(path: str, console: Console) -> None:
    """Say what the document asks for; a faulty one ends in one line with all its faults."""
    plan = parse_sources(read_file(path), path)
    rows = [("source", "calls", "more", "how often"), *describe(plan)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [text.rjust(width) if column == 1 else text.ljust(width) for column, (text, width) in
                 enumerate(zip(row, widths, strict=True))]  # fmt: skip
        console.print("   ".join(cells).rstrip())
    has_login = any(is_private(source) for source in plan.sources)
    least = sum(find_cost(source, plan).calls for source in plan.sources)
    kept = sum(find_cost(source, plan).calls for source in plan.sources if plan.max_age_days.get(source))
    asks_who = " + 1 to learn who the user is" if has_login else " (with a login 1 more, to learn who the user is)"
    console.print(f"\nA run costs at least {least + has_login} calls: {least}{asks_who}.", end="")
    console.print(f" While {kept} of them are young enough: {least + has_login - kept}." if kept else "")
    console.print("It needs a login (lakehouse login)." if has_login else "It needs no login.")
