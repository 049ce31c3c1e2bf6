"""Exported sign-in logs from end to end: lock, key, import, judge, tell."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from m365_posture.channels import channels_of
from m365_posture.config import TenantConfig
from m365_posture.keys import MasterKey
from m365_posture.locks import tenant_lock
from m365_posture.notification import tell
from m365_posture.pipeline import Scanned, judge_and_keep
from m365_posture.tenant_data import TenantData
from scanner.imports.scan import Imported, import_files
from scanner.transport.clock import Clock


@dataclass(frozen=True, slots=True)
class JudgedImport:
    """A finished import and what it was judged to be."""

    imported: Imported
    scanned: Scanned


def import_sign_ins(
    tenant: TenantConfig,
    master: MasterKey,
    files: Sequence[Path],
    clock: Clock,
    environment: Mapping[str, str] = os.environ,
) -> JudgedImport:
    """Merge exported logs into what is kept of a tenant, judge it, and tell of new signals; nothing is asked of it.

    Args:
        tenant: Whose logs they are.
        master: Opens the tenant's key, or wraps the one made now.
        files: In any order.
        clock: Gives the moment: when the import was made, and for which it is judged.
        environment: Where the addresses of channels are.

    Raises:
        ImportUnusable: A file is no log or damaged; nothing was changed.
        TenantLocked, KeyUnusable, ConfigError, SnapshotError, StoreUnusable: One sentence each.
    """
    with tenant_lock(tenant.folder, command="signins import", started_at=clock.now()):
        data = TenantData.open_or_create(tenant, master)
        # What judging and telling need had better be unusable now than after the files were read.
        data.profile(clock.now())
        channels_of(tenant, environment)
        imported = import_files(tenant.folder, tenant.tenant_id, data.vault, clock.now(), files)
        scanned = judge_and_keep(data, imported.manifest.scan_id, clock)
        told = tell(data, clock, environment, judged=scanned.judged)
        return JudgedImport(imported, replace(scanned, told=told))
