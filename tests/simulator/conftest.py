"""A client that talks to a simulator as an app of a tenant would."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

GRAPH_SCOPE = "https://graph.microsoft.com/.default"


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

    def post(self, path: str, body: Any) -> httpx.Response:
        url = f"{self.simulator.hosts.graph}/{path}"
        return self.http.post(url, json=body, headers={"Authorization": f"Bearer {self.token}"})


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


@pytest.fixture
def http(simulator_folder):
    """An HTTP client factory that trusts a simulator's CA."""
    clients = []

    def make(simulator: Simulator) -> httpx.Client:
        context = ssl.create_default_context(cafile=simulator.hosts.ca_file)
        clients.append(httpx.Client(verify=context, timeout=5))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def signed_in(simulated: Callable[..., Simulator], http):
    """Starts a simulator with one tenant and signs in: `signed_in(tenant, clock_speed=20)`."""

    def start(tenant: SimulatedTenant, **options: Any) -> Client:
        simulator = simulated(tenant, **options)
        client = http(simulator)
        token = token_request(simulator, client, tenant.slug).json()["access_token"]
        return Client(client, simulator, token)

    return start
