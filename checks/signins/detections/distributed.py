"""A spray from many addresses: each of them tries too few people to be told by itself."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.attempts import TRIED
from checks.signins.detections.familiar import episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

TOGETHER: Final = "INTERVAL 60 MINUTES"
PEOPLE: Final = 10
ADDRESSES: Final = 5
TRIES_EACH: Final = 3
"""On average at most; whoever tries more of one person is guessing."""


def _spread(name: str, alike: str) -> str:
    """Return a table expression: rows of `foreign` that are part of a spray by what is `alike` in it."""
    return f"""
{name}_ahead AS (
    SELECT *, count(DISTINCT person) OVER ahead >= {PEOPLE} AND count(DISTINCT address) OVER ahead >= {ADDRESSES}
        AS is_spread
    FROM outside WHERE ({alike}) IS NOT NULL
    WINDOW ahead AS (PARTITION BY {alike} ORDER BY moment RANGE BETWEEN CURRENT ROW AND {TOGETHER} FOLLOWING)
),
{name} AS (
    SELECT * EXCLUDE (is_spread), bool_or(is_spread) OVER (
        PARTITION BY {alike} ORDER BY moment RANGE BETWEEN {TOGETHER} PRECEDING AND CURRENT ROW
    ) AS is_part
    FROM {name}_ahead
)"""  # noqa: S608 - constants only


# on the carrier of its owner a telephone may try an old password, and for somebody who left anywhere
_DISTRIBUTED: Final = f"""
WITH {TRIED},
outside AS (SELECT * FROM tries WHERE NOT is_disabled AND (is_foreign OR NOT is_telephone)),
{_spread("by_program", "(agent, app)")},
{_spread("by_carrier", "asn")},
parts AS (SELECT * FROM by_program WHERE is_part UNION SELECT * FROM by_carrier WHERE is_part),
{episodes("counted", "parts", TOGETHER, by="TRUE")}
SELECT
    NULL::UBIGINT AS who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last,
    count(*) AS times, FALSE AS succeeded, FALSE AS approved, NULL::VARCHAR AS level,
    list(row ORDER BY moment, row)[:50] AS rows,
    {{'people': count(DISTINCT person), 'addresses': count(DISTINCT address)}} AS facts
FROM counted GROUP BY episode HAVING count(*) <= {TRIES_EACH} * count(DISTINCT person) ORDER BY first
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D03",
        starts_from="is_try",
        title=mark("Wrong passwords of many people from many addresses"),
        family=Family.ATTEMPTS,
        level=Level.MEDIUM,
        technique=("T1110.003",),
        window=timedelta(minutes=60),
        threshold={"people": PEOPLE, "addresses": ADDRESSES, "tries_each": TRIES_EACH},
        fields=("created_date_time", "ip_address", "error_code", "user_agent", "app_id"),
        is_crowd=True,
        scope="is_try IS NOT FALSE",
        false_alarms=mark("A program that many people use, with passwords from before a change."),
        why=mark(
            "One program, or one provider, tried passwords on many people from many addresses. Look whether one of "
            "them got in, and close legacy protocols."
        ),
        query=_DISTRIBUTED,
    ),
)
