"""The simulator's time: waits and limits can run faster than the machine's clock."""

import asyncio
import time
from datetime import UTC, datetime


class ScaledClock:
    """At `speed` 20, twenty seconds of a limit or a wait take one real second."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("the clock must run forwards")
        self.speed = speed

    def now(self) -> datetime:
        """Return the real time, aware, in UTC; never scaled."""
        return datetime.now(UTC)

    def elapsed_s(self) -> float:
        """Return scaled seconds that never run backwards."""
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of the scaled clock."""
        await asyncio.sleep(seconds / self.speed)
