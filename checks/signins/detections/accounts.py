"""Accounts: one that slept for months and wakes, and those that are kept for emergencies."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import HIT, IN_AND_PROVED, PROVED, RIGHT, SHARED, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

DORMANT_DAYS: Final = 60
DORMANT_DAYS_GUEST: Final = 90

# Only a silence between two successes that are both on record is one: without the earlier, the account may be new.
_REVIVED: Final = f"""
WITH gaps AS (
    SELECT who, first AS woke, lag(last) OVER (PARTITION BY who ORDER BY first, last) AS slept FROM activity
),
guests AS (SELECT who, bool_or(is_guest) AS is_guest FROM seen WHERE who IS NOT NULL GROUP BY who),
long AS (
    SELECT gaps.* FROM gaps LEFT JOIN guests ON guests.who = gaps.who
    WHERE woke - slept >= CASE WHEN guests.is_guest THEN INTERVAL {DORMANT_DAYS_GUEST} DAYS
        ELSE INTERVAL {DORMANT_DAYS} DAYS END
),
rows AS (
    SELECT row, moment, who, address, is_managed, is_service, is_success AND {PROVED} AS is_in,
        coalesce(is_new_country AND NOT {SHARED}, FALSE) AND is_mobile IS NOT TRUE AS is_strange
    FROM seen WHERE who IS NOT NULL AND is_success
    UNION ALL
    SELECT row, first, who, address, is_managed, FALSE, TRUE, FALSE FROM refreshes
    WHERE who IS NOT NULL
),
revived AS (
    SELECT rows.*, long.slept, long.woke FROM rows
    JOIN long ON long.who = rows.who AND rows.moment BETWEEN long.woke AND long.woke + INTERVAL 24 HOURS
    WHERE is_service IS NOT TRUE
)
SELECT
    {HIT},
    TRUE AS succeeded, coalesce(bool_or(is_in), FALSE) AS approved,
    CASE WHEN bool_or(is_strange) THEN 'medium' ELSE 'listed' END AS level,
    {{'days': date_diff('day', slept, woke)}} AS facts
FROM revived GROUP BY who, slept, woke
-- who is back at a device of the firm is back
HAVING NOT coalesce(bool_or(is_managed), FALSE)
ORDER BY first, who
"""  # noqa: S608 - constants only

_EMERGENCY: Final = f"""
WITH used AS (SELECT * REPLACE (coalesce(who, person) AS person) FROM seen WHERE is_break_glass),
{episodes("told", "used", "INTERVAL 24 HOURS", by="person")}
SELECT
    any_value(who) AS who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last,
    count(*) AS times, list(row ORDER BY moment, row)[:50] AS rows,
    {RIGHT}, {IN_AND_PROVED} AS approved, 'high' AS level,
    {{'successes': count(*) FILTER (is_success)}} AS facts
FROM told GROUP BY person, episode ORDER BY first, person
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D39",
        title=mark("A dormant account is used again"),
        family=Family.ACCOUNT,
        level=Level.LISTED,
        technique=("T1078.004",),
        window=timedelta(days=DORMANT_DAYS),
        threshold={"days": DORMANT_DAYS, "days_guest": DORMANT_DAYS_GUEST},
        fields=("user_id", "error_code"),
        needs_days=DORMANT_DAYS,
        false_alarms=mark("Parental leave, long illness, seasonal work, a guest whose project starts again."),
        why=mark(
            "Nobody signed in to this account for months, and now somebody does. Ask whether the person is back; an "
            "account that nobody needs should be blocked."
        ),
        query=_REVIVED,
        scope="is_success IS NOT FALSE",
    ),
    Unit(
        id="D40",
        starts_from="is_break_glass",
        title=mark("Emergency account used"),
        family=Family.ACCOUNT,
        level=Level.HIGH,
        technique=("T1078.004",),
        window=timedelta(hours=24),
        threshold={"sign_ins": 1},
        fields=("user_principal_name",),
        statements=("break_glass",),
        false_alarms=mark("A yearly test of the account, which should be written down."),
        why=mark(
            "This account is for emergencies only, so every try to sign in with it, also one that failed, should be "
            "known. Ask who used it and why."
        ),
        query=_EMERGENCY,
        scope="is_break_glass IS NOT FALSE",
    ),
)
