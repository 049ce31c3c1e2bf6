"""Deleted accounts, federated domains, role policies, time-outs and the ceiling of sharing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest
from simulated_scans import Office, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

RULE = {
    "@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyEnablementRule",
    "id": "Enablement_EndUser_Assignment",
}
TIMEOUT = '{"ActivityBasedTimeoutPolicy":{"Version":1,"ApplicationPolicies":[]}}'


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    tenant = blank_tenant("kantoor")
    tenant.deleted_users.append(
        {"id": "u0", "userPrincipalName": "u0x@kantoor.example", "deletedDateTime": "2026-11-10T08:00:00Z"}
    )
    tenant.domains.append({"id": "adfs.example", "authenticationType": "Federated"})
    tenant.domain_federation |= {
        "adfs.example": [{"id": "f1", "federatedIdpMfaBehavior": "acceptIfMfaDoneByFederatedIdp"}],
        "kantoor.example": [{"id": "f2"}],
    }
    place = {"policyId": "p1", "roleDefinitionId": "r1", "scopeId": "/", "scopeType": "DirectoryRole"}
    tenant.role_management_policy_assignments += [
        {"id": "m1", **place, "policy": {"id": "p1", "rules": [RULE]}},
        {"id": "m2", **place, "scopeType": "Directory"},
    ]
    tenant.activity_timeout_policies.append({"id": "t1", "isOrganizationDefault": True, "definition": [TIMEOUT]})
    with an_office(tenant, tmp_path_factory.mktemp("settings"), packs=["base"]) as office:
        yield office


@pytest.fixture
def office(firm: Office) -> Iterator[Office]:
    """Give the firm; the faults of a test end with it."""
    yield firm
    firm.simulator.faults.clear()


def test_what_was_deleted_keeps_its_day(office: Office) -> None:
    [row] = office.scan(only=["directory"]).rows("deleted_users")

    assert (row["id"], row["deleted_date_time"]) == ("u0", datetime(2026, 11, 10, 8, tzinfo=UTC))
    assert row["account_enabled"] is None


def test_only_federated_domains_are_asked_who_vouches_for_them(office: Office) -> None:
    snapshot = office.scan(only=["directory"])

    [row] = snapshot.rows("domain_federation")
    assert (row["domain_id"], row["federated_idp_mfa_behavior"]) == ("adfs.example", "acceptIfMfaDoneByFederatedIdp")
    assert snapshot.coverage("domain_federation").objects_read == 1
    assert not [path for path in office.asked() if "kantoor.example/federation" in path]


def test_the_rules_of_directory_roles_come_with_their_policies(office: Office) -> None:
    [row] = office.scan(only=["roles"]).rows("role_management_policies")

    assert row["id"] == "m1"
    assert orjson.loads(row["raw"])["policy"]["rules"] == [RULE]


def test_without_governance_the_rules_are_a_gap(office: Office) -> None:
    office.tenant.service_plans.discard("AAD_PREMIUM_P2")

    coverage = office.scan(only=["roles"]).coverage("role_management_policies")

    office.tenant.service_plans.add("AAD_PREMIUM_P2")
    assert (coverage.state, coverage.reason, coverage.mend) == (
        "unlicensed",
        "AadPremiumLicenseRequired",
        "license:AAD_PREMIUM_P2",
    )


def test_a_time_out_keeps_its_definition(office: Office) -> None:
    [row] = office.scan(only=["policies"]).rows("activity_timeout_policies")

    assert (row["is_organization_default"], row["definition"]) == (True, [TIMEOUT])


@pytest.mark.parametrize("settings", [{}, {"value": {"sharingCapability": "disabled"}}], ids=["default", "wrapped"])
def test_the_ceiling_of_sharing_is_read_wrapped_or_not(office: Office, settings: dict[str, object]) -> None:
    office.tenant.sharepoint_settings = settings

    [row] = office.scan(only=["sharing"]).rows("sharepoint_settings")

    assert row["sharing_capability"] == ("disabled" if settings else "externalUserAndGuestSharing")
    assert row["idle_session_sign_out_is_enabled"] is (None if settings else False)


@pytest.mark.parametrize(("licensed", "state"), [(False, "unlicensed"), (True, "failed")])
def test_a_bad_request_means_no_licence_only_where_none_is_owned(office: Office, licensed: bool, state: str) -> None:  # noqa: FBT001 - a parameter
    office.simulator.faults.add(Fault(FaultKind.UNLICENSED, "v1.0/admin/sharepoint/settings", times=None))
    plan = {"servicePlanId": "p", "servicePlanName": "SHAREPOINTSTANDARD"}
    office.tenant.subscribed_skus[:] = [{"id": "s", "skuId": "s", "servicePlans": [plan]}] if licensed else []

    coverage = office.scan(only=["sharing"]).coverage("sharepoint_settings")

    assert coverage.state == state
