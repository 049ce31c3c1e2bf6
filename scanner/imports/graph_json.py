"""Sign-ins as Graph writes them: downloaded from the portal, or listed with a script."""

from collections import Counter
from typing import Any, Final

from scanner.collectors.rows import Unexpected, json_text
from scanner.collectors.sign_in_rows import SHAPE
from scanner.imports.fields import Nested, Record, address, fitted, identifier, is_void, moment, unpacked
from scanner.snapshot.tables.sign_ins import SIGN_INS

_TYPICAL: Final = frozenset(
    {
        "createddatetime",
        "userprincipalname",
        "userid",
        "appid",
        "ipaddress",
        "clientappused",
        "status",
        "signineventtypes",
        "location",
    }
)
_ENOUGH: Final = 3
_IDS: Final = tuple(
    column.name for column in SIGN_INS.columns if column.name == "id" or column.name.endswith(("_id", "_identifier"))
)
_JSON: Final = frozenset(SHAPE.readers)
_PATHS: Final = {column.name: SHAPE.path(column.name).casefold() for column in SIGN_INS.columns}
_VOID: Final = frozenset({"", "unknown", "not available", "n/a", "{pii removed}"})
"""What stands in logs where a name was not known."""


def is_of_graph(record: Record) -> bool:
    """Whether a record is a sign-in as Graph writes it; it may lack some of what that has."""
    return len(_TYPICAL & record.keys()) >= _ENOUGH


def row_of(record: Record, malformed: Counter[str]) -> dict[str, Any]:
    """Return a row of `sign_ins`; id and time are null where the record has none.

    Args:
        record: With Graph's names in lower case.
        malformed: Is told the columns of values that fit no way.
    """
    nested = Nested(record)
    values = {name: nested.at(path) for name, path in _PATHS.items()}
    for name in _JSON:
        values[name] = _as_json(values[name])
    row = fitted(SIGN_INS, values, malformed)
    for name in _IDS:
        row[name] = identifier(row[name])
    row["created_date_time"] = moment(values["created_date_time"])
    row["user_principal_name"] = name_of(row["user_principal_name"])
    row["ip_address"] = address(row["ip_address"]) or row["ip_address"]
    return row


def name_of(text: str | None) -> str | None:
    """Return a user principal name in lower case, as Graph has it; None for what only says that it is not known."""
    folded = (text or "").strip().casefold()
    return None if folded in _VOID else folded


def _as_json(value: object) -> str | None:
    """Return a list or an object as Graph's collector keeps it: JSON with sorted keys."""
    inner = unpacked(value)
    if is_void(inner):
        return None
    try:
        return json_text(inner)
    except Unexpected:
        return None
