"""`checks what-if`: what other policies would do, on paper."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption, TenantArgument
from m365_posture.commands.output import say
from m365_posture.exits import Exit
from m365_posture.texts import Language

if TYPE_CHECKING:
    from m365_posture.tenant_data import TenantData

_NAME = "Id or display name of a policy; may be given several times."


def what_if(
    tenant: TenantArgument,
    *,
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            "--policy",
            metavar="FILE",
            help="A policy in JSON, as Graph shows it: in place of the one of that id, else of that display name, else "
            "a new one; may be given several times.",
            show_default=False,
        ),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="NAME", help=f"Remove. {_NAME}", show_default=False)
    ] = None,
    disable: Annotated[
        list[str] | None, typer.Option("--disable", metavar="NAME", help=f"Turn off. {_NAME}", show_default=False)
    ] = None,
    enable: Annotated[
        list[str] | None,
        typer.Option("--enable", metavar="NAME", help=f"Turn on, also from report-only. {_NAME}", show_default=False),
    ] = None,
    scan: Annotated[
        str | None,
        typer.Option(
            "--scan", metavar="ID", help="Scan to judge; default: the newest of all areas.", show_default=False
        ),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the table and of the ways in.")] = Language.EN,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Judge a saved scan as if Conditional Access policies were others, and show who gains and who loses.

    On paper only: nothing is sent to the tenant, and nothing is kept. For each person whose protection by
    multifactor authentication changes: the verdict before and after, and the first way in that opens or closes.

    Exit codes: 2 wrong usage or file, 3 the scan has not read what it takes, 5 stored data unusable.

    Example:

        m365-posture checks what-if vermeulen --policy new.json

        m365-posture checks what-if vermeulen --enable "MFA for guests" --disable "MFA outside the office" --lang nl
    """
    if not (policy or remove or disable or enable):
        raise typer.BadParameter("Say what to change: --policy, --remove, --disable or --enable.")
    from m365_posture.commands.what_if_output import write_what_if
    from m365_posture.config_file import load, locate
    from m365_posture.keys import load_master_key
    from m365_posture.tenant_data import TenantData
    from m365_posture.what_if.changes import Orders
    from m365_posture.what_if.judging import NotJudged
    from m365_posture.what_if.judging import what_if as judge
    from m365_posture.what_if.policy_file import read_policy
    from reports.view_models.wording import Wording
    from scanner.snapshot.reader import SnapshotReader

    chosen = load(locate(config, os.environ, Path.cwd())).tenant(tenant)
    files = [read_policy(path) for path in policy or ()]
    data = TenantData.open(chosen, load_master_key(key_file, os.environ))
    reader = SnapshotReader.open(_scan_folder(data, scan), data.vault)
    orders = Orders(files, remove or (), disable or (), enable or ())
    try:
        told = judge(reader, data.profile(reader.finished_at), orders)
    except NotJudged as reason:
        say(str(reason))
        raise typer.Exit(Exit.INCOMPLETE) from reason
    write_what_if(told, chosen.slug, reader.manifest.scan_id, Wording(lang, chosen.timezone), form)


def _scan_folder(data: "TenantData", scan_id: str | None) -> Path:
    from m365_posture.config import ConfigError
    from m365_posture.toml_section import nearest
    from scanner.snapshot.manifest import finished_scans, newest_finished

    slug = data.tenant.slug
    if scan_id is None:
        folder = newest_finished(data.folder)
        if folder is None:
            raise ConfigError(f"`{slug}` has no finished scan of all areas: run `m365-posture scan {slug}`.")
        return folder
    scans = {folder.name: folder for folder in finished_scans(data.folder)}
    if scan_id not in scans:
        newest = f"; the newest is `{max(scans)}`." if scans else "."
        raise ConfigError(f"`{slug}` has no finished scan `{scan_id}`{nearest(scan_id, scans) or newest}")
    return scans[scan_id]
