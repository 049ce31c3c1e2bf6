"""Password spraying: one address tries many accounts with wrong passwords, and gets into one.

Whoever signed in from the address before is at home there, and so is not tried by a stranger: an office where
many mistype after a change of passwords is no spray. An address from which more people sign in than were tried
in one go is no attacker's either.
"""

from typing import Final

from checks.signins.log import GUESSED_RIGHT, GUESSED_WRONG, NOT_THERE, SEEN

WINDOW: Final = "INTERVAL 20 MINUTES"
AFTERWARDS: Final = "INTERVAL 24 HOURS"
PEOPLE: Final = 5
"""So many different accounts within the window are no coincidence."""

_COMPATIBLE: Final = f"""
    (entries.address = spans.address OR entries.address IS NULL OR spans.address IS NULL)
    AND (
        entries.moment IS NULL OR opens IS NULL
        OR entries.moment BETWEEN opens - {WINDOW} AND closes + {WINDOW} + {AFTERWARDS}
    )"""

# Sure is what rows prove that say everything. What a row does not say may be anything: such a row may have been
# tried from any address, at any time, and a sign-in near one may have been an entry.
QUERY: Final = f"""
WITH {SEEN},
tries AS MATERIALIZED (
    SELECT
        seen.id, seen.moment, seen.address,
        CASE WHEN seen.who IS NOT NULL THEN seen.who WHEN error_code = {NOT_THERE} THEN name END AS person,
        coalesce(person, id) AS somebody,
        person IS NOT NULL AND seen.moment IS NOT NULL AND seen.address IS NOT NULL AND error_code IS NOT NULL AS whole
    FROM seen
    LEFT JOIN homes ON homes.who = seen.who AND homes.address = seen.address AND homes.since < seen.moment
    WHERE (error_code IS NULL OR error_code IN ({GUESSED_WRONG})) AND homes.who IS NULL
),
residents AS (SELECT address, count(*) AS people FROM homes GROUP BY address),
totals AS (
    SELECT count(*) FILTER (moment IS NULL) AS timeless, count(DISTINCT somebody) AS everybody FROM tries
),
crowds AS (
    SELECT
        tries.moment, tries.address,
        count(DISTINCT person) FILTER (whole) OVER (PARTITION BY tries.address) AS tried,
        count(DISTINCT person) FILTER (whole) OVER ahead AS at_once,
        whole AND at_once >= {PEOPLE} AND at_once > coalesce(residents.people, 0) AS sure,
        count(*) FILTER (tries.address IS NULL) OVER anywhere AS strays,
        count(DISTINCT somebody) OVER anywhere AS near_anywhere,
        count(DISTINCT somebody) OVER around AS near_here,
        timeless + strays > 0 OR bool_or(NOT whole) OVER around AS has_holes,
        CASE
            WHEN moment IS NULL THEN everybody
            WHEN tries.address IS NULL THEN near_anywhere + timeless
            ELSE near_here + strays + timeless
        END AS near
    FROM tries CROSS JOIN totals LEFT JOIN residents ON residents.address = tries.address
    WINDOW
        ahead AS (PARTITION BY tries.address ORDER BY moment RANGE BETWEEN CURRENT ROW AND {WINDOW} FOLLOWING),
        around AS (
            PARTITION BY tries.address ORDER BY moment RANGE BETWEEN {WINDOW} PRECEDING AND {WINDOW} FOLLOWING
        ),
        anywhere AS (ORDER BY moment RANGE BETWEEN {WINDOW} PRECEDING AND {WINDOW} FOLLOWING)
),
sprays AS MATERIALIZED (
    SELECT moment, address, max(tried) AS tried, bool_or(sure) AS sure, bool_or(maybe) AS maybe
    FROM (SELECT *, has_holes AND near >= {PEOPLE} AS maybe FROM crowds)
    WHERE sure OR maybe GROUP BY moment, address
),
entries AS (
    SELECT
        who, moment, address, ip_address,
        moment IS NOT NULL AND address IS NOT NULL AND error_code IS NOT NULL AS whole
    FROM seen WHERE error_code IS NULL OR error_code IN ({GUESSED_RIGHT})
),
spans AS MATERIALIZED (
    SELECT address, min(moment) AS opens, max(moment) AS closes, max(tried) AS tried, maybe
    FROM sprays GROUP BY address, maybe, date_trunc('hour', moment)
),
found AS (
    SELECT entries.who, entries.moment, ip_address, tried, FALSE AS doubt, sprays.moment AS begins, sprays.address
    FROM (SELECT * FROM entries WHERE address IN (SELECT address FROM sprays WHERE sure)) entries
    ASOF JOIN (SELECT * FROM sprays WHERE sure) sprays
        ON entries.address = sprays.address AND entries.moment >= sprays.moment
    WHERE whole AND entries.moment <= sprays.moment + {AFTERWARDS}
    UNION ALL
    SELECT entries.who, entries.moment, ip_address, tried, TRUE, opens - {WINDOW}, entries.address
    FROM entries JOIN (SELECT * FROM spans WHERE maybe) spans ON {_COMPATIBLE}
    UNION ALL
    SELECT entries.who, entries.moment, ip_address, tried, TRUE, opens - {WINDOW}, entries.address
    FROM (SELECT * FROM entries WHERE NOT whole) entries JOIN spans ON {_COMPATIBLE}
)
SELECT found.who, min({{'doubt': doubt, 'moment': moment, 'address': ip_address, 'tried': tried}}) AS first
FROM found LEFT JOIN homes
    ON homes.who = found.who AND homes.address = found.address AND homes.since < found.begins
WHERE homes.who IS NULL
GROUP BY found.who ORDER BY found.who
"""  # noqa: S608 - constants only
