"""A tenant is worked on by one process at a time, and by nobody once that process is dead."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from m365_posture.locks import LOCK_FILE, TenantLocked, read_holder, tenant_lock

MOMENT = datetime(2026, 11, 16, 6, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from m365_posture.locks import TenantLocked, tenant_lock
try:
    with tenant_lock(Path(sys.argv[1]), command="scan", started_at=datetime(2026, 11, 16, 5, tzinfo=UTC)):
        print("held", flush=True)
        sys.stdin.readline()
except TenantLocked:
    print("locked", flush=True)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", HOLD, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)  # noqa: S603 - this test's own code


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def another_process_on(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(folder)
    try:
        assert first_line(process) == "held"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_process_is_told_who_holds_the_tenant(tmp_path: Path) -> None:
    with another_process_on(tmp_path / "tenant") as other:
        with (
            pytest.raises(TenantLocked) as refusal,
            tenant_lock(tmp_path / "tenant", command="judge", started_at=MOMENT),
        ):
            pass
        holder = read_holder(tmp_path / "tenant")

    assert holder is not None
    assert (holder.pid, holder.command, holder.started_at) == (other.pid, "scan", "2026-11-16T05:00:00+00:00")
    assert str(other.pid) in str(refusal.value)
    assert re.fullmatch(r"[^\n]+: [^\n]+\.", str(refusal.value))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGKILL")
def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    with another_process_on(tmp_path / "tenant") as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        left_behind = read_holder(tmp_path / "tenant")
        with tenant_lock(tmp_path / "tenant", command="scan", started_at=MOMENT) as holder:
            assert read_holder(tmp_path / "tenant") == holder

    assert left_behind is not None
    assert holder.pid == os.getpid()


def test_the_lock_is_free_after_the_block_also_when_it_failed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), tenant_lock(tmp_path, command="scan", started_at=MOMENT):
        raise RuntimeError

    assert read_holder(tmp_path) is None
    with tenant_lock(tmp_path, command="scan", started_at=MOMENT):
        pass


def test_the_same_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    with (
        tenant_lock(tmp_path, command="scan", started_at=MOMENT),
        pytest.raises(TenantLocked),
        tenant_lock(tmp_path, command="scan", started_at=MOMENT),
    ):
        pass


def test_other_tenants_are_not_held_up(tmp_path: Path) -> None:
    with (
        tenant_lock(tmp_path / "a", command="scan", started_at=MOMENT),
        tenant_lock(tmp_path / "b", command="scan", started_at=MOMENT) as holder,
    ):
        assert read_holder(tmp_path / "b") == holder


def test_of_several_processes_that_compete_one_wins(tmp_path: Path) -> None:
    processes = [start(tmp_path / "tenant") for _ in range(3)]
    try:
        answers = sorted(first_line(process) for process in processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()

    assert answers == ["held", "locked", "locked"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": 1}'])
def test_a_lock_file_that_says_nothing_still_locks(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LOCK_FILE).write_bytes(content)
    with tenant_lock(tmp_path, command="scan", started_at=MOMENT):
        (tmp_path / LOCK_FILE).write_bytes(content)
        with (
            pytest.raises(TenantLocked, match="Another process"),
            tenant_lock(tmp_path, command="x", started_at=MOMENT),
        ):
            pass


def test_the_lock_file_says_process_host_start_and_command_only(tmp_path: Path) -> None:
    with tenant_lock(tmp_path, command="scan", started_at=MOMENT):
        assert set(json.loads((tmp_path / LOCK_FILE).read_bytes())) == {"pid", "host", "started_at", "command"}
