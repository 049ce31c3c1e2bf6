"""Password spraying: few passwords are tried on many people, from one address or from many, and one of them fits."""

from datetime import timedelta
from typing import Final

from checks.signins.detections.attempts import (
    AFTERWARDS,
    FEW_PEOPLE,
    GUESSED,
    NAMES,
    PEOPLE,
    SPRAYED,
    TRIED,
    TRIES,
)
from checks.signins.detections.familiar import episodes
from checks.signins.detections.usual import IS_AT_HOME, JOIN_SETTLED
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

MANY_PEOPLE: Final = 15
"""So many people are no accident of one office."""
SAME_PROGRAM: Final = "INTERVAL 60 MINUTES"

# Who got in from there before, with a program of his own, is at home there; so is whoever holds a device of the firm.
# Some logs call a success by password silent, so the first of silent ones from a place counts as well.
_RIGHTS: Final = f"""
rights AS MATERIALIZED (
    SELECT
        seen.row, seen.moment, seen.who, seen.address, seen.agent, seen.is_success,
        seen.is_new_agent OR coalesce(seen.is_new_asn, seen.is_new_country, TRUE) AS is_new
    FROM seen {JOIN_SETTLED}
    WHERE seen.is_right AND seen.who IS NOT NULL AND seen.is_managed IS NOT TRUE AND NOT {IS_AT_HOME}
    UNION ALL
    SELECT seen.row, seen.moment, seen.who, seen.address, NULL, TRUE, FALSE
    FROM (SELECT *, first AS moment FROM refreshes) seen {JOIN_SETTLED}
    WHERE seen.who IS NOT NULL AND seen.is_managed IS NOT TRUE AND settled.who IS NULL
)"""  # noqa: S608 - constants only

_SPRAY: Final = f"""
WITH {TRIED}, {SPRAYED}, {_RIGHTS}
SELECT
    NULL::UBIGINT AS who, address, first, last, times, FALSE AS succeeded, FALSE AS approved,
    ['listed', 'medium', 'high'][
        2 + (is_scripted OR tried >= {MANY_PEOPLE} OR EXISTS (
            SELECT 1 FROM rights
            WHERE rights.address = sprays.address AND moment BETWEEN first AND last + {AFTERWARDS}
        ))::INT - is_trusted::INT
    ] AS level,
    rows, {{'people': tried}} AS facts
FROM sprays ORDER BY first, address
"""  # noqa: S608 - constants only

# The password fits at the source of the tries; or elsewhere soon, for somebody tried, by the program that tried, where
# program or network is new to him.
_ENTERED: Final = f"""
strikes AS (
    SELECT address, NULL AS target, first, last, tried, TRUE AS is_spray FROM sprays
    UNION ALL
    SELECT address, who, min(moment), max(moment), count(*), FALSE FROM guessed GROUP BY who, address, episode
),
entered AS (
    SELECT rights.*, strikes.tried, strikes.is_spray
    FROM rights JOIN strikes
        ON rights.address = strikes.address AND (target IS NULL OR target = rights.who)
        AND rights.moment BETWEEN strikes.first AND strikes.last + {AFTERWARDS}
    UNION ALL
    SELECT rights.*, sprays.tried, TRUE
    FROM rights
    JOIN sprayed ON sprayed.who = rights.who
        AND (sprayed.agent = rights.agent OR sprayed.agent = 0 OR rights.agent IS NULL)
        AND sprayed.address <> rights.address
        AND rights.moment BETWEEN sprayed.moment AND sprayed.moment + {SAME_PROGRAM}
    JOIN sprays ON sprays.address = sprayed.address AND sprays.episode = sprayed.episode
    WHERE is_new
)"""  # noqa: S608 - constants only

_ENTRY: Final = f"""
WITH {TRIED}, {SPRAYED}, {GUESSED}, {_RIGHTS}, {_ENTERED},
{episodes("counted", "entered", AFTERWARDS)},
entries AS (
    SELECT
        who, episode, row, min(moment) AS moment, min(address) AS address, bool_or(is_success) AS is_success,
        max(tried) FILTER (is_spray) AS people, max(tried) FILTER (NOT is_spray) AS tries
    FROM counted GROUP BY who, episode, row
)
SELECT
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last, count(*) AS times,
    TRUE AS succeeded, coalesce(bool_or(is_success), FALSE) AS approved, NULL::VARCHAR AS level,
    list(row ORDER BY moment, row)[:50] AS rows, {{'people': max(people), 'tries': max(tries)}} AS facts
FROM entries GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

_FIELDS: Final = ("created_date_time", "ip_address", "error_code")

UNITS: Final = (
    Unit(
        id="D01",
        starts_from="is_try",
        title=mark("Wrong passwords of many people from one address"),
        family=Family.ATTEMPTS,
        level=Level.MEDIUM,
        technique=("T1110.003",),
        window=timedelta(minutes=20),
        threshold={"people": PEOPLE, "people_with_one_program": FEW_PEOPLE, "names": NAMES, "many_people": MANY_PEOPLE},
        fields=_FIELDS,
        is_crowd=True,
        scope="is_try IS NOT FALSE",
        false_alarms=mark(
            "A site behind one address after its passwords expired, a device or program with old passwords of several "
            "people, an ordered test of the passwords."
        ),
        why=mark(
            "One address tried passwords on several people who do not usually sign in from there. Look whether one of "
            "them got in, and block the address."
        ),
        query=_SPRAY,
    ),
    Unit(
        id="D02",
        starts_from="is_try",
        title=mark("A password fitted after wrong ones from the same source"),
        family=Family.CREDENTIAL,
        level=Level.HIGH,
        technique=("T1110", "T1078.004"),
        window=timedelta(hours=24),
        threshold={"people": PEOPLE, "people_with_one_program": FEW_PEOPLE, "names": NAMES, "tries": TRIES},
        fields=_FIELDS,
        is_crowd=True,
        false_alarms=mark("Somebody who forgot the password at a place new to him, and remembers it after many tries."),
        why=mark(
            "The source of many wrong passwords used the right one of this person. Ask whether it was the person; "
            "otherwise end the sessions and change the password."
        ),
        query=_ENTRY,
    ),
)
