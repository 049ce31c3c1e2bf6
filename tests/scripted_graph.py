"""A graph that answers from a script, and a reading of one table over it: for what a service does only rarely."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from simulated_scans import Watched
from stored_scans import MOMENT, TENANT, a_tenant

from scanner.collectors.catalogue import COLLECTORS
from scanner.collectors.collector import Books, Reading
from scanner.collectors.results import Result
from scanner.dns import Dns
from scanner.exchange import Exchange
from scanner.graph import Graph, Page
from scanner.sharepoint import SharePoint
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.tables import TABLES
from scanner.snapshot.writer import ScanWriter
from scanner.transport.errors import ReadError
from scanner.transport.templates import Template

Answer = Sequence[list[dict[str, Any]] | Page | ReadError]
"""Pages of one listing, in order; an error ends it."""


@dataclass
class ScriptedGraph:
    """Answers each listing from `answer` and remembers what was asked."""

    answer: Callable[[Template, str], Answer]
    asked: list[tuple[Template, str]] = field(default_factory=list)

    async def pages(self, template: Template, filter: str = "") -> AsyncIterator[Page]:  # noqa: A002 - Graph's own name
        self.asked.append((template, filter))
        for page in self.answer(template, filter):
            if isinstance(page, ReadError):
                raise page
            yield page if isinstance(page, Page) else Page(page, size_bytes=0)


@dataclass
class Desk:
    """One table being read from a script."""

    table: str
    graph: ScriptedGraph
    scan: ScanWriter

    async def read(self) -> Result:
        """Let the table's collector read."""
        [collector] = [collector for collector in COLLECTORS if collector.table.name == self.table]
        reading = Reading(
            table=collector.table,
            graph=cast("Graph", self.graph),
            exchange=cast("Exchange", None),
            sharepoint=cast("SharePoint", None),
            dns=Dns(servers=()),
            scan=self.scan,
            base=None,
            progress=Watched(),
            books=Books(self.scan),
        )
        return await collector.read(reading)

    def rows(self) -> list[dict[str, Any]]:
        """Finish the table and return its rows."""
        coverage = self.scan.finish_table(self.table, Coverage(TableState.COMPLETE))
        paths = [self.scan.tenant_folder / path for path in coverage.parts]
        rows: list[dict[str, Any]] = (
            self.scan.vault.dataset(paths, TABLES[self.table].arrow_schema).to_table().to_pylist()
        )
        return rows


def a_desk(folder: Path, table: str, answer: Callable[[Template, str], Answer], at: datetime = MOMENT) -> Desk:
    """Return a new scan in which `table` is about to be read."""
    tenant_folder, vault = a_tenant(folder)
    return Desk(table, ScriptedGraph(answer), ScanWriter.begin(tenant_folder, TENANT, vault, at))
