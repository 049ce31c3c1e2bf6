"""Tables of applications: what is registered, what was let in, with which secrets and which rights."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_CONTENT: Final = DataClass.CONTENT_NAME
_CLIENT: Final = DataClass.CLIENT

CREDENTIAL: Final = pa.struct(
    [
        ("key_id", pa.string()),
        ("display_name", pa.string()),
        ("type", pa.string()),
        ("usage", pa.string()),
        ("start_date_time", TIMESTAMP),
        ("end_date_time", TIMESTAMP),
    ]
)
"""What is kept of a secret or certificate: never its text, its hint, its key or its thumbprint."""

APP_ROLE: Final = pa.struct([("id", pa.string()), ("value", pa.string()), ("is_enabled", pa.bool_())])

APPLICATIONS: Final = Table(
    "applications",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("app_id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CONTENT),
        Column("created_date_time", TIMESTAMP, _SETTING),
        Column("sign_in_audience", pa.string(), _SETTING),
        Column("publisher_domain", pa.string(), _CLIENT),
        Column("verified_publisher_name", pa.string(), _SETTING),
        Column("is_fallback_public_client", pa.bool_(), _SETTING),
        Column("web_redirect_uris", pa.list_(pa.string()), _CLIENT),
        Column("spa_redirect_uris", pa.list_(pa.string()), _CLIENT),
        Column("public_client_redirect_uris", pa.list_(pa.string()), _CLIENT),
        Column("required_resource_access", pa.string(), _SETTING),
        Column("password_credentials", pa.list_(CREDENTIAL), _CONTENT),
        Column("key_credentials", pa.list_(CREDENTIAL), _CONTENT),
    ),
)
"""`required_resource_access` is what an application asks for; what it was given is in `app_role_assignments`."""

SERVICE_PRINCIPALS: Final = Table(
    "service_principals",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("app_id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CONTENT),
        Column("account_enabled", pa.bool_(), _SETTING),
        Column("app_owner_organization_id", pa.string(), _CLIENT),
        Column("service_principal_type", pa.string(), _SETTING),
        Column("sign_in_audience", pa.string(), _SETTING),
        Column("app_role_assignment_required", pa.bool_(), _SETTING),
        Column("disabled_by_microsoft_status", pa.string(), _SETTING),
        Column("verified_publisher_name", pa.string(), _SETTING),
        Column("homepage", pa.string(), _CLIENT),
        Column("tags", pa.list_(pa.string()), _SETTING),
        Column("app_roles", pa.list_(APP_ROLE), _SETTING),
        Column("password_credentials", pa.list_(CREDENTIAL), _CONTENT),
        Column("key_credentials", pa.list_(CREDENTIAL), _CONTENT),
    ),
)

APP_CREDENTIALS: Final = Table(
    "app_credentials",
    key=("owner_id", "credential_type", "key_id"),
    retention_days=730,
    columns=(
        Column("owner_id", pa.string(), _SETTING),
        Column("owner_type", pa.string(), _SETTING),
        Column("app_id", pa.string(), _SETTING),
        Column("credential_type", pa.string(), _SETTING),
        Column("key_id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CONTENT),
        Column("type", pa.string(), _SETTING),
        Column("usage", pa.string(), _SETTING),
        Column("start_date_time", TIMESTAMP, _SETTING),
        Column("end_date_time", TIMESTAMP, _SETTING),
    ),
)
"""One row per secret (`password`) or certificate (`key`) of an `application` or a `servicePrincipal`.

Made of those two tables without a further request.
"""

APP_ROLE_ASSIGNMENTS: Final = Table(
    "app_role_assignments",
    key=("resource_id", "id"),
    retention_days=730,
    columns=(
        Column("resource_id", pa.string(), _SETTING),
        Column("id", pa.string(), _SETTING),
        Column("app_role_id", pa.string(), _SETTING),
        Column("principal_id", pa.string(), _SETTING),
        Column("principal_type", pa.string(), _SETTING),
        Column("principal_display_name", pa.string(), _CONTENT),
        Column("resource_display_name", pa.string(), _CONTENT),
        Column("created_date_time", TIMESTAMP, _SETTING),
    ),
)
"""Rights that applications hold by themselves. People and groups assigned to an application are left out."""

OAUTH2_PERMISSION_GRANTS: Final = Table(
    "oauth2_permission_grants",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("client_id", pa.string(), _SETTING),
        Column("consent_type", pa.string(), _SETTING),
        Column("principal_id", pa.string(), DataClass.ACCOUNT),
        Column("resource_id", pa.string(), _SETTING),
        Column("scope", pa.string(), _SETTING),
    ),
)
"""Rights that applications hold on behalf of one person (`Principal`) or of everybody (`AllPrincipals`).

`scope` is a list separated by blanks, and may begin with one.
"""
