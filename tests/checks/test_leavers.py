# ruff: noqa: ANN401 - columns of any type
from datetime import date, timedelta
from typing import Any

import pytest
from builders import AS_OF, a_profile, a_snapshot, a_user

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState

TODAY = AS_OF.date()
YESTERDAY = TODAY - timedelta(days=1)
LIST = {"ann@contoso.example": YESTERDAY}


def judge(*users: dict[str, Any], leavers: dict[str, date] | None = LIST, **how: Any) -> CheckResult:
    source = a_snapshot(users=users, **how)
    (result,) = evaluate(source, a_profile(leavers=leavers), CATALOGUE.only("AC-05")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only account."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"


@pytest.mark.parametrize(
    ("account", "last_day", "expected"),
    [
        pytest.param({}, YESTERDAY, "fails", id="left yesterday, still enabled"),
        pytest.param({}, TODAY, "left out", id="leaves today"),
        pytest.param({}, TODAY + timedelta(days=1), "left out", id="leaves tomorrow"),
        pytest.param({"account_enabled": False}, YESTERDAY, "passes", id="blocked"),
        pytest.param({"account_enabled": None}, YESTERDAY, "unknown", id="perhaps blocked"),
        pytest.param({"user_principal_name": "Ann@Contoso.EXAMPLE"}, YESTERDAY, "fails", id="however it is written"),
        pytest.param({"user_principal_name": None, "mail": None}, YESTERDAY, "unknown", id="perhaps theirs"),
        pytest.param(
            {"user_principal_name": None, "account_enabled": False}, YESTERDAY, "passes", id="perhaps theirs, blocked"
        ),
        pytest.param({"user_principal_name": None}, TODAY, "left out", id="of nobody who left, whosever it is"),
        pytest.param(
            {"user_principal_name": "a.ansen@contoso.example", "mail": "Ann@contoso.example"},
            YESTERDAY,
            "fails",
            id="listed under the mail address",
        ),
        pytest.param({"user_type": "Guest"}, YESTERDAY, "fails", id="a guest who left"),
        pytest.param({"assigned_licenses": []}, YESTERDAY, "fails", id="without a licence"),
    ],
)
def test_the_account_of_who_left_is_blocked(account: dict[str, Any], last_day: date, expected: str) -> None:
    result = judge(a_user("ann", **account), leavers={"ann@contoso.example": last_day})

    assert said(result) == expected


def test_the_list_may_write_names_in_capitals() -> None:
    assert said(judge(a_user("ann"), leavers={"Ann@CONTOSO.example": YESTERDAY})) == "fails"


@pytest.mark.parametrize("account", [a_user("ann"), a_user("ann", account_enabled=False)])
def test_without_the_firms_list_it_never_passes(account: dict[str, Any]) -> None:
    result = judge(account, leavers=None)

    assert (result.verdict, result.population) == (Verdict.NOT_ASSESSED, ())
    assert result.reason == "profile.leavers was not asked for (state `leavers` in tenants.toml)."


@pytest.mark.parametrize(
    "leavers",
    [
        pytest.param({}, id="nobody is on the list"),
        pytest.param({"ann@contoso.example": TODAY}, id="nobody has left yet"),
        pytest.param({"bob@contoso.example": TODAY - timedelta(days=31)}, id="the account is removed for good"),
    ],
)
def test_it_passes_when_nobody_who_left_has_an_account(leavers: dict[str, date]) -> None:
    assert judge(a_user("ann"), leavers=leavers).verdict is Verdict.PASS


def a_deleted_user(**given: Any) -> dict[str, Any]:
    """Bob's account as Entra shows it after it was deleted."""
    user_id = "0f6b2a40-1111-4222-8333-444455556666"
    renamed = f"{user_id.replace('-', '')}bob@contoso.example"
    return {"id": user_id, "user_principal_name": renamed, "mail": None, **given}


BOB = {"bob@contoso.example": YESTERDAY}


@pytest.mark.parametrize(
    "deleted",
    [
        pytest.param(a_deleted_user(), id="under the name that Entra gave it"),
        pytest.param(a_deleted_user(user_principal_name="Bob@contoso.example"), id="under its own name"),
        pytest.param(a_deleted_user(user_principal_name=None, mail="BOB@contoso.example"), id="by its mail address"),
    ],
)
def test_a_leaver_whose_account_was_deleted_is_recognised(deleted: dict[str, Any]) -> None:
    result = judge(a_user("ann"), leavers=BOB, deleted_users=[deleted])

    assert (result.verdict, result.population, result.note) == (Verdict.PASS, (), "")


@pytest.mark.parametrize(
    "deleted",
    [
        pytest.param([], id="nothing was deleted"),
        pytest.param([a_deleted_user(user_principal_name=None)], id="a deleted account without name"),
        pytest.param([a_deleted_user(id="another")], id="behind another account's id"),
    ],
)
def test_an_entry_that_belongs_to_no_account_may_be_mistyped(deleted: list[dict[str, Any]]) -> None:
    result = judge(a_user("ann"), leavers=BOB, deleted_users=deleted)
    (row,) = result.unknown

    assert (result.verdict, result.gaps) == (Verdict.NOT_ASSESSED, ())
    assert (row.object_id, row.object_name) == ("leaver/bob%40contoso.example", "bob@contoso.example")
    assert row.evidence == {"last_day": "2026-11-22", "last_success": None}
    assert "It may be mistyped" in result.note


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        pytest.param(TODAY, "left out", id="has not left yet"),
        pytest.param(TODAY - timedelta(days=30), "unknown", id="thirty days ago, a deleted account is still seen"),
        pytest.param(TODAY - timedelta(days=31), "left out", id="longer ago, it may be gone for good"),
    ],
)
def test_an_entry_is_looked_for_while_a_deleted_account_can_be_seen(last_day: date, expected: str) -> None:
    assert said(judge(a_user("ann"), leavers={"bob@contoso.example": last_day})) == expected


@pytest.mark.parametrize("state", [TableState.DENIED, TableState.PARTIAL])
def test_where_deleted_accounts_were_not_read_an_entry_without_account_stays_unknown(state: TableState) -> None:
    result = judge(a_user("ann"), leavers=BOB, deleted_users=[a_deleted_user()], states={"deleted_users": state})

    assert (result.verdict, said(result)) == (Verdict.NOT_ASSESSED, "unknown")
    assert [gap.need for gap in result.gaps] == ["deleted_users"]


def test_nobody_misses_deleted_accounts_where_every_leaver_has_one() -> None:
    result = judge(a_user("ann", account_enabled=False), states={"deleted_users": TableState.DENIED})

    assert (result.verdict, result.gaps) == (Verdict.PASS, ())


def test_a_mistyped_entry_hides_no_account_that_is_open() -> None:
    result = judge(a_user("ann"), leavers=LIST | BOB)

    assert result.verdict is Verdict.FAIL
    assert ([row.object_id for row in result.failing], len(result.unknown), result.at_least) == (["ann"], 1, True)


def test_accounts_that_were_not_read_may_be_theirs() -> None:
    result = judge(states={"users": Coverage(TableState.PARTIAL, objects_failed=3)})

    assert result.verdict is Verdict.NOT_ASSESSED


def test_the_evidence_tells_the_last_day_and_whether_it_was_used_since() -> None:
    (row,) = judge(a_user("ann", last_successful_sign_in_date_time=AS_OF)).failing

    assert (row.object_id, row.object_name) == ("ann", "Name of ann")
    assert row.evidence == {"last_day": "2026-11-22", "last_success": "2026-11-23T06:00:00Z"}


def test_it_needs_no_licence_to_see_sign_ins() -> None:
    result = judge(a_user("ann"), column_groups={"users.sign_in_activity": GroupCoverage(TableState.UNLICENSED)})
    (row,) = result.failing

    assert (result.verdict, result.gaps, row.evidence["last_success"]) == (Verdict.FAIL, (), None)
