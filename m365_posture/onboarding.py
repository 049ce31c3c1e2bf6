"""How a firm becomes a tenant of ours: files for its administrator, then its part of the configuration."""

import base64
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from m365_posture.checklist import checklist
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.config_edit import add_tenant
from m365_posture.config_file import PACKS, load
from m365_posture.consent import ConsentPage, consent_pages, consent_script
from m365_posture.files import private_folder, write_durably
from m365_posture.texts import Language
from scanner.transport.certificates import read_certificate
from scanner.transport.templates import Pack

FOLDER: Final = "onboarding"
"""Folder beside the configuration with one folder per firm: what its administrator works with."""

_GUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_APP_NAME: Final = "m365-posture"
_TOLD: Final = 16
"""Digits of a fingerprint: too many for anybody to have a certificate that begins with the same."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A firm that is being added."""

    slug: str
    name: str
    tenant_id: str
    packs: tuple[Pack, ...]
    certificate: Path
    password_env: str
    language: Language
    app_per_pack: bool = False
    multi_tenant: bool = False
    client_ids: Mapping[Pack, str] = field(default_factory=dict)
    """Client id of every pack, or nothing where the app is not known yet."""

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            raise ConfigError(f"`{self.slug}` cannot name a tenant: use lower-case letters, digits, `-` and `_`.")
        if not _GUID.fullmatch(self.tenant_id):
            raise ConfigError(f"`{self.tenant_id}` is no tenant id: give the GUID that Microsoft Entra shows.")

    def apps(self, fingerprint: str = "") -> list[tuple[str, tuple[Pack, ...]]]:
        """Return the name of each app to be registered, and its packs; SharePoint administration always has its own.

        Args:
            fingerprint: Of the certificate; the name of an app ends with the beginning of it.
        """
        name = f"{_APP_NAME} {fingerprint[:_TOLD]}".strip()
        together = [] if self.app_per_pack else [p for p in self.packs if p is not Pack.SHAREPOINT_ADMIN]
        alone = [pack for pack in self.packs if pack not in together]
        first = [(name, tuple(together))] if together else []
        return [*first, *((f"{name} ({pack.value})", (pack,)) for pack in alone)]


def packs_of(names: Sequence[str], *, sharepoint_admin: bool) -> tuple[Pack, ...]:
    """Return the packs as they were typed, in their usual order.

    Raises:
        ConfigError: There is no such pack.
    """
    if unknown := [name for name in names if name not in PACKS]:
        raise ConfigError(f"`{unknown[0]}` is no pack: use {', '.join(PACKS)}.")
    opted_in = (Pack.SHAREPOINT_ADMIN,) if sharepoint_admin else ()
    return (*(Pack(name) for name in PACKS if name in names), *opted_in)


def client_ids_of(packs: Sequence[Pack], typed: Sequence[str]) -> dict[Pack, str]:
    """Return the client id of every pack; nothing where none was typed.

    Args:
        packs: What the firm consents to.
        typed: A GUID for all packs, or `PACK=GUID` for one.

    Raises:
        ConfigError: Something typed is no client id, or a pack has none.
    """
    given = {}
    for entry in typed:
        name, _, guid = entry.rpartition("=")
        if not _GUID.fullmatch(guid) or (name and name not in [pack.value for pack in packs]):
            raise ConfigError(f"`{entry}` is no client id: give a GUID, or PACK=GUID for one of the packs.")
        given[name] = guid.lower()
    missing = [pack.value for pack in packs if pack.value not in given and "" not in given]
    if given and missing:
        raise ConfigError(f"The pack {missing[0]} has no app: add --client-id {missing[0]}=GUID.")
    return {pack: given.get(pack.value) or given[""] for pack in packs} if given else {}


def pages_of(tenant: TenantConfig) -> list[ConsentPage]:
    """Return the consent pages of a tenant of the configuration."""
    apps = {Pack(pack): tenant.app_of(pack).client_id for pack in tenant.consents}
    return consent_pages(tenant.tenant_id, apps, tenant.cloud)


def write_files(
    newcomer: Newcomer, folder: Path, environment: Mapping[str, str] = os.environ
) -> tuple[list[tuple[str, Path]], list[ConsentPage]]:
    """Write the checklist and the scripts into `folder`, and return what is where, and the consent pages.

    Raises:
        ConfigError: The certificate cannot be used, or a file cannot be written.
    """
    certificate = _certificate(newcomer, environment)
    fingerprint = certificate.fingerprint(SHA256()).hex().upper()
    pages = consent_pages(newcomer.tenant_id, newcomer.client_ids) if newcomer.multi_tenant else []
    texts = {
        _script_name(packs, newcomer): consent_script(
            newcomer.tenant_id,
            packs,
            name=name,
            client_id=newcomer.client_ids.get(packs[0], "") if newcomer.multi_tenant else "",
            certificate=base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
        )
        for name, packs in newcomer.apps(fingerprint)
    }
    written = [("consent script", folder / name) for name in texts]
    texts["checklist.md"] = checklist(
        newcomer.name, newcomer.slug, newcomer.packs, list(texts), pages, newcomer.language
    )
    try:
        private_folder(folder)
        for name, text in texts.items():
            write_durably(folder / name, text.encode())
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written ({error.strerror}): choose another --config FILE.") from error
    return [("checklist", folder / "checklist.md"), *written], pages


def add_to(path: Path, newcomer: Newcomer) -> None:
    """Put a firm into the configuration, which stays as it was where that would make it unusable.

    Raises:
        ConfigError: The firm is there already, or what was given is unusable.
    """
    before = path.read_bytes() if path.exists() else None
    add_tenant(path, newcomer.slug, _values(newcomer, path.parent))
    try:
        load(path)
    except ConfigError:
        if before is None:
            path.unlink()
        else:
            write_durably(path, before)
        raise


def _values(newcomer: Newcomer, home: Path) -> dict[str, Any]:
    main, *others = dict.fromkeys(newcomer.client_ids.values())
    credential = {"certificate": _relative(newcomer.certificate, home)}
    if newcomer.password_env:
        credential["certificate_password_env"] = newcomer.password_env
    values: dict[str, Any] = {
        "name": newcomer.name,
        "tenant_id": newcomer.tenant_id,
        "language": newcomer.language.value,
        "client_id": main,
        **credential,
        "packs": [pack.value for pack in newcomer.packs if pack is not Pack.SHAREPOINT_ADMIN],
    }
    if Pack.SHAREPOINT_ADMIN in newcomer.packs:
        values["sharepoint_admin"] = True
    apps = {p.value: {"client_id": own, **credential} for p, own in newcomer.client_ids.items() if own in others}
    return {**values, "apps": apps} if apps else values


def _script_name(packs: Sequence[Pack], newcomer: Newcomer) -> str:
    return "consent.ps1" if len(newcomer.apps()) == 1 else f"consent-{'-'.join(packs).replace('_', '-')}.ps1"


def _certificate(newcomer: Newcomer, environment: Mapping[str, str]) -> Certificate:
    password = environment.get(newcomer.password_env, "") if newcomer.password_env else ""
    return read_certificate(newcomer.certificate, password, datetime.now(UTC))


def _relative(path: Path, home: Path) -> str:
    resolved = path.resolve()
    is_below = resolved.is_relative_to(home.resolve())
    return (resolved.relative_to(home.resolve()) if is_below else resolved).as_posix()
