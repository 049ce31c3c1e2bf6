"""`simulate`: a local Microsoft 365."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from m365_posture.commands.output import say, write_bytes

if TYPE_CHECKING:
    from simulator.server import Simulator


class SignIn(StrEnum):
    """How the written configuration signs in."""

    CERTIFICATE = "certificate"
    SECRET = "secret"  # noqa: S105 - the name of a way
    FEDERATED = "federated"


def simulate(
    *,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", file_okay=False, help="Takes tenants.toml, CA and certificates.")
    ] = Path("simulator"),
    sign_in: Annotated[
        SignIn,
        typer.Option(help="How the written tenants.toml signs in; the other ways need variables, see the JSON."),
    ] = SignIn.FEDERATED,
    clock_speed: Annotated[
        float, typer.Option(min=0.1, max=1000, help="Limits and waits run this much faster than in reality.")
    ] = 1.0,
    latency_s: Annotated[float, typer.Option("--latency", min=0, help="Seconds before each answer.")] = 0.0,
    login_port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    graph_port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
) -> None:
    """Run a local Microsoft 365 with the sample tenants until Ctrl-C.

    Addresses, CA file and credentials go to standard output as JSON; a ready tenants.toml is
    written. Nothing leaves this machine.

    Example:

        m365-posture simulate --folder simulator --clock-speed 20
    """
    from simulator.configuration import CredentialKind
    from simulator.server import Simulator
    from simulator.tenants import load_sample, sample_names

    def announce(simulator: "Simulator") -> None:
        path = folder / "tenants.toml"
        simulator.write_config(path, CredentialKind(sign_in.value))
        write_bytes([json.dumps(simulator.describe(), indent=2).encode(), b"\n"])
        say(f"Wrote {path}. Stop with Ctrl-C.")

    simulator = Simulator(
        [load_sample(slug) for slug in sample_names()],
        folder,
        clock_speed=clock_speed,
        latency_s=latency_s,
        ports=(login_port, graph_port),
    )
    try:
        simulator.serve_forever(announce)
    except OSError as error:
        raise typer.BadParameter(
            f"The simulator cannot start ({error.strerror}): choose other ports or a folder."
        ) from error
