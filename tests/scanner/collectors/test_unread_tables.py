"""A table of the directory that cannot be read says why, keeps no row, and the others are read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from simulated_scans import Office, Snapshot, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import SimulatedTenant, blank_tenant

PATHS = {
    "deleted_users": "v1.0/directory/deletedItems/microsoft.graph.user",
    "domain_federation": "v1.0/domains/*/federationConfiguration",
    "groups": "v1.0/groups",
    "group_members": "v1.0/groups/*/transitiveMembers",
    "role_definitions": "v1.0/roleManagement/directory/roleDefinitions",
    "role_assignments": "v1.0/roleManagement/directory/roleAssignments",
    "role_management_policies": "v1.0/policies/roleManagementPolicyAssignments",
    "activity_timeout_policies": "v1.0/policies/activityBasedTimeoutPolicies",
    "sharepoint_settings": "v1.0/admin/sharepoint/settings",
    "named_locations": "v1.0/identity/conditionalAccess/namedLocations",
    "conditional_access_settings": "beta/identity/conditionalAccess/settings",
    "authorization_policy": "v1.0/policies/authorizationPolicy",
    "authentication_methods_policy": "v1.0/policies/authenticationMethodsPolicy",
    "authentication_strengths": "v1.0/policies/authenticationStrengthPolicies",
    "cross_tenant_access": "v1.0/policies/crossTenantAccessPolicy/default",
    "directory_audits": "v1.0/auditLogs/directoryAudits",
    "applications": "v1.0/applications",
    "service_principals": "v1.0/servicePrincipals",
    "app_role_assignments": "v1.0/servicePrincipals/*/appRoleAssignedTo",
    "oauth2_permission_grants": "v1.0/oauth2PermissionGrants",
    "active_user_detail": "beta/reports/getOffice365ActiveUserDetail(period='D180')",
    "registration_details": "v1.0/reports/authenticationMethods/userRegistrationDetails",
    "authentication_methods": "v1.0/users/*/authentication/methods",
    "per_user_mfa": "beta/users/*/authentication/requirements",
}
"""Where a fault keeps a whole table from being read."""
AREAS = ("directory", "roles", "policies", "authentication", "sharing", "audits", "applications", "usage")
KINDS = {
    "denied": (FaultKind.FORBIDDEN, "denied", "grant:"),
    "unlicensed": (FaultKind.UNLICENSED, "unlicensed", "license:"),
    "unavailable": (FaultKind.UNAVAILABLE, "failed", "rescan"),
    "malformed": (FaultKind.NOT_JSON, "failed", "rescan"),
}


def a_firm() -> SimulatedTenant:
    """Return a firm without premium licences: so that the lesser source of methods is read too."""
    tenant = blank_tenant("kantoor", plans=("SHAREPOINTSTANDARD",))
    user, group = {"id": "u1", "userPrincipalName": "u1@kantoor.example", "accountEnabled": True}, {"id": "g1"}
    tenant.users.append(user)
    tenant.groups.append(group)
    tenant.group_members["g1"] = [{"@odata.type": "#microsoft.graph.user", "id": "u1"}]
    tenant.deleted_users.append({"id": "u0", "deletedDateTime": "2026-11-10T08:00:00Z"})
    tenant.domains.append({"id": "federated.example", "authenticationType": "Federated"})
    tenant.domain_federation["federated.example"] = [{"id": "f1", "federatedIdpMfaBehavior": "rejectMfaByFederatedIdp"}]
    tenant.activity_timeout_policies.append({"id": "t1", "definition": ["{}"]})
    tenant.role_definitions.append({"id": "r1"})
    tenant.role_assignments.append({"id": "a1", "principalId": "g1", "roleDefinitionId": "r1", "directoryScopeId": "/"})
    tenant.named_locations.append({"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "l1"})
    tenant.authentication_strengths.append({"id": "s1"})
    tenant.directory_audits.append({"id": "e1", "activityDateTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"})
    tenant.applications.append({"id": "app1", "appId": "c1"})
    tenant.service_principals.append({"id": "sp1", "appId": "c1", "appRoles": [{"id": "role1", "value": "Do.All"}]})
    tenant.app_role_assignments["sp1"] = [{"id": "aa1", "principalId": "sp1", "resourceId": "sp1"}]
    tenant.oauth2_permission_grants.append({"id": "o1"})
    tenant.active_user_detail.append({"userPrincipalName": "u1@kantoor.example"})
    tenant.authentication_methods["u1"] = [{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": "m1"}]
    return tenant


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(a_firm(), tmp_path_factory.mktemp("firm"), packs=["base"]) as office:
        yield office


@pytest.fixture(scope="module")
def undisturbed(firm: Office) -> Snapshot:
    return firm.scan(only=AREAS)


@pytest.fixture
def office(firm: Office, undisturbed: Snapshot) -> Iterator[Office]:
    """Give the firm; the faults of a test end with it."""
    assert undisturbed.manifest
    yield firm
    firm.simulator.faults.clear()


UNLICENSED = ("registration_details", "role_management_policies")
"""Tables of premium licences, which this firm has not; other tests read them."""


def test_undisturbed_every_table_has_rows(undisturbed: Snapshot) -> None:
    read = {name: (undisturbed.coverage(name).state, undisturbed.coverage(name).rows > 0) for name in PATHS}

    for name in UNLICENSED:
        assert read.pop(name) == ("unlicensed", False)
    assert set(read.values()) == {("complete", True)}


DEPENDING = ("group_members", "authentication_methods", "per_user_mfa", "app_role_assignments")
"""Tables that are read only where others were."""


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("tables", [DEPENDING, tuple(sorted(PATHS.keys() - {*DEPENDING, *UNLICENSED}))], ids=len)
def test_a_table_that_cannot_be_read_says_why_and_leaves_the_others_alone(
    tables: tuple[str, ...], how: str, office: Office, undisturbed: Snapshot
) -> None:
    kind, state, mend = KINDS[how]
    for table in tables:
        office.simulator.faults.add(Fault(kind, PATHS[table], times=None))

    snapshot = office.scan(only=AREAS)

    for table in tables:
        coverage = snapshot.coverage(table)
        assert (table, coverage.state, coverage.rows, coverage.parts) == (table, state, 0, {})
        assert coverage.reason
        assert coverage.mend.startswith(mend)
    others = set(PATHS) - {*tables, *(DEPENDING if "groups" in tables else ())}
    assert told(snapshot, others) == told(undisturbed, others)


def told(snapshot: Snapshot, tables: set[str]) -> dict[str, tuple[str, int]]:
    return {name: (str(snapshot.coverage(name).state), snapshot.coverage(name).rows) for name in tables}
