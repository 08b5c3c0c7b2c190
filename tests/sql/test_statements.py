"""Reading the SQL folder: headers, names, parameters."""

import pytest

from lakehouse.statements.statement import (
    StatementError,
    names_read,
    parameters_of,
    parse_statement,
    read_header,
    set_parameters,
    to_duckdb,
)
from lakehouse.warehouse import duckdb_engine as stand_in


def test_a_header_gives_name_title_grain_and_reads_and_may_say_more():
    text = "-- it: What is it?\n-- More of it. And more.\n-- Grain: one row per a and b.\n-- Reads: x, y.\nselect 1"
    header = read_header(text)
    assert {key: header[key] for key in ("name", "title", "grain", "reads")} == {
        "name": "it",
        "title": "What is it?",
        "grain": "one row per a and b",
        "reads": "x, y",
    }


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        pytest.param("select 1 as a", set(), id="nothing"),
        pytest.param("select a from Song as s join music.album on true", {"song", "album"}, id="ours, however written"),
        pytest.param("with b as (select a from song) select a from b", {"song"}, id="a step is no table"),
        pytest.param("with song as (select a from song) select a from song", {"song"}, id="a step named as its table"),
        pytest.param(
            "with recursive n as (select 1 as a union all select a from n) select a from n",
            set(),
            id="a recursive step",
        ),
        pytest.param("select (select max(a) from play) as a from song", {"play", "song"}, id="a subquery"),
        pytest.param(
            "select a from song where a in (select b from album)", {"album", "song"}, id="a subquery in where"
        ),
        pytest.param("select a from song union all select a from album", {"album", "song"}, id="a union"),
        pytest.param("select a from song cross join unnest(b) as t (a)", {"song"}, id="an unnested array is no table"),
        pytest.param(
            "create or replace view v as select a from song", {"song"}, id="a view reads, its name is not read"
        ),
        pytest.param("select a from other.song", {"other.song"}, id="another database"),
    ],
)
def test_names_read(sql, names):
    assert names_read(parse_statement(sql)) == names


QUESTION = """
with parameter as (
    select 20 as "limit", 0.5 as share, 'x' as kind, true as is_new,
        date '2026-01-01' as since, cast(null as varchar) as account
)
select 1 as one from parameter
"""


def test_parameters_are_the_columns_of_the_step_named_parameter():
    assert list(parameters_of(parse_statement(QUESTION))) == ["limit", "share", "kind", "is_new", "since", "account"]
    assert parameters_of(parse_statement("with other as (select 1 as a) select a from other")) == {}


@pytest.mark.parametrize(
    ("name", "value", "sql"),
    [
        ("limit", "5", "CAST('5' AS BIGINT) AS \"limit\""),
        ("limit", "-5", "CAST('-5' AS BIGINT) AS \"limit\""),
        ("share", "0.25", "CAST('0.25' AS DOUBLE) AS share"),
        ("kind", "it's", "CAST('it''s' AS TEXT) AS kind"),
        ("is_new", "false", "CAST('false' AS BOOLEAN) AS is_new"),
        ("since", "2026-11-16", "CAST('2026-11-16' AS DATE) AS since"),
        ("since", "", "CAST(NULL AS DATE) AS since"),
        ("account", "u1", "CAST('u1' AS TEXT) AS account"),
    ],
)
def test_a_parameter_is_set_with_the_type_of_its_default_and_the_rest_stays(name, value, sql):
    tree = parse_statement(QUESTION)
    before = to_duckdb(tree)
    after = to_duckdb(set_parameters(tree, {name: value}))
    assert sql in after
    assert to_duckdb(tree) == before
    changed = [old for old, new in zip(before.split(", "), after.split(", "), strict=True) if old != new]
    assert len(changed) == 1


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("limit", "5.5", "parameter limit: got '5.5', expected a whole number, at most 9223372036854775807"),
        ("share", "half", "parameter share: got 'half', expected a number"),
        ("is_new", "yes", "parameter is_new: got 'yes', expected true or false"),
        ("since", "yesterday", "parameter since: got 'yesterday', expected a date like 2026-11-20"),
        ("since_", "1", "no parameter since_; expected limit, share, kind, is_new, since, account"),
    ],
)
def test_a_value_that_is_not_of_the_parameters_type_is_refused(name, value, line):
    with pytest.raises(StatementError) as error:
        set_parameters(parse_statement(QUESTION), {name: value})
    assert str(error.value) == line


def test_parameters_reach_duckdb_as_literals_and_what_is_selected_keeps_its_name():
    sql = """with parameter as (select 5 as "limit", date '2026-11-16' as since, cast(null as varchar) as account)
        select parameter.since, a as b from song cross join parameter
        where d >= parameter.since and n <= parameter."limit" and account = parameter.account order by parameter."limit"
    """
    _, text = to_duckdb(parse_statement(sql)).split(") SELECT ")
    assert text == (
        "CAST('2026-11-16' AS DATE) AS since, a AS b FROM song CROSS JOIN parameter "
        "WHERE d >= CAST('2026-11-16' AS DATE) AND n <= CAST(5 AS BIGINT) AND account = CAST(NULL AS TEXT) "
        "ORDER BY CAST(5 AS BIGINT)"
    )


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        pytest.param(
            "select s.id, c.artist_id, c.position as place from song as s "
            "cross join unnest(s.ids) with ordinality as c (artist_id, position) where c.position = 1",
            "SELECT s.id, s.c_artist_id AS artist_id, s.c_position AS place "
            "FROM (SELECT *, UNNEST(s.ids) AS c_artist_id, "
            "UNNEST(GENERATE_SERIES(1, ARRAY_LENGTH(s.ids))) AS c_position FROM song AS s) AS s WHERE s.c_position = 1",
            id="with places",
        ),
        pytest.param(
            "select t.i from song cross join unnest(sequence(1, 2)) as t (i)",
            "SELECT song.t_i AS i FROM (SELECT *, UNNEST(GENERATE_SERIES(1, 2)) AS t_i FROM song) AS song",
            id="without places",
        ),
        pytest.param(
            "select i from song cross join unnest(sequence(1, 2)) as t (i)",
            "SELECT i FROM song CROSS JOIN UNNEST(GENERATE_SERIES(1, 2)) AS t(i)",
            id="a name without its alias stays as it is",
        ),
        pytest.param(
            "select * from song cross join unnest(sequence(1, 2)) as t (i)",
            "SELECT * FROM song CROSS JOIN UNNEST(GENERATE_SERIES(1, 2)) AS t(i)",
            id="all columns stay as they are",
        ),
        pytest.param(
            "select t.i from song join album on true cross join unnest(sequence(1, 2)) as t (i)",
            "SELECT t.i FROM song JOIN album ON TRUE CROSS JOIN UNNEST(GENERATE_SERIES(1, 2)) AS t(i)",
            id="a further join stays as it is",
        ),
    ],
)
def test_an_unnest_moves_below_the_select_so_that_conditions_pass(sql, text):
    tree = parse_statement(sql)
    assert to_duckdb(tree) == text
    assert tree == parse_statement(sql)


def test_the_unnest_that_moved_gives_the_same_rows():
    sql = """with t as (select 1 as id, array['a', 'b'] as xs union all select 2, array[] union all select 3, null)
        select t.id, u.x, u.n from t cross join unnest(t.xs) with ordinality as u (x, n) order by 1, 3"""
    assert stand_in.fetch(stand_in.connect(), to_duckdb(parse_statement(sql))).to_pylist() == [
        {"id": 1, "x": "a", "n": 1},
        {"id": 1, "x": "b", "n": 2},
    ]
