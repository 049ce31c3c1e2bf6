"""Graph JSON to Arrow columns: nothing invented, nothing silently dropped.

Columns are built from the parsed objects one list at a time, without an object per row:
that is what makes a sign-in log of a million rows a matter of a minute.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any, Final

import orjson
import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Table
from scanner.transport.errors import Malformed

JsonObject = dict[str, Any]
Values = list[Any]
Reader = Callable[[Values], Values]
"""Turns a column of JSON values into values that Arrow takes; raises `Unexpected`."""

NEVER: Final = "0001-01-01T00:00:00"
"""How Graph spells *never* in a timestamp; it becomes null here, at the edge."""

_SCALARS: Final[dict[pa.DataType, frozenset[type]]] = {
    pa.string(): frozenset({str}),
    pa.bool_(): frozenset({bool}),
    pa.int64(): frozenset({int}),
    pa.float64(): frozenset({float, int}),
}
NONE: Final = frozenset({type(None)})


class Unexpected(ValueError):
    """A value is not of the type that Graph declares."""


def camel_case(name: str) -> str:
    """Return Graph's spelling of a column name: `created_date_time` is `createdDateTime`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of a table lie in Graph's objects.

    A column is looked for under its name in camel case unless `paths` says otherwise.
    """

    table: Table
    paths: Mapping[str, str] = field(default_factory=dict)
    """Column to path, e.g. `{"error_code": "status/errorCode"}`; "" is the whole object."""
    readers: Mapping[str, Reader] = field(default_factory=dict)
    """Columns whose values need more than their Arrow type says, e.g. `{"conditions": as_json}`."""

    def path(self, column: str) -> str:
        """Return where `column` is found, parts separated by `/`."""
        return self.paths.get(column, camel_case(column))

    def convert(self, rows: Sequence[JsonObject], endpoint: str) -> pa.Table:
        """Return `rows` as a table with the declared schema.

        Args:
            rows: Objects as Graph sent them. An absent property and `null` both become null.
            endpoint: Path template, for the error.

        Raises:
            Malformed: A value has another type than declared, a timestamp is unreadable, or
                an object lacks its key or its time. The code names the column, never the value.
        """
        finder = _Finder(rows)
        arrays = [self._array(finder, column.name, column.type, endpoint) for column in self.table.columns]
        for name in filter(None, (*self.table.key, self.table.event_time)):
            if arrays[self.table.arrow_schema.get_field_index(name)].null_count:
                raise Malformed(endpoint, code=f"key_missing:{name}")
        return pa.Table.from_arrays(arrays, schema=self.table.arrow_schema)

    def _array(self, finder: "_Finder", name: str, arrow_type: pa.DataType, endpoint: str) -> pa.Array:
        try:
            values = finder.values(self.path(name))
            read = self.readers.get(name) or reader(arrow_type)
            return pa.array(read(values), arrow_type)
        except (Unexpected, OverflowError, UnicodeError, pa.ArrowException) as error:
            raise Malformed(endpoint, code=f"unexpected_value:{name}") from error


class _Finder:
    """Values by path over the same rows; looks each parent object up once."""

    def __init__(self, rows: Sequence[JsonObject]) -> None:
        self._objects: dict[str, Sequence[JsonObject]] = {"": _objects(rows)}

    def values(self, path: str) -> Values:
        parent, _, name = path.rpartition("/")
        if not name:
            return list(self._objects[""])
        return list(map(dict.get, self._parents(parent), repeat(name)))

    def _parents(self, path: str) -> Sequence[JsonObject]:
        if path not in self._objects:
            self._objects[path] = _objects([value or {} for value in self.values(path)])
        return self._objects[path]


def _objects(rows: Sequence[Any]) -> Sequence[JsonObject]:
    demand(rows, frozenset({dict}))
    return rows


def demand(values: Iterable[Any], types: frozenset[type]) -> None:
    """Make sure that every value is exactly of one of `types`: a `bool` is no `int`.

    Raises:
        Unexpected: One is not.
    """
    if unexpected := set(map(type, values)) - types:
        raise Unexpected(", ".join(sorted(kind.__name__ for kind in unexpected)))


def reader(arrow_type: pa.DataType) -> Reader:
    """Return what turns JSON values into values that Arrow takes for `arrow_type`."""
    if arrow_type == TIMESTAMP:
        return as_timestamps
    if pa.types.is_list(arrow_type):
        return lambda values: _as_lists(values, arrow_type.value_type)
    return lambda values: _as_scalars(values, _SCALARS[arrow_type])


def _as_scalars(values: Values, types: frozenset[type]) -> Values:
    demand(values, types | NONE)
    return values


def _as_lists(values: Values, arrow_type: pa.DataType) -> Values:
    demand(values, frozenset({list}) | NONE)
    if pa.types.is_struct(arrow_type):
        return [None if value is None else _as_structs(value, arrow_type) for value in values]
    demand(chain.from_iterable(filter(None, values)), _SCALARS[arrow_type] | NONE)
    return values


def _as_structs(values: Values, arrow_type: pa.DataType) -> Values:
    demand(values, frozenset({dict}))
    members = [reader(member.type)([v.get(camel_case(member.name)) for v in values]) for member in arrow_type]
    names = [member.name for member in arrow_type]
    return [dict(zip(names, row, strict=True)) for row in zip(*members, strict=True)]


def as_json(values: Values) -> Values:
    """Return each value as JSON text with sorted keys; null stays null."""
    return [None if value is None else json_text(value) for value in values]


def json_text(value: object) -> str:
    """Return a JSON value as text with sorted keys.

    Raises:
        Unexpected: It is nested deeper than can be written, which nobody's settings are.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError as error:
        raise Unexpected("JSON that cannot be written") from error


def as_timestamps(values: Values) -> Values:
    """Return aware UTC times; null and *never* are None.

    Graph's timestamps can have seven fractional digits: the seventh is cut off.
    """
    demand(values, _SCALARS[pa.string()] | NONE)
    return [None if value is None or value.startswith(NEVER) else timestamp(value) for value in values]


def timestamp(text: str) -> datetime:
    """Return an ISO 8601 timestamp with offset as aware UTC time.

    Raises:
        ValueError: It is no timestamp, or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unexpected("no timestamp") from error
    if moment.tzinfo is None:
        raise Unexpected("timestamp without offset")
    return moment.astimezone(UTC)
