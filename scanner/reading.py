"""Reads one tenant: every table once, independent ones at the same time, whatever happens to the others.

::

    configuration → plan → session → collectors → parts, units, ledger → manifest

What a collector could not read becomes a line of the ledger. Only a lost sign-in, or a bug,
ends a reading without a manifest.
"""

import asyncio
import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import pyarrow.compute as pc

from m365_posture.config import ConfigError, TenantConfig
from scanner.collectors.catalogue import AREAS, COLLECTORS
from scanner.collectors.collector import Books, Collector, Progress, Reading
from scanner.collectors.results import NEWEST_EVENT, Result, document_of, result_of_document, result_of_error
from scanner.collectors.states import RESCAN
from scanner.dns import Dns
from scanner.exchange import Exchange
from scanner.graph import Graph
from scanner.sharepoint import SharePoint
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import NewerSchema, SnapshotError, WrongKey
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.manifest import Manifest
from scanner.snapshot.reader import SnapshotReader, finished_scans
from scanner.snapshot.schema import Storage, Table
from scanner.snapshot.tables.bookkeeping import UNREAD_OBJECTS, WATERMARKS
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS, USERS
from scanner.snapshot.writer import ScanWriter
from scanner.transport.clock import Clock
from scanner.transport.errors import AuthenticationFailed, ReadError
from scanner.transport.session import Patience, Session
from scanner.transport.templates import Workload

_CONTINUED: Final = timedelta(days=30)
"""Older scans are not continued: Graph keeps sign-ins, and SharePoint its delta tokens, no longer."""
_SCARCE: Final = (Workload.SHAREPOINT, Workload.REPORTS)
"""Budgets that decide how long a scan takes: not a moment of them is lost to tables that cost little."""
_LOG: Final = logging.getLogger(__name__)
_RESULT: Final = "result"
"""Meta of the unit that ends a table: a resumed scan takes the result from it instead of reading again."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a session is opened with. The defaults are the product's."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Where secrets and passphrases are looked up."""
    patience: Patience = field(default_factory=Patience)
    """How long to keep trying."""
    dns: Dns | None = None
    """Who asks the DNS; None asks the name servers that the configuration names, else those of this machine."""


async def read_tenant(  # noqa: PLR0913 - what a caller may choose, by name
    config: TenantConfig,
    vault: Vault,
    clock: Clock,
    progress: Progress,
    *,
    resume: bool = False,
    only: Sequence[str] | None = None,
    full: bool = False,
    means: Means = Means(),
) -> Manifest:
    """Read a tenant into a new snapshot and return its manifest. The caller holds the tenant's lock.

    Args:
        config: The tenant.
        vault: Under whose key everything is written.
        clock: Runs at `hosts.clock_speed`.
        progress: Is told how far the reading is.
        resume: Continue the interrupted scan of the same areas, if there is one younger than six hours and
            neither packs nor apps were changed since.
        only: Areas; tables of others are skipped, except those that a table of these areas needs.
        full: Read everything anew, and continue nothing that earlier scans knew.
        means: What the session is opened with.

    Raises:
        ConfigError: The configuration or a credential is unusable, or there is no such area; one sentence.
        AuthenticationFailed: The tenant does not let the app in; nothing was published.
        Truncated: The journal of the scan to resume is damaged.
        NewerSchema, WrongKey: Another release or another key wrote what is there.
    """
    chosen = _chosen(only)
    templates = [template for collector in chosen for template in collector.templates]
    dns = means.dns or Dns.of(config)
    async with Session.open(
        config, clock, templates, environment=means.environment, patience=means.patience
    ) as session:
        settings = _settings(config, full=full)
        scan = await asyncio.to_thread(_writer, config, vault, clock, resume=resume, only=only, settings=settings)
        reading = _TenantReading(config, session, dns, scan, clock, progress, full)
        await reading.run(chosen)
        return await asyncio.to_thread(scan.publish, clock.now())


def _chosen(only: Sequence[str] | None) -> list[Collector]:
    """Return the collectors of the areas named, and of the tables they need."""
    if unknown := set(only or ()) - set(AREAS):
        raise ConfigError(f"There is no area {min(unknown)!r}; areas are {', '.join(AREAS)}.")
    wanted = {collector.table.name for collector in COLLECTORS if only is None or collector.area in only}
    reading = [collector for collector in COLLECTORS if collector.table.name in wanted]
    needed = {name for collector in reading for name in (*collector.needs, *collector.after, *collector.later)}
    return [collector for collector in COLLECTORS if collector.table.name in wanted | needed]


def _writer(
    config: TenantConfig, vault: Vault, clock: Clock, *, resume: bool, only: Sequence[str] | None, settings: str
) -> ScanWriter:
    folder, tenant_id = config.folder, config.tenant_id
    if resume:
        found = ScanWriter.resume(folder, tenant_id, vault, clock.now(), only=only, settings=settings)
        if found is not None and _can_go_on(found):
            return found
    return ScanWriter.begin(folder, tenant_id, vault, clock.now(), only=only, settings=settings)


def _settings(config: TenantConfig, *, full: bool) -> str:
    """Return a hash of what decides which tables are read, and as whom: a resumed scan must not mix two of these."""
    apps = {pack: app.client_id for pack, app in config.pack_apps.items()}
    decisive = {"packs": sorted(config.packs), "app": config.app.client_id, "pack_apps": apps, "full": full}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _can_go_on(scan: ScanWriter) -> bool:
    """Tell whether the tables that are missing can still be written; they are when a finished one was damaged."""
    books = {WATERMARKS.name, UNREAD_OBJECTS.name}
    return not books & scan.finished.keys() or {c.table.name for c in COLLECTORS} <= scan.finished.keys()


@dataclass(slots=True)
class _TenantReading:
    """One scan on its way."""

    config: TenantConfig
    session: Session
    dns: Dns
    scan: ScanWriter
    clock: Clock
    progress: Progress
    full: bool
    """Whether nothing is continued."""
    books: Books = field(init=False)
    _ended: dict[str, asyncio.Event] = field(default_factory=dict)
    _under_way: dict[str, asyncio.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.books = Books(self.scan)

    async def run(self, chosen: Sequence[Collector]) -> None:
        """Read the tables of `chosen`, skip the others, and finish every line of the ledger."""
        self._ended = {collector.table.name: asyncio.Event() for collector in COLLECTORS}
        self._under_way = {collector.table.name: asyncio.Event() for collector in COLLECTORS}
        try:
            async with asyncio.TaskGroup() as tasks:
                for collector in sorted(COLLECTORS, key=_turn):
                    tasks.create_task(self._table(collector, is_chosen=collector in chosen))
        except BaseExceptionGroup as group:
            raise _cause(group) from None
        for table in (WATERMARKS, UNREAD_OBJECTS):
            if table.name not in self.scan.finished:
                await self._write(table, Coverage(TableState.COMPLETE))

    async def _table(self, collector: Collector, *, is_chosen: bool) -> None:
        """Bring one table to its line in the ledger, if an interrupted run has not."""
        name = collector.table.name
        coverage = self.scan.finished.get(name)
        if coverage is None and (coverage := self._skipped(collector, is_chosen=is_chosen)):
            coverage = await self._write(collector.table, coverage)
        if coverage is None:
            coverage = await self._read(collector)
        self.progress.finished(name, coverage)
        if name in {USERS.name, SUBSCRIBED_SKUS.name}:
            self._use_limits()
        self._under_way[name].set()
        self._ended[name].set()

    def _skipped(self, collector: Collector, *, is_chosen: bool) -> Coverage | None:
        if not is_chosen:
            return Coverage(TableState.SKIPPED, reason="not_asked", mend=RESCAN)
        if collector.pack not in self.config.consents:
            return Coverage(TableState.SKIPPED, reason="pack_off", mend=f"pack:{collector.pack}")
        return None

    async def _read(self, collector: Collector) -> Coverage:
        """Read one table, and finish it in steps of which each can be the last before a crash."""
        for name in _before(collector):
            await self._ended[name].wait()
        for name in _leaders(collector):
            await self._under_way[name].wait()
        self.progress.started(collector.table.name)
        started_s = self.clock.monotonic_s()
        continues = collector.continues and not self.full
        base = await asyncio.to_thread(self._base, collector) if continues else None
        reading = self._reading(collector.table, base)
        result = await self._result(collector, reading)
        await self._keep_books(collector, result)
        coverage = self._coverage(collector, result, self.clock.monotonic_s() - started_s)
        return await asyncio.to_thread(
            self.scan.finish_table, collector.table.name, coverage, read_since=result.read_since
        )

    def _reading(self, table: Table, base: SnapshotReader | None) -> Reading:
        return Reading(
            table=table,
            graph=Graph(self.session),
            exchange=Exchange(self.session),
            sharepoint=SharePoint(self.session),
            dns=self.dns,
            scan=self.scan,
            base=base,
            progress=self.progress,
            books=self.books,
            ended=self._ended,
            under_way=self._under_way[table.name],
        )

    async def _result(self, collector: Collector, reading: Reading) -> Result:
        if reading.units and _RESULT in reading.units[-1]:
            return result_of_document(json.loads(self.scan.vault.reveal(reading.units[-1][_RESULT])))
        missing = next((name for name in collector.needs if not self.scan.finished[name].state.delivers_rows), None)
        if missing is not None:
            result = Result(TableState.FAILED, reason=f"needs:{missing}", mend=self.scan.finished[missing].mend)
        else:
            try:
                result = await collector.read(reading)
            except ReadError as error:
                result = result_of_error(error)
        # An object that was not read may be a domain, and a domain is a name.
        told = self.scan.vault.conceal(json.dumps(document_of(result)).encode())
        await reading.finish_unit(**{_RESULT: told})
        return result

    async def _keep_books(self, collector: Collector, result: Result) -> None:
        name = collector.table.name
        unread = [(f"{name}{part}", failure) for part, failures in result.unread.items() for failure in failures]
        if unread and not self.books.holds(UNREAD_OBJECTS, {"of": name}):
            rows = [{"table_name": part, "object_id": f.object_id, "reason": f.reason} for part, f in unread]
            await self.books.write(UNREAD_OBJECTS, rows, {"of": name})
        if collector.continues and not self.books.holds(WATERMARKS, {"of": name}):
            newest = {"table_name": name, "object_id": "", "kind": NEWEST_EVENT}
            marks = [{**newest, "value": result.newest_event.isoformat()}] if result.newest_event else []
            await self.books.write(WATERMARKS, marks, {"of": name})

    def _coverage(self, collector: Collector, result: Result, seconds: float) -> Coverage:
        templates = {template.endpoint: template for template in collector.templates}
        stats = {endpoint: self.session.stats(template) for endpoint, template in templates.items()}
        return Coverage(
            state=result.state,
            basis=result.basis,
            objects_expected=result.objects_expected,
            objects_read=result.objects_read,
            objects_failed=result.objects_failed,
            reason=result.reason,
            mend=result.mend,
            requests=sum(spent.requests for spent in stats.values()),
            throttled=sum(spent.throttled for spent in stats.values()),
            seconds=round(seconds, 3),
            endpoints=tuple(endpoint for endpoint, spent in stats.items() if spent.requests),
            groups=dict(result.groups),
        )

    def _base(self, collector: Collector) -> SnapshotReader | None:
        """Return the newest scan of everything that has rows of the table, None if it cannot be continued from.

        Raises:
            NewerSchema, WrongKey: Another release or another key wrote what is there.
        """
        oldest = self.scan.started_at - _CONTINUED
        for folder in reversed(finished_scans(self.config.folder)):
            try:
                reader = SnapshotReader.open(folder, self.scan.vault)
                if reader.finished_at < oldest:
                    return None
                if reader.manifest.only is None and reader.coverage(collector.table.name).state.delivers_rows:
                    return _proven(reader, collector.table)
            except (NewerSchema, WrongKey):
                raise
            except SnapshotError as error:
                # An older scan would do as well, but who damages one file may have damaged more.
                name, problem = collector.table.name, type(error).__name__
                _LOG.warning("%s is read in full: scan %s cannot be continued: %s", name, folder.name, problem)
                return None
        return None

    async def _write(self, table: Table, coverage: Coverage) -> Coverage:
        return await asyncio.to_thread(self.scan.finish_table, table.name, coverage)

    def _use_limits(self) -> None:
        """Use the limits of a tenant of this size, as soon as its size is known."""
        read = self.scan.finished
        if all(name in read and read[name].state.delivers_rows for name in (USERS.name, SUBSCRIBED_SKUS.name)):
            licenses = pc.sum(self.scan.read_table(SUBSCRIBED_SKUS.name)["consumed_units"]).as_py() or 0
            self.session.resize(users=read[USERS.name].rows, licenses=licenses)


def _proven(base: SnapshotReader, table: Table) -> SnapshotReader:
    """Return a scan to continue from, once everything that will be taken from it is proven.

    The days of a log are proven one by one when they are kept: one that is damaged spoils no other.

    Raises:
        SnapshotError: A file is not the one that was written.
    """
    base.verify([WATERMARKS.name] if table.storage is Storage.EVENTS else [WATERMARKS.name, table.name])
    return base


def _before(collector: Collector) -> Sequence[str]:
    """Return the tables that must be done with before this one is begun."""
    if collector.is_last:
        others = (other for other in COLLECTORS if not other.is_last)
        return [other.table.name for other in others if _budgets(other) & _budgets(collector)]
    return (*collector.needs, *collector.after)


def _turn(collector: Collector) -> int:
    """Return the place of a table among those begun: what draws on the scarcest budget, or lets it be drawn on."""
    name = collector.table.name
    released = [collector, *(other for other in COLLECTORS if name in (*other.needs, *other.after))]
    budgets = set().union(*map(_budgets, released))
    return next((place for place, scarce in enumerate(_SCARCE) if scarce in budgets), len(_SCARCE))


def _leaders(collector: Collector) -> Sequence[str]:
    """Return the tables whose collectors must know what there is to read before this one is begun.

    While forty tables begin at once nobody is answered quickly, and the scarcest budget waits with the others.
    """
    if _turn(collector) == 0:
        return ()
    return [other.table.name for other in COLLECTORS if _SCARCE[0] in _budgets(other)]


def _budgets(collector: Collector) -> set[Workload]:
    return {declared.workload for declared in collector.templates}


def _cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended the reading: an error that the caller can put in one sentence before any bug."""
    for expected in (AuthenticationFailed, SnapshotError):
        matching = group.subgroup(expected)
        if matching is not None:
            return _first(matching)
    return _first(group) if len(group.exceptions) == 1 else group


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
