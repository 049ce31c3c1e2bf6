"""`scan`: read, judge, store."""

import os
from pathlib import Path
from typing import Annotated

import typer

from m365_posture.commands.options import (
    ConfigOption,
    FailOn,
    Format,
    FormatOption,
    KeyFileOption,
    TenantsArgument,
)

_STRICT = (
    "Coverage is incomplete (exit code 3) also for want of a permission, a licence or a pack,"
    " and where Graph never gives something, such as hidden inbox rules."
)
_JOBS = "How many tenants are scanned at the same time; default: one for each processor core."


def scan(
    tenants: TenantsArgument = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Scan every tenant of the configuration.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help=_JOBS, show_default=False)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted scan of the last 6 hours.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read everything anew instead of only what changed.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="AREA", help="Read this area only; may be repeated.", show_default=False),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="Exit with 1 at a finding of this severity or worse.", show_default=False),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help=_STRICT)] = False,
    form: FormatOption = Format.TABLE,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more on standard error.")] = False,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
) -> None:
    """Read tenants, judge what was read, and keep it.

    A scan with --only never becomes the newest one. The summary names everything that was not read;
    what was not granted, not licensed or cannot be had from Graph changes the exit code with --strict only.
    Exit codes: 1 a finding at --fail-on or worse, 2 wrong configuration or key, 3 coverage incomplete, or somebody
    who is to be told of a signal not reached, 4 sign-in failed, 5 stored data unusable or another scan of the tenant
    is running; with several tenants 2, 5, 4, 1, 3 in that order.

    Several tenants are scanned in a process each: one that fails leaves the others whole, and a summary at the
    end names it. What each says, and JSON lines, are written as it ends.

    Example:

        m365-posture scan vermeulen --key-file master.key --fail-on critical

        m365-posture scan --all --jobs 2 --format jsonl

        m365-posture scan vermeulen --full
    """
    from m365_posture.config_file import load, locate

    if every == bool(tenants):
        raise typer.BadParameter("Name the tenants to scan, or give --all (not both).")
    path = locate(config, os.environ, Path.cwd())
    configuration = load(path)
    chosen = [configuration.tenant(slug) for slug in (dict.fromkeys(tenants) if tenants else configuration.tenants)]
    if not chosen:
        raise typer.BadParameter(f"{path} has no tenants.")
    # After the configuration, so that its mistakes are told at once.
    from m365_posture.commands.scanning import Request, scan_here, scan_in_children

    request = Request(
        path,
        key_file,
        resume=resume,
        full=full,
        only=tuple(only or ()),
        fail_on=fail_on,
        strict=strict,
        verbose=verbose,
    )
    if len(chosen) == 1:
        raise typer.Exit(scan_here(chosen[0], request, form))
    raise typer.Exit(scan_in_children(chosen, request, form, jobs or os.cpu_count() or 1))
