"""`signins`: sign-in logs that came as files."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption, TenantArgument
from m365_posture.commands.output import say, write_rows

if TYPE_CHECKING:
    from datetime import datetime

    from scanner.imports.scan import Imported

app = typer.Typer(help="Sign-in logs that were exported to files.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS: Final = ("tenant", "records", "sign_ins", "mailbox_changes", "new", "duplicates", "skipped", "malformed")
_OLD_DAYS: Final = 30
"""Sign-ins are judged this far back."""


@app.callback()
def signins() -> None:
    """Judge sign-in logs after the fact, and those that a firm without Entra ID P1 can export."""


@app.command("import")
def import_(
    tenant: TenantArgument,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Exported logs, in any order."),
    ],
    *,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Import exported sign-in logs into what is kept of a tenant, and judge them.

    Reads Graph JSON (a list, a page, or an object per line), Azure Monitor's sign-in logs (CSV and JSON), and the
    unified audit log of Microsoft 365 (CSV and JSON), of which changes of inbox rules and forwarding are kept too;
    plain or gzip, UTF-8 or UTF-16. What was imported before, or read by a scan, is not there twice. Either all files
    are imported or none. The tenant is asked nothing. Rows older than 90 days, dated in the future, of another
    tenant, without an id or without a time are counted and left out.

    Exit codes: 2 a file is no such log or is damaged, wrong configuration or key, 3 somebody who is to be told of
    a signal was not reached, 5 stored data unusable or a scan of the tenant is running.

    Example:

        m365-posture signins import vermeulen audit-export.csv signins.json.gz
    """
    from m365_posture.commands.scanning import logging_to
    from m365_posture.commands.told import exit_of, told_line
    from m365_posture.config_file import load, locate
    from m365_posture.keys import load_master_key
    from m365_posture.sign_in_import import import_sign_ins
    from scanner.transport.clock import SystemClock

    chosen = load(locate(config, os.environ, Path.cwd())).tenant(tenant)
    clock = SystemClock()
    with logging_to(chosen):
        judged = import_sign_ins(chosen, load_master_key(key_file, os.environ), files, clock)
    write_rows([_row(chosen.slug, judged.imported)], _COLUMNS, form)
    _say_how_it_went(chosen.slug, judged.imported, clock.now())
    if line := told_line(chosen.slug, judged.scanned.told):
        say(line)
    raise typer.Exit(exit_of(judged.scanned.told))


def _row(slug: str, imported: "Imported") -> dict[str, Any]:
    tally = imported.tally
    return {
        "tenant": slug,
        "scan_id": imported.manifest.scan_id,
        "records": tally.records,
        "sign_ins": tally.sign_ins,
        "mailbox_changes": tally.mailbox_changes,
        "new": imported.new,
        "duplicates": tally.sign_ins + tally.mailbox_changes - imported.new,
        "skipped": {str(reason): number for reason, number in sorted(tally.skipped.items())},
        "malformed": dict(sorted(tally.malformed.items())),
    }


def _say_how_it_went(slug: str, imported: "Imported", now: "datetime") -> None:
    tally = imported.tally
    say(
        f"{slug}: {tally.records} records read, {imported.new} new rows, "
        f"{tally.sign_ins + tally.mailbox_changes - imported.new} duplicates, {tally.skipped.total()} left out."
    )
    for reason, number in sorted(tally.skipped.items()):
        say(f"{slug}: {number} left out: {_REASONS[reason.value]}.")
    if tally.malformed:
        names = ", ".join(sorted(tally.malformed))
        say(f"{slug}: {tally.malformed.total()} values were unreadable and are not known of their rows: {names}.")
    if imported.newest and (now - imported.newest).days >= _OLD_DAYS:
        folder = f"<data>/<tenant id>/scans/{imported.manifest.scan_id}"
        say(
            f"{slug}: the newest sign-in is of {imported.newest:%Y-%m-%d}, and a scan judges {_OLD_DAYS} days back: "
            f"m365-posture judge {folder} --as-of {imported.newest:%Y-%m-%dT%H:%M:%SZ}"
        )


_REASONS: Final = {
    "no_id": "without an id, so they cannot be told from others",
    "no_time": "without a time",
    "too_old": "older than 90 days, which is as long as sign-ins are kept",
    "too_new": "dated more than a day ahead, so nobody knows when it was",
    "other_tenant": "of another tenant",
    "other_event": "neither sign-ins nor changes of inbox rules or forwarding",
    "unknown": "no records of a log that is known",
}
