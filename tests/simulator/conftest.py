"""Clients that talk to a simulator as an app of a tenant would."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from simulator_client import Client, Http, SignedIn, Simulated, token_request

from simulator.server import Simulator
from simulator.tenants import SimulatedTenant


@pytest.fixture
def http() -> Iterator[Http]:
    """Makes HTTP clients that trust a simulator's CA: `http(simulator)`."""
    with ExitStack() as opened:

        def client(simulator: Simulator) -> httpx.Client:
            context = ssl.create_default_context(cafile=simulator.hosts.ca_file)
            return opened.enter_context(httpx.Client(verify=context, timeout=30))

        yield client


@pytest.fixture
def signed_in(simulated: Simulated, http: Http) -> SignedIn:
    """Starts a simulator with one tenant and signs in: `signed_in(tenant, clock_speed=20)`."""

    def start(tenant: SimulatedTenant, **options: Any) -> Client:  # noqa: ANN401 - the simulator's own options
        simulator = simulated(tenant, **options)
        client = http(simulator)
        token = token_request(simulator, client, tenant.slug).json()["access_token"]
        return Client(client, simulator, token)

    return start
