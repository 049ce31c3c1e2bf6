from datetime import timedelta

import pytest
from engine_kit import START, a_baseline, at, detections, examined, whom
from place_kit import HOME_OF_ONE, IPHONE, LAGOS, MANAGED, OFFICE, days, sign_in, token, unit

from checks.signins.units import Level

D39 = unit("D39")
D40 = unit("D40")
DAY = 24 * 60
EMERGENCY = {"break_glass": frozenset({"bg1@contoso.example"})}


def test_a_sign_in_after_sixty_days_of_silence_wakes_an_account() -> None:
    [found] = detections(D39, [sign_in(-60 * DAY), sign_in(0)])

    assert (found.user_id, found.level, found.facts) == ("user-1", Level.LISTED, {"days": 60})
    assert found.succeeded


@pytest.mark.parametrize(("silence", "is_found"), [(60, True), (59.9, False)])
def test_less_than_sixty_days_are_a_holiday(silence: float, is_found: bool) -> None:  # noqa: FBT001 - a table
    assert bool(whom(D39, [sign_in(-silence * DAY), sign_in(0)])) is is_found


def test_guests_may_be_silent_for_ninety_days() -> None:
    guest = {"user_type": "guest"}
    weeks = [a_baseline("user-1", "week", "2026-W32", first_seen=at(-95 * DAY), last_seen=at(-95 * DAY))]

    assert not detections(D39, [sign_in(-70 * DAY, **guest), sign_in(0, **guest)])
    assert whom(D39, [sign_in(0, **guest), *days(["user-2"], lasting=80)], baselines=weeks) == ["user-1"]


def test_a_silence_that_began_before_the_log_is_known_from_the_baseline() -> None:
    weeks = [a_baseline("user-1", "week", "2026-W25", last_seen=START - timedelta(days=140))]

    assert whom(D39, [sign_in(0), *days(["user-2"], lasting=80)], baselines=weeks) == ["user-1"]
    assert not detections(D39, [sign_in(0), *days(["user-2"], lasting=80)])


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


def test_from_a_new_country_it_is_worth_a_look() -> None:
    [found] = detections(D39, [sign_in(-70 * DAY), sign_in(0, LAGOS)])

    assert found.level is Level.MEDIUM


def test_failures_wake_nobody_and_do_not_keep_awake() -> None:
    assert not detections(D39, [sign_in(-70 * DAY), sign_in(0, LAGOS, error_code=50126)])
    assert whom(D39, [sign_in(-70 * DAY), sign_in(-5 * DAY, error_code=50126), sign_in(0)]) == ["user-1"]


def test_a_telephone_that_went_on_renewing_was_awake() -> None:
    assert not detections(D39, [sign_in(-70 * DAY), token(-30 * DAY, user_agent=IPHONE), sign_in(0)])


def test_a_partner_back_from_leave_at_a_computer_of_the_firm_is_back() -> None:
    rows = [sign_in(-100 * DAY), sign_in(0, OFFICE, **MANAGED), sign_in(30, HOME_OF_ONE, user_agent=IPHONE)]

    assert not detections(D39, rows, log_since=START - timedelta(days=120))


def test_a_log_that_reaches_back_less_far_says_nothing() -> None:
    [state] = examined([sign_in(-59 * DAY), sign_in(0)], [D39], log_since=START - timedelta(days=50)).units

    assert (state.evaluated, state.because) == (False, "log_too_short")


@pytest.mark.parametrize("code", [0, 50126, 50053, 50076])
def test_every_try_at_an_emergency_account_is_high(code: int) -> None:
    row = sign_in(0, user="bg1", error_code=code)
    [found] = detections(D40, [*days(), row], **EMERGENCY)

    assert (found.user_id, found.level, found.succeeded) == ("bg1", Level.HIGH, code in (0, 50076))


def test_a_session_of_an_emergency_account_that_is_renewed_in_silence_is_a_use_of_it() -> None:
    [found] = detections(
        D40, [*days(), token(0, LAGOS, user="bg1", user_principal_name="BG1@contoso.example")], **EMERGENCY
    )

    assert (found.user_id, found.level, found.succeeded, found.countries) == ("bg1", Level.HIGH, True, ("NG",))
    assert not detections(D40, [*days(), token(0, LAGOS)], **EMERGENCY)


def test_emergency_accounts_are_found_however_their_name_is_written() -> None:
    row = sign_in(0, user_id=None, user_principal_name="BG1@contoso.example", error_code=50126)

    assert len(detections(D40, [*days(), row], **EMERGENCY)) == 1


def test_a_test_of_one_hour_is_told_once_and_one_of_next_week_again() -> None:
    rows = [sign_in(minute, user="bg1") for minute in (0, 20, 40, -8 * DAY)]

    assert [one.times for one in detections(D40, rows, **EMERGENCY)] == [1, 3]


def test_other_accounts_are_none_and_without_statement_it_is_not_evaluated() -> None:
    [state] = examined([sign_in(0, user="bg1")], [D40]).units

    assert not detections(D40, [sign_in(0, user="user-1")], **EMERGENCY)
    assert (state.evaluated, state.because) == (False, "not_stated:break_glass")


def test_rows_that_do_not_say_who_leave_both_open() -> None:
    rows = [*days(lasting=80), sign_in(0, user_id=None, user_principal_name=None)]
    told = examined(rows, [D39, D40], **EMERGENCY)

    assert not told.detections
    assert told.doubts[None] == {"D39", "D40"}
