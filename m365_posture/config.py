"""The configuration: what `tenants.toml` says, checked."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path


class ConfigError(Exception):
    """The configuration is unusable; the message is one sentence that says what to do."""


class Cloud(StrEnum):
    """Microsoft's clouds; fixes token audiences and default hosts."""

    GLOBAL = "global"
    USGOV = "usgov"
    DOD = "dod"
    CHINA = "china"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the services are, when they are not Microsoft's own (simulator and tests)."""

    login: str
    graph: str
    exchange: str = ""
    sharepoint_admin: str = ""
    dns: str = ""
    ca_file: Path | None = None
    clock_speed: float = 1.0
    """Accepted above 1 for loopback hosts only."""


@dataclass(frozen=True, slots=True)
class AppCredential:
    """How one app registration proves itself; exactly one of the three ways is set."""

    client_id: str
    certificate: Path | None = None
    certificate_password_env: str = ""
    """Name of the variable with the passphrase; empty: the keyring is asked."""
    client_secret_env: str = ""
    federated_token_file: Path | None = None


@dataclass(frozen=True, slots=True)
class ForwardingAgreement:
    """One `[[tenants.x.trusted_forwarding]]` entry."""

    source: str
    target: str
    reason: str
    approved_by: str
    until: date


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """One `[tenants.<slug>]` table with the defaults applied."""

    slug: str
    name: str
    tenant_id: str
    """GUID, lower case."""
    data_dir: Path
    app: AppCredential
    cloud: Cloud = Cloud.GLOBAL
    packs: tuple[str, ...] = ("base", "mail")
    pack_apps: dict[str, AppCredential] = field(default_factory=dict)
    """Packs with an app of their own."""
    language: str = "en"
    timezone: str = "Europe/Brussels"
    break_glass: tuple[str, ...] = ()
    leavers: Path | None = None
    office_locations: tuple[str, ...] = ()
    firm_size: int | None = None
    mfa_trusted_ips: tuple[str, ...] | None = None
    notify_env: str = ""
    """Name of the variable with the Apprise addresses of whoever is told of signals; empty: nobody is."""
    reference: str = ""
    """Code under which messages speak of the tenant; empty: one derived from its key."""
    sharepoint_admin: bool = False
    proxy: str = ""
    stale_days: int = 90
    link_max_days: int = 30
    trusted_forwarding: tuple[ForwardingAgreement, ...] = ()
    hosts: Hosts | None = None

    @property
    def consents(self) -> tuple[str, ...]:
        """The packs, and `sharepoint_admin` where the firm opted in: what may be asked."""
        return (*self.packs, "sharepoint_admin") if self.sharepoint_admin else self.packs

    def app_of(self, pack: str) -> AppCredential:
        """Return the app that asks for a consent pack, or for `sharepoint_admin`."""
        return self.pack_apps.get(pack, self.app)

    @property
    def folder(self) -> Path:
        """`<data_dir>/<tenant id>`: everything that is kept of this tenant."""
        return self.data_dir / self.tenant_id
