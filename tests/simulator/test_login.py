"""Signing in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

import pytest
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import CertificateCredential, ClientAssertionCredential, ClientSecretCredential
from real_data import facts_folder
from simulator_client import GRAPH_SCOPE, Http, Simulated, token_request

from simulator.server import Simulator
from simulator.tenants import SimulatedTenant, blank_tenant


class Trusting(TypedDict):
    authority: str
    disable_instance_discovery: bool
    connection_verify: str


def trusting(simulator: Simulator) -> Trusting:
    """What azure-identity must be told to sign in to a login host of one's own."""
    hosts = simulator.hosts
    return {"authority": hosts.login, "disable_instance_discovery": True, "connection_verify": str(hosts.ca_file)}


def with_secret(simulator: Simulator, **changes: str) -> AsyncTokenCredential:
    own = simulator.credentials("kantoor")
    values = {"tenant_id": own.tenant_id, "client_id": own.client_id, "client_secret": own.client_secret} | changes
    return ClientSecretCredential(**values, **trusting(simulator))


def with_certificate(simulator: Simulator, path: Path | None = None) -> AsyncTokenCredential:
    own = simulator.credentials("kantoor")
    certificate, password = str(path or own.certificate), own.certificate_password
    return CertificateCredential(own.tenant_id, own.client_id, certificate, password=password, **trusting(simulator))


def with_federated_token(simulator: Simulator, token: str = "") -> AsyncTokenCredential:
    own = simulator.credentials("kantoor")
    text = token or own.federated_token_file.read_text()
    return ClientAssertionCredential(own.tenant_id, own.client_id, lambda: text, **trusting(simulator))


async def refusal(credential: AsyncTokenCredential) -> str:
    async with credential:
        with pytest.raises(ClientAuthenticationError) as raised:
            await credential.get_token(GRAPH_SCOPE)
    return str(raised.value)


@pytest.fixture
def kantoor() -> SimulatedTenant:
    return blank_tenant("kantoor")


@pytest.mark.parametrize("credential", [with_secret, with_certificate, with_federated_token])
async def test_azure_identity_signs_in_with(
    credential: Callable[[Simulator], AsyncTokenCredential], simulated: Simulated, kantoor: SimulatedTenant
) -> None:
    async with credential(simulated(kantoor)) as signing_in:
        token = await signing_in.get_token(GRAPH_SCOPE)

    assert token.token.startswith("sim.")


async def test_a_wrong_secret_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    assert "AADSTS7000215" in await refusal(with_secret(simulated(kantoor), client_secret="guess"))


async def test_an_expired_secret_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    kantoor.app.secret_expired = True

    assert "AADSTS7000222" in await refusal(with_secret(simulated(kantoor)))


async def test_an_app_that_was_never_consented_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    stranger = "99999999-0000-4000-8000-000000000001"

    assert "AADSTS700016" in await refusal(with_secret(simulated(kantoor), client_id=stranger))


async def test_an_unknown_tenant_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    nowhere = "99999999-0000-4000-8000-000000000002"

    assert "AADSTS90002" in await refusal(with_secret(simulated(kantoor), tenant_id=nowhere))


async def test_an_expired_certificate_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    simulator = simulated(kantoor)
    expired = simulator.issue_certificate("kantoor", expired=True)

    assert "AADSTS700027" in await refusal(with_certificate(simulator, expired))


async def test_a_certificate_that_entra_knows_as_expired_is_refused(
    simulated: Simulated, kantoor: SimulatedTenant
) -> None:
    kantoor.app.certificate_expired = True

    assert "AADSTS700027" in await refusal(with_certificate(simulated(kantoor)))


async def test_a_further_certificate_of_the_app_signs_in(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    simulator = simulated(kantoor)

    async with with_certificate(simulator, simulator.issue_certificate("kantoor")) as credential:
        assert (await credential.get_token(GRAPH_SCOPE)).token


async def test_a_certificate_of_another_app_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    simulator = simulated(kantoor, blank_tenant("buren"))
    of_the_neighbours = simulator.issue_certificate("buren")

    assert "AADSTS700027" in await refusal(with_certificate(simulator, of_the_neighbours))


async def test_a_federated_token_that_was_changed_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    simulator = simulated(kantoor)
    head, claims, signature = simulator.credentials("kantoor").federated_token_file.read_text().split(".")
    forged = f"{head}.{claims}.{signature[:-6]}AAAAAA"

    assert "AADSTS700027" in await refusal(with_federated_token(simulator, forged))


async def test_a_federated_token_of_another_app_is_refused(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    simulator = simulated(kantoor, blank_tenant("buren"))
    of_the_neighbours = simulator.credentials("buren").federated_token_file.read_text()

    assert "AADSTS700027" in await refusal(with_federated_token(simulator, of_the_neighbours))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        pytest.param({"grant_type": "password"}, 70003, id="another grant"),
        pytest.param({"scope": "User.Read"}, 70011, id="a scope that is not all of a resource"),
        pytest.param({"scope": "https://vault.example/.default"}, 500011, id="a resource the tenant does not have"),
        pytest.param({"client_assertion": "a.b"}, 700027, id="an assertion of no known type"),
        pytest.param(
            {
                "client_assertion": "no token at all",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            },
            700027,
            id="an assertion that is no token",
        ),
    ],
)
def test_the_token_endpoint_refuses(
    form: dict[str, str], code: int, simulated: Simulated, http: Http, kantoor: SimulatedTenant
) -> None:
    simulator = simulated(kantoor)

    answer = token_request(simulator, http(simulator), "kantoor", **form)

    assert answer.json()["error_codes"] == [code]


def test_an_error_has_the_documented_shape(simulated: Simulated, http: Http, kantoor: SimulatedTenant) -> None:
    documented = json.loads((facts_folder() / "graph_examples" / "aadsts_error_response.json").read_text())
    simulator = simulated(kantoor)

    answer: dict[str, Any] = token_request(simulator, http(simulator), "kantoor", client_secret="guess").json()

    assert {name: type(value) for name, value in answer.items()} == {
        name: type(value) for name, value in documented.items()
    }


def test_openid_metadata_names_this_login_host(simulated: Simulated, http: Http, kantoor: SimulatedTenant) -> None:
    simulator = simulated(kantoor)
    url = f"{simulator.hosts.login}/kantoor.example/v2.0/.well-known/openid-configuration"

    metadata = http(simulator).get(url).json()

    assert metadata["token_endpoint"] == f"{simulator.hosts.login}/{kantoor.tenant_id}/oauth2/v2.0/token"


def test_a_token_for_one_tenant_shows_that_tenant_only(simulated: Simulated, http: Http) -> None:
    simulator = simulated(blank_tenant("kantoor"), blank_tenant("buren"))
    client = http(simulator)
    token = token_request(simulator, client, "buren").json()["access_token"]

    answer = client.get(f"{simulator.hosts.graph}/v1.0/organization", headers={"Authorization": f"Bearer {token}"})

    assert [row["displayName"] for row in answer.json()["value"]] == ["Buren"]
