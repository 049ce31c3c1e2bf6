"""Everything that is kept of a firm goes; what stays is a record of ids, dates and counts.

::

    record begun → key → data → counts in the portfolio → configuration → record finished

Interrupted anywhere, the same command finishes it. Once the key is gone nobody can read the data,
copies of it in a backup included.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import keyring
from keyring.errors import KeyringError

from m365_posture.config import ConfigError, TenantConfig
from m365_posture.config_edit import remove_tenant
from m365_posture.config_file import Configuration
from m365_posture.files import private_folder, sync_folder, write_durably
from m365_posture.keys import KEYRING_SERVICE, TENANT_KEY_FILE
from m365_posture.locks import LOCK_FILE, tenant_lock
from m365_posture.onboarding import FOLDER as ONBOARDING
from scanner.snapshot.manifest import scan_folders
from store.portfolio import FILE_NAME as PORTFOLIO_FILE
from store.portfolio import Portfolio

RECORDS: Final = "deletions.jsonl"
"""File in the data folder: one line per firm that was off-boarded."""


@dataclass(frozen=True, slots=True)
class DeletionRecord:
    """What is left of a firm: its tenant id, dates and counts."""

    tenant_id: str
    begun_at: str
    """ISO 8601, UTC."""
    finished_at: str | None
    scans: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Belongings:
    """What this machine holds for a firm besides its data, to be looked after by whoever off-boards it."""

    files: tuple[Path, ...]
    """Files that the configuration named for this firm alone, and those that were written for its administrator."""
    variables: tuple[str, ...]
    """Environment variables that were named for this firm alone."""
    client_ids: tuple[str, ...]
    """Apps that the firm's administrator can now remove."""


def belongings_of(configuration: Configuration, tenant: TenantConfig) -> Belongings:
    """Return what the configuration names for `tenant` and for no other tenant."""
    others = [other for other in configuration.tenants.values() if other.slug != tenant.slug]
    files = [path for path in _files(tenant) if not any(path in _files(other) for other in others)]
    files += sorted((configuration.path.parent / ONBOARDING / tenant.slug).glob("*"))
    variables = [name for name in _variables(tenant) if not any(name in _variables(other) for other in others)]
    return Belongings(tuple(files), tuple(variables), tuple(_client_ids(tenant)))


def offboard(configuration: Configuration, tenant: TenantConfig, now: datetime) -> DeletionRecord:
    """Remove a firm's data, key, counts and configuration, and return the record of it.

    Args:
        configuration: Its `tenants.toml`.
        tenant: Whom to remove.
        now: Aware, UTC.

    Raises:
        TenantLocked: A scan of the tenant is running; nothing was removed.
        ConfigError: Something could not be removed; one sentence. Running it again goes on.
    """
    records = tenant.data_dir / RECORDS
    record = _counted(tenant, now)
    try:
        if tenant.folder.exists():
            with tenant_lock(tenant.folder, command="offboard", started_at=now):
                _write(records, record)
                _remove_data(tenant.folder)
            shutil.rmtree(tenant.folder)
            sync_folder(tenant.data_dir)
        if (tenant.data_dir / PORTFOLIO_FILE).exists():
            with Portfolio(tenant.data_dir) as portfolio:
                portfolio.forget(tenant.tenant_id)
        _forget_passphrases(configuration, tenant)
        remove_tenant(configuration.path, tenant.slug)
        finished = replace(record, finished_at=now.isoformat(timespec="seconds"))
        _write(records, finished)
    except OSError as error:
        raise ConfigError(
            f"{error.filename} could not be removed ({error.strerror}): close what uses it and run this again."
        ) from error
    return finished


def read_records(path: Path) -> list[DeletionRecord]:
    """Return every record in a file of them, none where it is missing.

    Raises:
        ConfigError: The file is damaged.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [DeletionRecord(**json.loads(line)) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{path} is damaged: put it back from a backup, or move it away.") from error


def _counted(tenant: TenantConfig, now: datetime) -> DeletionRecord:
    """Return what there is to remove, or, where removing was interrupted, what there was."""
    begun = [record for record in read_records(tenant.data_dir / RECORDS) if _is_open(record, tenant)]
    if begun:
        return begun[-1]
    files = [path for path in tenant.folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    at = now.isoformat(timespec="seconds")
    return DeletionRecord(tenant.tenant_id, at, None, len(scan_folders(tenant.folder)), len(files), size)


def _is_open(record: DeletionRecord, tenant: TenantConfig) -> bool:
    return record.tenant_id == tenant.tenant_id and record.finished_at is None


def _write(path: Path, record: DeletionRecord) -> None:
    """Add a record, in place of the one of the same tenant that is not finished."""
    others = [old for old in read_records(path) if (old.tenant_id, old.finished_at) != (record.tenant_id, None)]
    lines = [json.dumps(asdict(entry), sort_keys=True) for entry in (*others, record)]
    private_folder(path.parent)
    write_durably(path, "".join(f"{line}\n" for line in lines).encode())


def _remove_data(folder: Path) -> None:
    """Remove the key first: without it nothing of the rest can be read. The lock's file stays while it is held."""
    (folder / TENANT_KEY_FILE).unlink(missing_ok=True)
    sync_folder(folder)
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != LOCK_FILE:
            entry.unlink()


def _forget_passphrases(configuration: Configuration, tenant: TenantConfig) -> None:
    others = [other for other in configuration.tenants.values() if other.slug != tenant.slug]
    used = {client_id for other in others for client_id in _client_ids(other)}
    for client_id in set(_client_ids(tenant)) - used:
        try:
            if keyring.get_password(KEYRING_SERVICE, f"certificate:{client_id}") is not None:
                keyring.delete_password(KEYRING_SERVICE, f"certificate:{client_id}")
        except KeyringError:  # no keyring on this machine: it holds nothing either
            return


def _client_ids(tenant: TenantConfig) -> list[str]:
    return list(dict.fromkeys([tenant.app.client_id, *(app.client_id for app in tenant.pack_apps.values())]))


def _files(tenant: TenantConfig) -> list[Path]:
    apps = [tenant.app, *tenant.pack_apps.values()]
    paths = [tenant.leavers, *(app.certificate for app in apps), *(app.federated_token_file for app in apps)]
    return list(dict.fromkeys(path for path in paths if path is not None))


def _variables(tenant: TenantConfig) -> Sequence[str]:
    apps = [tenant.app, *tenant.pack_apps.values()]
    names = [
        tenant.notify_env,
        *(app.client_secret_env for app in apps),
        *(app.certificate_password_env for app in apps),
    ]
    return list(dict.fromkeys(filter(None, names)))
