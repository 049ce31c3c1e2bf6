"""The sign-in log as the detections see it, in SQL; what a row does not say is null and may be anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from checks.frame import records
from checks.relations import Relation

LOOK_BACK: Final = timedelta(days=30)

_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""What Graph writes in place of the id of an account that does not exist."""

GUESSED_WRONG: Final = "50126, 50056, 50064, 50034, 80002, 80005, 120000, 120002, 120020"
"""Codes of a wrong password, and of an account that does not exist."""
NOT_THERE: Final = 50034
GUESSED_RIGHT: Final = (
    "0, 50055, 50144, 50076, 50079, 50072, 50074, 500121, 50158, 50105, 50155, 50097, 50129, 50005, 50131, "
    "53000, 53001, 53002, 53003, 53004, 65001, 50140, 50199, 50125"
)
"""Codes of a sign-in whose password was right, whatever stopped it afterwards."""
MFA_FAILED: Final = 500121

# of eight groups, those that are zero may be written as `::`
_ALL_GROUPS: Final = r"""
replace(lower(ip_address), '::', ':' || repeat('0:', 8 - len(regexp_extract_all(ip_address, ':'))))"""
_NETWORK: Final = rf"array_to_string(string_split({_ALL_GROUPS}, ':')[1:4], ':')"

# a /64 is one household or one server; anything that is no address is as good as none
_ADDRESS: Final = rf"""
CASE
    WHEN contains(ip_address, '.') THEN nullif(regexp_extract(ip_address, '(\d+\.){{3}}\d+'), '')
    WHEN contains(ip_address, ':') THEN regexp_replace({_NETWORK}, '(^|:)0+', '\1', 'g')
END"""

_WHO: Final = f"CASE WHEN user_id NOT IN ('', '{_NOBODY}') THEN user_id END"
_RECENT: Final = "created_date_time IS NULL OR (created_date_time > ? AND created_date_time <= ?)"

SEEN: Final = f"""
seen AS (
    SELECT
        id,
        created_date_time AS moment,
        {_WHO} AS who,
        nullif(lower(user_principal_name), '') AS name,
        {_ADDRESS} AS address,
        ip_address,
        error_code,
        additional_details
    FROM sign_ins
    WHERE {_RECENT}
),
homes AS MATERIALIZED (
    SELECT who, address, min(moment) AS since FROM seen
    WHERE error_code = 0 AND who IS NOT NULL AND address IS NOT NULL AND moment IS NOT NULL
    GROUP BY who, address
)"""  # noqa: S608 - constants only
"""`seen`: the rows of the last 30 days, an IPv6 address as its /64. `homes`: since when somebody signs in from there.

Takes two parameters: the beginning (left out) and the end of the time looked at.
"""

_PEOPLE: Final = f"""
SELECT
    {_WHO} AS id,
    max(user_display_name) AS user_display_name,
    max(user_principal_name) AS user_principal_name,
    count(*) FILTER (error_code IS NULL OR error_code IN ({GUESSED_WRONG})) AS wrong_passwords,
    count(*) FILTER (error_code IS NULL OR error_code = {MFA_FAILED}) AS failed_approvals
FROM sign_ins WHERE {_RECENT} GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Incident:
    """A sign-in that an attack led to, or may have led to."""

    kind: str
    """`spray` or `fatigue`."""
    who: str | None
    """Id of the account; None where the log does not say."""
    sure: bool
    """Whether every row it rests on says all that is needed."""
    moment: datetime | None
    """Of the sign-in, UTC."""
    address: str | None
    tried: int
    """How many people were tried, or how many requests were refused."""


def people(sign_ins: Relation, as_of: datetime) -> pd.DataFrame:
    """Return everybody in the log of the last 30 days, with how often they may have failed.

    Returns:
        `id` (null for rows that name no account), `user_display_name`, `user_principal_name`,
        `wrong_passwords`, `failed_approvals`.
    """
    return sign_ins.sql(_PEOPLE, _limits(as_of))


def incidents(kind: str, sign_ins: Relation, query: str, as_of: datetime) -> list[Incident]:
    """Ask for the first incident of each account, a sure one before a doubtful one."""
    return [_incident(kind, row) for row in records(sign_ins.sql(query, _limits(as_of)))]


def _limits(as_of: datetime) -> Sequence[datetime]:
    return [as_of - LOOK_BACK, as_of]


def _incident(kind: str, row: dict[str, Any]) -> Incident:
    first = row["first"]
    return Incident(kind, row["who"], not first["doubt"], first["moment"], first["address"], first["tried"])
