"""Who may ask what, and how a refusal looks."""

import pytest
from simulator_client import SignedIn

from simulator.generate import generate_tenant
from simulator.tenants import SimulatedTenant

DIRECTORY = ("Directory.Read.All",)


@pytest.fixture
def tenant() -> SimulatedTenant:
    return generate_tenant(users=12, sign_ins=5, sites=1, shared_items=1)


def addresses(tenant: SimulatedTenant) -> dict[str, str]:
    """One address for each endpoint that a test names."""
    site_id, drive_id = tenant.sites[0]["id"], next(iter(tenant.drive_items))
    item_id = tenant.drive_items[drive_id][2]["id"]
    return {
        "organization": "organization",
        "licences": "subscribedSkus",
        "domains": "domains",
        "users": "users",
        "security defaults": "policies/identitySecurityDefaultsEnforcementPolicy",
        "conditional access": "identity/conditionalAccess/policies",
        "sign-ins": "auditLogs/signIns",
        "inbox rules": f"users/{tenant.users[0]['id']}/mailFolders/inbox/messageRules",
        "sites": "sites/getAllSites()",
        "drives": f"sites/{site_id}/drives",
        "delta": f"drives/{drive_id}/items/root/delta()",
        "permissions": f"drives/{drive_id}/items/{item_id}/permissions",
    }


@pytest.mark.parametrize(
    ("name", "roles", "code"),
    [
        ("organization", ("Organization.Read.All", "User.Read.All", *DIRECTORY), "Authorization_RequestDenied"),
        (
            "licences",
            ("LicenseAssignment.Read.All", "Organization.Read.All", *DIRECTORY),
            "Authorization_RequestDenied",
        ),
        ("domains", ("Domain.Read.All", *DIRECTORY), "Authorization_RequestDenied"),
        ("users", ("User.Read.All", *DIRECTORY), "Authorization_RequestDenied"),
        ("security defaults", ("Policy.Read.All",), "Authorization_RequestDenied"),
        ("conditional access", ("Policy.Read.All",), "Authorization_RequestDenied"),
        ("sign-ins", ("AuditLog.Read.All",), "UnknownError"),
        ("inbox rules", ("MailboxSettings.Read",), "ErrorAccessDenied"),
        ("sites", ("Sites.Read.All",), "accessDenied"),
        ("drives", ("Sites.Read.All", "Files.Read.All"), "accessDenied"),
        ("delta", ("Sites.Read.All", "Files.Read.All"), "accessDenied"),
        ("permissions", ("Sites.Read.All", "Files.Read.All"), "accessDenied"),
    ],
)
def test_an_endpoint_needs_one_of_its_rights(
    name: str, roles: tuple[str, ...], code: str, signed_in: SignedIn, tenant: SimulatedTenant
) -> None:
    path = f"v1.0/{addresses(tenant)[name]}"
    client = signed_in(tenant, throttling=False)

    for role in roles:
        tenant.app.roles = {role}
        assert client.get(path).status_code == 200, role
    tenant.app.roles = {"Mail.Read"}
    answer = client.get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)


def test_sign_ins_need_entra_premium(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    tenant.service_plans.discard("AAD_PREMIUM")

    answer = signed_in(tenant).get("beta/auditLogs/signIns")

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


def test_policies_answer_without_entra_premium(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    tenant.service_plans.clear()

    assert signed_in(tenant).rows("v1.0/identity/conditionalAccess/policies")


@pytest.mark.parametrize("authorization", ["", "Bearer of bad news", "Basic c2ltOnNpbQ=="])
def test_nothing_is_shown_without_a_token(authorization: str, signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)

    answer = client.http.get(f"{client.simulator.hosts.graph}/v1.0/users", headers={"Authorization": authorization})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_a_revoked_token_opens_nothing(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    client.simulator.tokens.revoke_all()

    assert client.get("v1.0/users").status_code == 401


def test_a_token_for_another_service_opens_nothing(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    client.token = client.simulator.tokens.issue(tenant, tenant.app, "https://outlook.office365.com")

    assert client.get("v1.0/users").status_code == 401


def test_a_token_ends(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    client.simulator.tokens.lifetime_s = -1
    client.token = client.simulator.tokens.issue(tenant, tenant.app, "https://graph.microsoft.com")

    assert client.get("v1.0/users").status_code == 401


@pytest.mark.parametrize("path", ["v1.0/me/messages", "v1.0/users/x/messages", "v2.0/users", "v1.0", "teams", "v1.0/"])
def test_an_unknown_address_is_not_found(path: str, signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    assert signed_in(tenant).get(path).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_is_refused_and_remembered(method: str, signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    url, headers = f"{client.simulator.hosts.graph}/v1.0/users/x", {"Authorization": f"Bearer {client.token}"}

    answer = client.http.request(method, url, headers=headers, json={"accountEnabled": False})

    recorded = client.simulator.requests[-1]
    assert answer.status_code == 405
    assert (recorded.method, recorded.path, recorded.status) == (method, "v1.0/users/x", 405)
    assert recorded.body_keys == ("accountEnabled",)


def test_the_log_of_requests_holds_no_secret(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    client.get("v1.0/users?$top=3")

    login, listing = client.simulator.requests
    assert login.body_keys == ("grant_type", "client_id", "client_secret", "scope")
    assert listing.query == {"$top": "3"}
    assert listing.authorized
    assert client.token not in repr(client.simulator.requests)
    assert tenant.app.client_secret not in repr(client.simulator.requests)


def test_an_app_of_its_own_has_rights_of_its_own(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    files = tenant.add_app("Sites.Read.All")
    client = signed_in(tenant)
    own = client.simulator.credentials(tenant.slug, files.client_id)
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    form |= {"client_id": own.client_id, "client_secret": own.client_secret}
    url = f"{client.simulator.hosts.login}/{own.tenant_id}/oauth2/v2.0/token"
    client.token = client.http.post(url, data=form).json()["access_token"]

    assert client.get("v1.0/sites/getAllSites").status_code == 200
    assert client.get("v1.0/users").status_code == 403
