"""The only place where rows are chosen by a condition that may be null.

With nullable columns both `df[df.x]` and `df[~df.x]` silently lose the rows whose `x` is null.
`where` keeps them, apart. `isin`, `fillna`, `groupby` and `merge` lose or merge nulls in the
same way; what a check needs of them has a null-keeping form here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from checks.model import OBJECT_ID, OBJECT_NAME, Gap, Outcome, object_id

BOOL: Final = pd.ArrowDtype(pa.bool_())
TEXT: Final = pd.ArrowDtype(pa.string())
TEXTS: Final = pd.ArrowDtype(pa.list_(pa.string()))


class Split:
    """The rows of a frame by what a condition says of them; `yes, no, unknown = split` are all rows."""

    def __init__(self, df: pd.DataFrame, yes: "pd.Series[bool]", unknown: "pd.Series[bool]") -> None:
        self._df = df
        self._yes = yes
        self._unknown = unknown

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return iter((self.yes, self.no, self.unknown))

    @property
    def yes(self) -> pd.DataFrame:
        """Rows of which the condition holds."""
        return self._df[self._yes]

    @property
    def no(self) -> pd.DataFrame:
        """Rows of which it does not hold."""
        return self._df[~(self._yes | self._unknown)]

    @property
    def unknown(self) -> pd.DataFrame:
        """Rows of which it is null."""
        return self._df[self._unknown]

    @property
    def possible(self) -> pd.DataFrame:
        """Rows of which it holds, or may hold."""
        return self._df[self._yes | self._unknown]


def where(df: pd.DataFrame, condition: "pd.Series[Any]") -> Split:
    """Split `df` by a condition that may be null.

    Args:
        df: Any frame.
        condition: Boolean, nullable or not, with the index of `df`.

    Raises:
        TypeError: The condition is not boolean.
        ValueError: The condition is about other rows.
    """
    if not pd.api.types.is_bool_dtype(condition.dtype):
        raise TypeError(f"a condition is boolean, this one is {condition.dtype}")
    if not condition.index.equals(df.index):
        raise ValueError("the condition has another index than the frame")
    unknown = condition.isna()
    yes = condition.fillna(value=False).astype(bool)
    return Split(df, yes, unknown)


def is_one_of(series: "pd.Series[Any]", values: Collection[object]) -> "pd.Series[Any]":
    """Whether each value is one of `values`; null where it is null (`Series.isin` says False)."""
    return each(series, lambda value: value in values)


def each(series: "pd.Series[Any]", judge: Callable[[Any], bool | None]) -> "pd.Series[Any]":
    """Ask `judge` of every value that is not null; null stays null.

    Args:
        series: Values of any kind; lists arrive as Python lists, their nulls as None.
        judge: Returns None where it cannot say.
    """
    return column([None if value is None else judge(value) for value in plain(series)], series, BOOL)


def column(
    values: Sequence[object],
    like: "pd.DataFrame | pd.Series[Any]",
    dtype: Any,  # noqa: ANN401 - any pandas dtype
) -> "pd.Series[Any]":
    """Return one value per row of `like` as a column, None as null."""
    return pd.Series(values, index=like.index, dtype=dtype)


def plain(series: "pd.Series[Any]") -> list[Any]:
    """Return the values as Python objects: None for null, lists for lists, aware datetimes for timestamps."""
    values: list[Any] = pa.array(series, from_pandas=True).to_pylist()
    return values


def records(df: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dicts of Python objects, in order; null is None."""
    values = [plain(df[name]) for name in df.columns]
    return [dict(zip(df.columns, row, strict=True)) for row in zip(*values, strict=True)]


def null_means(condition: "pd.Series[Any]", answer: bool) -> "pd.Series[Any]":  # noqa: FBT001 - reads as a sentence
    """Replace nulls of a condition: for the rare column whose null is itself an answer; say why at the call."""
    return condition.fillna(value=answer)


def first_known(first: "pd.Series[Any]", *others: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return, row by row, the first value that is not null."""
    result = first
    for other in others:
        result = result.fillna(other)
    return result


def look_up(keys: "pd.Series[Any]", table: pd.DataFrame, key: str, wanted: str) -> "pd.Series[Any]":
    """Return `wanted` of the row of `table` whose `key` equals each of `keys`; null where there is none."""
    found = dict(zip(plain(table[key]), plain(table[wanted]), strict=True))
    found.pop(None, None)
    return column([found.get(value) for value in plain(keys)], keys, table[wanted].dtype)


def objects(
    rows: pd.DataFrame, key: Sequence[str], names: Sequence[str], evidence: Mapping[str, "pd.Series[Any]"]
) -> pd.DataFrame:
    """Return what an outcome is made of: one object per row, with the index of `rows`.

    Args:
        rows: Rows of a table.
        key: Columns that identify the object, parent first.
        names: Columns that may name it, best first; the last one is never null. A blank name names nothing.
        evidence: Evidence by name.
    """
    ids = [object_id(*parts) for parts in zip(*(plain(rows[name]) for name in key), strict=True)]
    return pd.DataFrame(
        {
            OBJECT_ID: column(ids, rows, TEXT),
            OBJECT_NAME: column([_first_said(row, names) for row in records(rows)], rows, TEXT),
            **evidence,
        },
        index=rows.index,
    )


def _first_said(row: Mapping[str, Any], names: Sequence[str]) -> str:
    said: str = next(row[name] for name in names if row[name] and row[name].strip())
    return said


def judged(
    judged_objects: pd.DataFrame, failing: "pd.Series[Any]", *, gaps: tuple[Gap, ...] = (), note: str = ""
) -> Outcome:
    """Make the outcome of a check that judged every row of `judged_objects`.

    Args:
        judged_objects: `object_id`, `object_name` and the evidence columns the check declares.
        failing: Yes: a failure. Null: unknown. No: passed.
        gaps: What the check itself found missing, besides what the engine adds.
        note: Said beside the verdict.
    """
    split = where(judged_objects, failing)
    return Outcome(
        population=judged_objects[[OBJECT_ID, OBJECT_NAME]],
        failures=split.yes,
        unknown=split.unknown,
        gaps=gaps,
        note=note,
    )
