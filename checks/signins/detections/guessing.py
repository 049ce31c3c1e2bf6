"""Guessing: many wrong passwords of one person."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.attempts import GUESSED, STALE_HOURS, STALE_SHARE, TRIED, TRIES
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

MANY_TRIES: Final = 20
"""So many within the window are no bad day."""

_GUESSING: Final = f"""
WITH {TRIED}, {GUESSED}
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last, count(*) AS times,
    FALSE AS succeeded, FALSE AS approved,
    CASE WHEN max(at_once) >= {MANY_TRIES} THEN 'medium' END AS level,
    list(row ORDER BY moment, row)[:50] AS rows,
    {{'tries': max(at_once), 'addresses': count(DISTINCT address)}} AS facts
FROM guessed GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D04",
        starts_from="is_try",
        title=mark("Many wrong passwords of one person"),
        family=Family.ATTEMPTS,
        level=Level.LISTED,
        technique=("T1110.001",),
        window=timedelta(minutes=10),
        threshold={
            "tries": TRIES,
            "many_tries": MANY_TRIES,
            "stale_share": STALE_SHARE,
            "stale_hours": STALE_HOURS,
        },
        fields=("created_date_time", "user_id", "ip_address", "error_code"),
        scope="is_try IS NOT FALSE",
        false_alarms=mark("A telephone or program that still has the password from before a change."),
        why=mark(
            "Somebody tries passwords of this person from places where the person does not usually sign in. Look "
            "whether one fitted, and whether the person was locked out."
        ),
        query=_GUESSING,
    ),
)
