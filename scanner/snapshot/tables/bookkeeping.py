"""What the next scan needs, and what this one could not read."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import Column, DataClass, Table

WATERMARKS: Final = Table(
    "watermarks",
    key=("table_name", "object_id", "kind"),
    retention_days=90,
    columns=(
        Column("table_name", pa.string(), DataClass.SETTING),
        Column("object_id", pa.string(), DataClass.SETTING),
        Column("kind", pa.string(), DataClass.SETTING),
        Column("value", pa.string(), DataClass.SETTING),
    ),
)
"""`kind` is `newest_event` or `swept_at` (ISO 8601, UTC), or `delta_link` (an address of Graph's, kept encrypted)."""

UNREAD_OBJECTS: Final = Table(
    "unread_objects",
    key=("table_name", "object_id"),
    retention_days=730,
    columns=(
        Column("table_name", pa.string(), DataClass.SETTING),
        Column("object_id", pa.string(), DataClass.ACCOUNT),
        Column("reason", pa.string(), DataClass.SETTING),
    ),
)
"""One row per mailbox, drive or other object that a table should cover and could not read.

`table_name` is `table.group`, e.g. `inbox_rules.hidden_rules`, where only a column group could not be read.
"""
