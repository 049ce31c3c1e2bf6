"""MFA fatigue: somebody who has the password asks for approval until the owner gives in.

Requests from an address that the owner signed in from before are the owner's own: a telephone that is off.
"""

from typing import Final

from checks.signins.log import MFA_FAILED, SEEN

WINDOW: Final = "INTERVAL 10 MINUTES"
AFTERWARDS: Final = "INTERVAL 30 MINUTES"
REFUSALS: Final = 3
"""So many refused requests within the window are no slip of the finger."""

_REFUSED: Final = "declined|did not respond|did not select|fraud"
"""How Entra says that the owner did not approve; a mistyped code is told otherwise."""

_COMPATIBLE: Final = f"""
    (entries.who = bursts.who OR entries.who IS NULL OR bursts.who IS NULL)
    AND (entries.address = bursts.address OR entries.address IS NULL OR bursts.address IS NULL)
    AND (
        entries.moment IS NULL OR bursts.moment IS NULL
        OR entries.moment BETWEEN bursts.moment - {WINDOW} AND bursts.moment + {WINDOW} + {AFTERWARDS}
    )"""

# as in a spray: what a row does not say may be anything
QUERY: Final = f"""
WITH {SEEN},
asked AS (
    SELECT
        *,
        CASE WHEN error_code = {MFA_FAILED} THEN regexp_matches(lower(additional_details), '{_REFUSED}')
             WHEN error_code IS NOT NULL THEN FALSE END AS refused
    FROM seen
),
refusals AS MATERIALIZED (
    SELECT
        asked.id, asked.who, asked.address, asked.moment,
        asked.who IS NOT NULL AND asked.address IS NOT NULL AND asked.moment IS NOT NULL AND refused IS NOT NULL
            AS whole
    FROM asked
    LEFT JOIN homes ON homes.who = asked.who AND homes.address = asked.address AND homes.since < asked.moment
    WHERE refused IS DISTINCT FROM FALSE AND homes.who IS NULL
),
totals AS (SELECT count(*) FILTER (moment IS NULL) AS timeless, count(*) AS everything FROM refusals),
crowds AS (
    SELECT
        who, address, moment,
        count(*) FILTER (whole) OVER here AS tried,
        whole AND tried >= {REFUSALS} AS sure,
        count(*) FILTER (who IS NULL) OVER anywhere AS strays,
        timeless + strays > 0 OR bool_or(NOT whole) OVER theirs AS has_holes,
        CASE
            WHEN moment IS NULL THEN everything
            WHEN who IS NULL THEN count(*) OVER anywhere + timeless
            ELSE count(*) OVER theirs + strays + timeless
        END AS near
    FROM refusals CROSS JOIN totals
    WINDOW
        here AS (PARTITION BY who, address ORDER BY moment RANGE BETWEEN {WINDOW} PRECEDING AND CURRENT ROW),
        theirs AS (PARTITION BY who ORDER BY moment RANGE BETWEEN {WINDOW} PRECEDING AND {WINDOW} FOLLOWING),
        anywhere AS (ORDER BY moment RANGE BETWEEN {WINDOW} PRECEDING AND {WINDOW} FOLLOWING)
),
bursts AS MATERIALIZED (
    SELECT * FROM (SELECT *, has_holes AND near >= {REFUSALS} AS maybe FROM crowds) WHERE sure OR maybe
),
entries AS (
    SELECT
        who, moment, address, ip_address,
        who IS NOT NULL AND moment IS NOT NULL AND address IS NOT NULL AND error_code IS NOT NULL AS whole
    FROM seen WHERE coalesce(error_code, 0) = 0
),
found AS (
    SELECT entries.who, entries.moment, ip_address, tried, FALSE AS doubt, bursts.moment AS begins, entries.address
    FROM (SELECT * FROM entries WHERE address IN (SELECT address FROM bursts WHERE sure)) entries
    ASOF JOIN (SELECT * FROM bursts WHERE sure) bursts
        ON entries.who = bursts.who AND entries.address = bursts.address AND entries.moment >= bursts.moment
    WHERE whole AND entries.moment <= bursts.moment + {AFTERWARDS}
    UNION ALL
    SELECT entries.who, entries.moment, ip_address, tried, TRUE, bursts.moment - {WINDOW}, entries.address
    FROM entries JOIN (SELECT * FROM bursts WHERE maybe) bursts ON {_COMPATIBLE}
    UNION ALL
    SELECT entries.who, entries.moment, ip_address, tried, TRUE, bursts.moment - {WINDOW}, entries.address
    FROM (SELECT * FROM entries WHERE NOT whole) entries JOIN bursts ON {_COMPATIBLE}
)
SELECT found.who, min({{'doubt': doubt, 'moment': moment, 'address': ip_address, 'tried': tried}}) AS first
FROM found LEFT JOIN homes
    ON homes.who = found.who AND homes.address = found.address AND homes.since < found.begins
WHERE homes.who IS NULL
GROUP BY found.who ORDER BY found.who
"""  # noqa: S608 - constants only
