"""Programs: one that nobody uses, those of administrators in other hands, and a search for what is open."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import HIT, IN_AND_PROVED, PROVED, RIGHT, SHARED, episodes
from checks.signins.detections.first_party import AAD_POWERSHELL, CODE_TOOLS, FAMILY, FIRST_PARTY
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

EPISODE: Final = "INTERVAL 24 HOURS"
UNASSIGNED_APPS: Final = 2
UNASSIGNED_MINUTES: Final = 30
BLOCKED_APPS: Final = 3
REFUSED_APPS: Final = 5
BLOCKED_MINUTES: Final = 60

_RARE: Final = f"""
WITH users AS (SELECT value AS app, who, min(first_seen) AS since FROM history WHERE kind = 'app' GROUP BY ALL),
used AS (
    SELECT row, moment, who, address, app, is_right, is_success AND {PROVED} AS is_in FROM seen
    WHERE who IS NOT NULL AND is_success AND is_new_app AND is_learned AND is_service IS NOT TRUE
        AND is_guest IS NOT TRUE AND app NOT IN ({FIRST_PARTY})
    UNION ALL
    SELECT refreshes.row, refreshes.first, refreshes.who, address, refreshes.app, TRUE, TRUE FROM refreshes
    JOIN users ON users.who = refreshes.who AND users.app = refreshes.app AND users.since >= refreshes.first
    JOIN people ON people.who = refreshes.who AND people.learned_at < refreshes.first
    WHERE refreshes.app NOT IN ({FIRST_PARTY})
),
rare AS (
    SELECT used.* FROM used
    WHERE NOT EXISTS (
        SELECT 1 FROM users WHERE users.app = used.app AND users.who <> used.who AND users.since < used.moment
    )
),
{episodes("told", "rare", EPISODE, by="who, app")}
SELECT
    {HIT},
    {RIGHT}, coalesce(bool_or(is_in), FALSE) AS approved, 'listed' AS level,
    {{'other_users': 0}} AS facts
FROM told GROUP BY who, app, episode ORDER BY first, who, app
"""  # noqa: S608 - constants only

_TOOLS: Final = f"""
WITH taken AS (
    SELECT
        *,
        app IN ({CODE_TOOLS}) AS is_tool,
        lag(row) OVER (PARTITION BY who, app, resource ORDER BY moment, row) IS NULL AS is_first
    FROM seen
    WHERE who IS NOT NULL AND is_success AND is_learned AND is_service IS NOT TRUE AND is_managed IS NOT TRUE
        AND ((app IN ({CODE_TOOLS}) AND (to_graph OR to_aad_graph)) OR (app IN ({FAMILY}) AND to_aad_graph))
),
odd AS (
    SELECT * FROM taken
    WHERE (is_tool AND is_new_app) OR (NOT is_tool AND is_first AND coalesce(is_new_asn, is_new_near) AND NOT {SHARED})
),
{episodes("told", "odd", EPISODE)}
SELECT
    {HIT},
    {RIGHT}, {IN_AND_PROVED} AS approved,
    CASE WHEN bool_or(is_hosting) OR bool_or(is_new_country) THEN 'medium' ELSE 'listed' END AS level,
    {{'apps': count(DISTINCT app)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

_SHELLS: Final = f"""
WITH guests AS (SELECT who, first_seen FROM people),
shells AS (
    SELECT
        seen.*,
        app IN ({AAD_POWERSHELL}) AND coalesce(NOT (to_graph OR to_aad_graph), FALSE) AS is_elsewhere,
        coalesce(is_guest, FALSE) AND coalesce(guests.first_seen >= moment - INTERVAL 1 DAY, TRUE) AS is_new_guest
    FROM seen LEFT JOIN guests ON guests.who = seen.who
    WHERE seen.who IS NOT NULL AND is_success AND is_service IS NOT TRUE AND is_new_app
        AND (app IN ({AAD_POWERSHELL}) AND (is_learned OR is_guest) OR (is_cli AND is_new_guest))
),
{episodes("told", "shells", EPISODE)}
SELECT
    {HIT},
    {RIGHT}, {IN_AND_PROVED} AS approved,
    CASE WHEN bool_or(is_new_guest) THEN 'medium' ELSE 'listed' END AS level,
    {{'other_resource': bool_or(is_elsewhere), 'new_guest': bool_or(is_new_guest)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

# Windows slide; a row belongs to a search when one that it is part of is full.
_SEARCH: Final = f"""
WITH stopped AS (
    SELECT *, code = 50105 AS is_unassigned, code = 53003 AS is_barred, coalesce(ca = 'failure', FALSE) AS is_by_policy
    FROM seen
    WHERE who IS NOT NULL AND app IS NOT NULL AND (code IN (50105, 53003) OR (ca = 'failure' AND NOT is_success))
        AND is_managed IS NOT TRUE AND is_service IS NOT TRUE
),
counted AS (
    SELECT
        *,
        count(DISTINCT app) FILTER (is_unassigned) OVER half AS unassigned,
        count(DISTINCT app) FILTER (is_barred) OVER whole AS blocked,
        count(DISTINCT app) FILTER (is_by_policy) OVER whole AS refused,
        unassigned >= {UNASSIGNED_APPS} OR blocked >= {BLOCKED_APPS} OR refused >= {REFUSED_APPS} AS is_full
    FROM stopped
    WINDOW half AS (
        PARTITION BY who ORDER BY moment RANGE BETWEEN CURRENT ROW AND INTERVAL {UNASSIGNED_MINUTES} MINUTES FOLLOWING
    ), whole AS (
        PARTITION BY who ORDER BY moment RANGE BETWEEN CURRENT ROW AND INTERVAL {BLOCKED_MINUTES} MINUTES FOLLOWING
    )
),
parts AS (
    SELECT * FROM (
        SELECT *, bool_or(is_full) OVER (
            PARTITION BY who ORDER BY moment RANGE BETWEEN INTERVAL {BLOCKED_MINUTES} MINUTES PRECEDING AND CURRENT ROW
        ) AS is_part
        FROM counted
    ) WHERE is_part
),
{episodes("told", "parts", f"INTERVAL {BLOCKED_MINUTES} MINUTES")}
SELECT
    {HIT},
    {RIGHT}, FALSE AS approved, 'listed' AS level,
    {{'apps': count(DISTINCT app)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D34",
        title=mark("A program that nobody of the firm used before"),
        family=Family.APP,
        level=Level.LISTED,
        technique=("T1528", "T1550.001"),
        window=timedelta(hours=24),
        threshold={"other_users": 0, "learning_days": 14, "learning_successes": 10},
        fields=("user_id", "app_id", "error_code"),
        false_alarms=mark("A program or a service that the firm begins to use."),
        why=mark(
            "This person signed in to a program that neither he nor a colleague used before, and that is not one of "
            "Microsoft's own. Ask whether he meant to; if not, take back what was consented to."
        ),
        query=_RARE,
        is_crowd=True,
        needs_learning=True,
        scope="is_success IS NOT FALSE",
    ),
    Unit(
        id="D35",
        title=mark("Developers' tool used for the first time"),
        family=Family.APP,
        level=Level.LISTED,
        technique=("T1528", "T1550.001"),
        window=timedelta(hours=24),
        threshold={"learning_days": 14, "learning_successes": 10},
        fields=("user_id", "app_id", "resource_id", "error_code"),
        false_alarms=mark("Developers and administrators with a new computer or a new task."),
        why=mark(
            "Phishing asks for a sign-in to Microsoft's own tools, because no consent is needed for them. This person "
            "never used this one. Ask what it was for; if for nothing, end all sessions."
        ),
        query=_TOOLS,
        needs_learning=True,
        scope="is_success IS NOT FALSE",
    ),
    Unit(
        id="D36",
        title=mark("Administrators' shell used for the first time"),
        family=Family.APP,
        level=Level.LISTED,
        technique=("T1059.001", "T1087.004"),
        window=timedelta(hours=24),
        threshold={"guest_days": 1},
        fields=("user_id", "app_id", "error_code"),
        false_alarms=mark("Administrators who run a script for the first time."),
        why=mark(
            "A shell that reads the whole directory was signed in to by somebody who never used it, or by a guest of "
            "the same day. Ask what it was for."
        ),
        query=_SHELLS,
        needs_learning=True,
        scope="is_success IS NOT FALSE AND is_cli IS NOT FALSE",
    ),
    Unit(
        id="D37",
        title=mark("Search for programs that are open"),
        family=Family.APP,
        level=Level.LISTED,
        technique=("T1526", "T1087.004"),
        window=timedelta(minutes=BLOCKED_MINUTES),
        threshold={
            "unassigned_apps": UNASSIGNED_APPS,
            "unassigned_minutes": UNASSIGNED_MINUTES,
            "blocked_apps": BLOCKED_APPS,
            "refused_apps": REFUSED_APPS,
        },
        fields=("user_id", "app_id", "error_code"),
        false_alarms=mark("A new telephone or computer that is not yet registered, and tries all its programs."),
        why=mark(
            "The password was right and several programs were refused one after the other, as happens when somebody "
            "searches for one that is open. Ask whose device it was; if nobody's, change the password."
        ),
        query=_SEARCH,
        scope="is_success IS NOT TRUE",
    ),
)
