"""Summaries (sql/ctas) off Athena: the same statement without what Athena alone understands."""

from collections.abc import Mapping

from sqlglot import exp

from lakehouse.statements.statement import Statement, parse_statement, read_folder

ATHENA_ONLY = frozenset({"table_type", "is_external", "write_compression"})
LOCATION = "location"


def read_named() -> Mapping[str, Statement]:
    """Return what can be read by name beside tables: the views, and the summaries, whose public names are views."""
    return {**read_folder("view"), **read_folder("ctas")}


def name_of_property(setting: exp.Expr) -> str:
    """Return the name of a table property as it is written."""
    return str(setting.name if type(setting) is exp.Property else setting.key.removesuffix("property")).lower()


def to_trino_table(text: str, location: str) -> str:
    """Return a summary's CREATE TABLE in Trino's dialect, to be written at a location."""
    tree = parse_statement(text).copy()
    for setting in list(tree.args["properties"].expressions):
        if name_of_property(setting) in ATHENA_ONLY:
            setting.pop()
        elif name_of_property(setting) == LOCATION:
            setting.replace(exp.Property(this=exp.Var(this=LOCATION), value=exp.Literal.string(location)))
    return tree.sql(dialect="trino", comments=False)


def as_view(tree: exp.Expr) -> exp.Expr:
    """Return the CREATE VIEW of a view or a summary: a laptop stores no summary, it computes it."""
    if not isinstance(tree, exp.Create) or tree.kind != "TABLE":
        return tree
    return exp.Create(this=tree.this.copy(), kind="VIEW", replace=True, expression=tree.expression.copy())
