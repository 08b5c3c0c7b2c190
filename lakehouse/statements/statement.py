"""The SQL folder as data: each file's name, title, grain and statement, and Athena SQL turned into DuckDB's."""

import datetime as dt
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from lakehouse.defaults import DATABASE
from lakehouse.errors import UserError
from lakehouse.paths import SQL

SQL_FOLDER = SQL
DIALECT = "athena"
CATALOG = "awsdatacatalog"
PARAMETER = "parameter"
NOTHING = "nothing"
"""What a header says that a file reads, which reads no table and no view."""

GREATEST = 2**63 - 1
"""Of a bigint."""


def read_whole_number(text: str) -> int:
    """Return a number that a bigint can hold."""
    if re.fullmatch(r"[+-]?[0-9]+", text) is None or abs(int(text)) > GREATEST:
        raise ValueError(text)
    return int(text)


def read_date(text: str) -> dt.date:
    """Return a date, in the one way of writing it that every engine reads."""
    day = dt.date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


PARAMETER_VALUES: Mapping[str, tuple[Callable[[str], object], str]] = {
    "bigint": (read_whole_number, f"a whole number, at most {GREATEST}"),
    "double": (float, "a number"),
    "date": (read_date, "a date like 2026-11-20"),
    "boolean": ({"true": True, "false": False}.__getitem__, "true or false"),
}
"""How a parameter's value is read by its type, and what to say it should have been."""

Kind = Literal["view", "ctas", "question", "check"]
READING = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)
HEADER = re.compile(
    r"(?P<name>\w+): (?P<title>\S.*?[.?])(?P<more> .*?)? Grain: (?P<grain>.+?)\. Reads: (?P<reads>.+)\."
)

REMEDY = re.compile(r"Severity: (?P<severity>error|warning)\. Remedy: (?P<remedy>\S.*\.)$")
"""What the header of a check says beside."""

# sqlglot warns on stderr of statements that it only passes on; they are refused here, with a line of our own.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


class StatementError(UserError):
    """A statement that cannot be taken; the message is one line for the person who wrote it."""


@dataclass(frozen=True)
class Statement:
    """One file of the SQL folder: what its header says, and its text."""

    name: str
    title: str
    grain: str
    reads: tuple[str, ...]
    text: str
    severity: str = ""
    """Of a check: error, or warning where the rows may be right all the same."""
    remedy: str = ""
    """Of a check: what to do about rows that it finds."""


def read_header(text: str) -> dict[str, str]:
    """Return name, title, grain and reads from the comment lines that open a file."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    match = HEADER.fullmatch(" ".join(lines))
    if match is None:
        raise StatementError(
            f"header {' '.join(lines)[:80]!r}; expected '-- name: what.' then '-- Grain: one row per …. Reads: a, b.'"
        )
    return {key: value or "" for key, value in match.groupdict().items()}


def read_statement(path: Path) -> Statement:
    """Return the statement of one file."""
    text = path.read_text(encoding="utf-8")
    header = read_header(text)
    reads = tuple(name.strip() for name in header["reads"].split(",") if name != NOTHING)
    match = REMEDY.search(header["more"])
    severity, remedy = (match["severity"], match["remedy"]) if match else ("", "")
    return Statement(header["name"], header["title"], header["grain"], reads, text, severity, remedy)


@lru_cache
def read_folder(kind: Kind, folder: Path = SQL_FOLDER) -> Mapping[str, Statement]:
    """Return the statements of one kind by name, in the order of their names."""
    return {path.stem: read_statement(path) for path in sorted((folder / kind).glob("*.sql"))}


def describe_syntax_error(error: SqlglotError) -> str:
    """Return one line: where, what is wrong, and what was read instead."""
    if not isinstance(error, ParseError) or not error.errors:
        return "cannot be split into words; is a quote left open?"
    first = error.errors[0]
    got = str(first.get("highlight") or "the end")
    start = max((first.get("col") or 1) - len(got) + 1, 1)
    return f"line {first.get('line')}, column {start}: {plain_reason(str(first.get('description')))}, got {got!r}"


def plain_reason(description: str) -> str:
    """Return the parser's reason without its own class names and tokens."""
    incomplete = re.match(r"Required keyword: '\w+' missing for <class '[\w.]*\.(\w+)'>", description)
    if incomplete is not None:
        return f"incomplete {incomplete[1].lower()}"
    if description.startswith("Invalid expression"):
        return "not understood"
    return re.sub(r" but got <Token.*", "", description, flags=re.DOTALL).lower()


@lru_cache(maxsize=256)
def parse_statement(text: str) -> exp.Expr:
    """Return the tree of the one Athena statement in the text; do not change it, but a copy."""
    try:
        trees = [tree for tree in sqlglot.parse(text, read=DIALECT) if tree is not None]
    except SqlglotError as error:
        raise StatementError(f"SQL syntax, {describe_syntax_error(error)}") from error
    trees = [tree for tree in trees if not isinstance(tree, exp.Semicolon)]
    if len(trees) != 1:
        raise StatementError(
            f"{len(trees)} statements; expected one" if trees else "empty statement; expected one select"
        )
    return trees[0]


def require_reading(tree: exp.Expr) -> None:
    """Refuse whatever could change data or settings."""
    writing = tree.find(exp.DML, exp.DDL, exp.Command, exp.Into, exp.Set, exp.Pragma, exp.Attach)
    if isinstance(tree, READING) and (writing is None or isinstance(writing, READING)):
        return
    got = str(tree.this if isinstance(tree, exp.Command) else tree.key).lower()
    raise StatementError(f"this only reads; got {got}, expected select, with, values, show tables or describe NAME")


def names_read(tree: exp.Expr) -> set[str]:
    """Return the names of tables and views a statement reads, without those of its own steps (CTEs).

    A step may bear the name of the table it reads: within itself the name still means the table.
    """
    query = tree.expression if isinstance(tree, exp.Create) else tree
    try:
        sources = [source for scope in traverse_scope(query) for source in scope.sources.values()]
    except SqlglotError as error:
        raise StatementError(" ".join(str(error).split())) from error
    tables = [source for source in sources if isinstance(source, exp.Table)]
    return {qualified_name(table) for table in tables if isinstance(table.this, exp.Identifier)}


def qualified_name(table: exp.Table) -> str:
    """Return the table's name, without the database where it is ours."""
    name = table.name.lower()
    if table.catalog.lower() in ("", CATALOG) and table.db.lower() in ("", DATABASE):
        return name
    return ".".join(part for part in (table.catalog.lower(), table.db.lower(), name) if part)


def to_duckdb(tree: exp.Expr) -> str:
    """Return the statement in DuckDB's dialect, so written that conditions on a date reach the tables."""
    return name_time_zones(unnest_in_select(inline_parameters(tree))).sql(dialect="duckdb")


def inline_parameters(tree: exp.Expr) -> exp.Expr:
    """Return the statement with the values of its parameters where it names them.

    Athena and Trino see through a step of one row by themselves; DuckDB skips partitions by a literal only.
    """
    changed = tree.copy()
    values = parameters_of(changed)
    for column in list(changed.find_all(exp.Column)) if values else ():
        if column.table == PARAMETER and column.name in values:
            column.replace(literal_of(column, values[column.name]))
    return changed


def literal_of(column: exp.Column, value: exp.Expr) -> exp.Expr:
    """Return a parameter's value as typed SQL, which replaces its name; what a select gives keeps the name."""
    # A bare number in an order by would name a column by its place.
    literal = value.copy() if isinstance(value, exp.Cast) else exp.cast(value.copy(), plain_type(value))
    return exp.alias_(literal, column.name) if isinstance(column.parent, exp.Select) else literal


def name_time_zones(tree: exp.Expr) -> exp.Expr:
    """Change each `at_timezone(moment, zone)` to DuckDB's function, which takes the zone first."""
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.lower() == "at_timezone":
            moment, zone = call.expressions
            call.replace(exp.Anonymous(this="timezone", expressions=[zone.copy(), moment.copy()]))
    return tree


def unnest_in_select(tree: exp.Expr) -> exp.Expr:
    """Change each `from t cross join unnest(t.a) as u (b)` to `from (select *, unnest(t.a) as u_b from t) as t`.

    DuckDB passes no condition through a join with unnest, and would read every partition.
    """
    for select in list(tree.find_all(exp.Select)):
        source, joins = select.args.get("from_"), select.args.get("joins") or []
        if source is None or len(joins) != 1 or not isinstance(source.this, exp.Table):
            continue
        unnest = joins[0].this
        if isinstance(unnest, exp.Unnest) and len(unnest.expressions) == 1 and names_unnested(select, unnest):
            pull_unnest(select, source.this, unnest)
    return tree


def is_of_structs(unnest: exp.Unnest) -> bool:
    """Return whether an unnest spreads structs into columns: it names several, and none of them is the place."""
    alias = unnest.args.get("alias")
    return alias is not None and len(alias.columns) > 1 and not unnest.args.get("offset")


def names_unnested(select: exp.Select, unnest: exp.Unnest) -> bool:
    """Return whether the select names each unnested column with its alias, so that it can be called otherwise."""
    names = {column.name for column in columns_unnested(unnest)}
    plain = [column for column in select.find_all(exp.Column) if not column.table and column.name in names]
    return (
        bool(names)
        and not plain
        and not any(isinstance(selected, exp.Star) or selected.is_star for selected in select.expressions)
    )


def columns_unnested(unnest: exp.Unnest) -> list[exp.Expr]:
    """Return the names an unnest gives: of the element, and of its place where it has one."""
    alias, place = unnest.args.get("alias"), unnest.args.get("offset")
    return [*(alias.columns if alias else ()), *([place] if isinstance(place, exp.Identifier) else ())]


def pull_unnest(select: exp.Select, table: exp.Table, unnest: exp.Unnest) -> None:
    """Move an unnest from the select's join into a subquery in place of its table."""
    outer, alias = table.alias_or_name, unnest.args["alias"]
    array = unnest.expressions[0]
    if is_of_structs(unnest):
        pull_structs(select, table, unnest)
        return
    numbers = exp.func("GENERATE_SERIES", exp.Literal.number(1), exp.func("ARRAY_LENGTH", array.copy(), dialect=None))
    for column in list(select.find_all(exp.Column)):
        if column.table == alias.name:
            renamed = exp.column(f"{alias.name}_{column.name}", table=outer)
            column.replace(exp.alias_(renamed, column.name) if column.parent is select else renamed)
    unnested = [exp.Anonymous(this="UNNEST", expressions=[expression.copy()]) for expression in (array, numbers)]
    new = [
        exp.alias_(expression, f"{alias.name}_{column.name}")
        for expression, column in zip(unnested, columns_unnested(unnest), strict=False)
    ]
    select.set("joins", None)
    table.replace(exp.select(exp.Star(), *new).from_(table.copy()).subquery(outer))


def pull_structs(select: exp.Select, table: exp.Table, unnest: exp.Unnest) -> None:
    """Move an unnest of structs into a subquery; Athena gives a column for each field, DuckDB one for the struct."""
    outer, struct = table.alias_or_name, unnest.args["alias"].name
    for column in list(select.find_all(exp.Column)):
        if column.table == struct:
            field = exp.Dot(this=exp.column(struct, table=outer), expression=exp.to_identifier(column.name))
            column.replace(exp.alias_(field, column.name) if column.parent is select else field)
    unnested = exp.Anonymous(this="UNNEST", expressions=[unnest.expressions[0].copy()])
    select.set("joins", None)
    table.replace(exp.select(exp.Star(), exp.alias_(unnested, struct)).from_(table.copy()).subquery(outer))


def plain_type(value: exp.Expr) -> exp.DataType:
    """Return the type of a parameter's default that has no cast."""
    return exp.DataType.build(parameter_type(value), dialect=DIALECT)


def parameters_of(tree: exp.Expr) -> dict[str, exp.Expr]:
    """Return the defaults of the step named `parameter`, by name."""
    for cte in tree.find_all(exp.CTE):
        if cte.alias == PARAMETER and isinstance(cte.this, exp.Select):
            return {column.alias: column.this for column in cte.this.expressions}
    return {}


def parameter_type(default: exp.Expr) -> str:
    """Return the Athena type of a parameter, which its default shows."""
    if isinstance(default, exp.Cast):
        return default.to.sql(DIALECT).lower()
    if isinstance(default, exp.Boolean):
        return "boolean"
    if isinstance(default, exp.Literal) and default.is_string:
        return "varchar"
    return "bigint" if default.is_int else "double"


def require_value(name: str, value: str, type_name: str) -> None:
    """Refuse a parameter's value that is not of its type."""
    read, expected = PARAMETER_VALUES.get(type_name, (str, "text"))
    try:
        read(value)
    except (KeyError, ValueError) as error:
        raise StatementError(f"parameter {name}: got {value!r}, expected {expected}") from error


def set_parameters(tree: exp.Expr, values: Mapping[str, str]) -> exp.Expr:
    """Return the statement with other values in place of its parameters' defaults; an empty value means null."""
    changed = tree.copy()
    defaults = parameters_of(changed)
    for name, value in values.items():
        if name not in defaults:
            raise StatementError(f"no parameter {name}; expected {', '.join(defaults) or 'none'}")
        type_name = parameter_type(defaults[name])
        if value:
            require_value(name, value, type_name)
        literal = exp.Literal.string(value) if value else exp.Null()
        defaults[name].replace(exp.cast(literal, type_name, dialect=DIALECT))
    return changed
