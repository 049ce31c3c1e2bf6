"""Programs that cannot be asked for a second factor, as the sign-in log shows them in use."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from checks.frame import records
from checks.relations import Relation
from checks.signins.codes import MODERN_CLIENTS, NOBODY
from checks.signins.model import LOOK_BACK

_LEGACY: Final = f"""
lower(client_app_used) NOT IN ({MODERN_CLIENTS}) AND user_id <> '' AND user_id <> '{NOBODY}'
    AND created_date_time > ? AND created_date_time <= ?"""

_USED: Final = f"""
SELECT user_id AS id, list_sort(list(DISTINCT client_app_used)) AS clients FROM sign_ins
WHERE error_code = 0 AND {_LEGACY}
GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - constants only

_BY_CLIENT: Final = f"""
SELECT
    client_app_used AS client, user_id, max(user_display_name) AS name,
    max(user_principal_name) AS user_principal_name,
    count(DISTINCT id) FILTER (error_code = 0) AS successes,
    count(DISTINCT id) FILTER (error_code <> 0) AS failures,
    max(created_date_time) FILTER (error_code = 0) AS last_success
FROM sign_ins WHERE {_LEGACY}
GROUP BY 1, 2 ORDER BY 1, successes DESC, 2
"""  # noqa: S608 - constants only


def legacy_clients_used(sign_ins: Relation, as_of: datetime) -> Mapping[str, list[str]]:
    """Return with which older clients each account signed in during the last 30 days, by Microsoft's names of them.

    Some of these can show a token instead of a password, so it proves use and no more.
    """
    return {row["id"]: row["clients"] for row in records(sign_ins.sql(_USED, [as_of - LOOK_BACK, as_of]))}


def legacy_use(sign_ins: Relation, as_of: datetime) -> list[dict[str, Any]]:
    """Return how often each account used each older client during the last 30 days, in order of client.

    Returns:
        `client`, `user_id`, `name`, `user_principal_name`, `successes`, `failures`, and `last_success` or None.
    """
    return records(sign_ins.sql(_BY_CLIENT, [as_of - LOOK_BACK, as_of]))
