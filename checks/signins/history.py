"""What was ordinary before: for each account and for the tenant, from the log and from the baseline of earlier scans.

A value is new at a moment when its first success is not earlier, so an attacker's first sign-in is new and his second,
from the same place, is not.
"""

from typing import Final

from checks.signins.codes import BROKER
from checks.signins.columns import ACCOUNT

LEARNING_DAYS: Final = 14
LEARNING_SUCCESSES: Final = 10
OTHERS: Final = 3
"""So many other people make a network the tenant's own."""
SETTLED_BY: Final = 3
"""So many successes from a network make it a person's own."""

SUCCESSES: Final = """
SELECT
    who, address, near, asn, country, family, client_key, flow, app, session, is_managed, is_mobile,
    coalesce(is_silent AND moment > ?, FALSE) AS is_refresh,
    bool_or(is_private) AS is_private,
    bool_or(is_trusted) AS is_trusted,
    bool_or(is_microsoft) AS is_microsoft,
    bool_or(is_hosting) AS is_hosting,
    min(latitude) AS latitude,
    min(longitude) AS longitude,
    bit_or(refresh_lacks) AS lacks,
    min(row) AS row,
    min(moment) AS first,
    max(moment) AS last,
    count(*) AS times,
    count_if(is_no_address) AS malformed
FROM log
WHERE coalesce(error_code, 1) = 0
GROUP BY ALL
"""
"""Every success of the log, those that are alike put together. Parameter: the beginning of the time looked at."""

REFRESHES: Final = "SELECT * EXCLUDE (is_refresh, client_key, flow) FROM successes WHERE is_refresh"


def _kind(name: str, value: str) -> str:
    return f"""
SELECT '{name}' AS kind, who, {value} AS value, min(first) AS first_seen, max(last) AS last_seen,
    sum(times) AS successes
FROM successes WHERE who IS NOT NULL AND {value} IS NOT NULL GROUP BY ALL"""  # noqa: S608 - constants only


VALUES: Final = {
    "country": "CASE WHEN country IS NOT NULL THEN hash(country) END",
    "network": "near",
    "asn": "CASE WHEN asn IS NOT NULL THEN hash(asn::VARCHAR) END",
    "agent": "family",
    "client": "client_key",
    "flow": "CASE WHEN flow IS NOT NULL THEN hash(flow) END",
    "app": "app",
    "broker_code": f"CASE WHEN flow = 'deviceCode' AND app = hash('{BROKER}') THEN app END",
}
"""What of a sign-in is remembered, by the kind it has in `sign_in_baselines`; ids as hashes.

A code for the broker is remembered as far back as the log goes only.
"""

_FROM_LOG: Final = " UNION ALL ".join(_kind(name, value) for name, value in VALUES.items())

_FROM_BASELINE: Final = """
SELECT
    kind,
    hash(user_id) AS who,
    hash(CASE kind WHEN 'app' THEN lower(value) WHEN 'country' THEN upper(value) ELSE value END) AS value,
    make_timestamp(epoch_us(first_seen)) AS first_seen,
    make_timestamp(epoch_us(last_seen)) AS last_seen,
    successes
FROM baselines WHERE first_seen <= ?"""

HISTORY: Final = f"""
SELECT kind, who, value, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
    max(successes)::BIGINT AS successes
FROM ({_FROM_LOG} UNION ALL {_FROM_BASELINE})
GROUP BY kind, who, value
"""  # noqa: S608 - constants only
"""Parameter: the end of the time looked at."""

# a week of the baseline that the log still has is in the log already
ACTIVITY: Final = f"""
days AS (
    SELECT who, min(moment) AS first, max(moment) AS last, count(*) AS successes
    FROM (
        SELECT {ACCOUNT} AS who, make_timestamp(epoch_us(created_date_time)) AS moment
        FROM source WHERE error_code = 0 AND created_date_time <= ?
    )
    WHERE who IS NOT NULL GROUP BY who, moment::DATE
)
SELECT * FROM days
UNION ALL
SELECT who, first_seen, last_seen, successes FROM history
WHERE kind = 'week' AND last_seen < coalesce((SELECT min(first) FROM days), 'infinity'::TIMESTAMP)
"""  # noqa: S608 - constants only
"""Days with a success, and weeks of the baseline; to stand after `WITH source AS (…),`, and needs `history`.

Parameter: the end of the time looked at.
"""

PEOPLE: Final = f"""
WITH counted AS (
    SELECT who, first, last, sum(successes) OVER (PARTITION BY who ORDER BY first) AS so_far FROM activity
),
known AS (
    SELECT who, min(first) AS first_seen, max(so_far)::BIGINT AS successes,
        min(last) FILTER (so_far >= {LEARNING_SUCCESSES}) AS often_at
    FROM counted GROUP BY who
),
before AS (SELECT who, min(first_seen) AS first_seen FROM history GROUP BY who)
SELECT who, least(known.first_seen, before.first_seen) AS first_seen, coalesce(successes, 0) AS successes,
    least(often_at, least(known.first_seen, before.first_seen) + INTERVAL {LEARNING_DAYS} DAY) AS learned_at
FROM known FULL JOIN before USING (who)
"""  # noqa: S608 - constants only

# A network counts for who came back to it on another day: a stranger who gets into three accounts in one night does
# not make himself at home by that.
COMMON: Final = f"""
SELECT kind, value, min(first_seen) FILTER (place = {OTHERS}) AS third,
    min(first_seen) FILTER (place = {OTHERS + 1}) AS fourth
FROM (
    SELECT kind, value, first_seen, row_number() OVER (PARTITION BY kind, value ORDER BY first_seen, who) AS place
    FROM history
    WHERE kind IN ('network', 'asn', 'country') AND last_seen >= first_seen + INTERVAL 1 DAY
)
GROUP BY kind, value HAVING count(*) >= {OTHERS}
"""  # noqa: S608 - constants only

SETTLED: Final = f"""
SELECT who, value AS near, min(first_seen) AS since FROM history
WHERE kind = 'network' AND successes >= {SETTLED_BY} GROUP BY who, value
"""  # noqa: S608 - constants only
