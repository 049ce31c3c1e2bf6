"""The sign-in log, kept once per tenant and by day, and what it says is usual for each person."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Storage, Table

_ACCOUNT: Final = DataClass.ACCOUNT
_BETA: Final = "beta_properties"

SERVICE_PRINCIPALS: Final = "service_principals"
"""The rows of applications that sign in by themselves."""

SIGN_INS: Final = Table(
    "sign_ins",
    key=("id",),
    retention_days=90,
    storage=Storage.EVENTS,
    event_time="created_date_time",
    kinds=(SERVICE_PRINCIPALS,),
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("created_date_time", TIMESTAMP, _ACCOUNT),
        Column("user_id", pa.string(), _ACCOUNT),
        Column("user_principal_name", pa.string(), _ACCOUNT),
        Column("user_display_name", pa.string(), _ACCOUNT),
        Column("app_id", pa.string(), _ACCOUNT),
        Column("app_display_name", pa.string(), _ACCOUNT),
        Column("resource_id", pa.string(), _ACCOUNT),
        Column("resource_display_name", pa.string(), _ACCOUNT),
        Column("ip_address", pa.string(), _ACCOUNT),
        Column("client_app_used", pa.string(), _ACCOUNT),
        Column("user_agent", pa.string(), _ACCOUNT),
        Column("is_interactive", pa.bool_(), _ACCOUNT),
        Column("correlation_id", pa.string(), _ACCOUNT),
        Column("conditional_access_status", pa.string(), _ACCOUNT),
        Column("applied_conditional_access_policies", pa.string(), _ACCOUNT),
        Column("error_code", pa.int64(), _ACCOUNT),
        Column("failure_reason", pa.string(), _ACCOUNT),
        Column("additional_details", pa.string(), _ACCOUNT),
        Column("device_id", pa.string(), _ACCOUNT),
        Column("device_display_name", pa.string(), _ACCOUNT),
        Column("device_operating_system", pa.string(), _ACCOUNT),
        Column("device_browser", pa.string(), _ACCOUNT),
        Column("device_is_compliant", pa.bool_(), _ACCOUNT),
        Column("device_is_managed", pa.bool_(), _ACCOUNT),
        Column("device_trust_type", pa.string(), _ACCOUNT),
        Column("city", pa.string(), _ACCOUNT),
        Column("state", pa.string(), _ACCOUNT),
        Column("country_or_region", pa.string(), _ACCOUNT),
        Column("latitude", pa.float64(), _ACCOUNT),
        Column("longitude", pa.float64(), _ACCOUNT),
        Column("risk_detail", pa.string(), _ACCOUNT),
        Column("risk_level_aggregated", pa.string(), _ACCOUNT),
        Column("risk_level_during_sign_in", pa.string(), _ACCOUNT),
        Column("risk_state", pa.string(), _ACCOUNT),
        Column("risk_event_types_v2", pa.list_(pa.string()), _ACCOUNT),
        Column("home_tenant_id", pa.string(), _ACCOUNT),
        Column("resource_tenant_id", pa.string(), _ACCOUNT),
        Column("service_principal_id", pa.string(), _ACCOUNT),
        Column("service_principal_name", pa.string(), _ACCOUNT),
        Column("user_type", pa.string(), _ACCOUNT, group=_BETA),
        Column("authentication_requirement", pa.string(), _ACCOUNT, group=_BETA),
        Column("authentication_details", pa.string(), _ACCOUNT, group=_BETA),
        Column("mfa_detail", pa.string(), _ACCOUNT, group=_BETA),
        Column("authentication_protocol", pa.string(), _ACCOUNT, group=_BETA),
        Column("incoming_token_type", pa.string(), _ACCOUNT, group=_BETA),
        Column("original_transfer_method", pa.string(), _ACCOUNT, group=_BETA),
        Column("session_id", pa.string(), _ACCOUNT, group=_BETA),
        Column("unique_token_identifier", pa.string(), _ACCOUNT, group=_BETA),
        Column("sign_in_event_types", pa.list_(pa.string()), _ACCOUNT, group=_BETA),
        Column("autonomous_system_number", pa.int64(), _ACCOUNT, group=_BETA),
        Column("cross_tenant_access_type", pa.string(), _ACCOUNT, group=_BETA),
    ),
)

SIGN_IN_BASELINES: Final = Table(
    "sign_in_baselines",
    key=("user_id", "kind", "value"),
    retention_days=180,
    columns=(
        Column("user_id", pa.string(), _ACCOUNT),
        Column("kind", pa.string(), DataClass.SETTING),
        Column("value", pa.string(), _ACCOUNT),
        Column("first_seen", TIMESTAMP, _ACCOUNT),
        Column("last_seen", TIMESTAMP, _ACCOUNT),
        Column("successes", pa.int64(), DataClass.COUNT),
        Column("days", pa.int64(), DataClass.COUNT),
    ),
)
"""What each person signed in from and with, successfully: longer than the log itself is kept.

`kind` is one of `country`, `network` (the /24 or /64), `asn`, `agent`, `client`, `flow` (`deviceCode`, `ropc`),
`app` and `week` (`2026-W47`). A service principal is the user `sp:<its id>`. `successes` and `days` are of the
days of the log that are kept; of what is no longer in the log, as it was when it left.
"""
