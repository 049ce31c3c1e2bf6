"""Makes a finished scan of exported files: what they hold is merged into the tenant's days and judged like any other.

::

    files → records → rows → parts → days of the log, without a row twice → manifest

Either all files are imported or none: a file that cannot be used leaves everything as it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from scanner.collectors.states import IMPORT as MEND
from scanner.collectors.states import IMPORTED, RESCAN, imported_groups
from scanner.imports.errors import ImportUnusable, NothingFound
from scanner.imports.records import Scope, rows_of_file
from scanner.imports.tally import Skipped, Tally
from scanner.snapshot.baselines import baselines, known_before
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.manifest import IMPORT, MANIFEST_FILE, Manifest
from scanner.snapshot.schema import Storage, Table
from scanner.snapshot.tables import TABLES
from scanner.snapshot.tables.audits import MAILBOX_AUDITS
from scanner.snapshot.tables.bookkeeping import UNREAD_OBJECTS, WATERMARKS
from scanner.snapshot.tables.directory import ORGANIZATION, SUBSCRIBED_SKUS, USERS
from scanner.snapshot.tables.mail import INBOX_RULES
from scanner.snapshot.tables.policies import NAMED_LOCATIONS
from scanner.snapshot.tables.sign_ins import SIGN_IN_BASELINES, SIGN_INS
from scanner.snapshot.writer import ScanWriter, remove_unfinished

ADOPTED: Final = (ORGANIZATION, SUBSCRIBED_SKUS, USERS, NAMED_LOCATIONS, INBOX_RULES)
"""What judging sign-ins needs besides them, taken over from the newest scan of everything."""

_IMPORTED: Final = (SIGN_INS, MAILBOX_AUDITS)
_ROWS_AT_ONCE: Final = 5_000
_CLOCKS_DIFFER: Final = timedelta(days=1)
"""By which an exported time may be ahead of now: some exports have no offset, and clocks are wrong."""
_NOT_ASKED: Final = Coverage(TableState.SKIPPED, reason="not_asked", mend=RESCAN)


@dataclass(frozen=True, slots=True)
class Imported:
    """A finished import."""

    manifest: Manifest
    tally: Tally
    new: int
    """Rows that no earlier scan or import had; those of the files that are not new are duplicates."""
    newest: datetime | None
    """When the newest imported sign-in happened; UTC."""


def import_files(tenant_folder: Path, tenant_id: str, vault: Vault, now: datetime, files: Sequence[Path]) -> Imported:
    """Merge exported sign-in logs into what is kept of a tenant. The caller holds the tenant's lock.

    Args:
        tenant_folder: `<data>/<tenant id>`.
        tenant_id: GUID; rows that say that they are of another tenant are not kept.
        vault: The tenant's.
        now: Aware, UTC. What happened longer ago than the log is kept, or more than a day later, is not imported.
        files: In any order.

    Raises:
        ImportUnusable: A file is no log or damaged, or no file has a row to keep; nothing was changed.
        SnapshotError: What is kept of the tenant cannot be used.
    """
    scope = Scope(tenant_id, now - timedelta(days=SIGN_INS.retention_days), now + _CLOCKS_DIFFER)
    scan = ScanWriter.begin(tenant_folder, tenant_id, vault, now, only=(IMPORT,))
    try:
        return _Import(scan, scope).run(now, files)
    except BaseException:
        if not (scan.folder / MANIFEST_FILE).is_file():
            remove_unfinished(tenant_folder, scan.folder)
        raise


@dataclass(slots=True)
class _Import:
    """One import on its way."""

    scan: ScanWriter
    scope: Scope
    _newest: datetime | None = None

    def run(self, now: datetime, files: Sequence[Path]) -> Imported:
        self._read(files)
        before = sum(self._rows_kept(table) for table in _IMPORTED)
        after = sum(self._finish(table) for table in _IMPORTED)
        self._finish_baselines()
        for table in ADOPTED:
            self.scan.adopt(table)
        for table in TABLES.values():
            if table.name not in self.scan.finished:
                self._leave(table)
        return Imported(self.scan.publish(now), self.scope.tally, after - before, self._newest)

    def _read(self, files: Sequence[Path]) -> None:
        for path in files:
            for table, rows in _batches(rows_of_file(path, self.scope), self.scope.tally):
                self.scan.table(table).append(rows)
                self._note(table, [row[table.event_time] for row in rows])
        tally = self.scope.tally
        if not tally.sign_ins and not tally.mailbox_changes:
            raise NothingFound(_why_nothing(tally))

    def _note(self, table: Table, moments: Sequence[datetime]) -> None:
        """Remember the newest sign-in.

        Raises:
            ImportUnusable: A day is damaged: what is imported must not stand in its place as if it were all.
        """
        damaged = self.scan.kept(table).damaged.keys()
        if hit := damaged & {moment.astimezone(UTC).date().isoformat() for moment in moments}:
            raise ImportUnusable(f"The log of {min(hit)} is damaged: put its file back from a backup, or scan again.")
        if table is SIGN_INS:
            self._newest = max(filter(None, [self._newest, *moments]))

    def _rows_kept(self, table: Table) -> int:
        files = self.scan.kept(table).whole.values()
        paths = [self.scan.tenant_folder / file.path for file in files]
        return int(self.scan.vault.dataset(paths, table.arrow_schema).count_rows())

    def _finish(self, table: Table) -> int:
        """Merge what was read of a log into its days, and return how many rows it then has."""
        if table is MAILBOX_AUDITS:
            delivers = bool(self.scan.table(table).rows or self.scan.kept(table).listed)
            state = TableState.PARTIAL if delivers else TableState.SKIPPED
            coverage = Coverage(state, reason=IMPORTED if delivers else "not_imported", mend=MEND)
        else:
            coverage = Coverage(TableState.PARTIAL, reason=IMPORTED, mend=RESCAN, groups=imported_groups(RESCAN))
        return self.scan.finish_table(table.name, coverage).rows

    def _finish_baselines(self) -> None:
        scan = self.scan
        days = [scan.tenant_folder / path for path in scan.finished[SIGN_INS.name].parts]
        scan.table(SIGN_IN_BASELINES).append(
            baselines(scan.vault, days, known_before(scan.tenant_folder, scan.vault), scan.started_at)
        )
        scan.finish_table(SIGN_IN_BASELINES.name, Coverage(TableState.PARTIAL, reason=IMPORTED, mend=RESCAN))

    def _leave(self, table: Table) -> None:
        """Finish a table that an import does not fill: the days of another log are there, all else was not asked."""
        coverage = _NOT_ASKED
        if table.name in {WATERMARKS.name, UNREAD_OBJECTS.name}:
            coverage = Coverage(TableState.COMPLETE)
        elif table.storage is Storage.EVENTS and self.scan.kept(table).whole:
            coverage = Coverage(TableState.PARTIAL, reason="not_asked", mend=RESCAN)
        self.scan.finish_table(table.name, coverage)


def _batches(
    rows: Iterator[tuple[Table, dict[str, Any]]], tally: Tally
) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Yield rows some thousand at a time, counted."""
    waiting: dict[str, list[dict[str, Any]]] = {table.name: [] for table in _IMPORTED}
    for table, row in rows:
        of_table = waiting[table.name]
        of_table.append(row)
        tally.sign_ins += table is SIGN_INS
        tally.mailbox_changes += table is MAILBOX_AUDITS
        if len(of_table) == _ROWS_AT_ONCE:
            yield table, of_table
            waiting[table.name] = []
    yield from ((table, waiting[table.name]) for table in _IMPORTED if waiting[table.name])


def _why_nothing(tally: Tally) -> str:
    foreign = tally.skipped[Skipped.OTHER_TENANT]
    if foreign and foreign == tally.records:
        return "Every record is of another tenant: name the tenant that the files are of; nothing was imported."
    counts = ", ".join(f"{reason}: {number}" for reason, number in sorted(tally.skipped.items()))
    return f"The files hold no row to keep ({counts or 'no records'}); nothing was imported."
