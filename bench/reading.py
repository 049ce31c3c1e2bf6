"""Measures reading against one simulator: SDK objects, raw parsing, listing to encrypted part, requests for users.

Run with `make bench` or `python -m bench.reading`. Exits 1 when a bound is missed. The simulator runs in a process
of its own, its throttling off; the reader keeps its budgets, on a clock fast enough that they never bind.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from azure.identity.aio import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphServiceClient
from msgraph.generated.audit_logs.sign_ins.sign_ins_request_builder import SignInsRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter

from bench.serving import Firm, Quiet, Served, a_simulator
from m365_posture.config import TenantConfig
from m365_posture.keys import MasterKey, TenantKey
from scanner.collectors.catalogue import COLLECTORS
from scanner.graph import Graph
from scanner.reading import Means, read_tenant
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import Coverage
from scanner.transport.answers import parse_object
from scanner.transport.clock import SystemClock
from scanner.transport.session import Session

CLOCK_SPEED = 100.0
USERS = 5_000
SDK_PAGE = 50
PARSE_BOUND, LISTING_BOUND, REQUEST_BOUND = 100.0, 60.0, 11


@dataclass
class Speed:
    """Rows and the time they took, over several rounds: other programs slow all measurements alike."""

    rows: int = 0
    seconds: float = 0.0

    @property
    def per_s(self) -> float:
        return self.rows / self.seconds


async def read_with_sdk(served: Served, pages: int, speed: Speed) -> None:
    """Read pages of the sign-in log the way msgraph-sdk is meant to be used: into its model objects."""
    own, hosts = served.credentials, served.hosts
    credential = ClientSecretCredential(
        own.tenant_id,
        own.client_id,
        own.client_secret,
        authority=hosts.login,
        disable_instance_discovery=True,
        connection_verify=str(hosts.ca_file),
    )
    tls = httpx.create_ssl_context(verify=str(hosts.ca_file))
    async with credential, httpx.AsyncClient(verify=tls, timeout=60) as http:
        provider = AzureIdentityAuthenticationProvider(
            credential,
            scopes=["https://graph.microsoft.com/.default"],
            allowed_hosts=["127.0.0.1"],
            is_cae_enabled=False,
        )
        adapter = GraphRequestAdapter(provider, client=http)
        adapter.base_url = f"{hosts.graph}/v1.0"
        builder = GraphServiceClient(request_adapter=adapter).audit_logs.sign_ins
        query = SignInsRequestBuilder.SignInsRequestBuilderGetQueryParameters(top=SDK_PAGE)
        await builder.get(RequestConfiguration(query_parameters=query))  # imports and the token are not measured
        started = time.perf_counter()
        for _ in range(pages):
            page = await builder.get(RequestConfiguration(query_parameters=query))
            speed.rows += len(page.value)
        speed.seconds += time.perf_counter() - started


async def parsed_rows_per_s(config: TenantConfig, environment: dict[str, str]) -> float:
    """Parse answers of the collector's own request, raw bytes to rows."""
    collector = next(collector for collector in COLLECTORS if collector.table.name == "sign_ins")
    template = collector.templates[0]
    async with Session.open(config, SystemClock(CLOCK_SPEED), [template], environment=environment) as session:
        url = session.describe(template, {}, {})
        answer = await session.get(template, url, dict(template.headers))
    rows, started = 0, time.perf_counter()
    while time.perf_counter() - started < 1:
        rows += len(parse_object(template, answer.body)["value"])
    return rows / (time.perf_counter() - started)


async def written_rows_per_s(config: TenantConfig, environment: dict[str, str], vault: Vault) -> tuple[float, Coverage]:
    """Read the whole log through collector and writer into encrypted parts, manifest included."""
    started = time.perf_counter()
    coverage = await read(config, environment, vault, "sign_ins")
    return coverage.rows / (time.perf_counter() - started), coverage


async def read(config: TenantConfig, environment: dict[str, str], vault: Vault, table: str) -> Coverage:
    area = next(collector.area for collector in COLLECTORS if collector.table.name == table)
    clock = SystemClock(CLOCK_SPEED)
    manifest = await read_tenant(config, vault, clock, Quiet(), only=[area], means=Means(environment))
    return manifest.tables[table]


async def listed_rows_per_s(config: TenantConfig, environment: dict[str, str]) -> float:
    """List the log without keeping it: what transport and parsing alone take."""
    collector = next(collector for collector in COLLECTORS if collector.table.name == "sign_ins")
    async with Session.open(config, SystemClock(CLOCK_SPEED), collector.templates, environment=environment) as session:
        rows, started = 0, time.perf_counter()
        async for page in Graph(session).pages(collector.templates[0]):
            rows += len(page.rows)
        return rows / (time.perf_counter() - started)


async def measure(folder: Path, served: Served, sdk_pages: int) -> bool:
    environment = served.environment
    config = served.configuration(folder, ("base",))
    config.folder.mkdir(parents=True)
    vault = Vault(TenantKey.create(config.folder, MasterKey.generate()))
    objects = Speed()
    await read_with_sdk(served, sdk_pages, objects)
    parsed = await parsed_rows_per_s(config, environment)
    listed = await listed_rows_per_s(config, environment)
    await read_with_sdk(served, sdk_pages, objects)
    written, log = await written_rows_per_s(config, environment, vault)
    await read_with_sdk(served, sdk_pages, objects)
    users = await read(config, environment, vault, "users")
    sdk = objects.per_s
    print(f"client.audit_logs.sign_ins.get()  {sdk:9,.0f} rows/s")
    print(f"raw parsing                       {parsed:9,.0f} rows/s {parsed / sdk:5.0f} x, at least {PARSE_BOUND:.0f}")
    print(f"listing                           {listed:9,.0f} rows/s {listed / sdk:5.0f} x")
    print(
        f"listing to encrypted part         {written:9,.0f} rows/s {written / sdk:5.0f} x, at least {LISTING_BOUND:.0f}"
    )
    print(f"  {log.rows:,} rows in {log.requests} requests, {log.state}")
    print(
        f"users with sign-in activity       {users.rows:9,} rows in {users.requests} requests, at most {REQUEST_BOUND}"
    )
    whole = log.state == users.state == "complete" and not users.groups and users.rows == USERS
    fast = parsed / sdk >= PARSE_BOUND and written / sdk >= LISTING_BOUND
    return whole and fast and users.requests <= REQUEST_BOUND


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sign-ins", type=int, default=60_000, help="rows of the generated log (default: 60,000)")
    options.add_argument(
        "--sdk-pages", type=int, default=4, help=f"pages of {SDK_PAGE} read with the SDK, thrice (default: 4)"
    )
    chosen = options.parse_args()
    size = {"seed": 1, "users": USERS, "sign_ins": chosen.sign_ins, "sites": 0, "shared_items": 0}
    firm = Firm(size, CLOCK_SPEED, throttling=False)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with a_simulator(folder / "simulator", firm) as served:
            is_met = asyncio.run(measure(folder, served, chosen.sdk_pages))
    print("every bound is met" if is_met else "a bound is missed")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
