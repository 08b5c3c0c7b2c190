"""`make bench`: measure the load job beside its rivals, print a table, write `bench/RESULTS.md`."""

import argparse
import datetime as dt
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.compare import compare_warehouse, duckdb_rows, naive_rows, pandas_rows
from bench.raw_data import PAGE_SIZE, Shape, land_runs
from bench.results import HEAD, Cost, Figure, describe_machine, take_over_size, write_markdown
from lakehouse.defaults import DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.jobs.load import QUICK_BYTES, load, size_of
from lakehouse.paths import ROOT
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.warehouse.folder import prepare_warehouse

BENCH = ROOT / "bench"
FOLDER = ROOT / "data" / "bench"
RESULTS = BENCH / "RESULTS.md"
RUN_BYTES = 9_000_000
"""About what one run of Shape() lands, before compression."""
RUNS_A_DAY = 4
PART_RUNS = 6
"""The part that small comparisons take has so many runs."""
QUARTER_FROM = 500e6
"""From this size on, the load in a warm JVM is also measured on a quarter of the data."""
REJECTED_ENTRIES = 100_000
SMALL = Shape(pages=1, songs=30, with_markets=False)
"""A run of about 10 KB, compressed."""
HISTORY = Shape(pages=1, songs=2_000, with_markets=False)
DAYS = 365
LATER = 3
ROUNDS = 2
UNITS = {"MB": 1e6, "GB": 1e9}


def parse_size(text: str) -> float:
    """Return the bytes that 250MB or 1GB means."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(MB|GB)", text)
    if not match or float(match[1]) * UNITS[match[2]] < 2 * RUN_BYTES:
        raise UserError(f"SIZE={text}: expected 20MB or more, such as 250MB or 1GB. Nothing was measured.")
    return float(match[1]) * UNITS[match[2]]


def measure(action: Callable[[], object]) -> Cost:
    """Run something that starts processes; return what they cost."""
    start, before = monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(monotonic() - start, cpu)


def start_python(module: str, *arguments: object) -> None:
    """Run a rival as a separate program."""
    done = subprocess.run([sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, check=False)
    if done.returncode:
        raise UserError(f"{module}: expected exit code 0, got {done.returncode}. Nothing was written down.")


def make_load(raw: Path, warehouse: Path) -> dict[str, Any]:
    """Load as `lakehouse load` does; return the job's report."""
    output_file = FOLDER / "load.log"
    code = load(raw, warehouse, ["--json"], output_file=output_file)
    if code:
        raise UserError(f"load: expected exit code 0, got {code}; {output_file} says why. Nothing was written down.")
    return dict(json.loads(output_file.read_text(encoding="utf-8").splitlines()[-1]))


def in_warm_jvm(name: str, steps: Sequence[Mapping[str, Any]], *, quick: bool) -> dict[str, list[dict[str, Any]]]:
    """Take steps in one JVM, with the settings of `lakehouse load`; return what each name cost, in order."""
    warehouse, plan, out = FOLDER / name, FOLDER / f"{name}.plan", FOLDER / f"{name}.json"
    plan.write_text(json.dumps(list(steps)))
    prepare_warehouse(str(warehouse))
    arguments = [str(plan), str(out)]
    if code := submit(BENCH / "spark_side.py", arguments, warehouse_settings(warehouse), quick=quick):
        raise UserError(f"{name}: expected exit code 0, got {code}. Nothing was written down.")
    done: dict[str, list[dict[str, Any]]] = {}
    for step in json.loads(out.read_text()):
        done.setdefault(step["name"], []).append(step)
    return done


def step(name: str, do: str, *given: object) -> dict[str, Any]:
    """Write a step of a plan."""
    return {"name": name, "do": do, "with": [str(one) for one in given]}


def best(steps: Sequence[Mapping[str, Any]]) -> Cost:
    """Return the least that a step took, by the clock: what disturbs only adds."""
    least = min(steps, key=lambda step: float(step["seconds"]))
    return Cost(least["seconds"], least["cpu"])


def middle(steps: Sequence[Mapping[str, Any]]) -> Cost:
    """Return the median of an odd number of steps."""
    ordered = sorted(steps, key=lambda one: float(one["seconds"]))
    found = ordered[len(ordered) // 2]
    return Cost(found["seconds"], found["cpu"])


def require_equal(rival: str, warehouse: Path, theirs: Mapping[str, str]) -> int:
    """Stop where a rival's rows are not ours; return how many were compared."""
    count, differing = compare_warehouse(warehouse, dict(theirs))
    if differing or not count:
        raise UserError(f"{rival}: its rows are not those of the load, e.g. {differing[:1]}. Nothing was written down.")
    say(f"{rival}: {count} rows are those of the load")
    return count


def say(text: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(f"{text}\n")


def make_part(raw: Path, part: Path, runs: int) -> float:
    """Link so many runs, evenly chosen; return which share of all bytes they have."""
    paths = sorted(raw.rglob("*.ndjson.gz"))
    for path in paths[:: max(1, len(paths) // runs)][:runs]:
        target = part / path.relative_to(raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)
    return size_of(part) / size_of(raw)


def measure_programs(raw: Path, name: str) -> tuple[Cost, Cost, Cost, dict[str, Any]]:
    """Load, flatten in DuckDB and in pandas, each a program started afresh; compare their rows."""
    warehouse, duck, pandas = (FOLDER / f"{name}_{what}" for what in ("warehouse", "duckdb", "pandas"))
    report: dict[str, Any] = {}
    say(f"{name}: load, DuckDB, pandas, each started afresh")
    ours = measure(lambda: report.update(make_load(raw, warehouse)))
    theirs = measure(lambda: start_python("bench.duckdb_rival", raw, duck, os.cpu_count() or 1))
    slow = measure(lambda: start_python("bench.pandas_rival", raw, pandas))
    require_equal("DuckDB", warehouse, duckdb_rows(duck))
    require_equal("pandas", warehouse, pandas_rows(pandas))
    return ours, theirs, slow, report


def measure_warm(raw: Path, part: Path, quarter: Path | None) -> tuple[list[Figure], dict[str, float]]:
    """Measure whole loads against a bare parse, and a part against a naive job; return the phases too."""
    say("one warm JVM: load and bare parse, then the naive job on a part")
    names = {"whole load": raw} | ({"load of a quarter": quarter} if quarter else {})
    rounds = [
        one
        for name, folder in names.items()
        for number in range(ROUNDS)
        for one in (
            step(f"parse {name}", "parse", folder),
            step(name, "load", folder, f"{name.replace(' ', '_')}{number}"),
        )
    ]
    out = FOLDER / "naive"
    steps = [
        step("warm up", "load", part, "warm"),
        step("warm up", "parse", part),
        *rounds,
        step("naive", "naive", part, out),
        step("part", "load", part, "part"),
    ]
    done = in_warm_jvm("warm", steps, quick=size_of(raw) < QUICK_BYTES)
    require_equal("the naive job", FOLDER / "part_warehouse", naive_rows(out))
    figures = [
        Figure(
            f"{name} / Spark only parsing it, warm JVM",
            best(done[name]),
            best(done[f"parse {name}"]),
            at_most=1.2,
            cpu_at_most=1.0,
            note=f"the best of {ROUNDS} rounds each",
        )
        for name in names
    ]
    figures.append(
        Figure(
            "naive Spark job / load of the same part",
            best(done["part"]),
            best(done["naive"]),
            at_least=1,
            note="schema inferred, a MERGE per file and table; on a part, nothing is extrapolated",
        )
    )
    least = min(done["whole load"], key=lambda one: float(one["seconds"]))
    return figures, phases_of(least["report"], least["seconds"])


def measure_rejected() -> list[Figure]:
    """Measure what rejected entries cost beside accepted ones, and whether twice as many cost twice as much."""
    say(f"rejected entries: {REJECTED_ENTRIES} of which half, all accepted; twice as many of which half")
    raws = {}
    for name, times, with_rejected in (("accepted", 1, False), ("half", 1, True), ("half of twice", 2, True)):
        raws[name] = FOLDER / f"{name.replace(' ', '_')}_raw"
        pages = REJECTED_ENTRIES * times // PAGE_SIZE
        land_runs(raws[name], 1, Shape(pages=pages, with_markets=False, with_rejected=with_rejected), seed=3)
    steps = [step("warm up", "load", raw, f"warm_{number}") for number, raw in enumerate(raws.values())]
    for number in range(ROUNDS + 1):
        steps += [step(name, "load", raw, f"{name.replace(' ', '_')}{number}") for name, raw in raws.items()]
    done = in_warm_jvm("rejected", steps, quick=True)
    note = f"{REJECTED_ENTRIES} entries in one raw object, in one warm JVM, the best of {ROUNDS + 1}"
    accepted, half, half_of_twice = (best(done[name]) for name in raws)
    return [
        Figure("every second entry rejected / the same number accepted", half, accepted, at_most=2, note=note),
        Figure("twice the entries, every second rejected / once", half_of_twice, half, at_most=2.2, note=note),
    ]


def phases_of(report: Mapping[str, Any], seconds: float) -> dict[str, float]:
    """Return where a load's time went: the phases it reports, and before them what it was not yet counting."""
    phases: dict[str, float] = report["seconds"]
    return {"start-up and end": seconds - sum(phases.values()), **phases}


def measure_history() -> Figure:
    """Measure one day's load on top of a year, and on top of one day."""
    long, short = FOLDER / "long_raw", FOLDER / "short_raw"
    say(f"history: {DAYS} days, then {LATER} days more, each on top of it and on top of one day")
    land_runs(long, DAYS, HISTORY, seed=2)
    land_runs(short, 1, HISTORY, seed=2, first_day=DAYS - 1)
    steps = [step("history", "load", raw, raw.name) for raw in (long, short)]
    for number in range(-1, LATER):
        day = FOLDER / "later" / str(number)
        land_runs(day, 1, HISTORY, seed=2, first_day=DAYS + 1 + number)
        # The first pair only warms up; the others take turns in who comes first.
        pair = (long, short) if number % 2 else (short, long)
        steps += [one for raw in pair for one in _one_day(day, raw, f"{raw.name}{'' if number >= 0 else ' first'}")]
    done = in_warm_jvm("history", steps, quick=True)
    return Figure(
        f"one day's load on {DAYS} days / on 1 day",
        middle(done["long_raw"]),
        middle(done["short_raw"]),
        at_most=1.1,
        note=f"the median of {LATER} days, in one warm JVM",
    )


def _one_day(day: Path, raw: Path, name: str) -> list[dict[str, Any]]:
    return [step("land", "land", day, raw), step(name, "load", raw, raw.name)]


def measure_nothing_new(raw: Path, warehouse: Path) -> Figure:
    """Measure a run with nothing new against starting Spark and reading the ledger."""
    say("nothing new: a run, and only reading the ledger, each started afresh")
    quick = size_of(raw) < QUICK_BYTES
    table = f"{LOCAL_CATALOG}.{DATABASE}.raw_object"
    reports: list[dict[str, Any]] = []
    costs: dict[str, list[Cost]] = {"ours": [], "theirs": []}
    for _ in range(3):
        costs["ours"].append(measure(lambda: reports.append(make_load(raw, warehouse))))
        costs["theirs"].append(measure(lambda: _read_ledger(table, warehouse, quick)))
    if commits := sum(report["commits"] for report in reports):
        raise UserError(f"nothing new: expected 0 commits, got {commits}. Nothing was written down.")
    ours, theirs = (min(found, key=lambda cost: cost.seconds) for found in costs.values())
    note = "the best of 3 runs each; 0 commits"
    return Figure("nothing new / starting Spark and reading the ledger", ours, theirs, at_most=1.2, note=note)


def measure_small_file(raw: Path, warehouse: Path) -> Figure:
    """Measure one small file into a warehouse that is there against a run with nothing new, each started afresh."""
    say("one small file, and nothing new, each started afresh")
    costs: dict[str, list[Cost]] = {"small": [], "nothing": []}
    size = 0
    for number in range(3):
        before = size_of(raw)
        land_runs(raw, 1, SMALL, seed=4, first_day=2 * DAYS + number)
        size = size_of(raw) - before
        costs["small"].append(measure(lambda: make_load(raw, warehouse)))
        costs["nothing"].append(measure(lambda: make_load(raw, warehouse)))
    small, nothing = (min(found, key=lambda cost: cost.cpu or cost.seconds) for found in costs.values())
    note = f"a raw object of {size / 1000:.0f} KB, a new day each; the best of 3"
    return Figure("one small file / nothing new", small, nothing, cpu_at_most=1.5, note=note)


def measure_worker(size: float) -> str:
    """Return a line with the peak memory of a Python worker that reads one raw object of a size."""
    say("memory of a Python worker for one large raw object")
    raw = FOLDER / "large"
    landed = land_runs(raw, 1, Shape(pages=round(size / RUN_BYTES * Shape().pages)), seed=5)
    path = next(raw.rglob("*.ndjson.gz"))
    command = [sys.executable, "-m", "bench.worker_memory", str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    report = json.loads(done.stdout)
    return (
        f"A Python worker that reads one raw object of {landed / 1e6:.0f} MB of JSON lines takes "
        f"{report['peak_mb']:.0f} MB at its peak ({report['entries']} entries); promised: at most 512 MB for 1 GB."
    )


def _read_ledger(table: str, warehouse: Path, quick: bool) -> None:
    settings = warehouse_settings(warehouse)
    if code := submit(BENCH / "read_ledger.py", [table], settings, quick=quick, output_file=FOLDER / "ledger.log"):
        raise UserError(f"the ledger: expected exit code 0, got {code}. Nothing was written down.")


def run(size: float) -> None:
    """Measure everything and write it down."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    machine, started = list(describe_machine()), monotonic()
    raw, part = FOLDER / "raw", FOLDER / "part"
    runs = max(2, round(size / RUN_BYTES))
    say(f"data: {runs} raw objects")
    landed = land_runs(raw, runs, Shape(), seed=1, per_day=RUNS_A_DAY)
    packed = size_of(raw)
    part_bytes = make_part(raw, part, PART_RUNS) * landed
    quarter = FOLDER / "quarter" if size >= QUARTER_FROM else None
    if quarter:
        make_part(raw, quarter, runs // 4)
    part_ours, part_duck, _, _ = measure_programs(part, "part")
    ours, duck, pandas, report = measure_programs(raw, "whole")
    warm, warm_phases = measure_warm(raw, part, quarter)
    note = "programs started afresh"
    figures = [
        *warm,
        Figure("pandas, file by file / load", ours, pandas, at_least=1.5, note=note),
        Figure("load / DuckDB", ours, duck, at_most=6, note=f"{note}; DuckDB classifies, merges and commits nothing"),
        measure_history(),
        measure_nothing_new(raw, FOLDER / "whole_warehouse"),
        measure_small_file(raw, FOLDER / "whole_warehouse"),
        *measure_rejected(),
    ]
    phases = {name: (afresh, warm_phases[name]) for name, afresh in phases_of(report, ours.seconds).items()}
    lines = [
        f"The data: {landed / 1e6:.0f} MB of JSON lines, {packed / 1e6:.1f} MB compressed, {runs} raw objects, "
        f"{report['entries']} entries; the part is {part_bytes / 1e6:.0f} MB.",
        measure_worker(size),
        _compare_with_duckdb((part_ours, part_duck), (ours, duck), landed, part_bytes),
        f"The whole bench took {(monotonic() - started) / 60:.0f} minutes.",
    ]
    show(figures)
    path = RESULTS if size < QUARTER_FROM else RESULTS.with_stem(f"RESULTS-{size / 1e9:g}GB")
    write_markdown(path, machine, lines, figures, phases, dt.datetime.now(dt.UTC).date())
    say(f"written: {path.relative_to(ROOT)}")


def _compare_with_duckdb(small: tuple[Cost, Cost], large: tuple[Cost, Cost], size: float, part: float) -> str:
    points = [(ours.seconds, theirs.seconds) for ours, theirs in (small, large)]
    from_size = take_over_size(points[0], points[1], size, part)
    times = f"DuckDB takes {large[1].seconds:.1f} s where the load takes {large[0].seconds:.1f} s"
    if from_size is None:
        return f"{times}; more data on this machine would not change who wins: each byte costs Spark more too."
    return f"{times}; by these two sizes Spark would take over from {from_size / 1e9:.1f} GB on this machine."


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table(*HEAD, box=SIMPLE_HEAD, pad_edge=False)
    for figure in figures:
        table.add_row(*figure.cells())
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 160
    console.print(table)


def main(argv: Sequence[str] | None = None) -> int:
    """Parse `make bench`'s variable and measure."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("--size", default="250MB")
    options = parser.parse_args(argv)
    try:
        run(parse_size(options.size))
    except UserError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("bench: stopped. Nothing was written down.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
