"""`signals`: what somebody must look at, who was told of it, and what people concluded."""

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, KeyFileOption, complete_tenants
from m365_posture.commands.output import say, write_rows

if TYPE_CHECKING:
    from m365_posture.config import TenantConfig
    from m365_posture.exits import Exit
    from m365_posture.keys import MasterKey
    from m365_posture.tenant_data import TenantData

app = typer.Typer(
    help="Stories of sign-ins to examine, and what people concluded.", no_args_is_help=True, rich_markup_mode=None
)

_LIST: Final = (
    *("story", "level", "score", "began", "ended", "name", "user_principal_name", "source", "families", "detections"),
    *("state", "sent_at", "conclusion", "by", "at"),
)
_TIMELINE: Final = ("at", "what", "unit", "address", "country", "detail")


class Conclusion(StrEnum):
    """What a person can conclude."""

    EXPLAINED = "explained"
    FALSE_ALARM = "false_alarm"
    INCIDENT = "incident"


FirmArgument = Annotated[
    str,
    typer.Argument(
        metavar="TENANT",
        help="Name of the tenant in tenants.toml, or the reference code of a message.",
        autocompletion=complete_tenants,
    ),
]
FirmsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TENANT...",
        help="Names of tenants in tenants.toml, or reference codes of messages.",
        autocompletion=complete_tenants,
        show_default=False,
    ),
]
StoryArgument = Annotated[
    str, typer.Argument(metavar="STORY", help="Id of the story, or its first four characters or more.")
]


@app.callback()
def signals_group() -> None:
    """Look at stories of sign-ins, and conclude what they were."""


@app.command("list")
def list_signals(
    tenant: FirmArgument,
    *,
    every: Annotated[bool, typer.Option("--all", help="Show those that were acknowledged too.")] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """List what is to be examined: the stories of level high and medium that nobody acknowledged.

    A story is `open`, `acknowledged`, or `grown`: it went on after somebody had concluded something, and is to be
    looked at again.

    Example:

        m365-posture signals list vermeulen --key-file master.key

        m365-posture signals list T-7K3Q-MD5A --all --format json
    """
    from m365_posture.looking import listed

    data = _data(tenant, config, key_file)
    rows = listed(data, every=every)
    write_rows(rows, _LIST, form)
    if any(row["state"] != "acknowledged" for row in rows):
        say(
            f"Look at one: m365-posture signals show {tenant} STORY; when you know what it was: "
            f"m365-posture signals ack {tenant} STORY --conclusion {'|'.join(Conclusion)} --by NAME."
        )
    else:
        say(f"{data.tenant.slug}: no story waits for a conclusion.")


@app.command("show")
def show(
    tenant: FirmArgument,
    story: StoryArgument,
    *,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Show one story: who or where from, its timeline, who was told, and what people concluded.

    Example:

        m365-posture signals show vermeulen 4f1c9a2b --key-file master.key
    """
    from m365_posture.looking import found, sentences, story_of, summary_row, timeline_rows

    data = _data(tenant, config, key_file)
    signal = found(data, story)
    told = story_of(data, signal)
    timeline = timeline_rows(told) if told else []
    if form in {Format.JSON, Format.JSONL}:
        write_rows([{**summary_row(signal, told), "timeline": timeline}], (), form)
        return
    for sentence in sentences(signal, told):
        say(sentence)
    write_rows(timeline, _TIMELINE, form)


@app.command("ack")
def ack(
    tenant: FirmArgument,
    story: StoryArgument,
    *,
    conclusion: Annotated[Conclusion, typer.Option("--conclusion", help="What it was.", show_default=False)],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who concluded it.", show_default=False)],
    note: Annotated[str, typer.Option("--note", help="Why, in a few words.", show_default=False)] = "",
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Record what a story was, who says so, and when; a later conclusion counts, the earlier ones stay on record.

    `explained`: it happened, for a good reason. `false_alarm`: it did not happen as told. `incident`: somebody
    else was in.

    Example:

        m365-posture signals ack vermeulen 4f1c9a2b --conclusion explained --by "An Peeters" --note "on holiday"
    """
    from m365_posture.looking import found
    from store.signalled import Conclusion as Concluded
    from store.signals import Signals

    if not by.strip():
        raise typer.BadParameter("Say who concluded it.", param_hint="--by")
    data = _data(tenant, config, key_file)
    signal = found(data, story)
    with data.decisions() as decisions:
        Signals(decisions).acknowledge(
            signal, Concluded(conclusion.value), by=by.strip(), note=note.strip(), at=datetime.now(UTC)
        )
    say(f"{signal.story}: {conclusion.value}, recorded for {by.strip()}.")


@app.command("send")
def send(
    tenants: FirmsArgument = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Send for every tenant that has somebody to tell.")] = False,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Send what somebody should have been told and was not, because a channel could not be reached.

    Every scan does the same. Whoever was told once is not told again. Exit code 3 when a channel still cannot be
    reached.

    Example:

        m365-posture signals send vermeulen --key-file master.key

        m365-posture signals send --all --key-file master.key
    """
    from m365_posture.config_file import load, locate
    from m365_posture.exits import Exit, expected, first_that_applies
    from m365_posture.keys import load_master_key
    from m365_posture.looking import tenant_called, tenants_to_send_for

    if every == bool(tenants):
        raise typer.BadParameter("Name the tenants to send for, or give --all (not both).")
    configuration = load(locate(config, os.environ, Path.cwd()))
    master = load_master_key(key_file, os.environ)
    named = [tenant_called(configuration, name, master) for name in dict.fromkeys(tenants or ())]
    codes = list[Exit]()
    for tenant in tenants_to_send_for(configuration) if every else named:
        try:
            codes.append(_send(tenant, master, quiet=every))
        except Exception as error:
            problem = expected(error)
            if problem is None:
                raise
            say(f"{tenant.slug}: {problem[1]}")
            codes.append(problem[0])
    raise typer.Exit(first_that_applies(codes))


def _send(tenant: "TenantConfig", master: "MasterKey", *, quiet: bool) -> "Exit":
    """Send for one tenant; `quiet`: tell only of what was or could not be sent, so that a timer stays silent."""
    from m365_posture.commands.told import exit_of, told_line
    from m365_posture.notification import tell
    from m365_posture.tenant_data import TenantData
    from scanner.transport.clock import SystemClock

    clock = SystemClock(tenant.hosts.clock_speed if tenant.hosts else 1.0)
    told = tell(TenantData.open(tenant, master), clock, os.environ)
    if told.sent or told.unreached or not quiet:
        say(told_line(tenant.slug, told) or f"{tenant.slug}: there is nothing to send.")
    return exit_of(told)


def _data(named: str, config: Path | None, key_file: Path | None) -> "TenantData":
    from m365_posture.config_file import load, locate
    from m365_posture.keys import load_master_key
    from m365_posture.looking import tenant_called
    from m365_posture.tenant_data import TenantData

    configuration = load(locate(config, os.environ, Path.cwd()))
    master = load_master_key(key_file, os.environ)
    return TenantData.open(tenant_called(configuration, named, master), master)
