# ruff: noqa: ANN401 - a policy has members of any kind
"""Policies with others in their place, and the scan that is judged with them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from builders import AS_OF, a_policy, a_snapshot

from checks.frame import records
from m365_posture.config import ConfigError
from m365_posture.what_if.changes import Change, Orders, changed
from m365_posture.what_if.overlay import policies_of, with_policies
from scanner.snapshot.ledger import Coverage, TableState

LATER = AS_OF + timedelta(minutes=5)
ROWS = [
    a_policy("p1", display_name="MFA for all"),
    a_policy("p2", display_name="MFA for guests", state="enabledForReportingButNotEnforced"),
    a_policy("p3", display_name="Twin"),
    a_policy("p4", display_name="twin"),
]


def a_file(name: str = "New", policy_id: str = "", **given: Any) -> dict[str, Any]:
    """A policy as a file gives it."""
    policy = {**json.loads(a_policy(policy_id or "file", display_name=name)["raw"]), "displayName": name, **given}
    policy = {"state": "enabled", **policy}
    return policy | {"id": policy_id} if policy_id else {key: policy[key] for key in policy if key != "id"}


def told(orders: Orders) -> list[tuple[Any, ...]]:
    _, changes = changed(ROWS, orders, LATER)
    return [(each.id, each.change, each.state_before, each.state_after) for each in changes]


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        pytest.param(
            Orders([a_file()]), ("what-if-1", Change.ADDED, None, "enabled"), id="a policy without id is a new one"
        ),
        pytest.param(Orders([a_file(policy_id="p9")]), ("p9", Change.ADDED, None, "enabled"), id="so is an unknown id"),
        pytest.param(
            Orders([a_file("Renamed", "p2")]),
            ("p2", Change.CHANGED, "enabledForReportingButNotEnforced", "enabled"),
            id="a known id is that policy, whatever its name",
        ),
        pytest.param(
            Orders([a_file("mfa FOR all", "of another tenant", state="disabled")]),
            ("p1", Change.CHANGED, "enabled", "disabled"),
            id="a known name is that policy",
        ),
        pytest.param(Orders(remove=["MFA for all"]), ("p1", Change.REMOVED, "enabled", None), id="removed by name"),
        pytest.param(Orders(remove=["p3"]), ("p3", Change.REMOVED, "enabled", None), id="removed by id"),
        pytest.param(Orders(disable=["MFA for all"]), ("p1", Change.DISABLED, "enabled", "disabled"), id="disabled"),
        pytest.param(
            Orders(enable=["MFA for guests"]),
            ("p2", Change.ENABLED, "enabledForReportingButNotEnforced", "enabled"),
            id="enabled, where it only reported",
        ),
        pytest.param(
            Orders([a_file(state="disabled")], enable=["New"]),
            ("what-if-1", Change.ADDED, None, "enabled"),
            id="added and enabled",
        ),
    ],
)
def test_an_order_says_what_becomes_of_a_policy(orders: Orders, expected: tuple[Any, ...]) -> None:
    assert told(orders) == [expected]


def test_several_orders_are_followed_at_once() -> None:
    rows, changes = changed(ROWS, Orders([a_file()], ["p3"], ["MFA for all"], ["MFA for guests"]), LATER)

    assert [(row["id"], row["state"]) for row in rows] == [
        ("p1", "disabled"), ("p2", "enabled"), ("p4", "enabled"), ("what-if-1", "enabled")
    ]  # fmt: skip
    assert [change.name for change in changes] == ["New", "Twin", "MFA for all", "MFA for guests"]


def test_the_state_is_the_same_wherever_it_is_written() -> None:
    rows, _ = changed(ROWS, Orders([a_file(state="disabled")], disable=["p1"], enable=["New"]), LATER)
    states = {row["id"]: (row["state"], json.loads(row["raw"])["state"]) for row in rows}

    assert states["p1"] == ("disabled", "disabled")
    assert states["what-if-1"] == ("enabled", "enabled")


def test_what_is_changed_is_newer_than_any_sign_in_of_the_scan() -> None:
    rows, _ = changed(ROWS, Orders([a_file()], disable=["p1"]), LATER)
    modified = {row["id"]: row["modified_date_time"] for row in rows}

    assert (modified["p1"], modified["what-if-1"]) == (LATER, LATER)
    assert modified["p3"] == ROWS[2]["modified_date_time"]


@pytest.mark.parametrize(
    ("orders", "says"),
    [
        pytest.param(Orders(disable=["MFA for al"]), "no policy `MFA for al` in this scan; did you mean", id="a typo"),
        pytest.param(
            Orders(remove=["x"]),
            "there are `MFA for all`, `MFA for guests`, `Twin`, `twin`.",
            id="a name that is near to none",
        ),
        pytest.param(Orders(remove=["Twin"]), "2 policies are named `Twin`: name the one you mean by its id", id="two"),
        pytest.param(Orders([a_file("TWIN")]), "2 policies are named `TWIN`", id="two that a file may mean"),
        pytest.param(
            Orders([a_file("MFA for all"), a_file("Other", "p1")]), "Two files are about the policy", id="two files"
        ),
        pytest.param(Orders(disable=["p1"], enable=["MFA for all"]), "say it once", id="on and off"),
        pytest.param(Orders(remove=["p1", "p1"]), "There is no policy `p1`", id="removed twice"),
        pytest.param(Orders([a_file("MFA for all")], ["p1"]), "to be put in and removed", id="put in and removed"),
    ],
)
def test_an_order_that_cannot_be_followed_is_explained(orders: Orders, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        changed(ROWS, orders, LATER)

    assert says in str(raised.value)


def test_where_there_are_no_policies_every_name_is_unknown() -> None:
    with pytest.raises(ConfigError, match=r"There is no policy `x` in this scan; there is none\."):
        changed([], Orders(remove=["x"]), LATER)


def test_the_scan_is_the_same_but_for_its_policies() -> None:
    source = a_snapshot(conditional_access_policies=ROWS)
    overlay = with_policies(source, changed(policies_of(source), Orders(remove=["p3"]), LATER)[0])

    shown = overlay.frame("conditional_access_policies", ["id", "state"])
    assert [row["id"] for row in records(shown)] == ["p1", "p2", "p4"]
    assert list(shown.columns) == ["id", "state"]
    assert overlay.dataset("conditional_access_policies").count_rows() == 3
    assert records(overlay.frame("domains")) == records(source.frame("domains"))
    assert overlay.coverage("users") == source.coverage("users")
    assert overlay.snapshot_hash != source.snapshot_hash
    assert (overlay.tenant_id, overlay.finished_at) == (source.tenant_id, source.finished_at)


def a_policy_about(group_id: str) -> dict[str, Any]:
    return a_policy("p9", display_name="New", users={"includeUsers": ["All"], "excludeGroups": [group_id]})


TENANT: dict[str, Any] = {
    "conditional_access_policies": [a_policy_about("empty")],
    "groups": [{"id": "empty"}, {"id": "staff"}, {"id": "partners"}],
    "group_members": [{"group_id": "staff", "id": "ann", "member_type": "#microsoft.graph.user"}],
}


@pytest.mark.parametrize(
    ("group_id", "is_unread"),
    [
        pytest.param("partners", True, id="which no policy named before"),
        pytest.param("staff", False, id="whose members were read"),
        pytest.param("empty", False, id="which a policy named and nobody is in"),
        pytest.param("of another tenant", False, id="which does not exist"),
    ],
)
def test_nobody_knows_who_is_in_a_group_that_the_scan_had_no_reason_to_read(
    group_id: str,
    is_unread: bool,  # noqa: FBT001 - an answer
) -> None:
    overlay = with_policies(a_snapshot(**TENANT), [a_policy_about(group_id)])

    unread = [row["object_id"] for row in records(overlay.frame("unread_objects"))]
    assert unread == ([group_id] if is_unread else [])
    state = TableState.PARTIAL if is_unread else TableState.COMPLETE
    assert overlay.coverage("group_members").state is state


def test_where_not_all_groups_were_read_a_strange_one_may_exist() -> None:
    source = a_snapshot(**TENANT, states={"groups": Coverage(TableState.PARTIAL)})
    policies = [a_policy_about("of another tenant")]

    assert len(with_policies(source, policies).frame("unread_objects")) == 1
