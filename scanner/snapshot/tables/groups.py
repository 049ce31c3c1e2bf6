"""Tables of groups: what they are, and who is in those that rights depend on."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_CONTENT: Final = DataClass.CONTENT_NAME

GROUPS: Final = Table(
    "groups",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("display_name", pa.string(), _CONTENT),
        Column("mail", pa.string(), _CONTENT),
        Column("group_types", pa.list_(pa.string()), _SETTING),
        Column("security_enabled", pa.bool_(), _SETTING),
        Column("mail_enabled", pa.bool_(), _SETTING),
        Column("is_assignable_to_role", pa.bool_(), _SETTING),
        Column("membership_rule", pa.string(), _CONTENT),
        Column("visibility", pa.string(), _SETTING),
        Column("on_premises_sync_enabled", pa.bool_(), _SETTING),
        Column("created_date_time", TIMESTAMP, _SETTING),
        Column("expiration_date_time", TIMESTAMP, _SETTING),
        Column("resource_provisioning_options", pa.list_(pa.string()), _SETTING),
    ),
)

GROUP_MEMBERS: Final = Table(
    "group_members",
    key=("group_id", "id"),
    retention_days=730,
    columns=(
        Column("group_id", pa.string(), _SETTING),
        Column("id", pa.string(), DataClass.ACCOUNT),
        Column("member_type", pa.string(), _SETTING),
    ),
)
"""Members of members included, of the groups that a Conditional Access policy or a role assignment names.

`member_type` is Graph's `@odata.type`, e.g. `#microsoft.graph.user`. A group without a row has no
members, unless `unread_objects` names it.
"""
