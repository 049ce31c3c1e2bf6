"""AC-03: roles that are activated for a time."""

from typing import Any

import pytest
from builders import a_user
from builders.access import GLOBAL_ADMINISTRATOR, a_group, a_role, a_role_assignment
from builders.settings import a_subscription, activation_rules
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

EXCHANGE = "29232cdf-9323-42fd-ade2-1d097af3e4de"
P2 = a_subscription("AAD_PREMIUM_P2")
ELIGIBLE = {"assignment_type": "eligible", "id": "e"}


def judged(*assignments: dict[str, Any], **tables: Any) -> CheckResult:  # noqa: ANN401 - tables of any shape
    given = {
        "users": [a_user("ann"), a_user("bg", user_principal_name="bg@contoso.example")],
        "groups": [a_group("admins")],
        "role_definitions": [a_role(), a_role(EXCHANGE)],
        "role_assignments": assignments,
        "role_management_policies": [activation_rules()],
        "subscribed_skus": [P2],
        "profile": {"break_glass": ("bg@contoso.example",)},
    }
    return judge("AC-03", **(given | tables))


@pytest.mark.parametrize(
    ("holder", "activation", "said"),
    [
        pytest.param("ann", "Assigned", {"assignment/a": "fails"}, id="a role for good"),
        pytest.param("ann", "Activated", {"assignment/a": "passes"}, id="a role that was activated"),
        pytest.param("ann", None, {"assignment/a": "unknown"}, id="we do not know which"),
        pytest.param("admins", "Assigned", {"assignment/a": "unknown"}, id="a group that has it for good"),
        pytest.param("bg", "Assigned", {}, id="an emergency account"),
        pytest.param("app", "Assigned", {}, id="an application"),
    ],
)
def test_nobody_but_an_emergency_account_holds_a_role_for_good(
    holder: str, activation: str | None, said: dict[str, str]
) -> None:
    assert statuses(judged(a_role_assignment(holder, id="a", activation=activation))) == said


@pytest.mark.parametrize(
    ("rules", "lacks"),
    [
        pytest.param({}, None, id="everything"),
        pytest.param({"enabled": ["Justification"]}, ["second_factor"], id="no second factor"),
        pytest.param({"enabled": ["MultiFactorAuthentication"]}, ["justification"], id="no reason"),
        pytest.param({"approval": False}, ["approval"], id="no approval"),
        pytest.param({"told": False}, ["notification"], id="nobody is told"),
        pytest.param({"told": False, "others_told": ["x@contoso.example"]}, None, id="somebody else is told"),
    ],
)
def test_activating_a_role_asks_for_all_there_is(rules: dict[str, Any], lacks: list[str] | None) -> None:
    result = judged(a_role_assignment("ann", **ELIGIBLE), role_management_policies=[activation_rules(**rules)])
    role = f"activation/{GLOBAL_ADMINISTRATOR}"

    assert statuses(result) == {role: "fails" if lacks else "passes"}
    assert lacks is None or evidence(result, role)["lacks"] == lacks


def test_what_the_policies_of_an_authentication_context_demand_is_unknown() -> None:
    by_context = activation_rules(enabled=["Justification"], context=True)

    result = judged(a_role_assignment("ann", **ELIGIBLE), role_management_policies=[by_context])

    assert statuses(result) == {f"activation/{GLOBAL_ADMINISTRATOR}": "unknown"}


def test_only_the_roles_that_give_every_other_one_need_approval() -> None:
    rules = [activation_rules(EXCHANGE, approval=False)]

    result = judged(a_role_assignment("ann", EXCHANGE, **ELIGIBLE), role_management_policies=rules)

    assert statuses(result) == {f"activation/{EXCHANGE}": "passes"}


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([], id="of the role nothing is there"),
        pytest.param([activation_rules() | {"raw": "{}"}], id="nothing that can be read"),
    ],
)
def test_rules_that_are_not_there_are_unknown(rules: list[dict[str, Any]]) -> None:
    result = judged(a_role_assignment("ann", **ELIGIBLE), role_management_policies=rules)

    assert set(statuses(result).values()) == {"unknown"}


def test_without_the_licence_roles_cannot_be_activated_and_nothing_is_judged() -> None:
    result = judged(a_role_assignment("ann"), subscribed_skus=[a_subscription("AAD_PREMIUM")])

    assert (result.verdict, result.population) == (Verdict.NOT_APPLICABLE, ())


def test_where_the_licences_were_not_read_nobody_fails_for_what_may_not_be_there() -> None:
    result = judged(a_role_assignment("ann", activation="Assigned"), states={"subscribed_skus": TableState.DENIED})

    assert (result.verdict, set(statuses(result).values())) == (Verdict.NOT_ASSESSED, {"unknown"})
