"""What the benchmarks share: a simulator in a process of its own, a tenant to scan, and nobody who watches."""

import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from m365_posture.config import AppCredential, Hosts, TenantConfig
from scanner.snapshot.ledger import Coverage
from simulator.accounting import Account
from simulator.generate import generate_tenant
from simulator.records import Credentials, HostAddresses
from simulator.server import Simulator

VARIABLE = "BENCH_CERTIFICATE"


@dataclass(frozen=True)
class Firm:
    """A generated tenant, and how the simulator serves it."""

    size: Mapping[str, int]
    """Arguments of `generate_tenant`."""
    clock_speed: float
    latency_s: float = 0.0
    throttling: bool = True


@dataclass
class Served:
    """What the simulator's process says of itself."""

    hosts: HostAddresses
    credentials: Credentials
    line: Connection

    def account(self) -> Account:
        """Ask the simulator what was used of each of its limits."""
        self.line.send("account")
        account: Account = self.line.recv()
        return account

    @property
    def environment(self) -> dict[str, str]:
        return {VARIABLE: self.credentials.certificate_password}

    def configuration(self, folder: Path, packs: tuple[str, ...]) -> TenantConfig:
        """Return the tenant of a scan of these packs."""
        own, hosts = self.credentials, self.hosts
        return TenantConfig(
            slug="bench",
            name="Bench",
            tenant_id=own.tenant_id,
            data_dir=folder / "data",
            app=AppCredential(own.client_id, own.certificate, VARIABLE),
            packs=packs,
            hosts=Hosts(
                hosts.login,
                hosts.graph,
                hosts.exchange,
                hosts.sharepoint_admin,
                hosts.dns,
                ca_file=hosts.ca_file,
                clock_speed=hosts.clock_speed,
            ),
        )


class Quiet:
    """Nobody watches a benchmark's progress."""

    def started(self, table: str) -> None: ...
    def expecting(self, table: str, objects: int) -> None: ...
    def advanced(self, table: str, amount: int) -> None: ...
    def finished(self, table: str, coverage: Coverage) -> None: ...


def serve(folder: Path, firm: Firm, line: Connection) -> None:
    """Run the simulator until the other process hangs up."""
    sizes: dict[str, Any] = dict(firm.size)
    tenant = generate_tenant(**sizes)
    options: dict[str, Any] = {"latency_s": firm.latency_s, "throttling": firm.throttling}
    with Simulator([tenant], folder, clock_speed=firm.clock_speed, **options) as sim:
        line.send((sim.hosts, sim.credentials(tenant.slug)))
        while line.recv() == "account":
            line.send(sim.account(tenant.slug))


@contextmanager
def a_simulator(folder: Path, firm: Firm) -> Iterator[Served]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(folder, firm, there), daemon=True)
    process.start()
    try:
        hosts, credentials = here.recv()
        yield Served(hosts, credentials, here)
    finally:
        here.send("stop")
        process.join(10)
