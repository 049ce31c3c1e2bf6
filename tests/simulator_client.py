"""A client that talks to a simulator as an app of a tenant would."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

Simulated = Callable[..., Simulator]
"""The fixture `simulated`: tenants and options of a simulator in, a running one out."""
Http = Callable[[Simulator], httpx.Client]
"""The fixture `http`."""
SignedIn = Callable[..., "Client"]
"""The fixture `signed_in`."""
GRAPH_SCOPE: Final = "https://graph.microsoft.com/.default"


@dataclass
class Client:
    """Signed in with a client secret; plain HTTP beyond that."""

    http: httpx.Client
    simulator: Simulator
    token: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        url = path if path.startswith("https://") else f"{self.simulator.hosts.graph}/{path}"
        return self.http.get(url, headers={"Authorization": f"Bearer {self.token}", **headers})

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Every row of a listing, page after page."""
        return [row for page in self.pages(path) for row in page["value"]]

    def pages(self, path: str) -> list[dict[str, Any]]:
        pages = []
        following: str | None = path
        while following:
            answer = self.get(following)
            assert answer.status_code == 200, answer.text
            pages.append(answer.json())
            following = pages[-1].get("@odata.nextLink")
        return pages

    def batch(self, *urls: str, version: str = "v1.0") -> dict[str, dict[str, Any]]:
        """The answered parts of a batch of GETs, by the index of their address."""
        requests = [{"id": str(index), "method": "GET", "url": url} for index, url in enumerate(urls)]
        answer = self.post(f"{version}/$batch", {"requests": requests})
        return {part["id"]: part for part in answer.json()["responses"]}

    def post(self, path: str, body: object) -> httpx.Response:
        url = f"{self.simulator.hosts.graph}/{path}"
        return self.http.post(url, json=body, headers={"Authorization": f"Bearer {self.token}"})


@contextmanager
def a_client(tenant: SimulatedTenant, folder: Path, **options: Any) -> Iterator[Client]:  # noqa: ANN401 - the simulator's own options
    """Serve a tenant and sign in; `folder` holds the simulator's certificates."""
    with (
        Simulator([tenant], folder, **options) as simulator,
        httpx.Client(verify=ssl.create_default_context(cafile=simulator.hosts.ca_file), timeout=30) as http,
    ):
        yield Client(http, simulator, token_request(simulator, http, tenant.slug).json()["access_token"])


def token_request(simulator: Simulator, http: httpx.Client, tenant: str, **form: str) -> httpx.Response:
    """Ask for a token; the form's fields may be changed or added."""
    own = simulator.credentials(tenant)
    fields = {
        "grant_type": "client_credentials",
        "client_id": own.client_id,
        "client_secret": own.client_secret,
        "scope": GRAPH_SCOPE,
    }
    return http.post(f"{simulator.hosts.login}/{own.tenant_id}/oauth2/v2.0/token", data=fields | form)
