"""Summaries (sql/ctas) off Athena: the same statement without what Athena alone understands."""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from lakehouse.statements.statement import Statement, read_folder
from sql.time_zones import UTC_FOR_ALL, set_time_zones


def read_named(time_zones: Mapping[str, str] = UTC_FOR_ALL) -> Mapping[str, Statement]:
    """Return what can be read by name beside tables: the views, and the summaries, whose public names are views.

    The views show local times on the clocks of these time zones (by account).
    """
    views = {
        name: replace(view, text=set_time_zones(view.text, time_zones)) for name, view in read_folder("view").items()
    }
    return {**views, **read_folder("ctas")}


def name_of_property(setting: exp.Expr) -> str:
    """Return the name of a table property as it is written."""
    return str(setting.name if type(setting) is exp.Property else setting.key.removesuffix("property")).lower()


def as_view(tree: exp.Expr) -> exp.Expr:
    """Return the CREATE VIEW of a view or a summary: a laptop stores no summary, it computes it."""
    if not isinstance(tree, exp.Create) or tree.kind != "TABLE":
        return tree
    return exp.Create(this=tree.this.copy(), kind="VIEW", replace=True, expression=tree.expression.copy())
