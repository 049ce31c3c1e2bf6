"""A right password that something else stopped: whoever typed it far from its owner knows it."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import episodes
from checks.signins.detections.usual import IS_AT_HOME, JOIN_SETTLED
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

STOPS: Final = 3
"""Stopped so often, somebody is not simply slow to approve."""
STRANGE_INTERRUPTS: Final = "50097, 50155, 50158"
"""Entra asks for something of the device or of another provider; that ends a sign-in which its owner did not begin."""
EPISODE: Final = "INTERVAL 24 HOURS"
ARRIVED: Final = "INTERVAL 60 MINUTES"
ON_THE_WAY: Final = "INTERVAL 24 HOURS"

# A traveller is stopped on the way in and is in soon afterwards, or his own telephone is in the country that day. A
# country counts as known however long ago it was used: one of the last seven days alone would make a stranger of
# everybody with a second house.
_STOPPED: Final = f"""
WITH stops AS MATERIALIZED (
    SELECT
        seen.row, seen.moment, seen.who, seen.address, seen.country,
        coalesce(seen.refusal IN ('declined', 'wrong_number', 'fraud'), FALSE) AS is_by_owner
    FROM seen {JOIN_SETTLED}
    WHERE seen.who IS NOT NULL AND (seen.is_right OR seen.is_password) AND seen.is_success IS FALSE
        AND (seen.is_password OR (
            (seen.is_interactive IS NOT FALSE OR seen.is_ropc)
            AND (seen.is_interrupt IS NOT TRUE OR seen.code IN ({STRANGE_INTERRUPTS}))
        ))
        AND seen.is_by_claim IS NOT TRUE AND seen.is_prt IS NOT TRUE AND seen.is_refresh_token IS NOT TRUE
        AND seen.is_dead_token IS NOT TRUE AND seen.is_managed IS NOT TRUE AND seen.is_trusted IS NOT TRUE
        AND seen.is_learned AND seen.is_common_near IS NOT TRUE AND NOT {IS_AT_HOME}
        AND (seen.is_new_country OR (seen.is_new_asn AND seen.is_hosting))
),
arrivals AS (
    SELECT who, country, moment AS first, moment AS last, {ARRIVED} AS within
    FROM seen WHERE is_success AND who IN (SELECT who FROM stops)
    UNION ALL
    SELECT who, country, moment, moment, {ON_THE_WAY}
    FROM seen WHERE is_success AND is_new_agent IS FALSE AND (is_mobile OR is_managed)
    UNION ALL
    SELECT refreshes.who, country, first, last, {ON_THE_WAY}
    FROM refreshes JOIN history ON history.kind = 'agent' AND history.who = refreshes.who
        AND history.value = refreshes.family AND history.first_seen < refreshes.first
    WHERE is_mobile OR is_managed
),
ended AS (
    SELECT *, EXISTS (
        FROM arrivals
        WHERE arrivals.who = stops.who AND arrivals.country = stops.country
            AND arrivals.last >= stops.moment AND arrivals.first <= stops.moment + within
    ) AS is_arrived
    FROM stops
),
{episodes("counted", "ended", EPISODE)}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last, count(*) AS times,
    TRUE AS succeeded, FALSE AS approved, NULL::VARCHAR AS level, list(row ORDER BY moment, row)[:50] AS rows,
    {{'country': arg_min(country, (moment, row))}} AS facts
FROM counted GROUP BY who, episode
HAVING count(*) >= {STOPS} OR bool_or(is_by_owner) OR NOT bool_and(is_arrived)
ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D08",
        starts_from="(is_right OR is_password) AND is_success IS FALSE",
        title=mark("A right password from a new place, stopped afterwards"),
        family=Family.CREDENTIAL,
        level=Level.MEDIUM,
        technique=("T1078.004",),
        window=timedelta(hours=24),
        threshold={"stops_of_an_arrival": STOPS},
        fields=("created_date_time", "user_id", "ip_address", "error_code", "country_or_region"),
        needs_learning=True,
        scope="(is_right IS NOT FALSE OR is_password IS NOT FALSE) AND is_success IS NOT TRUE",
        false_alarms=mark("Somebody who travels and is stopped by a rule about places, or has no second factor along."),
        why=mark(
            "Somebody typed the right password of this person in a country or network that the person does not use, "
            "and was stopped by a second factor or a policy. Ask the person; otherwise change the password."
        ),
        query=_STOPPED,
    ),
)
