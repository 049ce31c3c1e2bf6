"""One tenant from end to end: lock, key, read, judge, store, publish, purge."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from checks.engine import evaluate
from checks.registry import CATALOGUE
from checks.results import Evaluation
from checks.versions import catalogue_version
from m365_posture.channels import channels_of
from m365_posture.config import TenantConfig
from m365_posture.keys import MasterKey
from m365_posture.locks import tenant_lock
from m365_posture.notification import Told, tell
from m365_posture.retention import purge, purge_signals
from m365_posture.tenant_data import TenantData
from scanner.collectors.collector import Progress
from scanner.reading import Means, read_tenant
from scanner.snapshot.errors import NewerSchema, SnapshotError, WrongKey
from scanner.snapshot.manifest import SCANS, Manifest, newest_finished
from scanner.snapshot.reader import SnapshotReader
from scanner.transport.clock import Clock, SystemClock
from store import findings
from store.errors import StoreUnusable
from store.judged import Judged
from store.portfolio import Portfolio
from store.record import counts_of, judged_of, statement_hash

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A finished scan and what it was judged to be."""

    tenant: TenantConfig
    manifest: Manifest
    evaluation: Evaluation
    judged: Judged
    told: Told = field(default_factory=Told)
    """What there was to tell the same night."""


def scan(
    tenant: TenantConfig,
    master: MasterKey,
    progress: Progress,
    *,
    resume: bool = False,
    only: Sequence[str] | None = None,
    full: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Scanned:
    """Read a tenant, judge what was read, keep and publish it, tell of new signals, and purge.

    Args:
        tenant: Whom to scan.
        master: Opens the tenant's key, or wraps the one made at the first scan.
        progress: Is told how far the reading is.
        resume: Continue an interrupted scan.
        only: Areas; such a scan never becomes the latest.
        full: Read everything anew, and continue nothing that earlier scans knew.
        environment: Where secrets and passphrases are looked up.

    Raises:
        TenantLocked, KeyUnusable, ConfigError, AuthenticationFailed, SnapshotError, StoreUnusable: One
            sentence each; what was kept before is still there.
    """
    clock = SystemClock(tenant.hosts.clock_speed if tenant.hosts else 1.0)
    with tenant_lock(tenant.folder, command="scan", started_at=clock.now()):
        data = TenantData.open_or_create(tenant, master)
        # What judging needs besides the reading had better be unusable now than after an hour.
        data.profile(clock.now())
        channels_of(tenant, environment)
        _judge_previous(data, clock)
        reading = read_tenant(
            tenant,
            data.vault,
            clock,
            progress,
            resume=resume,
            only=only,
            full=full,
            means=Means(environment=environment),
        )
        manifest = asyncio.run(reading)
        scanned = judge_and_keep(data, manifest.scan_id, clock)
        told = tell(data, clock, environment, judged=scanned.judged)
        _LOG.info("signals of tenant %s: %d new, %d sent, %d due", tenant.tenant_id, told.new, told.sent, told.due)
        _purge(data, clock)
        return replace(scanned, told=told)


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
    return evaluate(reader, data.profile(as_of or reader.manifest.finished_at))


def rebuild_portfolio(data_dir: Path, tenants: Sequence[TenantData]) -> int:
    """Build `portfolio.sqlite` anew from the findings of every tenant; return how many scans it then holds.

    Raises:
        SnapshotError, StoreUnusable: A findings file is unusable; the portfolio stays as it was.
    """
    newest: dict[tuple[str, str], Judged] = {}
    for data in tenants:
        for judged in findings.evaluations(data.folder, data.vault):
            newest[judged.tenant_id, judged.scan_id] = judged
    with Portfolio.open_or_replace(data_dir) as portfolio:
        portfolio.rebuild([counts_of(judged) for judged in newest.values()])
    return len(newest)


def _judge_previous(data: TenantData, clock: Clock) -> None:
    """Judge the newest scan by today's catalogue and the firm's statements of today, where that was not done yet.

    Then what a changed rule or statement did and what the tenant did can be told apart; it also makes
    up for a scan that was read and, because the machine stopped, never judged. An earlier scan that
    cannot be used any more does not keep the tenant from being scanned, unless a newer release or
    another key wrote it.
    """
    folder = None
    try:
        folder = newest_finished(data.folder)
        if folder is not None and not _is_judged(folder, data):
            judge_and_keep(data, folder.name, clock)
    except (NewerSchema, WrongKey):
        raise
    except (SnapshotError, StoreUnusable) as error:
        scan_id = folder.name if folder else "unknown"
        _LOG.warning("previous scan %s of tenant %s: %s", scan_id, data.tenant.tenant_id, type(error).__name__)


def _purge(data: TenantData, clock: Clock) -> None:
    """Remove what has been kept long enough; a scan that is done stays done where that does not go well."""
    try:
        purged = purge(data.folder, data.vault, clock.now())
        purge_signals(data, clock.now())
    except (SnapshotError, OSError) as error:
        _LOG.warning("purge of tenant %s: %s: run `m365-posture purge`", data.tenant.tenant_id, type(error).__name__)
        return
    for removal in purged.removals:
        _LOG.info("purged %s of tenant %s: %d files", removal.table, data.tenant.tenant_id, len(removal.files))


def _is_judged(folder: Path, data: TenantData) -> bool:
    """Tell whether a scan was judged by today's catalogue and the firm's statements of today."""
    statements = statement_hash(data.profile(SnapshotReader.open(folder, data.vault).finished_at))
    today = (catalogue_version(CATALOGUE), statements)
    kept = findings.evaluations_of(folder, data.vault)
    return any((judged.catalogue_version, judged.statement_hash) == today for judged in kept)


def judge_and_keep(data: TenantData, scan_id: str, clock: Clock) -> Scanned:
    """Judge a finished scan, keep what was found and publish its counts. The caller holds the tenant's lock."""
    folder = data.folder / SCANS / scan_id
    reader = SnapshotReader.open(folder, data.vault)
    profile = data.profile(reader.finished_at)
    evaluation = evaluate(reader, profile)
    judged = judged_of(evaluation, profile, reader.manifest, clock.now())
    findings.save(folder, data.vault, judged)
    with Portfolio(data.tenant.data_dir) as portfolio:
        portfolio.publish(counts_of(judged))
    return Scanned(data.tenant, reader.manifest, evaluation, judged)
