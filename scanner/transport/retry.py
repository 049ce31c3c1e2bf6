"""How long to wait before asking again."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random
from typing import Final

RETRIES: Final = 6
"""How often one request is asked again before its table is declared incomplete."""
LONGEST_BACKOFF_S: Final = 300.0
TRANSIENT: Final = frozenset({429, 500, 502, 503, 504, 509})
"""Statuses after which the same request may well succeed. 509 is SharePoint's bandwidth limit."""

_FIRST_BACKOFF_S: Final = 2.0


def told_to_wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the wait an answer demands, None when it demands none.

    Args:
        headers: With lower-case names or case-insensitive.
        now: Aware; what an HTTP date is measured from.

    Returns:
        The greater of `Retry-After` (seconds, also with a fraction, or an HTTP date) and
        `RateLimit-Reset` (seconds). Never negative.

    Source: https://learn.microsoft.com/graph/throttling and facts of SharePoint's RateLimit headers
    """
    retry_after = headers.get("retry-after", "")
    waits = [_seconds(retry_after), _until(retry_after, now), _seconds(headers.get("ratelimit-reset", ""))]
    told = [wait for wait in waits if wait is not None]
    return max(told) if told else None


class Backoff:
    """Exponential waits with full jitter, for answers that do not say how long."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def wait_s(self, attempt: int) -> float:
        """Return a wait between 0 and 2, 4, 8 … seconds, at most five minutes; `attempt` counts from 0."""
        return self._random.uniform(0, min(LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2**attempt))


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
