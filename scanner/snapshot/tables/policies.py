"""Tables of the tenant's policies."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_SETTING: Final = DataClass.SETTING

SECURITY_DEFAULTS: Final = Table(
    "security_defaults",
    key=("id",),
    retention_days=730,
    columns=(Column("id", pa.string(), _SETTING), Column("is_enabled", pa.bool_(), _SETTING)),
)

CONDITIONAL_ACCESS_POLICIES: Final = Table(
    "conditional_access_policies",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("display_name", pa.string(), DataClass.CONTENT_NAME),
        Column("state", pa.string(), _SETTING),
        Column("created_date_time", TIMESTAMP, _SETTING),
        Column("modified_date_time", TIMESTAMP, _SETTING),
        Column("template_id", pa.string(), _SETTING),
        Column("raw", pa.string(), DataClass.ACCOUNT),
    ),
)
