"""Who used which product, by the usage report."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_ACCOUNT: Final = DataClass.ACCOUNT
_NAMES: Final = "names"

ACTIVE_USER_DETAIL: Final = Table(
    "active_user_detail",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("user_principal_name", pa.string(), _ACCOUNT, group=_NAMES),
        Column("display_name", pa.string(), _ACCOUNT, group=_NAMES),
        Column("report_refresh_date", TIMESTAMP, _ACCOUNT),
        Column("is_deleted", pa.bool_(), _ACCOUNT),
        Column("deleted_date", TIMESTAMP, _ACCOUNT),
        Column("has_exchange_license", pa.bool_(), _ACCOUNT),
        Column("has_one_drive_license", pa.bool_(), _ACCOUNT),
        Column("has_share_point_license", pa.bool_(), _ACCOUNT),
        Column("has_teams_license", pa.bool_(), _ACCOUNT),
        Column("has_yammer_license", pa.bool_(), _ACCOUNT),
        Column("exchange_last_activity_date", TIMESTAMP, _ACCOUNT),
        Column("one_drive_last_activity_date", TIMESTAMP, _ACCOUNT),
        Column("share_point_last_activity_date", TIMESTAMP, _ACCOUNT),
        Column("teams_last_activity_date", TIMESTAMP, _ACCOUNT),
        Column("yammer_last_activity_date", TIMESTAMP, _ACCOUNT),
        Column("assigned_products", pa.list_(pa.string()), _ACCOUNT),
    ),
)
"""A lesser source than the sign-in log: it can prove that a product was used on a day, never that it was not.

Days are midnight UTC. `id` is what the report calls a user: the user principal name, or, where the
tenant conceals names, a code that no other table knows; then the group `names` is a gap.
"""
