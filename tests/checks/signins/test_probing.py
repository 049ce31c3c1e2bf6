import pytest
from builders.rows import Row
from engine_kit import HOME, STRANGE, detections, examined, whom
from password_kit import days, own, right, unit, wrong

from checks.signins.units import Level

pytestmark = pytest.mark.deep
"""Of the detections that are no part of the first seventeen; each examines a log."""

D13 = unit("D13")
D15 = unit("D15")
CODE = '[{"authenticationMethod":"OATH verification code","succeeded":false,"authenticationStepResultDetail":"denied"}]'


def codes(count: int, sessions: int, user: str = "user-1", minutes: float = 2) -> list[Row]:
    return [
        wrong(
            turn * minutes, user, error_code=500121, authentication_details=CODE, session_id=f"{user} {turn % sessions}"
        )
        for turn in range(count)
    ]


def sweep(apps: int, programs: int, user: str = "user-1", minutes: float = 4, **given: object) -> list[Row]:
    return [
        right(
            turn * minutes,
            user,
            **{"app_id": f"app-{turn % apps}", "user_agent": f"Mozilla/5.0 program-{turn % programs}"} | given,
        )
        for turn in range(max(apps, programs))
    ]


def test_twenty_codes_in_ten_sessions_within_the_hour_are_tried_one_by_one() -> None:
    [found] = detections(D13, [*codes(20, 10), *codes(19, 10, "user-2"), *codes(20, 9, "user-3")])

    assert (found.user_id, found.source, found.times, found.level) == ("user-1", STRANGE, 20, Level.MEDIUM)
    assert (found.succeeded, found.approved) == (True, False)


def test_codes_spread_over_hours_are_a_wrong_clock() -> None:
    assert not detections(D13, codes(20, 20, minutes=3.2))


def test_three_services_with_four_programs_from_one_address_are_a_search() -> None:
    [found] = detections(
        D15, [*sweep(3, 4), *sweep(2, 4, "user-2"), *sweep(3, 3, "user-3"), *sweep(3, 4, "user-4", minutes=7)]
    )

    assert (found.user_id, found.facts["apps"], found.facts["programs"]) == ("user-1", 3, 4)
    assert (found.succeeded, found.approved, found.level) == (True, True, Level.MEDIUM)


def test_a_search_that_is_stopped_everywhere_is_one_too() -> None:
    [found] = detections(D15, sweep(3, 4, error_code=50076))

    assert (found.succeeded, found.approved) == (True, False)


def test_a_busy_morning_where_the_person_always_works_is_none() -> None:
    assert not detections(D15, [*days(), *sweep(5, 6, ip_address=HOME)])


def test_a_search_goes_on_after_its_first_success() -> None:
    assert whom(D15, [*sweep(1, 1), *sweep(3, 4)]) == ["user-1"]


def test_silent_requests_and_devices_of_the_firm_search_nothing() -> None:
    assert not detections(D15, sweep(3, 4, is_interactive=False, client_app_used="Exchange ActiveSync"))
    assert not detections(D15, sweep(3, 4, device_is_compliant=True))


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("user_id", "ip_address", "error_code", "user_agent", "app_id", "session_id")
    users = [f"of-{column}" for column in columns]
    rows = [row for user in users for row in [*codes(21, 11, user), *sweep(4, 6, user, minutes=2)]]
    silent = [
        {**row, column: None}
        for user, column in zip(users, columns, strict=True)
        for row in (codes(1, 1, user)[0], sweep(1, 1, user)[0])
    ]

    result = examined([*silent, *rows, own()], [D13, D15])

    assert {(one.unit, one.user_id) for one in result.detections} == {
        (name, user) for user in users for name in ("D13", "D15")
    }
