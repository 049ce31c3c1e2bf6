"""How a findings file looks: every column with its data class, like a table of a snapshot."""

from functools import cache
from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import Column, DataClass, Table
from scanner.snapshot.tables import TABLES

SCHEMA: Final = 1

FINDINGS: Final = Table(
    "findings",
    key=("record", "check_id", "object_id", "need"),
    retention_days=730,
    columns=(
        Column("record", pa.string(), DataClass.SETTING),
        Column("check_id", pa.string(), DataClass.SETTING),
        Column("title", pa.string(), DataClass.SETTING),
        Column("severity", pa.string(), DataClass.SETTING),
        Column("verdict", pa.string(), DataClass.SETTING),
        Column("assessed", pa.int64(), DataClass.COUNT),
        Column("at_least", pa.bool_(), DataClass.COUNT),
        Column("reason", pa.string(), DataClass.SETTING),
        Column("note", pa.string(), DataClass.SETTING),
        Column("object_type", pa.string(), DataClass.SETTING),
        Column("object_id", pa.string(), DataClass.ACCOUNT),
        Column("object_name", pa.string(), DataClass.CONTENT_NAME),
        Column("evidence", pa.string(), DataClass.CONTENT_NAME),
        Column("condition", pa.string(), DataClass.CONTENT_NAME),
        Column("need", pa.string(), DataClass.SETTING),
        Column("state", pa.string(), DataClass.SETTING),
        Column("mend", pa.string(), DataClass.SETTING),
        Column("objects", pa.int64(), DataClass.COUNT),
        Column("details", pa.string(), DataClass.SETTING),
    ),
)
"""`record` says what a row is: `evaluation` (one, its JSON in `details`), `check`, `gap`, `failing`,
`unknown`, `passed` or `exhibit` (its JSON in `evidence`).

The classes of `object_name` and `evidence` are the worst case: `name_class` and `evidence_class` know better.
"""

_NAME_CLASSES: Final = {
    "user": DataClass.ACCOUNT,
    "organization": DataClass.CLIENT,
    "domain": DataClass.CLIENT,
    "sharing_setting": DataClass.SETTING,
    "sign_in_method": DataClass.ACCOUNT,
    "administrator_right": DataClass.ACCOUNT,
    "exception": DataClass.ACCOUNT,
    "legacy_sign_in": DataClass.ACCOUNT,
    "session_control": DataClass.SETTING,
}

_EVIDENCE_CLASSES: Final = {
    "attack": DataClass.ACCOUNT,
    "accounts": DataClass.ACCOUNT,
    "administrators": DataClass.ACCOUNT,
    "allowed": DataClass.SETTING,
    "devices_still_try": DataClass.ACCOUNT,
    "entered_at": DataClass.ACCOUNT,
    "emergency_accounts": DataClass.ACCOUNT,
    "expires": DataClass.SETTING,
    "held": DataClass.ACCOUNT,
    "for_senders": DataClass.ACCOUNT,
    "forwards_by": DataClass.SETTING,
    "how_many": DataClass.COUNT,
    "is_licensed": DataClass.ACCOUNT,
    "lacks": DataClass.SETTING,
    "kind": DataClass.ACCOUNT,
    "last_day": DataClass.ACCOUNT,
    "last_success": DataClass.ACCOUNT,
    "mailbox": DataClass.ACCOUNT,
    "methods": DataClass.ACCOUNT,
    "opens": DataClass.SETTING,
    "other_holders": DataClass.COUNT,
    "own_administrators": DataClass.COUNT,
    "policies": DataClass.CONTENT_NAME,
    "role": DataClass.ACCOUNT,
    "roles": DataClass.ACCOUNT,
    "protection": DataClass.ACCOUNT,
    "roles_not_hit": DataClass.ACCOUNT,
    "scope": DataClass.SETTING,
    "seen_in": DataClass.SETTING,
    "seen_using": DataClass.ACCOUNT,
    "sends_to": DataClass.ACCOUNT,
    "set_to": DataClass.SETTING,
    "source_address": DataClass.ACCOUNT,
    "tried": DataClass.COUNT,
    "type": DataClass.SETTING,
    "unused_since": DataClass.ACCOUNT,
}
"""Columns that checks compute."""

_LEAST_SECRET_FIRST: Final = (
    DataClass.SETTING,
    DataClass.COUNT,
    DataClass.ACCOUNT,
    DataClass.CLIENT,
    DataClass.CONTENT_NAME,
)


def column_class(name: str) -> DataClass:
    """Return whose secret a column of a findings file is."""
    return next(column.data_class for column in FINDINGS.columns if column.name == name)


def name_class(object_type: str) -> DataClass:
    """Return whose secret the name of such an object is; the most secret class when it is not known."""
    return _NAME_CLASSES.get(object_type, DataClass.CONTENT_NAME)


@cache
def evidence_class(column: str) -> DataClass:
    """Return whose secret a column of evidence is: that of the snapshot columns of this name, the most secret one.

    A column that neither a table nor the list above knows is treated as the most secret.
    """
    if column in _EVIDENCE_CLASSES:
        return _EVIDENCE_CLASSES[column]
    found = [c.data_class for table in TABLES.values() for c in table.columns if c.name == column]
    return max(found, key=_LEAST_SECRET_FIRST.index, default=DataClass.CONTENT_NAME)
