"""The one source of time: now, sleep, and a factor for the simulator's clock."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time as the scanner sees it."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards, on the scaled clock."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of the scaled clock."""
        ...

    def real_s(self, seconds: float) -> float:
        """Return how many real seconds `seconds` of the scaled clock take (for time-outs)."""
        ...


class SystemClock:
    """The machine's clock; at `speed` 20 a wait of 20 s takes one real second."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> datetime:
        """Return the current time, aware, in UTC; never scaled."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return scaled seconds that never run backwards."""
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of the scaled clock."""
        await asyncio.sleep(self.real_s(seconds))

    def real_s(self, seconds: float) -> float:
        """Return real seconds."""
        return seconds / self._speed
