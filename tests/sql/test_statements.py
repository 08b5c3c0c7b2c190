"""Reading the SQL folder: headers, names, parameters."""

import pytest

from local.statements import (
    StatementError,
    names_read,
    parameters_of,
    parse_statement,
    read_header,
    set_parameters,
    to_duckdb,
)


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
        ("limit", "5.5", "parameter limit: seen '5.5', expected a whole number"),
        ("share", "half", "parameter share: seen 'half', expected a number"),
        ("is_new", "yes", "parameter is_new: seen 'yes', expected true or false"),
        ("since", "yesterday", "parameter since: seen 'yesterday', expected a date like 2026-11-20"),
        ("since_", "1", "no parameter since_; expected limit, share, kind, is_new, since, account"),
    ],
)
def test_a_value_that_is_not_of_the_parameters_type_is_refused(name, value, line):
    with pytest.raises(StatementError) as error:
        set_parameters(parse_statement(QUESTION), {name: value})
    assert str(error.value) == line
