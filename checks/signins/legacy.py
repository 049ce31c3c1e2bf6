"""Programs without a second factor, as the sign-in log shows them in use."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from checks.frame import records
from checks.relations import Relation
from checks.signins.log import LOOK_BACK

_MODERN: Final = "'Browser', 'Mobile Apps and Desktop clients', ''"

_USED: Final = f"""
SELECT user_id AS id, list_sort(list(DISTINCT client_app_used)) AS clients FROM sign_ins
WHERE error_code = 0 AND user_id IS NOT NULL AND client_app_used NOT IN ({_MODERN})
    AND created_date_time > ? AND created_date_time <= ?
GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - constants only


def legacy_clients_used(sign_ins: Relation, as_of: datetime) -> Mapping[str, list[str]]:
    """Return with which older clients each account signed in during the last 30 days, by Microsoft's names of them.

    Some of these can show a token instead of a password, so it proves use and no more.
    """
    return {row["id"]: row["clients"] for row in records(sign_ins.sql(_USED, [as_of - LOOK_BACK, as_of]))}
