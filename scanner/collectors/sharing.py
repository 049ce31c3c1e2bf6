"""SharePoint and OneDrive: who can open what, drive by drive."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Final

import pyarrow as pa

from scanner.collectors.collector import Collector, Reading, unique
from scanner.collectors.drives import DELTA, GONE, PERMISSIONS, Drive, Sweep, links_of, sweep
from scanner.collectors.licenses import may_have_plan
from scanner.collectors.results import Failure, Result, failure_of_document, result_of_error, result_of_objects
from scanner.collectors.rows import JsonObject
from scanner.collectors.sharing_base import DELTA_LINK, SWEPT_AT, Base
from scanner.snapshot.ledger import Basis
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS
from scanner.snapshot.tables.sharing import SHARING_LINKS
from scanner.transport.errors import Malformed, NotFound, ReadError, Unlicensed
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "sharing"

_DRIVES_AT_ONCE: Final = 8
"""As many as SharePoint's budget lets requests through: of many small drives each takes one at a time."""
SHAREPOINT_PLAN: Final = "SHAREPOINTSTANDARD"
SITES: Final = "SHAREPOINT"
"""How the names of plans begin without which Graph only says *bad request*."""

_SITES: Final = Template(
    Api.GRAPH_V1,
    "sites/getAllSites",
    Workload.SHAREPOINT,
    permission="Sites.Read.All",
    pack=Pack.FILES,
    cost=2,
    select=("id", "displayName", "isPersonalSite"),
    top=999,
    continuation=("sites/oneDrive.getAllSites",),
)
_DRIVES: Final = Template(
    Api.GRAPH_V1,
    "sites/{site_id}/drives",
    Workload.SHAREPOINT,
    permission="Sites.Read.All",
    pack=Pack.FILES,
    cost=2,
    select=("id", "name"),
)


async def _read_sharing_links(reading: Reading) -> Result:
    """Read sites, their drives, what is shared in each, and who may open it.

    A drive is the unit of resume. Where the scan before left a delta link, only items that
    changed since are asked for, and the links of the others are taken over.

    Source:
        https://learn.microsoft.com/graph/api/site-getallsites
    """
    drives = _Drives(reading, await asyncio.to_thread(Base.of, reading))
    drives.recall(reading.units)
    try:
        await drives.find()
    except Malformed as error:
        await reading.done_with(SUBSCRIBED_SKUS)
        if error.status == HTTPStatus.BAD_REQUEST and not await may_have_plan(reading, SITES):
            return result_of_error(Unlicensed(error.endpoint, error.status, error.code, plan=SHAREPOINT_PLAN))
        raise
    await drives.read()
    return drives.result()


@dataclass(slots=True)
class _Drives:
    """The reading of all drives of a tenant."""

    reading: Reading
    base: Base
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A unit is the rows of one drive, while several are read at once."""
    waiting: dict[str, Drive] = field(default_factory=dict)
    read_ids: set[str] = field(default_factory=set)
    failures: dict[str, Failure] = field(default_factory=dict)
    is_full: bool = True

    def recall(self, units: Sequence[JsonObject]) -> None:
        """Count what an interrupted run of this scan had finished."""
        for unit in units:
            self.is_full &= unit["is_full"]
            if unit["failure"]:
                self.failures[unit["drive_id"]] = failure_of_document(unit["failure"])
            else:
                self.read_ids.add(unit["drive_id"])

    async def find(self) -> None:
        """List the drives of every site; a site that does not tell its drives is a failure.

        Raises:
            ReadError: The sites cannot be listed.
        """
        sites = {row["id"]: row async for row in _sites(self.reading)}
        async for part in self.reading.graph.batch(_DRIVES, ({"site_id": site_id} for site_id in sites)):
            site_id = part.values["site_id"]
            if part.error is None:
                found = [Drive(sites[site_id], _with_id(row, _DRIVES)) for row in part.rows]
                self.waiting |= {drive.id: drive for drive in found}
            elif not (isinstance(part.error, NotFound) and part.error.code in GONE):
                self.failures[site_id] = Failure.of(site_id, part.error)
        self.reading.expect(len(self.waiting))

    async def read(self) -> None:
        """Read every drive that was not finished yet, a few at once."""
        finished = self.read_ids | self.failures.keys()
        self.reading.advance(len(self.waiting.keys() & finished))
        queue = iter([drive for drive in self.waiting.values() if drive.id not in finished])
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_DRIVES_AT_ONCE):
                tasks.create_task(self._work(queue))

    async def _work(self, queue: Iterator[Drive]) -> None:
        for drive in queue:
            await self._read_drive(drive)
            self.reading.advance()

    async def _read_drive(self, drive: Drive) -> None:
        link = self.base.delta_links.get(drive.id)
        found, rows, failure = Sweep(is_full=link is None), [], None
        try:
            found = await sweep(self.reading.graph, drive.id, link)
            links = await links_of(self.reading.graph, drive, found)
            rows = links.pages
            failure = Failure.of(drive.id, links.errors[0]) if links.errors else None
        except ReadError as error:
            failure = Failure.of(drive.id, error)
        await self._finish(drive, found, rows, failure)
        if failure is None:
            await self._remember(drive, found)

    async def _finish(self, drive: Drive, found: Sweep, rows: list[pa.Table], failure: Failure | None) -> None:
        if not found.is_full and rows:
            rows = [self.base.rows_of(drive.id, without=frozenset(found.changed)), *rows]
        async with self.writing:
            if rows:
                await self.reading.keep(unique(pa.concat_tables(rows), SHARING_LINKS.key))
            told = asdict(failure) if failure else None
            await self.reading.finish_unit(drive_id=drive.id, is_full=found.is_full, failure=told)
        self.is_full &= found.is_full
        if failure:
            self.failures[drive.id] = failure
        else:
            self.read_ids.add(drive.id)

    async def _remember(self, drive: Drive, found: Sweep) -> None:
        swept_at = self.reading.started_at.isoformat() if found.is_full else self.base.swept_at[drive.id]
        await self.reading.remember(drive.id, {DELTA_LINK: found.delta_link, SWEPT_AT: swept_at})

    def result(self) -> Result:
        """Return the result of everything read, in this run and in an interrupted one."""
        basis = Basis.FULL if self.is_full else Basis.INCREMENTAL
        has_rows = self.reading.scan.table(SHARING_LINKS).rows > 0
        return result_of_objects(len(self.read_ids), list(self.failures.values()), has_rows=has_rows, basis=basis)


async def _sites(reading: Reading) -> AsyncIterator[JsonObject]:
    async for page in reading.graph.pages(_SITES):
        for row in page.rows:
            yield _with_id(row, _SITES)


def _with_id(row: JsonObject, template: Template) -> JsonObject:
    if not isinstance(row.get("id"), str):
        raise Malformed(template.endpoint, code="key_missing:id")
    return row


COLLECTORS: Final = (
    Collector(
        SHARING_LINKS,
        AREA,
        (_SITES, _DRIVES, DELTA, PERMISSIONS),
        _read_sharing_links,
        pack=Pack.FILES,
        later=(SUBSCRIBED_SKUS.name,),
        continues=True,
    ),
)
