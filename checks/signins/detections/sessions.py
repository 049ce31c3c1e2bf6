"""Sessions: one that is used from two networks, as a stolen token is."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import (
    ELSEWHERE,
    ERROR_KM,
    FAR_KM,
    FLOOR_MINUTES,
    KM_AN_HOUR,
    episodes,
    kilometres,
)
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
    SELECT row, moment, moment AS until, 1 AS times, who, session, address, near, asn, country, latitude, longitude,
        family, is_managed, is_hosting, is_mobile, {ELSEWHERE} AS is_ours
    FROM seen
    WHERE is_success AND session IS NOT NULL AND who IS NOT NULL
        AND is_microsoft IS NOT TRUE AND is_private IS NOT TRUE
    UNION ALL
    SELECT row, first, last, times, who, session, address, near, asn, country, latitude, longitude, family,
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
        -- the third person is another one wherever this one is new
        CASE WHEN networks.since <= near.third THEN near.fourth ELSE near.third END AS near_shared,
        CASE WHEN asns.since <= wide.third THEN wide.fourth ELSE wide.third END AS asn_shared,
        CASE WHEN countries.since <= far.third THEN far.fourth ELSE far.third END AS country_shared,
        parts.moment - INTERVAL 1 DAY AS before,
        coalesce(near_shared <= before, FALSE)
            OR coalesce(asn_shared <= before AND country_shared <= before, FALSE) AS is_shared
    FROM parts
    LEFT JOIN firsts AS asns ON asns.kind = 'asn' AND asns.who = parts.who AND asns.value = hash(parts.asn::VARCHAR)
    LEFT JOIN firsts AS networks
        ON networks.kind = 'network' AND networks.who = parts.who AND networks.value = parts.near
    LEFT JOIN firsts AS countries
        ON countries.kind = 'country' AND countries.who = parts.who AND countries.value = hash(parts.country)
    LEFT JOIN firsts AS agents ON agents.kind = 'agent' AND agents.who = parts.who AND agents.value = parts.family
    LEFT JOIN common AS near ON near.kind = 'network' AND near.value = parts.near
    LEFT JOIN common AS wide ON wide.kind = 'asn' AND wide.value = hash(parts.asn::VARCHAR)
    LEFT JOIN common AS far ON far.kind = 'country' AND far.value = hash(parts.country)
    WHERE NOT is_ours
),
odd AS (
    SELECT *, (is_new_asn OR is_new_country) AND NOT is_shared AS is_new_place FROM strays
    WHERE is_new_place OR is_new_agent
)"""

# Somebody who carries his computer to another network takes his time and keeps his program: without a rented server,
# a program that he never used or a distance that nobody travels so fast, a new network is a journey. A far one abroad
# is listed: a session that was stolen and used days later looks the same, and says no more than the new country does.
_COMPARED: Final = f"""
paired AS (
    SELECT
        odd.*,
        other.country <> odd.country AS is_abroad,
        other.asn <> odd.asn AS is_other_network,
        other.family <> odd.family AND is_new_agent AS is_other_program,
        other.system <> odd.system AND is_new_agent AS is_other_system,
        other.moment <= odd.moment AND other.until > odd.moment - INTERVAL {SOON_HOURS} HOURS AS is_soon,
        {kilometres("other", "odd")} - {ERROR_KM} AS km,
        greatest({FLOOR_MINUTES} * 60, least(
            abs(epoch(odd.moment - other.moment)), abs(epoch(odd.moment - other.until)),
            abs(epoch(odd.until - other.moment)), abs(epoch(odd.until - other.until))
        )) / 3600 AS hours
    FROM odd JOIN parts AS other
        ON other.who = odd.who AND other.session = odd.session
        AND (other.asn <> odd.asn OR other.country <> odd.country OR other.family <> odd.family)
),
compared AS (
    SELECT
        row, moment, who, any_value(until) AS until, any_value(times) AS times, any_value(address) AS address,
        any_value(session) AS session, any_value(asn) AS asn, any_value(is_new_place) AS is_new_place,
        any_value(is_hosting) IS TRUE AS is_rented, any_value(is_mobile) IS TRUE AS is_telephone,
        any_value(is_managed) IS NOT TRUE AS is_unmanaged,
        coalesce(bool_or(is_abroad), FALSE) AS has_moved,
        coalesce(bool_or(is_other_network), FALSE) AS has_changed_network,
        bool_and(coalesce(is_other_program, FALSE)) AS has_changed_program,
        bool_and(coalesce(is_other_system, FALSE)) AS has_changed_system,
        coalesce(bool_or(is_soon), FALSE) AS is_soon,
        coalesce(bool_or(coalesce(km >= {FAR_KM} AND km / hours >= {KM_AN_HOUR}, is_abroad AND hours < 1)), FALSE)
            AS is_too_fast,
        coalesce(bool_or(km >= {FAR_KM}), FALSE) AS is_far
    FROM paired GROUP BY row, moment, who
),
scored AS (
    SELECT
        *,
        NOT (has_changed_system OR coalesce(
            is_new_place AND (has_changed_network OR has_moved) AND (is_rented OR NOT is_telephone)
            AND (is_rented OR has_changed_program OR is_too_fast), FALSE
        )) AS is_journey,
        is_rented::INT + has_moved::INT + has_changed_program::INT + is_unmanaged::INT + is_soon::INT AS points
    FROM compared
    WHERE NOT is_journey OR (is_new_place AND has_moved AND is_far AND is_unmanaged AND NOT is_telephone)
)"""  # noqa: S608 - constants only

_TWO_NETWORKS: Final = f"""
WITH {_USES}, {_STRAYS}, {_COMPARED},
counted AS (SELECT * FROM scored WHERE is_journey OR points >= {MIN_POINTS}),
{episodes("told", "counted", f"INTERVAL {SOON_HOURS} HOURS")}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(until) AS last,
    sum(times)::BIGINT AS times, TRUE AS succeeded, TRUE AS approved,
    CASE WHEN max(points) FILTER (NOT is_journey) >= {HIGH_POINTS} THEN 'high'
        WHEN max(points) FILTER (NOT is_journey) >= {MEDIUM_POINTS} THEN 'medium' ELSE 'listed' END AS level,
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
        family_when_listed=Family.PLACE,
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
