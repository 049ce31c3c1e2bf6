"""Exchange's objects to Arrow columns: properties in PascalCase, of an API that nobody documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from scanner.collectors.collector import Reading
from scanner.collectors.results import Result
from scanner.collectors.rows import NONE, JsonObject, Reader, Shape, Unexpected, Values, as_json, demand, json_text
from scanner.collectors.states import RESCAN
from scanner.snapshot.ledger import TableState
from scanner.snapshot.schema import Table
from scanner.transport.templates import Cmdlet

EVERYTHING: Final = (("ResultSize", "Unlimited"),)
"""Parameters of a cmdlet that otherwise lists no more than a thousand objects."""
_NUMBERS: Final = frozenset({int, str})


@dataclass(slots=True)
class Given:
    """What a cmdlet gave."""

    rows: list[JsonObject] = field(default_factory=list)
    is_cut: bool = False
    """Whether Exchange holds more than it gave."""


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


async def objects_given(reading: Reading, cmdlet: Cmdlet, **values: str) -> Given:
    """Return the objects that a cmdlet gives: all of them, unless Exchange says that there are more.

    Raises:
        ReadError: The listing broke off.
    """
    found = Given()
    async for page in reading.exchange.rows(cmdlet, **values):
        found.rows += page.rows
        found.is_cut |= page.is_cut
        reading.advance(len(page.rows))
    return found


def result_of_listing(*, is_cut: bool) -> Result:
    """Return the result of a table that was listed; partial where Exchange holds more than it gave."""
    return Result(TableState.PARTIAL, reason="listing_cut", mend=RESCAN) if is_cut else Result()


def as_texts(values: Values) -> Values:
    """Return each value as a list of texts; null stays null.

    Exchange gives a list of one as its only element now and then, and some elements as objects: these become JSON.
    """
    return [None if value is None else [_text(each) for each in listed(value)] for value in values]


def as_numbers(values: Values) -> Values:
    """Return whole numbers, which Exchange also gives as text; null stays null."""
    demand(values, _NUMBERS | NONE)
    return [None if value is None else _number(value) for value in values]


def listed(value: object) -> list[object]:
    """Return a value as the list that it is, or as a list of one, without what is null in it."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if each is not None]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json_text(value)


def _number(value: int | str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise Unexpected("no number") from error
