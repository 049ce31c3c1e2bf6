"""Accounts that tries have locked, addresses that Microsoft blocks, and tries at accounts that are disabled."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import episodes
from checks.signins.detections.usual import IS_AT_HOME, JOIN_SETTLED
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

TOGETHER: Final = "INTERVAL 30 MINUTES"
LOCKED_PEOPLE: Final = 5
"""So many people locked out together are no forgetful ones. Public rules ask 25, more than most firms here employ."""
EPISODE: Final = "INTERVAL 24 HOURS"
DISABLED_ACCOUNTS: Final = 3
STALE_HOURS: Final = 24
STALE_SHARE: Final = 0.9

_IS_FOREIGN: Final = """(
    coalesce(seen.is_new_asn, seen.is_new_agent, TRUE) OR seen.is_scripted OR seen.is_hosting OR NOT seen.is_mobile
)"""
"""Not the person's own telephone on a carrier that he uses."""

# 50053 has two meanings: an account is locked, or the address is known for attacks and was blocked whatever it typed.
_LOCKED: Final = f"""
WITH locked AS (
    SELECT seen.row, seen.moment, seen.who, seen.address
    FROM seen {JOIN_SETTLED}
    WHERE seen.is_lockout AND seen.who IS NOT NULL AND NOT {IS_AT_HOME}
        AND seen.is_microsoft IS NOT TRUE AND {_IS_FOREIGN}
),
around AS (
    SELECT *, count(DISTINCT who) OVER (
        ORDER BY moment RANGE BETWEEN {TOGETHER} PRECEDING AND {TOGETHER} FOLLOWING
    ) AS people
    FROM locked
),
blocked AS (
    SELECT row, moment, NULL::UBIGINT AS who, address, 0 AS people
    FROM seen WHERE is_blocked_address AND address IS NOT NULL
),
either AS (SELECT *, who AS key FROM around UNION ALL SELECT *, address FROM blocked),
{episodes("counted", "either", EPISODE, by="who IS NULL, key")}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last, count(*) AS times,
    FALSE AS succeeded, FALSE AS approved,
    CASE WHEN max(people) >= {LOCKED_PEOPLE} THEN 'medium' END AS level,
    list(row ORDER BY moment, row)[:50] AS rows,
    {{'people': max(people), 'is_blocked_address': who IS NULL}} AS facts
FROM counted GROUP BY who, key, episode ORDER BY first, who, key
"""  # noqa: S608 - constants only

# The telephone of somebody who left asks on for months, alike.
_DISABLED: Final = f"""
WITH tries AS (
    SELECT
        seen.row, seen.moment, seen.who, seen.address, seen.agent, seen.asn,
        coalesce(seen.is_scripted OR seen.is_hosting, FALSE) AS is_server
    FROM seen {JOIN_SETTLED}
    WHERE seen.is_disabled AND seen.who IS NOT NULL AND seen.address IS NOT NULL AND NOT {IS_AT_HOME}
        AND {_IS_FOREIGN}
),
devices AS (
    SELECT who, agent, asn, max(moment) - min(moment) AS lasted, count(*) AS times, bool_or(is_server) AS is_server
    FROM tries GROUP BY who, agent, asn
),
stale AS (
    SELECT who, agent, asn FROM (SELECT *, sum(times) OVER (PARTITION BY who) AS in_all FROM devices)
    WHERE lasted >= INTERVAL {STALE_HOURS} HOURS AND times > {STALE_SHARE} * in_all AND NOT is_server
),
probes AS (
    SELECT *, count(DISTINCT who) OVER (
        PARTITION BY address ORDER BY moment RANGE BETWEEN {EPISODE} PRECEDING AND {EPISODE} FOLLOWING
    ) AS accounts
    FROM tries
    WHERE NOT EXISTS (
        SELECT 1 FROM stale
        WHERE stale.who = tries.who AND stale.agent = tries.agent AND stale.asn IS NOT DISTINCT FROM tries.asn
    )
),
{episodes("counted", "probes", EPISODE)}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last, count(*) AS times,
    FALSE AS succeeded, FALSE AS approved,
    CASE WHEN max(accounts) >= {DISABLED_ACCOUNTS} THEN 'medium' END AS level,
    list(row ORDER BY moment, row)[:50] AS rows, {{'accounts': max(accounts)}} AS facts
FROM counted GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D06",
        starts_from="is_lockout OR is_blocked_address",
        title=mark("Locked out, or an address that Microsoft blocks"),
        family=Family.ATTEMPTS,
        level=Level.LISTED,
        technique=("T1110",),
        window=timedelta(hours=24),
        threshold={"people_locked": LOCKED_PEOPLE},
        fields=("created_date_time", "user_id", "ip_address", "error_code", "failure_reason"),
        is_crowd=True,
        scope="code = 50053",
        false_alarms=mark("A telephone or program that still has the password from before a change."),
        why=mark(
            "So many wrong passwords were typed that Entra locked the account, or stopped the address. Look where they "
            "came from."
        ),
        query=_LOCKED,
    ),
    Unit(
        id="D07",
        starts_from="is_disabled",
        title=mark("Tries at a disabled account"),
        family=Family.ATTEMPTS,
        level=Level.LISTED,
        technique=("T1110", "T1078.004"),
        window=timedelta(hours=24),
        threshold={"accounts": DISABLED_ACCOUNTS, "stale_share": STALE_SHARE, "stale_hours": STALE_HOURS},
        fields=("created_date_time", "user_id", "ip_address", "error_code"),
        is_crowd=True,
        scope="is_disabled IS NOT FALSE",
        false_alarms=mark("The telephone of somebody who left."),
        why=mark("Somebody tries an account that is disabled. Look what else came from the same address."),
        query=_DISABLED,
    ),
)
