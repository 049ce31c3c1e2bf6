"""What tests of the reader share: a simulated tenant, its configuration, templates, a clock under control."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

from m365_posture.config import AppCredential, Hosts, TenantConfig
from scanner.graph import Graph
from scanner.transport.clock import SystemClock
from scanner.transport.session import Patience, Session
from scanner.transport.templates import Api, Declaration, Pack, Template, Workload
from simulator.certificates import server_files
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant, blank_tenant

SLUG = "acme"
SECRET_VARIABLE = "ACME_SECRET"
DRIVE = "b!acme-drive"
USERS = 7
PAGE = 3

UNHURRIED = Patience(deadline_s=5_000)
"""On a clock that runs 200 times faster: 25 real seconds, however busy the machine is."""

ALL_USERS = Template(
    Api.GRAPH_V1,
    "users",
    Workload.IDENTITY,
    permission="User.Read.All",
    pack=Pack.BASE,
    select=("id", "displayName"),
    top=PAGE,
    query=("$filter",),
    headers=(("Prefer", "include-unknown-enum-members"),),
)
SECURITY_DEFAULTS = Template(
    Api.GRAPH_V1,
    "policies/identitySecurityDefaultsEnforcementPolicy",
    Workload.IDENTITY,
    permission="Policy.Read.All",
    pack=Pack.BASE,
)
POLICIES = Template(
    Api.GRAPH_V1,
    "identity/conditionalAccess/policies",
    Workload.CONDITIONAL_ACCESS,
    permission="Policy.Read.All",
    pack=Pack.BASE,
)
SIGN_INS = Template(
    Api.GRAPH_BETA,
    "auditLogs/signIns",
    Workload.REPORTS,
    permission="AuditLog.Read.All",
    pack=Pack.BASE,
    select=("id", "createdDateTime"),
    top=PAGE,
    query=("$filter",),
    license="AAD_PREMIUM",
)
INBOX_RULES = Template(
    Api.GRAPH_V1,
    "users/{user_id}/mailFolders/inbox/messageRules",
    Workload.OUTLOOK,
    permission="MailboxSettings.Read",
    pack=Pack.MAIL,
    select=("id", "displayName"),
)
DRIVE_DELTA = Template(
    Api.GRAPH_V1,
    "drives/{drive_id}/root/delta",
    Workload.SHAREPOINT,
    permission="Files.Read.All",
    pack=Pack.FILES,
    cost=2,
    select=("id", "name"),
    top=PAGE,
)
PERMISSIONS = Template(
    Api.GRAPH_V1,
    "drives/{drive_id}/items/{item_id}/permissions",
    Workload.SHAREPOINT,
    permission="Files.Read.All",
    pack=Pack.FILES,
    cost=5,
    select=("id", "roles"),
)
TEMPLATES = (ALL_USERS, SECURITY_DEFAULTS, POLICIES, SIGN_INS, INBOX_RULES, DRIVE_DELTA, PERMISSIONS)


def a_tenant(slug: str = SLUG) -> SimulatedTenant:
    """Return seven users with two inbox rules each, a drive of seven items, seven sign-ins, two policies."""
    tenant = blank_tenant(slug)
    tenant.users = [{"id": f"u{n}", "displayName": f"User {n}"} for n in range(USERS)]
    tenant.inbox_rules = {
        f"u{n}": [{"id": f"r{n}{m}", "displayName": f"Rule {m}"} for m in range(2)] for n in range(USERS)
    }
    tenant.sites = [{"id": "acme.example,s1,w1", "displayName": "Site"}]
    tenant.drives = {"acme.example,s1,w1": [{"id": DRIVE, "name": "Documents"}]}
    tenant.drive_items = {DRIVE: [{"id": f"i{n}", "name": f"File {n}"} for n in range(USERS)]}
    tenant.permissions = {f"{DRIVE}/i{n}": [{"id": f"p{n}", "roles": ["read"]}] for n in range(USERS)}
    tenant.sign_ins = [_a_sign_in(n) for n in range(USERS)]
    tenant.conditional_access_policies = [{"id": f"c{n}", "displayName": f"Policy {n}"} for n in range(2)]
    return tenant


def _a_sign_in(hours_ago: int) -> dict[str, Any]:
    moment = datetime.now(UTC) - timedelta(hours=hours_ago)
    return {
        "id": f"s{hours_ago}",
        "createdDateTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "signInEventTypes": ["interactiveUser"],
    }


def a_config(sim: Simulator, slug: str = SLUG, **changes: Any) -> TenantConfig:  # noqa: ANN401 - fields of the configuration
    """Return the configuration of a simulated tenant that signs in with its client secret."""
    own = sim.credentials(slug)
    hosts = sim.hosts
    settings: dict[str, Any] = {
        "slug": slug,
        "name": slug,
        "tenant_id": own.tenant_id,
        "data_dir": Path("unused"),
        "app": AppCredential(own.client_id, client_secret_env=SECRET_VARIABLE),
        "packs": ("base", "mail", "files"),
        "hosts": Hosts(
            hosts.login,
            hosts.graph,
            exchange=hosts.exchange,
            sharepoint_admin=hosts.sharepoint_admin,
            dns=hosts.dns,
            ca_file=hosts.ca_file,
            clock_speed=hosts.clock_speed,
        ),
    }
    return TenantConfig(**(settings | changes))


def moved(config: TenantConfig, **hosts: Any) -> TenantConfig:  # noqa: ANN401 - fields of the hosts
    """Return the configuration with some of its hosts replaced."""
    assert config.hosts is not None
    return replace(config, hosts=replace(config.hosts, **hosts))


def an_environment(sim: Simulator, slug: str = SLUG) -> dict[str, str]:
    """Return the variables that `a_config` refers to."""
    return {SECRET_VARIABLE: sim.credentials(slug).client_secret}


@asynccontextmanager
async def a_session(
    sim: Simulator,
    config: TenantConfig | None = None,
    *,
    templates: Iterable[Declaration] = TEMPLATES,
    environment: Mapping[str, str] | None = None,
    patience: Patience = UNHURRIED,
) -> AsyncIterator[Session]:
    """Open a session on the simulator's clock, with seeded jitter."""
    async with Session.open(
        config or a_config(sim),
        SystemClock(sim.hosts.clock_speed),
        templates,
        environment=an_environment(sim) if environment is None else environment,
        patience=patience,
        random=Random(1),  # noqa: S311 - the same jitter each time
    ) as session:
        yield session


async def rows_of(graph: Graph, template: Template, **options: Any) -> list[str]:  # noqa: ANN401 - those of `pages`
    """Return the ids of a listing, dropping what came before a restart, as every caller must."""
    ids: list[str] = []
    async for page in graph.pages(template, **options):
        if page.restarted:
            ids.clear()
        ids += [row["id"] for row in page.rows]
    return ids


class FakeClock:
    """Time that moves only when everybody waits, to the moment the first of them waits for."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._due: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic_s(self) -> float:
        return self.elapsed

    def real_s(self, seconds: float) -> float:
        return seconds

    async def sleep(self, seconds: float) -> None:
        due = self.elapsed + seconds
        self._due.append(due)
        try:
            while self.elapsed < due:
                # A clock that advances at once would hide races: everybody else gets their turn first.
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                if due == min(self._due):
                    self.elapsed = max(self.elapsed, due)
        finally:
            self._due.remove(due)


_TURNS = 20


class RawGraph:
    """A TLS server that says, byte for byte, what a test wants; the last answer is repeated."""

    def __init__(self, folder: Path, *answers: bytes) -> None:
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(server_files(folder).server_file)
        self._answers = list(answers)
        self.requests: list[str] = []
        self.origin = ""
        self._connections: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        self.origin = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        # In Python 3.11 the server does not wait for its connections; one left open is a warning in some other test.
        await asyncio.gather(*self._connections)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.append(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head.decode("ascii"))
                writer.write(self._answers.pop(0) if len(self._answers) > 1 else self._answers[0])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection and see it closed."""
    writer.close()
    with suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()


def raw(status: str = "200 OK", body: bytes = b'{"value":[]}', **headers: str) -> bytes:
    """Return an HTTP answer; underscores in header names stand for hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
