"""Runs commands in this process, as a shell would see them."""

import atexit
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from m365_posture.__main__ import run
from m365_posture.keys import create_master_key
from simulator.configuration import CredentialKind
from simulator.server import Simulator
from simulator.tenants import load_sample

SPEED = 200.0
TWO_FIRMS = ("lambert", "vermeulen")


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    code: int
    output: bytes
    messages: str

    @property
    def text(self) -> str:
        return self.output.decode()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON lines on standard output."""
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def sentence(self) -> str:
        """The one line on standard error."""
        [line] = self.messages.splitlines()
        return line


def command(*arguments: str | Path) -> Answer:
    """Run `m365-posture` with these arguments."""
    output, messages = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = output, messages
    try:
        code = run([str(argument) for argument in arguments])
    finally:
        sys.stdout, sys.stderr = before
    return Answer(code, _written(output), _written(messages).decode())


def _written(stream: TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, BytesIO)
    return buffer.getvalue()


@dataclass
class World:
    """A simulator with the sample tenants, and a folder with configuration, key and data."""

    folder: Path
    simulator: Simulator

    @property
    def config(self) -> Path:
        return self.folder / "tenants.toml"

    @property
    def key_file(self) -> Path:
        return self.folder / "master.key"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def tenant_folder(self, slug: str) -> Path:
        return self.data / self.simulator.tenants[slug].tenant_id

    def scans(self, slug: str) -> list[Path]:
        """Folders of the finished scans, oldest first."""
        return sorted(manifest.parent for manifest in self.tenant_folder(slug).glob("scans/*/manifest.json"))

    def run(self, *arguments: str | Path) -> Answer:
        """Run a command with this configuration and key."""
        return command(*arguments, "--config", self.config, "--key-file", self.key_file)

    def edit(self, old: str, new: str) -> None:
        """Change the configuration."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")


@cache
def keys_of_simulators() -> Path:
    """Return a folder with a simulator's keys, which take long to make; gone when the tests end."""
    folder = tempfile.mkdtemp(prefix="simulator-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with Simulator([], Path(folder)):
        return Path(folder)


@contextmanager
def a_world(
    folder: Path,
    kind: CredentialKind = CredentialKind.FEDERATED,
    latency_s: float = 0.0,
    samples: Sequence[str] = TWO_FIRMS,
) -> Iterator[World]:
    """Serve sample tenants, with a configuration that needs no variables unless `kind` says so.

    `latency_s` runs on the scaled clock: 20 s of it take 0.1 s.
    """
    shutil.copytree(keys_of_simulators(), folder / "simulator")
    tenants = [load_sample(slug) for slug in samples]
    with Simulator(tenants, folder / "simulator", clock_speed=SPEED, latency_s=latency_s) as simulator:
        world = World(folder, simulator)
        simulator.write_config(world.config, kind)
        create_master_key(world.key_file)
        yield world
