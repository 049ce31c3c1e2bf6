"""`tenants`: whom the configuration knows."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from m365_posture.commands.offboard import offboard
from m365_posture.commands.onboarding import add, consent_url
from m365_posture.commands.options import ConfigOption, Format, FormatOption
from m365_posture.commands.output import Row, write_rows
from m365_posture.commands.verify import verify

if TYPE_CHECKING:
    from m365_posture.config import TenantConfig

app = typer.Typer(help="The tenants of the configuration.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS: Final = ("tenant", "name", "tenant_id", "packs", "language", "last_scan")


app.command("offboard")(offboard)
app.command("verify")(verify)
app.command("add")(add)
app.command("consent-url")(consent_url)


@app.callback()
def tenants() -> None:
    """Show the tenants of the configuration, and remove one with everything that is kept of it."""


@app.command("list")
def list_tenants(*, form: FormatOption = Format.TABLE, config: ConfigOption = None) -> None:
    """List the tenants of the configuration and when each was last scanned.

    Needs no key: it looks at the names of folders only.

    Example:

        m365-posture tenants list --format json
    """
    from m365_posture.config_file import load, locate

    configuration = load(locate(config, os.environ, Path.cwd()))
    write_rows([_row(tenant) for tenant in configuration.tenants.values()], _COLUMNS, form)


def _row(tenant: "TenantConfig") -> Row:
    from scanner.snapshot.manifest import newest_finished, read_manifest

    newest = newest_finished(tenant.folder)
    finished = read_manifest(newest).finished_at if newest else None
    return {
        "tenant": tenant.slug,
        "name": tenant.name,
        "tenant_id": tenant.tenant_id,
        "packs": list(tenant.packs),
        "language": tenant.language,
        "last_scan": finished.isoformat(timespec="seconds") if finished else None,
    }
