from typing import Any

import pytest
from builders import a_policy, a_profile, a_snapshot, a_user, security_defaults
from builders.access import (
    DIRECTORY_READERS,
    GLOBAL_ADMINISTRATOR,
    a_group,
    a_role,
    a_role_assignment,
    members_of,
    unread,
)

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

EXCHANGE = "29232cdf-9323-42fd-ade2-1d097af3e4de"
ELIGIBLE = {"assignment_type": "eligible"}
IN_A_UNIT = {"directory_scope_id": "/administrativeUnits/x"}
FOR_ADMINS = a_policy(users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR, EXCHANGE]})


def judge(check_id: str, *assignments: dict[str, Any], **given: Any) -> CheckResult:  # noqa: ANN401 - rows and states
    profile = a_profile(**given.pop("profile", {}))
    tables = {
        "users": [a_user("ann"), a_user("bob")],
        "groups": [a_group("admins")],
        "role_definitions": [a_role(), a_role(EXCHANGE, display_name="Exchange Administrator"), a_role("own")],
        "role_assignments": assignments,
    }
    (result,) = evaluate(a_snapshot(**(tables | given)), profile, CATALOGUE.only(check_id)).results
    return result


def by_status(result: CheckResult) -> dict[str, list[str]]:
    failing, unknown = ([row.object_id for row in rows] for rows in (result.failing, result.unknown))
    passing = [each for each in result.population if each not in {*failing, *unknown}]
    return {name: ids for name, ids in {"fails": failing, "unknown": unknown, "passes": passing}.items() if ids}


@pytest.mark.parametrize(
    ("assignment", "who"),
    [
        pytest.param(a_role_assignment("ann"), {"fails": ["ann"]}, id="an active role"),
        pytest.param(a_role_assignment("ann", **ELIGIBLE), {"fails": ["ann"]}, id="a role she may activate"),
        pytest.param(a_role_assignment("admins"), {"fails": ["ann", "bob"]}, id="through a group"),
        pytest.param(a_role_assignment("ann", EXCHANGE, **IN_A_UNIT), {"fails": ["ann"]}, id="for a unit"),
        pytest.param(a_role_assignment("ann", "own"), {"fails": ["ann"]}, id="a role of the firm's own"),
        pytest.param(a_role_assignment("ann", None), {"unknown": ["ann"]}, id="we do not know which role"),
        pytest.param(a_role_assignment("ann", DIRECTORY_READERS), {}, id="a role that only reads"),
        pytest.param(a_role_assignment("app"), {}, id="an application"),
    ],
)
def test_whoever_holds_an_administrator_role_is_judged(assignment: dict[str, Any], who: dict[str, list[str]]) -> None:
    assert by_status(judge("ID-02", assignment, group_members=members_of("admins", "ann", "bob"))) == who


@pytest.mark.parametrize(
    ("user", "who"),
    [
        pytest.param(a_user("ann", account_enabled=False), {}, id="a blocked account"),
        pytest.param(a_user("ann", account_enabled=None), {"unknown": ["ann"]}, id="perhaps a blocked account"),
        pytest.param(a_user("ann", user_type="Guest"), {"fails": ["ann"]}, id="a guest"),
        pytest.param(a_user("ann", user_principal_name="bg1@contoso.example"), {}, id="an emergency account"),
    ],
)
def test_only_accounts_that_can_sign_in_count_and_emergency_accounts_are_left_out(
    user: dict[str, Any], who: dict[str, list[str]]
) -> None:
    profile = {"break_glass": ("bg1@contoso.example",)}

    assert by_status(judge("ID-02", a_role_assignment("ann"), users=[user], profile=profile)) == who


@pytest.mark.parametrize(
    ("assignment", "policy", "expected"),
    [
        pytest.param(a_role_assignment("ann"), a_policy(), "passes", id="a policy for everybody"),
        pytest.param(a_role_assignment("ann"), FOR_ADMINS, "passes", id="a policy for the role"),
        pytest.param(a_role_assignment("admins"), FOR_ADMINS, "passes", id="for the role of her group"),
        pytest.param(a_role_assignment("ann", **ELIGIBLE), FOR_ADMINS, "unknown", id="only once it is activated"),
        pytest.param(a_role_assignment("ann", EXCHANGE, **IN_A_UNIT), FOR_ADMINS, "fails", id="for a unit"),
        pytest.param(
            a_role_assignment("ann"), a_policy(users={"excludeGroups": ["admins"]}), "fails", id="her group is left out"
        ),
        pytest.param(a_role_assignment("ann"), a_policy(grant="compliantDevice"), "passes", id="a managed device"),
    ],
)
def test_an_administrator_is_covered_by_a_policy_that_always_holds(
    assignment: dict[str, Any], policy: dict[str, Any], expected: str
) -> None:
    result = judge("ID-02", assignment, conditional_access_policies=[policy], group_members=members_of("admins", "ann"))

    assert by_status(result) == {expected: ["ann"]}


def test_security_defaults_protect_administrators() -> None:
    result = judge("ID-02", a_role_assignment("ann"), security_defaults=[security_defaults(enabled=True)])

    assert result.verdict is Verdict.PASS


def test_it_tells_which_roles_how_they_are_held_what_protects_and_which_policies_about_roles_miss() -> None:
    result = judge(
        "ID-02",
        a_role_assignment("admins", EXCHANGE, **IN_A_UNIT),
        a_role_assignment("ann", **ELIGIBLE),
        group_members=members_of("admins", "ann"),
        conditional_access_policies=[a_policy(clientAppTypes=["browser"])],
    )

    evidence = dict(result.failing[0].evidence)
    (way,) = evidence.pop("ways_in")  # type: ignore[misc] # JSON

    assert evidence == {
        "roles": ["Exchange Administrator", f"Name of {GLOBAL_ADMINISTRATOR}"],
        "held": ["active", "eligible", "through_group"],
        "roles_not_hit": ["Exchange Administrator"],
        "user_type": "Member",
        "kind": "staff",
        "protection": "hole",
    }
    assert (way["access"], "browser" in way["clients"], way["spared_by"]) == ("password", False, ["MFA for everybody"])


@pytest.mark.parametrize("check_id", ["ID-02", "AC-01"])
@pytest.mark.parametrize(
    ("given", "need"),
    [
        pytest.param({"column_groups": {"role_assignments.eligible": TableState.DENIED}}, "eligible", id="eligible"),
        pytest.param({"states": {"role_assignments": TableState.DENIED}}, "role_assignments", id="assignments"),
        pytest.param({"states": {"group_members": TableState.DENIED}}, "group_members", id="members of a group"),
        pytest.param({"states": {"groups": TableState.DENIED}}, "groups", id="which principals are groups"),
        pytest.param(
            {
                "states": {"group_members": TableState.PARTIAL},
                "unread_objects": [unread("group_members", "admins")],
            },
            "group_members",
            id="one group",
        ),
        pytest.param({"role_assignments": [a_role_assignment(None)]}, "role_assignments", id="whose role it is"),
    ],
)
def test_it_never_passes_where_some_holders_were_not_read(check_id: str, given: dict[str, Any], need: str) -> None:
    everybody = {"conditional_access_policies": [a_policy()], "profile": {"firm_size": 8}}

    result = judge(check_id, **({"role_assignments": [a_role_assignment("admins")]} | everybody | given))

    assert result.verdict is Verdict.NOT_ASSESSED
    assert need in " ".join(gap.need for gap in result.gaps)


def test_groups_that_hold_no_role_need_not_be_read() -> None:
    states = {"group_members": TableState.DENIED, "groups": TableState.DENIED}

    result = judge("ID-02", a_role_assignment("ann"), conditional_access_policies=[a_policy()], states=states)

    assert result.verdict is Verdict.PASS


def some(number: int, **given: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - columns of a user
    return [a_user(f"u{each}", **given) for each in range(number)]


@pytest.mark.parametrize(
    ("administrators", "firm_size", "verdict"),
    [
        pytest.param(0, 8, Verdict.FAIL, id="nobody"),
        pytest.param(1, 8, Verdict.PASS, id="one in a small firm"),
        pytest.param(3, 10, Verdict.FAIL, id="three in a small firm"),
        pytest.param(1, 11, Verdict.FAIL, id="one alone in a larger firm"),
        pytest.param(4, 50, Verdict.PASS, id="four of fifty"),
        pytest.param(5, 50, Verdict.FAIL, id="five of fifty"),
        pytest.param(5, 51, Verdict.PASS, id="five of more"),
        pytest.param(6, 500, Verdict.FAIL, id="six of however many"),
    ],
)
def test_how_many_can_do_everything_is_judged_by_the_size_of_the_firm(
    administrators: int, firm_size: int, verdict: Verdict
) -> None:
    holders = [a_role_assignment(f"u{number}") for number in range(administrators)]

    result = judge("AC-01", *holders, users=some(7), profile={"firm_size": firm_size})

    assert result.verdict is verdict


@pytest.mark.parametrize(
    ("staff", "verdict"),
    [
        pytest.param(some(11), Verdict.FAIL, id="eleven people with a licence"),
        pytest.param(
            [*some(10), a_user("g", user_type="Guest"), a_user("b", account_enabled=False)], Verdict.PASS, id="ten"
        ),
        pytest.param([*some(10), a_user("s", assigned_licenses=[])], Verdict.PASS, id="ten and a shared mailbox"),
        pytest.param([*some(10), a_user("x", assigned_licenses=None)], Verdict.NOT_ASSESSED, id="ten or eleven"),
    ],
)
def test_without_the_firms_own_word_its_size_is_its_people_with_a_licence(
    staff: list[dict[str, Any]], verdict: Verdict
) -> None:
    assert judge("AC-01", a_role_assignment("u0"), users=staff).verdict is verdict


@pytest.mark.parametrize(
    ("assignment", "counts"),
    [
        pytest.param(a_role_assignment("ann"), True, id="active"),
        pytest.param(a_role_assignment("ann", **ELIGIBLE), True, id="to be activated"),
        pytest.param(a_role_assignment("admins"), True, id="through a group"),
        pytest.param(a_role_assignment("ann", **IN_A_UNIT), False, id="for a unit"),
        pytest.param(a_role_assignment("ann", EXCHANGE), False, id="a smaller role"),
        pytest.param(a_role_assignment("ann", directory_scope_id=None), None, id="for we do not know what"),
        pytest.param(a_role_assignment("ann", None), None, id="we do not know which"),
    ],
)
def test_only_the_whole_role_for_the_whole_tenant_counts(
    assignment: dict[str, Any],
    counts: bool | None,  # noqa: FBT001 - a case
) -> None:
    verdicts = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.NOT_ASSESSED}

    result = judge(
        "AC-01", assignment, group_members=members_of("admins", "ann"), users=[a_user("ann")], profile={"firm_size": 8}
    )

    assert result.verdict is verdicts[counts]


def test_emergency_accounts_guests_and_whoever_is_no_user_are_counted_apart() -> None:
    people = [
        a_user("ann"),
        a_user("bg", user_principal_name="bg1@contoso.example"),
        a_user("guest", user_type="Guest"),
        a_user("gone", account_enabled=False),
    ]
    members = [*members_of("admins", "ann", "bg"), *members_of("admins", "inner", kind="group")]
    holders = [a_role_assignment(who) for who in ("admins", "guest", "gone", "app", "partner")]
    profile = {"firm_size": 30, "break_glass": ("bg1@contoso.example",)}

    (row,) = judge("AC-01", *holders, users=people, group_members=members, profile=profile).failing

    assert (row.object_id, dict(row.evidence)) == (
        "organization-1",
        {
            "own_administrators": 1,
            "allowed": "2-4",
            "administrators": ["Name of ann"],
            "emergency_accounts": ["Name of bg"],
            "other_holders": 3,
        },
    )


def test_too_many_are_too_many_whatever_was_not_read() -> None:
    holders = [a_role_assignment(f"u{number}") for number in range(6)]

    result = judge("AC-01", *holders, users=some(6), column_groups={"role_assignments.eligible": TableState.DENIED})

    assert (result.verdict, result.at_least) == (Verdict.FAIL, True)


@pytest.mark.parametrize(
    ("unlicensed", "stated", "verdict"),
    [
        pytest.param({"assigned_licenses": []}, (), Verdict.NOT_ASSESSED, id="perhaps for emergencies"),
        pytest.param({"assigned_licenses": []}, ("bg@contoso.example",), Verdict.FAIL, id="others are named"),
        pytest.param({}, (), Verdict.FAIL, id="licensed"),
        pytest.param({"assigned_licenses": [], "on_premises_sync_enabled": True}, (), Verdict.FAIL, id="synchronized"),
    ],
)
def test_accounts_that_may_be_for_emergencies_are_not_too_many(
    unlicensed: dict[str, Any], stated: tuple[str, ...], verdict: Verdict
) -> None:
    people = ("own", "one", "two")

    result = judge(
        "AC-01",
        *(a_role_assignment(each, activation="Assigned") for each in people),
        users=[a_user("own"), a_user("one", **unlicensed), a_user("two", **unlicensed)],
        profile={"firm_size": 8, "break_glass": stated},
    )

    assert result.verdict is verdict
    assert ("profile.break_glass" in {gap.need for gap in result.gaps}) is (verdict is Verdict.NOT_ASSESSED)
