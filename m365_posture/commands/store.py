"""`store`: care for what is kept."""

import os
from pathlib import Path

import typer

from m365_posture.commands.options import ConfigOption, KeyFileOption
from m365_posture.commands.output import say

app = typer.Typer(help="What is kept on this machine.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def store() -> None:
    """Care for what is kept."""


@app.command("rebuild")
def rebuild(*, config: ConfigOption = None, key_file: KeyFileOption = None) -> None:
    """Build the portfolio's counts anew from the findings of every tenant.

    Example:

        m365-posture store rebuild --key-file master.key
    """
    from m365_posture.config_file import load, locate
    from m365_posture.keys import TENANT_KEY_FILE, load_master_key
    from m365_posture.pipeline import rebuild_portfolio
    from m365_posture.tenant_data import TenantData

    configuration = load(locate(config, os.environ, Path.cwd()))
    master = load_master_key(key_file, os.environ)
    scanned = [tenant for tenant in configuration.tenants.values() if (tenant.folder / TENANT_KEY_FILE).exists()]
    for data_dir in sorted({tenant.data_dir for tenant in configuration.tenants.values()}):
        data = [TenantData.open(tenant, master) for tenant in scanned if tenant.data_dir == data_dir]
        count = rebuild_portfolio(data_dir, data)
        say(f"{data_dir}: {count} scans of {len(data)} tenants.")
