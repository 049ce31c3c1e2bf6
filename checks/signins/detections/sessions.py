"""Sessions: one that is used from two networks, as a stolen token is."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import ELSEWHERE, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

MEDIUM_POINTS: Final = 3
HIGH_POINTS: Final = 4
MIN_POINTS: Final = 2
SOON_HOURS: Final = 24

# Silent refreshes are put together per network, program and session, so their first moment is known and the ones in
# between are not.
_USES: Final = f"""
firsts AS MATERIALIZED (
    SELECT kind, who, value, min(first_seen) AS since FROM history WHERE kind IN ('asn', 'network', 'country', 'agent')
    GROUP BY ALL
),
uses AS MATERIALIZED (
    SELECT row, moment, moment AS until, 1 AS times, who, session, address, near, asn, country, family,
        is_managed, is_hosting, is_mobile, {ELSEWHERE} AS is_ours
    FROM seen
    WHERE is_success AND session IS NOT NULL AND who IS NOT NULL
        AND is_microsoft IS NOT TRUE AND is_private IS NOT TRUE
    UNION ALL
    SELECT row, first, last, times, who, session, address, near, asn, country, family,
        is_managed, is_hosting, is_mobile, {ELSEWHERE}
    FROM refreshes
    WHERE session IS NOT NULL AND who IS NOT NULL AND is_microsoft IS NOT TRUE AND is_private IS NOT TRUE
),
split AS (
    SELECT who, session FROM uses GROUP BY ALL
    HAVING count(DISTINCT asn) > 1 OR count(DISTINCT country) > 1 OR count(DISTINCT family) > 1
),
systems AS (
    SELECT DISTINCT hash(family) AS family, nullif(split_part(family, '/', 1), '?') AS system
    FROM agent_texts WHERE family IS NOT NULL
),
parts AS MATERIALIZED (
    SELECT uses.*, systems.system FROM uses SEMI JOIN split USING (who, session)
    LEFT JOIN systems ON systems.family = uses.family
)"""  # noqa: S608 - constants only

# Both the person and his colleagues must be strangers to the network; a program is strange to the person alone.
_STRAYS: Final = """
strays AS MATERIALIZED (
    SELECT
        parts.*,
        parts.asn IS NOT NULL AND coalesce(asns.since >= parts.moment, TRUE) AS is_new_asn,
        parts.country IS NOT NULL AND coalesce(countries.since >= parts.moment, TRUE) AS is_new_country,
        parts.family IS NOT NULL AND coalesce(agents.since >= parts.moment, TRUE) AS is_new_agent,
        coalesce(least(near.fourth, CASE WHEN wide.fourth IS NOT NULL AND far.fourth IS NOT NULL
            THEN greatest(wide.fourth, far.fourth) END) <= parts.moment - INTERVAL 1 DAY, FALSE) AS is_shared
    FROM parts
    LEFT JOIN firsts AS asns ON asns.kind = 'asn' AND asns.who = parts.who AND asns.value = hash(parts.asn::VARCHAR)
    LEFT JOIN firsts AS countries
        ON countries.kind = 'country' AND countries.who = parts.who AND countries.value = hash(parts.country)
    LEFT JOIN firsts AS agents ON agents.kind = 'agent' AND agents.who = parts.who AND agents.value = parts.family
    LEFT JOIN common AS near ON near.kind = 'network' AND near.value = parts.near
    LEFT JOIN common AS wide ON wide.kind = 'asn' AND wide.value = hash(parts.asn::VARCHAR)
    LEFT JOIN common AS far ON far.kind = 'country' AND far.value = hash(parts.country)
    WHERE NOT is_ours AND ((is_new_asn OR is_new_country) AND NOT is_shared OR is_new_agent)
)"""

_COMPARED: Final = f"""
compared AS (
    SELECT
        strays.*,
        bool_or(coalesce(other.country <> strays.country, FALSE)) AS has_moved,
        bool_or(coalesce(other.asn <> strays.asn, FALSE)) AS has_changed_network,
        bool_and(coalesce(other.family <> strays.family AND is_new_agent, FALSE)) AS has_changed_program,
        bool_and(coalesce(other.system <> strays.system AND is_new_agent, FALSE)) AS has_changed_system,
        bool_or(other.moment <= strays.moment AND other.until > strays.moment - INTERVAL {SOON_HOURS} HOURS) AS is_soon
    FROM strays JOIN parts AS other
        ON other.who = strays.who AND other.session = strays.session AND other.row <> strays.row
        AND (other.asn <> strays.asn OR other.country <> strays.country OR other.family <> strays.family)
    GROUP BY ALL
),
scored AS (
    SELECT
        *,
        coalesce(is_hosting, FALSE)::INT + has_moved::INT + has_changed_program::INT
        + (is_managed IS NOT TRUE)::INT + is_soon::INT AS points
    FROM compared
    WHERE has_changed_system
        OR (has_changed_network OR has_moved) AND (is_hosting IS TRUE OR is_mobile IS NOT TRUE)
)"""  # noqa: S608 - constants only

_TWO_NETWORKS: Final = f"""
WITH {_USES}, {_STRAYS}, {_COMPARED},
counted AS (SELECT * FROM scored WHERE points >= {MIN_POINTS}),
{episodes("told", "counted", f"INTERVAL {SOON_HOURS} HOURS")}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(until) AS last,
    sum(times)::BIGINT AS times, TRUE AS succeeded, TRUE AS approved,
    CASE WHEN max(points) >= {HIGH_POINTS} THEN 'high' WHEN max(points) >= {MEDIUM_POINTS} THEN 'medium'
        ELSE 'listed' END AS level,
    list(row ORDER BY moment, row)[:50] AS rows,
    {{
        'sessions': count(DISTINCT session), 'networks': count(DISTINCT asn), 'other_country': bool_or(has_moved),
        'other_program': bool_or(has_changed_program), 'points': max(points)
    }} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D24",
        title=mark("One session on two networks"),
        family=Family.SESSION,
        level=Level.MEDIUM,
        technique=("T1539", "T1550.001", "T1557"),
        window=timedelta(hours=SOON_HOURS),
        threshold={
            "networks": 2,
            "points": MIN_POINTS,
            "points_medium": MEDIUM_POINTS,
            "points_high": HIGH_POINTS,
            "others": 3,
        },
        fields=("user_id", "session_id", "autonomous_system_number", "country_or_region", "error_code"),
        false_alarms=mark(
            "A computer of one's own that is carried to another network, and a browser that was updated or that "
            "answers under another name."
        ),
        why=mark(
            "A session goes on where it began unless somebody carries the computer or the session alone. Ask where the "
            "person was; if not there, end all sessions, change the password and examine what was opened."
        ),
        query=_TWO_NETWORKS,
        is_crowd=True,
        scope="is_success IS NOT FALSE",
    ),
)
