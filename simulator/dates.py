"""Dates of a recorded tenant, moved so that the recording is always of this week."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

NEVER: Final = "0001-01-01T00:00:00Z"
"""Microsoft's "no such date"; never moved."""

_WEEK: Final = timedelta(weeks=1)
_DATE_TIME: Final = len("2026-11-16T06:00:00")
_DATE: Final = len("2026-11-16")


def weeks_between(recorded_at: datetime, now: datetime) -> timedelta:
    """Return the whole weeks that bring `recorded_at` into the seven days before `now`."""
    return (now - recorded_at) // _WEEK * _WEEK


def shifted(value: Any, by: timedelta, *, dates: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with every ISO date-time string moved.

    Args:
        value: Any JSON value; it is not changed.
        by: How far.
        dates: Whether plain dates (`2026-11-16`) move too.
    """
    if isinstance(value, dict):
        return {key: shifted(item, by, dates=dates) for key, item in value.items()}
    if isinstance(value, list):
        return [shifted(item, by, dates=dates) for item in value]
    if isinstance(value, str):
        return _shifted_text(value, by, dates=dates)
    return value


def _shifted_text(text: str, by: timedelta, *, dates: bool) -> str:
    if text == NEVER or len(text) < _DATE or text[4] != "-" or text[7] != "-":
        return text
    try:
        if len(text) == _DATE:
            return (date.fromisoformat(text) + by).isoformat() if dates else text
        if text[10] != "T" or not text.endswith("Z"):
            return text
        moved = datetime.fromisoformat(text[:_DATE_TIME]).replace(tzinfo=UTC) + by
    except ValueError:
        return text
    return moved.strftime("%Y-%m-%dT%H:%M:%S") + text[_DATE_TIME:]
