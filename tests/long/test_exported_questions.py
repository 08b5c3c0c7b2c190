"""Every saved question, asked of an exported DuckDB file under another clock, answers as the warehouse does."""

import duckdb

from lakehouse.cli import main
from lakehouse.statements.statement import parse_statement, read_folder
from lakehouse.warehouse.session import Session
from tests.kept import KEPT, unpack
from tests.sql.test_export import rows_of


def test_the_file_answers_as_the_warehouse_for_every_question(tmp_path):
    warehouse, path = unpack(KEPT[-1], tmp_path), tmp_path / "music.duckdb"
    assert main(["export", str(path), "--warehouse", str(warehouse), "--quiet"]) == 0
    session, fresh = Session(warehouse), duckdb.connect(str(path), read_only=True)
    fresh.execute("set TimeZone = 'America/Los_Angeles'")
    answered = 0
    for name, question in read_folder("question").items():
        mine = session.run(parse_statement(question.text))
        theirs = fresh.sql(f"select * from question.{name}").to_arrow_table()
        assert rows_of(theirs) == rows_of(mine), name
        answered += bool(mine.num_rows)
    assert answered > 20
    fresh.close()
