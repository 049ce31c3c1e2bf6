"""Inbox rules are read mailbox by mailbox; a mailbox that was not read is counted, one that is not there is not."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from simulated_scans import Office, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

SKU = {
    "id": "t_s",
    "skuId": "s",
    "servicePlans": [
        {"servicePlanId": "exo", "servicePlanName": "EXCHANGE_S_STANDARD"},
        {"servicePlanId": "todo", "servicePlanName": "BPOS_S_TODO_1"},
    ],
}
LICENSED = [{"skuId": "s", "disabledPlans": []}]
RULES = "v1.0/users/*/messageRules"


def a_rule(number: int) -> dict[str, Any]:
    return {
        "id": f"rule-{number}=",
        "displayName": f"Rule {number}",
        "sequence": number,
        "isEnabled": True,
        "actions": {},
    }


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give a firm of 45 members with one rule each, and two guests; nobody let the app into its Exchange."""
    tenant = blank_tenant("post")
    tenant.revoke("Exchange.ManageAsApp")
    tenant.users += [
        {"id": f"u{n}", "userPrincipalName": f"u{n}@post.example", "userType": "Member", "assignedLicenses": LICENSED}
        for n in range(45)
    ]
    tenant.users += [
        {"id": "g1", "userPrincipalName": "gast_x.example#EXT#@post.example", "userType": "Guest"},
        {"id": "g2", "userPrincipalName": "oud_x.example#EXT#@post.example", "userType": None},
    ]
    tenant.subscribed_skus.append(deepcopy(SKU))
    tenant.inbox_rules |= {f"u{n}": [a_rule(n)] for n in range(45)}
    with an_office(tenant, tmp_path, packs=["base", "mail"]) as firm:
        yield firm


def unread(office: Office) -> dict[str, str]:
    """Return what the newest scan says it could not read, with the reasons."""
    rows = office.scan(only=["mail"]).rows("unread_objects")
    return {row["object_id"]: row["reason"] for row in rows}


def test_mailboxes_are_read_twenty_to_a_request_and_guests_are_not_asked(office: Office) -> None:
    snapshot = office.scan(only=["mail"])

    assert {row["mailbox_id"] for row in snapshot.rows("inbox_rules")} == {f"u{n}" for n in range(45)}
    assert len([path for path in office.asked() if path == "v1.0/$batch"]) == 3
    assert office.asked("v1.0/users/g") == []


def test_a_user_who_is_not_licensed_for_a_mailbox_and_has_none_is_no_failure(office: Office) -> None:
    office.tenant.users[3]["assignedLicenses"] = []
    office.tenant.users[4]["assignedLicenses"] = [{"skuId": "s", "disabledPlans": ["exo"]}]
    del office.tenant.inbox_rules["u3"], office.tenant.inbox_rules["u4"]

    coverage = office.scan(only=["mail"]).coverage("inbox_rules")

    assert (coverage.state, coverage.objects_expected, coverage.objects_failed) == ("complete", 43, 0)


def test_a_licensed_mailbox_that_graph_cannot_reach_is_a_gap(office: Office) -> None:
    del office.tenant.inbox_rules["u3"]

    snapshot = office.scan(only=["mail"])

    coverage = snapshot.coverage("inbox_rules")
    assert (coverage.state, coverage.objects_expected, coverage.objects_failed) == ("partial", 45, 1)
    assert snapshot.rows("unread_objects") == [
        {"table_name": "inbox_rules", "object_id": "u3", "reason": "MailboxNotEnabledForRESTAPI"}
    ]


UNKNOWN = {
    "licences that were not read": lambda tenant: tenant.revoke("Organization.Read.All", "LicenseAssignment.Read.All"),
    "a licence that no subscription knows": lambda tenant: tenant.subscribed_skus.clear(),
    "a licence whose plans are not told": lambda tenant: tenant.subscribed_skus[0].update(servicePlans=None),
    "licences that Graph does not tell": lambda tenant: tenant.users[3].update(assignedLicenses=None),
}


@pytest.mark.parametrize("how", UNKNOWN)
def test_a_mailbox_that_is_not_found_is_a_gap_where_nobody_knows_whether_there_is_one(office: Office, how: str) -> None:
    UNKNOWN[how](office.tenant)
    office.tenant.users[4]["assignedLicenses"] = []
    del office.tenant.inbox_rules["u3"], office.tenant.inbox_rules["u4"]

    snapshot = office.scan(only=["mail"])

    coverage = snapshot.coverage("inbox_rules")
    assert (coverage.state, coverage.objects_expected, coverage.objects_failed) == ("partial", 44, 1)
    assert [row["object_id"] for row in snapshot.rows("unread_objects")] == ["u3"]


def test_a_plan_that_only_adds_to_a_mailbox_is_none(office: Office) -> None:
    office.tenant.subscribed_skus[0]["servicePlans"][0]["servicePlanName"] = "EXCHANGE_S_FOUNDATION"
    del office.tenant.inbox_rules["u3"]

    assert office.scan(only=["mail"]).coverage("inbox_rules").state == "complete"


def test_a_mailbox_that_an_access_policy_hides_is_counted_and_named(office: Office) -> None:
    office.tenant.inbox_rules["u7"] = {"error": "ErrorAccessDenied"}

    snapshot = office.scan(only=["mail"])

    coverage = snapshot.coverage("inbox_rules")
    assert (coverage.state, coverage.reason) == ("partial", "ErrorAccessDenied")
    assert (coverage.objects_expected, coverage.objects_read, coverage.objects_failed) == (45, 44, 1)
    assert coverage.rows == 44
    assert [row["object_id"] for row in snapshot.rows("unread_objects")] == ["u7"]


def test_without_the_permission_no_mailbox_answers_and_the_table_is_denied(office: Office) -> None:
    office.tenant.revoke("MailboxSettings.Read")

    coverage = office.scan(only=["mail"]).coverage("inbox_rules")

    assert (coverage.state, coverage.mend, coverage.rows) == ("denied", "grant:MailboxSettings.Read", 0)


def test_where_nobody_has_a_mailbox_there_is_nothing_to_pass(office: Office) -> None:
    office.tenant.inbox_rules.clear()
    for user in office.tenant.users:
        user["assignedLicenses"] = []

    coverage = office.scan(only=["mail"]).coverage("inbox_rules")

    assert (coverage.state, coverage.mend) == ("unlicensed", "license:EXCHANGE_S_STANDARD")


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.NOT_FOUND, FaultKind.NOT_AN_OBJECT])
def test_mailboxes_that_stay_broken_are_named_and_the_others_are_read(office: Office, kind: FaultKind) -> None:
    office.simulator.faults.add(Fault(kind, "v1.0/users/u1[0-2]/*", times=None))

    assert unread(office).keys() == {"u10", "u11", "u12"}


def test_one_odd_rule_spoils_its_mailbox_only(office: Office) -> None:
    office.tenant.inbox_rules["u5"] = [a_rule(1), {**a_rule(2), "sequence": "first"}]

    assert unread(office) == {"u5": "unexpected_value:sequence"}


def test_without_exchange_hidden_rules_are_a_gap_and_no_rule_is_known_to_be_visible(office: Office) -> None:
    snapshot = office.scan(only=["mail"])

    coverage = snapshot.coverage("inbox_rules")
    group = coverage.groups["hidden_rules"]
    assert coverage.state == "complete"
    assert (group.state, group.reason, group.mend) == ("denied", "unauthorized", "grant:Exchange.ManageAsApp")
    assert {row["is_hidden"] for row in snapshot.rows("inbox_rules")} == {None}


def test_throttled_mailboxes_are_asked_again(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.THROTTLED_IN_BATCH, RULES, times=15, retry_after="1"))

    coverage = office.scan(only=["mail"]).coverage("inbox_rules")

    assert (coverage.state, coverage.rows, coverage.throttled) == ("complete", 45, 15)
