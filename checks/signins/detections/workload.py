"""Programs that sign in by themselves, with a secret or a certificate of their own."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import HIT, SHARED, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

STABLE_NETWORKS: Final = 3
"""So few networks in all the time before make another one worth a look."""

_NEW_NETWORK: Final = f"""
WITH networks AS (SELECT who, value, min(first_seen) AS since FROM history WHERE kind = 'asn' GROUP BY ALL),
moved AS (
    SELECT seen.*, (
        SELECT count(*) FROM networks WHERE networks.who = seen.who AND networks.since < seen.moment
    ) AS known
    FROM seen
    WHERE who IS NOT NULL AND is_service AND is_success AND is_new_asn AND is_learned
        AND is_microsoft IS NOT TRUE AND is_private IS NOT TRUE AND is_trusted IS NOT TRUE AND NOT {SHARED}
),
odd AS (SELECT * FROM moved WHERE known BETWEEN 1 AND {STABLE_NETWORKS}),
{episodes("told", "odd", "INTERVAL 24 HOURS")}
SELECT
    {HIT},
    TRUE AS succeeded, TRUE AS approved, 'medium' AS level,
    {{'networks_before': max(known), 'asn': arg_min(asn, (moment, row))}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D43",
        starts_from="is_service",
        title=mark("A program's own account on a network that is new for it"),
        family=Family.WORKLOAD,
        level=Level.MEDIUM,
        technique=("T1078.004", "T1528"),
        window=timedelta(hours=24),
        threshold={"stable_networks": STABLE_NETWORKS, "learning_days": 14, "learning_successes": 10},
        fields=("service_principal_id", "autonomous_system_number", "error_code"),
        false_alarms=mark("The supplier moved to another provider, or builds run where servers are free."),
        why=mark(
            "This program always signed in from the same few networks, and now from another. Ask its supplier; if he "
            "knows nothing of it, replace its secret and examine what it did."
        ),
        query=_NEW_NETWORK,
        is_crowd=True,
        needs_learning=True,
        scope="is_service IS NOT FALSE AND is_success IS NOT FALSE",
    ),
)
