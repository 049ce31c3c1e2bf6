"""`dashboard`: what was scanned, in a browser of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from m365_posture.commands.options import ConfigOption, KeyFileOption
from m365_posture.commands.output import say
from m365_posture.config import ConfigError

_PORT: Final = 8501
_START_S: Final = 60.0
_POLL_S: Final = 0.1


def dashboard(
    *,
    config: ConfigOption = None,
    key_file: KeyFileOption = None,
    port: Annotated[int, typer.Option("--port", min=1024, max=65535, help="Where the pages are served.")] = _PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser, only say where to look.")] = False,
) -> None:
    """Show every tenant in the browser until Ctrl-C: portfolio, tenant, findings, coverage.

    The pages are served to this machine only, send nothing anywhere, and show everything to whoever
    uses this machine: there is no sign-in.

    Example:

        m365-posture dashboard --config tenants.toml --key-file master.key

        m365-posture dashboard --port 8600 --no-browser
    """
    from dashboard.settings import ADDRESS, APP, options
    from m365_posture.config_file import load, locate
    from m365_posture.keys import TENANT_KEY_FILE, TenantKey, load_master_key

    path = locate(config, os.environ, Path.cwd())
    master = load_master_key(key_file, os.environ)
    for tenant in load(path).tenants.values():
        if (tenant.folder / TENANT_KEY_FILE).exists():
            TenantKey.open(tenant.folder, master)
    demand_free(ADDRESS, port)
    command = [sys.executable, "-m", "streamlit", "run", str(APP), *options(port)]
    signal.signal(signal.SIGTERM, _interrupt)
    child = subprocess.Popen(command, env=_environment(path, key_file), stdout=subprocess.DEVNULL)  # noqa: S603 - this program's own pages
    try:
        _await(child, ADDRESS, port)
        say(f"The dashboard is at http://{ADDRESS}:{port} - stop it with Ctrl-C.")
        if not no_browser:
            webbrowser.open(f"http://{ADDRESS}:{port}")
        child.wait()
    except KeyboardInterrupt:
        say("The dashboard was stopped.")
    finally:
        child.terminate()
        child.wait()


def demand_free(address: str, port: int) -> None:
    """Raise `ConfigError` when something else listens there."""
    with socket.socket() as probe:
        if os.name == "posix":
            # Connections of a dashboard that was just stopped linger; elsewhere this would let two listen at once.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ConfigError(
                f"Port {port} cannot be used ({error.strerror}): stop what uses it, or choose another with --port."
            ) from error


def _environment(config: Path, key_file: Path | None) -> Mapping[str, str]:
    from dashboard.settings import CONFIG_VARIABLE, KEY_FILE_VARIABLE

    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    environment[CONFIG_VARIABLE] = str(config.absolute())
    environment.pop(KEY_FILE_VARIABLE, None)
    if key_file is not None:
        environment[KEY_FILE_VARIABLE] = str(key_file.absolute())
    return environment


def _await(child: subprocess.Popen[bytes], address: str, port: int) -> None:
    """Wait until the pages are served."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((address, port)) == 0:
                return
        time.sleep(_POLL_S)
    raise ConfigError("The dashboard did not start: what it said stands above.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
