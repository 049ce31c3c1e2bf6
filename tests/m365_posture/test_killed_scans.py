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

from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.tenant_data import TenantData
from scanner.snapshot.manifest import read_manifest
from scanner.snapshot.reader import SnapshotReader

ROOT = Path(__file__).parents[2]
SMALL, WITH_A_LOG = "lambert", "vermeulen"
LATENCY_S = 2.0
"""A hundredth of a second per request: enough for a kill to come in between."""
PATIENCE_S = 300.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two tenants with one undisturbed scan each; the second one's has a log of sign-ins."""
    with a_world(tmp_path_factory.mktemp("killed"), latency_s=LATENCY_S) as served:
        for slug in (SMALL, WITH_A_LOG):
            assert served.run("scan", slug).code == 0
        yield served


Findings = list[tuple[str, str, str | None]]


@pytest.fixture(scope="module")
def undisturbed(world: World) -> dict[str, tuple[Findings, list[str]]]:
    """What the undisturbed scan of each tenant found, and its log."""
    first = {slug: world.scans(slug)[0] for slug in (SMALL, WITH_A_LOG)}
    return {slug: (findings_of(world, scan), sign_ins_of(world, scan)) for slug, scan in first.items()}


def findings_of(world: World, scan: Path) -> Findings:
    """Return what was found, without what differs from scan to scan."""
    rows = world.run("judge", scan, "--format", "jsonl").rows
    return [(row["check_id"], row["status"], row["object_id"]) for row in rows]


def sign_ins_of(world: World, scan: Path) -> list[str]:
    """Return the ids of the log that a scan may judge, every file of which is proven."""
    manifest = read_manifest(scan)
    tenant = load(world.config).tenant_with_id(manifest.tenant_id)
    reader = SnapshotReader.open(scan, TenantData.open(tenant, read_key_file(world.key_file)).vault)
    reader.verify()
    if not reader.coverage("sign_ins").state.delivers_rows:
        return []
    return sorted(reader.frame("sign_ins", ["id"])["id"])


def journal_lines(scan: Path) -> int:
    path = scan / "journal.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def killed_scan(world: World, slug: str, at_line: int, then_s: float) -> None:
    """Start a scan in a process of its own and kill it, `then_s` after its journal has `at_line` lines."""
    folder = world.tenant_folder(slug) / "scans"
    before = set(folder.iterdir())
    options = ["--config", str(world.config), "--key-file", str(world.key_file)]
    command = [sys.executable, "-m", "m365_posture", "scan", slug, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - this program
        until = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < until:
            if any(journal_lines(scan) >= at_line for scan in set(folder.iterdir()) - before):
                break
            time.sleep(0.001)
        time.sleep(then_s)
        process.kill()
        assert process.wait() == -signal.SIGKILL


def assert_survives(world: World, slug: str, seed: int, expected: tuple[Findings, list[str]]) -> None:
    random = Random(seed)  # noqa: S311 - chooses moments, protects nothing
    finished = world.scans(slug)
    undisturbed, log = expected
    assert bool(log) == (slug == WITH_A_LOG)

    killed_scan(world, slug, random.randrange(journal_lines(finished[-1])), random.uniform(0, 0.02))

    after = world.scans(slug)
    assert after[: len(finished)] == finished
    assert [findings_of(world, scan) for scan in after[len(finished) - 1 :]] == [undisturbed] * (
        len(after) - len(finished) + 1
    )
    answer = world.run("scan", slug, "--resume", "--format", "jsonl")
    assert answer.code == 0
    assert [(row["check_id"], row["status"], row["object_id"]) for row in answer.rows] == undisturbed
    assert sorted((world.tenant_folder(slug) / "scans").iterdir()) == world.scans(slug)
    assert [sign_ins_of(world, scan) for scan in world.scans(slug)] == [log] * len(world.scans(slug))


@pytest.mark.parametrize(("slug", "seed"), [(SMALL, 0), (WITH_A_LOG, 1)])
def test_a_killed_scan_is_completed_to_the_same_findings(
    world: World, undisturbed: dict[str, tuple[Findings, list[str]]], slug: str, seed: int
) -> None:
    assert_survives(world, slug, seed, undisturbed[slug])


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 23))
@pytest.mark.parametrize("slug", [SMALL, WITH_A_LOG])
def test_a_scan_killed_at_many_more_moments_is_completed_to_the_same_findings(
    world: World, undisturbed: dict[str, tuple[Findings, list[str]]], slug: str, seed: int
) -> None:
    assert_survives(world, slug, seed, undisturbed[slug])
