"""What a collector is, what it is given, and what it says of its table."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.dataset as ds

from scanner.collectors.results import Result
from scanner.collectors.rows import JsonObject, Shape
from scanner.dns import Dns
from scanner.exchange import Exchange
from scanner.graph import Graph
from scanner.sharepoint import SharePoint
from scanner.snapshot.ledger import Coverage
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.bookkeeping import WATERMARKS
from scanner.snapshot.writer import ScanWriter
from scanner.transport.templates import Declaration, Pack, Template

_NOTED_TOGETHER: Final = 50


class Progress(Protocol):
    """Who wants to know how far the reading is. Called from one thread."""

    def started(self, table: str) -> None:
        """Tell that the first request of `table` is about to be sent."""
        ...

    def expecting(self, table: str, objects: int) -> None:
        """Tell how many mailboxes or drives `table` will be read from."""
        ...

    def advanced(self, table: str, amount: int) -> None:
        """Tell that so many more objects, or rows where nothing is expected, were read."""
        ...

    def finished(self, table: str, coverage: Coverage) -> None:
        """Tell the ledger's line of `table`; also for tables that were not started."""
        ...


@dataclass(slots=True)
class Books:
    """The tables that all collectors write: watermarks and unread objects."""

    scan: ScanWriter
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0

    async def note(self, table: Table, rows: Sequence[JsonObject]) -> None:
        """Write rows that a crash may lose at the price of more reading; they reach the disk some at a time."""
        async with self.lock:
            self.scan.table(table).append(rows)
            self._waiting += len(rows)
            if self._waiting >= _NOTED_TOGETHER:
                await self._flush(table, {})

    async def write(self, table: Table, rows: Sequence[JsonObject], meta: Mapping[str, str]) -> None:
        """Put rows, and those noted before, on the disk at once."""
        async with self.lock:
            self.scan.table(table).append(rows)
            await self._flush(table, meta)

    def holds(self, table: Table, meta: Mapping[str, str]) -> bool:
        """Tell whether `write` was called with `meta`, in an interrupted run of this scan too."""
        return meta in self.scan.table(table).finished_units()

    async def _flush(self, table: Table, meta: Mapping[str, str]) -> None:
        self._waiting = 0
        await asyncio.to_thread(self.scan.table(table).flush_part, meta)


@dataclass(slots=True)
class Reading:
    """What a collector works with: whom it may ask, the table's writer, what the last scan knew."""

    table: Table
    graph: Graph
    exchange: Exchange
    sharepoint: SharePoint
    dns: Dns
    scan: ScanWriter
    base: SnapshotReader | None
    """Newest finished scan of everything that has rows of this table; None when it must be read in full."""
    progress: Progress
    books: "Books"
    ended: Mapping[str, asyncio.Event] = field(default_factory=dict)
    """By table: set once this scan is done with it."""
    under_way: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the collector knows what there is to read, or has to wait for another: others may begin."""

    @property
    def started_at(self) -> datetime:
        """When the scan began, also when this is its resumption."""
        return self.scan.started_at

    @property
    def units(self) -> list[JsonObject]:
        """What `finish_unit` was told, in an interrupted run of this scan too; it need not be read again."""
        return self.scan.table(self.table).finished_units()

    async def listing(self, template: Template, shape: Shape) -> pa.Table:
        """Return every row of a collection, the last of those with the same key.

        Nothing is kept yet: a listing that breaks off leaves nothing behind.

        Raises:
            ReadError: The listing is not complete.
        """
        pages = [shape.convert([], template.endpoint)]
        async for page in self.graph.pages(template):
            if page.restarted:
                del pages[1:]
            pages.append(shape.convert(page.rows, template.endpoint))
            self.progress.advanced(self.table.name, len(page.rows))
        return unique(pa.concat_tables(pages), shape.table.key)

    async def keep(self, rows: pa.Table) -> None:
        """Give rows to the table's writer."""
        await asyncio.to_thread(self.scan.table(self.table).append, rows)

    async def finish_unit(self, **meta: Any) -> None:  # noqa: ANN401 - ids, counts and codes
        """Put the rows kept since the last unit on the disk; a resumed scan gets `meta` back."""
        await asyncio.to_thread(self.scan.table(self.table).flush_part, meta)

    async def done_with(self, table: Table) -> None:
        """Wait until this scan is done with a table that the collector names in `later`."""
        self.under_way.set()
        if table.name in self.ended:
            await self.ended[table.name].wait()

    def has(self, table: Table) -> bool:
        """Tell whether this scan has read rows of `table` before."""
        coverage = self.scan.finished.get(table.name)
        return coverage is not None and coverage.state.delivers_rows

    async def rows_of(self, table: Table, columns: Sequence[str]) -> list[JsonObject]:
        """Return columns of a table that this scan has read before."""
        read = await asyncio.to_thread(self.scan.read_table, table.name)
        rows: list[JsonObject] = read.select(list(columns)).to_pylist()
        return rows

    def watermarks(self) -> list[tuple[str, str, str]]:
        """Return `(object_id, kind, value)` of what the scan to continue from remembered of this table."""
        if self.base is None or not self.base.coverage(WATERMARKS.name).state.delivers_rows:
            return []
        rows = self.base.dataset(WATERMARKS.name).to_table(filter=ds.field("table_name") == self.table.name)
        return [(row["object_id"], row["kind"], row["value"]) for row in rows.to_pylist()]

    async def remember(self, object_id: str, marks: Mapping[str, str]) -> None:
        """Write watermarks of an object, value by kind, for the next scan: encrypted, never in the journal."""
        about = {"table_name": self.table.name, "object_id": object_id}
        await self.books.note(WATERMARKS, [{**about, "kind": kind, "value": value} for kind, value in marks.items()])

    def expect(self, objects: int) -> None:
        """Tell how many objects there are to read."""
        self.progress.expecting(self.table.name, objects)
        self.under_way.set()

    def advance(self, amount: int = 1) -> None:
        """Tell that so many more were read."""
        self.progress.advanced(self.table.name, amount)


Read = Callable[[Reading], Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Collector:
    """One table: what it asks for, and how it is read."""

    table: Table
    area: str
    """What `--only` names."""
    templates: tuple[Declaration, ...]
    """Every request it may send."""
    read: Read
    pack: Pack = Pack.BASE
    needs: tuple[str, ...] = ()
    """Tables that must be read before."""
    after: tuple[str, ...] = ()
    """Tables that help when they are read before."""
    later: tuple[str, ...] = ()
    """Tables that it may wait for while it reads, with `Reading.done_with`; it begins without them."""
    continues: bool = False
    """Whether it reads on from the scan before."""
    is_last: bool = False
    """Whether everything else of its budgets is read before it."""


def unique(rows: pa.Table, key: Sequence[str]) -> pa.Table:
    """Return `rows` with the last of those that share a key: collections change while they are paged."""
    last = {values: number for number, values in enumerate(zip(*(rows[name].to_pylist() for name in key), strict=True))}
    return rows if len(last) == rows.num_rows else rows.take(sorted(last.values()))
