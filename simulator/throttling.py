"""The documented limits, per tenant and workload, on the scaled clock.

Numbers: https://learn.microsoft.com/graph/throttling-limits and
https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from simulator.accounting import BudgetUse
from simulator.answers import GraphError
from simulator.clock import ScaledClock
from simulator.tenants import SimulatedTenant


class Workload(StrEnum):
    """Services with limits of their own."""

    IDENTITY = "identity"
    REPORTS = "reports"
    USAGE = "usage"
    CONDITIONAL_ACCESS = "conditional_access"
    OUTLOOK = "outlook"
    SHAREPOINT = "sharepoint"
    EXCHANGE = "exchange"
    SHAREPOINT_ADMIN = "sharepoint_admin"


@dataclass(frozen=True, slots=True)
class Charge:
    """What one request costs."""

    workload: Workload
    cost: float = 1.0
    mailbox: str = ""
    """Outlook counts per mailbox."""


@dataclass(slots=True)
class Usage:
    """What one tenant used of one workload."""

    cost: float = 0.0
    """Units of answered requests."""
    requests: int = 0
    """Answered and throttled ones."""
    throttled: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units in so many scaled seconds."""

    units: float
    seconds: float
    says_retry_after: bool = True
    counts_refused: bool = False
    """SharePoint: throttled requests count against the quota too."""


@dataclass(slots=True)
class _Window:
    spent: deque[tuple[float, float]] = field(default_factory=deque)
    total: float = 0.0
    used: float = 0.0
    """Units of everything admitted since the beginning."""
    limit: "Limit | None" = None

    def forget_before(self, moment: float) -> None:
        while self.spent and self.spent[0][0] <= moment:
            self.total -= self.spent.popleft()[1]

    def add(self, moment: float, cost: float) -> None:
        self.spent.append((moment, cost))
        self.total += cost

    def free_at(self, needed: float, limit: Limit) -> float:
        """Return the moment at which `needed` units fit."""
        excess = self.total + needed - limit.units
        for moment, cost in self.spent:
            excess -= cost
            if excess <= 0:
                return moment + limit.seconds
        return (self.spent[-1][0] if self.spent else 0.0) + limit.seconds


class Throttle:
    """Sliding windows over what each tenant used.

    Args:
        clock: Scales the windows.
        enabled: Off, nothing is refused; the accounting goes on.
    """

    def __init__(self, clock: ScaledClock, *, enabled: bool = True) -> None:
        self.accounting: dict[tuple[str, str], Usage] = defaultdict(Usage)
        self._clock = clock
        self._enabled = enabled
        self._windows: dict[tuple[str, str, str, float], _Window] = defaultdict(_Window)

    def admit(self, tenant: SimulatedTenant, charges: Iterable[Charge], client_id: str) -> dict[str, str]:
        """Account for a request.

        Returns:
            Response headers that tell how much is left.

        Raises:
            GraphError: 429, over a limit.
        """
        charges = list(charges)
        if self._enabled:
            for charge in charges:
                self._check(tenant, charge, client_id)
        headers: dict[str, str] = {}
        for charge in charges:
            usage = self.accounting[tenant.slug, charge.workload]
            usage.cost += charge.cost
            usage.requests += 1
            headers |= self._spend(tenant, charge)
        return headers

    def budgets(self, slug: str) -> tuple[BudgetUse, ...]:
        """Return what a tenant used of each of its limits so far."""
        return tuple(
            BudgetUse(workload, mailbox, window.limit.units, window.limit.seconds, window.used)
            for (owner, workload, mailbox, _), window in self._windows.items()
            if owner == slug and window.limit is not None
        )

    def _check(self, tenant: SimulatedTenant, charge: Charge, client_id: str) -> None:
        now = self._clock.elapsed_s()
        for limit in limits(tenant, charge.workload):
            window = self._window(tenant, charge, limit)
            window.forget_before(now - limit.seconds)
            if window.total + charge.cost <= limit.units:
                continue
            usage = self.accounting[tenant.slug, charge.workload]
            usage.requests += 1
            usage.throttled += 1
            if limit.counts_refused:
                window.add(now, charge.cost)
            wait_s = max(window.free_at(charge.cost, limit) - now, 0.0)
            retry_after = str(math.ceil(wait_s)) if limit.says_retry_after else None
            raise throttled(charge.workload, _scope(tenant, client_id), retry_after)

    def _spend(self, tenant: SimulatedTenant, charge: Charge) -> dict[str, str]:
        now = self._clock.elapsed_s()
        headers: dict[str, str] = {}
        for limit in limits(tenant, charge.workload):
            window = self._window(tenant, charge, limit)
            window.forget_before(now - limit.seconds)
            window.add(now, charge.cost)
            window.used, window.limit = window.used + charge.cost, limit
            headers = headers or _gauge(charge, limit, window, now)
        if charge.workload is Workload.IDENTITY:
            headers["x-ms-resource-unit"] = f"{charge.cost:g}"
        return headers

    def _window(self, tenant: SimulatedTenant, charge: Charge, limit: Limit) -> _Window:
        return self._windows[tenant.slug, charge.workload, charge.mailbox, limit.seconds]


_SMALL, _MEDIUM = 50, 500
_SHAREPOINT_PER_MINUTE: Final = ((1_000, 1_250), (5_000, 2_500), (15_000, 3_750), (50_000, 5_000))
_SHAREPOINT_LARGEST: Final = 6_250
_MINUTES_PER_DAY_ALLOWED: Final = 960
_GAUGE_FROM: Final = 0.8


def limits(tenant: SimulatedTenant, workload: Workload) -> tuple[Limit, ...]:
    """Return the limits of one workload, shortest window first; some depend on the tenant's size."""
    match workload:
        case Workload.IDENTITY:
            users = len(tenant.users)
            return (Limit(3_500 if users < _SMALL else 5_000 if users <= _MEDIUM else 8_000, 10),)
        case Workload.SHAREPOINT:
            steps = (units for licences, units in _SHAREPOINT_PER_MINUTE if tenant.licences <= licences)
            minute = next(steps, _SHAREPOINT_LARGEST)
            day = minute * _MINUTES_PER_DAY_ALLOWED
            return (Limit(minute, 60, counts_refused=True), Limit(day, 86_400, counts_refused=True))
        case _:
            return (_FIXED[workload],)


_FIXED: Final = {
    Workload.REPORTS: Limit(5, 10),
    Workload.USAGE: Limit(100, 600),
    Workload.CONDITIONAL_ACCESS: Limit(1, 1, says_retry_after=False),
    Workload.OUTLOOK: Limit(10_000, 600),
    # Of these two Microsoft publishes no limit; the figures only make sure that there is one.
    Workload.EXCHANGE: Limit(300, 60),
    Workload.SHAREPOINT_ADMIN: Limit(30, 60),
}
_CODES: Final = {
    Workload.IDENTITY: ("TooManyRequests", "Please retry again later."),
    Workload.USAGE: ("TooManyRequests", "Please retry again later."),
    Workload.REPORTS: ("TooManyRequests", "Please retry again later."),
    Workload.CONDITIONAL_ACCESS: ("TooManyRequests", "Please retry again later."),
    Workload.OUTLOOK: ("ApplicationThrottled", "Application is over its request limit."),
    Workload.SHAREPOINT: ("activityLimitReached", "The app or user has been throttled."),
    Workload.EXCHANGE: ("TooManyRequests", "Too many requests."),
    Workload.SHAREPOINT_ADMIN: ("TooManyRequests", "Too many requests."),
}


def throttled(workload: Workload, scope: str, retry_after: str | None) -> GraphError:
    """Return a 429 in the words of a workload."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    if workload is Workload.IDENTITY:
        headers |= {"x-ms-throttle-scope": scope, "x-ms-throttle-information": "ResourceUnitLimitExceeded"}
    return GraphError(HTTPStatus.TOO_MANY_REQUESTS, *_CODES[workload], headers)


def _scope(tenant: SimulatedTenant, client_id: str) -> str:
    return f"Tenant_Application/Read/{client_id}/{tenant.tenant_id}"


def _gauge(charge: Charge, limit: Limit, window: _Window, now: float) -> dict[str, str]:
    """Return the headers that warn when a limit is nearly reached."""
    used = window.total / limit.units
    if used < _GAUGE_FROM:
        return {}
    if charge.workload is Workload.IDENTITY:
        return {"x-ms-throttle-limit-percentage": f"{used:.2f}"}
    if charge.workload is Workload.SHAREPOINT:
        left = max(int(limit.units - window.total), 0)
        reset = math.ceil(max(window.spent[0][0] + limit.seconds - now, 0))
        return {"RateLimit-Limit": f"{limit.units:g}", "RateLimit-Remaining": str(left), "RateLimit-Reset": str(reset)}
    return {}
