# ruff: noqa: ANN401 - a builder takes whatever a column or pandas takes
"""A DataFrame that refuses what silently loses nulls."""

from collections.abc import Iterable
from typing import Any

import pandas as pd


class GuardedFrameError(AssertionError):
    """A frame was used in a way that loses or merges rows with nulls; `checks.frame` has the way that does not."""


def _refuse_null_mask(key: Any) -> None:
    if isinstance(key, list) and all(isinstance(name, str) for name in key):
        return
    if isinstance(key, list | pd.api.extensions.ExtensionArray):
        key = pd.Series(key)
    if isinstance(key, pd.Series | pd.Index) and key.hasnans:
        raise GuardedFrameError("indexed by a mask that contains nulls; use checks.frame.where")


def _refuse_null_keys(frame: pd.DataFrame, keys: Any, what: str) -> None:
    for key in [keys] if isinstance(keys, str) or not isinstance(keys, Iterable) else keys:
        column = key if isinstance(key, pd.Series) else frame[key] if isinstance(key, str) else None
        if column is not None and column.isna().any():
            raise GuardedFrameError(
                f"{what} on keys that contain nulls; use checks.frame.look_up or split them off first"
            )


class _GuardedLocation:
    def __init__(self, location: Any) -> None:
        self._location = location

    def __getitem__(self, key: Any) -> Any:
        for part in key if isinstance(key, tuple) else (key,):
            _refuse_null_mask(part)
        return self._location[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        for part in key if isinstance(key, tuple) else (key,):
            _refuse_null_mask(part)
        self._location[key] = value


class GuardedSeries(pd.Series):
    """A column of a guarded frame."""

    @property
    def _constructor(self) -> Any:
        return GuardedSeries

    @property
    def _constructor_expanddim(self) -> Any:
        return GuardedFrame

    @property
    def loc(self) -> Any:
        return _GuardedLocation(super().loc)

    def __getitem__(self, key: Any) -> Any:
        _refuse_null_mask(key)
        return super().__getitem__(key)

    def groupby(self, by: Any = None, *args: Any, **kwargs: Any) -> Any:
        if self.isna().any():
            raise GuardedFrameError("grouped by keys that contain nulls")
        return super().groupby(by, *args, **kwargs)

    def isin(self, values: Any) -> Any:
        if self.isna().any():
            raise GuardedFrameError("isin says False of nulls; use checks.frame.is_one_of")
        return super().isin(values)


class GuardedFrame(pd.DataFrame):
    """Raises where pandas would silently drop or merge rows because of nulls."""

    @property
    def _constructor(self) -> Any:
        return GuardedFrame

    @property
    def _constructor_sliced(self) -> Any:
        return GuardedSeries

    @property
    def loc(self) -> Any:
        return _GuardedLocation(super().loc)

    def __getitem__(self, key: Any) -> Any:
        _refuse_null_mask(key)
        return super().__getitem__(key)

    def groupby(self, by: Any = None, *args: Any, **kwargs: Any) -> Any:
        _refuse_null_keys(self, by, "grouped")
        return super().groupby(by, *args, **kwargs)

    def merge(self, right: Any, *args: Any, **kwargs: Any) -> Any:
        on = kwargs.get("on")
        _refuse_null_keys(self, kwargs.get("left_on", on) or [], "merged")
        _refuse_null_keys(right, kwargs.get("right_on", on) or [], "merged")
        return super().merge(right, *args, **kwargs)

    def join(self, *_args: Any, **_kwargs: Any) -> Any:
        raise GuardedFrameError("joined by index; use checks.frame.look_up")

    def query(self, *_args: Any, **_kwargs: Any) -> Any:
        raise GuardedFrameError("query drops nulls; use checks.frame.where")
