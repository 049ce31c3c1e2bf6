"""Approvals: whoever has the password asks for one until the owner gives in, or the owner says no."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import episodes
from checks.signins.detections.usual import IS_AT_HOME, JOIN_SETTLED
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

ASKING: Final = "INTERVAL 10 MINUTES"
GIVING_IN: Final = "INTERVAL 30 MINUTES"
DENIALS: Final = 3
"""So many refused requests within `ASKING` are no slip of the finger."""
MANY_DENIALS: Final = 5
EPISODE: Final = "INTERVAL 24 HOURS"

_IS_OWN: Final = f"({IS_AT_HOME} OR coalesce(seen.is_managed, FALSE) OR coalesce(seen.is_common_near, FALSE))"
"""A request from where the person or three colleagues are at home, or from a device of the firm."""

# What the owner leaves unanswered where he is at home is his own, a telephone that is off; and whatever he answers at a
# device of the firm. What nobody told the reason of counts only where a stranger may have asked.
_DENIED: Final = f"""
requests AS MATERIALIZED (
    SELECT
        seen.row, seen.moment, seen.who, seen.address, seen.near, seen.refusal,
        greatest(coalesce(seen.denials, 1), 1) AS denials,
        coalesce(seen.is_managed, FALSE) AS is_managed, {_IS_OWN} AS is_own
    FROM seen {JOIN_SETTLED}
    WHERE seen.who IS NOT NULL AND (seen.is_refused OR (seen.is_refused IS NULL AND seen.is_approval_failed))
),
denied AS (
    SELECT * FROM requests
    WHERE NOT is_own OR refusal = 'fraud' OR (refusal IN ('declined', 'wrong_number') AND NOT is_managed)
)
"""  # noqa: S608 - constants only

_FATIGUE: Final = f"""
WITH {_DENIED},
ahead AS (
    SELECT *, sum(denials) OVER (
        PARTITION BY who ORDER BY moment RANGE BETWEEN CURRENT ROW AND {ASKING} FOLLOWING
    ) AS ahead
    FROM denied
),
crowded AS (
    SELECT
        *,
        max(ahead) OVER (PARTITION BY who ORDER BY moment RANGE BETWEEN {ASKING} PRECEDING AND CURRENT ROW) AS at_once
    FROM ahead
),
pressing AS (SELECT * FROM crowded WHERE at_once >= {DENIALS}),
{episodes("bursts", "pressing", ASKING)},
piled AS (
    SELECT *, sum(denials) OVER (PARTITION BY who, episode ORDER BY moment, row) AS so_far FROM bursts
),
asked AS MATERIALIZED (
    SELECT
        who, episode, arg_min(address, (is_own, moment, row)) AS address, min(moment) AS first, max(moment) AS last,
        min(moment) FILTER (so_far >= {DENIALS}) AS since,
        sum(denials)::INT AS times, max(at_once)::INT AS at_once,
        bool_and(is_own) AS is_own, list(DISTINCT near) FILTER (NOT is_own) AS nears,
        list(row ORDER BY moment, row) AS rows
    FROM piled GROUP BY who, episode
),
approvals AS (
    SELECT seen.row, seen.moment, seen.who, seen.near, seen.is_mfa_done, {_IS_OWN} AS is_at_home
    FROM seen {JOIN_SETTLED}
    WHERE seen.is_success AND seen.is_mfa_done IS NOT FALSE AND seen.is_by_claim IS NOT TRUE
        AND seen.who IN (SELECT who FROM asked) AND seen.is_managed IS NOT TRUE
),
given AS (
    SELECT asked.who, asked.episode, min(approvals.moment) AS moment,
        arg_min(approvals.row, (approvals.moment, approvals.row)) AS row
    FROM asked JOIN approvals
        ON approvals.who = asked.who AND approvals.moment BETWEEN asked.since AND asked.last + {GIVING_IN}
        AND (list_contains(nears, approvals.near) OR (is_mfa_done AND NOT is_at_home))
    WHERE NOT is_own
    GROUP BY asked.who, asked.episode
)
SELECT
    asked.who, address, first, greatest(last, given.moment) AS last, times,
    NOT is_own AS succeeded, given.row IS NOT NULL AS approved,
    CASE WHEN given.row IS NOT NULL THEN 'high'
        WHEN at_once >= {MANY_DENIALS} AND NOT is_own THEN 'medium' END AS level,
    rows[:49] || list_filter([given.row], lambda row: row IS NOT NULL AND NOT list_contains(rows, row)) AS rows,
    {{'denials': at_once}} AS facts
FROM asked LEFT JOIN given USING (who, episode)
WHERE NOT is_own OR at_once >= {MANY_DENIALS}
ORDER BY first, who
"""  # noqa: S608 - constants only

_REFUSED: Final = f"""
WITH {_DENIED},
said AS (SELECT * FROM denied WHERE refusal = 'fraud' OR (refusal = 'declined' AND NOT is_own)),
{episodes("counted", "said", EPISODE)}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last, count(*) AS times,
    TRUE AS succeeded, FALSE AS approved, CASE WHEN bool_or(refusal = 'fraud') THEN 'medium' END AS level,
    list(row ORDER BY moment, row)[:50] AS rows, {{'is_fraud': bool_or(refusal = 'fraud')}} AS facts
FROM counted GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

_FIELDS: Final = ("created_date_time", "user_id", "error_code", "additional_details")
_SCOPE: Final = "is_approval_failed IS NOT FALSE"

UNITS: Final = (
    Unit(
        id="D11",
        starts_from="is_refused OR (is_refused IS NULL AND is_approval_failed)",
        title=mark("Many refused requests for approval"),
        family=Family.APPROVAL,
        level=Level.LISTED,
        technique=("T1621",),
        window=timedelta(minutes=10),
        threshold={"denials": DENIALS, "many_denials": MANY_DENIALS, "giving_in_minutes": 30},
        fields=_FIELDS,
        scope=_SCOPE,
        false_alarms=mark("A telephone that is off, lost or replaced, where its owner tries again and again."),
        why=mark(
            "This person was asked again and again to approve a sign-in. Ask whether the person did that; otherwise "
            "the password is known to somebody else, and an approval at the end let that somebody in."
        ),
        query=_FATIGUE,
    ),
    Unit(
        id="D12",
        starts_from="is_refused OR (is_refused IS NULL AND is_approval_failed)",
        title=mark("A request for approval refused or reported as fraud"),
        family=Family.APPROVAL,
        level=Level.LISTED,
        technique=("T1621",),
        window=timedelta(hours=24),
        threshold={"reports": 1},
        fields=_FIELDS,
        scope=_SCOPE,
        false_alarms=mark("A wrong tap on the telephone."),
        why=mark(
            "This person refused a request for approval, or reported it as fraud. Whoever asked has the password: ask "
            "the person, and change it."
        ),
        query=_REFUSED,
    ),
)
