"""Counts per tenant, check and scan: `portfolio.sqlite`, which names nobody and can be rebuilt.

It is plain SQLite because it holds ids, codes and counts only; a test searches it for names.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from m365_posture.files import private_folder
from store.errors import StoreUnusable
from store.migrations import migrate

FILE_NAME: Final = "portfolio.sqlite"
_BUSY_S: Final = 30

_MIGRATIONS: Final = (
    (
        """CREATE TABLE scans (
            tenant_id TEXT NOT NULL, scan_id TEXT NOT NULL, finished_at TEXT NOT NULL, evaluation_id TEXT NOT NULL,
            catalogue_version TEXT NOT NULL, whole INTEGER NOT NULL, coverage_complete INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, scan_id))""",
        """CREATE TABLE counts (
            tenant_id TEXT NOT NULL, scan_id TEXT NOT NULL, check_id TEXT NOT NULL, status TEXT NOT NULL,
            severity TEXT NOT NULL, assessed INTEGER NOT NULL, failing INTEGER NOT NULL, unknown INTEGER NOT NULL,
            at_least INTEGER NOT NULL,
            PRIMARY KEY (tenant_id, scan_id, check_id),
            FOREIGN KEY (tenant_id, scan_id) REFERENCES scans ON DELETE CASCADE)""",
    ),
)


@dataclass(frozen=True, slots=True)
class CheckCount:
    """One check's result in one scan, without any name."""

    check_id: str
    status: str
    severity: str
    assessed: int
    failing: int
    unknown: int
    at_least: bool


@dataclass(frozen=True, slots=True)
class ScanCounts:
    """One judged scan, without any name."""

    tenant_id: str
    scan_id: str
    finished_at: datetime
    evaluation_id: str
    catalogue_version: str
    whole: bool
    """False for a scan of chosen areas, which never becomes the latest."""
    coverage_complete: bool
    checks: tuple[CheckCount, ...]


class Portfolio:
    """Counts of every tenant. A context manager: leaving it closes the file."""

    def __init__(self, data_dir: Path) -> None:
        """Open `portfolio.sqlite` in the data folder, making it when it is not there.

        Raises:
            StoreUnusable: The file is damaged or of a newer version.
        """
        self._path = data_dir / FILE_NAME
        private_folder(data_dir)
        self._connection = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            migrate(self._connection, self._path, _MIGRATIONS)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise StoreUnusable(f"{self._path} is damaged: run `m365-posture store rebuild`.") from error
        except StoreUnusable:
            self._connection.close()
            raise

    @classmethod
    def open_or_replace(cls, data_dir: Path) -> "Portfolio":
        """Open `portfolio.sqlite`; one that cannot be used is replaced by an empty one, to be rebuilt."""
        try:
            return cls(data_dir)
        except StoreUnusable:
            for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
                (data_dir / name).unlink(missing_ok=True)
            return cls(data_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def publish(self, scan: ScanCounts) -> None:
        """Record one judged scan; publishing the same scan again replaces it."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            self._replace(scan)
        except BaseException:
            execute("ROLLBACK")
            raise
        execute("COMMIT")

    def rebuild(self, scans: Sequence[ScanCounts]) -> None:
        """Forget everything and record `scans`, in one step: a reader sees the old or the new, never half."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            execute("DELETE FROM scans")
            for scan in scans:
                self._replace(scan)
        except BaseException:
            execute("ROLLBACK")
            raise
        execute("COMMIT")

    def forget(self, tenant_id: str) -> None:
        """Remove every count of a tenant, from the pages of the file too."""
        self._connection.execute("DELETE FROM scans WHERE tenant_id = ?", (tenant_id,))
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def scans(self, tenant_id: str) -> list[ScanCounts]:
        """Return every scan of a tenant, oldest first."""
        return self._scans(tenant_id, "ORDER BY finished_at, scan_id")

    def latest(self, tenant_id: str) -> ScanCounts | None:
        """Return the newest scan of all areas, None before the first."""
        newest = self._scans(tenant_id, "AND whole ORDER BY finished_at DESC, scan_id DESC LIMIT 1")
        return newest[0] if newest else None

    def tenant_ids(self) -> list[str]:
        """Return the ids of every tenant that has a scan."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT tenant_id FROM scans ORDER BY tenant_id")]

    def _replace(self, scan: ScanCounts) -> None:
        execute = self._connection.execute
        execute("DELETE FROM scans WHERE tenant_id = ? AND scan_id = ?", (scan.tenant_id, scan.scan_id))
        execute(
            "INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                scan.tenant_id,
                scan.scan_id,
                scan.finished_at.isoformat(),
                scan.evaluation_id,
                scan.catalogue_version,
                scan.whole,
                scan.coverage_complete,
            ),
        )
        self._connection.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    scan.tenant_id,
                    scan.scan_id,
                    c.check_id,
                    c.status,
                    c.severity,
                    c.assessed,
                    c.failing,
                    c.unknown,
                    c.at_least,
                )
                for c in scan.checks
            ],
        )

    def _scans(self, tenant_id: str, which: str) -> list[ScanCounts]:
        columns = "scan_id, finished_at, evaluation_id, catalogue_version, whole, coverage_complete"
        query = f"SELECT {columns} FROM scans WHERE tenant_id = ? {which}"  # noqa: S608 - both are written above
        with closing(self._connection.execute(query, (tenant_id,))) as rows:
            return [
                ScanCounts(
                    tenant_id=tenant_id,
                    scan_id=row[0],
                    finished_at=datetime.fromisoformat(row[1]),
                    evaluation_id=row[2],
                    catalogue_version=row[3],
                    whole=bool(row[4]),
                    coverage_complete=bool(row[5]),
                    checks=self._checks(tenant_id, row[0]),
                )
                for row in rows.fetchall()
            ]

    def _checks(self, tenant_id: str, scan_id: str) -> tuple[CheckCount, ...]:
        rows = self._connection.execute(
            "SELECT check_id, status, severity, assessed, failing, unknown, at_least FROM counts"
            " WHERE tenant_id = ? AND scan_id = ? ORDER BY check_id",
            (tenant_id, scan_id),
        )
        return tuple(CheckCount(r[0], r[1], r[2], r[3], r[4], r[5], bool(r[6])) for r in rows)
