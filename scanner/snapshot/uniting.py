"""Rows of one log from several exports: the same whichever was imported first."""

from collections.abc import Sequence
from functools import reduce
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from scanner.snapshot.events import merge
from scanner.snapshot.schema import Table

_ROW: Final = "reading order"
_VAGUE: Final = frozenset({"none", "hidden", "unknownFutureValue", "unknown"})
"""Values that say less than any other: what was not known yet, or is not shown without a licence."""

Row = dict[str, Any]


def unite(table: Table, rows: pa.Table) -> pa.Table:
    """Return `rows` with one row per key, sorted by time and key, whatever order they come in.

    Nobody knows which of two exports was made later. Where a key occurs several times, each column keeps a value
    that is not empty, rather one that says something than `none` or `hidden`, and of several the greatest.

    Args:
        table: The log's declaration.
        rows: In any order.
    """
    keys = list(table.key)
    numbered = rows.append_column(_ROW, pa.array(range(rows.num_rows), pa.int64()))
    counted = numbered.group_by(keys, use_threads=False).aggregate([(_ROW, "count"), (_ROW, "min")])
    often = counted.filter(pc.greater(counted[f"{_ROW}_count"], 1))
    if not often.num_rows:
        return merge(table, rows)
    repeated = pc.is_in(rows[keys[0]], often[keys[0]].combine_chunks())
    united = pa.Table.from_pylist(_united(table, rows.filter(repeated).to_pylist()), schema=rows.schema)
    return merge(table, pa.concat_tables([rows.filter(pc.invert(repeated)), united]))


def _united(table: Table, rows: Sequence[Row]) -> list[Row]:
    by_key: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        by_key.setdefault(tuple(row[name] for name in table.key), []).append(row)
    return [reduce(_together, of_key) for of_key in by_key.values()]


def _together(one: Row, other: Row) -> Row:
    if one == other:
        return one
    return {name: max(value, other[name], key=_weight) for name, value in one.items()}


def _weight(value: Any) -> tuple[int, Any]:  # noqa: ANN401 - a cell
    """Return how much a value says, and the value in a form in which any two of its column can be compared."""
    if value is None:
        return 0, b""
    if value in ("", []):
        return 1, b""
    if isinstance(value, list):
        return 3, orjson.dumps(value)
    return (2, value) if isinstance(value, str) and value in _VAGUE else (3, value)
