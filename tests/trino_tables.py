"""A summary as a table on Trino: the CREATE TABLE of sql/ctas without what Athena alone understands."""

from sqlglot import exp

from lakehouse.statements.statement import parse_statement
from lakehouse.statements.summaries import name_of_property

ATHENA_ONLY = frozenset({"table_type", "is_external", "write_compression"})
LOCATION = "location"


def to_trino_table(text: str, location: str) -> str:
    """Return a summary's CREATE TABLE in Trino's dialect, to be written at a location."""
    tree = parse_statement(text).copy()
    for setting in list(tree.args["properties"].expressions):
        if name_of_property(setting) in ATHENA_ONLY:
            setting.pop()
        elif name_of_property(setting) == LOCATION:
            setting.replace(exp.Property(this=exp.Var(this=LOCATION), value=exp.Literal.string(location)))
    return tree.sql(dialect="trino", comments=False)
