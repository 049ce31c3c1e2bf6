"""What is kept of a tenant is removed on time: rows, findings, and what an interrupted scan left behind."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from m365_posture.files import sync_folder
from m365_posture.tenant_data import TenantData
from scanner.snapshot.crypto import Vault, file_hash
from scanner.snapshot.errors import SnapshotError
from scanner.snapshot.events import EVENTS
from scanner.snapshot.manifest import MANIFEST_FILE, SCANS, finished_scans, scan_folders
from scanner.snapshot.purge import RETENTION, Due, Removal, due, remove, remove_files
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.tables import TABLES
from store.decisions import FILE_NAME as DECISIONS_FILE
from store.findings import FOLDER as FINDINGS_FOLDER
from store.schema import FINDINGS
from store.signals import Signals

LEFTOVERS: Final = "leftovers"
"""Name under which the removal of files that no finished scan lists is told."""
LEFTOVERS_KEPT: Final = timedelta(days=1)
"""An interrupted scan can be resumed for six hours."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge of one tenant removed, and what kept it from removing more."""

    removals: tuple[Removal, ...]
    """One per table that lost files."""
    unreadable: tuple[str, ...]
    """One sentence for each scan that could not be read, so that nothing of it was removed."""


def purge(tenant_folder: Path, vault: Vault, now: datetime) -> Purged:
    """Remove everything that has been kept long enough. The caller holds the tenant's lock.

    Args:
        tenant_folder: `<data>/<tenant id>`.
        vault: The tenant's.
        now: Aware, UTC.

    Raises:
        SnapshotError: A file is still there afterwards.
    """
    readers, unreadable = _readers(tenant_folder, vault)
    removals = [remove(tenant_folder, files, at=now, reason=RETENTION) for files in _due(readers, now)]
    # A scan that cannot be read may list files that look like leftovers.
    leftovers = [] if unreadable else _leftovers(tenant_folder, readers, now)
    told = [*filter(_told, removals), *_leftover_removal(tenant_folder, leftovers)]
    remove_files(tenant_folder, [file.relative_to(tenant_folder).as_posix() for file in leftovers])
    _remove_empty_scans(tenant_folder)
    return Purged(tuple(told), tuple(unreadable))


def what_is_due(tenant_folder: Path, vault: Vault, now: datetime) -> Purged:
    """Return what `purge` would remove, without removing it."""
    readers, unreadable = _readers(tenant_folder, vault)
    would = [_would_go(tenant_folder, files) for files in _due(readers, now)]
    leftovers = [] if unreadable else _leftovers(tenant_folder, readers, now)
    told = [*filter(_told, would), *_leftover_removal(tenant_folder, leftovers)]
    return Purged(tuple(told), tuple(unreadable))


def purge_signals(data: TenantData, now: datetime, *, dry_run: bool = False) -> int:
    """Remove the signals that are older than findings are kept, and return how many.

    Args:
        data: The tenant's.
        now: Aware, UTC.
        dry_run: Only count them.
    """
    if not (data.folder / DECISIONS_FILE).exists():
        return 0
    before = now - timedelta(days=FINDINGS.retention_days)
    with data.decisions() as decisions:
        signals = Signals(decisions)
        return signals.due(before) if dry_run else signals.forget(before)


def _readers(tenant_folder: Path, vault: Vault) -> tuple[list[SnapshotReader], list[str]]:
    readers, unreadable = list[SnapshotReader](), list[str]()
    for folder in finished_scans(tenant_folder):
        try:
            readers.append(SnapshotReader.open(folder, vault))
        except SnapshotError as error:
            unreadable.append(str(error))
    return readers, unreadable


def _due(readers: Sequence[SnapshotReader], now: datetime) -> Iterator[Due]:
    for table in TABLES.values():
        yield due(readers, table, now)
    yield _findings(readers, now)


def _findings(readers: Sequence[SnapshotReader], now: datetime) -> Due:
    """Return the findings of the scans that are older than findings are kept."""
    before = now - timedelta(days=FINDINGS.retention_days)
    old = [reader.folder for reader in readers if reader.finished_at < before]
    return Due(FINDINGS.name, {folder.name: _hashes(folder.glob(f"{FINDINGS_FOLDER}/*.parquet")) for folder in old})


def _hashes(files: Iterator[Path]) -> dict[str, str]:
    return {f"{SCANS}/{file.relative_to(file.parents[2]).as_posix()}": file_hash(file) for file in sorted(files)}


def _would_go(tenant_folder: Path, files: Due) -> Removal:
    present = {path: sha256 for path, sha256 in files.files.items() if (tenant_folder / path).exists()}
    scans = tuple(scan_id for scan_id, listed in files.by_scan.items() if present.keys() & listed.keys())
    return Removal(files.table, present, _size(tenant_folder, present), scans)


def _size(tenant_folder: Path, paths: Iterable[str]) -> int:
    return sum((tenant_folder / path).stat().st_size for path in paths)


def _told(removal: Removal) -> bool:
    return bool(removal.files or removal.scans)


def _leftovers(tenant_folder: Path, readers: Sequence[SnapshotReader], now: datetime) -> list[Path]:
    """Return files that no finished scan lists and no interrupted one can go on with."""
    listed = {file.path for reader in readers for days in reader.manifest.events.values() for file in days.values()}
    events = (tenant_folder / EVENTS).rglob("*.parquet")
    orphans = [file for file in events if file.relative_to(tenant_folder).as_posix() not in listed]
    unfinished = [folder for folder in scan_folders(tenant_folder) if not (folder / MANIFEST_FILE).exists()]
    parts = [file for folder in unfinished for file in folder.rglob("*") if file.is_file()]
    halves = [file for file in tenant_folder.rglob(".*.tmp") if file.is_file()]
    oldest = (now - LEFTOVERS_KEPT).timestamp()
    return [file for file in dict.fromkeys([*orphans, *parts, *halves]) if file.stat().st_mtime < oldest]


def _leftover_removal(tenant_folder: Path, leftovers: Sequence[Path]) -> list[Removal]:
    if not leftovers:
        return []
    hashes = {file.relative_to(tenant_folder).as_posix(): file_hash(file) for file in leftovers}
    return [Removal(LEFTOVERS, hashes, _size(tenant_folder, hashes), ())]


def _remove_empty_scans(tenant_folder: Path) -> None:
    for folder in scan_folders(tenant_folder):
        if not any(path.is_file() for path in folder.rglob("*")):
            shutil.rmtree(folder)
            sync_folder(folder.parent)
