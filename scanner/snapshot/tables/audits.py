"""The directory's audit log, kept once per tenant and by day."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Storage, Table

_ACCOUNT: Final = DataClass.ACCOUNT

DIRECTORY_AUDITS: Final = Table(
    "directory_audits",
    key=("id",),
    retention_days=90,
    storage=Storage.EVENTS,
    event_time="activity_date_time",
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("activity_date_time", TIMESTAMP, _ACCOUNT),
        Column("activity_display_name", pa.string(), _ACCOUNT),
        Column("category", pa.string(), _ACCOUNT),
        Column("logged_by_service", pa.string(), _ACCOUNT),
        Column("operation_type", pa.string(), _ACCOUNT),
        Column("result", pa.string(), _ACCOUNT),
        Column("result_reason", pa.string(), _ACCOUNT),
        Column("correlation_id", pa.string(), _ACCOUNT),
        Column("initiated_by_user_id", pa.string(), _ACCOUNT),
        Column("initiated_by_user_principal_name", pa.string(), _ACCOUNT),
        Column("initiated_by_user_display_name", pa.string(), _ACCOUNT),
        Column("initiated_by_ip_address", pa.string(), _ACCOUNT),
        Column("initiated_by_app_id", pa.string(), _ACCOUNT),
        Column("initiated_by_app_display_name", pa.string(), _ACCOUNT),
        Column("initiated_by_service_principal_id", pa.string(), _ACCOUNT),
        Column("target_resources", pa.string(), _ACCOUNT),
        Column("additional_details", pa.string(), _ACCOUNT),
    ),
)
"""`target_resources` and `additional_details` are JSON; old and new values in it are JSON texts again.
Values that speak of telephones are null: telephone numbers are not kept."""
