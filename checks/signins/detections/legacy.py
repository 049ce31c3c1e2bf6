"""Older ways of signing in that know the password alone: mail protocols, and passwords sent by a program."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import HIT, SHARED, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

EPISODE: Final = "INTERVAL 24 HOURS"

# The mail program of a telephone that signs in by token still calls itself ActiveSync.
_PROTOCOL: Final = f"""
WITH uses AS (
    SELECT *, coalesce(is_new_asn AND NOT {SHARED}, FALSE) OR coalesce(is_hosting, FALSE) AS is_strange FROM seen
    WHERE who IS NOT NULL AND is_success AND is_legacy AND is_learned AND is_guest IS NOT TRUE
        AND is_service IS NOT TRUE
        AND NOT (client = 'Exchange ActiveSync' AND coalesce(is_mfa_done OR is_by_claim OR is_managed, FALSE))
),
{episodes("told", "uses", EPISODE, by="who, client")}
SELECT
    {HIT},
    TRUE AS succeeded, FALSE AS approved,
    CASE WHEN bool_or(is_strange) THEN 'medium' ELSE 'listed' END AS level,
    {{'client': client}} AS facts
FROM told GROUP BY who, client, episode HAVING bool_or(is_new_client) ORDER BY first, who, client
"""  # noqa: S608 - constants only

_PASSWORD: Final = f"""
WITH uses AS (
    SELECT * FROM seen
    WHERE who IS NOT NULL AND is_success AND is_ropc AND is_single_factor IS NOT FALSE AND is_learned
        AND is_guest IS NOT TRUE AND is_service IS NOT TRUE
),
{episodes("told", "uses", EPISODE)}
SELECT
    {HIT},
    TRUE AS succeeded, FALSE AS approved, 'medium' AS level, {{'apps': count(DISTINCT app)}} AS facts
FROM told GROUP BY who, episode HAVING bool_or(coalesce(is_new_flow, starts)) ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D32",
        starts_from="is_legacy",
        title=mark("First sign-in by an older mail protocol"),
        family=Family.CLIENT,
        level=Level.LISTED,
        technique=("T1078.004", "T1110"),
        window=timedelta(hours=24),
        threshold={"learning_days": 14, "learning_successes": 10},
        fields=("user_id", "client_app_used", "error_code"),
        false_alarms=mark("A scanner, a line-of-business program or a mail program that was set up this day."),
        why=mark(
            "Such protocols cannot be asked for a second factor, and this person never used this one before. Ask "
            "what was set up; where nothing was, change the password and block the protocol."
        ),
        query=_PROTOCOL,
        needs_learning=True,
        scope="is_success IS NOT FALSE AND is_legacy IS NOT FALSE",
    ),
    Unit(
        id="D33",
        starts_from="is_ropc",
        title=mark("Password sent by a program (ROPC)"),
        family=Family.CLIENT,
        level=Level.MEDIUM,
        technique=("T1078.004", "T1110.003"),
        window=timedelta(hours=24),
        threshold={"learning_days": 14, "learning_successes": 10},
        fields=("user_id", "error_code", "authentication_protocol"),
        false_alarms=mark("Scripts and older line-of-business programs that keep a password."),
        why=mark(
            "A program sent name and password itself, without a page on which a second factor could be asked for. "
            "Tools that try passwords do so. Ask whose script it is; if nobody's, change the password."
        ),
        query=_PASSWORD,
        needs_learning=True,
        scope="is_success IS NOT FALSE AND is_ropc IS NOT FALSE",
    ),
)
