"""What the sign-in log shows of people whom policies protect, as far as it can be compared.

A row contradicts only where it says all of this: the sign-in succeeded, no second factor was required or shown, the
password was the first one, the policies are older than the row, and the row tells what they did. That a token
already carried MFA counts as MFA. Everything else proves nothing: passkeys and Windows Hello look like one factor
where nothing demanded more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from checks.frame import records
from checks.model import Gap
from checks.relations import Relation

LOOK_BACK: Final = timedelta(days=30)

_NOT_JUDGED: Final = (
    "38aa3b87-a06d-4817-b275-7a389988d93b",  # Windows Sign In
    "29d9ed98-a469-4536-ade2-f981bc1d605e",  # Microsoft Authentication Broker
)
"""Applications that sign devices in, which Conditional Access does not judge."""
_REGISTERS_DEVICES: Final = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"
"""A resource that only a policy about that user action reaches."""

_ONE_FACTOR: Final = f"""
    authentication_requirement = 'singleFactorAuthentication'
    AND regexp_matches(authentication_details, '"authenticationMethod": ?"Password"')
    AND NOT shows_mfa
    AND is_interactive
    AND created_date_time > ?
    AND applied_conditional_access_policies IS NOT NULL
    AND coalesce(app_id, '') NOT IN ('{_NOT_JUDGED[0]}', '{_NOT_JUDGED[1]}')
    AND resource_id IS NOT NULL AND resource_id <> '{_REGISTERS_DEVICES}'
"""

_QUERY: Final = f"""
WITH successes AS (
    SELECT
        *,
        coalesce(
            authentication_requirement = 'multiFactorAuthentication'
            OR regexp_matches(lower(authentication_details), 'claim in the token|previously satisfied'),
            FALSE
        ) AS shows_mfa
    FROM sign_ins
    WHERE error_code = 0 AND user_id IS NOT NULL AND created_date_time > ? AND created_date_time <= ?
)
SELECT
    user_id AS id,
    bool_or(shows_mfa) AS shows_mfa,
    max({{'moment': created_date_time, 'policies': applied_conditional_access_policies}})
        FILTER ({_ONE_FACTOR}) AS one_factor
FROM successes GROUP BY user_id ORDER BY user_id
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class OneFactor:
    """The newest sign-in of somebody with the password alone, at which policies were looked at."""

    moment: datetime
    policies: frozenset[str]
    """Ids of the policies of which the row tells what they did."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the log of the last 30 days shows of one person who signed in."""

    shows_mfa: bool
    one_factor: OneFactor | None


@dataclass(frozen=True, slots=True)
class Log:
    """The log, as far as it was read."""

    people: Mapping[str, Shown] = field(default_factory=dict)
    is_read: bool = False


def log(sign_ins: Relation | Gap, last_change: datetime | None, as_of: datetime) -> Log:
    """Return what the log shows of everybody who signed in.

    Args:
        sign_ins: The log, with what only the beta of Graph tells.
        last_change: When a policy was changed last: a sign-in before proves nothing. None: nothing is sure to be later.
        as_of: The end of the time looked at.

    Source:
        https://learn.microsoft.com/graph/api/resources/signin
    """
    if isinstance(sign_ins, Gap):
        return Log()
    since = as_of if last_change is None else last_change
    rows = records(sign_ins.sql(_QUERY, [as_of - LOOK_BACK, as_of, since]))
    return Log({row["id"]: Shown(row["shows_mfa"], _one_factor(row["one_factor"])) for row in rows}, is_read=True)


def _one_factor(row: Mapping[str, Any] | None) -> OneFactor | None:
    if row is None or row["moment"] is None:
        return None
    return OneFactor(row["moment"], _policies(row["policies"]))


def _policies(text: str) -> frozenset[str]:
    try:
        entries: object = orjson.loads(text)
    except ValueError:
        return frozenset()
    listed: Sequence[object] = entries if isinstance(entries, list) else ()
    return frozenset(str(entry["id"]) for entry in listed if isinstance(entry, dict) and _is_told(entry))


def _is_told(entry: Mapping[str, object]) -> bool:
    return "id" in entry and entry.get("result") in {"success", "failure", "notApplied"}
