"""A scan that is killed at any moment leaves the last finished one readable and no half one visible."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import stored_scans
from stored_scans import MOMENT, TENANT, a_tenant, write_tables

from m365_posture.locks import tenant_lock
from scanner.snapshot.crypto import Vault
from scanner.snapshot.manifest import finished_scans, newest_finished, scan_folders
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.writer import ScanWriter

ROOT = Path(__file__).parents[3]
SCAN_S = 0.4
"""About how long the writing process takes for one scan."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGKILL")


def kill_at_a_random_moment(data: Path, seed: int) -> list[str]:
    """Let a process write scans into `data`, kill it, and return the ids of the scans it said were finished."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, stored_scans.__file__, "for-ever", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)  # noqa: S603 - this test's own code
    assert process.stdout is not None
    first = process.stdout.readline().strip()
    time.sleep(chance.uniform(0, 2 * SCAN_S))
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL, "it was not killed but ended by itself"
    return [first, *rest.split()]


def contents(scan: Path, vault: Vault) -> dict[str, list[str]]:
    reader = SnapshotReader.open(scan, vault)
    reader.verify()
    keys = {"users": "id", "sign_ins": "id", "inbox_rules": "mailbox_id"}
    return {name: sorted(reader.frame(name, [key])[key]) for name, key in keys.items()}


def an_undisturbed_scan(data: Path) -> dict[str, list[str]]:
    folder, vault = a_tenant(data)
    scan = ScanWriter.begin(folder, TENANT, vault, MOMENT)
    write_tables(scan)
    scan.publish(MOMENT)
    return contents(scan.folder, vault)


def check_a_killed_scan(tmp_path: Path, seed: int) -> None:
    undisturbed = an_undisturbed_scan(tmp_path / "undisturbed")
    told = kill_at_a_random_moment(tmp_path / "data", seed)
    folder, vault = a_tenant(tmp_path / "data")
    kept = finished_scans(folder)

    assert set(told) <= {scan.name for scan in kept}, "a scan that was said to be finished is lost"
    assert len(kept) <= len(told) + 1, "a half scan is visible"
    assert all(contents(scan, vault) == undisturbed for scan in kept)

    now = MOMENT + timedelta(hours=len(kept))
    with tenant_lock(folder, command="scan", started_at=now):
        scan = ScanWriter.resume(folder, TENANT, vault, now) or ScanWriter.begin(folder, TENANT, vault, now)
        write_tables(scan)
        scan.publish(now)
    assert newest_finished(folder) == scan.folder
    assert contents(scan.folder, vault) == undisturbed
    assert set(scan_folders(folder)) == {*kept, scan.folder}
    assert not list(folder.rglob("*.tmp"))


@pytest.mark.parametrize("seed", range(2))
def test_a_scan_killed_at_a_random_moment_is_resumed_to_the_same_rows(tmp_path: Path, seed: int) -> None:
    check_a_killed_scan(tmp_path, seed)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 23))
def test_a_scan_killed_at_many_more_moments_is_resumed_to_the_same_rows(tmp_path: Path, seed: int) -> None:
    check_a_killed_scan(tmp_path, seed)
