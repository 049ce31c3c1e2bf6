"""One tenant's connection to Microsoft: credentials, allow-lists, budgets and `send()`, opened and closed together."""

import os
import re
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import httpx

from m365_posture.config import ConfigError, TenantConfig
from scanner.transport.allowlist import AllowList
from scanner.transport.answers import Answer
from scanner.transport.batch import Envelope
from scanner.transport.bearer import Bearer
from scanner.transport.budget import BudgetKey, Budgets
from scanner.transport.clock import Clock
from scanner.transport.errors import RequestRefused, Unavailable
from scanner.transport.exchange import ExchangeDoor
from scanner.transport.exchange_guard import ExchangeGuard
from scanner.transport.hosts import Addresses, resolve
from scanner.transport.quiet import quiet_libraries
from scanner.transport.retry import RETRIES, Backoff
from scanner.transport.send import DEADLINE_S, LARGEST_BODY_BYTES, Call, Guard, RequestStats, Sender, Signer
from scanner.transport.sharepoint import SharePointDoor
from scanner.transport.sharepoint_guard import SharePointGuard
from scanner.transport.templates import Cmdlet, Declaration, Declared, Pack, Service, Template, TenantSettings, Workload

if TYPE_CHECKING:
    from scanner.transport.credentials import TokenSource, TokenSources
    from scanner.transport.sdk import Sdk

_CONNECTIONS: Final = 32
"""More than all budgets together let through, so that nobody waits for a connection while the deadline runs."""
_IDLE_CONNECTIONS: Final = 8
"""The pool looks at every idle connection before each request: with 32 of them that was a fifth of a scan's processor
time."""
_ACCEPT: Final = {"accept": "application/json"}
_EXCHANGE_PLAN: Final = "EXCHANGE_S_STANDARD"
_SHAREPOINT_PLAN: Final = "SHAREPOINTSTANDARD"
_TENANT_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Patience:
    """What a session puts up with. The defaults are the product's; tests of permanent faults take less."""

    retries: int = RETRIES
    deadline_s: float = DEADLINE_S
    """Total time of one request, on the scaled clock."""
    body_bytes: int = LARGEST_BODY_BYTES
    """Largest answer, decompressed."""


@dataclass(slots=True)
class Session:
    """What one scan of one tenant sends its requests through."""

    origin: str
    """Scheme, host and port of Graph."""
    allowed: AllowList
    """What Graph may be asked."""
    clock: Clock
    sender: Sender
    exchange: ExchangeDoor
    _apps: Mapping[Pack, "_App"]
    _sharepoint: "_SharePoint"

    @staticmethod
    @asynccontextmanager
    async def open(
        config: TenantConfig,
        clock: Clock,
        templates: Iterable[Declaration],
        *,
        environment: Mapping[str, str] = os.environ,
        patience: Patience = Patience(),
        random: Random | None = None,
    ) -> AsyncIterator["Session"]:
        """Sign in to a tenant and keep the connection while the block runs.

        Args:
            config: The tenant.
            clock: Runs at `hosts.clock_speed`.
            templates: Everything this session may ever ask; those without consent are left out.
            environment: Where secrets and passphrases are looked up.
            patience: How much of a service's weakness to put up with.
            random: Seeds the jitter of retries.

        Raises:
            ConfigError: The configuration or a credential is unusable; one sentence.
            AuthenticationFailed: A pack's app cannot sign in; its `sentence` says what to do.
        """
        quiet_libraries()
        asked = [declared for declared in templates if declared.pack in config.consents]
        addresses = resolve(config)
        _check_sharepoint(config, asked)
        connect_s = clock.real_s(patience.deadline_s / 3)
        async with _http_client(config, addresses.ca_file, connect_s) as http:
            connections = _Connections(config, addresses, http, _token_sources(config, addresses, clock, environment))
            session = connections.session(asked, clock, patience, Backoff(random or Random()))  # noqa: S311 - spreads retries
            for app in session._apps.values():  # noqa: SLF001 - its own constructor
                await app.tokens.get_token()
            yield session

    def describe(self, template: Template, values: Mapping[str, str], options: Mapping[str, str]) -> str:
        """Return the URL of a first request.

        Raises:
            RequestRefused: The template's pack is off or it was not declared.
        """
        self.allowed.require(template)
        return self._apps[template.pack].sdk.describe(template, values, options)

    async def get(self, template: Template, url: str, headers: Mapping[str, str], mailbox: str = "") -> Answer:
        """Send one GET; see `Sender.send` for what it raises."""
        key = BudgetKey(template.workload, mailbox if template.workload is Workload.OUTLOOK else "")
        return await self.sender.send(Call(template, url, key, template.cost, {**_ACCEPT, **headers}))

    async def post_batch(
        self, template: Template, urls: Sequence[str], headers: Mapping[str, str], attempt: int
    ) -> Envelope:
        """Send one `$batch`, or as much of it as the budget holds, and return it with the answers of its parts.

        Args:
            template: What all parts ask.
            urls: Relative to the version root, with a leading slash; at most 20.
            headers: Sent with each part.
            attempt: How often its most tried part was asked before.
        """
        wait_s = self.sender.backoff.wait_s(attempt)
        envelope = Envelope(template, urls, headers, self.clock.now(), wait_s)
        url = f"{self._root(template)}/$batch"
        key = BudgetKey(template.workload)
        call = Call(
            template, url, key, envelope.cost, _ACCEPT, b"", len(urls), measure=envelope.measure, fit=envelope.fit
        )
        await self.sender.send(call)
        return envelope

    def trust(self, template: Template, link: str) -> str:
        """Allow a continuation and return it as it will be sent; see `AllowList.trust`."""
        return self.allowed.trust(template, link)

    def relative(self, template: Template, url: str) -> str:
        """Return `url` relative to its version root, as batches want it.

        Raises:
            RequestRefused: It lies outside that root.
        """
        root = self._root(template)
        if not url.startswith(f"{root}/"):
            raise RequestRefused(template.endpoint, code="batch_part")
        return url.removeprefix(root)

    def renew(self, template: Template) -> None:
        """Forget the token a part of a batch was refused with."""
        self._apps[template.pack].tokens.forget()

    async def back_off(self, attempt: int) -> None:
        """Wait a little before parts that failed are asked again."""
        await self.clock.sleep(self.sender.backoff.wait_s(attempt))

    @property
    def retries(self) -> int:
        """How often one request, or one part of a batch, is asked again."""
        return self.sender.retries

    def _root(self, template: Template) -> str:
        return f"{self.origin}/{template.api}"

    def sharepoint(self, name: str, declared: TenantSettings) -> SharePointDoor:
        """Return the way to the SharePoint admin site.

        Args:
            name: First label of the tenant's initial domain, e.g. `contoso`.
            declared: What is asked.

        Raises:
            RequestRefused: The firm did not opt in, it was not declared, or `name` is no host name.
            Unavailable: Other hosts are configured and this one is not.
        """
        return self._sharepoint.door(name, declared, self.sender)

    def stats(self, template: Declared) -> RequestStats:
        """Return what reading this endpoint has taken so far."""
        return self.sender.stats.get(template.endpoint) or RequestStats()

    def resize(self, *, users: int, licenses: int) -> None:
        """Use the limits of a tenant of this size; the smallest tenant's hold until this is called."""
        self.sender.budgets.resize(users=users, licenses=licenses)


@dataclass(frozen=True, slots=True)
class _App:
    """One consent pack's SDK and tokens."""

    sdk: "Sdk"
    tokens: "TokenSource"

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        return await self.sdk.sign(method, url, headers, body)

    def reject(self, token: str) -> None:
        self.tokens.reject(token)


@dataclass(slots=True)
class _SharePoint:
    """The SharePoint admin site, whose address is known only once the tenant's name is."""

    connections: "_Connections"
    declared: Sequence[TenantSettings]
    guards: dict[Service, Guard]
    signers: dict[tuple[Service, Pack], Signer]

    def door(self, name: str, declared: TenantSettings, sender: Sender) -> SharePointDoor:
        if declared not in self.declared or not _TENANT_NAME.fullmatch(name):
            raise RequestRefused(declared.endpoint, code="undeclared" if declared not in self.declared else "host")
        origin, audience = self.connections.addresses.sharepoint_admin(name)
        if not origin:
            raise Unavailable(declared.endpoint, code="host_not_configured")
        self.guards[declared.service] = SharePointGuard(origin)
        plan = declared.license or _SHAREPOINT_PLAN
        self.signers[declared.service, declared.pack] = self.connections.bearer(declared.pack, audience, plan)
        return SharePointDoor(origin, sender)


@dataclass(slots=True)
class _Connections:
    """Puts a session together."""

    config: TenantConfig
    addresses: Addresses
    http: httpx.AsyncClient
    tokens: "TokenSources"

    def session(self, asked: Sequence[Declaration], clock: Clock, patience: Patience, backoff: Backoff) -> Session:
        addresses, tenant_id = self.addresses, self.config.tenant_id
        allowed = AllowList(addresses.graph, [each for each in asked if isinstance(each, Template)])
        cmdlets = [each for each in asked if isinstance(each, Cmdlet)]
        exchange = ExchangeGuard(addresses.exchange, tenant_id, cmdlets, is_local=addresses.is_local)
        apps = self._apps({each.pack for each in asked})
        guards: dict[Service, Guard] = {Service.GRAPH: allowed, Service.EXCHANGE: exchange}
        signers: dict[tuple[Service, Pack], Signer] = {(Service.GRAPH, pack): app for pack, app in apps.items()}
        for pack in {each.pack for each in cmdlets}:
            signers[Service.EXCHANGE, pack] = self.bearer(pack, addresses.exchange_audience, _EXCHANGE_PLAN)
        sender = Sender(
            self.http,
            guards,
            Budgets(clock),
            clock,
            backoff,
            signers,
            retries=patience.retries,
            deadline_s=patience.deadline_s,
            body_bytes=patience.body_bytes,
        )
        door = ExchangeDoor(addresses.exchange, tenant_id, exchange, sender)
        settings = [each for each in asked if isinstance(each, TenantSettings)]
        return Session(
            addresses.graph, allowed, clock, sender, door, apps, _SharePoint(self, settings, guards, signers)
        )

    def bearer(self, pack: Pack, audience: str, plan: str) -> Bearer:
        return Bearer(self.http, self.tokens.source(pack, audience), plan)

    def _apps(self, packs: Iterable[Pack]) -> dict[Pack, _App]:
        from scanner.transport.sdk import Sdk  # noqa: PLC0415 - see `_token_sources`

        found: dict[Pack, _App] = {}
        for pack in sorted(packs):
            tokens = self.tokens.graph(pack)
            found[pack] = _App(Sdk(self.http, self.addresses.graph, tokens), tokens)
        return found


def _token_sources(
    config: TenantConfig, addresses: Addresses, clock: Clock, environment: Mapping[str, str]
) -> "TokenSources":
    # The SDK and azure-identity take a second to import; whoever only asks for help should not wait for them.
    from scanner.transport.credentials import TokenSources  # noqa: PLC0415 - see above

    return TokenSources(config, addresses, clock, environment)


def _check_sharepoint(config: TenantConfig, asked: Iterable[Declaration]) -> None:
    """Refuse a sign-in that SharePoint would refuse anyway."""
    wanted = any(declared.service is Service.SHAREPOINT_ADMIN for declared in asked)
    if wanted and config.app_of(Pack.SHAREPOINT_ADMIN).certificate is None:
        raise ConfigError(
            f"Tenant {config.slug} sets sharepoint_admin, but SharePoint accepts only apps that sign in with a "
            "certificate: set certificate, or give apps.sharepoint_admin one of its own."
        )


def _http_client(config: TenantConfig, ca_file: Path | None, connect_s: float) -> httpx.AsyncClient:
    """Return our own client: no SDK middleware, no redirects, no cookies, nothing from the environment."""
    return httpx.AsyncClient(
        http1=True,
        http2=False,
        follow_redirects=False,
        trust_env=False,
        verify=_tls(config, ca_file),
        proxy=config.proxy or None,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_IDLE_CONNECTIONS),
        # `send()` puts one deadline around everything, which httpx's own four do not: a dripping body outlives them.
        # Only connecting has a limit of its own, because a handshake that is cancelled leaves its socket open.
        timeout=httpx.Timeout(None, connect=connect_s),
        headers={"user-agent": f"NONISV|m365-posture|m365-posture/{_version()}"},
    )


def _version() -> str:
    try:
        return version("m365-posture")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0"


def _tls(config: TenantConfig, ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise ConfigError(f"[tenants.{config.slug}.hosts] ca_file {ca_file} cannot be read as certificates.") from None
