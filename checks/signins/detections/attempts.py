"""Attempts with a wrong password, as the detections share them: SQL fragments, no detection of their own.

What somebody mistypes where he is at home is no attempt by a stranger, however many colleagues mistype with him after
a change of passwords.
"""

from typing import Final

from checks.signins.detections.familiar import episodes
from checks.signins.detections.usual import IS_AT_HOME, JOIN_SETTLED

SPRAY: Final = "INTERVAL 20 MINUTES"
GUESSING: Final = "INTERVAL 10 MINUTES"
AFTERWARDS: Final = "INTERVAL 24 HOURS"

PEOPLE: Final = 5
"""So many people from one address within `SPRAY` are a spray."""
FEW_PEOPLE: Final = 3
"""So many are enough where one program makes all tries, nobody tried got in from there before, and at most half later.

Of every firm: in a large one, too, somebody may try three people only."""
NAMES: Final = 10
"""So many names are enough even where hardly one of them exists."""
TRIES: Final = 10
"""So many wrong passwords of one person within `GUESSING` are guessing."""
STALE_SHARE: Final = 0.9
STALE_HOURS: Final = 24
"""A device with an old password makes more than this share of the tries, over so long, from one network."""

TRIED: Final = f"""
tries AS MATERIALIZED (
    SELECT
        seen.row, seen.moment, seen.address, seen.near, seen.asn, seen.who, seen.person, seen.is_stranger,
        coalesce(seen.agent, 0) AS agent, seen.app, coalesce(seen.is_scripted, FALSE) AS is_scripted,
        coalesce(seen.is_trusted, FALSE) AS is_trusted, coalesce(seen.is_disabled, FALSE) AS is_disabled,
        CASE WHEN seen.asn IS NULL THEN seen.near ELSE hash(seen.asn) END AS carrier,
        coalesce(seen.is_new_asn, seen.is_new_agent, TRUE) OR coalesce(seen.is_scripted OR seen.is_hosting, FALSE)
            AS is_foreign,
        coalesce(seen.is_mobile, FALSE) AS is_telephone
    FROM seen {JOIN_SETTLED}
    WHERE seen.is_try AND seen.address IS NOT NULL AND seen.is_private IS NOT TRUE
        AND NOT {IS_AT_HOME}
)"""  # noqa: S608 - constants only
"""Wrong passwords, and what they are answered at locked and disabled accounts, by nobody who is at home there."""

# Each try asks how many were tried from it on; a try within such a window belongs to the spray. Windows slide, so that
# a spray is the same whenever it begins.
# A name without an id is a person, of whom nobody knows where he is at home, so few such are none.
SPRAYED: Final = f"""
ahead AS (
    SELECT
        *,
        count(DISTINCT person) OVER ahead AS names,
        count(DISTINCT person) FILTER (is_stranger IS NOT TRUE AND person <> row) OVER ahead AS people,
        count(DISTINCT person) FILTER (NOT is_stranger) OVER ahead AS known_people,
        count(DISTINCT nullif(agent, 0)) OVER ahead AS agents
    FROM tries
    WINDOW ahead AS (PARTITION BY address ORDER BY moment RANGE BETWEEN CURRENT ROW AND {SPRAY} FOLLOWING)
),
sized AS (
    SELECT
        *,
        people >= {PEOPLE} OR (names >= {PEOPLE} AND people >= 2) OR names >= {NAMES} AS is_large,
        known_people >= {FEW_PEOPLE} AND agents <= 1 AS is_small
    FROM ahead
),
crowded AS (
    SELECT *, bool_or(is_large OR is_small) OVER behind AS is_part
    FROM sized
    WINDOW behind AS (PARTITION BY address ORDER BY moment RANGE BETWEEN {SPRAY} PRECEDING AND CURRENT ROW)
),
begun AS (SELECT * FROM crowded WHERE is_part),
{episodes("sprayed", "begun", SPRAY, by="address")},
residents AS (
    SELECT DISTINCT address, who
    FROM (SELECT address, who FROM seen WHERE is_success UNION ALL SELECT address, who FROM refreshes)
    WHERE address IN (SELECT address FROM sprayed) AND who IS NOT NULL
),
crowds AS (SELECT address, count(*) AS residents FROM residents GROUP BY address),
sprays AS MATERIALIZED (
    SELECT
        sprayed.address, episode, min(moment) AS first, max(moment) AS last, count(*) AS times,
        count(DISTINCT person) AS tried, bool_and(is_scripted) AS is_scripted,
        bool_and(is_trusted) AS is_trusted, list(row ORDER BY moment, row)[:50] AS rows
    FROM sprayed
    LEFT JOIN crowds USING (address)
    LEFT JOIN residents ON residents.address = sprayed.address AND residents.who = sprayed.who
    GROUP BY sprayed.address, episode
    HAVING (tried > coalesce(any_value(residents), 0) OR bool_and(is_scripted))
        AND (bool_or(is_large) OR count(DISTINCT residents.who) * 2 <= tried)
)"""  # noqa: S608 - constants only
"""`sprays`: one row per address and episode, where more people fail than get in; where few are tried, at most half."""

# A telephone that kept the password from before a change asks for days, alike, through a carrier that its owner uses.
# Nobody guesses like that; a server does, so hosting networks and scripts are never taken for one.
GUESSED: Final = f"""
devices AS (
    SELECT who, agent, carrier, max(moment) - min(moment) AS lasted, count(*) AS times,
        bool_or(is_foreign) AS is_foreign
    FROM tries WHERE NOT is_stranger GROUP BY who, agent, carrier
),
stale AS (
    SELECT who, agent, carrier
    FROM (SELECT *, sum(times) OVER (PARTITION BY who) AS in_all FROM devices)
    WHERE lasted >= INTERVAL {STALE_HOURS} HOURS AND times > {STALE_SHARE} * in_all AND NOT is_foreign
),
guesses AS (
    SELECT *, count(*) OVER (
        PARTITION BY who ORDER BY moment RANGE BETWEEN CURRENT ROW AND {GUESSING} FOLLOWING
    ) AS ahead
    FROM tries ANTI JOIN stale USING (who, agent, carrier)
    WHERE NOT is_stranger AND NOT is_disabled
),
crammed AS (
    SELECT *, max(ahead) OVER (
        PARTITION BY who ORDER BY moment RANGE BETWEEN {GUESSING} PRECEDING AND CURRENT ROW
    ) AS at_once
    FROM guesses
),
many AS (SELECT * FROM crammed WHERE at_once >= {TRIES}),
{episodes("guessed", "many", GUESSING)}"""  # noqa: S608 - constants only
"""`guessed`: tries at one person that are part of so many at once; `at_once` tells how many."""
