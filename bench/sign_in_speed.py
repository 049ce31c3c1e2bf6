"""Measures the examination of sign-in logs of half a million, one million and five million rows, from encrypted files.

Run with `make bench` or `python -m bench.sign_in_speed`. Exits 1 when a bound is missed. Each measurement is a process
of its own, so that its peak of memory is its own; the log is written before, day by day, as a scan keeps it.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bench.plants.behaviour import END, ordinary
from checks.model import Gap
from checks.relations import Relations
from checks.signins.columns import FIELDS, LABELS
from checks.signins.examine import examine
from checks.signins.model import Context
from m365_posture.keys import MasterKey, TenantKey
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.sign_ins import SIGN_INS

HALF_A_MILLION, ONE_MILLION, FIVE_MILLION = 500_000, 1_000_000, 5_000_000
SECONDS_BOUND, MEMORY_BOUND, LARGE_MEMORY_BOUND, GROWTH_BOUND = 5.0, 1_000, 2_000, 12.0
SIZES = (HALF_A_MILLION, ONE_MILLION, FIVE_MILLION)
PEOPLE_AT_ONCE = 400
DAYS = 90
MASTER = MasterKey(b"0" * 32)


def vault(folder: Path) -> Vault:
    return Vault(TenantKey.open_or_create(folder, MASTER))


def write_log(folder: Path, rows: int) -> int:
    """Write an ordinary log of about so many rows, one encrypted file a day; firms are joined until it is long."""
    own, written, seed = vault(folder), 0, 0
    with ExitStack() as files:
        writers: dict[date, Any] = {}
        while written < rows:
            seed += 1
            table = ordinary(seed, PEOPLE_AT_ONCE, DAYS).sign_ins.slice(0, rows - written)
            written += table.num_rows
            days = pc.floor_temporal(table["created_date_time"], unit="day")
            for day in pc.unique(days).to_pylist():
                name = day.date()
                if name not in writers:
                    path = folder / f"{name}.parquet"
                    writers[name] = files.enter_context(own.writer(path, SIGN_INS.arrow_schema))
                writers[name].write_table(table.filter(pc.equal(days, pa.scalar(day, days.type))))
    return written


def measure(folder: Path) -> None:
    """Examine the log once and print what it took."""
    own = vault(folder)
    gap = Gap("a table", TableState.SKIPPED, "not_asked")
    started, busy = time.perf_counter(), time.process_time()
    with Relations() as relations:
        dataset = own.dataset(sorted(folder.glob("*.parquet")), SIGN_INS.arrow_schema)
        relation = relations.relation("sign_ins", dataset, (*FIELDS, *LABELS))
        context = Context(END, log_since=END - timedelta(days=DAYS))
        found = examine(relation, context, audits=gap, baselines=gap, beta_unread=False, applications_unread=False)
        seconds = time.perf_counter() - started
    figures = {
        "rows": dataset.count_rows(),
        "looked_at": found.rows.read,
        "seconds": seconds,
        "processor_seconds": time.process_time() - busy,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "detections": len(found.detections),
        "stories": len(found.stories),
        "units": sum(unit.evaluated for unit in found.units),
    }
    print(json.dumps(figures))


def measured(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.sign_in_speed", "--measure", str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very module
    figures: dict[str, Any] = json.loads(answer.stdout)
    return figures


def run(rows: int, times: int) -> tuple[float, float]:
    """Return the median of the seconds and the highest peak of memory, in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "bench.sign_in_speed", "--write", name, "--rows", str(rows)]
        subprocess.run(command, check=True)  # noqa: S603 - this very module
        figures = [measured(folder) for _ in range(times)]
    for one in figures:
        print(one)
    return median(one["seconds"] for one in figures), max(one["peak_mb"] for one in figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, choices=SIZES, help="measure this size alone")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write_log(given.write, given.rows)
    elif given.measure:
        measure(given.measure)
    else:
        judge([given.rows] if given.rows else list(SIZES), given.times)


def judge(sizes: list[int], times: int) -> None:
    took: dict[int, float] = {}
    for rows in sizes:
        took[rows], peak = run(rows, times)
        bound = LARGE_MEMORY_BOUND if rows == FIVE_MILLION else MEMORY_BOUND
        print(f"{rows:>9,} sign-ins: {took[rows]:6.2f} s, {peak:,.0f} MB at most")
        if rows != ONE_MILLION:
            assert peak <= bound, f"{peak:,.0f} MB, allowed are {bound:,} MB"
    if HALF_A_MILLION in took:
        assert took[HALF_A_MILLION] <= SECONDS_BOUND, f"more than {SECONDS_BOUND} s"
    if took.keys() >= {ONE_MILLION, FIVE_MILLION}:
        growth = took[FIVE_MILLION] / took[ONE_MILLION]
        print(f"five times the rows took {growth:.1f} times as long")
        assert growth <= GROWTH_BOUND, f"more than {GROWTH_BOUND} times"


if __name__ == "__main__":
    main()
