"""Where a person is at home: SQL fragments, no detection of their own.

At home is who got in from the network at hand at least a day before, and more than once or twice, with a program of a
family that he uses. A stranger does not come to be at home by getting in, and a script that is not a person's own is
at home nowhere.
"""

from typing import Final

SETTLED_BY: Final = 3
"""So many successes from a network make it a person's own."""

SETTLED: Final = f"""
settled AS MATERIALIZED (
    SELECT who, value AS near, min(first_seen) AS since FROM history
    WHERE kind = 'network' AND successes >= {SETTLED_BY} GROUP BY who, value
)"""  # noqa: S608 - constants only
"""Since when a person gets in from a network; before the other fragments."""

JOIN_SETTLED: Final = """
    LEFT JOIN settled
        ON settled.who = seen.who AND settled.near = seen.near AND settled.since <= seen.moment - INTERVAL 1 DAY"""
IS_AT_HOME: Final = "(settled.who IS NOT NULL AND seen.is_new_agent IS NOT TRUE)"
"""Of a row of `seen` joined by `JOIN_SETTLED`; never null."""
