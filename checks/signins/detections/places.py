"""Places: a country that somebody never signed in from, and networks that rent out servers."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import ELSEWHERE, HIT, IN_AND_PROVED, PROVED, RIGHT, SHARED, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

EPISODE: Final = "INTERVAL 24 HOURS"

# New for the whole firm alone was, in three of five cases, a colleague on a journey with a computer of his own: it is
# listed, and more only where something else speaks against a journey.
# A telephone abroad is at its carrier's gateway or on holiday; only a rented server tells that it is no telephone.
_COUNTRY: Final = f"""
WITH abroad AS (
    SELECT * FROM seen
    WHERE who IS NOT NULL AND is_right AND is_new_country AND is_learned AND is_service IS NOT TRUE
        AND NOT {ELSEWHERE} AND (is_hosting OR is_mobile IS NOT TRUE)
        AND NOT {SHARED}
),
{episodes("told", "abroad", EPISODE, by="who, country")}
SELECT
    {HIT},
    {RIGHT},
    {IN_AND_PROVED} AS approved,
    CASE WHEN bool_or(is_country_new_here AND (is_hosting IS TRUE OR is_single_factor IS TRUE OR NOT is_success))
        THEN 'medium' ELSE 'listed' END AS level,
    {{'country': country, 'new_for_tenant': coalesce(bool_or(is_country_new_here), FALSE)}} AS facts
FROM told GROUP BY who, country, episode ORDER BY first, who, country
"""  # noqa: S608 - constants only

# A stolen token shows itself among the silent refreshes only, so they are looked at too.
_HOSTING: Final = f"""
WITH usual AS (
    SELECT who, value, min(first_seen) AS since FROM history WHERE kind = 'asn' GROUP BY ALL
),
renewed AS (
    SELECT refreshes.* FROM refreshes
    JOIN usual ON usual.who = refreshes.who AND usual.value = hash(refreshes.asn::VARCHAR)
        AND usual.since >= refreshes.first
    JOIN people ON people.who = refreshes.who AND people.learned_at <= refreshes.first
    LEFT JOIN common AS near ON near.kind = 'network' AND near.value = refreshes.near
    LEFT JOIN common AS wide ON wide.kind = 'asn' AND wide.value = usual.value
    WHERE is_hosting AND NOT {ELSEWHERE}
        AND coalesce(least(near.third, wide.third) > refreshes.first - INTERVAL 1 DAY, TRUE)
),
rented AS (
    SELECT row, moment, who, address, asn, is_right, is_success AND {PROVED} AS is_in, 1 AS times FROM seen
    WHERE who IS NOT NULL AND is_right AND is_hosting AND is_new_asn AND is_learned AND is_service IS NOT TRUE
        AND NOT {ELSEWHERE} AND NOT {SHARED}
    UNION ALL
    SELECT row, first, who, address, asn, TRUE, TRUE, times FROM renewed
),
{episodes("told", "rented", EPISODE, by="who, asn")}
SELECT
    {HIT},
    {RIGHT}, coalesce(bool_or(is_in), FALSE) AS approved, 'listed' AS level, {{'asn': asn}} AS facts
FROM told GROUP BY who, asn, episode ORDER BY first, who, asn
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D18",
        title=mark("Sign-in from a country that is new for this person"),
        family=Family.PLACE,
        level=Level.LISTED,
        technique=("T1078.004",),
        window=timedelta(hours=24),
        threshold={"learning_days": 14, "learning_successes": 10, "others": 3},
        fields=("user_id", "country_or_region", "error_code"),
        false_alarms=mark("A journey, a roaming telephone that lends its network, a tunnel (VPN) or relay abroad."),
        why=mark(
            "The password was right, from a country in which this person never signed in before. Ask whether the "
            "journey is known; if it is not, change the password and examine what was opened."
        ),
        query=_COUNTRY,
        is_crowd=True,
        needs_learning=True,
        scope="is_right IS NOT FALSE",
    ),
    Unit(
        id="D20",
        title=mark("Sign-in from a network of rented servers"),
        family=Family.PLACE,
        level=Level.LISTED,
        technique=("T1583.003", "T1090"),
        window=timedelta(hours=24),
        threshold={"learning_days": 14, "learning_successes": 10, "others": 3},
        fields=("user_id", "autonomous_system_number", "error_code"),
        false_alarms=mark(
            "Hosted desktops, gateways of security products and tunnels (VPN) use the same networks; alone it says "
            "little."
        ),
        why=mark(
            "The password was right, or a token was accepted, from a network that rents out servers and that this "
            "person never used before. Examine it together with what else is told of the same day."
        ),
        query=_HOSTING,
        is_crowd=True,
        needs_learning=True,
        scope="is_right IS NOT FALSE",
    ),
)
