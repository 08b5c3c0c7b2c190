"""The statements derived from the tables' descriptions, and the literal partitions that confine them."""

import datetime as dt
import re

import pytest
from py4j.protocol import Py4JJavaError

from glue_jobs.errors import LoadError
from glue_jobs.iceberg import conflicts, ranking
from glue_jobs.iceberg.merge import PROPERTIES, create_statement, merge_statement, partition_filter, replaces
from glue_jobs.tables import ALBUM, LISTING, PLAY, RAW_OBJECT, REJECTED_RECORD, SONG, TABLES, Table

TABLE_IDS = [table.name for table in TABLES]


@pytest.mark.parametrize("table", TABLES, ids=TABLE_IDS)
def test_merge_sets_every_column_but_the_key_once(table: Table) -> None:
    statement = merge_statement(table, "c.d.t", "v", "true")
    updated = re.findall(r"t\.(\w+) = s\.\w+", statement.split("update set ")[1].split("\n")[0])
    assert sorted(updated) == sorted(set(table.column_names) - set(table.key))


@pytest.mark.parametrize("table", TABLES, ids=TABLE_IDS)
def test_merge_inserts_every_column_in_order(table: Table) -> None:
    insert = merge_statement(table, "c.d.t", "v", "true").split("insert ")[1]
    columns = ", ".join(table.column_names)
    assert insert == f"({columns}) values ({', '.join(f's.{name}' for name in table.column_names)})"


@pytest.mark.parametrize("table", TABLES, ids=TABLE_IDS)
def test_merge_joins_on_the_partition_and_the_whole_key(table: Table) -> None:
    condition = merge_statement(table, "c.d.t", "v", "PARTITIONS").split("\non ")[1].split("\nwhen")[0]
    assert condition == " and ".join(["PARTITIONS", *(f"t.{key} = s.{key}" for key in table.key)])


@pytest.mark.parametrize("table", TABLES, ids=TABLE_IDS)
def test_create_states_type_comment_and_athena_s_version(table: Table) -> None:
    statement = create_statement(table, "c.d.t")
    assert all(f"{column.name} {column.type.simpleString()} comment '" in statement for column in table.columns)
    assert "'format-version' = '2'" in statement
    assert "using iceberg partitioned by (" in statement


def test_create_keeps_a_quote_in_a_comment() -> None:
    assert r"not the user\'s" in create_statement(
        Table("t", "not the user's", ("k",), (ALBUM.columns[0],), partition="k"), "c.d.t"
    )


def test_tables_are_written_for_athena_and_for_one_writer_at_a_time() -> None:
    assert PROPERTIES["write.merge.mode"] == "copy-on-write"
    assert PROPERTIES["write.merge.isolation-level"] == "serializable"


@pytest.mark.parametrize(
    ("table", "days", "expected"),
    [
        pytest.param(SONG, [], "false", id="no day is no partition"),
        pytest.param(
            SONG,
            [dt.date(2026, 11, 2), dt.date(2026, 11, 1), dt.date(2026, 11, 2)],
            "t.extraction_date in (date'2026-11-01', date'2026-11-02')",
            id="days are listed once, in order",
        ),
        pytest.param(PLAY, [], "false", id="no month is no partition"),
        pytest.param(
            PLAY,
            [dt.date(2026, 1, 1), dt.date(2025, 12, 1), dt.date(2025, 10, 1)],
            "((t.played_at >= timestamp'2025-10-01 00:00:00Z' and t.played_at < timestamp'2025-11-01 00:00:00Z') or "
            "(t.played_at >= timestamp'2025-12-01 00:00:00Z' and t.played_at < timestamp'2026-02-01 00:00:00Z'))",
            id="months that follow each other are one span",
        ),
        pytest.param(
            RAW_OBJECT,
            [dt.date(2026, 11, 14), dt.date(2026, 12, 1), dt.date(2026, 11, 2)],
            "((t.extraction_date >= date'2026-11-01' and t.extraction_date < date'2027-01-01'))",
            id="days of a table that has a file a month are its months",
        ),
    ],
)
def test_partition_filter(table: Table, days: list[dt.date], expected: str) -> None:
    assert partition_filter(table, days) == expected


def test_a_sighting_is_ranked_by_what_it_knows_then_by_time_then_by_content() -> None:
    names = re.findall(r"'(\w+)', ", ranking.rank(ALBUM))
    assert names[:2] == ["worth", "seen_at"]
    assert names[-1] == "raw_key"
    assert set(names) - {"worth"} == set(ALBUM.column_names) - set(ALBUM.key)


def test_what_a_listing_is_worth_names_the_row_it_speaks_of() -> None:
    assert ranking.worth(LISTING, "t.").count("t.is_complete") == 2
    assert "t.status" in ranking.worth(LISTING, "t.")


def test_the_ledger_is_not_rewritten_for_a_new_time_alone() -> None:
    condition = replaces(RAW_OBJECT)
    assert "loaded_at" not in condition
    assert "s.accepted <=> t.accepted" in condition


def test_a_resolved_record_is_another_row() -> None:
    assert "s.resolved_at <=> t.resolved_at" in replaces(REJECTED_RECORD)


@pytest.mark.parametrize(
    ("said", "is_retried"),
    [
        ("org.apache.iceberg.exceptions.ValidationException: Found conflicting files", True),
        ("org.apache.iceberg.exceptions.CommitFailedException: the table was updated", True),
        ("[SQLITE_BUSY] The database file is locked", True),
        (
            "java.lang.IllegalStateException: Runtime file filtering is not possible: "
            "the table has been concurrently modified.",
            True,
        ),
        ("java.io.FileNotFoundException: part-0.parquet", False),
    ],
)
def test_what_a_rival_caused_is_retried_and_nothing_else(said: str, is_retried: bool) -> None:
    class Raised(Py4JJavaError):
        def __init__(self) -> None:
            pass

        def __str__(self) -> str:
            return f"An error occurred while calling o42.sql.\n: {said}"

    assert conflicts.is_conflict(Raised()) is is_retried


class Lost(Py4JJavaError):
    """A lost race for the catalog."""

    def __init__(self) -> None:
        """Take no Java."""

    def __str__(self) -> str:
        """Return what Java says."""
        return "org.apache.iceberg.exceptions.CommitFailedException: somebody was first"


def test_a_change_is_tried_again_after_longer_and_longer_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(conflicts, "sleep", pauses.append)

    def work(attempt: int) -> str:
        if attempt < 4:
            raise Lost
        return f"try {attempt}"

    assert conflicts.try_again(work, "song", "Nothing is lost.") == "try 4"
    assert [1 if 0.5 * number <= pause <= 1.5 * number else 0 for number, pause in enumerate(pauses, 1)] == [1, 1, 1]


def test_who_is_never_first_says_what_became_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(conflicts, "sleep", pauses.append)

    def work(_attempt: int) -> None:
        raise Lost

    with pytest.raises(LoadError, match=r"song: other runs wrote .* 5 tries\. Nothing is lost\."):
        conflicts.try_again(work, "song", "Nothing is lost.")
    assert len(pauses) == conflicts.TRIES - 1
