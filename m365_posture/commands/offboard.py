"""`tenants offboard`: remove a firm with everything that is kept of it."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption, TenantArgument
from m365_posture.commands.output import say, write_rows
from m365_posture.texts import Language, mark, translate

if TYPE_CHECKING:
    from m365_posture.config import TenantConfig
    from m365_posture.offboarding import Belongings

_COLUMNS: Final = ("tenant_id", "begun_at", "finished_at", "scans", "files", "bytes")
_UNKNOWN: Final = (
    "The list of workbooks that were written elsewhere cannot be read without the key: look for them yourself."
)
_IN_THE_TENANT: Final = (
    mark("What the firm's Global Administrator now removes in Microsoft 365:"),
    mark("Enterprise applications > the app {client_ids} > Properties > Delete: this ends every consent."),
    mark("App registrations > the same app > Delete, where it was registered in the firm's own tenant."),
    mark("Roles and administrators > Global Reader: take the app out, where it was given this role."),
    mark("Exchange admin center > Roles > Admin roles: delete the role group that was made for the app."),
)


def offboard(
    tenant: TenantArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Remove a firm: its data, its key, its counts and its part of the configuration.

    Nothing of it can be brought back. What stays is a line in deletions.jsonl in the data folder: tenant id,
    dates and counts. It then tells which workbooks were written elsewhere, for you to delete, and what
    the firm's administrator removes in the tenant.

    Example:

        m365-posture tenants offboard vermeulen --key-file master.key
    """
    from m365_posture.config_edit import mentions
    from m365_posture.config_file import load, locate
    from m365_posture.offboarding import belongings_of
    from m365_posture.offboarding import offboard as remove

    configuration = load(locate(config, os.environ, Path.cwd()))
    chosen = configuration.tenant(tenant)
    outputs = _outputs(chosen, key_file)
    if not yes:
        typer.confirm(
            f"Remove everything that is kept of `{tenant}` ({chosen.tenant_id}) for ever?", abort=True, err=True
        )
    belongings = belongings_of(configuration, chosen)
    record = remove(configuration, chosen, datetime.now(UTC))
    write_rows([asdict(record)], _COLUMNS, form)
    _say_what_is_left(outputs, belongings, Language(chosen.language))
    for line in mentions(configuration.path, [chosen.slug, chosen.name, chosen.tenant_id, *belongings.client_ids]):
        say(f"{configuration.path}, line {line} still names the firm or its app: look whether that can go.")


def _outputs(tenant: "TenantConfig", key_file: Path | None) -> list[Path] | None:
    """Return the files that were written elsewhere and are still there; None where nobody can say."""
    from m365_posture.config import ConfigError
    from m365_posture.keys import KeyUnusable, load_master_key
    from m365_posture.tenant_data import TenantData
    from store.decisions import FILE_NAME
    from store.errors import StoreUnusable

    if not (tenant.folder / FILE_NAME).exists():
        return []
    try:
        data = TenantData.open(tenant, load_master_key(key_file, os.environ))
        with data.decisions() as decisions:
            return [path for path in decisions.outputs() if path.exists()]
    except (ConfigError, KeyUnusable, StoreUnusable):
        return None


def _say_what_is_left(outputs: list[Path] | None, belongings: "Belongings", language: Language) -> None:
    if outputs is None:
        say(_UNKNOWN)
    for path in (*(outputs or ()), *belongings.files):
        say(f"Delete {path}: it is of this firm alone.")
    for name in belongings.variables:
        say(f"Unset the environment variable {name}.")
    for sentence in _IN_THE_TENANT:
        say(translate(sentence, language).format(client_ids=", ".join(belongings.client_ids)))
