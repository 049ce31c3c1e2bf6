"""What the simulator serves exists in Microsoft 365: every property, of every entity, at every depth."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest
from published_types import DOCUMENTATION, EXCEPTIONS, TYPE_LINE, published, unknown
from real_data import data_folder, facts_folder
from simulator_client import Client, SignedIn

from simulator import properties
from simulator.generate import generate_tenant
from simulator.tenants import SimulatedTenant, load_sample, sample_names

BETA_EXAMPLE: Final = "signIns_beta_2021.json"


@cache
def beta_sign_in() -> Any:  # noqa: ANN401 - any JSON value
    """A model of the beta sign-in with every property that Microsoft shows of it."""
    model = json.loads((data_folder() / "shapes" / "SignIn-model.json").read_text(encoding="utf-8"))
    example = json.loads((facts_folder() / "graph_examples" / BETA_EXAMPLE).read_text(encoding="utf-8"))
    return example["value"][0] | model["value"][0]


def unknown_in_beta(row: dict[str, Any], model: Any, where: str = "signIn") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield what a beta sign-in has and the model has not; a model that is null shows nothing of what is inside."""
    for name, inner in row.items():
        if name not in model:
            yield f"{where}.{name}"
            continue
        shown = model[name][0] if isinstance(model[name], list) and model[name] else model[name]
        held = [item for item in (inner if isinstance(inner, list) else [inner]) if isinstance(item, dict)]
        if isinstance(shown, dict):
            for item in held:
                yield from unknown_in_beta(item, shown, f"{where}.{name}")


PLAIN: Final = {
    "group": "groups",
    "unifiedRoleDefinition": "roleManagement/directory/roleDefinitions",
    "unifiedRoleAssignment": "roleManagement/directory/roleAssignments",
    "application": "applications",
    "servicePrincipal": "servicePrincipals",
    "oAuth2PermissionGrant": "oauth2PermissionGrants",
    "directoryAudit": "auditLogs/directoryAudits",
    "namedLocation": "identity/conditionalAccess/namedLocations",
    "authenticationStrengthPolicy": "policies/authenticationStrengthPolicies",
    "crossTenantAccessPolicyConfigurationPartner": "policies/crossTenantAccessPolicy/partners",
}
"""Type and address of what is one listing for every tenant."""
SINGLE: Final = {
    "authorizationPolicy": "policies/authorizationPolicy",
    "adminReportSettings": "admin/reportSettings",
    "sharepointSettings": "admin/sharepoint/settings",
    "authenticationMethodsPolicy": "policies/authenticationMethodsPolicy",
    "crossTenantAccessPolicyConfigurationDefault": "policies/crossTenantAccessPolicy/default",
}


def listings(client: Client, tenant: SimulatedTenant) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every listing of v1.0 that the simulator has: type and rows."""
    everything = ",".join(sorted(properties.USER - ({"signInActivity"} if not tenant.premium else set())))
    yield "organization", client.rows("v1.0/organization")
    yield "subscribedSku", client.rows("v1.0/subscribedSkus")
    yield "domain", client.rows("v1.0/domains")
    yield "user", client.rows(f"v1.0/users?$select={everything}")
    for type_name, path in PLAIN.items():
        yield type_name, client.rows(f"v1.0/{path}")
    for type_name, path in SINGLE.items():
        yield type_name, [client.get(f"v1.0/{path}").json()]
    if tenant.premium:
        yield "userRegistrationDetails", client.rows("v1.0/reports/authenticationMethods/userRegistrationDetails")
    yield "conditionalAccessPolicy", client.rows("v1.0/identity/conditionalAccess/policies")
    policy = client.get("v1.0/policies/identitySecurityDefaultsEnforcementPolicy").json()
    yield "identitySecurityDefaultsEnforcementPolicy", [policy]
    for user_id, rules in tenant.inbox_rules.items():
        if isinstance(rules, list):
            yield "messageRule", client.rows(f"v1.0/users/{user_id}/mailFolders/inbox/messageRules")
    if tenant.premium:
        yield "signIn", client.rows("v1.0/auditLogs/signIns")
    yield from files(client, tenant)


def files(client: Client, tenant: SimulatedTenant) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    sites = client.rows("v1.0/sites/getAllSites")
    yield "site", sites
    for site in sites:
        drives = client.rows(f"v1.0/sites/{site['id']}/drives")
        yield "drive", drives
        for drive in drives:
            pages = client.pages(f"v1.0/drives/{drive['id']}/root/delta")
            items = [item for page in pages for item in page["value"]]
            tenant.delete_item(drive["id"], items[-1]["id"])
            yield "driveItem", items + client.rows(pages[-1]["@odata.deltaLink"])
            for item in items:
                if "shared" in item and item is not items[-1]:
                    yield "permission", client.rows(f"v1.0/drives/{drive['id']}/items/{item['id']}/permissions")


def tenant_called(slug: str) -> SimulatedTenant:
    if slug in sample_names():
        return load_sample(slug)
    return generate_tenant(users=120, sign_ins=300, sites=2, shared_items=10)


@pytest.mark.parametrize("slug", [*sample_names(), "generated"])
def test_everything_served_from_v1_is_published(slug: str, signed_in: SignedIn) -> None:
    tenant = tenant_called(slug)
    found = list(listings(signed_in(tenant, throttling=False), tenant))

    assert {problem for type_name, rows in found for problem in unknown(rows, type_name)} == set()
    assert sum(len(rows) for _, rows in found) > 30


@pytest.mark.parametrize("slug", ["degroote", "lambert", "noordzee", "vermeulen", "generated"])
def test_everything_served_of_a_beta_sign_in_is_published(slug: str, signed_in: SignedIn) -> None:
    tenant = tenant_called(slug)
    tenant.service_plans.add("AAD_PREMIUM")
    rows = signed_in(tenant, throttling=False).rows(
        "beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t ne 'managedIdentity')"
    )

    assert {problem for row in rows for problem in unknown_in_beta(row, beta_sign_in())} == set()
    assert len(rows) > 100


SELECTABLE: Final = {
    "organization": properties.ORGANIZATION,
    "subscribedSku": properties.SUBSCRIBED_SKU,
    "domain": properties.DOMAIN,
    "user": properties.USER,
    "group": properties.GROUP,
    "application": properties.APPLICATION,
    "servicePrincipal": properties.SERVICE_PRINCIPAL,
    "appRoleAssignment": properties.APP_ROLE_ASSIGNMENT,
    "oAuth2PermissionGrant": properties.OAUTH2_PERMISSION_GRANT,
    "unifiedRoleDefinition": properties.ROLE_DEFINITION,
    "unifiedRoleAssignment": properties.ROLE_ASSIGNMENT,
    "unifiedRoleAssignmentScheduleInstance": properties.ROLE_ASSIGNMENT_INSTANCE,
    "unifiedRoleEligibilityScheduleInstance": properties.ROLE_ELIGIBILITY_INSTANCE,
    "conditionalAccessPolicy": properties.CONDITIONAL_ACCESS_POLICY,
    "identitySecurityDefaultsEnforcementPolicy": properties.SECURITY_DEFAULTS,
    "messageRule": properties.MESSAGE_RULE,
    "signIn": properties.SIGN_IN,
    "site": properties.SITE,
    "drive": properties.DRIVE,
    "driveItem": properties.DRIVE_ITEM,
    "permission": properties.PERMISSION,
}


@pytest.mark.parametrize("type_name", SELECTABLE)
def test_select_knows_exactly_the_published_properties(type_name: str) -> None:
    known = published().of(type_name)

    assert SELECTABLE[type_name] - known.keys() == set()
    assert published().own[type_name].keys() - SELECTABLE[type_name] == navigation(type_name)


@cache
def navigation_lines() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    current = ""
    for line in (facts_folder() / "graph_types.md").read_text(encoding="utf-8").splitlines():
        if start := TYPE_LINE.match(line):
            current = start[1]
        elif line.startswith("| → `"):
            found.setdefault(current, set()).add(line.split("`")[1])
    return found


def navigation(type_name: str) -> set[str]:
    """Properties that `$select` does not show: they need a request of their own."""
    return navigation_lines().get(type_name, set())


def test_select_knows_exactly_the_beta_properties_of_a_sign_in() -> None:
    assert beta_sign_in().keys() - {"isZtModelRow"} == properties.SIGN_IN_BETA


@pytest.mark.parametrize("source", sorted(set(EXCEPTIONS.values())))
def test_every_exception_has_a_source(source: str) -> None:
    assert source.startswith(DOCUMENTATION)


def test_no_exception_is_needless() -> None:
    types = published()

    assert {(owner, name) for owner, name in EXCEPTIONS if name in types.own.get(owner, {})} == set()
