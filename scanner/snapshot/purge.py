"""Removes what has been kept long enough, records it before, and proves it after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from m365_posture.files import sync_folder
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import SnapshotError
from scanner.snapshot.manifest import finished_scans
from scanner.snapshot.overlay import Overlay, PurgeRecord
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.schema import Storage, Table


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
    before it. Each scan that could judge a file says so first, in its purge.jsonl; interrupted after
    that, the file counts as removed, and purging again removes it.

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
    removed: dict[str, str] = {}
    scans: list[str] = []
    for folder in finished_scans(tenant_folder):
        reader = SnapshotReader.open(folder, vault)
        files = dict(_too_old(reader, table, before))
        if unrecorded := {p: h for p, h in files.items() if p not in reader.purged_paths}:
            Overlay.read(folder).add(folder, PurgeRecord(at, table.name, reason, unrecorded))
            scans.append(reader.manifest.scan_id)
        removed.update(files)
    present = {path: sha256 for path, sha256 in removed.items() if (tenant_folder / path).exists()}
    return Removal(table.name, present, _remove(tenant_folder, present), tuple(scans))


def _too_old(reader: SnapshotReader, table: Table, before: datetime) -> Iterator[tuple[str, str]]:
    """Yield path and hash of each file that the scan lists and that must go, removed ones included."""
    if table.storage is Storage.EVENTS:
        for day, file in reader.manifest.events.get(table.name, {}).items():
            if day < before.date().isoformat():
                yield file.path, file.sha256
    elif reader.finished_at < before and table.name in reader.manifest.tables:
        yield from reader.manifest.tables[table.name].parts.items()


def _remove(tenant_folder: Path, files: Mapping[str, str]) -> int:
    """Remove files and return their bytes, once all are seen to be gone."""
    size = 0
    for path in files:
        file = tenant_folder / path
        size += file.stat().st_size
        file.unlink()
        sync_folder(file.parent)
    if left := [path for path in files if (tenant_folder / path).exists()]:
        raise SnapshotError(f"{len(left)} files could not be removed, {left[0]} among them: close what uses them.")
    return size
