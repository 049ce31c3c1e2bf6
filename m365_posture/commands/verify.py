"""`tenants verify`: is everything granted that the packs need, and nothing else?"""

import asyncio
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, TenantArgument
from m365_posture.commands.output import Row, say, write_rows
from m365_posture.exits import Exit

if TYPE_CHECKING:
    from m365_posture.config import TenantConfig
    from m365_posture.verification import Line
    from scanner.transport.clock import Clock

_COLUMNS: Final = ("state", "pack", "what", "checks", "mend")
_EVERY: Final = timedelta(seconds=15)
_SIGN_IN: Final = "sign-in"


def verify(
    tenant: TenantArgument,
    *,
    wait: Annotated[
        int, typer.Option("--wait", min=0, metavar="MINUTES", help="Look again every 15 seconds until all is granted.")
    ] = 0,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """See whether the app was granted what its packs need, and what each missing line costs in checks.

    Reads nothing about people. With --wait it looks again until every line is granted, so that it can run
    beside the administrator who runs the consent script. It also names what the app holds and nothing asks for.
    Exit codes: 3 something is missing, 4 the app cannot sign in.

    Example:

        m365-posture tenants verify vermeulen --wait 15
    """
    from m365_posture.config_file import load, locate
    from scanner.transport.clock import SystemClock

    chosen = load(locate(config, os.environ, Path.cwd())).tenant(tenant)
    clock = SystemClock(chosen.hosts.clock_speed if chosen.hosts else 1.0)
    lines = asyncio.run(_until_granted(chosen, clock, timedelta(minutes=wait)))
    write_rows([_row(line) for line in lines], _COLUMNS, form)
    still = [line for line in lines if line.is_open]
    say(f"{tenant}: {len(still)} of {sum(bool(line.pack) for line in lines)} lines are not granted.")
    if any(line.what == _SIGN_IN for line in still):
        raise typer.Exit(Exit.SIGN_IN)
    raise typer.Exit(Exit.INCOMPLETE if still else Exit.DONE)


async def _until_granted(tenant: "TenantConfig", clock: "Clock", wait: timedelta) -> "Sequence[Line]":
    from m365_posture.verification import verify as look

    until_s = clock.monotonic_s() + wait.total_seconds()
    before: set[tuple[str, str]] = set()
    while True:
        lines = await look(tenant, clock)
        still = {(line.pack, line.what) for line in lines if line.is_open}
        for pack, what in sorted(before - still):
            say(f"Granted: {what} of the pack {pack}.")
        before = still
        if not still or clock.monotonic_s() >= until_s:
            return lines
        await clock.sleep(_EVERY.total_seconds())


def _row(line: "Line") -> Row:
    return {
        "state": line.state.value.replace("_", " "),
        "pack": line.pack,
        "what": line.what,
        "checks": ", ".join(line.checks),
        "mend": line.mend,
        "client_id": line.client_id,
    }
