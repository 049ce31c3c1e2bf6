"""Logs of Graph's that are listed newest first: read backwards in time, in parts that survive a crash."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scanner.collectors.collector import Reading
from scanner.collectors.results import NEWEST_EVENT, Result, result_of_error
from scanner.collectors.rows import JsonObject, Shape
from scanner.collectors.states import RESCAN
from scanner.graph import Page
from scanner.snapshot.ledger import Basis, GroupCoverage, TableState
from scanner.transport.errors import AuthenticationFailed, Malformed, ReadError, RequestRefused
from scanner.transport.templates import Template

WINDOW: Final = timedelta(days=30)
"""What Graph keeps with Entra ID P1 or P2; without, it keeps less and says nothing of the rest."""
LATE: Final = timedelta(hours=24)
"""Rows may arrive this late: every scan reads the last day of the one before again."""
PAGES_PER_PART: Final = 10

_OVERLAP: Final = timedelta(seconds=1)
"""A stored time has microseconds, Graph's has a digit more: without overlap a row could fall between."""
_ODATA_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(slots=True)
class _Part:
    """Pages on their way to the disk."""

    pages: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None

    def add(self, times: pa.ChunkedArray) -> None:
        self.pages += 1
        if len(times):
            ends = pc.min_max(times).as_py()
            self.oldest = min(filter(None, (self.oldest, ends["min"])))
            self.newest = max(filter(None, (self.newest, ends["max"])))


@dataclass(slots=True)
class LogReading:
    """One reading of a log, backwards in time; remembers how far it came."""

    reading: Reading
    shape: Shape
    known: datetime | None
    """Up to when the scan before knew the log without a hole."""
    since: datetime
    basis: Basis
    until: datetime | None = None
    """Oldest row kept so far; what is older is still to be read."""
    newest: datetime | None = None
    lacks: GroupCoverage | None = None
    """Why rows of a lesser source are among the kept ones."""
    of: str = ""
    """Which part of the log it is; "" is the one that the table is about."""

    @classmethod
    def beginning(cls, reading: Reading, shape: Shape, kept: timedelta = WINDOW, of: str = "") -> "LogReading":
        """Return a reading of everything that Graph keeps, or of what may be new since the scan before.

        Where a day of these was purged or its file damaged, everything is read: what Graph still has comes back.

        Args:
            reading: Of the table.
            shape: How the log's rows become the table's.
            kept: How long Graph keeps a row of this tenant; what is older may be gone.
            of: Which part of the log is read, where a table takes several; each is gone on with by itself.
        """
        values = [value for part, kind, value in reading.watermarks() if (part, kind) == (of, NEWEST_EVENT)]
        known = datetime.fromisoformat(values[0]) if values else None
        oldest = reading.started_at - WINDOW
        if _has_hole(reading, oldest):
            # Were this reading to break off, the next could not go on from `known` either.
            return cls(reading, shape, None, oldest, Basis.FULL, of=of)
        if known is None or known - LATE <= reading.started_at - kept:
            return cls(reading, shape, known, oldest, Basis.FULL, of=of)
        return cls(reading, shape, known, known - LATE, Basis.INCREMENTAL, of=of)

    def recall(self, units: list[JsonObject]) -> None:
        """Continue where an interrupted run of this scan stopped."""
        for unit in (unit for unit in units if unit.get("of", "") == self.of):
            self._came_to(datetime.fromisoformat(unit["oldest"]), datetime.fromisoformat(unit["newest"]))
            if unit["lacks"]:
                self.lacks = GroupCoverage(TableState.FAILED, unit["lacks"], RESCAN)

    async def read_down(self, template: Template, terms: str = "") -> None:
        """Read down to `since`, starting again from the oldest row kept as long as that leads on.

        Args:
            template: What to list.
            terms: Of `$filter`, besides the time.

        Raises:
            ReadError: Graph answers no further. What was kept is true and reaches back to `until`.
        """
        while True:
            before = self.until
            try:
                return await self._list(template, terms)
            except (AuthenticationFailed, RequestRefused):
                raise
            except ReadError:
                if self.until == before:
                    raise

    async def _list(self, template: Template, terms: str) -> None:
        part = _Part()
        try:
            async for page in self.reading.graph.pages(template, filter=self._filter(terms)):
                await self._keep(page, template, part)
                if part.pages == PAGES_PER_PART:
                    await self._finish(part)
                    part = _Part()
        finally:
            await self._finish(part)

    async def _keep(self, page: Page, template: Template, part: _Part) -> None:
        if page.restarted:
            raise Malformed(template.endpoint, code="listing_restarted")
        # A page takes a tenth of a second or two, in which requests of other tables could leave.
        rows = await asyncio.to_thread(self.shape.convert, page.rows, template.endpoint)
        await self.reading.keep(rows)
        part.add(rows[self._column])
        self.reading.advance(rows.num_rows)

    async def _finish(self, part: _Part) -> None:
        if part.oldest is None or part.newest is None:
            return
        lacks = self.lacks.reason if self.lacks else ""
        ends = {"oldest": part.oldest.isoformat(), "newest": part.newest.isoformat()}
        await self.reading.finish_unit(**ends, lacks=lacks, of=self.of)
        self._came_to(part.oldest, part.newest)

    def _came_to(self, oldest: datetime, newest: datetime) -> None:
        self.until = min(filter(None, (self.until, oldest)))
        self.newest = max(filter(None, (self.newest, newest)))

    @property
    def _column(self) -> str:
        """Name of the column with the time of a row."""
        return self.shape.table.event_time

    def _filter(self, terms: str) -> str:
        time = self.shape.path(self._column)
        wanted = [terms] if terms else []
        wanted.append(f"{time} ge {self.since:{_ODATA_TIME}}")
        if self.until is not None:
            wanted.append(f"{time} le {self.until + _OVERLAP:{_ODATA_TIME}}")
        return " and ".join(wanted)

    def read_to_its_end(self) -> Result:
        """Return the result of a log without a hole; the next scan goes on from its newest row."""
        # A row from the future must not make the next scan begin there.
        moments = [min(moment, self.reading.started_at) for moment in (self.newest, self.known) if moment]
        return Result(basis=self.basis, newest_event=max(moments, default=None), read_since=self.since)

    def broken_off(self, error: ReadError) -> Result:
        """Return the result of a log that ended early; the next scan reads from where this one began.

        Raises:
            AuthenticationFailed: There is no token any more; that ends the scan.
        """
        result = result_of_error(error, basis=self.basis, newest_event=self.known)
        return result if self.until is None else replace(result, state=TableState.PARTIAL, read_since=self.until)


def _has_hole(reading: Reading, since: datetime) -> bool:
    """Tell whether days since then are missing in what the scan before knew."""
    purged = reading.base.purged_days(reading.table.name) if reading.base else frozenset()
    missing = purged | reading.scan.kept(reading.table).damaged.keys()
    return any(day >= since.date().isoformat() for day in missing)
