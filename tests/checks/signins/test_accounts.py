from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, levels, people, rows_of
from engine_kit import START, a_baseline, at, examined
from place_kit import HOME_OF_ONE, IPHONE, LAGOS, MANAGED, OFFICE, days, sign_in, token, unit

from checks.signins.units import Level

D39 = unit("D39")
D40 = unit("D40")
DAY = 24 * 60
NAMED = "bg1@contoso.example"
EMERGENCY = {"break_glass": frozenset({NAMED})}
GUEST = {"user_type": "guest"}
COLLEAGUE: Final = days(["user-2"], lasting=80)

SILENCES: Final[Table] = {
    "sixty days": ([sign_in(-60 * DAY), sign_in(0)], ["user-1"]),
    "less than sixty days are a holiday": ([sign_in(-59.9 * DAY), sign_in(0)], []),
    "seventy days of a guest": ([sign_in(-70 * DAY, **GUEST), sign_in(0, **GUEST)], []),
    "ninety days of a guest, as the baseline knows": ([sign_in(0, **GUEST), *COLLEAGUE], ["user-1"]),
    "a silence that began before the log, as the baseline knows": ([sign_in(0), *COLLEAGUE], ["user-1"]),
    "a first sign-in that no baseline knows": ([sign_in(0), *COLLEAGUE], []),
    "ended in a new country": ([sign_in(-70 * DAY), sign_in(0, LAGOS)], ["user-1"]),
    "a failure wakes nobody": ([sign_in(-70 * DAY), sign_in(0, LAGOS, error_code=50126)], []),
    "a failure does not keep awake": (
        [sign_in(-70 * DAY), sign_in(-5 * DAY, error_code=50126), sign_in(0)],
        ["user-1"],
    ),
    "a telephone went on renewing": (
        [sign_in(-70 * DAY), token(-30 * DAY, user_agent=IPHONE), sign_in(0)],
        [],
    ),
}
"""When somebody signed in before, and who woke up."""
WEEKS: Final[dict[str, Sequence[Row]]] = {
    "ninety days of a guest, as the baseline knows": [
        a_baseline("user-1", "week", "2026-W32", first_seen=at(-95 * DAY), last_seen=at(-95 * DAY))
    ],
    "a silence that began before the log, as the baseline knows": [
        a_baseline("user-1", "week", "2026-W25", last_seen=START - timedelta(days=140))
    ],
}
BACK_FROM_LEAVE: Final[Table] = {
    "at a computer of the firm": (
        [sign_in(-100 * DAY), sign_in(0, OFFICE, **MANAGED), sign_in(30, HOME_OF_ONE, user_agent=IPHONE)],
        [],
    ),
    "at a computer that nobody manages": ([sign_in(-100 * DAY), sign_in(0, OFFICE)], ["user-1"]),
}


def at_the_emergency_account(code: int) -> list[Row]:
    return [*days(), sign_in(0, user="bg1", error_code=code)]


EMERGENCIES: Final[Table] = {
    **{f"code {code}": (at_the_emergency_account(code), ["bg1"]) for code in (0, 50126, 50053, 50076)},
    "a session renewed in silence": (
        [*days(), token(0, LAGOS, user="bg1", user_principal_name="BG1@contoso.example")],
        ["bg1"],
    ),
    "a session of somebody else renewed in silence": ([*days(), token(0, LAGOS)], []),
    "a name written in capitals, and no id": (
        [*days(), sign_in(0, user_id=None, user_principal_name="BG1@contoso.example", error_code=50126)],
        ["192.0.2.1"],
    ),
    "a test of one hour, and one of a week before": (
        [sign_in(minute, user="bg1") for minute in (0, 20, 40, -8 * DAY)],
        ["bg1", "bg1"],
    ),
    "another account": ([sign_in(0, user="user-1")], []),
}
"""Who signs in or tries to, and whose emergency account it is."""


@pytest.fixture(scope="module")
def silences() -> Found:
    return by_case(D39, rows_of(SILENCES), baselines=WEEKS)


@pytest.fixture(scope="module")
def emergencies() -> Found:
    return by_case(D40, rows_of(EMERGENCIES), break_glass=[NAMED])


def test_a_sign_in_after_sixty_days_of_silence_wakes_an_account(silences: Found) -> None:
    assert people(silences) == expected_of(SILENCES)


def test_a_silence_says_how_long_it_was_and_is_worth_a_look_in_a_new_country(silences: Found) -> None:
    [found] = silences["sixty days"]

    assert (found.level, found.facts) == (Level.LISTED, {"days": 60})
    assert found.succeeded
    assert levels(silences)["ended in a new country"] == [Level.MEDIUM]


@pytest.mark.parametrize(("pause", "is_found"), [(4, True), (7, False)])
def test_a_pause_in_reading_is_nobody_s_silence_though_the_baseline_goes_back_further(
    pause: int,
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    def week(user: str, ago: int) -> dict[str, object]:
        ended = START - timedelta(days=ago)
        return a_baseline(user, "week", f"{ago}", first_seen=ended - timedelta(days=6), last_seen=ended)

    weeks = [week("user-2", ago) for ago in range(30 + pause, 120, 7)]
    rows = [sign_in(0), *days(["user-2"], lasting=30)]
    told = examined(rows, [D39], baselines=[*weeks, week("user-1", 95)], log_since=START - timedelta(days=30))

    assert [one.user_id for one in told.detections] == ["user-1"] * is_found
    assert told.units[0].because == ("" if is_found else "log_too_short")


def test_a_partner_back_from_leave_at_a_computer_of_the_firm_is_back() -> None:
    found = by_case(D39, rows_of(BACK_FROM_LEAVE), log_since=START - timedelta(days=120))

    assert people(found) == expected_of(BACK_FROM_LEAVE)


def test_a_log_that_reaches_back_less_far_says_nothing() -> None:
    [state] = examined([sign_in(-59 * DAY), sign_in(0)], [D39], log_since=START - timedelta(days=50)).units

    assert (state.evaluated, state.because) == (False, "log_too_short")


def test_every_try_at_an_emergency_account_is_told_however_its_name_is_written(emergencies: Found) -> None:
    assert people(emergencies) == expected_of(EMERGENCIES)


def test_every_try_at_an_emergency_account_is_high(emergencies: Found) -> None:
    assert {level for ones in levels(emergencies).values() for level in ones} == {Level.HIGH}
    assert {code: emergencies[f"code {code}"][0].succeeded for code in (0, 50126, 50053, 50076)} == {
        0: True,
        50126: False,
        50053: False,
        50076: True,
    }


def test_a_use_of_an_emergency_account_says_where_and_how_often(emergencies: Found) -> None:
    [renewed] = emergencies["a session renewed in silence"]

    assert (renewed.succeeded, renewed.countries) == (True, ("NG",))
    assert [one.times for one in emergencies["a test of one hour, and one of a week before"]] == [1, 3]


def test_without_statement_of_emergency_accounts_none_is_looked_for() -> None:
    [state] = examined([sign_in(0, user="bg1")], [D40]).units

    assert (state.evaluated, state.because) == (False, "not_stated:break_glass")


def test_rows_that_do_not_say_who_leave_both_open() -> None:
    rows = [*days(lasting=80), sign_in(0, user_id=None, user_principal_name=None)]
    told = examined(rows, [D39, D40], **EMERGENCY)

    assert not told.detections
    assert told.doubts[None] == {"D39", "D40"}
