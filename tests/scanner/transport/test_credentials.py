"""Three ways to sign in, one token for all, and a sentence for whatever goes wrong."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import keyring
import pytest
from azure.core.credentials import AccessToken
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from keyring.backend import KeyringBackend
from reading_kit import INBOX_RULES, SECURITY_DEFAULTS, FakeClock, a_config, a_session, an_environment, moved

from m365_posture.config import AppCredential, ConfigError, TenantConfig
from scanner.graph import Graph
from scanner.transport.certificates import load_certificate
from scanner.transport.clock import SystemClock
from scanner.transport.credentials import TokenSource, TokenSources
from scanner.transport.errors import AuthenticationFailed
from scanner.transport.hosts import resolve
from simulator.server import Simulator

NOW = datetime.now(UTC)
PASSWORD_VARIABLE = "ACME_PASSWORD"


def tokens_asked(sim: Simulator) -> int:
    return sum(request.method == "POST" and "oauth2" in request.path for request in sim.requests)


def with_app(sim: Simulator, **changes: Any) -> TenantConfig:  # noqa: ANN401 - fields of the app
    """Return the tenant's configuration with another way to sign in."""
    own = sim.credentials("acme")
    app = AppCredential(own.client_id, certificate_password_env=PASSWORD_VARIABLE)
    return a_config(sim, app=replace(app, **changes))


def passwords(sim: Simulator) -> dict[str, str]:
    return an_environment(sim) | {PASSWORD_VARIABLE: sim.credentials("acme").certificate_password}


async def signs_in(sim: Simulator, config: TenantConfig) -> bool:
    async with a_session(sim, config, environment=passwords(sim)) as session:
        return "isEnabled" in await Graph(session).single(SECURITY_DEFAULTS)


async def failure_of(
    sim: Simulator, config: TenantConfig, environment: dict[str, str] | None = None
) -> AuthenticationFailed:
    with pytest.raises(AuthenticationFailed) as failed:
        async with a_session(sim, config, environment=environment or passwords(sim)):
            pass
    return failed.value


async def complaint_of(sim: Simulator, config: TenantConfig, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as unusable:
        async with a_session(sim, config, environment=passwords(sim) if environment is None else environment):
            pass
    return str(unusable.value)


def pem_of(pfx: Path, password: str, folder: Path, *, protect: bytes = b"") -> Path:
    """Write key and certificate of a PKCS#12 file as PEM."""
    key, certificate, _ = pkcs12.load_key_and_certificates(pfx.read_bytes(), password.encode())
    assert key is not None
    assert certificate is not None
    encryption = BestAvailableEncryption(protect) if protect else NoEncryption()
    path = folder / "app.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption) + certificate.public_bytes(Encoding.PEM)
    )
    path.chmod(0o600)
    return path


async def test_a_pkcs12_certificate_signs_in(acme: Simulator) -> None:
    assert await signs_in(acme, with_app(acme, certificate=acme.credentials("acme").certificate))


async def test_an_encrypted_pem_signs_in(acme: Simulator, tmp_path: Path) -> None:
    own = acme.credentials("acme")
    pem = pem_of(own.certificate, own.certificate_password, tmp_path, protect=own.certificate_password.encode())

    assert await signs_in(acme, with_app(acme, certificate=pem))


async def test_a_client_secret_out_of_a_variable_signs_in(acme: Simulator) -> None:
    assert await signs_in(acme, a_config(acme))


async def test_a_federated_token_file_signs_in(acme: Simulator) -> None:
    assert await signs_in(acme, with_app(acme, federated_token_file=acme.credentials("acme").federated_token_file))


async def test_the_federated_token_is_read_anew_for_each_token(acme: Simulator, tmp_path: Path) -> None:
    token = tmp_path / "token.jwt"
    token.write_text(acme.credentials("acme").federated_token_file.read_text())
    config = with_app(acme, federated_token_file=token)
    sources = TokenSources(config, resolve(config), SystemClock(acme.hosts.clock_speed), {})
    source = sources.graph("base")
    await source.get_token()

    token.write_text("rotated to something wrong")
    source.forget()
    with pytest.raises(AuthenticationFailed):
        await source.get_token()
    token.write_text(acme.credentials("acme").federated_token_file.read_text())

    assert await source.get_token()


async def test_twenty_first_requests_ask_for_one_token(acme: Simulator) -> None:
    config = a_config(acme)
    sources = TokenSources(config, resolve(config), SystemClock(acme.hosts.clock_speed), an_environment(acme))

    tokens = await asyncio.gather(*(sources.graph(pack).get_token() for pack in ["base", "mail"] * 10))

    assert len({token.token for token in tokens}) == 1
    assert tokens_asked(acme) == 1


async def test_a_pack_with_an_app_of_its_own_is_asked_through_it(acme: Simulator) -> None:
    tenant = acme.tenants["acme"]
    tenant.revoke("MailboxSettings.Read")
    mail_app = tenant.add_app("MailboxSettings.Read")
    config = a_config(acme, pack_apps={"mail": AppCredential(mail_app.client_id, client_secret_env="MAIL_SECRET")})
    environment = an_environment(acme) | {"MAIL_SECRET": mail_app.client_secret}

    async with a_session(acme, config, environment=environment) as session:
        graph = Graph(session)
        parts = [part async for part in graph.batch(INBOX_RULES, [{"user_id": "u1"}])]
        base = await graph.single(SECURITY_DEFAULTS)

    assert [part.error for part in parts] == [None]
    assert base["isEnabled"] is False
    assert tokens_asked(acme) == 2


class Issuer:
    """A credential that gives numbered tokens of an hour."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.given = 0
        self.open = 0

    async def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        await asyncio.sleep(0)
        self.given += 1
        return AccessToken(f"token-{self.given}", int(self._clock.now().timestamp()) + 3_600)

    async def close(self) -> None:
        self.open -= 1

    async def __aenter__(self) -> Self:
        self.open += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def test_a_token_is_kept_until_five_minutes_before_its_end() -> None:
    clock = FakeClock()
    issuer = Issuer(clock)
    source = TokenSource("scope", lambda: issuer, clock, "Tenant acme")

    given = []
    for moment in (0, 3_200, 3_301, 3_400):
        clock.elapsed = moment
        given.append((await source.get_token()).token)

    assert given == ["token-1", "token-1", "token-2", "token-2"]
    assert issuer.open == 0


async def test_a_refused_token_is_dropped_but_not_the_one_that_replaced_it() -> None:
    clock = FakeClock()
    source = TokenSource("scope", lambda: issuer, clock, "Tenant acme")
    issuer = Issuer(clock)
    await source.get_token()

    source.reject("token-1")
    await source.get_token()
    source.reject("token-1")

    assert (await source.get_token()).token == "token-2"


async def test_an_expired_certificate_is_found_before_anybody_is_asked(acme: Simulator) -> None:
    expired = acme.issue_certificate("acme", expired=True)

    failure = await failure_of(acme, with_app(acme, certificate=expired))

    assert failure.code == "certificate_expired"
    assert "expired on" in failure.sentence
    assert acme.requests == []


def test_a_certificate_that_is_not_valid_yet_points_at_the_clock(acme: Simulator) -> None:
    own = acme.credentials("acme")

    with pytest.raises(AuthenticationFailed) as failed:
        load_certificate(own.certificate, own.certificate_password, NOW - timedelta(days=4_000))

    assert failed.value.code == "certificate_not_valid_yet"


@pytest.mark.skipif(os.name != "posix", reason="file modes decide who may read on POSIX systems only")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
async def test_an_unprotected_key_that_others_may_read_is_refused(acme: Simulator, tmp_path: Path, mode: int) -> None:
    own = acme.credentials("acme")
    pem = pem_of(own.certificate, own.certificate_password, tmp_path)
    pem.chmod(mode)

    complaint = await complaint_of(acme, with_app(acme, certificate=pem))

    assert "no passphrase and other users may read it" in complaint
    assert acme.requests == []


async def test_an_unprotected_key_that_only_its_owner_may_read_is_accepted(acme: Simulator, tmp_path: Path) -> None:
    own = acme.credentials("acme")
    pem = pem_of(own.certificate, own.certificate_password, tmp_path)
    config = with_app(acme, certificate=pem, certificate_password_env="")

    assert await signs_in(acme, config)


class Keyring(KeyringBackend):
    """A keyring with one entry."""

    priority = 1.0
    entry = ("", "")
    password = ""
    asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.password if (service, username) == self.entry else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entry, self.password = (service, username), password


@pytest.fixture
def ring(acme: Simulator) -> Iterator[Keyring]:
    own = acme.credentials("acme")
    before, filled = keyring.get_keyring(), Keyring()  # type: ignore[no-untyped-call] # keyring has no types
    filled.set_password("m365-posture", f"certificate:{own.client_id}", own.certificate_password)
    keyring.set_keyring(filled)
    yield filled
    keyring.set_keyring(before)


async def test_without_a_variable_the_passphrase_comes_from_the_keyring(acme: Simulator, ring: Keyring) -> None:
    config = with_app(acme, certificate=acme.credentials("acme").certificate, certificate_password_env="")

    assert await signs_in(acme, config)
    assert ring.asked == 1


async def test_the_keyring_is_left_alone_where_no_passphrase_is_needed(
    acme: Simulator, ring: Keyring, tmp_path: Path
) -> None:
    own = acme.credentials("acme")
    pem = pem_of(own.certificate, own.certificate_password, tmp_path)

    assert await signs_in(acme, with_app(acme, certificate=pem, certificate_password_env=""))
    assert ring.asked == 0


async def test_a_wrong_passphrase_is_a_sentence_without_the_passphrase(acme: Simulator) -> None:
    config = with_app(acme, certificate=acme.credentials("acme").certificate)

    complaint = await complaint_of(acme, config, {PASSWORD_VARIABLE: "canary-passphrase"})

    assert "the passphrase is wrong" in complaint
    assert "canary" not in complaint


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
async def test_a_file_that_is_no_certificate_is_a_sentence(acme: Simulator, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "app.pfx"
    path.write_bytes(content)

    assert "cannot be used" in await complaint_of(acme, with_app(acme, certificate=path))


async def test_missing_files_and_variables_are_named(acme: Simulator, tmp_path: Path) -> None:
    gone = tmp_path / "gone.pfx"

    assert f"Certificate {gone} cannot be read" in await complaint_of(acme, with_app(acme, certificate=gone))
    assert f"token file {gone} cannot be read" in await complaint_of(acme, with_app(acme, federated_token_file=gone))
    assert "ACME_SECRET is not set" in await complaint_of(acme, a_config(acme), {})
    assert "no way to sign in" in await complaint_of(acme, with_app(acme))


async def test_a_wrong_secret_is_a_sentence_without_the_secret(acme: Simulator) -> None:
    failure = await failure_of(acme, a_config(acme), {"ACME_SECRET": "canary-secret"})

    assert failure.code == "AADSTS7000215"
    assert failure.sentence == (
        "Tenant acme: the client secret is wrong: set the secret's value, not its id (AADSTS7000215)."
    )
    assert failure.__cause__ is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"app": AppCredential("00000000-0000-0000-0000-000000000001", client_secret_env="ACME_SECRET")},
            "AADSTS700016",
        ),
        ({"tenant_id": "00000000-0000-0000-0000-000000000002"}, "AADSTS90002"),
    ],
)
async def test_an_unknown_app_or_tenant_is_a_sentence(acme: Simulator, changes: dict[str, Any], code: str) -> None:
    failure = await failure_of(acme, a_config(acme, **changes))

    assert failure.code == code
    assert failure.sentence.startswith("Tenant acme: the ")


async def test_an_expired_secret_says_so(acme: Simulator) -> None:
    acme.tenants["acme"].app.secret_expired = True

    assert "has expired" in (await failure_of(acme, a_config(acme))).sentence


async def test_an_unreachable_login_host_is_a_sentence(acme: Simulator) -> None:
    failure = await failure_of(acme, moved(a_config(acme), login="https://127.0.0.1:9"))

    assert failure.code == "login_unreachable"
    assert "does not answer" in failure.sentence


async def test_a_login_host_with_another_certificate_is_not_trusted(acme: Simulator) -> None:
    assert (await failure_of(acme, moved(a_config(acme), ca_file=None))).code == "login_unreachable"
    assert acme.requests == []
