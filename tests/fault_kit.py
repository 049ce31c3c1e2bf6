"""What can go wrong with a request, and what must become of it: shared by the tests of every service."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scanner.transport.errors import Denied, Malformed, NotFound, ReadError, RequestRefused, Throttled, Unavailable
from scanner.transport.retry import RETRIES
from scanner.transport.session import Patience
from simulator.faults import FaultKind
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

KindT = TypeVar("KindT")

CLOCK_SPEED = 250.0
"""Signing in has three times more than a second of real time."""
FEW_RETRIES = 2
"""For faults that never end, so that the matrix stays quick."""
_TIME = {FaultKind.TIMEOUT, FaultKind.DRIPPING}
_HURRIED_S = 75.0
_UNHURRIED_S = 5_000.0

Read = dict[str, list[str] | ReadError]
"""Ids of the rows of each listing that was read, or why there are none."""


@dataclass(frozen=True)
class Case:
    """One fault, what it is when it does not end, and whether striking once is survived."""

    name: str
    fault: FaultKind
    lasting: type[ReadError]
    code: str
    """Code of the lasting error; "" where each service has its own."""
    passes: bool = False
    retry_after: str | None = None


def patience_with(case: Case, retries: int = RETRIES) -> Patience:
    """Hurry where time itself is the fault; anywhere else a busy machine must not look like one."""
    return Patience(retries, _HURRIED_S if case.fault in _TIME else _UNHURRIED_S)


async def struck_at_once(
    tenants: Mapping[KindT, SimulatedTenant],
    folder: Path,
    read: Callable[[Simulator, KindT], Awaitable[Read]],
    times: int | None,
) -> dict[KindT, Read]:
    """Read every kind of request at once, each from a simulator of its own; the fault struck each.

    Args:
        tenants: What each kind is read from.
        folder: Where simulators keep their keys.
        read: Reads one kind while the fault strikes.
        times: How often it strikes; None where it does not end.
    """
    with ExitStack() as running:
        simulators = [
            running.enter_context(Simulator([tenant], folder, clock_speed=CLOCK_SPEED)) for tenant in tenants.values()
        ]
        reading = [read(simulator, kind) for simulator, kind in zip(simulators, tenants, strict=True)]
        reads = dict(zip(tenants, await asyncio.gather(*reading), strict=True))
    strikes = [len(simulator.faults.fired) for simulator in simulators]
    assert all(strikes)
    assert times is None or strikes == [times] * len(tenants)
    return reads


CASES = (
    Case("401", FaultKind.UNAUTHORIZED, Denied, "unauthorized", passes=True),
    Case("403", FaultKind.FORBIDDEN, Denied, ""),
    Case("404", FaultKind.NOT_FOUND, NotFound, ""),
    Case("429 with Retry-After", FaultKind.THROTTLED, Throttled, "", passes=True, retry_after="3"),
    Case("429 without Retry-After", FaultKind.THROTTLED, Throttled, "", passes=True),
    Case("429 inside a batch", FaultKind.THROTTLED_IN_BATCH, Throttled, "", passes=True, retry_after="3"),
    Case("500", FaultKind.SERVER_ERROR, Unavailable, "generalException", passes=True),
    Case("502", FaultKind.BAD_GATEWAY, Unavailable, "UnknownError", passes=True),
    Case("503", FaultKind.UNAVAILABLE, Unavailable, "ServiceUnavailable", passes=True, retry_after="2.5"),
    Case("time-out", FaultKind.TIMEOUT, Unavailable, "timeout", passes=True),
    Case("dripping body", FaultKind.DRIPPING, Unavailable, "timeout", passes=True),
    Case("dropped connection", FaultKind.DROPPED, Unavailable, "connection_lost", passes=True),
    Case("truncated JSON", FaultKind.TRUNCATED, Malformed, "not_json"),
    Case("not JSON", FaultKind.NOT_JSON, Malformed, "not_json"),
    Case("JSON that is not an object", FaultKind.NOT_AN_OBJECT, Malformed, "not_an_object"),
    Case("repeated nextLink", FaultKind.REPEATED_NEXT_LINK, Malformed, "repeated_next_link"),
    Case("nextLink to another host", FaultKind.FOREIGN_NEXT_LINK, RequestRefused, "foreign_continuation"),
    Case("nextLink to another port", FaultKind.FOREIGN_PORT_NEXT_LINK, RequestRefused, "foreign_continuation"),
    Case("empty page with nextLink", FaultKind.EMPTY_PAGE_WITH_NEXT_LINK, Malformed, "endless_listing", passes=True),
)
OF_TIME = [case for case in CASES if case.fault in _TIME]
"""Each takes as long as patience lasts: kinds of requests wait for them side by side."""
BODIES = {"dripping body", "dropped connection", "truncated JSON", "not JSON", "JSON that is not an object"}
"""Cases that need a body to go wrong in."""
NEXT_LINKS = {case.name for case in CASES if "nextLink" in case.name}
