"""What applications may do is read in full, and nothing of a secret but when it ends."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from simulated_scans import Office, Snapshot, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

SECRETS = ("s3cr3t-text", "s3c", "dGh1bWJwcmludA==", "cHVibGljIGtleQ==")
SECRET = {
    "keyId": "k1",
    "displayName": "backup",
    "secretText": SECRETS[0],
    "hint": SECRETS[1],
    "customKeyIdentifier": SECRETS[2],
    "startDateTime": "2025-01-01T00:00:00Z",
    "endDateTime": "2027-01-01T00:00:00Z",
}
CERTIFICATE = {
    "keyId": "k2",
    "type": "AsymmetricX509Cert",
    "usage": "Verify",
    "key": SECRETS[3],
    "customKeyIdentifier": SECRETS[2],
    "endDateTime": "2026-12-01T00:00:00Z",
}
GRAPH, CLIENT, EMPTY, SILENT = "sp-graph", "sp-client", "sp-empty", "sp-silent"


def an_assignment(number: int, **properties: object) -> dict[str, object]:
    held = {"principalId": CLIENT, "principalType": "ServicePrincipal", "resourceId": GRAPH, "appRoleId": "role"}
    return {"id": f"a{number}", **held, **properties}


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    tenant = blank_tenant("kantoor")
    tenant.applications.append(
        {
            "id": "app1",
            "appId": "c1",
            "displayName": "Own",
            "web": {"redirectUris": ["https://own.example/in"]},
            "verifiedPublisher": None,
            "requiredResourceAccess": [{"resourceAppId": "g", "resourceAccess": []}],
            "passwordCredentials": [SECRET],
            "keyCredentials": [],
        }
    )
    tenant.service_principals += [
        {"id": GRAPH, "appId": "g", "appRoles": [{"id": "role", "value": "Mail.Read", "isEnabled": True}]},
        {"id": CLIENT, "appId": "c1", "keyCredentials": [CERTIFICATE], "appRoles": []},
        {"id": EMPTY, "appId": "c2", "tags": ["HideApp"], "appRoles": []},
        {"id": SILENT, "appId": "c3"},
    ]
    tenant.app_role_assignments = {
        CLIENT: [an_assignment(1), an_assignment(2, principalId="u1", principalType="User")],
        EMPTY: [an_assignment(3, principalId=EMPTY), an_assignment(4, principalId=EMPTY, resourceId=SILENT)],
    }
    tenant.oauth2_permission_grants.append(
        {"id": "o1", "clientId": CLIENT, "consentType": "AllPrincipals", "resourceId": GRAPH, "scope": " User.Read"}
    )
    with an_office(tenant, tmp_path_factory.mktemp("applications"), packs=["base"]) as office:
        yield office


@pytest.fixture(scope="module")
def undisturbed(firm: Office) -> Snapshot:
    return firm.scan(only=["applications"])


@pytest.fixture
def office(firm: Office) -> Iterator[Office]:
    """Give the firm; the faults of a test end with it."""
    yield firm
    firm.simulator.faults.clear()


def test_registrations_and_service_principals_are_read(undisturbed: Snapshot) -> None:
    [application] = undisturbed.rows("applications")
    services = {row["id"]: row for row in undisturbed.rows("service_principals")}

    assert (application["app_id"], application["web_redirect_uris"]) == ("c1", ["https://own.example/in"])
    assert application["spa_redirect_uris"] is None
    assert services[GRAPH]["app_roles"] == [{"id": "role", "value": "Mail.Read", "is_enabled": True}]
    assert services[CLIENT]["account_enabled"] is None
    assert services[EMPTY]["tags"] == ["HideApp"]


def test_credentials_tell_their_owner_and_their_end_and_no_secret(undisturbed: Snapshot) -> None:
    rows = {(row["owner_type"], row["credential_type"]): row for row in undisturbed.rows("app_credentials")}

    assert {key: (row["owner_id"], row["key_id"]) for key, row in rows.items()} == {
        ("application", "password"): ("app1", "k1"),
        ("servicePrincipal", "key"): (CLIENT, "k2"),
    }
    assert rows["application", "password"]["end_date_time"] == datetime(2027, 1, 1, tzinfo=UTC)
    assert undisturbed.coverage("app_credentials").requests == 0
    everything = str([undisturbed.rows(name) for name in ("applications", "service_principals", "app_credentials")])
    assert not [secret for secret in SECRETS if secret in everything]


def test_rights_are_asked_of_the_services_that_give_some_or_do_not_say(office: Office, undisturbed: Snapshot) -> None:
    rows = undisturbed.rows("app_role_assignments")

    assert {(row["id"], row["principal_id"], row["app_role_id"]) for row in rows} == {
        ("a1", CLIENT, "role"),
        ("a3", EMPTY, "role"),
        ("a4", EMPTY, "role"),
    }
    assert set(office.asked("v1.0/servicePrincipals/")) == {
        f"v1.0/servicePrincipals/{service}/appRoleAssignedTo" for service in (GRAPH, SILENT)
    }
    assert undisturbed.coverage("app_role_assignments").objects_read == 2


def test_grants_on_behalf_of_people_are_read_as_they_are(undisturbed: Snapshot) -> None:
    [grant] = undisturbed.rows("oauth2_permission_grants")

    assert (grant["consent_type"], grant["principal_id"], grant["scope"]) == ("AllPrincipals", None, " User.Read")


def test_credentials_of_one_kind_of_owner_alone_are_partial(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/applications", times=None))

    snapshot = office.scan(only=["applications"])

    coverage = snapshot.coverage("app_credentials")
    assert (coverage.state, coverage.reason, coverage.mend) == (
        "partial",
        "needs:applications",
        "grant:Application.Read.All",
    )
    assert [row["key_id"] for row in snapshot.rows("app_credentials")] == ["k2"]


def test_without_either_owner_nothing_is_known_of_credentials(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/applications", times=None))
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/servicePrincipals", times=None))

    snapshot = office.scan(only=["applications"])

    assert snapshot.coverage("app_credentials").state == "failed"
    assert snapshot.coverage("app_role_assignments").reason == "needs:service_principals"
