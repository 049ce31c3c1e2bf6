"""The tenant's further policies keep their JSON, and what Graph did not say stays unknown."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from simulated_scans import Office, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

OFFICE = {
    "@odata.type": "#microsoft.graph.ipNamedLocation",
    "id": "l1",
    "displayName": "Kantoor Gent",
    "isTrusted": True,
    "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}],
}
COUNTRY = {"@odata.type": "#microsoft.graph.countryNamedLocation", "id": "l2", "countriesAndRegions": ["BE"]}
PARTNER = {"tenantId": "p-1", "isServiceProvider": True, "inboundTrust": {"isMfaAccepted": True}}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    tenant = blank_tenant("kantoor")
    tenant.named_locations += [OFFICE, COUNTRY]
    tenant.cross_tenant_access_partners += [PARTNER, {"tenantId": "p-2", "inboundTrust": None}]
    tenant.authentication_strengths.append(
        {"id": "s1", "displayName": "Strong", "policyType": "custom", "allowedCombinations": ["fido2"]}
    )
    with an_office(tenant, tmp_path_factory.mktemp("policies"), packs=["base"]) as small:
        yield small


@pytest.fixture(scope="module")
def tables(office: Office) -> dict[str, list[dict[str, Any]]]:
    snapshot = office.scan(only=["policies"])
    return {name: snapshot.rows(name) for name, state in snapshot.states.items() if state == "complete"}


def test_a_location_tells_its_kind_and_only_one_of_addresses_can_be_trusted(
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    rows = {row["id"]: row for row in tables["named_locations"]}

    assert (rows["l1"]["location_type"], rows["l1"]["is_trusted"]) == ("#microsoft.graph.ipNamedLocation", True)
    assert orjson.loads(rows["l1"]["raw"]) == OFFICE
    assert rows["l2"]["is_trusted"] is None


def test_what_everybody_may_do_is_read(tables: dict[str, list[dict[str, Any]]]) -> None:
    [row] = tables["authorization_policy"]

    assert (row["allow_invites_from"], row["allowed_to_create_apps"]) == ("everyone", True)
    assert row["permission_grant_policies_assigned"]
    assert row["allow_user_consent_for_risky_apps"] is None
    assert "@odata.context" not in orjson.loads(row["raw"])


def test_methods_and_strengths_are_read(tables: dict[str, list[dict[str, Any]]]) -> None:
    [methods], [strength] = tables["authentication_methods_policy"], tables["authentication_strengths"]

    assert (methods["policy_migration_state"], methods["registration_campaign_state"]) == (
        "migrationComplete",
        "default",
    )
    assert orjson.loads(methods["raw"])["authenticationMethodConfigurations"]
    assert (strength["policy_type"], strength["allowed_combinations"]) == ("custom", ["fido2"])


def test_a_partner_that_says_nothing_inherits_and_is_not_a_no(tables: dict[str, list[dict[str, Any]]]) -> None:
    trusted = {row["tenant_id"]: row["is_mfa_accepted"] for row in tables["cross_tenant_access"]}

    assert trusted == {"default": False, "p-1": True, "p-2": None}


def test_the_settings_of_conditional_access_come_from_beta(
    office: Office, tables: dict[str, list[dict[str, Any]]]
) -> None:
    [row] = tables["conditional_access_settings"]

    assert orjson.loads(row["raw"])["exclusions"] == {"allResourcesExclusions": {"userActionExclusions": []}}
    assert "beta/identity/conditionalAccess/settings" in office.asked()
    assert "v1.0/identity/conditionalAccess/settings" not in office.asked()


def test_without_the_partners_the_default_is_not_taken_for_everything(office: Office) -> None:
    office.simulator.faults.add(
        Fault(FaultKind.TRUNCATED, "v1.0/policies/crossTenantAccessPolicy/partners", times=None)
    )

    coverage = office.scan(only=["policies"]).coverage("cross_tenant_access")

    office.simulator.faults.clear()
    assert (coverage.state, coverage.rows) == ("failed", 0)
