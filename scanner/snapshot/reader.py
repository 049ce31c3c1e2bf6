"""Reads a finished scan: every file is proven to be the one that was written before it is used."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from pathlib import Path

import pandas as pd
import pyarrow.dataset as ds

from scanner.snapshot.crypto import Vault, readable
from scanner.snapshot.errors import Changed, WrongKey
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.manifest import (
    MANIFEST_FILE,
    EventFile,
    Manifest,
    finished_scans,
    hash_of,
    newest_finished,
    read_document,
    read_manifest,
    seal_of,
    what_is_sealed,
)
from scanner.snapshot.overlay import Overlay
from scanner.snapshot.proof import prove
from scanner.snapshot.tables import TABLES
from scanner.snapshot.tables.directory import ORGANIZATION

__all__ = ["SnapshotReader", "finished_scans", "newest_finished"]

NOT_READ = Coverage(TableState.SKIPPED, reason="not_read", mend="rescan")
"""What the ledger says of a table that the scan knows nothing of."""


class SnapshotReader:
    """One finished scan. Nothing but the files that its manifest lists, with their hash, is ever read."""

    def __init__(self, folder: Path, vault: Vault, manifest: Manifest, snapshot_hash: str) -> None:
        self._tenant_folder = folder.parents[1]
        self._vault = vault
        self._overlay = Overlay.read(folder)
        self._coverage: dict[str, Coverage] = {}
        self._proven: set[str] = set()
        self.folder = folder
        self.manifest = manifest
        self.snapshot_hash = snapshot_hash

    @classmethod
    def open(cls, folder: Path, vault: Vault) -> "SnapshotReader":
        """Open the finished scan in `folder` (`<data>/<tenant id>/scans/<scan id>`).

        Raises:
            NoSnapshot, Truncated, NewerSchema: The manifest is missing, cut short or too new.
            WrongKey: The scan was written with another tenant key.
            Changed: The manifest is not as it was written.
        """
        folder = folder.resolve()
        document = read_document(folder)
        manifest = read_manifest(folder)
        if manifest.key != vault.key_id:
            raise WrongKey(f"{folder} was written with another key: use the key it was written with.")
        if not compare_digest(seal_of(document), vault.seal(what_is_sealed(document))):
            path = folder / MANIFEST_FILE
            raise Changed(f"{path} is not as it was written: put it back from a backup, or scan again.")
        return cls(folder, vault, manifest, hash_of(document))

    @property
    def tenant_id(self) -> str:
        """GUID of the tenant."""
        return self.manifest.tenant_id

    @property
    def organization_id(self) -> str:
        """Id of the organization object: what a finding about the whole tenant is about."""
        return self.manifest.organization_id

    @property
    def organization_name(self) -> str:
        """Display name of the organization; its id where it was not read."""
        if not self.coverage(ORGANIZATION.name).state.delivers_rows:
            return self.organization_id
        names = self.frame(ORGANIZATION.name, ["display_name"])["display_name"].dropna()
        return str(names.iloc[0]) if len(names) else self.organization_id

    @property
    def finished_at(self) -> datetime:
        """When the reading ended; UTC."""
        return self.manifest.finished_at

    @property
    def purge_record(self) -> str:
        """Hash of what was removed since, "" when nothing was; part of an evaluation's identity."""
        return self._overlay.record

    @property
    def purged_paths(self) -> frozenset[str]:
        """Files that were removed since, relative to the tenant's folder."""
        return self._overlay.removed

    def event_files(self, table: str) -> dict[str, EventFile]:
        """Return the files of a log by day (ISO date) without the purged ones; what the next scan continues."""
        days = self.manifest.events.get(table, {})
        return {day: file for day, file in days.items() if file.path not in self._overlay.removed}

    def purged_days(self, table: str) -> frozenset[str]:
        """Return the days of a log (ISO dates) whose files were removed since."""
        return frozenset(self.manifest.events.get(table, {}).keys() - self.event_files(table).keys())

    def coverage(self, table: str) -> Coverage:
        """Return the ledger's line of `table`, with what was purged since laid over it."""
        if table not in self._coverage:
            self._coverage[table] = self._overlaid(self.manifest.tables.get(table, NOT_READ), table)
        return self._coverage[table]

    def dataset(self, table: str) -> ds.Dataset:
        """Return the rows of `table` as an Arrow dataset with exactly the declared columns.

        A column that the scan's schema did not have yet is null. Reads nothing but file footers.

        Raises:
            ValueError: The table was not read, so there are no rows, not even none.
            Changed, Truncated: A part is not the one that was written.
        """
        coverage = self.coverage(table)
        if not coverage.state.delivers_rows:
            raise ValueError(f"table {table} is {coverage.state}: it has no rows to give")
        self._prove(coverage.parts)
        paths = [self._tenant_folder / path for path in coverage.parts]
        return self._vault.dataset(paths, TABLES[table].arrow_schema)

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows of `table`, in the order in which they were read, null staying null.

        Args:
            table: Its name.
            columns: The columns wanted, in this order; all when None.

        Raises:
            ValueError, Changed, Truncated: As `dataset`.
        """
        wanted = list(columns) if columns is not None else None
        with readable(self.folder):
            rows = self.dataset(table).to_table(columns=wanted)
        frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def verify(self, tables: Iterable[str] | None = None) -> None:
        """Prove every part of `tables`, or of every table.

        Raises:
            Changed, Truncated: A part is not the one that was written.
        """
        for table in self.manifest.tables if tables is None else tables:
            self._prove(self.coverage(table).parts)

    def _overlaid(self, coverage: Coverage, table: str) -> Coverage:
        kept = {path: sha256 for path, sha256 in coverage.parts.items() if path not in self._overlay.removed}
        if len(kept) == len(coverage.parts):
            return coverage
        coverage = replace(coverage, reason="purged", mend="rescan", parts=kept)
        if not kept:
            return replace(coverage, state=TableState.PURGED, rows=0)
        self._prove(kept)
        paths = [self._tenant_folder / path for path in kept]
        rows = self._vault.dataset(paths, TABLES[table].arrow_schema).count_rows()
        return replace(coverage, state=TableState.PARTIAL, rows=rows)

    def _prove(self, parts: dict[str, str]) -> None:
        for path, sha256 in parts.items():
            if path not in self._proven:
                prove(self._tenant_folder / path, sha256)
                self._proven.add(path)
