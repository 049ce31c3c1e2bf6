"""Tokens: how an app proves itself, and one lock and cache per (tenant, client id, audience)."""

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, Self

import keyring
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.identity.aio import CertificateCredential, ClientAssertionCredential, ClientSecretCredential
from keyring.errors import KeyringError

from m365_posture.config import AppCredential, ConfigError, TenantConfig
from m365_posture.keys import KEYRING_SERVICE
from scanner.transport.certificates import load_certificate, needs_passphrase
from scanner.transport.clock import Clock
from scanner.transport.errors import AuthenticationFailed
from scanner.transport.hosts import Addresses
from scanner.transport.retry import Backoff

_ATTEMPTS: Final = 3
_DEADLINE_S: Final = 300.0
_RENEW_BEFORE_S: Final = 300.0
_AADSTS: Final = re.compile(r"AADSTS(\d{4,8})")
_SENTENCES: Final = {
    "7000215": "the client secret is wrong: set the secret's value, not its id",
    "7000222": "the client secret has expired: create a new one",
    "700016": "the app is not known in this tenant: check client_id, and let an administrator consent",
    "700027": "the certificate is not registered with the app: upload its public part",
    "700024": "the certificate or federated token is outside its lifetime: renew it and check this machine's clock",
    "700211": "no federated identity credential of the app has this issuer: compare it with the token's",
    "700212": "no federated identity credential of the app has this audience: compare it with the token's",
    "700213": "no federated identity credential of the app has this subject: compare it with the token's",
    "90002": "the tenant does not exist in this cloud: check tenant_id and cloud",
    "900023": "the tenant id is not valid: check tenant_id",
    "7000112": "the app has been disabled in this tenant: ask an administrator to enable it",
    "7000229": "the app has no service principal in this tenant: let an administrator consent",
    "65001": "nobody has consented to the app in this tenant: open the consent address as an administrator",
    "53003": "a Conditional Access policy blocks the app's sign-in: exclude it or allow this network",
    "500011": "Microsoft Graph is not available in this tenant: check cloud",
}


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Whose token, for what."""

    tenant_id: str
    client_id: str
    audience: str


class TokenSource:
    """Tokens of one key: one request at a time, kept until five minutes before they end.

    It is what azure-identity calls an asynchronous credential. Each token comes from a fresh
    azure-identity credential that is closed at once, so that a refused token is never handed
    out of a second cache.
    """

    def __init__(self, scope: str, make: Callable[[], AsyncTokenCredential], clock: Clock, where: str) -> None:
        self._scope = scope
        self._make = make
        self._clock = clock
        self._where = where
        self._lock = asyncio.Lock()
        self._token: AccessToken | None = None
        self._backoff = Backoff(Random())  # noqa: S311 - spreads retries, protects nothing

    async def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:  # noqa: ANN401 - azure-identity's signature
        """Return a token that is good for some minutes.

        Raises:
            AuthenticationFailed: No token could be had.
            ConfigError: What the app proves itself with cannot be read.
        """
        async with self._lock:
            now_s = self._clock.now().timestamp()
            if self._token is None or self._token.expires_on - _RENEW_BEFORE_S < now_s:
                self._token = await self._fetch()
            return self._token

    def reject(self, token: str) -> None:
        """Forget `token`, which a service did not accept; a newer one stays."""
        if self._token is not None and self._token.token == token:
            self._token = None

    def forget(self) -> None:
        """Forget the token, so that the next request gets a new one."""
        self._token = None

    async def close(self) -> None:
        """Forget the token."""
        self.forget()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _fetch(self) -> AccessToken:
        for attempt in range(_ATTEMPTS):
            try:
                async with asyncio.timeout(self._clock.real_s(_DEADLINE_S)), self._make() as credential:
                    return await credential.get_token(self._scope, enable_cae=False)
            except ClientAuthenticationError as error:
                raise _refused(self._where, error) from None
            except (AzureError, TimeoutError):
                await self._clock.sleep(self._backoff.wait_s(attempt))
        raise AuthenticationFailed(
            "login",
            code="login_unreachable",
            sentence=f"{self._where}: the login host does not answer; check the network, the proxy and hosts.login.",
        )


def _refused(where: str, error: HttpResponseError) -> AuthenticationFailed:
    """Translate Entra's refusal; its own text may name the tenant or the app and goes no further."""
    found = _AADSTS.search(error.message or "")
    number = found.group(1) if found else ""
    why = _SENTENCES.get(
        number, "Microsoft Entra refused the sign-in; look the code up at https://login.microsoftonline.com/error"
    )
    code = f"AADSTS{number}" if number else "sign_in_refused"
    return AuthenticationFailed("login", error.status_code, code, sentence=f"{where}: {why} ({code}).")


class TokenSources:
    """The token sources of one tenant."""

    def __init__(
        self, config: TenantConfig, addresses: Addresses, clock: Clock, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._config = config
        self._addresses = addresses
        self._clock = clock
        self._environment = environment
        self._sources: dict[TokenKey, TokenSource] = {}
        self._makers: dict[AppCredential, Callable[[], AsyncTokenCredential]] = {}

    def graph(self, pack: str) -> TokenSource:
        """Return the source of Graph tokens for a consent pack; see `source`."""
        return self.source(pack, self._addresses.graph_audience)

    def source(self, pack: str, audience: str) -> TokenSource:
        """Return the source of one audience's tokens for a consent pack; packs of one app share it.

        Raises:
            ConfigError: The credential's file, variable or passphrase is missing or unusable.
            AuthenticationFailed: The certificate has expired.
        """
        app = self._config.app_of(pack)
        key = TokenKey(self._config.tenant_id, app.client_id, audience)
        if key not in self._sources:
            scope = f"{key.audience}/.default"
            # a private key takes a tenth of a second to load: not once more for each audience
            if app not in self._makers:
                self._makers[app] = self._maker(app)
            make = self._makers[app]
            self._sources[key] = TokenSource(scope, make, self._clock, f"Tenant {self._config.slug}")
        return self._sources[key]

    def _maker(self, app: AppCredential) -> Callable[[], AsyncTokenCredential]:
        who = (self._config.tenant_id, app.client_id)
        options = self._pipeline_options()
        if app.certificate is not None:
            password = self._certificate_password(app, app.certificate)
            data = load_certificate(app.certificate, password, self._clock.now())
            return lambda: CertificateCredential(*who, certificate_data=data, password=password or None, **options)
        if app.client_secret_env:
            secret = self._variable(app.client_secret_env)
            return lambda: ClientSecretCredential(*who, secret, **options)
        if app.federated_token_file is not None:
            _read_assertion(app)
            return lambda: ClientAssertionCredential(*who, lambda: _read_assertion(app), **options)
        raise ConfigError(
            f"Tenant {self._config.slug} has no way to sign in: "
            "set certificate, client_secret_env or federated_token_file."
        )

    def _pipeline_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"authority": self._addresses.login, "use_env_settings": False, "retry_total": 0}
        if self._config.hosts is not None:
            # A private login host is unknown to Microsoft's list of clouds.
            options["disable_instance_discovery"] = True
        if self._addresses.ca_file is not None:
            options["connection_verify"] = str(self._addresses.ca_file)
        if self._config.proxy:
            options["proxies"] = {"https": self._config.proxy}
        return options

    def _certificate_password(self, app: AppCredential, path: Path) -> str:
        if app.certificate_password_env:
            return self._variable(app.certificate_password_env)
        if not needs_passphrase(path):
            return ""
        try:
            return keyring.get_password(KEYRING_SERVICE, f"certificate:{app.client_id}") or ""
        except KeyringError:  # no keyring here, or locked: the same as no entry, and the certificate says what it needs
            return ""

    def _variable(self, name: str) -> str:
        value = self._environment.get(name, "")
        if not value:
            raise ConfigError(f"Tenant {self._config.slug}: the environment variable {name} is not set.")
        return value


def _read_assertion(app: AppCredential) -> str:
    """Read the federated token anew: whoever issues it replaces the file every hour or so."""
    path = app.federated_token_file
    try:
        return path.read_text("utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"Federated token file {path} cannot be read.") from None
