"""What detections share: SQL fragments about places and episodes, no detection of their own."""

from typing import Final

ERROR_KM: Final = 100
"""Towns that are looked up by address are wrong by so much."""
FAR_KM: Final = 500
KM_AN_HOUR: Final = 900
"""Faster than an airliner."""
FLOOR_MINUTES: Final = 5
"""Clocks of two services differ; at the same time would be infinitely fast."""

ELSEWHERE: Final = """
    (coalesce(is_microsoft, FALSE) OR coalesce(is_private, FALSE) OR coalesce(is_trusted, FALSE)
    OR coalesce(is_managed, FALSE))"""
"""Microsoft's own services, addresses without a place, the firm's own network, a device that the firm manages."""

SHARED: Final = """
    (coalesce(is_common_near, FALSE) OR (coalesce(is_common_asn, FALSE) AND coalesce(is_common_country, TRUE)))"""
"""A network that colleagues are used to, by its own addresses or, in a country they are used to, by its AS number."""

PROVED: Final = "coalesce(is_mfa_done OR is_by_claim OR is_prt OR is_refresh_token, FALSE)"
"""Something besides the password was accepted: a second factor now, or a token that stands for one."""

IN_AND_PROVED: Final = f"coalesce(bool_or(is_success AND {PROVED}), FALSE)"


def kilometres(one: str, other: str) -> str:
    """Return SQL for the distance of two places on the great circle.

    Args:
        one: A table or struct with `latitude` and `longitude` in degrees.
        other: Another.
    """
    return f"""
2 * 6371 * asin(sqrt(least(1,
    sin(radians({other}.latitude - {one}.latitude) / 2) ** 2
    + cos(radians({one}.latitude)) * cos(radians({other}.latitude))
    * sin(radians({other}.longitude - {one}.longitude) / 2) ** 2
)))"""


def episodes(name: str, of: str, gap: str, *, by: str = "who") -> str:
    """Return a table expression: the rows of another one with `episode`, which a silence longer than `gap` ends.

    Args:
        name: Its name.
        of: A table with `moment` and `row`.
        gap: An interval of SQL.
        by: Columns whose episodes are told apart.
    """
    order = f"PARTITION BY {by} ORDER BY moment, row"
    return f"""
{name} AS MATERIALIZED (
    SELECT *, sum(starts::INT) OVER ({order}) AS episode FROM (
        SELECT *, coalesce(moment > lag(moment) OVER ({order}) + {gap}, TRUE) AS starts FROM {of}
    )
)"""  # noqa: S608 - constants only


HIT: Final = """
    who, arg_min(address, (moment, row)) AS address, min(moment) AS first, max(moment) AS last,
    count(*) AS times, list(row ORDER BY moment, row)[:50] AS rows"""
"""What every hit says of the rows of one episode."""

RIGHT: Final = "coalesce(bool_or(is_right), FALSE) AS succeeded"
