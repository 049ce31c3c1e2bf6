"""Every command, put together. Nothing here or in the command modules imports what only a running command needs."""

from typing import Annotated

import typer

from m365_posture.commands import (
    checks,
    config,
    dashboard,
    data_map,
    demo,
    judge,
    keys,
    purge,
    scan,
    signals,
    signins,
    simulate,
    store,
    tenants,
    workbook,
)

app = typer.Typer(
    name="m365-posture",
    help="Read-only security posture scanner for Microsoft 365 tenants.",
    no_args_is_help=True,
    # Rich help takes half a second to import.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("scan")(scan.scan)
app.command("judge")(judge.judge)
app.command("workbook")(workbook.workbook)
app.command("dashboard")(dashboard.dashboard)
app.command("data-map")(data_map.data_map)
app.command("purge")(purge.purge)
app.command("simulate")(simulate.simulate)
app.add_typer(tenants.app, name="tenants")
app.add_typer(checks.app, name="checks")
app.add_typer(keys.app, name="keys")
app.add_typer(signals.app, name="signals")
app.add_typer(signins.app, name="signins")
app.add_typer(config.app, name="config")
app.add_typer(store.app, name="store")


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback
    if value:
        from m365_posture.version import product_version

        typer.echo(f"m365-posture {product_version()}")
        raise typer.Exit


@app.callback()
def root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Read-only security posture scanner for Microsoft 365 tenants.

    Data goes to standard output, progress and summaries to standard error.

    Exit codes: 0 done, 1 findings at --fail-on or worse, 2 wrong usage, configuration or key,
    3 coverage incomplete or a signal not sent, 4 sign-in to a tenant failed, 5 stored data unusable or tenant locked.
    """
