# ruff: noqa: ANN401 - columns of any type
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders import AS_OF, a_profile, a_snapshot, a_user

from checks.engine import evaluate
from checks.model import Thresholds, Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import GroupCoverage, TableState


def ago(days: int) -> datetime:
    return AS_OF - timedelta(days=days)


def judge(*users: dict[str, Any], groups: dict[str, Any] | None = None, **profile: Any) -> CheckResult:
    source = a_snapshot(users=users, column_groups=groups)
    (result,) = evaluate(source, a_profile(**profile), CATALOGUE.only("AC-04")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only account."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"


def used(days: int | None) -> dict[str, Any]:
    return {"last_successful_sign_in_date_time": None if days is None else ago(days)}


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param(used(1), "passes", id="used yesterday"),
        pytest.param(used(90), "passes", id="used exactly ninety days ago"),
        pytest.param(used(91), "fails", id="last used ninety-one days ago"),
        pytest.param(
            used(91) | {"last_non_interactive_sign_in_date_time": ago(0), "last_sign_in_date_time": ago(0)},
            "fails",
            id="only attempts since, which also count failures: a telephone that retries an old password",
        ),
        pytest.param(used(None), "fails", id="no success since December 2023, and older than that"),
        pytest.param(
            used(None) | {"created_date_time": ago(91)}, "fails", id="created ninety-one days ago, never used"
        ),
        pytest.param(used(None) | {"created_date_time": ago(89)}, "passes", id="created lately, not used yet"),
        pytest.param(used(None) | {"created_date_time": None}, "unknown", id="no success, creation not read"),
        pytest.param(used(91) | {"created_date_time": None}, "fails", id="an old success, creation not read"),
        pytest.param(used(1) | {"created_date_time": None}, "passes", id="a late success, creation not read"),
        pytest.param(used(91) | {"account_enabled": None}, "unknown", id="unused, perhaps blocked"),
        pytest.param(used(1) | {"account_enabled": None}, "passes", id="used, whether blocked or not"),
        pytest.param(used(91) | {"account_enabled": False}, "left out", id="blocked already"),
        pytest.param(used(91) | {"user_type": "Guest"}, "fails", id="a guest nobody invites any more"),
        pytest.param(
            used(None) | {"user_type": "Guest", "external_user_state": "PendingAcceptance"},
            "fails",
            id="an invitation that was never accepted",
        ),
    ],
)
def test_an_enabled_account_without_a_success_for_ninety_days_fails(user: dict[str, Any], expected: str) -> None:
    assert said(judge(a_user("u", **user))) == expected


def test_an_emergency_account_is_meant_to_lie_unused() -> None:
    result = judge(a_user("bg", **used(None)), break_glass=("bg@contoso.example",))

    assert (result.verdict, said(result)) == (Verdict.PASS, "left out")


def test_an_account_that_may_be_an_emergency_account_is_unknown() -> None:
    result = judge(a_user("bg", user_principal_name=None, **used(None)), break_glass=("bg@contoso.example",))

    assert said(result) == "unknown"


def test_the_firm_may_set_another_limit() -> None:
    assert said(judge(a_user("u", **used(40)), thresholds=Thresholds(stale_days=30))) == "fails"


def test_without_the_licence_to_see_sign_ins_it_is_not_assessed() -> None:
    code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    line = GroupCoverage(TableState.UNLICENSED, code, "license:AAD_PREMIUM")

    result = judge(a_user("u", **used(None)), groups={"users.sign_in_activity": line})

    assert (result.verdict, result.population) == (Verdict.NOT_ASSESSED, ())
    assert code in result.reason
    assert "Microsoft Entra ID P1" in result.reason


def test_the_evidence_tells_use_from_attempts() -> None:
    (row,) = judge(a_user("u", **used(100), last_non_interactive_sign_in_date_time=ago(0))).failing

    assert row.evidence == {
        "user_type": "Member",
        "is_licensed": True,
        "last_success": "2026-08-15T06:00:00Z",
        "unused_since": "2026-08-15T06:00:00Z",
        "devices_still_try": True,
    }


@pytest.mark.parametrize(
    ("created", "since"),
    [
        pytest.param(datetime(2019, 1, 1, tzinfo=UTC), "2023-12-01T00:00:00Z", id="created before successes were kept"),
        pytest.param(datetime(2025, 1, 1, tzinfo=UTC), "2025-01-01T00:00:00Z", id="created since"),
    ],
)
def test_an_account_without_any_success_is_unused_since_it_could_be_known(created: datetime, since: str) -> None:
    (row,) = judge(a_user("u", created_date_time=created, **used(None))).failing

    assert row.evidence["unused_since"] == since
