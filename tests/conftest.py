"""Fixtures shared by every test."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

Simulated = Callable[..., Simulator]

HERE = Path(__file__).parent
LONGEST_FIRST = (
    "m365_posture/test_demo.py",
    "scanner/test_reading_faults.py",
    "checks/test_catalogue_properties.py",
    "m365_posture/test_commands.py",
    "m365_posture/test_later_scans.py",
    "scanner/collectors/test_sign_ins.py",
    "m365_posture/test_nothing_in_clear.py",
    "checks/test_sign_in_signals.py",
    "dashboard/test_browser.py",
    "m365_posture/test_killed_scans.py",
    "scanner/test_service_faults.py",
    "m365_posture/test_notification.py",
    "m365_posture/test_same_night.py",
    "m365_posture/test_pipeline.py",
    "checks/signins/test_missing_fields.py",
    "scanner/test_consent_packs.py",
    "checks/test_mfa.py",
    "checks/signins/test_examine.py",
    "checks/test_prover_agrees.py",
    "m365_posture/test_error_situations.py",
    "scanner/test_reading_resume.py",
    "scanner/test_graph_faults.py",
    "scanner/test_reading.py",
    "m365_posture/test_fleet.py",
    "checks/signins/test_promises.py",
)
"""Modules that take ten seconds and more: begun last, one would keep a process busy when the other has nothing left."""


MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only pytest's own folders are made in it
ROOM_BYTES: Final = 4 * 1024**3


def pytest_configure() -> None:
    """Keep what tests write in memory where there is room: each scan waits hundreds of times for a disk."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest modules begin; all else stays in the order it has, a random one too."""
    turn = {HERE / module: number for number, module in enumerate(LONGEST_FIRST)}
    if gone := [str(path) for path in turn if not path.exists()]:
        raise pytest.UsageError(f"{__file__} lets modules begin that are not there: {', '.join(gone)}")
    items.sort(key=lambda item: turn.get(item.path, len(turn)))


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
