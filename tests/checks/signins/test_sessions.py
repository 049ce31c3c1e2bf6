import pytest
from engine_kit import at, detections, examined, whom
from place_kit import (
    ALICANTE,
    CHROME_LINUX,
    HOME_OF_ONE,
    IPHONE,
    LAGOS,
    LILLE,
    MANAGED,
    OFFICE,
    OUTLOOK_IPHONE,
    SAO_PAULO,
    SCRIPT,
    SERVER,
    TRAIN,
    days,
    sign_in,
    token,
    unit,
)

from checks.signins.units import Family, Level

D24 = unit("D24")
USUAL = days()
ONE = {"session_id": "session-1"}


def test_a_session_that_goes_on_in_another_country_by_another_program_is_one_on_two_networks() -> None:
    [found] = detections(D24, [*USUAL, sign_in(0, **ONE), token(30, LAGOS, user_agent=CHROME_LINUX)])

    assert (found.user_id, found.source, found.level) == ("user-1", "198.51.100.7", Level.HIGH)
    assert (found.facts["other_country"], found.facts["other_program"]) == (True, True)
    assert (found.succeeded, found.approved) == (True, True)


def test_with_the_owners_own_program_it_is_told_where_nobody_travels_so_fast() -> None:
    assert whom(D24, [*USUAL, sign_in(0, **ONE), token(60, LAGOS)]) == ["user-1"]
    assert [one.level for one in detections(D24, [*USUAL, sign_in(0, **ONE), token(8 * 60, LAGOS)])] == [Level.LISTED]


def test_from_a_rented_server_it_is_told_with_any_program() -> None:
    [found] = detections(D24, [*USUAL, sign_in(0, **ONE), sign_in(8 * 60, SERVER, **ONE)])

    assert found.level is Level.HIGH


def test_a_script_in_the_own_country_is_told() -> None:
    near = HOME_OF_ONE | {"ip_address": "203.0.113.77", "autonomous_system_number": 64509}
    [found] = detections(D24, [*USUAL, sign_in(0, **ONE), token(30, near, user_agent=SCRIPT)])

    assert (found.level, found.facts["other_country"]) == (Level.MEDIUM, False)


def test_another_kind_of_computer_on_the_same_network_is_told() -> None:
    [found] = detections(D24, [*USUAL, sign_in(0, **ONE), token(30, OFFICE, user_agent=CHROME_LINUX)])

    assert found.facts["networks"] == 1


def test_another_program_of_the_same_computer_is_none() -> None:
    word = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Word 16.0; Pro)"

    assert not detections(D24, [*USUAL, sign_in(0, **ONE), token(30, OFFICE, user_agent=word)])


def test_two_sessions_are_not_one() -> None:
    assert not detections(D24, [*USUAL, sign_in(0, **ONE), token(30, LAGOS, session_id="session-2", user_agent=SCRIPT)])


@pytest.mark.parametrize("place", [HOME_OF_ONE, LILLE, TRAIN], ids=["home", "Lille", "train"])
def test_a_computer_that_is_carried_goes_on(place: dict[str, object]) -> None:
    assert not detections(D24, [*USUAL, sign_in(0, **ONE), sign_in(70, place, **ONE), token(90, place), token(200)])


def test_a_computer_on_a_far_holiday_is_listed_and_says_no_more_than_the_new_country() -> None:
    rows = [*USUAL, sign_in(0, **ONE)]
    rows += [sign_in(24 * 60 + minute, ALICANTE, **ONE) for minute in range(0, 7 * 24 * 60, 600)]

    assert {one.level for one in detections(D24, rows)} == {Level.LISTED}
    assert D24.family_of(Level.LISTED) is Family.PLACE
    assert D24.family_of(Level.MEDIUM) is Family.SESSION


def test_telephones_change_between_carrier_and_house() -> None:
    telephone = {"user_agent": OUTLOOK_IPHONE, "session_id": "session-9"}
    rows = [token(minute, place, **telephone) for minute, place in enumerate([OFFICE, HOME_OF_ONE, ALICANTE, LILLE])]

    assert not detections(D24, [*USUAL, *rows])


def test_a_telephones_session_on_a_rented_server_is_told() -> None:
    telephone = {"user_agent": IPHONE, "session_id": "session-9"}

    assert whom(D24, [*USUAL, sign_in(0, **telephone), token(30, SERVER, **telephone)]) == ["user-1"]


def test_networks_of_the_person_and_of_colleagues_are_known() -> None:
    own = days(place=SAO_PAULO)
    colleagues = days(["user-2", "user-3", "user-4"], place=SAO_PAULO)
    rows = [*USUAL, sign_in(0, **ONE), token(30, SAO_PAULO)]

    assert whom(D24, rows) == ["user-1"]
    assert not detections(D24, [*own, *rows])
    assert not detections(D24, [*colleagues, *rows])


def test_microsoft_signs_in_for_people() -> None:
    behind = LAGOS | {"autonomous_system_number": 8075}

    assert not detections(D24, [*USUAL, sign_in(0, **ONE), token(30, behind)])


def test_a_device_of_the_firm_carries_its_session() -> None:
    assert not detections(D24, [*USUAL, sign_in(0, **ONE), token(30, SERVER, **MANAGED)])


def test_version_four_and_six_of_one_carrier_are_one_network() -> None:
    six = OFFICE | {"ip_address": "2001:db8:7:7::1"}

    assert not detections(D24, [*USUAL, sign_in(0, **ONE), token(5, six), token(10)])


def test_a_failure_uses_no_session() -> None:
    assert not detections(D24, [*USUAL, sign_in(0, **ONE), sign_in(30, SERVER, error_code=50126, **ONE)])


def test_what_is_told_does_not_depend_on_which_came_first() -> None:
    assert whom(D24, [*USUAL, token(0, SERVER), sign_in(30, **ONE)]) == ["user-1"]


def test_rows_without_session_network_or_person_are_passed_over_and_leave_it_open() -> None:
    rows = [token(30, SERVER, session_id=None), token(31, SERVER | {"autonomous_system_number": None}, user_agent=None)]
    told = examined([*USUAL, sign_in(0, **ONE), *rows, token(32, SERVER, user_id=None)], [D24])

    assert "D24" in told.doubts.get(None, frozenset())
    assert all(one.first >= at(0) for one in told.detections)
