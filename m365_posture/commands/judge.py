"""`judge`: judge a saved snapshot again."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption


def judge(
    snapshot: Annotated[
        Path,
        typer.Argument(
            metavar="SNAPSHOT",
            exists=True,
            file_okay=False,
            resolve_path=True,
            help="Folder of a finished scan: <data>/<tenant id>/scans/<scan id>.",
        ),
    ],
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="Judge for this moment, e.g. 2026-11-23 or 2026-11-23T05:00:00Z; default: when the scan finished.",
            show_default=False,
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Judge a saved snapshot again, offline; nothing is kept.

    The same snapshot, configuration and version of this program give the same bytes every time.

    Example:

        m365-posture judge data/0f6b2a40-1111-4222-8333-444455556666/scans/20261123T034100Z-0a1b2c3d --format jsonl
    """
    from checks.lines import lines
    from m365_posture.commands.judged import write_judged
    from m365_posture.config_file import load, locate
    from m365_posture.keys import load_master_key
    from m365_posture.pipeline import judge as judge_scan
    from m365_posture.tenant_data import TenantData
    from scanner.snapshot.manifest import read_manifest

    moment = _moment(as_of)
    configuration = load(locate(config, os.environ, Path.cwd()))
    tenant = configuration.tenant_with_id(read_manifest(snapshot).tenant_id)
    data = TenantData.open(tenant, load_master_key(key_file, os.environ), snapshot.parents[1])
    evaluation = judge_scan(snapshot, data, moment)
    write_judged(list(lines(evaluation, tenant.slug)), form)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no moment: write 2026-11-23 or 2026-11-23T05:00:00Z.", param_hint="--as-of"
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
