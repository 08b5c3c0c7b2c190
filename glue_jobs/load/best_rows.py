"""Keep the best row of each key: promise 2, in Python. iceberg/ranking.py says the same in SQL, for the MERGE.

Of two rows of a key the one worth more stays, whole: the one that knows most (most columns not null), or what the table
says; then the newer; then the one with the greater content, null before anything, text by its UTF-8 bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from glue_jobs.tables import LISTING, Table

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Order:
    """Where a table's rows have what decides between two of them."""

    key: Callable[[Row], Any]
    is_listing: bool
    newest: int
    content: tuple[int, ...]
    last: int


@cache
def order_of(table: Table) -> Order:
    """Return what decides between two rows of a table."""
    place = {name: number for number, name in enumerate(table.column_names)}
    return Order(
        key=itemgetter(*(place[name] for name in table.key)),
        is_listing=table.name == LISTING.name,
        newest=place[table.newest or "raw_key"],
        content=tuple(place[name] for name in table.content),
        last=place["raw_key"],
    )


STATUS = LISTING.column_names.index("status")
IS_COMPLETE = LISTING.column_names.index("is_complete")


def worth(order: Order, row: Row) -> int:
    """Return what a row is worth: how many of its values are known; key, time and raw_key always are."""
    return _listing_worth(row) if order.is_listing else -row.count(None)


def _listing_worth(row: Row) -> int:
    """Put a complete listing first, then one of unknown extent, a pointer to an earlier one, and one that broke off."""
    if row[STATUS] == "unchanged":
        return 1
    return {True: 3, None: 2, False: 0}[row[IS_COMPLETE]]


def is_better(order: Order, row: Row, other: Row) -> bool:
    """Return whether a row replaces another of the same key."""
    difference = worth(order, row) - worth(order, other)
    if difference:
        return difference > 0
    if row[order.newest] != other[order.newest]:
        return bool(row[order.newest] > other[order.newest])
    for number in order.content:
        if row[number] != other[number]:
            return comparable(row[number]) > comparable(other[number])
    return bool(row[order.last] > other[order.last])


def comparable(value: Any) -> tuple[Any, ...]:
    """Make values comparable as Spark compares them: null first, text by its UTF-8 bytes, lists element by element."""
    if value is None:
        return (0,)
    if isinstance(value, str):
        return (1, value.encode())
    if isinstance(value, (list, tuple)):
        return (1, [comparable(element) for element in value])
    return (1, value)


class BestRows:
    """The best row of each key of one table."""

    def __init__(self, table: Table) -> None:
        """Start without a row."""
        self.table = table
        self.order = order_of(table)
        self.rows: dict[Any, Row] = {}

    def add(self, row: Row) -> None:
        """Keep a row if it is the best of its key so far."""
        key = self.order.key(row)
        known = self.rows.get(key)
        if known is None or is_better(self.order, row, known):
            self.rows[key] = row

    def add_all(self, other: "BestRows") -> None:
        """Keep those rows of another that are the best of their keys."""
        if not self.rows:
            self.rows = other.rows
            return
        for row in other.rows.values():
            self.add(row)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self.rows)
