"""What a simulator tells about itself: addresses, credentials, the requests it saw."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HostAddresses:
    """Where the services listen; the keys of `[tenants.<slug>.hosts]`."""

    login: str
    graph: str
    ca_file: Path
    exchange: str = ""
    sharepoint_admin: str = ""
    dns: str = ""
    clock_speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Every way in which one app of one tenant can prove itself."""

    tenant_id: str
    client_id: str
    client_secret: str
    certificate: Path
    """PKCS#12 file."""
    certificate_password: str
    federated_token_file: Path
    """Holds a signed token of the simulated identity provider."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it arrived; the parts of a batch are recorded like requests of their own."""

    at: datetime
    """Real time, UTC."""
    tenant: str
    """Slug, empty where the request named no known tenant."""
    method: str
    scheme: str
    host: str
    port: int
    path: str
    """Decoded and without the leading slash, e.g. `v1.0/users`; of a question to the DNS name and type."""
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case; the authorization header is left out."""
    status: int | None
    """None: no answer was given."""
    authorized: bool = False
    """Whether an authorization header came with it."""
    batch_id: str | None = None
    """The batch a part belongs to; None for requests of their own, the batch itself included."""
    body_keys: tuple[str, ...] = ()
    """Names of the fields of a JSON or form body, never their values."""
    cmdlet: str = ""
    """Name of the Exchange cmdlet."""
    parameters: tuple[str, ...] = ()
    """Names of its parameters, never their values."""
