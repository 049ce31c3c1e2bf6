"""AC-02: administrators' accounts."""

from typing import Any

import pytest
from builders import a_mailbox, a_user
from builders.access import GLOBAL_ADMINISTRATOR, a_role, a_role_assignment
from builders.settings import a_subscription
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from scanner.snapshot.ledger import TableState

REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
CLOUD_ONLY = {"on_premises_sync_enabled": None, "assigned_licenses": []}
LICENSED = {"assigned_licenses": [{"sku_id": "sku-1", "disabled_plans": []}]}


def judged(user: dict[str, Any], role: str = GLOBAL_ADMINISTRATOR, **tables: Any) -> dict[str, str]:  # noqa: ANN401
    given = {
        "users": [user],
        "role_definitions": [a_role()],
        "role_assignments": [a_role_assignment("ann", role)],
        "subscribed_skus": [a_subscription("EXCHANGE_S_STANDARD")],
    }
    return statuses(judge("AC-02", **(given | tables)))


@pytest.mark.parametrize(
    ("user", "said"),
    [
        pytest.param(a_user("ann", **CLOUD_ONLY), {"ann": "passes"}, id="an account for that alone"),
        pytest.param(a_user("ann", **CLOUD_ONLY | {"on_premises_sync_enabled": True}), {"ann": "fails"}, id="synced"),
        pytest.param(a_user("ann", **CLOUD_ONLY | LICENSED), {"ann": "fails"}, id="a licence for mail"),
        pytest.param(a_user("ann", **CLOUD_ONLY | {"assigned_licenses": None}), {"ann": "unknown"}, id="perhaps one"),
        pytest.param(a_user("ann", **CLOUD_ONLY | LICENSED | {"account_enabled": False}), {}, id="a blocked account"),
        pytest.param(a_user("ann", **CLOUD_ONLY | LICENSED | {"user_type": "Guest"}), {}, id="a guest"),
    ],
)
def test_an_administrator_has_an_account_for_that_alone(user: dict[str, Any], said: dict[str, str]) -> None:
    assert judged(user) == said


def test_a_mailbox_without_a_licence_is_a_mailbox() -> None:
    assert judged(a_user("ann", **CLOUD_ONLY), mailboxes=[a_mailbox("ann")]) == {"ann": "fails"}


@pytest.mark.parametrize(
    ("subscription", "said"),
    [
        pytest.param(a_subscription("AAD_PREMIUM_P2", "EXCHANGE_S_FOUNDATION"), "passes", id="no mail in it"),
        pytest.param(a_subscription("SHAREPOINTSTANDARD"), "fails", id="files"),
        pytest.param(a_subscription("EXCHANGE_S_STANDARD", capability_status="Deleted"), "passes", id="ended"),
        pytest.param(a_subscription(None), "unknown", id="a plan that was not told"),
        pytest.param(a_subscription("TEAMS1", sku_id="sku-2"), "unknown", id="a product that is not listed"),
    ],
)
def test_a_licence_counts_by_what_it_comes_with(subscription: dict[str, Any], said: str) -> None:
    assert judged(a_user("ann", **CLOUD_ONLY | LICENSED), subscribed_skus=[subscription]) == {"ann": said}


def test_a_plan_that_is_switched_off_for_a_person_does_not_count() -> None:
    licence = [{"sku_id": "sku-1", "disabled_plans": ["plan-EXCHANGE_S_STANDARD"]}]

    assert judged(a_user("ann", **CLOUD_ONLY | {"assigned_licenses": licence})) == {"ann": "passes"}


def test_whoever_only_reads_reports_is_no_administrator() -> None:
    assert judged(a_user("ann", **CLOUD_ONLY | LICENSED), REPORTS_READER) == {}


def test_without_the_mailboxes_nobody_passes() -> None:
    result = judge(
        "AC-02",
        users=[a_user("ann", **CLOUD_ONLY)],
        role_assignments=[a_role_assignment("ann")],
        states={"mailboxes": TableState.DENIED},
    )

    assert (result.verdict, statuses(result)) == (Verdict.NOT_ASSESSED, {"ann": "unknown"})


def test_it_tells_what_is_wrong() -> None:
    user = a_user("ann", **CLOUD_ONLY | LICENSED | {"on_premises_sync_enabled": True})
    result = judge(
        "AC-02",
        users=[user],
        role_definitions=[a_role()],
        role_assignments=[a_role_assignment("ann")],
        mailboxes=[a_mailbox("ann")],
        subscribed_skus=[a_subscription("TEAMS1")],
    )

    assert evidence(result, "ann") == {
        "roles": [f"Name of {GLOBAL_ADMINISTRATOR}"],
        "held": ["active"],
        "lacks": ["synchronized", "mailbox", "office_licence"],
    }
