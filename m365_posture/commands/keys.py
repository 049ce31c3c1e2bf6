"""`keys`: the master key, its backup and its replacement."""

import os
from pathlib import Path
from typing import Annotated

import typer

from m365_posture.commands.options import ConfigOption, KeyFileOption
from m365_posture.commands.output import say

app = typer.Typer(
    help="The master key that protects everything that is kept.", no_args_is_help=True, rich_markup_mode=None
)

PassphraseOption = Annotated[
    str,
    typer.Option(
        "--passphrase",
        envvar="M365_POSTURE_PASSPHRASE",
        prompt="Passphrase",
        hide_input=True,
        confirmation_prompt=True,
        help="At least 12 characters; asked for when it is not given. Prefer the question or the variable.",
        show_default=False,
    ),
]


@app.callback()
def keys() -> None:
    """Make, keep safe and replace the master key."""


@app.command("create")
def create(
    path: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="New file that only you can read.")],
) -> None:
    """Make a master key. Keep a copy elsewhere: without it nothing that is kept can be read again.

    Example:

        m365-posture keys create master.key
    """
    from m365_posture.keys import create_master_key

    key = create_master_key(path)
    say(f"Wrote key {key.id} to {path}. Back it up now: m365-posture keys backup FILE --key-file {path}")


@app.command("backup")
def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="New file for the protected copy.")],
    *,
    passphrase: PassphraseOption,
    key_file: KeyFileOption = None,
) -> None:
    """Write a copy of the master key that only a passphrase opens.

    Example:

        m365-posture keys backup /media/safe/master.backup --key-file master.key
    """
    from m365_posture.key_care import back_up
    from m365_posture.keys import load_master_key

    master = load_master_key(key_file, os.environ)
    back_up(master, path, passphrase)
    say(f"Wrote a backup of key {master.id} to {path}: keep it away from this machine, and the passphrase apart.")


@app.command("restore")
def restore(
    backup_file: Annotated[
        Path, typer.Argument(metavar="BACKUP", dir_okay=False, help="File that `keys backup` wrote.")
    ],
    path: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="New key file.")],
    *,
    passphrase: Annotated[
        str,
        typer.Option(
            "--passphrase",
            envvar="M365_POSTURE_PASSPHRASE",
            prompt="Passphrase",
            hide_input=True,
            help="The one the backup was made with.",
            show_default=False,
        ),
    ],
) -> None:
    """Get the master key back from a backup.

    Example:

        m365-posture keys restore /media/safe/master.backup master.key
    """
    from m365_posture.key_care import restore as open_backup
    from m365_posture.keys import create_master_key

    key = create_master_key(path, open_backup(backup_file, passphrase))
    say(f"Wrote key {key.id} to {path}.")


@app.command("rotate")
def rotate(
    new_key_file: Annotated[
        Path, typer.Argument(metavar="NEW", dir_okay=False, help="The new master key; made when it is not there.")
    ],
    *,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Let a new master key open every tenant, and the old one none.

    Nothing is encrypted again: only the keys of the tenants are wrapped anew. Interrupted, run it
    again with the same two keys. Backups of data made before still need the old key.

    Example:

        m365-posture keys rotate new.key --key-file master.key
    """
    from m365_posture.config_file import load, locate
    from m365_posture.key_care import rotate as rotate_folder
    from m365_posture.keys import create_master_key, load_master_key, read_key_file

    configuration = load(locate(config, os.environ, Path.cwd()))
    old = load_master_key(key_file, os.environ)
    new = read_key_file(new_key_file) if new_key_file.exists() else create_master_key(new_key_file)
    folders = {tenant.data_dir for tenant in configuration.tenants.values()}
    count = sum(rotate_folder(old, new, folder) for folder in sorted(folders))
    say(f"Key {new.id} in {new_key_file} now opens {count} tenants; key {old.id} opens none of them any more.")


@app.command("certificate")
def certificate(
    path: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="New file that only you can read.")],
    *,
    days: Annotated[int, typer.Option("--days", min=30, max=730, help="How long it is valid.")] = 365,
) -> None:
    """Make a certificate with its private key, with which the scanner's app signs in.

    Only its public part ever leaves this machine: `tenants add` puts that into the consent script.

    Example:

        m365-posture keys certificate certs/msp.pem
    """
    from m365_posture.app_certificate import create_app_certificate

    end = create_app_certificate(path, days)
    say(f"Wrote {path}, valid until {end:%Y-%m-%d}. Keep it as safe as the master key.")
