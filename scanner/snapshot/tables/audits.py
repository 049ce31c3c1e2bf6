"""Logs of who changed what, kept once per tenant and by day."""

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

_CONTENT_NAME: Final = DataClass.CONTENT_NAME

MAILBOX_AUDITS: Final = Table(
    "mailbox_audits",
    key=("id",),
    retention_days=90,
    storage=Storage.EVENTS,
    event_time="creation_time",
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("creation_time", TIMESTAMP, _ACCOUNT),
        Column("operation", pa.string(), DataClass.SETTING),
        Column("user_id", pa.string(), _ACCOUNT),
        Column("user_key", pa.string(), _ACCOUNT),
        Column("client_ip", pa.string(), _ACCOUNT),
        Column("mailbox", pa.string(), _ACCOUNT),
        Column("rule_name", pa.string(), _CONTENT_NAME),
        Column("parameters", pa.string(), _CONTENT_NAME),
        Column("result_status", pa.string(), DataClass.SETTING),
    ),
)
"""Changes of inbox rules and of forwarding, with their time: from imported unified audit logs only.

`user_id` is who did it, `mailbox` whose mail it is about, both as the log names them: mostly a user principal name, in
lower case. `parameters` is JSON: what was set, by the name of the cmdlet's parameter.
"""
