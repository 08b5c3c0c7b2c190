"""Summaries off Athena: Trino writes them without Athena's own properties, a laptop computes them."""

import pytest
from sqlglot import exp

from lakehouse.statements.statement import parse_statement, read_folder, to_duckdb
from lakehouse.statements.summaries import as_view, read_named
from tests.trino_tables import to_trino_table

TEXT = """create table it
with (
    table_type = 'ICEBERG', is_external = false, location = '${location}', format = 'PARQUET',
    write_compression = 'ZSTD', partitioning = array['year(day)']
) as
select song_id, extraction_date as day from song"""


def test_trino_gets_the_place_the_format_and_the_partitions_alone():
    assert to_trino_table(TEXT, "s3://bucket/it") == (
        "CREATE TABLE it WITH (location='s3://bucket/it', format='PARQUET', partitioning=ARRAY['year(day)']) AS "
        "SELECT song_id, extraction_date AS day FROM song"
    )


def test_a_laptop_gets_a_view_of_the_same_select():
    assert to_duckdb(as_view(parse_statement(TEXT))) == (
        "CREATE OR REPLACE VIEW it AS SELECT song_id, extraction_date AS day FROM song"
    )


def test_a_view_stays_as_it_is():
    tree = parse_statement("create or replace view v as select song_id from song")
    assert as_view(tree) is tree


@pytest.mark.parametrize("name", sorted(read_folder("ctas")))
def test_what_trino_gets_of_a_shipped_summary_is_one_create_table_of_the_same_select(name):
    text = read_named()[name].text
    tree = parse_statement(to_trino_table(text, "s3://bucket/it"))
    assert isinstance(tree, exp.Create)
    assert tree.kind == "TABLE"
    assert "${" not in tree.sql()
    assert tree.named_selects == parse_statement(text).named_selects
