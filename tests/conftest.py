"""Fixtures shared by every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

Simulated = Callable[..., Simulator]


@pytest.fixture(scope="session")
def simulator_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose CA and certificates every simulator of this run uses again."""
    return tmp_path_factory.mktemp("simulator")


@pytest.fixture
def simulated(simulator_folder: Path) -> Iterator[Simulated]:
    """Starts simulators: `simulated(tenant, …, clock_speed=20)`; they stop with the test."""
    with ExitStack() as running:

        def start(*tenants: SimulatedTenant, **options: Any) -> Simulator:  # noqa: ANN401 - the simulator's own options
            return running.enter_context(Simulator(tenants, simulator_folder, **options))

        yield start
