"""Tables of directory roles: what they allow, who holds them, what holding one demands."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_ACCOUNT: Final = DataClass.ACCOUNT
_ELIGIBLE: Final = "eligible"

ROLE_DEFINITIONS: Final = Table(
    "role_definitions",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("template_id", pa.string(), _SETTING),
        Column("display_name", pa.string(), DataClass.CONTENT_NAME),
        Column("is_built_in", pa.bool_(), _SETTING),
        Column("is_enabled", pa.bool_(), _SETTING),
        Column("role_permissions", pa.string(), _SETTING),
    ),
)
"""`id` equals `template_id` for built-in roles; whether a role is privileged Graph v1.0 does not tell."""

ROLE_ASSIGNMENTS: Final = Table(
    "role_assignments",
    key=("assignment_type", "id"),
    retention_days=730,
    columns=(
        Column("assignment_type", pa.string(), _SETTING),
        Column("id", pa.string(), _SETTING),
        Column("principal_id", pa.string(), _ACCOUNT),
        Column("role_definition_id", pa.string(), _SETTING),
        Column("directory_scope_id", pa.string(), _SETTING),
        Column("app_scope_id", pa.string(), _SETTING),
        Column("activation", pa.string(), _SETTING, group=_ELIGIBLE),
        Column("member_type", pa.string(), _SETTING, group=_ELIGIBLE),
        Column("start_date_time", TIMESTAMP, _SETTING, group=_ELIGIBLE),
        Column("end_date_time", TIMESTAMP, _SETTING, group=_ELIGIBLE),
    ),
)
"""`assignment_type` is `active` (the role works now) or `eligible` (its holder may activate it).

Where the group `eligible` was not read there are no eligible rows: whoever counts them must name one
of its columns. `activation` is `Assigned` (given for as long as it lasts) or `Activated` (an eligible
holder switched it on); null on eligible rows. `directory_scope_id` is `/` for the whole tenant.
Principals are users, groups and service principals alike; members of groups are in `group_members`.
"""

ROLE_MANAGEMENT_POLICIES: Final = Table(
    "role_management_policies",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("policy_id", pa.string(), _SETTING),
        Column("role_definition_id", pa.string(), _SETTING),
        Column("scope_id", pa.string(), _SETTING),
        Column("scope_type", pa.string(), _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)
"""What Privileged Identity Management demands of each directory role: `policy.rules` in `raw`."""
