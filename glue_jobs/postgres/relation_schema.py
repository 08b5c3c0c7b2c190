"""The schema in PostgreSQL: what is missing is made, new columns are added, any other difference is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from glue_jobs.errors import LoadError
from glue_jobs.postgres.connection import Postgres
from glue_jobs.postgres.relations import Relation, postgres_type
from glue_jobs.postgres.target import NOTHING_PUBLISHED

STATE = "published"
"""The table that remembers what of each Iceberg table is here already."""

STATE_COMMENT = "What publish_rds has brought here; delete a row to copy its whole table again"
STATE_COLUMNS = {
    "table_name": ("text", "Iceberg table"),
    "snapshot_id": ("bigint", "Snapshot of it that was brought here last"),
    "partitions": ("jsonb", "For each partition (its first day) a digest of the data files it was read from"),
    "published_at": ("timestamp with time zone", "When something of it was brought here last"),
}


@dataclass
class Present:
    """A table as the server has it: columns with their types, the key, and the comments (the table's own under ``)."""

    columns: dict[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    comments: dict[str, str | None] = field(default_factory=dict)


def quote(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def quote_all(names: Sequence[str], prefix: str = "") -> str:
    """Return names as a list."""
    return ", ".join(prefix + quote(name) for name in names)


def literal(text: str) -> str:
    """Return a text as SQL writes it, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def prepare_schema(postgres: Postgres, schema: str, relations: Sequence[Relation]) -> list[str]:
    """Make the tables as they should be, in one transaction; return the tables that lacked something."""
    present = read_schema(postgres, schema)
    expected = {
        relation.name: {column.name: postgres_type(column.type) for column in relation.columns}
        for relation in relations
    }
    expected[STATE] = {name: kind for name, (kind, _) in STATE_COLUMNS.items()}
    retired = {relation.name: relation.source.retired for relation in relations if not relation.parent}
    keys = {STATE: ("table_name",), **{relation.name: relation.key for relation in relations}}
    if faults := [
        fault
        for name in expected
        if name in present
        for fault in _faults(name, expected[name], keys[name], present, retired.get(name, ()))
    ]:
        raise LoadError(
            f"{postgres.target}, schema {schema}: tables that differ: {'; '.join(faults)}."
            f" {NOTHING_PUBLISHED} No table was changed."
        )
    statements = list(_state_statements(schema, present))
    behind = []
    for relation in relations:
        made = list(_make_statements(schema, relation, present.get(relation.name)))
        behind += [relation.name] if made else []
        statements += [*made, *_comment_statements(schema, relation, present.get(relation.name))]
    if not statements:
        return []
    if not postgres.query(f"select 1 from pg_catalog.pg_namespace where nspname = {literal(schema)}"):
        postgres.execute(f"create schema {quote(schema)}")
    for statement in statements:
        postgres.execute(statement)
    # What was read from before a column was there has to be looked at again.
    sources = {relation.source.name for relation in relations if relation.name in behind}
    for source in sorted(sources):
        postgres.execute(f"delete from {quote(schema)}.{STATE} where table_name = {literal(source)}")
    postgres.commit()
    return behind


def read_schema(postgres: Postgres, schema: str) -> dict[str, Present]:
    """Return the tables of a schema as the server has them."""
    tables: dict[str, Present] = {}
    where = f"n.nspname = {literal(schema)} and c.relkind in ('r', 'p', 'v', 'm', 'f')"
    kin = "pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    for table, name, kind, comment in postgres.query(
        f"""select c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
            pg_catalog.col_description(c.oid, a.attnum)
        from {kin} join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where {where} order by c.relname, a.attnum"""
    ):
        present = tables.setdefault(str(table), Present())
        present.columns[str(name)], present.comments[str(name)] = str(kind), comment
    for table, comment in postgres.query(
        f"select c.relname, pg_catalog.obj_description(c.oid, 'pg_class') from {kin} where {where}"
    ):
        tables.setdefault(str(table), Present()).comments[""] = comment
    for table, name in postgres.query(
        f"""select c.relname, a.attname from {kin}
        join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary
        cross join lateral unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
        where {where} order by c.relname, k.place"""
    ):
        tables[str(table)].key += (str(name),)
    return tables


def _faults(
    name: str, expected: dict[str, str], key: tuple[str, ...], tables: dict[str, Present], retired: Sequence[str]
) -> Iterator[str]:
    present = tables[name]
    for column, kind in present.columns.items():
        if column in retired:
            continue
        if column not in expected:
            yield f"{name}.{column}: expected no such column, got {kind}"
        elif kind != expected[column]:
            yield f"{name}.{column}: expected {expected[column]}, got {kind}"
    if lacking := [column for column in key if column not in present.columns]:
        yield f"{name}: expected the key column {', '.join(lacking)}, got none"
    elif present.key != key:
        yield f"{name}: expected the primary key ({', '.join(key)}), got ({', '.join(present.key)})"


def _state_statements(schema: str, present: dict[str, Present]) -> Iterator[str]:
    name = f"{quote(schema)}.{STATE}"
    if STATE not in present:
        columns = ", ".join(f"{column} {kind} not null" for column, (kind, _) in STATE_COLUMNS.items())
        yield f"create table {name} ({columns}, primary key (table_name))"
        yield f"comment on table {name} is {literal(STATE_COMMENT)}"
        for column, (_, comment) in STATE_COLUMNS.items():
            yield f"comment on column {name}.{column} is {literal(comment)}"


def _make_statements(schema: str, relation: Relation, present: Present | None) -> Iterator[str]:
    """Yield what makes a table, adds its new columns, or drops those of an earlier version."""
    name = f"{quote(schema)}.{quote(relation.name)}"
    if present is not None:
        for retired in relation.source.retired if not relation.parent else ():
            if retired in present.columns:
                yield f"alter table {name} drop column {quote(retired)}"
        for column in relation.columns:
            if column.name not in present.columns:
                yield f"alter table {name} add column {quote(column.name)} {postgres_type(column.type)}"
        return
    columns = [
        f"{quote(column.name)} {postgres_type(column.type)}{' not null' if column.name in relation.key else ''}"
        for column in relation.columns
    ]
    columns.append(f"primary key ({quote_all(relation.key)})")
    if relation.parent:
        parent = f"{quote(schema)}.{quote(relation.parent)}"
        keys = quote_all(relation.source.key)
        columns.append(f"foreign key ({keys}) references {parent} ({keys}) on delete cascade")
    yield f"create table {name} ({', '.join(columns)})"
    # Which rows are of a partition is asked whenever that partition has changed.
    yield f"create index on {name} ({quote(relation.source.partition)})"


def _comment_statements(schema: str, relation: Relation, present: Present | None) -> Iterator[str]:
    name = f"{quote(schema)}.{quote(relation.name)}"
    present_comments = present.comments if present else {}
    if present_comments.get("") != relation.comment:
        yield f"comment on table {name} is {literal(relation.comment)}"
    for column in relation.columns:
        if present_comments.get(column.name) != column.comment:
            yield f"comment on column {name}.{quote(column.name)} is {literal(column.comment)}"
