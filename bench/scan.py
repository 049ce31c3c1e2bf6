"""Scans a generated firm under the documented limits and compares the time with what those limits allow.

Run with `make bench` or `python -m bench.scan`. Exits 1 when a bound is missed. The simulator runs in a process of
its own, so that neither its memory nor its processor time counts as the scanner's; it also keeps the account: what
every limit was used for, which requests had to wait for which, what was refused.

A small firm is scanned before, unmeasured: loading the SDK takes a second or two of processor time, which a clock at
speed 20 would turn into half a minute of scan.

The bound is the time below which nobody comes: the largest, over all limits, of (units used - one window) / rate,
plus the longest chain of requests of which each needs the answer to the one before, times the latency.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.serving import Firm, Quiet, Served, a_simulator
from m365_posture.keys import MasterKey, TenantKey
from scanner.reading import Means, read_tenant
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import TableState
from scanner.snapshot.manifest import Manifest
from scanner.transport.clock import SystemClock
from simulator.accounting import Account

SHARE_BOUND = 0.95
MEMORY_BOUND_MB = 700
PACKS = ("base", "mail", "files")


@dataclass(frozen=True)
class Measured:
    """One scan."""

    manifest: Manifest
    account: Account
    seconds: float
    """From before the sign-in until the manifest is on the disk, on the scaled clock, libraries loaded."""
    peak_mb: float

    @property
    def share(self) -> float:
        """How much of the limiting budget was used: 1.0 is as fast as the limits allow."""
        return self.account.bound_s / self.seconds

    @property
    def is_whole(self) -> bool:
        """Whether everything that a licence allows was read."""
        unread = {TableState.PARTIAL, TableState.DENIED, TableState.FAILED}
        return not any(coverage.state in unread for coverage in self.manifest.tables.values())


async def measure(folder: Path, served: Served) -> Measured:
    config = served.configuration(folder, PACKS)
    config.folder.mkdir(parents=True)
    vault = Vault(TenantKey.create(config.folder, MasterKey.generate()))
    clock = SystemClock(served.hosts.clock_speed)
    started = time.perf_counter()
    manifest = await read_tenant(config, vault, clock, Quiet(), means=Means(served.environment))
    seconds = (time.perf_counter() - started) * served.hosts.clock_speed
    return Measured(manifest, served.account(), seconds, peak_mb())


def peak_mb() -> float:
    """Return the most memory this process, which is the scanner, has held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def tell(measured: Measured) -> bool:
    """Print the figures; False when a bound is missed."""
    account, limiting = measured.account, measured.account.limiting
    print("table                            rows requests  seconds  state")
    for name, table in sorted(measured.manifest.tables.items(), key=lambda item: item[1].seconds):
        print(f"{name:28} {table.rows:9,} {table.requests:8,} {table.seconds:8,.1f}  {table.state} {table.reason}")
    print("limit                       used  allowed     per  bound")
    for budget in sorted(account.budgets, key=lambda budget: budget.bound_s, reverse=True):
        if not budget.mailbox:
            per = f"{budget.units:8,.0f} {budget.window_s:6,.0f} s {budget.bound_s:6,.1f} s"
            print(f"{budget.workload:20} {budget.used:11,.0f} {per}")
    print(f"limiting budget      {limiting.workload}: {limiting.bound_s:,.1f} s")
    print(f"longest chain        {account.chain} requests x {account.latency_s} s")
    print(f"bound                {account.bound_s:8,.1f} s")
    print(f"the window slides    {limiting.last_unit_s:8,.1f} s is when the last unit can be spent at the earliest")
    print(f"measured             {measured.seconds:8,.1f} s")
    print(f"share of the budget  {measured.share:8.3f}   at least {SHARE_BOUND}")
    print(f"refusals (429)       {account.throttled:8}   none")
    print(f"peak memory          {measured.peak_mb:8,.0f} MB less than {MEMORY_BOUND_MB}")
    fast = measured.share >= SHARE_BOUND and not account.throttled
    return fast and measured.peak_mb < MEMORY_BOUND_MB and measured.is_whole


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--users", type=int, default=200)
    options.add_argument("--sign-ins", type=int, default=60_000)
    options.add_argument("--sites", type=int, default=40)
    options.add_argument("--shared-items", type=int, default=3_000)
    options.add_argument("--items", type=int, default=20_000, help="files and folders of all sites (default: 20,000)")
    options.add_argument("--clock-speed", type=float, default=20.0)
    options.add_argument("--latency", type=float, default=1.0, help="scaled seconds before each answer (default: 1.0)")
    chosen = options.parse_args()
    sizes = ("users", "sign_ins", "sites", "shared_items", "items")
    firm = Firm({name: getattr(chosen, name) for name in sizes}, chosen.clock_speed, chosen.latency)
    warm_up = Firm({"users": 3, "sign_ins": 10, "sites": 1, "shared_items": 2}, chosen.clock_speed)
    for each in (warm_up, firm):
        with tempfile.TemporaryDirectory() as name, a_simulator(Path(name) / "simulator", each) as served:
            measured = asyncio.run(measure(Path(name), served))
    is_met = tell(measured)
    print(f"processor time       {time.process_time():8,.1f} s of the scanner, the small firm's included")
    print("every bound is met" if is_met else "a bound is missed")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
