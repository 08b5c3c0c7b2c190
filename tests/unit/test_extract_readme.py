"""The extractor's own README names every section, kind, option, status, reason, setting and metric, and no others."""

import inspect
import re
from pathlib import Path

from lambda_extract import errors, handler, settings
from lambda_extract.sources.plan import FULL_WALK_DAYS, KINDS, SCHEMA
from lambda_extract.spotify.endpoints import FETCHERS

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "lambda_extract" / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the tables below a heading, without their headers."""
    part = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|---")]


def first_words(heading: str) -> set[str]:
    return {name for row in rows(heading) for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_section_and_kind_has_its_row_with_calls_and_login():
    told = {row[0].strip("`"): row for row in rows("Sources")[1:]}
    assert set(told) == {*KINDS, "followed_artists.albums"}
    kinds = {row[2].strip("`") for row in told.values()}
    assert kinds == set(FETCHERS)
    assert {section: told[section][2].strip("`") for section in KINDS} == KINDS
    assert all(re.match(r"\d", row[3]) and len(row) == 5 for row in told.values())


def options(schema: dict) -> set[str]:
    """Return the names of all options in a schema."""
    inner = [*schema.get("properties", {}).items()]
    names = {name for name, _ in inner if not name.startswith("$")}
    parts = [part for _, part in inner] + ([schema["items"]] if "items" in schema else [])
    return names.union(*(options(part) for part in parts))


def test_every_option_is_named():
    part = README.split("\n## Sources\n")[1].split("\n## ")[0]
    assert [name for name in sorted(options(SCHEMA)) if f"`{name}`" not in part] == []
    assert f"`full_walk_days` ({FULL_WALK_DAYS})" in part
    assert SCHEMA["properties"]["full_walk_days"]["default"] == FULL_WALK_DAYS


def test_every_status_and_reason_is_named_and_says_what_to_do():
    statuses = set(handler.STATUSES)
    reasons = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)}
    assert first_words("Statuses") == statuses | reasons
    raising = {name for row in rows("Statuses") if row[-1] == "raises" for name in re.findall(r"`(\w+)`", row[0])}
    assert raising == reasons - errors.LASTING
    assert all(all(row) for row in rows("Statuses"))


def test_every_setting_is_named_with_its_default():
    source = inspect.getsource(settings)
    names = set(re.findall(r'"((?:EXTRACT|SPOTIFY)_[A-Z_]+)"', source))
    assert first_words("Settings") == names
    told = {row[0].strip("`"): row[2].strip("`") for row in rows("Settings")}
    assert {name: told[name] for name in settings.NUMBERS} == {
        name: str(default) for name, (default, _, _) in settings.NUMBERS.items()
    }
    assert told["EXTRACT_BUDGETS"] == " ".join(f"{name}={calls}" for name, calls in settings.BUDGETS.items())


def test_every_metric_is_named():
    source = inspect.getsource(handler)
    named = (
        set(re.findall(r'add_(?:metric|detail)\("(\w+)"', source))
        | set(handler.REASON_METRICS.values())
        | {"RunFailed"}
    )
    named |= {f"Sources{handler.name_metric(status)}" for status in handler.STATUSES}
    named |= {f"{name}{end}" for name in handler.AGES.values() for end in ("AgeDays", "Old")}
    named |= set(re.findall(r'"([A-Z]\w+)": (?:throttle|outcome|sum)\b', source))
    part = README.split("**Metrics**")[1].split("\n\n")[0]
    told = set(re.findall(r"`(\w+)`", part)) - {"SpotifyLakehouse", "extract", "all"}
    assert told == named


def test_every_file_named_exists():
    named = set(re.findall(r"`((?:lakehouse|lambda_extract)/[\w./]+)`", README))
    assert "lakehouse/sources/mine.json" in named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_link_and_command_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"make ([a-z][a-z-]+)", README)) <= targets
    assert set(re.findall(r"make [a-z-]+ ([A-Z]+)=", README)) <= set(re.findall(r"^override ([A-Z]+) ", makefile, re.M))
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / "lambda_extract" / link).exists()


def test_what_is_said_of_the_size_is_what_the_bench_prints():
    part = " ".join(README.split("\n## Size\n")[1].split("\n## ")[0].split())
    assert (ROOT / "bench" / "extractor_memory.py").exists()
    assert re.search(r"bench\.extractor_memory", part)
    assert re.search(r"50,000 saved tracks", part)
    peak = re.search(r"(\d+) MB at most", part)
    assert peak is not None
    assert int(peak[1]) < 256
