# ruff: noqa: ANN401 - columns of any type
"""Attacks that ended in a sign-in, and everything that only looks like one."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from builders import AS_OF, a_profile, a_sign_in, a_snapshot

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import Coverage, TableState

Row = dict[str, Any]

START = AS_OF - timedelta(days=3)
"""When an attack begins."""
STRANGE = "198.51.100.7"
OFFICE = "192.0.2.1"
WRONG = 50126
DECLINED = "MFA denied; user declined the authentication"
NO_ANSWER = "MFA denied; user did not respond to mobile app notification"


def judge(rows: Iterable[Row], **how: Any) -> CheckResult:
    (result,) = evaluate(a_snapshot(sign_ins=list(rows), **how), a_profile(), CATALOGUE.only("SI-02")).results
    return result


def failing(result: CheckResult) -> list[str]:
    return [row.object_id for row in result.failing]


def unknown(result: CheckResult) -> list[str]:
    return [row.object_id for row in result.unknown]


def row(user: str, minutes: float, code: int | None = 0, address: str | None = STRANGE, **given: Any) -> Row:
    columns = {"created_date_time": START + timedelta(minutes=minutes), "error_code": code, "ip_address": address}
    return a_sign_in(user=user, **(columns | given))


def a_spray(people: int = 5, every_minutes: float = 4, **given: Any) -> list[Row]:
    """Wrong passwords from one address, for one person after the other."""
    return [row(f"u{number}", number * every_minutes, WRONG, **given) for number in range(people)]


def an_entry(user: str = "u0", minutes: float = 30, **given: Any) -> Row:
    return row(user, minutes, **given)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        pytest.param([*a_spray(), an_entry()], ["u0"], id="five people tried in twenty minutes, then one got in"),
        pytest.param(
            [*a_spray(address="2a02:1810:4c0a:0:a1b2::7"), an_entry(address="2A02:1810:4C0A::5")],
            ["u0"],
            id="from one network, however its addresses are written",
        ),
        pytest.param(
            [*a_spray(address="2a02:1810:4c0a:0000:a1b2::7"), an_entry(address="2a02:1810:4c0a:1::5")],
            [],
            id="the right password from the network beside",
        ),
        pytest.param([*a_spray(), an_entry("u9")], ["u9"], id="somebody whose password was right the first time"),
        pytest.param(a_spray(100, 0.1), [], id="attempts alone, however many"),
        pytest.param([*a_spray(4), an_entry()], [], id="four people"),
        pytest.param([*a_spray(5, 6), an_entry()], [], id="five people in twenty-four minutes"),
        pytest.param([*a_spray(5, 5), an_entry()], ["u0"], id="five people in exactly twenty minutes"),
        pytest.param([*a_spray(1), *a_spray(1) * 9, an_entry()], [], id="one person, many times"),
        pytest.param([*a_spray(), an_entry(address=OFFICE)], [], id="the right password from somewhere else"),
        pytest.param([*a_spray(), an_entry(minutes=24 * 60)], ["u0"], id="a day after it began"),
        pytest.param([*a_spray(5, 0), an_entry(minutes=24 * 60 + 1)], [], id="later than a day after it began"),
        pytest.param([*a_spray(), an_entry(minutes=-1)], [], id="a sign-in before it began"),
        pytest.param([*a_spray(), an_entry(code=50076)], ["u0"], id="a right password that a second factor stopped"),
        pytest.param([*a_spray(), an_entry(code=53003)], ["u0"], id="a right password that a policy stopped"),
        pytest.param([*a_spray(), an_entry(code=WRONG)], [], id="one more wrong password"),
        pytest.param([*a_spray(), an_entry(code=50053)], [], id="a locked account"),
        pytest.param([*a_spray(), an_entry(code=50173)], [], id="a token that was revoked says nothing of a password"),
        pytest.param([*a_spray(), an_entry(), an_entry(minutes=60)], ["u0"], id="got in twice, named once"),
        pytest.param([*a_spray(), an_entry(), an_entry("u3")], ["u0", "u3"], id="got into two accounts"),
    ],
)
def test_a_spray_fails_when_it_ends_in_a_right_password(log: list[Row], expected: list[str]) -> None:
    result = judge(log)

    assert (failing(result), unknown(result)) == (expected, [])


def at_home(*users: str, address: str = STRANGE) -> list[Row]:
    """Sign-ins of the weeks before."""
    return [row(user, -7 * 24 * 60, address=address) for user in users]


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(
            [*at_home("u0", "u1", "u2", "u3", "u4"), *a_spray(), an_entry()], id="everybody mistypes at the office"
        ),
        pytest.param([*at_home("u0"), *a_spray(), an_entry()], id="one of them is at home there"),
        pytest.param([*at_home("u9"), *a_spray(), an_entry("u9")], id="who is at home there signs in"),
        pytest.param(
            [*a_spray(), *(an_entry(f"u{number}", 25 + number) for number in range(5))],
            id="all of them mistype on the first morning in a new office, and then sign in",
        ),
    ],
)
def test_people_who_are_at_home_at_an_address_do_not_spray_it(log: list[Row]) -> None:
    assert judge(log).verdict is Verdict.PASS


def test_an_office_that_is_sprayed_from_outside_is_not_excused_by_its_own_mistakes() -> None:
    log = [*at_home("u0", "u1", "u2", address=OFFICE), *a_spray(), an_entry("u1")]

    assert failing(judge(log)) == ["u1"]


def test_accounts_that_do_not_exist_count_among_those_tried() -> None:
    guesses = [
        row(
            "",
            number,
            50034,
            user_id="00000000-0000-0000-0000-000000000000",
            user_principal_name=f"x{number}@c.example",
        )
        for number in range(5)
    ]

    assert failing(judge([*guesses, an_entry()])) == ["u0"]


@pytest.mark.parametrize(
    ("tried", "entered", "expected"),
    [
        pytest.param("2001:db8:1:2::{}", "2001:DB8:1:2:ffff::1", ["u0"], id="one network that changes its address"),
        pytest.param("2001:db8:1:{}::1", "2001:db8:1:2::1", [], id="five networks"),
        pytest.param("::ffff:198.51.100.7", "198.51.100.7", ["u0"], id="one address, written in two ways"),
        pytest.param("198.51.100.{}", "198.51.100.1", [], id="five addresses"),
    ],
)
def test_an_address_of_version_six_stands_for_its_network(tried: str, entered: str, expected: list[str]) -> None:
    log = [row(f"u{number}", number, WRONG, tried.format(number)) for number in range(5)]

    assert failing(judge([*log, an_entry(address=entered)])) == expected


def refusals(details: str | None = DECLINED, count: int = 3, every_minutes: float = 3, **given: Any) -> list[Row]:
    """Requests for approval that are refused, one after the other."""
    given = {"user": "u0", "code": 500121, "additional_details": details} | given
    return [row(minutes=number * every_minutes, **given) for number in range(count)]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        pytest.param([*refusals(), an_entry(minutes=10)], ["u0"], id="three declined, then one approved"),
        pytest.param([*refusals(NO_ANSWER), an_entry(minutes=10)], ["u0"], id="three without an answer"),
        pytest.param([*refusals("MFA denied; FRAUD code entered"), an_entry(minutes=10)], ["u0"], id="called a fraud"),
        pytest.param(refusals(count=50, every_minutes=0.1), [], id="refused to the end"),
        pytest.param([*refusals(count=2), an_entry(minutes=10)], [], id="two refused"),
        pytest.param([*refusals(every_minutes=6), an_entry(minutes=13)], [], id="three within twelve minutes"),
        pytest.param([*refusals(), an_entry(minutes=36)], ["u0"], id="approved half an hour later"),
        pytest.param([*refusals(), an_entry(minutes=37)], [], id="approved later than that"),
        pytest.param([*refusals(), an_entry(minutes=10, address=OFFICE)], [], id="signed in from somewhere else"),
        pytest.param([*refusals(), an_entry("u1", minutes=10)], [], id="somebody else signed in"),
        pytest.param([*refusals("Wrong code entered"), an_entry(minutes=10)], [], id="mistyped codes"),
        pytest.param([*at_home("u0"), *refusals(NO_ANSWER), an_entry(minutes=10)], [], id="a telephone that was off"),
        pytest.param(
            [*at_home("u1"), *refusals(), an_entry(minutes=10)], ["u0"], id="where only somebody else is at home"
        ),
    ],
)
def test_requests_that_wear_the_owner_down_fail_when_one_is_approved(log: list[Row], expected: list[str]) -> None:
    result = judge(log)

    assert (failing(result), unknown(result)) == (expected, [])


def without(rows: list[Row], number: int, *columns: str) -> list[Row]:
    """The rows, one of which does not say something."""
    return [one | dict.fromkeys(columns) if at == number else one for at, one in enumerate(rows)]


SPRAYED = [*a_spray(), an_entry()]
WORN_DOWN = [*refusals(), an_entry(minutes=10)]


@pytest.mark.parametrize("number", [0, 3, len(SPRAYED) - 1])
@pytest.mark.parametrize("column", ["ip_address", "error_code", "created_date_time"])
def test_a_row_of_a_spray_that_does_not_say_everything_leaves_it_unknown(number: int, column: str) -> None:
    result = judge(without(SPRAYED, number, column))

    assert (failing(result), result.verdict) == ([], Verdict.NOT_ASSESSED)
    assert "u0" in unknown(result)


@pytest.mark.parametrize("number", [0, len(WORN_DOWN) - 1])
@pytest.mark.parametrize("column", ["ip_address", "error_code", "created_date_time"])
def test_a_row_of_an_approval_that_does_not_say_everything_leaves_it_unknown(number: int, column: str) -> None:
    result = judge(without(WORN_DOWN, number, column))

    assert (failing(result), unknown(result)) == ([], ["u0"])


@pytest.mark.parametrize("log", [SPRAYED, WORN_DOWN])
def test_an_entry_into_an_account_that_is_not_named_is_a_gap(log: list[Row]) -> None:
    result = judge(without(log, len(log) - 1, "user_id"))

    assert (result.verdict, result.population) == (Verdict.NOT_ASSESSED, ())
    assert [gap.reason for gap in result.gaps] == ["accounts_not_named"]


@pytest.mark.parametrize("address", [None, "", "unknown"])
def test_rows_without_an_address_are_neither_one_place_nor_a_worry_of_their_own(address: str | None) -> None:
    office = [row(f"u{number}", number * 60, address=address) for number in range(20)]
    mistakes = [row(f"u{number}", number * 60 + 1, WRONG, address) for number in range(20)]

    assert judge([*office, *mistakes]).verdict is Verdict.PASS


def test_a_sign_in_from_no_known_address_near_a_spray_may_be_the_entry() -> None:
    result = judge([*a_spray(), an_entry(address=None)])

    assert unknown(result) == ["u0"]


def test_a_log_of_which_a_part_is_missing_shows_what_it_has_and_clears_nobody() -> None:
    states = {"sign_ins": Coverage(TableState.PARTIAL, reason="Throttled", mend="rescan")}

    result = judge([*SPRAYED, row("u7", 0, address=OFFICE)], states=states)

    assert (result.verdict, failing(result), result.population) == (Verdict.FAIL, ["u0"], ("u0",))
    assert result.at_least


def test_a_log_of_which_a_part_is_missing_never_passes() -> None:
    result = judge([row("u7", 0)], states={"sign_ins": TableState.PARTIAL})

    assert (result.verdict, result.population) == (Verdict.NOT_ASSESSED, ())


def test_without_the_licence_for_the_log_it_is_not_assessed() -> None:
    states = {"sign_ins": Coverage(TableState.UNLICENSED, mend="license:AAD_PREMIUM")}

    result = judge([], states=states)

    assert result.verdict is Verdict.NOT_ASSESSED
    assert "Microsoft Entra ID P1" in result.reason


def test_only_the_last_thirty_days_are_looked_at() -> None:
    log = [one | {"created_date_time": one["created_date_time"] - timedelta(days=30)} for one in SPRAYED]

    assert judge(log).population == ()


def test_everybody_in_the_log_is_judged_and_the_evidence_says_how_they_got_in() -> None:
    result = judge([*SPRAYED, row("u7", 0, address=OFFICE)])

    assert result.population == ("u0", "u1", "u2", "u3", "u4", "u7")
    (found,) = result.failing
    assert found.object_name == "Name of u0"
    assert found.evidence == {
        "attack": "spray",
        "entered_at": "2026-11-20T06:30:00Z",
        "source_address": STRANGE,
        "tried": 5,
    }
