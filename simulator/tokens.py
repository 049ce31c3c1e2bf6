"""Access tokens given out, and what they open."""

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Final

from simulator.tenants import SimulatedApp, SimulatedTenant

GRAPH_AUDIENCES: Final = frozenset(
    {
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token stands for."""

    tenant: SimulatedTenant
    app: SimulatedApp
    audience: str
    expires_at: float
    """`time.time()`: token lifetimes follow the real clock, like the client's token cache."""
    by_certificate: bool = False
    """Whether the app proved itself with its certificate; SharePoint accepts nothing else."""


class TokenStore:
    """Remembers tokens; they are opaque, as Graph's are by contract."""

    def __init__(self, lifetime_s: int = 3_599) -> None:
        self.lifetime_s = lifetime_s
        self._grants: dict[str, Grant] = {}
        self._lock = threading.Lock()

    def issue(self, tenant: SimulatedTenant, app: SimulatedApp, audience: str, *, by_certificate: bool = False) -> str:
        """Return a new token."""
        token = f"sim.{secrets.token_urlsafe(48)}"
        with self._lock:
            self._grants[token] = Grant(tenant, app, audience, time.time() + self.lifetime_s, by_certificate)
        return token

    def find(self, authorization: str) -> Grant | None:
        """Return what a bearer header opens; None for an unknown or expired token."""
        kind, _, token = authorization.partition(" ")
        grant = self._grants.get(token) if kind.lower() == "bearer" else None
        return grant if grant and grant.expires_at > time.time() else None

    def revoke_all(self) -> None:
        """Make every token given so far invalid."""
        with self._lock:
            self._grants.clear()
