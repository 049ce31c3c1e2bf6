"""Tables of the tenant's policies."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_ACCOUNT: Final = DataClass.ACCOUNT
_CONTENT: Final = DataClass.CONTENT_NAME

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
        Column("display_name", pa.string(), _CONTENT),
        Column("state", pa.string(), _SETTING),
        Column("created_date_time", TIMESTAMP, _SETTING),
        Column("modified_date_time", TIMESTAMP, _SETTING),
        Column("template_id", pa.string(), _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)

NAMED_LOCATIONS: Final = Table(
    "named_locations",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("location_type", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CONTENT),
        Column("is_trusted", pa.bool_(), _SETTING),
        Column("created_date_time", TIMESTAMP, _SETTING),
        Column("modified_date_time", TIMESTAMP, _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)
"""`location_type` is Graph's `@odata.type`; only locations of addresses can be trusted."""

AUTHORIZATION_POLICY: Final = Table(
    "authorization_policy",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("guest_user_role_id", pa.string(), _SETTING),
        Column("allow_invites_from", pa.string(), _SETTING),
        Column("allow_email_verified_users_to_join_organization", pa.bool_(), _SETTING),
        Column("allow_user_consent_for_risky_apps", pa.bool_(), _SETTING),
        Column("block_msol_power_shell", pa.bool_(), _SETTING),
        Column("allowed_to_create_apps", pa.bool_(), _SETTING),
        Column("allowed_to_create_tenants", pa.bool_(), _SETTING),
        Column("permission_grant_policies_assigned", pa.list_(pa.string()), _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)

AUTHENTICATION_METHODS_POLICY: Final = Table(
    "authentication_methods_policy",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("policy_migration_state", pa.string(), _SETTING),
        Column("registration_campaign_state", pa.string(), _SETTING),
        Column("last_modified_date_time", TIMESTAMP, _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)
"""The configuration of each method is in `raw`, under `authenticationMethodConfigurations`."""

AUTHENTICATION_STRENGTHS: Final = Table(
    "authentication_strengths",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CONTENT),
        Column("policy_type", pa.string(), _SETTING),
        Column("requirements_satisfied", pa.string(), _SETTING),
        Column("allowed_combinations", pa.list_(pa.string()), _SETTING),
        Column("created_date_time", TIMESTAMP, _SETTING),
        Column("modified_date_time", TIMESTAMP, _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)

CROSS_TENANT_ACCESS: Final = Table(
    "cross_tenant_access",
    key=("tenant_id",),
    retention_days=730,
    columns=(
        Column("tenant_id", pa.string(), DataClass.CLIENT),
        Column("is_service_default", pa.bool_(), _SETTING),
        Column("is_service_provider", pa.bool_(), _SETTING),
        Column("is_in_multi_tenant_organization", pa.bool_(), _SETTING),
        Column("is_mfa_accepted", pa.bool_(), _SETTING),
        Column("is_compliant_device_accepted", pa.bool_(), _SETTING),
        Column("is_hybrid_azure_ad_joined_device_accepted", pa.bool_(), _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)
"""The row `default`, and one for each partner: of a partner, null means *as the default says*."""

CONDITIONAL_ACCESS_SETTINGS: Final = Table(
    "conditional_access_settings",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("modified_date_time", TIMESTAMP, _SETTING),
        Column("raw", pa.string(), _SETTING),
    ),
)
"""Which user actions are left out of policies for all resources: `exclusions` in `raw`."""

ACTIVITY_TIMEOUT_POLICIES: Final = Table(
    "activity_timeout_policies",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CONTENT),
        Column("is_organization_default", pa.bool_(), _SETTING),
        Column("definition", pa.list_(pa.string()), _SETTING),
        Column("raw", pa.string(), _SETTING),
    ),
)
"""`definition` holds JSON texts, as Graph sends them."""
