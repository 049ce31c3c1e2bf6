"""The pace of reading who can open what: SharePoint's budget is never idle while there is something to read."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
import orjson
import pytest
from reading_kit import FakeClock

from scanner.collectors.collector import Reading
from scanner.collectors.sharing import _Drives
from scanner.collectors.sharing_base import Base
from scanner.graph import Graph
from scanner.transport.answers import Answer
from scanner.transport.batch import Envelope
from scanner.transport.budget import BudgetKey, Budgets
from scanner.transport.session import Session
from scanner.transport.templates import Template, Workload

LATENCY_S = 0.25
"""Of the quickest answers; others take two or three times as long."""
UNITS, WINDOW_S = 1_250, 60


@dataclass
class PacedSession:
    """Answers for some drives, each after its place in the budget and the latency; notes when units were spent."""

    shared: Sequence[int]
    """Shared items of each drive."""
    clock: FakeClock = field(default_factory=FakeClock)
    spent: list[tuple[float, float]] = field(default_factory=list)
    """Moments at which requests left, with their units."""
    retries: int = 0

    def __post_init__(self) -> None:
        self.bucket = Budgets(self.clock).bucket(BudgetKey(Workload.SHAREPOINT))

    def describe(self, template: Template, values: Mapping[str, str], _: Mapping[str, str]) -> str:
        return "/" + template.path.format(**values)

    def relative(self, _: Template, url: str) -> str:
        return url

    def trust(self, _: Template, link: str) -> str:
        return link

    async def get(self, template: Template, url: str, *_: object) -> Answer:
        await self._wait(template.cost)
        return Answer(200, httpx.Headers(), orjson.dumps(self._body(url)))

    async def post_batch(self, template: Template, urls: Sequence[str], *_: object) -> Envelope:
        envelope = Envelope(template, urls, {}, self.clock.now(), 0.0)
        envelope.sent = int(await self._wait(envelope.cost, template.cost) // template.cost)
        sent = enumerate(urls[: envelope.sent])
        parts = [{"id": str(n), "status": 200, "headers": {}, "body": self._body(url)} for n, url in sent]
        envelope.measure(Answer(200, httpx.Headers(), orjson.dumps({"responses": parts})))
        return envelope

    async def _wait(self, cost: float, step: float = 0.0) -> float:
        async with self.bucket.slot(cost, step) as slot:
            self.spent.append((self.clock.elapsed, slot.units))
            await self.clock.sleep(LATENCY_S * (1 + len(self.spent) % 3))
        return slot.units

    def _body(self, url: str) -> dict[str, Any]:
        match url.strip("/").split("/"):
            case ["sites", "getAllSites"]:
                return {"value": [{"id": f"s{number}"} for number in range(len(self.shared))]}
            case ["sites", site, "drives"]:
                return {"value": [{"id": f"d{site[1:]}", "name": "Documents"}]}
            case ["drives", drive, "root", "delta"]:
                items = [{"id": f"i{n}", "name": "a", "shared": {}} for n in range(self.shared[int(drive[1:])])]
                return {"value": items, "@odata.deltaLink": "/delta"}
            case _:
                return {"value": []}

    @property
    def used(self) -> float:
        return sum(units for _, units in self.spent)

    @property
    def soonest_s(self) -> float:
        """When the last request leaves at the earliest: a full window's worth at its start, again and again."""
        return (self.used - 1) // UNITS * WINDOW_S


async def read(session: PacedSession) -> float:
    """Read every drive; return when the last request left."""

    async def nothing(*_: object, **__: object) -> None: ...

    reading = SimpleNamespace(
        graph=Graph(cast("Session", session)),
        expect=lambda _: None,
        advance=lambda *_: None,
        keep=nothing,
        finish_unit=nothing,
        remember=nothing,
        started_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    drives = _Drives(cast("Reading", reading), Base())
    await drives.find()
    await drives.read()
    assert drives.read_ids == {f"d{number}" for number in range(len(session.shared))}
    return max(at for at, _ in session.spent)


@pytest.mark.parametrize(
    ("shared", "late_s"),
    [
        pytest.param([75] * 10, 4, id="ten drives"),
        pytest.param([760], 4, id="one drive"),
        pytest.param([300, *[3] * 20, 200], 4, id="two large drives and many small ones"),
        # nothing to put into one request: eight at a time, two for each drive
        pytest.param([1] * 190, 10, id="many drives with one link each"),
    ],
)
async def test_the_budget_is_busy_from_the_first_moment_to_the_last(shared: list[int], late_s: float) -> None:
    session = PacedSession(shared)

    last_s = await asyncio.wait_for(read(session), 60)

    assert session.soonest_s >= 60
    assert session.soonest_s <= last_s <= session.soonest_s + late_s


async def test_no_window_ever_holds_more_than_the_limit() -> None:
    session = PacedSession([40] * 12)

    await asyncio.wait_for(read(session), 60)

    for start, _ in session.spent:
        assert sum(units for at, units in session.spent if start <= at < start + WINDOW_S) <= UNITS
