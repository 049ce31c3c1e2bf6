"""Scans of simulated tenants: the tenant, the simulator that serves it, and the reading of it."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from m365_posture.config import AppCredential, Hosts, TenantConfig
from m365_posture.keys import MasterKey, TenantKey
from scanner.reading import Means, read_tenant
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import Coverage
from scanner.snapshot.manifest import Manifest, newest_finished
from scanner.snapshot.reader import SnapshotReader
from scanner.transport.clock import SystemClock
from scanner.transport.session import Patience
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

SPEED: Final = 200.0
"""How much faster than real time limits and waits run in tests."""
IMPATIENT: Final = Patience(retries=1, deadline_s=30 * SPEED)
"""For faults that stay: one more try. Half a minute of real time for each request: a busy machine is no fault."""
SECRET: Final = "CLIENT_SECRET"
PASSWORD: Final = "CERTIFICATE_PASSWORD"
DATA: Final = "data"
KEY: Final = MasterKey(b"a test key that protects nothing")


@dataclass
class Watched:
    """Progress as it was told."""

    events: list[tuple[str, str, object]] = field(default_factory=list)

    def started(self, table: str) -> None:
        self.events.append(("started", table, None))

    def expecting(self, table: str, objects: int) -> None:
        self.events.append(("expecting", table, objects))

    def advanced(self, table: str, amount: int) -> None:
        self.events.append(("advanced", table, amount))

    def finished(self, table: str, coverage: Coverage) -> None:
        self.events.append(("finished", table, coverage))


class LaterClock(SystemClock):
    """The machine's clock, set forward."""

    def __init__(self, later: timedelta) -> None:
        super().__init__(SPEED)
        self._later = later

    def now(self) -> datetime:
        return super().now() + self._later


@dataclass
class Office:
    """One tenant, its simulator, and the folder in which its scans are kept."""

    tenant: SimulatedTenant
    simulator: Simulator
    config: TenantConfig
    vault: Vault
    watched: Watched = field(default_factory=Watched)

    def scan(
        self,
        *,
        resume: bool = False,
        only: Sequence[str] | None = None,
        full: bool = False,
        packs: Sequence[str] | None = None,
        patience: Patience = IMPATIENT,
        later: timedelta = timedelta(),
        secret: str = "",
    ) -> "Snapshot":
        """Read the tenant, `later` than now, and return what was published."""
        config = self.config if packs is None else replace(self.config, packs=tuple(packs))
        environment = {SECRET: secret or self.tenant.app.client_secret}
        if config.app.certificate:
            environment[PASSWORD] = self.simulator.credentials(self.tenant.slug).certificate_password
        means = Means(environment, patience)
        clock = LaterClock(later)
        manifest = asyncio.run(
            read_tenant(config, self.vault, clock, self.watched, resume=resume, only=only, full=full, means=means)
        )
        return Snapshot(manifest, SnapshotReader.open(config.folder / "scans" / manifest.scan_id, self.vault))

    def newest(self) -> "Snapshot":
        """Return the newest scan of everything that is kept."""
        folder = newest_finished(self.config.folder)
        assert folder is not None
        reader = SnapshotReader.open(folder, self.vault)
        return Snapshot(reader.manifest, reader)

    def opted_in(self) -> "Office":
        """Return the same office, signing in with its certificate, where the firm allows the SharePoint admin read."""
        own = self.simulator.credentials(self.tenant.slug)
        app = AppCredential(own.client_id, certificate=own.certificate, certificate_password_env=PASSWORD)
        return replace(self, config=replace(self.config, app=app, sharepoint_admin=True))

    def asked(self, path: str = "") -> list[str]:
        """Return the paths of the requests so far that begin with `path`, parts of batches included."""
        return [request.path for request in self.simulator.requests if request.path.startswith(path)]


@dataclass(frozen=True)
class Snapshot:
    """A published scan."""

    manifest: Manifest
    reader: SnapshotReader

    def coverage(self, table: str) -> Coverage:
        return self.reader.coverage(table)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table, sorted by everything in them."""
        rows: list[dict[str, Any]] = self.table(table).to_pylist()
        return sorted(rows, key=lambda row: [str(value) for value in row.values()])

    def table(self, table: str) -> pa.Table:
        return self.reader.dataset(table).to_table()

    @property
    def states(self) -> Mapping[str, str]:
        return {name: str(coverage.state) for name, coverage in self.manifest.tables.items()}


@cache
def certificates() -> Path:
    """Return a folder for the simulator's keys, which take long to make; gone when the tests end."""
    folder = tempfile.mkdtemp(prefix="simulator-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@contextmanager
def an_office(
    tenant: SimulatedTenant,
    folder: Path,
    *,
    packs: Sequence[str] = ("base", "mail", "files"),
    throttling: bool = True,
    scanned: Path | None = None,
) -> Iterator[Office]:
    """Serve a tenant and give what is needed to scan it.

    Args:
        tenant: Is served while the office is open.
        folder: Takes its data.
        packs: What the firm consents to.
        throttling: Whether the documented limits hold.
        scanned: Folder of an earlier office of the same tenant; what was scanned there has been scanned here too.
    """
    if scanned is not None:
        shutil.copytree(scanned / DATA, folder / DATA)
    with Simulator([tenant], certificates(), clock_speed=SPEED, throttling=throttling) as simulator:
        hosts = Hosts(
            login=simulator.hosts.login,
            graph=simulator.hosts.graph,
            exchange=simulator.hosts.exchange,
            sharepoint_admin=simulator.hosts.sharepoint_admin,
            dns=simulator.hosts.dns,
            ca_file=simulator.hosts.ca_file,
            clock_speed=SPEED,
        )
        config = TenantConfig(
            slug=tenant.slug,
            name=tenant.name,
            tenant_id=tenant.tenant_id,
            data_dir=folder / DATA,
            app=AppCredential(tenant.app.client_id, client_secret_env=SECRET),
            packs=tuple(packs),
            hosts=hosts,
        )
        yield Office(tenant, simulator, config, Vault(TenantKey.open_or_create(config.folder, KEY)))


def scan_alone(config: TenantConfig, secret: str) -> None:
    """Read a tenant that another process serves; for processes that are killed while they do."""
    vault = Vault(TenantKey.open_or_create(config.folder, KEY))
    means = Means({SECRET: secret}, IMPATIENT)
    asyncio.run(read_tenant(config, vault, SystemClock(SPEED), Watched(), means=means))
