"""What the directory holds opens to each of its rights and to no other, and only to those with the licence for it."""

import re
from typing import Final

import pytest
from simulator_client import Client, SignedIn

from simulator import applications, authentication, policies, reports, roles
from simulator.calls import Endpoint
from simulator.tenants import SimulatedTenant, blank_tenant

ENDPOINTS: Final = [
    endpoint for module in (applications, authentication, policies, reports, roles) for endpoint in module.ENDPOINTS
]
VALUES: Final = {"user_id": "u1", "group_id": "g1", "service_principal_id": "sp1"}
QUERIES: Final = {
    "policies/roleManagementPolicyAssignments": "?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'",
    **{
        f"reports/getOffice365ActiveUserDetail(period='{p}')": "?$format=application/json"
        for p in ("D7", "D30", "D90", "D180")
    },
}
PREMIUM: Final = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
GOVERNANCE: Final = "AadPremiumLicenseRequired"


@pytest.fixture
def tenant() -> SimulatedTenant:
    firm = blank_tenant("kantoor")
    firm.users.append({"id": "u1"})
    firm.groups.append({"id": "g1"})
    firm.service_principals.append({"id": "sp1", "appId": "a1"})
    return firm


def address(endpoint: Endpoint) -> str:
    return re.sub(r"{(\w+)}", lambda name: VALUES[name[1]], endpoint.path) + QUERIES.get(endpoint.path, "")


def test_each_right_opens_what_it_should_and_nothing_else_does(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant, throttling=False)
    found = {}
    for endpoint in ENDPOINTS:
        for role in (*endpoint.roles, "Mail.Read"):
            tenant.app.roles = {role}
            found[endpoint.path, role] = client.get(f"beta/{address(endpoint)}").status_code

    assert {key for key, status in found.items() if status != 200} == {(one.path, "Mail.Read") for one in ENDPOINTS}
    assert {status for (_, role), status in found.items() if role == "Mail.Read"} == {403}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("reports/authenticationMethods/userRegistrationDetails", 403, PREMIUM),
        ("roleManagement/directory/roleEligibilityScheduleInstances", 400, GOVERNANCE),
        ("roleManagement/directory/roleAssignmentScheduleInstances", 400, GOVERNANCE),
        ("policies/roleManagementPolicyAssignments?$filter=scopeId eq '/'", 400, GOVERNANCE),
        ("admin/sharepoint/settings", 400, "BadRequest"),
    ],
)
def test_a_licence_is_asked_for(
    path: str, status: int, code: str, signed_in: SignedIn, tenant: SimulatedTenant
) -> None:
    tenant.service_plans.clear()

    assert refusal(signed_in(tenant), f"v1.0/{path}") == (status, code)


@pytest.mark.parametrize(
    "path",
    [
        "identity/conditionalAccess/settings",
        "users/u1/authentication/requirements",
        "reports/getOffice365ActiveUserDetail(period='D7')?$format=application/json",
    ],
)
def test_what_only_beta_knows_v1_does_not_find(path: str, signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    assert refusal(signed_in(tenant), f"v1.0/{path}") == (404, "ResourceNotFound")


@pytest.mark.parametrize("path", ["groups/g9/transitiveMembers", "servicePrincipals/sp9/appRoleAssignedTo"])
def test_what_is_not_there_is_not_found(path: str, signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    assert refusal(signed_in(tenant), f"v1.0/{path}") == (404, "Request_ResourceNotFound")


def refusal(client: Client, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.json()["error"]["code"]


def test_members_of_members_are_listed_once_whatever_circle_they_stand_in(
    signed_in: SignedIn, tenant: SimulatedTenant
) -> None:
    tenant.group_members |= {"g1": [{"id": "g2"}, {"id": "u1"}], "g2": [{"id": "g1"}, {"id": "u1"}, {"id": "u2"}]}

    rows = signed_in(tenant).rows("v1.0/groups/g1/transitiveMembers?$select=id")

    assert [row["id"] for row in rows] == ["g2", "u1", "u2"]
