"""Where a person is at home: SQL fragments, no detection of their own.

At home is who got in from the network at hand at least a day before, and more than once or twice, with a program of a
family that he uses. A stranger does not come to be at home by getting in, and a script that is not a person's own is
at home nowhere.
"""

from typing import Final

JOIN_SETTLED: Final = """
    LEFT JOIN settled
        ON settled.who = seen.who AND settled.near = seen.near AND settled.since <= seen.moment - INTERVAL 1 DAY"""
IS_AT_HOME: Final = "(settled.who IS NOT NULL AND seen.is_new_agent IS NOT TRUE)"
"""Of a row of `seen` joined by `JOIN_SETTLED`; never null."""
