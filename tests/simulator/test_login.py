"""Signing in."""

import json

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import CertificateCredential, ClientAssertionCredential, ClientSecretCredential
from real_data import facts_folder

from simulator.tenants import blank_tenant

SCOPE = "https://graph.microsoft.com/.default"


def trusting(simulator):
    """What azure-identity must be told to sign in to a login host of one's own."""
    hosts = simulator.hosts
    return {"authority": hosts.login, "disable_instance_discovery": True, "connection_verify": str(hosts.ca_file)}


def with_secret(simulator, **changes):
    own = simulator.credentials("kantoor")
    values = {"tenant_id": own.tenant_id, "client_id": own.client_id, "client_secret": own.client_secret} | changes
    return ClientSecretCredential(**values, **trusting(simulator))


def with_certificate(simulator, path=None):
    own = simulator.credentials("kantoor")
    certificate = str(path or own.certificate)
    return CertificateCredential(
        own.tenant_id, own.client_id, certificate, password=own.certificate_password, **trusting(simulator)
    )


def with_federated_token(simulator, token=None):
    own = simulator.credentials("kantoor")
    text = token or own.federated_token_file.read_text()
    return ClientAssertionCredential(own.tenant_id, own.client_id, lambda: text, **trusting(simulator))


async def refusal(credential):
    async with credential:
        with pytest.raises(ClientAuthenticationError) as raised:
            await credential.get_token(SCOPE)
    return str(raised.value)


@pytest.mark.parametrize("credential", [with_secret, with_certificate, with_federated_token])
async def test_azure_identity_signs_in_with(credential, simulated):
    simulator = simulated(blank_tenant("kantoor"))

    async with credential(simulator) as signing_in:
        token = await signing_in.get_token(SCOPE)

    assert token.token.startswith("sim.")


async def test_a_wrong_secret_is_refused(simulated):
    assert "AADSTS7000215" in await refusal(with_secret(simulated(blank_tenant("kantoor")), client_secret="guess"))


async def test_an_expired_secret_is_refused(simulated):
    tenant = blank_tenant("kantoor")
    tenant.app.secret_expired = True

    assert "AADSTS7000222" in await refusal(with_secret(simulated(tenant)))


async def test_an_app_that_was_never_consented_is_refused(simulated):
    stranger = "99999999-0000-4000-8000-000000000001"

    assert "AADSTS700016" in await refusal(with_secret(simulated(blank_tenant("kantoor")), client_id=stranger))


async def test_an_unknown_tenant_is_refused(simulated):
    nowhere = "99999999-0000-4000-8000-000000000002"

    assert "AADSTS90002" in await refusal(with_secret(simulated(blank_tenant("kantoor")), tenant_id=nowhere))


async def test_an_expired_certificate_is_refused(simulated):
    simulator = simulated(blank_tenant("kantoor"))
    expired = simulator.issue_certificate("kantoor", expired=True)

    assert "AADSTS700027" in await refusal(with_certificate(simulator, expired))


async def test_a_further_certificate_of_the_app_signs_in(simulated):
    simulator = simulated(blank_tenant("kantoor"))

    async with with_certificate(simulator, simulator.issue_certificate("kantoor")) as credential:
        assert (await credential.get_token(SCOPE)).token


async def test_a_certificate_that_nobody_registered_is_refused(simulated):
    simulator = simulated(blank_tenant("kantoor"), blank_tenant("buren"))
    of_the_neighbours = simulator.issue_certificate("buren")

    assert "AADSTS700027" in await refusal(with_certificate(simulator, of_the_neighbours))


async def test_a_federated_token_that_was_changed_is_refused(simulated):
    simulator = simulated(blank_tenant("kantoor"))
    head, claims, signature = simulator.credentials("kantoor").federated_token_file.read_text().split(".")
    forged = f"{head}.{claims}.{signature[:-6]}AAAAAA"

    assert "AADSTS700027" in await refusal(with_federated_token(simulator, forged))


def test_an_error_has_the_documented_shape(simulated, http):
    documented = json.loads((facts_folder() / "graph_examples" / "aadsts_error_response.json").read_text())
    simulator = simulated(blank_tenant("kantoor"))
    url = f"{simulator.hosts.login}/{simulator.credentials('kantoor').tenant_id}/oauth2/v2.0/token"

    answer = http(simulator).post(url, data={"grant_type": "password"})

    assert answer.json().keys() == documented.keys()
    assert answer.json()["error_codes"] == [70003]


def test_openid_metadata_names_this_login_host(simulated, http):
    simulator = simulated(blank_tenant("kantoor"))

    metadata = (
        http(simulator).get(f"{simulator.hosts.login}/kantoor.example/v2.0/.well-known/openid-configuration").json()
    )

    assert metadata["token_endpoint"].startswith(simulator.hosts.login)
