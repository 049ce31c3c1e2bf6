"""A scan command killed at a random moment loses nothing, shows nothing half, and can be completed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from command_line import World, a_world

ROOT = Path(__file__).parents[2]
SLUG = "lambert"
LATENCY_S = 2.0
"""A hundredth of a second per request: enough for a kill to come in between."""
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A tenant with one undisturbed scan."""
    with a_world(tmp_path_factory.mktemp("killed"), latency_s=LATENCY_S) as served:
        assert served.run("scan", SLUG).code == 0
        yield served


def findings_of(world: World, scan: Path) -> list[tuple[str, str, str | None]]:
    """Return what was found, without what differs from scan to scan."""
    rows = world.run("judge", scan, "--format", "jsonl").rows
    return [(row["check_id"], row["status"], row["object_id"]) for row in rows]


def journal_lines(scan: Path) -> int:
    path = scan / "journal.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def killed_scan(world: World, at_line: int, then_s: float) -> None:
    """Start a scan in a process of its own and kill it, `then_s` after its journal has `at_line` lines."""
    folder = world.tenant_folder(SLUG) / "scans"
    before = set(folder.iterdir())
    options = ["--config", str(world.config), "--key-file", str(world.key_file)]
    command = [sys.executable, "-m", "m365_posture", "scan", SLUG, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - this program
        until = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < until:
            if any(journal_lines(scan) >= at_line for scan in set(folder.iterdir()) - before):
                break
            time.sleep(0.001)
        time.sleep(then_s)
        process.kill()
        assert process.wait() == -signal.SIGKILL


def assert_survives(world: World, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - chooses moments, protects nothing
    finished = world.scans(SLUG)
    undisturbed = findings_of(world, finished[0])

    killed_scan(world, random.randrange(journal_lines(finished[-1])), random.uniform(0, 0.02))

    after = world.scans(SLUG)
    assert after[: len(finished)] == finished
    assert [findings_of(world, scan) for scan in after[len(finished) - 1 :]] == [undisturbed] * (
        len(after) - len(finished) + 1
    )
    answer = world.run("scan", SLUG, "--resume", "--format", "jsonl")
    assert answer.code == 0
    assert [(row["check_id"], row["status"], row["object_id"]) for row in answer.rows] == undisturbed
    assert sorted((world.tenant_folder(SLUG) / "scans").iterdir()) == world.scans(SLUG)


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_scan_is_completed_to_the_same_findings(world: World, seed: int) -> None:
    assert_survives(world, seed)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(3, 23))
def test_a_scan_killed_at_many_more_moments_is_completed_to_the_same_findings(world: World, seed: int) -> None:
    assert_survives(world, seed)
