"""ID-07: emergency accounts, and whom policies leave out besides."""

from typing import Any

import pytest
from builders import a_policy, a_user, security_defaults
from builders.access import a_group, a_registration, a_role_assignment, members_of, unread
from builders.policies import a_grant
from builders.settings import a_subscription
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

SYNCHRONIZING = "d29b2b05-8046-44ba-8758-1e26182fcf32"
SMALL = {"break_glass": ("bg@contoso.example",), "firm_size": 8}
LARGER = SMALL | {"firm_size": 40}
LEAVES_OUT = {"excludeUsers": ["bg", "ann"]}
EXCEPT_BG = a_policy(users={"excludeUsers": ["bg"]})


def an_emergency_account(user_id: str = "bg", **given: Any) -> dict[str, Any]:  # noqa: ANN401 - columns
    return a_user(user_id, **({"assigned_licenses": []} | given))


def judged(**tables: Any) -> CheckResult:  # noqa: ANN401 - tables of any shape
    given = {
        "users": [an_emergency_account(), a_user("ann")],
        "groups": [a_group("exceptions")],
        "role_assignments": [a_role_assignment("bg", activation="Assigned")],
        "registration_details": [a_registration("bg", methods_registered=["fido2SecurityKey"])],
        "conditional_access_policies": [EXCEPT_BG],
        "subscribed_skus": [a_subscription("AAD_PREMIUM")],
        "profile": SMALL,
    }
    return judge("ID-07", **(given | tables))


def test_one_account_in_order_is_enough_for_a_small_firm() -> None:
    assert statuses(judged()) == {"firm/emergency_accounts": "passes", "emergency/bg": "passes"}


@pytest.mark.parametrize(
    ("tables", "lacks"),
    [
        pytest.param({"users": [an_emergency_account(account_enabled=False)]}, "enabled", id="blocked"),
        pytest.param({"users": [an_emergency_account(on_premises_sync_enabled=True)]}, "cloud_only", id="synced"),
        pytest.param({"role_assignments": []}, "global_administrator_for_good", id="no role"),
        pytest.param(
            {"role_assignments": [a_role_assignment("bg", assignment_type="eligible")]},
            "global_administrator_for_good",
            id="to be activated",
        ),
        pytest.param(
            {"registration_details": [a_registration("bg")]}, "passkey", id="an app, while portals demand a factor"
        ),
        pytest.param(
            {"registration_details": [a_registration("bg", methods_registered=["windowsHelloForBusiness"])]},
            "passkey",
            id="a key of one computer",
        ),
        pytest.param({"conditional_access_policies": [a_policy(grant="block")]}, "exclusion", id="a policy blocks it"),
        pytest.param(
            {"conditional_access_policies": [EXCEPT_BG, a_policy("device", grant="compliantDevice")]},
            "exclusion",
            id="one policy leaves it out, another asks for a device",
        ),
        pytest.param(
            {
                "conditional_access_policies": [
                    a_policy(grant="compliantDevice", applications={"includeApplications": ["MicrosoftAdminPortals"]})
                ]
            },
            "exclusion",
            id="the portals ask for a device",
        ),
    ],
)
def test_an_emergency_account_can_be_used_in_an_emergency(tables: dict[str, Any], lacks: str) -> None:
    result = judged(**tables)

    assert statuses(result)["emergency/bg"] == "fails"
    assert evidence(result, "emergency/bg")["lacks"] == [lacks]


@pytest.mark.parametrize(
    ("assignment", "plan", "said"),
    [
        pytest.param({"activation": None}, "AAD_PREMIUM", "passes", id="nothing can be activated here"),
        pytest.param({"activation": None}, "AAD_PREMIUM_P2", "unknown", id="perhaps it was activated"),
        pytest.param({"activation": "Activated"}, "AAD_PREMIUM_P2", "fails", id="it was activated"),
        pytest.param({"directory_scope_id": None}, "AAD_PREMIUM", "unknown", id="for we do not know what"),
    ],
)
def test_the_role_is_there_for_good(assignment: dict[str, Any], plan: str, said: str) -> None:
    rows = [a_role_assignment("bg", **({"activation": "Assigned"} | assignment))]

    assert statuses(judged(role_assignments=rows, subscribed_skus=[a_subscription(plan)]))["emergency/bg"] == said


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(a_policy(), id="MFA, which a passkey is"),
        pytest.param(a_policy(users={"includeUsers": ["ann"]}, grant="block"), id="of others"),
        pytest.param(a_policy(grant="block", clientAppTypes=["exchangeActiveSync", "other"]), id="of older programs"),
        pytest.param(
            a_policy(grant="block", authenticationFlows={"transferMethods": "deviceCodeFlow"}), id="of device codes"
        ),
    ],
)
def test_an_emergency_account_that_nothing_locks_out_needs_no_exclusion(policy: dict[str, Any]) -> None:
    assert statuses(judged(conditional_access_policies=[policy]))["emergency/bg"] == "passes"


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(
            a_policy("p", grant="block", users=LEAVES_OUT, authenticationFlows={"transferMethods": "deviceCodeFlow"}),
            id="about flows",
        ),
        pytest.param(a_policy("p", users=LEAVES_OUT | {"includeUsers": ["zed"]}), id="of somebody else"),
        pytest.param(a_policy("p", users=LEAVES_OUT), id="another makes up for it"),
    ],
)
def test_who_is_left_out_of_what_opens_nothing_is_not_named(policy: dict[str, Any]) -> None:
    result = judged(
        conditional_access_policies=[EXCEPT_BG, policy],
        registration_details=[
            a_registration("bg", methods_registered=["fido2SecurityKey"]),
            a_registration("ann", methods_registered=["fido2SecurityKey"]),
        ],
    )

    assert "exclusion/ann" not in statuses(result)


def test_security_defaults_leave_nobody_out() -> None:
    result = judged(conditional_access_policies=[], security_defaults=[security_defaults()])

    assert result.verdict is Verdict.PASS


def test_a_larger_firm_needs_two_accounts() -> None:
    result = judged(profile=LARGER)

    assert evidence(result, "firm/emergency_accounts")["lacks"] == ["accounts"]


def test_an_account_that_is_named_and_not_there_is_found_out() -> None:
    result = judged(profile=SMALL | {"break_glass": ("bg@contoso.example", "gone@contoso.example")})

    assert evidence(result, "firm/emergency_accounts")["lacks"] == ["named_account"]


def test_without_the_firms_word_it_never_passes() -> None:
    result = judged(profile={}, conditional_access_policies=[a_policy()])

    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, ["profile.break_glass"])


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        pytest.param(a_policy("p", users={"excludeUsers": ["ann", "bg"]}), "fails", id="by name"),
        pytest.param(a_policy("p", users={"excludeGroups": ["exceptions"]}), "fails", id="in a group"),
        pytest.param(a_policy("p", users={"excludeUsers": ["ann"]}, grant="block"), "fails", id="of a block"),
        pytest.param(a_policy("p", users={"excludeUsers": ["ann"]}, state=None), "unknown", id="perhaps enforced"),
        pytest.param(a_policy("p", users={"excludeUsers": ["ann"]}, state="disabled"), None, id="of no policy at all"),
        pytest.param(
            a_policy("p", users={"excludeUsers": ["ann"]}, grant=a_grant(termsOfUse=["t"])), None, id="of terms of use"
        ),
    ],
)
def test_whoever_else_is_left_out_is_named_with_the_policies(policy: dict[str, Any], said: str | None) -> None:
    result = judged(conditional_access_policies=[policy], group_members=members_of("exceptions", "ann"))

    assert statuses(result).get("exclusion/ann") == said
    assert said != "fails" or evidence(result, "exclusion/ann")["policies"] == ["MFA for everybody"]


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        pytest.param([SYNCHRONIZING], None, id="it synchronises and no more"),
        pytest.param([SYNCHRONIZING, "role-1"], "fails", id="it administers too"),
    ],
)
def test_an_account_that_only_synchronises_may_be_left_out(roles: list[str], said: str | None) -> None:
    held = [a_role_assignment("bg", activation="Assigned"), *(a_role_assignment("ann", role) for role in roles)]
    policy = a_policy("p", users={"excludeUsers": ["ann"]})

    result = judged(role_assignments=held, conditional_access_policies=[policy])

    assert statuses(result).get("exclusion/ann") == said


@pytest.mark.parametrize(
    ("tables", "need"),
    [
        pytest.param({"states": {"conditional_access_policies": TableState.DENIED}}, "conditional_access_policies"),
        pytest.param({"conditional_access_policies": [a_policy() | {"raw": "{}"}]}, "conditional_access_policies"),
        pytest.param(
            {
                "conditional_access_policies": [EXCEPT_BG, a_policy("p", users={"excludeGroups": ["exceptions"]})],
                "states": {"group_members": TableState.PARTIAL},
                "unread_objects": [unread("group_members", "exceptions")],
            },
            "group_members",
        ),
    ],
)
def test_exceptions_that_were_not_read_never_pass(tables: dict[str, Any], need: str) -> None:
    result = judged(**tables)

    assert result.verdict is not Verdict.PASS
    assert need in {gap.need for gap in result.gaps}
