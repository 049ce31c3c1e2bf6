"""One tenant from end to end: lock, key, read, judge, store, publish."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checks.engine import evaluate
from checks.registry import CATALOGUE
from checks.results import Evaluation
from checks.versions import catalogue_version
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.keys import MasterKey, TenantKey
from m365_posture.locks import tenant_lock
from m365_posture.profile import profile_of
from scanner.collectors.collector import Progress
from scanner.reading import Means, read_tenant
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import NoSnapshot
from scanner.snapshot.manifest import Manifest, newest_finished
from scanner.snapshot.reader import SnapshotReader
from scanner.transport.clock import Clock, SystemClock
from store import findings
from store.decisions import Decisions
from store.judged import Judged
from store.portfolio import Portfolio
from store.record import counts_of, judged_of


@dataclass(frozen=True, slots=True)
class Scanned:
    """A finished scan and what it was judged to be."""

    tenant: TenantConfig
    manifest: Manifest
    evaluation: Evaluation
    judged: Judged


@dataclass(frozen=True, slots=True)
class TenantData:
    """Everything that is kept of one tenant, opened with its key."""

    tenant: TenantConfig
    key: TenantKey
    vault: Vault

    @classmethod
    def open(cls, tenant: TenantConfig, master: MasterKey) -> "TenantData":
        """Open what is kept of a tenant.

        Raises:
            KeyUnusable: The key is wrong.
            ConfigError: Nothing is kept: the tenant was never scanned.
        """
        if not tenant.folder.is_dir():
            raise ConfigError(f"`{tenant.slug}` has not been scanned yet: run `m365-posture scan {tenant.slug}`.")
        key = TenantKey.open(tenant.folder, master)
        return cls(tenant, key, Vault(key))

    @classmethod
    def open_or_create(cls, tenant: TenantConfig, master: MasterKey) -> "TenantData":
        """Open what is kept of a tenant, making its key at the first scan.

        Raises:
            KeyUnusable: The key is wrong, or is missing while data is there.
        """
        key = TenantKey.open_or_create(tenant.folder, master)
        return cls(tenant, key, Vault(key))

    def decisions(self) -> Decisions:
        """Open what people decided."""
        return Decisions(self.tenant.folder, self.key.database_key())

    def newest_manifest(self) -> Manifest:
        """Return the manifest of the newest finished scan of all areas.

        Raises:
            NoSnapshot: There is none.
        """
        folder = newest_finished(self.tenant.folder)
        if folder is None:
            raise NoSnapshot(f"`{self.tenant.slug}` has no finished scan: run `m365-posture scan {self.tenant.slug}`.")
        return SnapshotReader.open(folder, self.vault).manifest


def scan(
    tenant: TenantConfig,
    master: MasterKey,
    progress: Progress,
    *,
    resume: bool = False,
    only: Sequence[str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Scanned:
    """Read a tenant, judge what was read, keep and publish it.

    Args:
        tenant: Whom to scan.
        master: Opens the tenant's key, or wraps the one made at the first scan.
        progress: Is told how far the reading is.
        resume: Continue an interrupted scan.
        only: Areas; such a scan never becomes the latest.
        environment: Where secrets and passphrases are looked up.

    Raises:
        TenantLocked, KeyUnusable, ConfigError, AuthenticationFailed, SnapshotError, StoreUnusable: One
            sentence each; what was kept before is still there.
    """
    clock = SystemClock(tenant.hosts.clock_speed if tenant.hosts else 1.0)
    with tenant_lock(tenant.folder, command="scan", started_at=clock.now()):
        data = TenantData.open_or_create(tenant, master)
        _judge_previous(data, clock)
        reading = read_tenant(
            tenant, data.vault, clock, progress, resume=resume, only=only, means=Means(environment=environment)
        )
        manifest = asyncio.run(reading)
        return _judge_and_keep(data, manifest.scan_id, clock)


def judge(scan_folder: Path, data: TenantData, as_of: datetime | None = None) -> Evaluation:
    """Judge a finished scan, offline and without keeping anything.

    Args:
        scan_folder: `<data>/<tenant id>/scans/<scan id>`.
        data: The tenant it is of.
        as_of: The moment to judge for, UTC; when the scan finished, if None.

    Raises:
        SnapshotError: The scan is changed, truncated, too new or of another key.
        ConfigError: The leavers file is unusable.
    """
    reader = SnapshotReader.open(scan_folder, data.vault)
    moment = as_of or reader.manifest.finished_at
    with data.decisions() as decisions:
        profile = profile_of(data.tenant, moment, decisions.attestations(moment.date()))
    return evaluate(reader, profile)


def rebuild_portfolio(data_dir: Path, tenants: Sequence[TenantData]) -> int:
    """Build `portfolio.sqlite` anew from the findings of every tenant; return how many scans it then holds.

    Raises:
        SnapshotError, StoreUnusable: A findings file is unusable; the portfolio stays as it was.
    """
    newest: dict[tuple[str, str], Judged] = {}
    for data in tenants:
        for judged in findings.evaluations(data.tenant.folder, data.vault):
            newest[judged.tenant_id, judged.scan_id] = judged
    with Portfolio(data_dir) as portfolio:
        portfolio.rebuild([counts_of(judged) for judged in newest.values()])
    return len(newest)


def _judge_previous(data: TenantData, clock: Clock) -> None:
    """Judge the newest scan with today's catalogue where that was not done yet.

    Then what a changed rule did and what the tenant did can be told apart; it also makes up for
    a scan that was read and, because the machine stopped, never judged.
    """
    folder = newest_finished(data.tenant.folder)
    if folder is None:
        return
    version = catalogue_version(CATALOGUE)
    if all(judged.catalogue_version != version for judged in findings.evaluations_of(folder, data.vault)):
        _judge_and_keep(data, folder.name, clock)


def _judge_and_keep(data: TenantData, scan_id: str, clock: Clock) -> Scanned:
    folder = data.tenant.folder / "scans" / scan_id
    evaluation = judge(folder, data)
    manifest = SnapshotReader.open(folder, data.vault).manifest
    judged = judged_of(evaluation, manifest, clock.now())
    findings.save(folder, data.vault, judged)
    with Portfolio(data.tenant.data_dir) as portfolio:
        portfolio.publish(counts_of(judged))
    return Scanned(data.tenant, manifest, evaluation, judged)
