"""Policies about groups and roles, as ID-01 judges them."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

import pytest
from builders import a_policy, a_user
from builders.access import (
    GLOBAL_ADMINISTRATOR,
    a_group,
    a_role,
    a_role_assignment,
    members_of,
    unread,
)
from judged_checks import statuses
from mfa_judged import BOB, judge, said

from checks.model import Verdict
from scanner.snapshot.ledger import TableState

FOR_STAFF = a_policy(users={"includeUsers": [], "includeGroups": ["staff"]})
BUT_STAFF = a_policy(users={"excludeGroups": ["staff"]})
FOR_ADMINS = a_policy(users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]})
BUT_ADMINS = a_policy(users={"excludeRoles": [GLOBAL_ADMINISTRATOR]})
OWN_ROLE = "role-1"


def judged(policy: dict[str, Any], **given: Any) -> str:  # noqa: ANN401 - rows and states
    tables = {"groups": [a_group("staff")], "role_definitions": [a_role(), a_role(OWN_ROLE, is_built_in=False)]}
    return said(judge(policy, **(tables | given)))


@pytest.mark.parametrize(
    ("members", "for_staff", "but_staff"),
    [
        pytest.param(members_of("staff", "ann", BOB), "passes", "fails", id="a member"),
        pytest.param(members_of("staff", BOB), "fails", "passes", id="not a member"),
        pytest.param(members_of("other", "ann"), "fails", "passes", id="a member of another group"),
        pytest.param([], "fails", "passes", id="a group without members"),
    ],
)
def test_a_policy_about_a_group_concerns_its_members(
    members: list[dict[str, Any]], for_staff: str, but_staff: str
) -> None:
    assert (judged(FOR_STAFF, group_members=members), judged(BUT_STAFF, group_members=members)) == (
        for_staff,
        but_staff,
    )


@pytest.mark.parametrize("policy", [FOR_STAFF, BUT_STAFF])
def test_nobody_is_in_a_group_that_was_deleted(policy: dict[str, Any]) -> None:
    assert judged(policy, groups=[]) == judged(policy)


@pytest.mark.parametrize("policy", [FOR_STAFF, BUT_STAFF])
def test_it_is_unknown_whom_a_policy_concerns_whose_group_could_not_be_read(policy: dict[str, Any]) -> None:
    books = {"unread_objects": [unread("group_members", "staff")], "states": {"group_members": TableState.PARTIAL}}

    assert judged(policy, **books) == "unknown"


@pytest.mark.parametrize("policy", [FOR_STAFF, BUT_STAFF])
def test_another_group_that_could_not_be_read_leaves_nobody_unknown(policy: dict[str, Any]) -> None:
    assert judged(policy, unread_objects=[unread("group_members", "other")]) == judged(policy)


Given = dict[str, Any]
ASSIGNMENTS: Final[dict[str, tuple[Callable[[str, str], Given], str, str]]] = {
    "an active role": (lambda who, _: a_role_assignment(who), "passes", "fails"),
    "through a group": (lambda _, group: a_role_assignment(group), "passes", "fails"),
    "somebody else's role": (lambda _who, _group: a_role_assignment(BOB), "fails", "passes"),
    "another role": (lambda who, _: a_role_assignment(who, "another-role"), "fails", "passes"),
    "a role she may activate": (
        lambda who, _: a_role_assignment(who, assignment_type="eligible"),
        "unknown",
        "unknown",
    ),
    "so may her group": (lambda _, group: a_role_assignment(group, assignment_type="eligible"), "unknown", "unknown"),
    "for an administrative unit": (
        lambda who, _: a_role_assignment(who, directory_scope_id="/administrativeUnits/x"),
        "fails",
        "passes",
    ),
    "for we do not know what": (lambda who, _: a_role_assignment(who, directory_scope_id=None), "unknown", "unknown"),
    "we do not know which role": (lambda who, _: a_role_assignment(who, None), "unknown", "unknown"),
}
"""Case to an assignment of somebody or her group, and to what is said of her: a policy for admins, one for others."""


def test_a_policy_about_a_role_concerns_those_in_whom_it_is_active_for_the_whole_directory() -> None:
    """Of each case somebody, in a group of her own."""
    tables = {
        "users": [a_user(case) for case in ASSIGNMENTS],
        "groups": [a_group(f"group of {case}") for case in ASSIGNMENTS],
        "role_definitions": [a_role()],
        "role_assignments": [made(case, f"group of {case}") for case, (made, _, _) in ASSIGNMENTS.items()],
        "group_members": [row for case in ASSIGNMENTS for row in members_of(f"group of {case}", case)],
    }
    for_admins, but_admins = (
        {unquote(who): status for who, status in statuses(judge(policy, **tables)).items()}
        for policy in (FOR_ADMINS, BUT_ADMINS)
    )

    assert for_admins == {case: expected for case, (_, expected, _) in ASSIGNMENTS.items()}
    assert but_admins == {case: expected for case, (_, _, expected) in ASSIGNMENTS.items()}


def test_a_role_of_we_do_not_know_whom_may_be_anybody_s() -> None:
    tables = {"role_assignments": [a_role_assignment(None)], "group_members": members_of("staff", "ann")}

    assert (judged(FOR_ADMINS, **tables), judged(BUT_ADMINS, **tables)) == ("unknown", "unknown")


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        pytest.param(a_role(OWN_ROLE, is_built_in=False), "fails", id="its own"),
        pytest.param(a_role(OWN_ROLE, is_built_in=None), "unknown", id="whose, was not told"),
        pytest.param(a_role(OWN_ROLE), "passes", id="Microsoft's"),
    ],
)
def test_a_policy_concerns_nobody_by_a_role_that_the_firm_made_itself(role: dict[str, Any], expected: str) -> None:
    tables = {"role_assignments": [a_role_assignment("ann", OWN_ROLE)], "role_definitions": [role]}

    assert judged(a_policy(users={"includeUsers": [], "includeRoles": [OWN_ROLE]}), **tables) == expected


@pytest.mark.parametrize(
    ("states", "unread_group", "expected"),
    [
        pytest.param({"role_assignments": TableState.DENIED}, [], "unknown", id="assignments"),
        pytest.param({"role_definitions": TableState.DENIED}, [], "unknown", id="what each role is"),
        pytest.param({"group_members": TableState.DENIED}, [], "unknown", id="members of groups"),
        pytest.param({"groups": TableState.DENIED}, [], "passes", id="what groups there are, and this one has members"),
        pytest.param({}, ["staff"], "passes", id="some members of the group, and she is one"),
    ],
)
def test_holders_of_a_role_are_unknown_where_something_was_not_read(
    states: dict[str, TableState], unread_group: list[str], expected: str
) -> None:
    tables = {
        "role_assignments": [a_role_assignment("staff")],
        "group_members": members_of("staff", "ann"),
        "unread_objects": [unread("group_members", group) for group in unread_group],
    }

    assert judged(FOR_ADMINS, **tables, states=states) == expected


def test_a_group_that_nobody_asked_for_its_members_may_have_anybody_in_it() -> None:
    assert judged(BUT_ADMINS, role_assignments=[a_role_assignment("staff")], states={"groups": TableState.DENIED}) == (
        "unknown"
    )


@pytest.mark.parametrize(
    ("policy", "assigned", "expected"),
    [
        pytest.param(FOR_ADMINS, ["ann"], "passes", id="she holds it anyway"),
        pytest.param(FOR_ADMINS, [], "unknown", id="she may be eligible"),
        pytest.param(BUT_ADMINS, [], "unknown", id="she may be left out at times"),
        pytest.param(a_policy(), [], "passes", id="no policy asks"),
    ],
)
def test_whoever_may_be_eligible_is_unknown_where_eligible_roles_could_not_be_read(
    policy: dict[str, Any], assigned: list[str], expected: str
) -> None:
    result = judge(
        policy,
        role_definitions=[a_role()],
        role_assignments=[a_role_assignment(who) for who in assigned],
        column_groups={"role_assignments.eligible": TableState.DENIED},
    )

    assert said(result) == expected


@pytest.mark.parametrize(
    ("policy", "verdict", "needs"),
    [
        pytest.param(a_policy(), Verdict.PASS, [], id="no policy is about a group or a role"),
        pytest.param(FOR_STAFF, Verdict.NOT_ASSESSED, ["group_members"], id="one is about a group"),
        pytest.param(FOR_ADMINS, Verdict.NOT_ASSESSED, ["role_assignments"], id="one is about a role"),
    ],
)
def test_what_was_not_read_is_a_gap_only_where_a_policy_asks_for_it(
    policy: dict[str, Any], verdict: Verdict, needs: list[str]
) -> None:
    states = {"group_members": TableState.DENIED, "role_assignments": TableState.DENIED}

    result = judge(policy, users=[a_user("ann")], states=states)

    assert (result.verdict, [gap.need for gap in result.gaps]) == (verdict, needs)
