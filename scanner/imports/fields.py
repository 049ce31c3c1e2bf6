"""Values of exported records: found whatever the case of their names, read whatever their form."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import orjson
import pyarrow as pa

from scanner.snapshot.networks import bare_address
from scanner.snapshot.schema import TIMESTAMP, Table
from scanner.snapshot.tables import TABLES

Record = Mapping[str, Any]
"""One exported object, the names of its own properties in lower case."""

NOBODY: Final = "00000000-0000-0000-0000-000000000000"

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_POWERSHELL: Final = re.compile(r"/Date\((-?\d+)\)/")
_PORTAL: Final = ("%m/%d/%Y, %I:%M:%S.%f %p", "%m/%d/%Y, %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p")
"""How portals write times in English."""
_INT64: Final = 1 << 63
_TRUTHS: Final = {"true": True, "false": False, "1": True, "0": False}


class Unfit(ValueError):
    """A value has a form that its column does not know."""


def folded(record: Mapping[Any, Any]) -> Record:
    """Return a record with the names of its properties in lower case: PowerShell and collectors change them."""
    return {str(name).casefold(): value for name, value in record.items()}


class Nested:
    """Values of a record by path; an object on the way may be JSON in a text, as Azure Monitor writes it."""

    def __init__(self, record: Record) -> None:
        self._objects: dict[str, Record] = {"": record}

    def at(self, path: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value at a path in lower case, e.g. `status/errorcode`; None where there is none."""
        parent, _, name = path.rpartition("/")
        return self._object(parent).get(name)

    def _object(self, path: str) -> Record:
        found = self._objects.get(path)
        if found is None:
            inner = unpacked(self.at(path))
            found = self._objects[path] = folded(inner) if isinstance(inner, Mapping) else {}
        return found


def unpacked(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value that a text holds as JSON; any other value as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "["}:
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return value


def is_void(value: object) -> bool:
    """Whether a value says nothing."""
    return value is None or value == ""


def is_guid(value: object) -> bool:
    """Whether a value is an id as Entra makes them."""
    return isinstance(value, str) and _GUID.fullmatch(value.strip()) is not None


def identifier(value: object) -> str | None:
    """Return an id, in lower case where case means nothing; None for none, and for the one that means nobody."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = value.strip() if isinstance(value, str) else ""
    if not text or text == NOBODY:
        return None
    return text.lower() if is_guid(text) else text


def moment(value: object) -> datetime | None:
    """Return an instant in UTC; None where it is none. A time without offset is UTC: these logs have no other."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if not isinstance(value, str) or not (text := value.strip()):
        return None
    try:
        return _instant(text)
    except (ValueError, OverflowError):
        return None


def _instant(text: str) -> datetime | None:
    if match := _POWERSHELL.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]) / 1000, UTC)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = _of_a_portal(text)
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    return read.astimezone(UTC) if read.year > 1 else None


def _of_a_portal(text: str) -> datetime:
    for form in _PORTAL:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError


def address(value: object) -> str | None:
    """Return an address without port and brackets; of what is no address, None."""
    return bare_address(value) if isinstance(value, str) else None


def fitted(table: Table, values: Mapping[str, Any], malformed: Counter[str]) -> dict[str, Any]:
    """Return a row of `table`: each value in the type of its column; nothing said is null.

    Args:
        table: The declaration.
        values: By column. An absent one is null.
        malformed: Is told the columns of values that fit no way; they are null.
    """
    row = dict.fromkeys(_fits(table.name))
    for name, fit in _fits(table.name).items():
        value = values.get(name)
        if value is None or (value == "" and fit is not _as_text):
            continue
        try:
            row[name] = fit(value)
        except Unfit:
            malformed[name] += 1
    return row


@cache
def _fits(table: str) -> dict[str, Callable[[Any], Any]]:
    """Return by column what brings a value into its type; comparing types for each value would take longest."""
    return {column.name: _fit_of(column.type) for column in TABLES[table].columns}


def _fit_of(declared: pa.DataType) -> Callable[[Any], Any]:
    if declared == TIMESTAMP:
        return _as_moment
    if pa.types.is_list(declared):
        return _as_texts
    return {pa.string(): _as_text, pa.bool_(): _as_bool, pa.int64(): _as_int, pa.float64(): _as_float}[declared]


def _as_moment(value: Any) -> datetime:  # noqa: ANN401 - any JSON value
    read = moment(value)
    if read is None:
        raise Unfit
    return read


def _as_bool(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return value
    read = _TRUTHS.get(str(value).strip().casefold())
    if read is None:
        raise Unfit
    return read


def _as_text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return _encodable(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:
        raise Unfit from None


def _as_int(value: Any) -> int:  # noqa: ANN401 - any JSON value
    try:
        number = int(value.strip() if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        raise Unfit from None
    is_whole = not isinstance(value, float) or value == number
    if isinstance(value, bool) or not is_whole or abs(number) >= _INT64:
        raise Unfit
    return number


def _as_float(value: Any) -> float:  # noqa: ANN401 - any JSON value
    try:
        number = float(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        raise Unfit from None
    if not math.isfinite(number):
        raise Unfit
    return number


def _as_texts(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    inner = unpacked(value)
    texts = [part.strip() for part in inner.split(",")] if isinstance(inner, str) else inner
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Unfit
    return [_encodable(text) for text in texts]


def _encodable(text: str) -> str:
    """Return a text that can be kept: JSON may hold half a character, which UTF-8 has no form for."""
    return text.encode("utf-8", "replace").decode()
