"""Many rows in one statement, where Django's own ways cost most of the time of what they are for.

`bulk_update` says a change in a CASE per field, for twenty times the processor time; `bulk_create` asks each
field of each row what it wants to be, for three times.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from pbx_messaging.said import SaidColumn

Prepare = Callable[[Any], Any]

# Fields whose values go to the database as they are; of the others the field is asked.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.AutoField)


def write(rows: Sequence[models.Model], *names: str) -> None:
    """Writes these fields of rows of one model as they are in memory."""
    if not rows:
        return
    meta = rows[0]._meta
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    columns = [field.column for field in fields]
    changes = ", ".join(f"{field.column} = {_typed(field)}" for field in fields[1:])
    places, values = _bound(fields, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH written ({', '.join(columns)}) AS (VALUES {places}) "  # noqa: S608  own names
            f"UPDATE {meta.db_table} SET {changes} FROM written WHERE {meta.db_table}.id = written.id",
            values,
        )


def insert(rows: Sequence[models.Model]) -> None:
    """Inserts new rows of one model, in their order, and gives them their ids.

    For models whose fields fill themselves in no way: no `auto_now`, no files.
    """
    for row, (pk,) in zip(rows, _insert(rows, "RETURNING id"), strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias


def insert_missing(rows: Sequence[models.Model], *, telling: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """The same, but leaves out what a constraint forbids because it is there already. Gives no ids.

    Returns these columns of the rows that were not there.
    """
    returning = f" RETURNING {', '.join(telling)}" if telling else ""
    return _insert(rows, f"ON CONFLICT DO NOTHING{returning}")


def add(rows: Sequence[models.Model], *, keys: Sequence[str], sums: Sequence[str]) -> None:
    """Inserts rows, or adds their sums to the rows that have the same keys. Columns are given by name."""
    if rows:
        table = rows[0]._meta.db_table
        added = ", ".join(f'"{name}" = {table}."{name}" + EXCLUDED."{name}"' for name in sums)
        _insert(rows, f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}")


def remove(model: type[models.Model], **of: Iterable[int]) -> int:
    """Deletes the rows whose one column has one of these values: no signals, nothing that hangs on them.

    Django's own way asks for all that hangs on a row, and writes to tables without an index for it.
    """
    ((name, values),) = of.items()
    values = list(values)
    if not values:
        return 0
    column, places = model._meta.get_field(name).column, ", ".join(["%s"] * len(values))  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE {column} IN ({places})",  # noqa: S608  our own names
            values,
        )
        return int(cursor.rowcount)


def _insert(rows: Sequence[models.Model], ending: str) -> list[tuple[Any, ...]]:
    """What the statement returns, if that is anything."""
    if not rows:
        return []
    meta = rows[0]._meta
    fields: list[Any] = [field for field in meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places, values = _bound(fields, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({columns}) VALUES {places} {ending}",  # noqa: S608  our own names
            values,
        )
        return cursor.fetchall() if cursor.description else []


def _bound(fields: Sequence[Any], rows: Sequence[models.Model]) -> tuple[str, list[Any]]:
    """The rows as SQL, and the values for its places, less what is empty in all rows: to bind it costs."""
    columns = [_column(field, rows) for field in fields]
    places = [_literal(column) or "%s" for column in columns]
    row = f"({', '.join(places)})"
    bound = [column for column, place in zip(columns, places, strict=True) if place == "%s"]
    return ", ".join([row] * len(rows)), [value for values in zip(*bound, strict=True) for value in values]


def _literal(column: Sequence[Any]) -> str | None:
    """What says all values of a column, if all are empty in one way."""
    first = column[0]
    if first is None and not any(value is not None for value in column):
        return "NULL"
    return "''" if first == "" and not any(column) and None not in column else None


def _column(field: Any, rows: Iterable[models.Model]) -> list[Any]:
    name, prepare = field.attname, _prepare(field, connection.vendor)
    values = [row.__dict__[name] for row in rows]
    if prepare is None:
        return values
    return [None if value is None else prepare(value) for value in values]


@cache
def _prepare(field: Any, _vendor: str) -> Prepare | None:
    """What turns a field's value into the database's; None if that is the same."""
    kind = field.target_field if field.is_relation else field
    if isinstance(kind, _PLAIN) and not isinstance(kind, SaidColumn):
        return None
    if isinstance(kind, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return lambda value: field.get_db_prep_save(value, connection)


def _typed(field: Any) -> str:
    """A column in which all values are NULL has no type on PostgreSQL; SQLite's types are the values' own."""
    if connection.vendor == "sqlite":
        return f"written.{field.column}"
    return f"CAST(written.{field.column} AS {field.cast_db_type(connection)})"
