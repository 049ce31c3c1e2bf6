"""A scan command killed at a random moment loses nothing, shows nothing half, and can be completed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from command_line import Answer, World, a_world

from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.tenant_data import TenantData
from scanner.snapshot.manifest import read_manifest
from scanner.snapshot.reader import SnapshotReader

ROOT = Path(__file__).parents[2]
SMALL, WITH_A_LOG = "lambert", "vermeulen"
LICENSED = "lambert with Entra ID P1"
"""Small, and with a log: what most can be shown of in little time."""
LATENCY_S = 2.0
"""A hundredth of a second per request: enough for a kill to come in between."""
PATIENCE_S = 300.0


Findings = list[tuple[str, str, str | None]]


@dataclass(frozen=True)
class Undisturbed:
    """A firm with one scan that nobody killed."""

    world: World
    slug: str
    findings: Findings
    log: list[str]
    """Ids of its sign-ins."""


@contextmanager
def an_undisturbed(folder: Path, firm: str) -> Iterator[Undisturbed]:
    slug = SMALL if firm == LICENSED else firm
    with a_world(folder, latency_s=LATENCY_S, samples=(slug,)) as world:
        if firm == LICENSED:
            world.simulator.tenants[slug].service_plans.add("AAD_PREMIUM")
            world.simulator.tenants[slug].page_size = 40
        answer = world.run("scan", slug, "--format", "jsonl")
        assert answer.code == 0
        [scan] = world.scans(slug)
        log = sign_ins_of(world, scan)
        assert bool(log) == (firm != SMALL)
        yield Undisturbed(world, slug, findings_in(answer), log)


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    with an_undisturbed(tmp_path_factory.mktemp("licensed"), LICENSED) as firm:
        yield firm


@pytest.fixture(scope="module", params=[SMALL, WITH_A_LOG])
def sample(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Undisturbed]:
    with an_undisturbed(tmp_path_factory.mktemp("sample"), request.param) as firm:
        yield firm


def findings_of(world: World, scan: Path) -> Findings:
    """Return what was found, without what differs from scan to scan."""
    return findings_in(world.run("judge", scan, "--format", "jsonl"))


def findings_in(answer: Answer) -> Findings:
    return [(row["check_id"], row["status"], row["object_id"]) for row in answer.rows]


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
            time.sleep(0.003)
        time.sleep(then_s)
        process.kill()
        assert process.wait() == -signal.SIGKILL


def assert_survives(firm: Undisturbed, seed: int) -> None:
    world, slug = firm.world, firm.slug
    random = Random(seed)  # noqa: S311 - chooses moments, protects nothing
    finished = world.scans(slug)

    killed_scan(world, slug, random.randrange(journal_lines(finished[-1])), random.uniform(0, 0.02))

    after = world.scans(slug)
    assert after[: len(finished)] == finished
    assert [findings_of(world, scan) for scan in after[len(finished) - 1 :]] == [firm.findings] * (
        len(after) - len(finished) + 1
    )
    answer = world.run("scan", slug, "--resume", "--format", "jsonl")
    assert answer.code == 0
    assert findings_in(answer) == firm.findings
    assert sorted((world.tenant_folder(slug) / "scans").iterdir()) == world.scans(slug)
    assert [sign_ins_of(world, scan) for scan in world.scans(slug)] == [firm.log] * len(world.scans(slug))


def test_a_killed_scan_is_completed_to_the_same_findings(licensed: Undisturbed) -> None:
    assert_survives(licensed, seed=1)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(23))
def test_a_scan_killed_at_many_more_moments_is_completed_to_the_same_findings(sample: Undisturbed, seed: int) -> None:
    assert_survives(sample, seed)
