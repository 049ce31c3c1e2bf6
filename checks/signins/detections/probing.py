"""Somebody who has the password looks for a way around the second factor: codes one by one, programs one by one."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import episodes
from checks.signins.detections.usual import JOIN_SETTLED
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

CODING: Final = "INTERVAL 60 MINUTES"
CODES: Final = 20
CODE_SESSIONS: Final = 10
SWEEPING: Final = "INTERVAL 20 MINUTES"
APPS: Final = 3
PROGRAMS: Final = 4

_CODES: Final = f"""
WITH typed AS (
    SELECT row, moment, who, address, coalesce(session, correlation, row) AS sitting
    FROM seen WHERE is_approval_failed AND is_otp AND who IS NOT NULL
),
ahead AS (
    SELECT *, count(*) OVER ahead AS codes, count(DISTINCT sitting) OVER ahead AS sittings
    FROM typed
    WINDOW ahead AS (PARTITION BY who ORDER BY moment RANGE BETWEEN CURRENT ROW AND {CODING} FOLLOWING)
),
crowded AS (
    SELECT *, bool_or(codes >= {CODES} AND sittings >= {CODE_SESSIONS}) OVER (
        PARTITION BY who ORDER BY moment RANGE BETWEEN {CODING} PRECEDING AND CURRENT ROW
    ) AS is_part
    FROM ahead
),
told AS (SELECT * FROM crowded WHERE is_part),
{episodes("counted", "told", CODING)}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last, count(*) AS times,
    TRUE AS succeeded, FALSE AS approved, NULL::VARCHAR AS level, list(row ORDER BY moment, row)[:50] AS rows,
    {{'codes': count(*)}} AS facts
FROM counted GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

_SWEEP: Final = f"""
WITH uses AS (
    SELECT seen.row, seen.moment, seen.who, seen.address, seen.app, seen.agent, seen.is_success
    FROM seen {JOIN_SETTLED}
    WHERE seen.is_right AND seen.who IS NOT NULL AND seen.address IS NOT NULL AND settled.who IS NULL
        AND (seen.is_interactive IS NOT FALSE OR seen.is_ropc OR (seen.is_legacy AND seen.is_mobile IS NOT TRUE))
        AND seen.is_managed IS NOT TRUE AND seen.is_microsoft IS NOT TRUE
),
ahead AS (
    SELECT *, count(DISTINCT app) OVER ahead AS apps, count(DISTINCT agent) OVER ahead AS programs
    FROM uses
    WINDOW ahead AS (PARTITION BY who, address ORDER BY moment RANGE BETWEEN CURRENT ROW AND {SWEEPING} FOLLOWING)
),
crowded AS (
    SELECT *, bool_or(apps >= {APPS} AND programs >= {PROGRAMS}) OVER (
        PARTITION BY who, address ORDER BY moment RANGE BETWEEN {SWEEPING} PRECEDING AND CURRENT ROW
    ) AS is_part
    FROM ahead
),
told AS (SELECT * FROM crowded WHERE is_part),
{episodes("counted", "told", SWEEPING, by="who, address")}
SELECT
    who, address, min(moment) AS first, max(moment) AS last, count(*) AS times, TRUE AS succeeded,
    coalesce(bool_or(is_success), FALSE) AS approved, NULL::VARCHAR AS level,
    list(row ORDER BY moment, row)[:50] AS rows,
    {{'apps': count(DISTINCT app), 'programs': count(DISTINCT agent)}} AS facts
FROM counted GROUP BY who, address, episode ORDER BY first, who, address
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D13",
        starts_from="is_approval_failed",
        title=mark("One-time codes tried one after the other"),
        family=Family.APPROVAL,
        level=Level.MEDIUM,
        technique=("T1110.001", "T1621"),
        window=timedelta(minutes=60),
        threshold={"codes": CODES, "sessions": CODE_SESSIONS},
        fields=("created_date_time", "user_id", "error_code", "authentication_details"),
        scope="is_approval_failed IS NOT FALSE",
        false_alarms=mark("A telephone whose clock is wrong, or an authenticator of another account."),
        why=mark("Somebody has this person's password and tries codes until one fits. Change the password."),
        query=_CODES,
    ),
    Unit(
        id="D15",
        title=mark("One person with many programs at many services within minutes"),
        family=Family.CLIENT,
        level=Level.MEDIUM,
        technique=("T1078.004", "T1526"),
        window=timedelta(minutes=20),
        threshold={"apps": APPS, "programs": PROGRAMS},
        fields=("created_date_time", "user_id", "ip_address", "error_code", "app_id", "user_agent"),
        scope="is_right IS NOT FALSE",
        false_alarms=mark("Somebody who sets up a new telephone and a new computer at a new place."),
        why=mark(
            "From one address the right password of this person was tried at many services with many programs, as "
            "tools do that look where no second factor is asked. Ask the person; otherwise change the password."
        ),
        query=_SWEEP,
    ),
)
