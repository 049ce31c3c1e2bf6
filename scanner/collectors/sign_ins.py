"""The sign-in log: beta for what v1.0 never tells, v1.0 where beta fails."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.results import NEWEST_EVENT, Result, result_of_error
from scanner.collectors.rows import JsonObject
from scanner.collectors.sign_in_rows import BETA_PROPERTIES, BETA_SELECT, SHAPE, V1_SELECT
from scanner.collectors.states import RESCAN, group_coverage
from scanner.graph import Page
from scanner.snapshot.ledger import Basis, GroupCoverage, TableState
from scanner.snapshot.tables.sign_ins import SIGN_INS
from scanner.transport.errors import AuthenticationFailed, Malformed, NotFound, ReadError, RequestRefused, Unavailable
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "sign_ins"

WINDOW: Final = timedelta(days=30)
"""What Graph keeps with Entra ID P1 or P2."""
LATE: Final = timedelta(hours=24)
"""Rows may arrive this late: every scan reads the last day of the one before again."""
PAGES_PER_PART: Final = 10
INTERACTIVE_ONLY: Final = "interactive_only"
"""Reason of a log that v1.0 gave: non-interactive sign-ins are missing in it."""

_OVERLAP: Final = timedelta(seconds=1)
"""A stored time has microseconds, Graph's has a digit more: without overlap a row could fall between."""
_PEOPLE: Final = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser')"


_ODATA_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


def _template(api: Api, select: tuple[str, ...]) -> Template:
    return Template(
        api,
        "auditLogs/signIns",
        Workload.REPORTS,
        permission="AuditLog.Read.All",
        pack=Pack.BASE,
        select=select,
        top=1000,
        query=("$filter",),
        headers=(("Prefer", "include-unknown-enum-members"),),
        license="AAD_PREMIUM",
    )


_BETA: Final = _template(Api.GRAPH_BETA, BETA_SELECT)
_V1: Final = _template(Api.GRAPH_V1, V1_SELECT)


async def _read_sign_ins(reading: Reading) -> Result:
    """Read the sign-ins of people, newest first: 30 days, or since the scan before with a day's overlap.

    Where a day of these 30 was purged or its file damaged, all 30 are read: what Graph still has comes back.

    Cost:
        `ceil(rows / 1000)` requests of the reports budget.

    Source:
        https://learn.microsoft.com/graph/api/signin-list
    """
    log = await asyncio.to_thread(_Log.beginning, reading)
    log.recall(reading.units)
    try:
        await log.read()
    except ReadError as error:
        return log.broken_off(error)
    return log.read_to_its_end()


@dataclass(slots=True)
class _Part:
    """Pages on their way to the disk."""

    pages: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None

    def add(self, rows: pa.Table) -> None:
        self.pages += 1
        if rows.num_rows:
            ends = pc.min_max(rows["created_date_time"]).as_py()
            self.oldest = min(filter(None, (self.oldest, ends["min"])))
            self.newest = max(filter(None, (self.newest, ends["max"])))


@dataclass(slots=True)
class _Log:
    """One reading of the log, backwards in time; remembers how far it came."""

    reading: Reading
    known: datetime | None
    """Up to when the scan before knew the log without a hole."""
    since: datetime
    basis: Basis
    until: datetime | None = None
    """Oldest row kept so far; what is older is still to be read."""
    newest: datetime | None = None
    lacks: GroupCoverage | None = None
    """Why rows of v1.0 are among the kept ones."""

    @classmethod
    def beginning(cls, reading: Reading) -> "_Log":
        """Return a reading of everything that Graph keeps, or of what may be new since the scan before."""
        values = [value for _, kind, value in reading.watermarks() if kind == NEWEST_EVENT]
        known = datetime.fromisoformat(values[0]) if values else None
        oldest = reading.started_at - WINDOW
        if _has_hole(reading, oldest):
            # Were this reading to break off, the next could not go on from `known` either.
            return cls(reading, None, oldest, Basis.FULL)
        if known is None or known - LATE <= oldest:
            return cls(reading, known, oldest, Basis.FULL)
        return cls(reading, known, known - LATE, Basis.INCREMENTAL)

    def recall(self, units: list[JsonObject]) -> None:
        """Continue where an interrupted run of this scan stopped."""
        for unit in units:
            self._came_to(datetime.fromisoformat(unit["oldest"]), datetime.fromisoformat(unit["newest"]))
            if unit["lacks"]:
                self.lacks = GroupCoverage(TableState.FAILED, unit["lacks"], RESCAN)

    async def read(self) -> None:
        """Read down to `since`, in beta as long as it answers.

        Raises:
            ReadError: Graph answers no further. What was kept is true and reaches back to `until`.
        """
        try:
            await self._read_down(_BETA)
        except (NotFound, Malformed, Unavailable) as error:
            self.lacks = group_coverage(error)
            await self._read_down(_V1)

    async def _read_down(self, template: Template) -> None:
        """Read to the end, starting again from the oldest row kept as long as that leads on."""
        while True:
            before = self.until
            try:
                return await self._list(template)
            except (AuthenticationFailed, RequestRefused):
                raise
            except ReadError:
                if self.until == before:
                    raise

    async def _list(self, template: Template) -> None:
        part = _Part()
        try:
            async for page in self.reading.graph.pages(template, filter=self._filter(template)):
                await self._keep(page, template, part)
                if part.pages == PAGES_PER_PART:
                    await self._finish(part)
                    part = _Part()
        finally:
            await self._finish(part)

    async def _keep(self, page: Page, template: Template, part: _Part) -> None:
        if page.restarted:
            raise Malformed(template.endpoint, code="listing_restarted")
        rows = SHAPE.convert(page.rows, template.endpoint)
        await self.reading.keep(rows)
        part.add(rows)
        self.reading.advance(rows.num_rows)

    async def _finish(self, part: _Part) -> None:
        if part.oldest is None or part.newest is None:
            return
        lacks = self.lacks.reason if self.lacks else ""
        await self.reading.finish_unit(oldest=part.oldest.isoformat(), newest=part.newest.isoformat(), lacks=lacks)
        self._came_to(part.oldest, part.newest)

    def _came_to(self, oldest: datetime, newest: datetime) -> None:
        self.until = min(filter(None, (self.until, oldest)))
        self.newest = max(filter(None, (self.newest, newest)))

    def _filter(self, template: Template) -> str:
        terms = [f"createdDateTime ge {self.since:{_ODATA_TIME}}"]
        if self.until is not None:
            terms.append(f"createdDateTime le {self.until + _OVERLAP:{_ODATA_TIME}}")
        if template is _BETA:
            terms.insert(0, _PEOPLE)
        return " and ".join(terms)

    def read_to_its_end(self) -> Result:
        """Return the result of a log without a hole, or of one that v1.0 had to give."""
        if self.lacks is None:
            # A row from the future must not make the next scan begin there.
            moments = [min(moment, self.reading.started_at) for moment in (self.newest, self.known) if moment]
            return Result(basis=self.basis, newest_event=max(moments, default=None), read_since=self.since)
        groups = {BETA_PROPERTIES: self.lacks}
        state, reason = TableState.PARTIAL, INTERACTIVE_ONLY
        return Result(state, self.basis, reason, RESCAN, groups=groups, newest_event=self.known, read_since=self.since)

    def broken_off(self, error: ReadError) -> Result:
        """Return the result of a log that ended early; the next scan reads from where this one began.

        Raises:
            AuthenticationFailed: There is no token any more; that ends the scan.
        """
        groups = {BETA_PROPERTIES: self.lacks} if self.lacks else {}
        result = result_of_error(error, basis=self.basis, groups=groups, newest_event=self.known)
        return result if self.until is None else replace(result, state=TableState.PARTIAL, read_since=self.until)


def _has_hole(reading: Reading, since: datetime) -> bool:
    """Tell whether days since then are missing in what the scan before knew."""
    purged = reading.base.purged_days(SIGN_INS.name) if reading.base else frozenset()
    missing = purged | reading.scan.kept(SIGN_INS).damaged.keys()
    return any(day >= since.date().isoformat() for day in missing)


COLLECTORS: Final = (Collector(SIGN_INS, AREA, (_BETA, _V1), _read_sign_ins, continues=True),)
