"""`workbook`: the newest scan of a tenant as a spreadsheet."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from m365_posture.commands.options import ConfigOption, KeyFileOption, TenantArgument
from m365_posture.commands.output import say
from m365_posture.texts import Language

if TYPE_CHECKING:
    from m365_posture.tenant_data import TenantData


def workbook(
    tenant: TenantArgument,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="F.xlsx", dir_okay=False, help="Where to write the workbook.")
    ],
    lang: Annotated[
        Language | None,
        typer.Option("--lang", help="Language of the workbook; default: the tenant's.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Write the newest scan of a tenant as a workbook to work through.

    Its sheets: every check with its verdict, every affected object, and what was read and what was not.

    Example:

        m365-posture workbook vermeulen -o vermeulen.xlsx --lang nl
    """
    from m365_posture.config_file import load, locate
    from m365_posture.keys import load_master_key
    from m365_posture.tenant_data import TenantData

    chosen = load(locate(config, os.environ, Path.cwd())).tenant(tenant)
    _demand_outside(output, chosen.data_dir)
    data = TenantData.open(chosen, load_master_key(key_file, os.environ))
    write(data, lang or Language(chosen.language), output)
    say(f"Wrote {output}.")


def write(data: "TenantData", language: Language, output: Path) -> None:
    """Write a tenant's workbook to `output`, whole or not at all, readable by its owner only.

    Raises:
        typer.BadParameter: The file cannot be written.
    """
    from m365_posture.files import write_durably
    from m365_posture.reporting import report_of
    from reports.workbook.build import workbook_bytes
    from store.viewer import OPERATOR

    content = workbook_bytes(report_of(data, OPERATOR, language, datetime.now(UTC).date()))
    try:
        write_durably(output, content)
    except OSError as error:
        raise typer.BadParameter(
            f"{output} cannot be written ({error.strerror}): choose a folder that exists and close the file elsewhere.",
            param_hint="--output",
        ) from error
    with data.decisions() as decisions:
        decisions.note_output(output.resolve(), actor="workbook", at=datetime.now(UTC))


def _demand_outside(output: Path, data_dir: Path) -> None:
    if output.resolve().is_relative_to(data_dir.resolve()):
        raise typer.BadParameter(
            f"{output} lies in the data folder, where everything is encrypted: choose another folder.",
            param_hint="--output",
        )
