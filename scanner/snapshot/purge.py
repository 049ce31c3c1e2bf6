"""Removes what has been kept long enough, records it before, and proves it after."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from m365_posture.files import sync_folder
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import SnapshotError
from scanner.snapshot.ledger import TableState
from scanner.snapshot.manifest import SCANS, finished_scans
from scanner.snapshot.overlay import Overlay, PurgeRecord
from scanner.snapshot.reader import NOT_READ, SnapshotReader
from scanner.snapshot.schema import Storage, Table

RETENTION: Final = "retention"
"""Reason code of what was kept as long as its declaration says."""


@dataclass(frozen=True, slots=True)
class Due:
    """Files of one table that must go."""

    table: str
    by_scan: Mapping[str, Mapping[str, str]]
    """SHA-256 by path relative to the tenant's folder, by id of each scan that lists them; removed ones included."""

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 by path."""
        return {path: sha256 for files in self.by_scan.values() for path, sha256 in files.items()}


@dataclass(frozen=True, slots=True)
class Removal:
    """What a purge removed, every file of it seen to be gone."""

    table: str
    files: Mapping[str, str]
    """SHA-256 by path relative to the tenant's folder."""
    bytes_freed: int
    scans: tuple[str, ...]
    """Ids of the scans that could judge these files and now say `purged`."""


def purge_table(
    tenant_folder: Path, vault: Vault, table: Table, *, before: datetime, at: datetime, reason: str
) -> Removal:
    """Remove the rows of `table` that are older than `before`. The caller holds the tenant's lock.

    Of a log every day before `before`'s; of any other table the rows of every scan that finished
    before it.

    Args:
        tenant_folder: `<data>/<tenant id>`.
        vault: The tenant's.
        table: What to purge.
        before: Aware, UTC.
        at: Now, UTC.
        reason: A code such as `retention` or `offboarding`.

    Raises:
        SnapshotError: A scan cannot be read, or a file is still there afterwards.
    """
    readers = [SnapshotReader.open(folder, vault) for folder in finished_scans(tenant_folder)]
    listed = {reader.manifest.scan_id: _older(reader, table, before) for reader in readers}
    return remove(tenant_folder, Due(table.name, _with_adopted(readers, table, listed)), at=at, reason=reason)


def due(readers: Sequence[SnapshotReader], table: Table, now: datetime) -> Due:
    """Return what the declaration of `table` says must go.

    Args:
        readers: Every finished scan that can be read, oldest first.
        table: Its retention.
        now: Aware, UTC.
    """
    before = now - timedelta(days=table.retention_days)
    superseded = _superseded(readers, table)
    listed = {
        scan_id: _parts(reader, table) if scan_id in superseded else _older(reader, table, before)
        for reader in readers
        if (scan_id := reader.manifest.scan_id)
    }
    return Due(table.name, _with_adopted(readers, table, listed))


def remove(tenant_folder: Path, files: Due, *, at: datetime, reason: str) -> Removal:
    """Remove files. The caller holds the tenant's lock.

    Each scan that lists a file says so first, in its purge.jsonl; interrupted after that, the file
    counts as removed, and removing again finishes it.

    Raises:
        SnapshotError: A purge record is damaged, or a file is still there afterwards.
    """
    scans = tuple(_recorded(tenant_folder, files, at, reason))
    present = {path: sha256 for path, sha256 in files.files.items() if (tenant_folder / path).exists()}
    return Removal(files.table, present, remove_files(tenant_folder, present), scans)


def remove_files(tenant_folder: Path, paths: Iterable[str]) -> int:
    """Remove files and return their bytes, once all are seen to be gone.

    Raises:
        SnapshotError: A file is still there.
    """
    size, wanted = 0, list(paths)
    for path in wanted:
        file = tenant_folder / path
        size += file.stat().st_size
        file.unlink()
        sync_folder(file.parent)
    if left := [path for path in wanted if (tenant_folder / path).exists()]:
        raise SnapshotError(f"{len(left)} files could not be removed, {left[0]} among them: close what uses them.")
    return size


def _recorded(tenant_folder: Path, files: Due, at: datetime, reason: str) -> Iterator[str]:
    """Let each scan say what it loses before it does, and yield the ids of those that had not said it yet."""
    for scan_id, listed in files.by_scan.items():
        folder = tenant_folder / SCANS / scan_id
        overlay = Overlay.read(folder)
        if unrecorded := {path: sha256 for path, sha256 in listed.items() if path not in overlay.removed}:
            overlay.add(folder, PurgeRecord(at, files.table, reason, unrecorded))
            yield scan_id


def _older(reader: SnapshotReader, table: Table, before: datetime) -> dict[str, str]:
    """Return path and hash of each file of a table that the scan lists and that is too old, removed ones included."""
    if table.storage is Storage.EVENTS:
        days = reader.manifest.events.get(table.name, {}).items()
        return {file.path: file.sha256 for day, file in days if day < before.date().isoformat()}
    return _parts(reader, table) if reader.finished_at < before else {}


def _with_adopted(
    readers: Sequence[SnapshotReader], table: Table, listed: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Return what each scan loses, also of what it took over from another one: those rows go together."""
    going = {path for files in listed.values() for path in files}
    return {
        scan_id: {**listed[scan_id], **{path: sha for path, sha in _parts(reader, table).items() if path in going}}
        for reader in readers
        if (scan_id := reader.manifest.scan_id)
    }


def _parts(reader: SnapshotReader, table: Table) -> dict[str, str]:
    coverage = reader.manifest.tables.get(table.name)
    return dict(coverage.parts) if coverage else {}


def _superseded(readers: Sequence[SnapshotReader], table: Table) -> frozenset[str]:
    """Return the ids of the scans whose rows newer scans made superfluous.

    A scan without rows supersedes none, one of some areas none of everything, and one that was read in part
    none that is complete: the newest of each stays.
    """
    if table.kept_scans is None:
        return frozenset()
    states = {reader: reader.manifest.tables.get(table.name, NOT_READ).state for reader in readers}
    with_rows = [reader for reader, state in states.items() if state.delivers_rows]
    whole = [reader for reader in with_rows if reader.manifest.only is None]
    complete = [reader for reader in whole if states[reader] is TableState.COMPLETE]
    kept = {*with_rows[-table.kept_scans :], *whole[-table.kept_scans :], *complete[-1:]}
    return frozenset(reader.manifest.scan_id for reader in with_rows if reader not in kept)
