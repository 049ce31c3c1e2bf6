"""`purge`: remove what has been kept long enough."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption, TenantsArgument
from m365_posture.commands.output import Row, say, write_rows
from m365_posture.exits import Exit, expected, first_that_applies

if TYPE_CHECKING:
    from m365_posture.retention import Purged
    from m365_posture.tenant_data import TenantData
    from scanner.snapshot.purge import Removal

_COLUMNS: Final = ("tenant", "table", "files", "bytes", "scans")


def purge(
    tenants: TenantsArgument = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Purge every tenant of the configuration.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what is due and remove nothing.")] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Remove what has been kept long enough, and show what was removed.

    Every scan does the same for its tenant; this is for tenants that are not scanned any more. Sign-in and
    audit rows are kept 90 days, the register of sharing links of the last two scans, everything else, the
    findings and the signals 24 months. Each file removed is in the list of --format json, with the SHA-256 it had.

    Example:

        m365-posture purge --all --key-file master.key

        m365-posture purge vermeulen --dry-run --format json
    """
    from m365_posture.config_file import load, locate
    from m365_posture.keys import TENANT_KEY_FILE, load_master_key
    from m365_posture.tenant_data import TenantData

    if every == bool(tenants):
        raise typer.BadParameter("Name the tenants to purge, or give --all (not both).")
    configuration = load(locate(config, os.environ, Path.cwd()))
    named = [configuration.tenant(slug) for slug in dict.fromkeys(tenants or ())]
    scanned = [tenant for tenant in configuration.tenants.values() if (tenant.folder / TENANT_KEY_FILE).exists()]
    master = load_master_key(key_file, os.environ)
    rows, problems = list[Row](), list[tuple[Exit, str]]()
    for tenant in scanned if every else named:
        try:
            data = TenantData.open(tenant, master)
            purged, signals = _due(data) if dry_run else _purged(data)
        except Exception as error:
            problem = expected(error)
            if problem is None:
                raise
            problems.append(problem)
            continue
        rows += [_row(data, removal) for removal in purged.removals]
        rows += [{"tenant": tenant.slug, "table": "signals", "files": 0, "bytes": 0, "rows": signals}] * bool(signals)
        problems += [(Exit.STORED, f"Nothing of one scan was removed: {text}") for text in purged.unreadable]
    write_rows(rows, _COLUMNS, form)
    for _, sentence in problems:
        say(sentence)
    raise typer.Exit(first_that_applies(code for code, _ in problems))


def _purged(data: "TenantData") -> tuple["Purged", int]:
    from m365_posture.locks import tenant_lock
    from m365_posture.retention import purge as purge_tenant
    from m365_posture.retention import purge_signals

    now = datetime.now(UTC)
    with tenant_lock(data.folder, command="purge", started_at=now):
        return purge_tenant(data.folder, data.vault, now), purge_signals(data, now)


def _due(data: "TenantData") -> tuple["Purged", int]:
    from m365_posture.retention import purge_signals, what_is_due

    now = datetime.now(UTC)
    return what_is_due(data.folder, data.vault, now), purge_signals(data, now, dry_run=True)


def _row(data: "TenantData", removal: "Removal") -> Row:
    return {
        "tenant": data.tenant.slug,
        "table": removal.table,
        "files": len(removal.files),
        "bytes": removal.bytes_freed,
        "scans": len(removal.scans),
        "removed": dict(removal.files),
        "purged_in": list(removal.scans),
    }
