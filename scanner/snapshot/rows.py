"""From Graph's objects to Arrow, exactly as the table declares: absent is null, and nothing is guessed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any, Final

import pyarrow as pa

from scanner.snapshot.errors import RowError
from scanner.snapshot.schema import Table

Row = Mapping[str, Any]

_NO_YEAR: Final = "0001-01-01"
"""Graph's way to say *never*."""

_PLAIN: Final[dict[pa.DataType, frozenset[type]]] = {
    pa.string(): frozenset({str, NoneType}),
    pa.bool_(): frozenset({bool, NoneType}),
    pa.int64(): frozenset({int, NoneType}),
    pa.float64(): frozenset({float, int, NoneType}),
}


class _Unfit(Exception):
    """Why values do not fit a type; the caller adds table and column."""


def to_arrow(table: Table, rows: Sequence[Row]) -> pa.Table:
    """Return `rows` as an Arrow table with exactly the declared schema.

    Args:
        table: The declaration.
        rows: One mapping per row, by column name. An absent column is null. Timestamps are aware
            datetimes or ISO 8601 texts with an offset, as Graph writes them (fractions beyond
            microseconds are cut); year 1 is null. Within an object they are aware datetimes.

    Raises:
        RowError: A column is unknown, a cell has another type, or a key is null.
    """
    known = {column.name for column in table.columns}
    if unknown := set().union(*(row.keys() for row in rows)) - known:
        raise RowError(table.name, min(map(str, unknown)), "the table does not declare it")
    arrays = []
    for column in table.columns:
        try:
            arrays.append(_array([row.get(column.name) for row in rows], column.type))
        except _Unfit as unfit:
            raise RowError(table.name, column.name, str(unfit)) from None
    return checked(table, pa.Table.from_arrays(arrays, schema=table.arrow_schema))


def checked(table: Table, rows: pa.Table) -> pa.Table:
    """Return an Arrow table in the declared order of columns, absent ones as nulls.

    Raises:
        RowError: A column is unknown or has another type, or a key is null.
    """
    schema = table.arrow_schema
    for name in rows.column_names:
        if name not in schema.names:
            raise RowError(table.name, name, "the table does not declare it")
        if rows.schema.field(name).type != schema.field(name).type:
            raise RowError(table.name, name, f"is {rows.schema.field(name).type}, not {schema.field(name).type}")
    columns = [
        rows.column(field.name) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    for name in dict.fromkeys([*table.key, *filter(None, [table.event_time])]):
        if columns[schema.get_field_index(name)].null_count:
            raise RowError(table.name, name, "is null, and a row is known by it")
    return pa.Table.from_arrays(columns, schema=schema)


def _array(values: Sequence[Any], declared: pa.DataType) -> pa.Array:
    """Return `values` as `declared`, after making sure that Arrow need not guess."""
    if pa.types.is_timestamp(declared):
        return pa.array(_instants(values), declared)
    _require_type(values, declared)
    try:
        return pa.array(values, declared)
    except (pa.ArrowException, OverflowError, UnicodeError):
        raise _Unfit(f"holds a value that {declared} cannot hold") from None


def _require_type(values: Sequence[Any], declared: pa.DataType) -> None:
    if pa.types.is_list(declared):
        _require(values, frozenset({list, tuple, NoneType}), declared)
        _require_type([item for value in values if value is not None for item in value], declared.value_type)
    elif pa.types.is_struct(declared):
        _require(values, frozenset({dict, NoneType}), declared)
        present = [value for value in values if value is not None]
        if set().union(*present) - {field.name for field in declared}:
            raise _Unfit("holds an object with a property that the table does not declare")
        for field in declared:
            _require_type([value.get(field.name) for value in present], field.type)
    elif pa.types.is_timestamp(declared):
        _require(values, frozenset({datetime, NoneType}), declared)
        _instants(values)
    else:
        _require(values, _PLAIN[declared], declared)


def _require(values: Sequence[Any], allowed: frozenset[type], declared: pa.DataType) -> None:
    if strangers := set(map(type, values)) - allowed:
        found = ", ".join(sorted(stranger.__name__ for stranger in strangers))
        raise _Unfit(f"holds {found} where {declared} is declared")


def _instants(values: Sequence[Any]) -> list[datetime | None]:
    try:
        return [value if value is None else _instant(value) for value in values]
    except (ValueError, TypeError):
        raise _Unfit("holds something that is no instant with an offset") from None


def _instant(value: str | datetime) -> datetime | None:
    if isinstance(value, str) and value.startswith(_NO_YEAR):
        return None
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError
    return instant if instant.year > 1 else None
