"""Each check is silent on good rows and speaks on broken ones."""

import datetime as dt

import pytest

from glue_jobs.tables import SKIP_REASONS, TABLES
from lakehouse.statements.statement import read_folder
from tests.sql.golden import CASES, read_case

MON, TUE = dt.date(2026, 11, 16), dt.date(2026, 11, 17)
AT = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
COUNTS = ("accepted", *(f"skipped_{reason}" for reason in SKIP_REASONS), "rejected_entries")


def ledger(raw_key="k1", **more):
    """Return a loaded object in which every count is a different number."""
    counts = {name: 10**place for place, name in enumerate(COUNTS)}
    entries = sum(counts.values())
    return {"raw_key": raw_key, "extraction_date": MON, "status": "loaded", "entries": entries, **counts, **more}


@pytest.mark.parametrize("name", sorted(read_folder("check")))
def test_on_empty_tables_every_check_is_silent(answer, name):
    assert answer(name) == []


def test_entries_reconcile_is_silent_when_all_counts_add_up(answer):
    assert answer("entries_reconcile", raw_object=[ledger()]) == []


@pytest.mark.parametrize("name", COUNTS)
def test_entries_reconcile_speaks_when_a_count_is_off_by_one(answer, name):
    broken = ledger()
    broken[name] += 1
    entries = broken["entries"]
    columns = "raw_key extraction_date entries accounted_entries"
    assert answer("entries_reconcile", columns, raw_object=[broken]) == [("k1", MON, entries, entries + 1)]


@pytest.mark.parametrize("name", [*COUNTS, "entries"])
def test_entries_reconcile_speaks_when_a_count_is_missing(answer, name):
    assert [row[0] for row in answer("entries_reconcile", raw_object=[ledger(**{name: None})])] == ["k1"]


def test_entries_reconcile_leaves_out_objects_that_could_not_be_read(answer):
    unread = {"raw_key": "k1", "extraction_date": MON, "status": "truncated"}
    assert answer("entries_reconcile", raw_object=[unread]) == []


def rejected(raw_key, line, **more):
    """Return a record that was rejected."""
    return {"raw_key": raw_key, "line": line, "path": "$", "extraction_date": MON, **more}


@pytest.mark.parametrize(
    ("objects", "records", "expected"),
    [
        pytest.param([("k1", 2, 1)], [("k1", 1), ("k1", 2), ("k1", 3)], [], id="as many as counted"),
        pytest.param([("k1", 2, 1)], [("k1", 1)], [("k1", 3, 1)], id="fewer kept than counted"),
        pytest.param([("k1", 0, 0)], [("k1", 1)], [("k1", 0, 1)], id="more kept than counted"),
        pytest.param([("k1", 1, 0)], [], [("k1", 1, 0)], id="none kept"),
        pytest.param([], [("k9", 1)], [("k9", 0, 1)], id="kept from an object the ledger does not know"),
        pytest.param([("k1", None, None)], [], [], id="an object that could not be read counts nothing"),
    ],
)
def test_rejected_records_agree(answer, objects, records, expected):
    ledger_rows = [
        {"raw_key": key, "extraction_date": MON, "rejected_entries": entries, "rejected_documents": documents}
        for key, entries, documents in objects
    ]
    rejected_rows = [rejected(key, line) for key, line in records]
    columns = "raw_key counted_records kept_records"
    assert answer("rejected_records_agree", columns, raw_object=ledger_rows, rejected_record=rejected_rows) == expected


def test_rejected_records_agree_leaves_out_resolved_records(answer):
    rows = answer(
        "rejected_records_agree",
        raw_object=[{"raw_key": "k1", "extraction_date": MON, "rejected_entries": 1, "rejected_documents": 0}],
        rejected_record=[rejected("k1", 1), rejected("k1", 2, resolved_at=AT)],
    )
    assert rows == []


def key_values(table, number):
    """Return a key of the table, different for each number."""
    values = {"extraction_date": MON + dt.timedelta(days=number), "played_at": AT + dt.timedelta(hours=number)}
    return {name: values.get(name, number if name == "line" else f"{name}{number}") for name in table.key}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_a_check_of_its_key_that_speaks_on_a_key_that_occurs_twice(answer, table):
    twice, once = key_values(table, 1), key_values(table, 2)
    rows = answer(f"{table.name}_key", " ".join([*table.key, "row_count"]), **{table.name: [twice, once, twice]})
    assert rows == [(*twice.values(), 2)]


@pytest.mark.parametrize(
    ("table", "part"), [pytest.param(table, part, id=f"{table.name}.{part}") for table in TABLES for part in table.key]
)
def test_the_check_of_a_key_speaks_when_a_part_is_missing(answer, table, part):
    broken = key_values(table, 1) | {part: None}
    marker = {} if table.key != (part,) else {table.column_names[-1]: None}
    rows = answer(f"{table.name}_key", " ".join(table.key), **{table.name: [broken | marker, key_values(table, 2)]})
    assert rows == [tuple(broken.values())]


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        pytest.param([1, 2, 3], [], id="positions from 1"),
        pytest.param([1, 2, 2], [(2, 2)], id="a position taken twice"),
        pytest.param([0, 1], [(0, 1)], id="a position below 1"),
        pytest.param([1, None], [(None, 1)], id="a position missing"),
    ],
)
def test_listing_positions(answer, positions, expected):
    key = {"account": "-", "source_kind": "playlist", "source_id": "p1"}
    entries = [{"position": position, "item_id": f"s{number}"} for number, position in enumerate(positions)]
    listings = [{**key, "extraction_date": MON, "entries": entries}, {**key, "extraction_date": TUE, "entries": []}]
    assert answer("listing_positions", "position entries", listing=listings) == expected


@pytest.mark.parametrize("table", ["album", "artist", "song", "listing", "play"])
def test_row_traceable_speaks_of_rows_whose_object_the_ledger_does_not_know(answer, table):
    rows = answer(
        "row_traceable",
        "table_name raw_key row_count",
        raw_object=[{"raw_key": "k1", "extraction_date": MON}],
        **{table: [{"raw_key": "k1"}, {"raw_key": "k9"}, {"raw_key": "k9"}, {"raw_key": None}]},
    )
    assert rows == [(table, "k9", 2), (table, None, 1)]


def test_every_check_is_shown_to_speak_here():
    keys = {f"{table.name}_key" for table in TABLES}
    shown = {"entries_reconcile", "rejected_records_agree", "listing_positions", "row_traceable"}
    golden = {case.name for case in CASES if case.expected}
    assert set(read_folder("check")) == keys | shown | (golden & set(read_folder("check")))
    assert not golden & (keys | shown)


GOOD = """sound data: no row
album: album_id | artist_id | artist_ids | release_date_text | release_date_precision | release_date | raw_key
       b1       | a1        | a1         | 1979              | year                   | 1979-01-01   | k1
artist: artist_id | followers | raw_key
        a1        | 0         | k1
        a2        | null      | k1
song: song_id | album_id | artist_id | artist_ids | duration_ms | raw_key
      s1      | b1       | a1        | a1 a2      | 1000        | k1
listing: extraction_date | status    | snapshot_id | total | entries        | raw_key
         2026-11-16      | ok        | v1          | 2     | s1 episode:e1  | k1
         2026-11-17      | unchanged | v1          | 2     | null           | k1
play: played_at        | song_id | ms_played | seen_at          | raw_key
      2026-11-16T08:00 | s1      | 0         | 2026-11-16T09:00 | k1
raw_object: account | raw_key | loaded_at        | entries | accepted | rejected_documents
            -       | k1      | 2026-11-16T09:00 | 5       | 5        | 1
rejected_record: raw_key | line | reason
                 k1      | 1    | error_body
"""


@pytest.mark.parametrize("name", sorted(read_folder("check")))
def test_a_check_is_silent_on_sound_data(answer, schemas, name):
    title, *lines = GOOD.splitlines()
    rows = read_case(name, title, lines).rows(schemas)
    rows["raw_object"][0] |= dict.fromkeys([*(f"skipped_{reason}" for reason in SKIP_REASONS), "rejected_entries"], 0)
    assert answer(name, **rows) == []
