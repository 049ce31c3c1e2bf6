from typing import Any

import pytest
from builders import a_profile, a_snapshot, a_user
from builders.access import a_registration, methods_of

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

NO_REPORT = {"registration_details": TableState.UNLICENSED}


def judge(*users: dict[str, Any], states: dict[str, TableState] | None = None, **tables: Any) -> CheckResult:  # noqa: ANN401 - rows
    profile = a_profile(break_glass=("bg1@contoso.example",))
    skipped = {"authentication_methods": TableState.SKIPPED} if states is None else states
    source = a_snapshot(users=users or [a_user("ann")], states=skipped, **tables)
    (result,) = evaluate(source, profile, CATALOGUE.only("ID-04")).results
    return result


def said(result: CheckResult) -> str:
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param([a_registration("ann")], "passes", id="registered"),
        pytest.param([a_registration("ann", is_mfa_registered=False)], "fails", id="not registered"),
        pytest.param([a_registration("ann", is_mfa_registered=None)], "unknown", id="not told"),
        pytest.param([a_registration("bob")], "unknown", id="missing in the report"),
    ],
)
def test_the_report_of_registrations_decides(report: list[dict[str, Any]], expected: str) -> None:
    assert said(judge(registration_details=report)) == expected


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param(a_user("ann"), "fails", id="a member"),
        pytest.param(a_user("ann", user_type="Guest"), "left out", id="a guest"),
        pytest.param(a_user("ann", user_type=None), "unknown", id="perhaps a guest"),
        pytest.param(a_user("ann", account_enabled=False), "left out", id="a blocked account"),
        pytest.param(a_user("ann", account_enabled=None), "unknown", id="perhaps a blocked account"),
        pytest.param(a_user("ann", user_principal_name="bg1@contoso.example"), "left out", id="an emergency account"),
    ],
)
def test_enabled_accounts_of_the_firm_count(user: dict[str, Any], expected: str) -> None:
    assert said(judge(user, registration_details=[a_registration("ann", is_mfa_registered=False)])) == expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        pytest.param(["password", "phone"], "passes", id="a telephone"),
        pytest.param(["password", "microsoftAuthenticator"], "passes", id="an app"),
        pytest.param(["fido2"], "passes", id="a key"),
        pytest.param(["password"], "fails", id="the password alone"),
        pytest.param(["password", "email"], "fails", id="an address to reset the password with"),
        pytest.param(["password", "temporaryAccessPass"], "fails", id="a pass for some hours"),
        pytest.param(["password", "somethingNew"], "unknown", id="a kind we do not know"),
        pytest.param([], "unknown", id="nothing, not even a password: it was not read"),
    ],
)
def test_without_the_report_the_methods_of_each_account_decide(kinds: list[str], expected: str) -> None:
    assert said(judge(states=NO_REPORT, authentication_methods=methods_of("ann", *kinds))) == expected


def test_the_lesser_source_is_named() -> None:
    result = judge(states=NO_REPORT, authentication_methods=methods_of("ann", "password"))

    assert "not whether the firm's settings let it be used" in result.note
    assert (dict(result.failing[0].evidence), result.gaps) == (
        {"methods": ["password"], "seen_in": "methods_of_the_account"},
        (),
    )


def test_the_report_tells_the_methods_that_do_not_count() -> None:
    rows = [a_registration("ann", is_mfa_registered=False, methods_registered=["email"])]

    (row,) = judge(registration_details=rows).failing

    assert dict(row.evidence) == {"methods": ["email"], "seen_in": "registration_report"}


@pytest.mark.parametrize(
    ("states", "needs"),
    [
        pytest.param(
            {"registration_details": TableState.DENIED, "authentication_methods": TableState.SKIPPED},
            ["registration_details"],
            id="the report was refused, so nobody asked for the methods",
        ),
        pytest.param(
            NO_REPORT | {"authentication_methods": TableState.DENIED},
            ["registration_details", "authentication_methods"],
            id="the methods were refused where the report is not licensed",
        ),
        pytest.param(
            NO_REPORT | {"authentication_methods": TableState.PARTIAL},
            ["authentication_methods"],
            id="some accounts could not be asked",
        ),
        pytest.param(
            {"registration_details": TableState.PARTIAL, "authentication_methods": TableState.SKIPPED},
            ["registration_details"],
            id="the report is not whole",
        ),
    ],
)
def test_what_was_not_read_is_a_gap(states: dict[str, TableState], needs: list[str]) -> None:
    result = judge(states=states, authentication_methods=methods_of("ann", "phone"))

    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, needs)
