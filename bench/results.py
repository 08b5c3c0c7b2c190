"""Figures as ratios, shown as a table and written down with the machine they were taken on."""

import datetime as dt
import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lakehouse.doctor import memory_size
from lakehouse.spark.java import find_java
from lakehouse.spark.submit import ICEBERG, driver_memory

PACKAGES = ("pyspark", "duckdb", "pandas", "pyarrow")


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of processors; the latter None where the system does not say."""

    seconds: float
    cpu: float | None

    def __str__(self) -> str:
        """Return both as one cell."""
        return f"{self.seconds:.1f}" + (f" ({self.cpu:.1f})" if self.cpu is not None else "")


@dataclass(frozen=True)
class Figure:
    """One comparison: what the load costs beside a rival, and the limit promised for the ratio, if any.

    `at_most` and `cpu_at_most` limit ours / theirs, by the clock and by processor seconds; `at_least` limits
    theirs / ours by the clock.
    """

    what: str
    ours: Cost
    theirs: Cost
    at_most: float | None = None
    at_least: float | None = None
    cpu_at_most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """Return the ratio by the clock, in the direction of its limit."""
        return self._ratio(self.ours.seconds, self.theirs.seconds)

    @property
    def cpu_ratio(self) -> float | None:
        """Return the ratio of processor seconds."""
        return self._ratio(self.ours.cpu, self.theirs.cpu) if self.ours.cpu and self.theirs.cpu else None

    def _ratio(self, ours: float, theirs: float) -> float:
        return theirs / ours if self.at_least is not None else ours / theirs

    @property
    def promised(self) -> str:
        """Return the limits as text."""
        limits = []
        if self.at_least is not None:
            limits.append(f"≥ {self.at_least:g} ×")
        if self.at_most is not None:
            limits.append(f"≤ {self.at_most:g} ×")
        if self.cpu_at_most is not None:
            limits.append(f"≤ {self.cpu_at_most:g} × by CPU")
        return ", ".join(limits)

    @property
    def is_met(self) -> bool | None:
        """Return whether the limits hold; None where nothing is promised, or the system hides processor seconds."""
        held: list[bool] = []
        if self.at_least is not None:
            held.append(self.ratio >= self.at_least)
        if self.at_most is not None:
            held.append(self.ratio <= self.at_most)
        if self.cpu_at_most is not None and self.cpu_ratio is not None:
            held.append(self.cpu_ratio <= self.cpu_at_most)
        return all(held) if held else None

    def cells(self) -> list[str]:
        """Return the row of the table."""
        cpu = f"{self.cpu_ratio:.2f}" if self.cpu_ratio else ""
        met = {True: "yes", False: "no", None: ""}[self.is_met]
        return [self.what, str(self.ours), str(self.theirs), f"{self.ratio:.2f}", cpu, self.promised, met]


HEAD = ("what", "ours, s (CPU s)", "the other, s (CPU s)", "ratio", "by CPU", "promised", "met")


def take_over_size(small: tuple[float, float], large: tuple[float, float], size: float, part: float) -> float | None:
    """Return the size from which ours is faster, from (ours, theirs) at two sizes; None where it never is.

    Both are taken as a start and a price per byte, which is what two sizes can tell.
    """
    ours, theirs = ((large[side] - small[side]) / (size - part) for side in (0, 1))
    if ours >= theirs:
        return None
    start_ours, start_theirs = large[0] - ours * size, large[1] - theirs * size
    return max(0.0, (start_ours - start_theirs) / (theirs - ours))


def describe_machine() -> Iterator[str]:
    """Yield what the figures depend on: the machine, how busy it is, and versions."""
    memory = memory_size()
    yield f"{os.cpu_count()} cores ({_processor()}), {memory or 0:.0f} GB of memory, {platform.system()}"
    yield f"load average before the start {os.getloadavg()[0]:.1f}: near 0 is quiet, else times are upper bounds"
    java = find_java()
    of_java = java.version if java else "none"
    yield f"Python {platform.python_version()}, Java {of_java}, Spark's memory {driver_memory()}"
    versions = (f"{name} {metadata.version(name)}" for name in PACKAGES)
    yield f"{', '.join(versions)}, Iceberg {ICEBERG.rsplit(':', 1)[1]}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_markdown(
    path: Path,
    machine: Iterable[str],
    notes: Iterable[str],
    figures: Sequence[Figure],
    phases: Mapping[str, tuple[float, float]],
    today: dt.date,
) -> None:
    """Write the figures down; nothing of an earlier run stays. `phases` are seconds afresh and in a warm JVM."""
    afresh, warm = (sum(both[side] for both in phases.values()) for side in (0, 1))
    lines = [
        "# Figures of the load job",
        "",
        f"Written by `make bench` on {today}. A ratio is of wall clock times taken in one run; that of processor",
        "seconds is shown beside it, because a busy machine disturbs it less. Every rival's rows were compared with",
        "those of the load before its time counted.",
        "",
        *(f"- {line}" for line in machine),
        "",
        f"| {' | '.join(HEAD)} |",
        f"|{'---|' * len(HEAD)}",
        *(f"| {' | '.join(figure.cells())} |" for figure in figures),
        "",
        *(f"- {figure.what}: {figure.note}" for figure in figures if figure.note),
        "",
        "## Where the time goes",
        "",
        "The whole load, started afresh as `lakehouse load` does, and in a warm JVM:",
        "",
        "| part | afresh, s | share | warm, s | share |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {cold:.1f} | {cold / afresh:.0%} | {hot:.1f} | {hot / warm:.0%} |"
            for name, (cold, hot) in phases.items()
        ),
        "",
        "## Notes",
        "",
        *(f"- {line}" for line in notes),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
