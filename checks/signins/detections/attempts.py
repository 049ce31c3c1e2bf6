"""Attempts with a wrong password, as the detections share them: SQL fragments, no detection of their own.

A person who got in before from the network at hand, with a program of the same family, is at home there: what he
mistypes is no attempt by a stranger, however many colleagues mistype with him after a change of passwords. A script
is nobody's usual program, so a spray from inside the office stays in sight.
"""

from typing import Final

SPRAY: Final = "INTERVAL 20 MINUTES"
GUESSING: Final = "INTERVAL 10 MINUTES"

PEOPLE: Final = 5
"""So many people from one address within `SPRAY` are a spray."""
FEW_PEOPLE: Final = 3
"""So many are enough where all tries are made by one program and nobody tried ever got in from there."""
NAMES: Final = 10
"""So many names are enough even where hardly one of them exists."""
TRIES: Final = 10
"""So many wrong passwords of one person within `GUESSING` are guessing."""

STALE_SHARE: Final = 0.9
STALE_HOURS: Final = 24
"""A device with an old password makes so great a share of the tries, over so long, from one place."""

HOMES: Final = """
homes AS MATERIALIZED (
    SELECT who, value AS near, min(first_seen) AS since FROM history WHERE kind = 'network' GROUP BY ALL
),
habits AS MATERIALIZED (
    SELECT who, value AS family, min(first_seen) AS since FROM history WHERE kind = 'agent' GROUP BY ALL
)"""
"""`homes`: since when a person gets in from a network. `habits`: since when with a family of programs."""

AT_HOME: Final = "homes.who IS NOT NULL AND is_scripted IS NOT TRUE AND (family IS NULL OR habits.who IS NOT NULL)"

JOIN_HOMES: Final = """
    LEFT JOIN homes ON homes.who = seen.who AND homes.near = seen.near AND homes.since < seen.moment
    LEFT JOIN habits ON habits.who = seen.who AND habits.family = seen.family AND habits.since < seen.moment"""

TRIED: Final = f"""
tries AS MATERIALIZED (
    SELECT
        seen.row, moment, address, seen.near, asn, country, seen.who, person, is_stranger, app, agent, seen.family,
        coalesce(is_scripted, FALSE) AS is_scripted, coalesce(is_trusted, FALSE) AS is_trusted,
        coalesce(is_mobile OR is_legacy, FALSE) AS is_telephone, coalesce(is_hosting, FALSE) AS is_hosting
    FROM seen {JOIN_HOMES}
    WHERE (is_wrong OR is_lockout) AND person IS NOT NULL AND address IS NOT NULL AND is_private IS NOT TRUE
        AND NOT ({AT_HOME})
)"""  # noqa: S608 - constants only
"""Wrong passwords, and tries at an account that such tries have locked, by somebody who is not at home there."""

# Of the rows of a window that begins at each try, then every try within such a window; windows slide, so a spray
# is the same whenever it begins.
SPRAYED: Final = f"""
spray_rows AS MATERIALIZED (
    SELECT *, sum(is_first::INT) OVER (PARTITION BY address ORDER BY moment, row) AS episode
    FROM (
        SELECT
            *,
            coalesce(moment > lag(moment) OVER (PARTITION BY address ORDER BY moment, row) + {SPRAY}, TRUE) AS is_first
        FROM (
            SELECT *, bool_or(is_crowd) OVER (
                PARTITION BY address ORDER BY moment RANGE BETWEEN {SPRAY} PRECEDING AND CURRENT ROW
            ) AS is_part
            FROM (
                SELECT
                    *,
                    count(DISTINCT person) OVER ahead AS names,
                    count(DISTINCT person) FILTER (NOT is_stranger) OVER ahead AS people,
                    count(DISTINCT coalesce(agent, 0)) OVER ahead AS agents,
                    people >= {PEOPLE} OR (names >= {PEOPLE} AND people >= 2) OR names >= {NAMES}
                        OR (people >= {FEW_PEOPLE} AND agents = 1) AS is_crowd
                FROM tries
                WINDOW ahead AS (
                    PARTITION BY address ORDER BY moment RANGE BETWEEN CURRENT ROW AND {SPRAY} FOLLOWING
                )
            )
        )
        WHERE is_part
    )
),
residents AS (SELECT near, who FROM homes WHERE near IN (SELECT near FROM spray_rows)),
crowds AS (SELECT near, count(DISTINCT who) AS people FROM residents GROUP BY near),
sprays AS MATERIALIZED (
    SELECT
        address, episode, any_value(spray_rows.near) AS near, min(moment) AS first, max(moment) AS last,
        count(*) AS times, count(DISTINCT person) AS tried, max(spray_rows.people) AS at_once,
        bool_and(is_scripted) AS is_scripted, bool_and(is_trusted) AS is_trusted,
        max(spray_rows.people) >= {PEOPLE} OR max(names) >= {PEOPLE} AS is_large,
        count(DISTINCT residents.who) AS got_in, coalesce(any_value(crowds.people), 0) AS residents
    FROM spray_rows
    LEFT JOIN residents ON residents.near = spray_rows.near AND residents.who = spray_rows.who
    LEFT JOIN crowds ON crowds.near = spray_rows.near
    GROUP BY address, episode
    HAVING (tried > residents OR bool_and(is_scripted)) AND (is_large OR got_in * 2 <= tried)
)"""  # noqa: S608 - constants only
"""`sprays`: one row per address and episode. More people fail there than get in; where few were tried, at most half."""

# A telephone that kept the password from before a change asks for days, alike; nobody guesses like that. It has to be
# the owner's kind of program, and no server.
GUESSED: Final = f"""
habitual AS (
    SELECT tries.who, agent, asn, bool_or(homes.who IS NOT NULL) AS is_home
    FROM tries LEFT JOIN homes ON homes.who = tries.who AND homes.near = tries.near
    GROUP BY ALL
),
per_device AS (
    SELECT who, agent, coalesce(asn::VARCHAR, address::VARCHAR) AS place, count(*) AS times,
        max(moment) - min(moment) AS lasted
    FROM tries
    WHERE NOT is_scripted AND NOT is_hosting AND NOT is_stranger
        AND (is_telephone OR family IN (SELECT family FROM habits WHERE habits.who = tries.who))
    GROUP BY ALL
),
stale AS (
    SELECT who, agent, place FROM per_device
    WHERE lasted >= INTERVAL {STALE_HOURS} HOURS
        AND times > {STALE_SHARE} * (SELECT count(*) FROM tries WHERE tries.who = per_device.who)
)"""  # noqa: S608 - constants only
