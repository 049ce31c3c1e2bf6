"""Exchange's objects to Arrow columns: properties in PascalCase, of an API that nobody documents."""

from collections.abc import Mapping
from typing import Final

import orjson
import pyarrow as pa

from scanner.collectors.collector import Reading
from scanner.collectors.rows import NONE, JsonObject, Reader, Shape, Unexpected, Values, as_json, demand
from scanner.snapshot.schema import Table
from scanner.transport.templates import Cmdlet

_NUMBERS: Final = frozenset({int, str})


def exchange_shape(table: Table, paths: Mapping[str, str] | None = None, *, part: str = "") -> Shape:
    """Return how the rows of a table lie in Exchange's objects: `auto_forward_enabled` is `AutoForwardEnabled`.

    Args:
        table: Its `raw` column is the whole object.
        paths: Columns that are found elsewhere.
        part: Where the object itself stands, for rows that join several.
    """
    prefix = f"{part}/" if part else ""
    usual = {column.name: prefix + pascal_case(column.name) for column in table.columns}
    readers: dict[str, Reader] = {}
    for column in table.columns:
        if pa.types.is_list(column.type):
            readers[column.name] = as_texts
        elif column.type == pa.int64():
            readers[column.name] = as_numbers
    return Shape(table, {**usual, "raw": part, **(paths or {})}, {**readers, "raw": as_json})


def pascal_case(name: str) -> str:
    """Return Exchange's spelling of a column name, as far as it follows a rule."""
    return "".join(part.capitalize() for part in name.split("_"))


def selected(shape: Shape, *further: str, part: str = "") -> tuple[str, ...]:
    """Return the properties that `$select` must name for `shape`, or for one part of its rows.

    Args:
        shape: What becomes columns.
        further: What is kept in `raw` only.
        part: As for `exchange_shape`.
    """
    prefix = f"{part}/" if part else ""
    paths = [shape.path(column.name) for column in shape.table.columns]
    own = [path.removeprefix(prefix) for path in paths if path and path.startswith(prefix) and path != part]
    return tuple(dict.fromkeys((*own, *further)))


async def objects_given(reading: Reading, cmdlet: Cmdlet, **values: str) -> list[JsonObject]:
    """Return every object that a cmdlet gives.

    Raises:
        ReadError: The listing is not complete.
    """
    found: list[JsonObject] = []
    async for page in reading.exchange.rows(cmdlet, **values):
        found += page.rows
        reading.advance(len(page.rows))
    return found


def as_texts(values: Values) -> Values:
    """Return each value as a list of texts; null stays null.

    Exchange gives a list of one as its only element now and then, and some elements as objects: these become JSON.
    """
    return [None if value is None else [_text(each) for each in _listed(value) if each is not None] for value in values]


def as_numbers(values: Values) -> Values:
    """Return whole numbers, which Exchange also gives as text; null stays null."""
    demand(values, _NUMBERS | NONE)
    return [None if value is None else _number(value) for value in values]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _number(value: int | str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise Unexpected("no number") from error
