"""Writes a scan: parts as they are read, the manifest last."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import pyarrow as pa

from m365_posture.files import private_folder, write_durably
from scanner.snapshot.crypto import Vault
from scanner.snapshot.earlier import is_whole, keeps_days, newest
from scanner.snapshot.events import EVENTS, Kept, Log, merge, not_older_than
from scanner.snapshot.journal import Journal
from scanner.snapshot.ledger import Basis, Coverage, TableState
from scanner.snapshot.manifest import (
    MANIFEST_FILE,
    SCANS,
    Manifest,
    scan_folders,
    sealed,
)
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.resume import (
    RESUME_WINDOW,
    FinishedTable,
    Header,
    Part,
    Unit,
    read_unfinished,
    unfinished_scan,
)
from scanner.snapshot.rows import Row, checked, to_arrow
from scanner.snapshot.schema import Storage, Table
from scanner.snapshot.tables import SCHEMA_VERSION, TABLES
from scanner.snapshot.tables.directory import ORGANIZATION
from scanner.snapshot.uniting import unite

ROWS_PER_PART: Final = 50_000


class TableWriter:
    """Takes the rows of one table and puts them on the disk, unit by unit.

    A unit is what a resumed scan need not read again: the whole table, ten pages of a log, the
    links of one drive. Rows count once their unit is finished by `flush_part`.
    """

    def __init__(self, scan: "ScanWriter", table: Table, units: Sequence[Unit]) -> None:
        self._scan = scan
        self._table = table
        self._units = list(units)
        self._parts: list[Part] = []
        self._buffer: list[pa.Table] = []
        self._buffered_rows = 0
        self._next_part = 1 + max((part.number for unit in units for part in unit.parts), default=-1)

    @property
    def table(self) -> Table:
        """What is being written."""
        return self._table

    @property
    def rows(self) -> int:
        """Rows taken so far, those of finished units of an interrupted scan included."""
        finished = [*self._parts, *(part for unit in self._units for part in unit.parts)]
        return sum(part.rows for part in finished) + self._buffered_rows

    @property
    def parts(self) -> list[Part]:
        """Parts of the finished units, in the order in which they were read."""
        return [part for unit in self._units for part in unit.parts]

    def append(self, rows: Sequence[Row] | pa.Table) -> None:
        """Take rows: mappings by column name, or an Arrow table (the fast way for logs).

        Raises:
            RowError: A cell does not fit the declared schema; nothing of `rows` is taken.
        """
        batch = checked(self._table, rows) if isinstance(rows, pa.Table) else to_arrow(self._table, rows)
        if not batch.num_rows:
            return
        self._buffer.append(batch)
        self._buffered_rows += batch.num_rows
        if self._buffered_rows >= ROWS_PER_PART:
            self._spill()

    def flush_part(self, meta: Mapping[str, Any] | None = None) -> None:
        """Finish a unit: put its rows on the disk and into the journal, with what `finished_units` shall tell.

        Args:
            meta: Ids, counts and codes only, e.g. ``{"drive_id": "…"}``; an interrupted scan that is
                resumed gets it back. A unit may have no rows.
        """
        self._spill()
        unit = Unit(tuple(self._parts), dict(meta or {}))
        self._scan.journal.append({"event": "unit", "table": self._table.name, **unit.document})
        self._units.append(unit)
        self._parts = []

    def finished_units(self) -> list[dict[str, Any]]:
        """Return the `meta` of every finished unit, in order; what they cover need not be read again."""
        return [unit.meta for unit in self._units]

    def finish(self, coverage: Coverage) -> Coverage:
        """Finish the table; see `ScanWriter.finish_table`."""
        return self._scan.finish_table(self._table.name, coverage)

    def settle(self) -> None:
        """Finish the last unit where rows wait for it."""
        if self._buffer or self._parts:
            self.flush_part()

    def _spill(self) -> None:
        if not self._buffer:
            return
        rows = pa.concat_tables(self._buffer)
        path = f"{SCANS}/{self._scan.scan_id}/tables/{self._table.name}/{self._next_part}.parquet"
        sha256 = self._scan.vault.write_table(self._scan.tenant_folder / path, rows)
        self._parts.append(Part(path, sha256, rows.num_rows))
        self._buffer, self._buffered_rows = [], 0
        self._next_part += 1


@dataclass
class ScanWriter:
    """One scan of one tenant, from its first part to its manifest. The caller holds the tenant's lock."""

    tenant_folder: Path
    header: Header
    vault: Vault
    journal: Journal
    previous: SnapshotReader | None
    """The newest finished scan of everything that can still be used."""
    keeper: SnapshotReader | None
    """The same, or the newest import since: whose days of logs are gone on with."""
    _finished: dict[str, FinishedTable] = field(default_factory=dict)
    _units: Mapping[str, Sequence[Unit]] = field(default_factory=dict)
    _writers: dict[str, TableWriter] = field(default_factory=dict)
    _kept: dict[str, Kept] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        tenant_folder: Path,
        tenant_id: str,
        vault: Vault,
        started_at: datetime,
        scan_id: str | None = None,
        *,
        only: Sequence[str] | None = None,
        settings: str = "",
    ) -> "ScanWriter":
        """Start a scan in a folder of its own.

        Args:
            tenant_folder: `<data>/<tenant id>`.
            tenant_id: GUID.
            vault: The tenant's.
            started_at: Aware, UTC.
            scan_id: For tests; made from `started_at` and three random digits when None.
            only: Areas, when not everything shall be read.
            settings: Hash of what must be the same for this scan to be resumed.

        Raises:
            NewerSchema, WrongKey: Another release or another key wrote what is there.
        """
        earlier = _earlier(tenant_folder, vault)
        # Five digits of microseconds: two scans within a second still sort by time.
        scan_id = scan_id or f"{started_at:%Y%m%dT%H%M%SZ}-{started_at.microsecond:05x}{token_hex(2)[:3]}"
        areas = None if only is None else tuple(only)
        header = Header(scan_id, tenant_id, started_at, SCHEMA_VERSION, vault.key_id, areas, settings)
        scan_folder = private_folder(tenant_folder / SCANS / scan_id)
        return cls(tenant_folder, header, vault, Journal.create(scan_folder, header.document), *earlier)

    @classmethod
    def resume(
        cls,
        tenant_folder: Path,
        tenant_id: str,
        vault: Vault,
        now: datetime,
        *,
        only: Sequence[str] | None = None,
        settings: str = "",
    ) -> "ScanWriter | None":
        """Continue the interrupted scan of the same areas and settings; None when there is none younger than 6 h.

        Only parts that the journal lists and whose bytes are what it says count.

        Raises:
            Truncated: The journal is damaged.
            NewerSchema, WrongKey: Another release or another key wrote what is there.
        """
        scan_folder = unfinished_scan(tenant_folder)
        found = read_unfinished(tenant_folder, scan_folder) if scan_folder else None
        if scan_folder is None or found is None:
            return None
        areas = None if only is None else tuple(only)
        started_at = found.header.started_at
        wanted = Header(scan_folder.name, tenant_id, started_at, SCHEMA_VERSION, vault.key_id, areas, settings)
        if found.header != wanted or now - started_at >= RESUME_WINDOW:
            return None
        journal, earlier = Journal.reopen(scan_folder), _earlier(tenant_folder, vault)
        return cls(tenant_folder, found.header, vault, journal, *earlier, dict(found.tables), found.units)

    @property
    def scan_id(self) -> str:
        """Name of the scan's folder."""
        return self.header.scan_id

    @property
    def started_at(self) -> datetime:
        """When the scan began, for a resumed one too; UTC."""
        return self.header.started_at

    @property
    def folder(self) -> Path:
        """The scan's folder."""
        return self.tenant_folder / SCANS / self.scan_id

    @property
    def finished(self) -> dict[str, Coverage]:
        """Ledger lines of the tables that are finished, those of an interrupted scan included."""
        return {name: table.coverage for name, table in self._finished.copy().items()}

    def table(self, table: Table) -> TableWriter:
        """Return the writer of `table`, the same one each time.

        Raises:
            ValueError: The table is finished.
        """
        if table.name in self._finished:
            raise ValueError(f"table {table.name} is finished")
        if table.name not in self._writers:
            self._writers[table.name] = TableWriter(self, table, self._units.get(table.name, ()))
        return self._writers[table.name]

    def read_table(self, name: str) -> pa.Table:
        """Return the rows of a table that this scan finished, for collectors that build on it.

        Raises:
            ValueError: It is not finished, or did not deliver rows.
        """
        coverage = self._finished[name].coverage if name in self._finished else None
        if coverage is None or not coverage.state.delivers_rows:
            raise ValueError(f"table {name} was not read")
        paths = [self.tenant_folder / path for path in coverage.parts]
        return self.vault.dataset(paths, TABLES[name].arrow_schema).to_table()

    def kept(self, table: Table) -> Kept:
        """Return the days of a log that earlier scans kept and that this one goes on with, each file proven once."""
        if table.name not in self._kept:
            files = self.keeper.event_files(table.name) if self.keeper else {}
            first = (self.started_at - timedelta(days=table.retention_days)).date()
            self._kept[table.name] = Kept.of(self.tenant_folder, not_older_than(files, first))
        return self._kept[table.name]

    def finish_table(self, name: str, coverage: Coverage, *, read_since: datetime | None = None) -> Coverage:
        """Finish a table and return its line in the ledger, with rows, parts and `last_full` filled in.

        Rows already taken are kept if `coverage.state` delivers rows and dropped otherwise. The pages
        of a log are merged into the tenant's files by day here. A log of which a kept day is damaged
        and was not read again is partial.

        Args:
            name: The table's.
            coverage: What its collector says.
            read_since: Of a log: since when everything was read again; UTC.

        Raises:
            ValueError: The table is finished already.
        """
        writer = self.table(TABLES[name])
        writer.settle()
        is_log = writer.table.storage is Storage.EVENTS
        finished = self._log(writer, coverage, read_since) if is_log else self._listing(writer, coverage)
        self.journal.append({"event": "table", "table": name, **finished.document})
        self._finished[name] = finished
        return finished.coverage

    def adopt(self, table: Table) -> None:
        """Take over a table as the newest scan of everything read it: its rows stay where they are.

        A purge of that scan's rows is told to this one too.
        """
        if self.previous is not None and self.previous.coverage(table.name).state.delivers_rows:
            adopted = FinishedTable(self.previous.coverage(table.name))
            self.journal.append({"event": "table", "table": table.name, **adopted.document})
            self._finished[table.name] = adopted

    def _listing(self, writer: TableWriter, coverage: Coverage) -> FinishedTable:
        parts = writer.parts if coverage.state.delivers_rows else []
        rows = sum(part.rows for part in parts)
        listed = {part.path: part.sha256 for part in parts}
        last_full = self._last_full(writer.table.name, coverage)
        return FinishedTable(replace(coverage, rows=rows, parts=listed, last_full=last_full))

    def _log(self, writer: TableWriter, coverage: Coverage, read_since: datetime | None) -> FinishedTable:
        table, kept = writer.table, self.kept(writer.table)
        lost = kept.lost(read_since)
        if lost and coverage.state is TableState.COMPLETE:
            coverage = replace(coverage, state=TableState.PARTIAL, reason="damaged_day", mend="restore_backup")
        last_full = self._last_full(table.name, coverage)
        if not coverage.state.delivers_rows:
            return FinishedTable(replace(coverage, rows=0, parts={}, last_full=last_full), kept.listed)
        pages = [self.tenant_folder / part.path for part in writer.parts]
        merging = unite if self.header.is_import else merge
        days = Log(self.vault, self.tenant_folder, table, self.scan_id, merging).keep(pages, kept.whole, lost)
        paths = [self.tenant_folder / file.path for file in days.values()]
        rows = self.vault.dataset(paths, table.arrow_schema).count_rows()
        parts = {file.path: file.sha256 for file in days.values()}
        return FinishedTable(replace(coverage, rows=rows, parts=parts, last_full=last_full), {**days, **lost})

    def _last_full(self, name: str, coverage: Coverage) -> str | None:
        if coverage.basis is Basis.FULL and coverage.state is TableState.COMPLETE:
            return self.scan_id
        before = self.previous.manifest.tables.get(name) if self.previous else None
        return coverage.last_full or (before.last_full if before else None)

    def publish(self, finished_at: datetime) -> Manifest:
        """Make this a finished scan, by writing its manifest, and return it.

        Files that no manifest lists are removed: pages of logs, dropped rows, earlier interrupted scans.

        Raises:
            ValueError: Rows of a table were taken and the table was not finished.
        """
        if waiting := [n for n, writer in self._writers.items() if n not in self._finished and writer.rows]:
            raise ValueError(f"rows of {waiting} were taken and the tables were not finished")
        manifest = self._manifest(finished_at)
        self._sweep(manifest)
        content = sealed(manifest.document, self.vault.seal(manifest.canonical))
        write_durably(self.folder / MANIFEST_FILE, content)
        remove_interrupted(self.tenant_folder)
        return manifest

    def _manifest(self, finished_at: datetime) -> Manifest:
        logs = [table for table in TABLES.values() if table.storage is Storage.EVENTS]
        ends = self._finished
        return Manifest(
            scan_id=self.scan_id,
            tenant_id=self.header.tenant_id,
            organization_id=self._organization_id(),
            started_at=self.started_at,
            finished_at=finished_at,
            scanner=_version(),
            key=self.vault.key_id,
            only=self.header.only,
            tables=self.finished,
            events={t.name: dict(ends[t.name].events if t.name in ends else self.kept(t).listed) for t in logs},
        )

    def _organization_id(self) -> str:
        """Return what Graph says; where it was not read, the tenant's id, which Microsoft keeps the same."""
        coverage = self.finished.get(ORGANIZATION.name)
        if coverage is None or not coverage.rows:
            return self.header.tenant_id
        return str(self.read_table(ORGANIZATION.name).column("id")[0].as_py())

    def _sweep(self, manifest: Manifest) -> None:
        listed = {self.tenant_folder / path for coverage in manifest.tables.values() for path in coverage.parts}
        written = [path for path in (self.folder / "tables").rglob("*") if path.is_file()]
        torn = [*self.folder.rglob("*.tmp"), *(self.tenant_folder / EVENTS).rglob("*.tmp")]
        for path in {*written, *torn} - listed:
            path.unlink()


def remove_interrupted(tenant_folder: Path) -> list[str]:
    """Remove interrupted scans older than the newest finished one, which nothing can continue; return their ids."""
    folders = scan_folders(tenant_folder)
    finished = [number for number, folder in enumerate(folders) if (folder / MANIFEST_FILE).is_file()]
    newest = max(finished, default=0)
    removed = [folder for number, folder in enumerate(folders[:newest]) if number not in finished]
    for folder in removed:
        remove_unfinished(tenant_folder, folder)
    return [folder.name for folder in removed]


def remove_unfinished(tenant_folder: Path, scan_folder: Path) -> None:
    """Remove a scan that has no manifest, and the days of logs that it wrote."""
    for orphan in (tenant_folder / EVENTS).glob(f"*/*/{scan_folder.name}.parquet"):
        orphan.unlink()
    shutil.rmtree(scan_folder)


def _earlier(tenant_folder: Path, vault: Vault) -> tuple[SnapshotReader | None, SnapshotReader | None]:
    return newest(tenant_folder, vault, is_whole), newest(tenant_folder, vault, keeps_days)


def _version() -> str:
    try:
        return version("m365-posture")
    except PackageNotFoundError:
        return "unknown"
