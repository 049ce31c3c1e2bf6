"""Tables of the directory: organization, licences, domains, users."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_ACCOUNT: Final = DataClass.ACCOUNT
_CLIENT: Final = DataClass.CLIENT

ORGANIZATION: Final = Table(
    "organization",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CLIENT),
        Column("tenant_type", pa.string(), _SETTING),
        Column("created_date_time", TIMESTAMP, _SETTING),
        Column("country_letter_code", pa.string(), _SETTING),
        Column("preferred_language", pa.string(), _SETTING),
        Column("on_premises_sync_enabled", pa.bool_(), _SETTING),
    ),
)

SERVICE_PLAN: Final = pa.struct(
    [
        ("service_plan_id", pa.string()),
        ("service_plan_name", pa.string()),
        ("provisioning_status", pa.string()),
        ("applies_to", pa.string()),
    ]
)

SUBSCRIBED_SKUS: Final = Table(
    "subscribed_skus",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("sku_id", pa.string(), _SETTING),
        Column("sku_part_number", pa.string(), _SETTING),
        Column("capability_status", pa.string(), _SETTING),
        Column("applies_to", pa.string(), _SETTING),
        Column("consumed_units", pa.int64(), DataClass.COUNT),
        Column("prepaid_units_enabled", pa.int64(), DataClass.COUNT),
        Column("prepaid_units_suspended", pa.int64(), DataClass.COUNT),
        Column("prepaid_units_warning", pa.int64(), DataClass.COUNT),
        Column("prepaid_units_locked_out", pa.int64(), DataClass.COUNT),
        Column("service_plans", pa.list_(SERVICE_PLAN), _SETTING),
    ),
)

DOMAINS: Final = Table(
    "domains",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _CLIENT),
        Column("authentication_type", pa.string(), _SETTING),
        Column("is_admin_managed", pa.bool_(), _SETTING),
        Column("is_default", pa.bool_(), _SETTING),
        Column("is_initial", pa.bool_(), _SETTING),
        Column("is_root", pa.bool_(), _SETTING),
        Column("is_verified", pa.bool_(), _SETTING),
        Column("password_validity_period_in_days", pa.int64(), _SETTING),
        Column("supported_services", pa.list_(pa.string()), _SETTING),
    ),
)

ASSIGNED_LICENSE: Final = pa.struct([("sku_id", pa.string()), ("disabled_plans", pa.list_(pa.string()))])

USERS: Final = Table(
    "users",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("display_name", pa.string(), _ACCOUNT),
        Column("user_principal_name", pa.string(), _ACCOUNT),
        Column("mail", pa.string(), _ACCOUNT),
        Column("account_enabled", pa.bool_(), _ACCOUNT),
        Column("user_type", pa.string(), _ACCOUNT),
        Column("created_date_time", TIMESTAMP, _ACCOUNT),
        Column("creation_type", pa.string(), _ACCOUNT),
        Column("external_user_state", pa.string(), _ACCOUNT),
        Column("external_user_state_change_date_time", TIMESTAMP, _ACCOUNT),
        Column("last_password_change_date_time", TIMESTAMP, _ACCOUNT),
        Column("sign_in_sessions_valid_from_date_time", TIMESTAMP, _ACCOUNT),
        Column("password_policies", pa.string(), _ACCOUNT),
        Column("on_premises_sync_enabled", pa.bool_(), _ACCOUNT),
        Column("on_premises_last_sync_date_time", TIMESTAMP, _ACCOUNT),
        Column("usage_location", pa.string(), _ACCOUNT),
        Column("department", pa.string(), _ACCOUNT),
        Column("job_title", pa.string(), _ACCOUNT),
        Column("assigned_licenses", pa.list_(ASSIGNED_LICENSE), _ACCOUNT),
        Column("last_sign_in_date_time", TIMESTAMP, _ACCOUNT, group="sign_in_activity"),
        Column("last_non_interactive_sign_in_date_time", TIMESTAMP, _ACCOUNT, group="sign_in_activity"),
        Column("last_successful_sign_in_date_time", TIMESTAMP, _ACCOUNT, group="sign_in_activity"),
    ),
)

DELETED_USERS: Final = Table(
    "deleted_users",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("display_name", pa.string(), _ACCOUNT),
        Column("user_principal_name", pa.string(), _ACCOUNT),
        Column("mail", pa.string(), _ACCOUNT),
        Column("user_type", pa.string(), _ACCOUNT),
        Column("account_enabled", pa.bool_(), _ACCOUNT),
        Column("created_date_time", TIMESTAMP, _ACCOUNT),
        Column("deleted_date_time", TIMESTAMP, _ACCOUNT),
    ),
)
"""Accounts that were deleted in the last thirty days and can still be restored."""

DOMAIN_FEDERATION: Final = Table(
    "domain_federation",
    key=("domain_id", "id"),
    retention_days=730,
    columns=(
        Column("domain_id", pa.string(), _CLIENT),
        Column("id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CLIENT),
        Column("issuer_uri", pa.string(), _CLIENT),
        Column("federated_idp_mfa_behavior", pa.string(), _SETTING),
        Column("prompt_login_behavior", pa.string(), _SETTING),
        Column("preferred_authentication_protocol", pa.string(), _SETTING),
        Column("is_signed_authentication_request_required", pa.bool_(), _SETTING),
        Column("raw", pa.string(), _CLIENT),
    ),
)
"""Of the domains whose `authentication_type` is `Federated`; only these are asked about."""
