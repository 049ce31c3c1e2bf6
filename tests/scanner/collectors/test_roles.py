"""Who holds a role, and who is in the groups that rights depend on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulated_scans import Office, Snapshot, an_office

from scanner.snapshot.ledger import GroupCoverage, TableState
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

ADMIN = "62e90394-69f5-4237-9190-012177145e10"
OUTER, INNER, GONE = "g-outer", "g-inner", "g-gone"
P2 = GroupCoverage(TableState.UNLICENSED, "AadPremiumLicenseRequired", "license:AAD_PREMIUM_P2")


def an_assignment(number: int, principal: str, **properties: object) -> dict[str, Any]:
    place = {"principalId": principal, "roleDefinitionId": ADMIN, "directoryScopeId": "/"}
    return {"id": f"a{number}", **place, **properties}


def member(kind: str, member_id: str) -> dict[str, str]:
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": member_id}


def policy_on(*groups: str, excluded: tuple[str, ...] = ()) -> dict[str, Any]:
    users = {"includeGroups": list(groups), "excludeGroups": list(excluded)}
    return {"id": f"p-{'-'.join((*groups, *excluded))}", "conditions": {"users": users}}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    tenant = blank_tenant("kantoor")
    tenant.groups += [{"id": group_id, "displayName": group_id} for group_id in (OUTER, INNER, "g-unnamed")]
    tenant.group_members |= {
        OUTER: [member("group", INNER), member("user", "u1")],
        INNER: [member("user", "u1"), member("user", "u2"), member("servicePrincipal", "s1"), member("group", OUTER)],
        "g-unnamed": [member("user", "u3")],
    }
    tenant.role_definitions.append({"id": ADMIN, "templateId": ADMIN, "displayName": "GA", "isBuiltIn": True})
    tenant.role_assignments += [
        an_assignment(1, "u1"),
        an_assignment(2, OUTER, directoryScopeId="/administrativeUnits/x"),
    ]
    with an_office(tenant, tmp_path, packs=["base"]) as small:
        yield small


def scanned(office: Office) -> Snapshot:
    return office.scan(only=["roles", "directory"])


def members(snapshot: Snapshot) -> set[tuple[str, str, str]]:
    return {
        (row["group_id"], row["id"], row["member_type"].rpartition(".")[2]) for row in snapshot.rows("group_members")
    }


def test_assignments_keep_their_scope_and_definitions_their_template(office: Office) -> None:
    snapshot = scanned(office)

    assert {
        (row["id"], row["assignment_type"], row["directory_scope_id"]) for row in snapshot.rows("role_assignments")
    } == {
        ("a1", "active", "/"),
        ("a2", "active", "/administrativeUnits/x"),
    }
    assert [row["template_id"] for row in snapshot.rows("role_definitions")] == [ADMIN]


def a_subscription(*plans: str | None, status: str | None = "Enabled") -> dict[str, Any]:
    named = [{"servicePlanName": plan, "provisioningStatus": "Success"} for plan in plans]
    return {"id": f"sku-{'-'.join(map(str, plans))}", "capabilityStatus": status, "servicePlans": named}


def test_without_governance_nobody_can_be_eligible_and_nothing_is_left_unread(office: Office) -> None:
    office.tenant.service_plans.discard("AAD_PREMIUM_P2")
    office.tenant.subscribed_skus = [
        a_subscription("AAD_PREMIUM", "EXCHANGE_S_STANDARD"),
        a_subscription("AAD_PREMIUM_P2", status="Suspended"),
    ]

    coverage = scanned(office).coverage("role_assignments")

    assert (coverage.state, coverage.rows, coverage.groups) == ("complete", 2, {})


@pytest.mark.parametrize(
    "subscription",
    [
        pytest.param(a_subscription("AAD_PREMIUM_P2"), id="a plan with governance is owned"),
        pytest.param(a_subscription("Entra_Identity_Governance", status="Warning"), id="one is in its period of grace"),
        pytest.param(a_subscription("AAD_PREMIUM_P2", status=None), id="its state was not told"),
        pytest.param(a_subscription("AAD_PREMIUM", None), id="the name of a plan was not told"),
        pytest.param({"id": "sku-1", "capabilityStatus": "Enabled"}, id="the plans were not told"),
    ],
)
def test_eligible_holders_are_a_gap_where_governance_may_be_owned_and_does_not_answer(
    office: Office, subscription: dict[str, Any]
) -> None:
    office.tenant.service_plans.discard("AAD_PREMIUM_P2")
    office.tenant.subscribed_skus = [subscription]

    coverage = scanned(office).coverage("role_assignments")

    assert (coverage.state, coverage.rows, coverage.groups) == ("complete", 2, {"eligible": P2})


def test_eligible_holders_are_a_gap_where_what_is_owned_could_not_be_read(office: Office) -> None:
    office.tenant.service_plans.discard("AAD_PREMIUM_P2")
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/subscribedSkus", times=None))

    assert scanned(office).coverage("role_assignments").groups == {"eligible": P2}


def test_with_governance_it_is_known_who_may_activate_and_until_when(office: Office) -> None:
    office.tenant.role_assignment_schedule_instances += [
        an_assignment(7, "u1", assignmentType="Activated", endDateTime="2026-11-20T08:00:00Z", memberType="Direct"),
        an_assignment(8, "u9", assignmentType="Assigned", memberType="Direct"),
    ]
    office.tenant.role_eligibility_schedule_instances += [an_assignment(9, "u1", memberType="Direct")]

    snapshot = scanned(office)

    rows = {(row["assignment_type"], row["id"]): row for row in snapshot.rows("role_assignments")}
    assert snapshot.coverage("role_assignments").groups == {}
    assert {key: row["activation"] for key, row in rows.items()} == {
        ("active", "a1"): "Activated",
        ("active", "a2"): None,
        ("active", "a8"): "Assigned",
        ("eligible", "a9"): None,
    }
    assert rows["active", "a1"]["end_date_time"] is not None


def test_a_lasting_assignment_that_is_activated_as_well_counts_as_lasting(office: Office) -> None:
    office.tenant.role_assignment_schedule_instances += [
        an_assignment(7, "u1", assignmentType="Assigned"),
        an_assignment(8, "u1", assignmentType="Activated"),
    ]

    assert [row["activation"] for row in scanned(office).rows("role_assignments") if row["id"] == "a1"] == ["Assigned"]


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.UNAVAILABLE, FaultKind.TRUNCATED, FaultKind.NOT_FOUND])
def test_eligible_holders_that_cannot_be_read_cost_no_active_one(office: Office, kind: FaultKind) -> None:
    office.tenant.role_eligibility_schedule_instances += [an_assignment(9, "u1")]
    office.simulator.faults.add(Fault(kind, "v1.0/roleManagement/directory/roleEligibility*", times=None))

    snapshot = scanned(office)

    assert {row["id"] for row in snapshot.rows("role_assignments")} == {"a1", "a2"}
    assert not snapshot.coverage("role_assignments").groups["eligible"].state.delivers_rows


def test_eligible_holders_of_another_shape_cost_no_active_one(office: Office) -> None:
    office.tenant.role_eligibility_schedule_instances += [an_assignment(9, "u1", endDateTime="soon")]

    snapshot = scanned(office)

    assert len(snapshot.rows("role_assignments")) == 2
    assert snapshot.coverage("role_assignments").groups["eligible"].reason == "unexpected_value:end_date_time"


def test_members_of_members_are_read_once_for_groups_that_are_named(office: Office) -> None:
    office.tenant.conditional_access_policies.append(policy_on(excluded=(INNER,)))

    snapshot = scanned(office)

    assert members(snapshot) == {
        (OUTER, INNER, "group"),
        (OUTER, "u1", "user"),
        (OUTER, "u2", "user"),
        (OUTER, "s1", "servicePrincipal"),
        (INNER, OUTER, "group"),
        (INNER, "u1", "user"),
        (INNER, "u2", "user"),
        (INNER, "s1", "servicePrincipal"),
    }
    coverage = snapshot.coverage("group_members")
    assert (coverage.state, coverage.objects_expected, coverage.objects_read) == ("complete", 2, 2)


def test_a_group_that_is_gone_has_no_members(office: Office) -> None:
    office.tenant.conditional_access_policies.append(policy_on(GONE))

    coverage = scanned(office).coverage("group_members")

    assert (coverage.state, coverage.objects_read, coverage.objects_failed) == ("complete", 2, 0)


def test_a_group_that_cannot_be_read_is_named_and_the_others_are_kept(office: Office) -> None:
    office.tenant.conditional_access_policies.append(policy_on(INNER))
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, f"v1.0/groups/{INNER}/*", times=None, in_batch=True))

    snapshot = scanned(office)

    coverage = snapshot.coverage("group_members")
    assert (coverage.state, coverage.objects_failed, coverage.mend) == ("partial", 1, "grant:GroupMember.Read.All")
    assert {row["object_id"] for row in snapshot.rows("unread_objects")} == {INNER}
    assert {group for group, _, _ in members(snapshot)} == {OUTER}


def test_a_group_that_is_not_found_though_it_exists_was_not_read(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.NOT_FOUND, f"v1.0/groups/{OUTER}/*", times=None, in_batch=True))

    coverage = scanned(office).coverage("group_members")

    assert (coverage.state, coverage.objects_failed) == ("failed", 1)


def test_groups_that_an_unread_policy_may_name_make_the_table_partial(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/identity/conditionalAccess/*", times=None))

    snapshot = scanned(office)

    coverage = snapshot.coverage("group_members")
    assert (coverage.state, coverage.reason) == ("partial", "needs:conditional_access_policies")
    assert coverage.mend == "grant:Policy.Read.All"
    assert {group for group, _, _ in members(snapshot)} == {OUTER}


def test_nothing_is_known_of_members_where_nobody_tells_which_groups_matter(office: Office) -> None:
    office.tenant.app.roles.clear()

    coverage = scanned(office).coverage("group_members")

    assert (coverage.state, coverage.reason) == ("failed", "needs:conditional_access_policies")
