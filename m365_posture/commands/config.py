"""`config`: is tenants.toml complete and correct?"""

import os
from pathlib import Path

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption
from m365_posture.commands.output import say, write_rows

app = typer.Typer(help="The configuration file.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def config_group() -> None:
    """Examine the configuration file."""


@app.command("check")
def check(*, form: FormatOption = Format.TABLE, config: ConfigOption = None, key_file: KeyFileOption = None) -> None:
    """Examine tenants.toml and everything it names: certificates, variables, lists of leavers, the key.

    Nothing is sent anywhere. Exit code 2, or 4 for a certificate that has expired, when a scan
    would fail.

    Example:

        m365-posture config check --config tenants.toml --key-file master.key
    """
    from m365_posture.config_file import load, locate
    from m365_posture.examine import problems
    from m365_posture.exits import Exit, first_that_applies
    from m365_posture.keys import load_master_key

    configuration = load(locate(config, os.environ, Path.cwd()))
    master = load_master_key(key_file, os.environ)
    found = {slug: list(problems(tenant, master)) for slug, tenant in configuration.tenants.items()}
    rows = [
        {"tenant": slug, "result": sentence}
        for slug, own in found.items()
        for _, sentence in own or [(Exit.DONE, "ok")]
    ]
    write_rows(rows, ("tenant", "result"), form)
    codes = [code for own in found.values() for code, _ in own]
    say(f"{configuration.path}: {len(found)} tenants, {len(codes)} problems.")
    raise typer.Exit(first_that_applies(codes))
