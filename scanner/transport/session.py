"""One tenant's connection to Graph: credentials, allow-list, budgets and `send()`, opened and closed together."""

import os
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
from scanner.transport.budget import BudgetKey, Budgets
from scanner.transport.clock import Clock
from scanner.transport.errors import RequestRefused
from scanner.transport.hosts import resolve
from scanner.transport.quiet import quiet_libraries
from scanner.transport.retry import RETRIES, Backoff
from scanner.transport.send import DEADLINE_S, LARGEST_BODY_BYTES, Call, RequestStats, Sender
from scanner.transport.templates import Template, Workload

if TYPE_CHECKING:
    from scanner.transport.credentials import TokenSource
    from scanner.transport.sdk import Sdk

_CONNECTIONS: Final = 32
"""More than all budgets together let through, so that nobody waits for a connection while the deadline runs."""
_ACCEPT: Final = {"accept": "application/json"}


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
    clock: Clock
    sender: Sender
    _apps: Mapping[str, "_App"]

    @staticmethod
    @asynccontextmanager
    async def open(
        config: TenantConfig,
        clock: Clock,
        templates: Iterable[Template],
        *,
        environment: Mapping[str, str] = os.environ,
        patience: Patience = Patience(),
        random: Random | None = None,
    ) -> AsyncIterator["Session"]:
        """Sign in to a tenant and keep the connection while the block runs.

        Args:
            config: The tenant.
            clock: Runs at `hosts.clock_speed`.
            templates: Everything this session may ever ask; those of packs that are off are left out.
            environment: Where secrets and passphrases are looked up.
            patience: How much of a service's weakness to put up with.
            random: Seeds the jitter of retries.

        Raises:
            ConfigError: The configuration or a credential is unusable; one sentence.
            AuthenticationFailed: A pack's app cannot sign in; its `sentence` says what to do.
        """
        quiet_libraries()
        addresses = resolve(config)
        allowed_templates = [template for template in templates if template.pack in config.packs]
        allowed = AllowList(addresses.graph, allowed_templates)
        async with _http_client(config, addresses.ca_file, clock.real_s(patience.deadline_s / 3)) as http:
            apps = _apps(config, clock, environment, http, {template.pack for template in allowed_templates})
            for app in apps.values():
                await app.tokens.get_token()
            backoff = Backoff(random or Random())  # noqa: S311 - spreads retries, protects nothing
            sender = Sender(
                http,
                allowed,
                Budgets(clock),
                clock,
                backoff,
                apps,
                retries=patience.retries,
                deadline_s=patience.deadline_s,
                body_bytes=patience.body_bytes,
            )
            yield Session(addresses.graph, allowed, clock, sender, apps)

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
        """Send one `$batch` and return it with the answers of its parts.

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
        call = Call(template, url, key, envelope.cost, _ACCEPT, envelope.body, len(urls), envelope.measure)
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

    def stats(self, template: Template) -> RequestStats:
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


def _apps(
    config: TenantConfig,
    clock: Clock,
    environment: Mapping[str, str],
    http: httpx.AsyncClient,
    packs: Iterable[str],
) -> dict[str, _App]:
    # The SDK and azure-identity take a second to import; whoever only asks for help should not wait for them.
    from scanner.transport.credentials import TokenSources  # noqa: PLC0415 - see above
    from scanner.transport.sdk import Sdk  # noqa: PLC0415 - see above

    addresses = resolve(config)
    sources = TokenSources(config, addresses, clock, environment)
    apps: dict[str, _App] = {}
    for pack in sorted(packs):
        tokens = sources.graph(pack)
        apps[pack] = _App(Sdk(http, addresses.graph, tokens), tokens)
    return apps


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
        limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
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
