"""`data-map`: what is held of a firm."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption, TenantArgument
from m365_posture.commands.output import write_rows
from m365_posture.texts import Language

if TYPE_CHECKING:
    from m365_posture.config import TenantConfig
    from scanner.snapshot.reader import SnapshotReader

_COLUMNS: Final = ("name", "about", "why", "kept", "rows", "permission")


def data_map(
    tenant: TenantArgument,
    *,
    lang: Annotated[
        Language | None, typer.Option("--lang", help="Language; default: the tenant's.", show_default=False)
    ] = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Show what is held of a firm: about whom, why, and how long.

    For the firm's record of processing activities. It is made from what the program declares that it reads,
    so it needs no scan; with one it also says how many rows there are. --format json has every column.

    Example:

        m365-posture data-map vermeulen --lang fr --format csv
    """
    from m365_posture.config_file import load, locate
    from m365_posture.data_map import data_map as entries
    from reports.view_models.wording import Wording

    chosen = load(locate(config, os.environ, Path.cwd())).tenant(tenant)
    wording = Wording(lang or Language(chosen.language), chosen.timezone)
    held = entries(chosen, _newest(chosen, key_file), wording)
    write_rows([asdict(entry) for entry in held], _COLUMNS, form)


def _newest(tenant: "TenantConfig", key_file: Path | None) -> "SnapshotReader | None":
    """Return the newest scan of everything; None before the first, which needs no key."""
    from m365_posture.keys import load_master_key
    from m365_posture.tenant_data import TenantData
    from scanner.snapshot.manifest import newest_finished
    from scanner.snapshot.reader import SnapshotReader

    folder = newest_finished(tenant.folder)
    if folder is None:
        return None
    return SnapshotReader.open(folder, TenantData.open(tenant, load_master_key(key_file, os.environ)).vault)
