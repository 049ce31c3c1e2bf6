"""Scans eighty small firms with `m365-posture scan --all` and looks at time, memory, and what one failure costs others.

Run with `make bench-fleet` or `python -m bench.fleet`. Exits 1 when a bound is missed. On the way one child is killed,
and one firm's app has a certificate that Entra no longer accepts: both must be named in the summary, and every other
firm must be whole. The simulator runs in a process of its own; memory is that of the command and its children alone.
"""

import argparse
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from m365_posture.keys import create_master_key
from simulator.generate import generate_tenant
from simulator.server import Simulator

EVERY_S = 0.2
SIGN_INS_A_PERSON, SITES, SHARED_ITEMS = 300, 5, 60
PEAK_BOUND_MB = 700
LOADED_MB = 200


@dataclass
class Watched:
    """What was seen of the children while they ran."""

    killed: str
    """Slug of the one to kill."""
    is_killed: bool = False
    largest_mb: float = 0.0
    """The most memory that one process held."""
    together_mb: float = 0.0
    """The most that the command and all its children held at the same time."""

    def look(self, process_id: int) -> None:
        """Take in what the processes hold now, and kill the one that is due."""
        processes = [process_id, *children_of(process_id)]
        sizes = [resident_mb(each) for each in processes]
        self.largest_mb = max(self.largest_mb, *sizes)
        self.together_mb = max(self.together_mb, sum(sizes))
        for each in processes[1:]:
            if not self.is_killed and command_of(each)[-1:] == [self.killed] and has_begun(each):
                os.kill(each, signal.SIGKILL)
                self.is_killed = True


def children_of(process_id: int) -> list[int]:
    path = Path(f"/proc/{process_id}/task")
    try:
        return [int(child) for task in path.iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


def resident_mb(process_id: int) -> float:
    try:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process_id}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1_000 if found else 0.0


def command_of(process_id: int) -> list[str]:
    try:
        return Path(f"/proc/{process_id}/cmdline").read_text().split("\0")[:-1]
    except OSError:
        return []


def has_begun(process_id: int) -> bool:
    """Whether a child has loaded its libraries, so that it dies at work; an interpreter without any has 10 MB."""
    return resident_mb(process_id) > LOADED_MB


def serve(folder: Path, tenants: int, people: int, clock_speed: float, line: Connection) -> None:
    """Serve the firms until the other process hangs up; the last one's certificate has run out."""
    firms = [
        generate_tenant(seed, people, people * SIGN_INS_A_PERSON, SITES, SHARED_ITEMS) for seed in range(1, tenants + 1)
    ]
    for firm in firms:
        firm.config["packs"] = ["base", "mail", "files"]
    firms[-1].app.certificate_expired = True
    with Simulator(firms, folder / "simulator", clock_speed=clock_speed) as simulator:
        simulator.write_config(folder / "tenants.toml")
        line.send(([firm.slug for firm in firms], simulator.environment))
        line.recv()
        throttled = sum(usage.throttled for usage in simulator.accounting.values())
        line.send(throttled)


@contextmanager
def a_fleet(folder: Path, tenants: int, people: int, clock_speed: float) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(folder, tenants, people, clock_speed, there), daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.join(20)


def scan(folder: Path, jobs: int, environment: dict[str, str], watched: Watched) -> tuple[list[str], str, float]:
    """Run the command; return its JSON lines, what it told, and the seconds it took."""
    command = [sys.executable, "-m", "m365_posture", "scan", "--all", "--jobs", str(jobs), "--format", "jsonl"]
    command += ["--config", str(folder / "tenants.toml"), "--key-file", str(folder / "master.key")]
    started, ended = time.monotonic(), threading.Event()
    with subprocess.Popen(  # noqa: S603 - the product itself
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment}, text=True
    ) as process:

        def watch() -> None:
            while not ended.wait(EVERY_S):
                watched.look(process.pid)

        watcher = threading.Thread(target=watch)
        watcher.start()
        lines, messages = process.communicate()
        ended.set()
        watcher.join()
    return lines.splitlines(), messages, time.monotonic() - started


def measure(folder: Path, line: Connection, jobs: int) -> bool:
    slugs, environment = line.recv()
    create_master_key(folder / "master.key")
    killed, refused = slugs[len(slugs) // 2], slugs[-1]
    watched = Watched(killed)
    lines, messages, seconds = scan(folder, jobs, environment, watched)
    line.send("stop")
    throttled = line.recv()
    _, _, summary = messages.partition(f"Summary of {len(slugs)} tenants:\n")
    print(summary)
    judged = {row["tenant"] for row in map(json.loads, lines) if row["object_id"] is None}
    whole = {slug for slug in slugs if re.search(rf"^  {slug} .*not assessed: \d+ of \d+$", summary, re.MULTILINE)}
    named = all(
        re.search(rf"^  {slug} +NOT SCANNED: .*{word}", summary, re.MULTILINE)
        for slug, word in ((killed, "signal 9"), (refused, refused))
    )
    print(f"tenants                    {len(slugs)}, {jobs} at a time")
    print(f"time                       {seconds / 60:.1f} min, {seconds / len(slugs) * jobs:.1f} s a tenant")
    print(f"memory of the largest      {watched.largest_mb:,.0f} MB, less than {PEAK_BOUND_MB}")
    print(f"memory of all together     {watched.together_mb:,.0f} MB")
    print(f"refusals (429)             {throttled}, none")
    print(f"killed, refused, whole     {killed}, {refused}, {len(whole)} of {len(slugs) - 2}")
    others = set(slugs) - {killed, refused}
    return (
        named
        and watched.is_killed
        and whole == judged == others
        and watched.largest_mb < PEAK_BOUND_MB
        and not throttled
    )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tenants", type=int, default=80)
    options.add_argument("--people", type=int, default=25)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--clock-speed", type=float, default=20.0)
    chosen = options.parse_args()
    if not Path("/proc/self/status").exists():
        print("this benchmark reads /proc: it needs Linux")
        return 1
    sizes = (chosen.tenants, chosen.people, chosen.clock_speed)
    with tempfile.TemporaryDirectory() as name, a_fleet(Path(name), *sizes) as line:
        is_met = measure(Path(name), line, chosen.jobs)
    print("every bound is met" if is_met else "a bound is missed")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
