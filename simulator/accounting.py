"""What a scan could not have done faster: how much of each documented limit was used, and what had to wait for what."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from simulator.records import RecordedRequest

_CONTINUATIONS: Final = frozenset({"$skiptoken", "token"})
"""Options of an address that only an earlier answer gives."""


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """What one tenant used of one limit."""

    workload: str
    mailbox: str
    """Outlook counts per mailbox."""
    units: float
    """So much is allowed …"""
    window_s: float
    """… in any so many scaled seconds."""
    used: float
    """Units of all admitted requests."""

    @property
    def bound_s(self) -> float:
        """Scaled seconds that this takes at least: one window's worth goes at once, the rest at the limit's rate."""
        return max(self.used - self.units, 0.0) / self.units * self.window_s

    @property
    def last_unit_s(self) -> float:
        """Scaled seconds before which the last unit is never spent: the window slides, and each holds one limit."""
        return max(math.ceil(self.used / self.units) - 1, 0) * self.window_s


@dataclass(frozen=True, slots=True)
class Account:
    """What the simulator knows of everything one tenant was asked."""

    budgets: tuple[BudgetUse, ...]
    throttled: int
    """Refusals for too many requests, in every workload together."""
    chain: int
    """Requests of the longest sequence in which each needs the answer to the one before: a token, and pages."""
    latency_s: float
    """Scaled seconds before each answer."""

    @property
    def limiting(self) -> BudgetUse:
        """Return the limit that takes longest.

        Raises:
            ValueError: Nothing was asked.
        """
        return max(self.budgets, key=lambda budget: budget.bound_s)

    @property
    def bound_s(self) -> float:
        """Scaled seconds below which the documented limits and the latency let nobody come."""
        return self.limiting.bound_s + self.chain * self.latency_s


def longest_chain(requests: Iterable[RecordedRequest]) -> int:
    """Return the length of the longest sequence of answered requests that depend on each other.

    A request depends on another when only the other's answer tells its address: a page on the page
    before it. Everything depends on a token.
    """
    pages: Counter[tuple[object, ...]] = Counter()
    for request in requests:
        is_page = not _CONTINUATIONS.isdisjoint(request.query)
        if is_page and request.status == HTTPStatus.OK:
            options = frozenset(item for item in request.query.items() if item[0] not in _CONTINUATIONS)
            pages[request.tenant, request.path, request.cmdlet, options] += 1
    token_and_first_page = 2
    return token_and_first_page + max(pages.values(), default=0)
