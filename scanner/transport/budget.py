"""One throttling budget per workload (Outlook: per mailbox) of a tenant.

Every limit is kept over a sliding window that counts a request from the moment it leaves
until one window after its answer began to come: whenever Graph counted it, it counted it in between,
so the window Graph sees never holds more than ours. A pause holds the requests that are
already queued, too: a tenant has one budget, and backing off one request at a time only
earns more refusals.
"""

import asyncio
from bisect import insort
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from scanner.transport.clock import Clock
from scanner.transport.templates import Workload

LONGEST_PAUSE_S: Final = 1800.0
"""A service that asks for more than this is out of reach for this scan."""
DAY_S: Final = 86_400.0

_FAIR_PART: Final = 0.25
"""A quarter of an envelope at least: single parts would cost more requests than the units they save."""

_IDENTITY_UNITS: Final = ((50, 3_500.0), (501, 5_000.0))
_IDENTITY_UNITS_LARGE: Final = 8_000.0
_SHAREPOINT_STEPS: Final = (1_000, 5_000, 15_000, 50_000)
_SHAREPOINT_UNITS_A_MINUTE: Final = 1_250.0
_SHAREPOINT_UNITS_A_DAY: Final = 1_200_000.0


@dataclass(frozen=True, slots=True)
class BudgetKey:
    """Which budget a request draws on."""

    workload: Workload
    mailbox: str = ""
    """Directory id of the mailbox for single Outlook requests; empty for everything else."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One documented limit."""

    windows: tuple[tuple[float, float], ...]
    """Pairs of units and seconds."""
    concurrent: int
    in_units: bool = False
    """Whether it is counted in resource units, which an answer may correct, rather than in requests."""


_FIXED: Final = {
    Workload.REPORTS: Policy(((5.0, 10.0),), concurrent=5),
    Workload.USAGE: Policy(((100.0, 600.0),), concurrent=1),
    Workload.CONDITIONAL_ACCESS: Policy(((1.0, 1.0),), concurrent=1),
    Workload.OUTLOOK: Policy(((10_000.0, 600.0),), concurrent=4),
    # Of these two Microsoft publishes no limit: the figures are our own modesty.
    Workload.EXCHANGE: Policy(((300.0, 60.0),), concurrent=4),
    Workload.SHAREPOINT_ADMIN: Policy(((30.0, 60.0),), concurrent=1),
}
"""Limits that do not depend on the tenant's size."""


class PausedTooLong(Exception):
    """The service asked for a longer pause than a scan can wait."""


@dataclass(slots=True)
class Slot:
    """A request that was let through."""

    units: float
    """Estimated cost; set to the true one once the answer tells it."""
    answered_s: float | None = None
    """When the answer began to come, on the monotonic clock; None where none came."""


def policy_of(workload: Workload, users: int = 0, licenses: int = 0) -> Policy:
    """Return the documented limit of a workload for a tenant of this size.

    Args:
        workload: Whose limit.
        users: Users of the tenant; 0 when not known yet, which takes the smallest limit.
        licenses: Licences in use; 0 likewise.

    Source: https://learn.microsoft.com/graph/throttling-limits and, for SharePoint,
    https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    match workload:
        case Workload.IDENTITY:
            units = next((u for below, u in _IDENTITY_UNITS if users < below), _IDENTITY_UNITS_LARGE)
            return Policy(((units, 10.0),), concurrent=8, in_units=True)
        case Workload.SHAREPOINT:
            step = 1 + sum(licenses > limit for limit in _SHAREPOINT_STEPS)
            a_minute, a_day = _SHAREPOINT_UNITS_A_MINUTE * step, _SHAREPOINT_UNITS_A_DAY * step
            return Policy(((a_minute, 60.0), (a_day, DAY_S)), concurrent=8, in_units=True)
        case _:
            return _FIXED[workload]


class _Window:
    """Units in flight plus units of the answers of the last `seconds`."""

    def __init__(self, units: float, seconds: float) -> None:
        self.units = units
        self._seconds = seconds
        self._in_flight = 0.0
        self._settled: deque[tuple[float, float]] = deque()
        self._settled_units = 0.0

    def wait_s(self, cost: float, now: float) -> float | None:
        """Return how long until `cost` fits; None when an answer must come first.

        A cost above the whole limit is let through alone.
        """
        self._forget(now)
        excess = self._in_flight + self._settled_units + cost - self.units
        if excess <= 0 or not (self._in_flight or self._settled):
            return 0.0
        for expires_at, units in self._settled:
            excess -= units
            if excess <= 0:
                return expires_at - now
        return None if self._in_flight else self._settled[-1][0] - now

    def room(self, now: float) -> float:
        """Return how many units fit at once."""
        self._forget(now)
        return self.units - self._in_flight - self._settled_units

    def start(self, cost: float) -> None:
        self._in_flight += cost

    def settle(self, estimate: float, units: float, answered_s: float) -> None:
        self._in_flight = max(0.0, self._in_flight - estimate)
        insort(self._settled, (answered_s + self._seconds, units))
        self._settled_units += units

    def _forget(self, now: float) -> None:
        while self._settled and self._settled[0][0] <= now:
            self._settled_units -= self._settled.popleft()[1]


class Bucket:
    """One budget: first come, first served."""

    def __init__(self, policy: Policy, clock: Clock) -> None:
        self.policy = policy
        self._clock = clock
        self._windows = [_Window(units, seconds) for units, seconds in policy.windows]
        self._concurrent = asyncio.Semaphore(policy.concurrent)
        self._turn = asyncio.Lock()
        self._answered = asyncio.Event()
        self._resume_at = 0.0

    @asynccontextmanager
    async def slot(self, cost: float, step: float = 0.0) -> AsyncIterator[Slot]:
        """Wait until `cost` units fit and nothing is paused, then hold them until the block ends.

        Args:
            cost: Estimated units.
            step: Units of one part of a request that can be cut: where the whole does not fit and a fair part of
                it does, so many parts are let through at once, and the slot says how many units they may take.
                0 where it cannot be cut.

        Raises:
            PausedTooLong: The service asked for a pause beyond `LONGEST_PAUSE_S`.
        """
        async with self._concurrent:
            async with self._turn:
                granted = await self._until_it_fits(cost, step)
                for window in self._windows:
                    window.start(granted)
            slot = Slot(granted)
            try:
                yield slot
            finally:
                self._settle(granted, slot)

    def pause(self, seconds: float) -> None:
        """Hold every request that has not left yet for `seconds`; a shorter pause never ends a longer one."""
        self._resume_at = max(self._resume_at, self._clock.monotonic_s() + seconds)

    def resize(self, policy: Policy) -> None:
        """Take over the units of `policy`; what was spent stays spent."""
        self.policy = policy
        for window, (units, _) in zip(self._windows, policy.windows, strict=True):
            window.units = units

    async def _until_it_fits(self, cost: float, step: float) -> float:
        """Return how many units may leave: `cost`, or what fits of it."""
        while (wait_s := self._wait_s(cost)) != 0:
            if part := self._part(cost, step):
                return part
            if wait_s is None:
                self._answered.clear()
                await self._answered.wait()
            else:
                await self._clock.sleep(wait_s)
        return cost

    def _part(self, cost: float, step: float) -> float:
        """Return how much of `cost` fits at once; 0 when that is too little to be worth a request, or in a pause."""
        now = self._clock.monotonic_s()
        if not step or self._resume_at > now:
            return 0.0
        room = min(window.room(now) for window in self._windows)
        part = room // step * step
        return part if part >= cost * _FAIR_PART else 0.0

    def _wait_s(self, cost: float) -> float | None:
        now = self._clock.monotonic_s()
        if (pause_s := self._resume_at - now) > 0:
            if pause_s > LONGEST_PAUSE_S:
                raise PausedTooLong
            return pause_s
        waits = [window.wait_s(cost, now) for window in self._windows]
        return None if None in waits else max(wait for wait in waits if wait is not None)

    def _settle(self, estimate: float, slot: Slot) -> None:
        answered_s = self._clock.monotonic_s() if slot.answered_s is None else slot.answered_s
        for window in self._windows:
            window.settle(estimate, slot.units, answered_s)
        self._answered.set()


class Budgets:
    """Every budget of one tenant."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[BudgetKey, Bucket] = {}
        self._users = 0
        self._licenses = 0

    def bucket(self, key: BudgetKey) -> Bucket:
        """Return the budget of `key`, the same one each time."""
        if key not in self._buckets:
            self._buckets[key] = Bucket(policy_of(key.workload, self._users, self._licenses), self._clock)
        return self._buckets[key]

    def resize(self, *, users: int, licenses: int) -> None:
        """Use the limits of a tenant with this many users and licences in use.

        Until this is called the smallest tenant's limits hold.
        """
        self._users, self._licenses = users, licenses
        for key, bucket in self._buckets.items():
            bucket.resize(policy_of(key.workload, users, licenses))
