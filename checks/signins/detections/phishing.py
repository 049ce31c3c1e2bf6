"""Phishing in between: a page that passes everything on and keeps the session, and the programs of such kits."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import ELSEWHERE, HIT, IN_AND_PROVED, RIGHT, SHARED, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

SIGNS: Final = 3
"""So many of the signs, one of which is not to be explained by a new computer at home."""
SEQUENCE: Final = "50074, 50076, 50079"
"""Asked for a second factor within one attempt that succeeded."""
SESSION_HOURS: Final = 24

_BETWEEN: Final = f"""
WITH landed AS MATERIALIZED (
    SELECT
        *, coalesce(is_new_asn, is_new_near, FALSE) AND NOT {SHARED} AS is_strange_network,
        coalesce(is_new_agent, FALSE) AS is_strange_program
    FROM seen
    WHERE who IS NOT NULL AND is_office_home AND is_success AND is_interactive IS NOT FALSE
        AND is_mobile IS NOT TRUE AND NOT {ELSEWHERE} AND is_learned
),
attempts AS MATERIALIZED (
    SELECT who, correlation, bool_or(code IN ({SEQUENCE})) AND bool_or(code = 50140) AS is_sequence,
        bool_or(risk_level_now IN ('medium', 'high')) AS is_risky
    FROM seen WHERE who IS NOT NULL AND correlation IS NOT NULL GROUP BY ALL
),
uses AS MATERIALIZED (
    SELECT who, session, asn, moment FROM seen
    WHERE session IS NOT NULL AND asn IS NOT NULL AND is_success AND is_microsoft IS NOT TRUE
    UNION ALL
    SELECT who, session, asn, first FROM refreshes
    WHERE session IS NOT NULL AND asn IS NOT NULL AND is_microsoft IS NOT TRUE
),
moved AS (
    SELECT DISTINCT landed.row FROM landed JOIN uses
        ON uses.who = landed.who AND uses.session = landed.session AND uses.asn <> landed.asn
        AND uses.moment BETWEEN landed.moment AND landed.moment + INTERVAL {SESSION_HOURS} HOURS
),
judged AS (
    SELECT
        landed.*,
        coalesce(is_sequence, FALSE) AS is_sequence,
        (is_strange_network AND coalesce(is_hosting, FALSE)) OR moved.row IS NOT NULL OR coalesce(is_risky, FALSE)
            OR (is_strange_network AND is_strange_program) AS is_grave,
        1 + coalesce(is_sequence, FALSE)::INT + (device IS NULL)::INT
        + is_strange_network::INT
        + is_strange_program::INT + (moved.row IS NOT NULL)::INT + coalesce(is_mfa_done, FALSE)::INT
        + coalesce(is_risky, FALSE)::INT AS signs
    FROM landed
    LEFT JOIN attempts ON attempts.who = landed.who AND attempts.correlation = landed.correlation
    LEFT JOIN moved ON moved.row = landed.row
),
odd AS (
    SELECT * FROM judged
    WHERE is_grave AND signs >= {SIGNS} AND (is_strange_network OR is_strange_program)
),
{episodes("told", "odd", f"INTERVAL {SESSION_HOURS} HOURS")}
SELECT
    {HIT},
    {RIGHT}, {IN_AND_PROVED} AS approved, 'medium' AS level,
    {{'signs': max(signs), 'asked_and_answered': bool_or(is_sequence)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

# A script that the person always runs is his own; a kit's name is nobody's own.
_KITS: Final = f"""
WITH programs AS (
    SELECT * FROM seen
    WHERE who IS NOT NULL AND is_right AND is_service IS NOT TRUE AND is_managed IS NOT TRUE
        AND is_new_agent IS NOT FALSE
        AND (is_kit OR (is_scripted AND is_learned
            AND (is_office_home OR is_broker OR (is_cli IS NOT TRUE AND is_ropc IS NOT TRUE))))
),
{episodes("told", "programs", f"INTERVAL {SESSION_HOURS} HOURS")}
SELECT
    {HIT},
    {RIGHT}, {IN_AND_PROVED} AS approved,
    CASE WHEN bool_or(is_kit) THEN 'medium' ELSE 'listed' END AS level,
    {{'known_kit': coalesce(bool_or(is_kit), FALSE)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D28",
        title=mark("Signs of a phishing page in between"),
        family=Family.SESSION,
        level=Level.MEDIUM,
        technique=("T1557", "T1566.002", "T1539"),
        window=timedelta(hours=SESSION_HOURS),
        threshold={"signs": SIGNS, "session_hours": SESSION_HOURS},
        fields=("user_id", "app_id", "error_code", "ip_address"),
        false_alarms=mark("A new computer of one's own, used for the first time at another place."),
        why=mark(
            "A page in between signs in from its own network, with its own browser, and keeps the session. Ask the "
            "person about a link or a mail of that moment; then end all sessions and change the password."
        ),
        query=_BETWEEN,
        needs_learning=True,
        scope="is_success IS NOT FALSE AND is_office_home IS NOT FALSE",
    ),
    Unit(
        id="D29",
        title=mark("Sign-in by a script or a program of phishing kits"),
        family=Family.CLIENT,
        level=Level.LISTED,
        technique=("T1078.004", "T1204"),
        window=timedelta(hours=SESSION_HOURS),
        threshold={"learning_days": 14, "learning_successes": 10},
        fields=("user_id", "user_agent", "error_code"),
        false_alarms=mark("Scripts of one's own, run for the first time."),
        why=mark(
            "The password was right, or a token was accepted, and the program calls itself a script or a known kit "
            "that this person never used. Ask whose it is."
        ),
        query=_KITS,
        needs_learning=True,
        scope="is_right IS NOT FALSE",
    ),
)
