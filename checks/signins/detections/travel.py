"""Impossible travel: two sign-ins of one person between which nobody can have travelled."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import (
    ELSEWHERE,
    ERROR_KM,
    FAR_KM,
    FLOOR_MINUTES,
    KM_AN_HOUR,
    PROVED,
    SHARED,
    episodes,
    kilometres,
)
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

RETURN_HOURS: Final = 24
CROSSINGS: Final = 2
"""Who went back and forth so often before has a tunnel at one of the two ends."""
MEDIUM_POINTS: Final = 2
HIGH_POINTS: Final = 4

# A telephone is where its carrier's gateway is; only a rented server tells that it is no telephone. Who did not sign
# in at two ends 3 degrees (333 km) apart at least needs no comparison. A network stays strange for a day after it was
# first used: a stranger does not become known by staying.
_PLACES: Final = f"""
stops AS (
    SELECT
        row, moment, who, address, near, wide, asn, country, latitude, longitude, family, is_mfa_done,
        coalesce(is_success AND {PROVED}, FALSE) AS is_approved, is_managed, is_hosting, is_learned,
        coalesce(try_cast(asn AS UBIGINT), wide) AS network,
        coalesce(is_new_country, FALSE) OR coalesce(is_new_asn, is_new_near, FALSE) AS comes_new,
        {ELSEWHERE} OR {SHARED} AS is_usual
    FROM seen
    WHERE who IS NOT NULL AND is_right AND is_interactive IS NOT FALSE AND is_service IS NOT TRUE
        AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180 AND NOT (latitude = 0 AND longitude = 0)
        AND is_microsoft IS NOT TRUE AND is_private IS NOT TRUE AND (is_hosting OR is_mobile IS NOT TRUE)
),
travellers AS (
    SELECT who FROM stops GROUP BY who
    HAVING max(latitude) - min(latitude) > 3 OR max(longitude) - min(longitude) > 3
),
places AS MATERIALIZED (
    SELECT
        *,
        bool_or(comes_new) OVER (
            PARTITION BY who, network ORDER BY moment RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW
        ) AS is_new
    FROM stops SEMI JOIN travellers USING (who)
)"""  # noqa: S608 - constants only

# Successive sign-ins on one network are one stay, so that two of different networks are the end of a stay and the
# beginning of the next: neighbouring rows are enough. The stranger of the two ends is the one that came last, unless
# that one is at home there.
_LEGS: Final = f"""
neighbours AS (
    SELECT places AS b, lag(places) OVER (PARTITION BY who ORDER BY moment, row) AS a FROM places
),
moves AS (
    SELECT
        a, b,
        {kilometres("a", "b")} - {ERROR_KM} AS km,
        greatest(epoch(b.moment - a.moment), {FLOOR_MINUTES} * 60) / 3600 AS hours
    FROM neighbours
    WHERE a IS NOT NULL AND a.near IS DISTINCT FROM b.near
        AND CASE
            WHEN a.asn IS NULL OR b.asn IS NULL THEN a.wide IS DISTINCT FROM b.wide
            ELSE a.asn <> b.asn
        END
),
fast AS (
    SELECT
        a, b, km, hours, b.moment AS moment,
        count(*) OVER (
            PARTITION BY b.who, least(a.network, b.network), greatest(a.network, b.network) ORDER BY moment
            RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING
        ) AS crossings
    FROM moves
    WHERE km >= {FAR_KM} AND km / hours >= {KM_AN_HOUR}
),
legs AS MATERIALIZED (
    SELECT a, b, km, hours, crossings, b AS odd, a AS home FROM fast
    WHERE NOT b.is_usual AND (b.is_new OR b.is_learned IS NOT TRUE)
    UNION ALL
    SELECT a, b, km, hours, crossings, a AS odd, b AS home FROM fast
    WHERE (b.is_usual OR (NOT b.is_new AND b.is_learned)) AND NOT a.is_usual AND a.is_new
),
returned AS (
    SELECT DISTINCT legs.odd.row AS row FROM legs
    JOIN places ON places.who = legs.odd.who AND places.network = legs.home.network AND NOT places.is_new
        AND places.moment > legs.odd.moment AND places.moment <= legs.odd.moment + INTERVAL {RETURN_HOURS} HOURS
)"""  # noqa: S608 - constants only

_JUDGED: Final = f"""
judged AS (
    SELECT
        legs.odd.who AS who, legs.odd.row AS row, legs.odd.moment AS moment, legs.odd.address AS address,
        legs.odd.network AS network, legs.odd.is_approved AS is_approved,
        [{{'moment': legs.a.moment, 'row': legs.a.row}}, {{'moment': legs.b.moment, 'row': legs.b.row}}] AS ends,
        legs.a.moment AS began, legs.b.moment AS ended,
        km, hours, legs.home.country AS usual, legs.odd.country AS other,
        coalesce(legs.a.country <> legs.b.country, FALSE)::INT
        + coalesce(legs.odd.is_learned AND legs.odd.is_new, FALSE)::INT
        + coalesce(legs.odd.is_hosting, FALSE)::INT
        + coalesce(legs.a.family <> legs.b.family, FALSE)::INT
        + (legs.odd.is_managed IS NOT TRUE)::INT
        + (legs.odd.is_mfa_done IS FALSE)::INT
        - (crossings >= {CROSSINGS})::INT
        - (returned.row IS NOT NULL)::INT AS points,
        {{'points': points, 'speed': km / hours, 'began': legs.a.moment, 'row': row}} AS weight
    FROM legs LEFT JOIN returned ON returned.row = legs.odd.row
)"""  # noqa: S608 - constants only

_TRAVEL: Final = f"""
WITH {_PLACES}, {_LEGS}, {_JUDGED}, {episodes("told", "judged", f"INTERVAL {RETURN_HOURS} HOURS", by="who, network")}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(began) AS first, max(ended) AS last,
    count(DISTINCT row) AS times, TRUE AS succeeded, bool_or(is_approved) AS approved,
    CASE WHEN max(points) >= {HIGH_POINTS} THEN 'high' WHEN max(points) >= {MEDIUM_POINTS} THEN 'medium'
        ELSE 'listed' END AS level,
    list_transform(list_sort(list_distinct(flatten(list(ends)))), lambda one: one.row)[:50] AS rows,
    {{
        'km': round(arg_max(km, weight))::BIGINT,
        'km_an_hour': round(arg_max(km / hours, weight))::BIGINT,
        'from': arg_max(usual, weight), 'to': arg_max(other, weight),
        'points': max(points)
    }} AS facts
FROM told GROUP BY who, network, episode ORDER BY first, who, address
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D17",
        title=mark("Impossible travel"),
        family=Family.PLACE,
        level=Level.MEDIUM,
        technique=("T1078.004",),
        window=timedelta(hours=RETURN_HOURS),
        threshold={
            "km": FAR_KM,
            "km_an_hour": KM_AN_HOUR,
            "error_km": ERROR_KM,
            "points_medium": MEDIUM_POINTS,
            "points_high": HIGH_POINTS,
        },
        fields=("user_id", "ip_address", "latitude", "longitude", "error_code"),
        false_alarms=mark(
            "A tunnel (VPN) or a relay that is used for the first time, a computer on the hotspot of a roaming "
            "telephone, and an address whose town is known wrongly."
        ),
        why=mark(
            "Two sign-ins of one person were further apart than an airliner flies in the time between. Ask which of "
            "the two he made himself, and examine what the other one opened."
        ),
        query=_TRAVEL,
        is_crowd=False,
        scope="is_right IS NOT FALSE AND is_interactive IS NOT FALSE",
    ),
)
