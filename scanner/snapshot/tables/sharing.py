"""Who outside, or anonymous, can open what: sharing links and direct grants."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_ACCOUNT: Final = DataClass.ACCOUNT
_CONTENT: Final = DataClass.CONTENT_NAME
_SETTING: Final = DataClass.SETTING

SHARING_LINKS: Final = Table(
    "sharing_links",
    key=("drive_id", "item_id", "permission_id"),
    retention_days=730,
    kept_scans=2,
    increments_are_complete=False,
    columns=(
        Column("site_id", pa.string(), _SETTING),
        Column("site_display_name", pa.string(), _CONTENT),
        Column("is_personal_site", pa.bool_(), _SETTING),
        Column("drive_id", pa.string(), _SETTING),
        Column("drive_name", pa.string(), _CONTENT),
        Column("item_id", pa.string(), _SETTING),
        Column("item_name", pa.string(), _CONTENT),
        Column("item_path", pa.string(), _CONTENT),
        Column("is_folder", pa.bool_(), _SETTING),
        Column("last_modified_date_time", TIMESTAMP, _SETTING),
        Column("permission_id", pa.string(), _SETTING),
        Column("kind", pa.string(), _SETTING),
        Column("link_scope", pa.string(), _SETTING),
        Column("link_type", pa.string(), _SETTING),
        Column("prevents_download", pa.bool_(), _SETTING),
        Column("roles", pa.list_(pa.string()), _SETTING),
        Column("has_password", pa.bool_(), _SETTING),
        Column("expiration_date_time", TIMESTAMP, _SETTING),
        Column("granted_to", pa.list_(pa.string()), _ACCOUNT),
        Column("invitation_email", pa.string(), _ACCOUNT),
        Column("inherited_from_item_id", pa.string(), _SETTING),
    ),
)
"""`kind` is `link` (a sharing link), `invitation` (not yet redeemed) or `direct` (granted without a link).
The address of a link, its share id and its password never reach this table."""

SHAREPOINT_SETTINGS: Final = Table(
    "sharepoint_settings",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("sharing_capability", pa.string(), _SETTING),
        Column("sharing_domain_restriction_mode", pa.string(), _SETTING),
        Column("sharing_allowed_domain_list", pa.list_(pa.string()), DataClass.CLIENT),
        Column("sharing_blocked_domain_list", pa.list_(pa.string()), DataClass.CLIENT),
        Column("is_resharing_by_external_users_enabled", pa.bool_(), _SETTING),
        Column("is_require_accepting_user_to_match_invited_user_enabled", pa.bool_(), _SETTING),
        Column("is_legacy_auth_protocols_enabled", pa.bool_(), _SETTING),
        Column("is_unmanaged_sync_app_for_tenant_restricted", pa.bool_(), _SETTING),
        Column("idle_session_sign_out_is_enabled", pa.bool_(), _SETTING),
        Column("idle_session_warn_after_in_seconds", pa.int64(), _SETTING),
        Column("idle_session_sign_out_after_in_seconds", pa.int64(), _SETTING),
        Column("deleted_user_personal_site_retention_period_in_days", pa.int64(), _SETTING),
        Column("raw", pa.string(), DataClass.CLIENT),
    ),
)
"""The ceiling of the whole tenant, as far as Graph tells it: nothing about the expiry or the default of links."""

SPO_TENANT: Final = Table(
    "spo_tenant",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), DataClass.CLIENT),
        Column("sharing_capability", pa.int64(), _SETTING),
        Column("one_drive_sharing_capability", pa.int64(), _SETTING),
        Column("require_anonymous_links_expire_in_days", pa.int64(), _SETTING),
        Column("file_anonymous_link_type", pa.int64(), _SETTING),
        Column("folder_anonymous_link_type", pa.int64(), _SETTING),
        Column("external_user_expiration_required", pa.bool_(), _SETTING),
        Column("external_user_expire_in_days", pa.int64(), _SETTING),
        Column("default_sharing_link_type", pa.int64(), _SETTING),
        Column("default_link_permission", pa.int64(), _SETTING),
        Column("prevent_external_users_from_resharing", pa.bool_(), _SETTING),
        Column("email_attestation_required", pa.bool_(), _SETTING),
        Column("email_attestation_re_auth_days", pa.int64(), _SETTING),
        Column("enable_azure_adb2b_integration", pa.bool_(), _SETTING),
        Column("sharing_domain_restriction_mode", pa.int64(), _SETTING),
        Column("conditional_access_policy", pa.int64(), _SETTING),
        Column("legacy_auth_protocols_enabled", pa.bool_(), _SETTING),
        Column("disallow_infected_file_download", pa.bool_(), _SETTING),
    ),
)
"""One row; `id` is the name of the SharePoint address. Kinds are SharePoint's numbers:

* `sharing_capability`, also of OneDrive: 0 nobody outside, 1 guests who sign in, 2 anyone with the link,
  3 guests who are there already;
* `require_anonymous_links_expire_in_days`: -1 and 0 mean never;
* `file_anonymous_link_type`, `folder_anonymous_link_type`: 0 not set, 1 view, 2 edit;
* `default_sharing_link_type`: 0 not set, 1 chosen people, 2 the firm, 3 anyone;
* `default_link_permission`: 0 not set, 1 view, 2 edit;
* `conditional_access_policy` (devices that are not managed): 0 full access, 1 limited, 2 blocked.
"""
