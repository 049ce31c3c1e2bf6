from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, levels, rows_of
from engine_kit import at, examined
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
BEGUN: Final = [*USUAL, sign_in(0, **ONE)]
"""Somebody begins a session at the office, as every day."""
WORD = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Word 16.0; Pro)"
TELEPHONE = {"user_agent": OUTLOOK_IPHONE, "session_id": "session-9"}
SAFARI_ON_IT = {"user_agent": IPHONE, "session_id": "session-9"}
NEAR = HOME_OF_ONE | {"ip_address": "203.0.113.77", "autonomous_system_number": 64509}


def carried(place: Row) -> list[Row]:
    return [*BEGUN, sign_in(70, place, **ONE), token(90, place), token(200)]


SESSIONS: Final[Table] = {
    "in another country by another program": ([*BEGUN, token(30, LAGOS, user_agent=CHROME_LINUX)], [Level.HIGH]),
    "by the owner's own program where nobody travels so fast": ([*BEGUN, token(60, LAGOS)], [Level.MEDIUM]),
    "by the owner's own program later": ([*BEGUN, token(8 * 60, LAGOS)], [Level.LISTED]),
    "from a rented server with any program": ([*BEGUN, sign_in(8 * 60, SERVER, **ONE)], [Level.HIGH]),
    "a script in the own country": ([*BEGUN, token(30, NEAR, user_agent=SCRIPT)], [Level.MEDIUM]),
    "another kind of computer on the same network": (
        [*BEGUN, token(30, OFFICE, user_agent=CHROME_LINUX)],
        [Level.MEDIUM],
    ),
    "another program of the same computer": ([*BEGUN, token(30, OFFICE, user_agent=WORD)], []),
    "two sessions": ([*BEGUN, token(30, LAGOS, session_id="session-2", user_agent=SCRIPT)], []),
    "a computer that is carried home": (carried(HOME_OF_ONE), []),
    "a computer that is carried to Lille": (carried(LILLE), []),
    "a computer that is carried in a train": (carried(TRAIN), []),
    "a computer on a far holiday": (
        [*BEGUN, *(sign_in(24 * 60 + minute, ALICANTE, **ONE) for minute in range(0, 7 * 24 * 60, 600))],
        [Level.LISTED],
    ),
    "a telephone between carrier and house": (
        [
            *USUAL,
            *(token(minute, place, **TELEPHONE) for minute, place in enumerate([OFFICE, HOME_OF_ONE, ALICANTE, LILLE])),
        ],
        [],
    ),
    "a telephone's session on a rented server": (
        [*USUAL, sign_in(0, **SAFARI_ON_IT), token(30, SERVER, **SAFARI_ON_IT)],
        [Level.HIGH],
    ),
    "a network that nobody knows": ([*BEGUN, token(30, SAO_PAULO)], [Level.MEDIUM]),
    "a network of the person's own": ([*days(place=SAO_PAULO), *BEGUN, token(30, SAO_PAULO)], []),
    "a network of colleagues": (
        [*days(["user-2", "user-3", "user-4"], place=SAO_PAULO), *BEGUN, token(30, SAO_PAULO)],
        [],
    ),
    "Microsoft signs in for people": ([*BEGUN, token(30, LAGOS | {"autonomous_system_number": 8075})], []),
    "a device of the firm": ([*BEGUN, token(30, SERVER, **MANAGED)], []),
    "version four and six of one carrier": (
        [*BEGUN, token(5, OFFICE | {"ip_address": "2001:db8:7:7::1"}), token(10)],
        [],
    ),
    "a failure uses no session": ([*BEGUN, sign_in(30, SERVER, error_code=50126, **ONE)], []),
    "the stranger came first": ([*USUAL, token(0, SERVER), sign_in(30, **ONE)], [Level.MEDIUM]),
}
"""Sessions that go on, and what that is worth."""


@pytest.fixture(scope="module")
def sessions() -> Found:
    return by_case(D24, rows_of(SESSIONS))


def test_a_session_that_goes_on_where_its_owner_is_not_is_told(sessions: Found) -> None:
    assert levels(sessions) == expected_of(SESSIONS)
    assert {one.user_id for ones in sessions.values() for one in ones} == {"user-1"}


def test_a_session_on_two_networks_says_what_changed(sessions: Found) -> None:
    [found] = sessions["in another country by another program"]
    [near] = sessions["a script in the own country"]
    [same] = sessions["another kind of computer on the same network"]

    assert found.source == "198.51.100.7"
    assert (found.facts["other_country"], found.facts["other_program"]) == (True, True)
    assert (found.succeeded, found.approved) == (True, True)
    assert near.facts["other_country"] is False
    assert same.facts["networks"] == 1


def test_a_far_journey_is_told_as_the_new_country_is() -> None:
    assert D24.family_of(Level.LISTED) is Family.PLACE
    assert D24.family_of(Level.MEDIUM) is Family.SESSION


def test_rows_without_session_network_or_person_are_passed_over_and_leave_it_open() -> None:
    rows = [token(30, SERVER, session_id=None), token(31, SERVER | {"autonomous_system_number": None}, user_agent=None)]
    told = examined([*USUAL, sign_in(0, **ONE), *rows, token(32, SERVER, user_id=None)], [D24])

    assert "D24" in told.doubts.get(None, frozenset())
    assert all(one.first >= at(0) for one in told.detections)
