"""What Microsoft's own engine says of a sign-in, where the firm has a licence for it."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.familiar import HIT, IN_AND_PROVED, RIGHT, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

_HANDLED: Final = "'remediated', 'dismissed', 'confirmedsafe'"
_OPEN: Final = "'atrisk', 'confirmedcompromised'"

_RISKY: Final = f"""
WITH risky AS (
    SELECT *, risk_level = 'high' OR risk_level_now = 'high' AS is_high FROM seen
    WHERE who IS NOT NULL AND (risk_state IS NULL OR risk_state NOT IN ({_HANDLED}))
        AND ((risk_state IN ({_OPEN}) AND is_success)
            OR ((risk_level = 'high' OR risk_level_now = 'high') AND (is_success OR coalesce(risk_types, 0) > 0)))
),
{episodes("told", "risky", "INTERVAL 24 HOURS")}
SELECT
    {HIT},
    {RIGHT}, {IN_AND_PROVED} AS approved,
    CASE WHEN bool_or(is_high AND is_right) THEN 'medium' ELSE 'listed' END AS level,
    {{'high': coalesce(bool_or(is_high), FALSE)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D45",
        title=mark("Risk that Microsoft saw and nobody handled"),
        family=Family.RISK,
        level=Level.MEDIUM,
        technique=("T1078.004",),
        window=timedelta(hours=24),
        threshold={"sign_ins": 1},
        fields=("user_id", "risk_state", "risk_level_during_sign_in"),
        false_alarms=mark("Journeys and tunnels (VPN) that Microsoft's engine does not know yet."),
        why=mark(
            "Microsoft rated this sign-in as risky, and nobody confirmed or dismissed it. Examine it with what else is "
            "told of the same day, and then say in Entra which of the two it was."
        ),
        query=_RISKY,
        scope="TRUE",
    ),
)
