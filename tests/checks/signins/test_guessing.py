from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, levels, people, rows_of
from engine_kit import HOME, STRANGE, at, examined
from password_kit import EDGE, IPHONE, SCRIPT, days, unit, wrong

from checks.signins.units import Level

D04 = unit("D04")
CARRIER = {"user_agent": IPHONE, "autonomous_system_number": 64497, "country_or_region": "BE"}


def tries(count: int, user: str = "user-1", minutes: float = 9, begin: float = 0, **given: object) -> list[Row]:
    """So many wrong passwords, spread evenly over some minutes."""
    return [wrong(begin + turn * minutes / (count - 1), user, **given) for turn in range(count)]


KNOWN: Final = days(ip_address="203.0.113.200", **CARRIER)
ROAMING: Final = [
    row | {"ip_address": f"203.0.{hour}.9"} for hour in range(0, 40, 2) for row in tries(10, begin=60 * hour, **CARRIER)
]
"""A telephone with an old password asks ten times every two hours, each time from another address."""
UNNUMBERED: Final = CARRIER | {"autonomous_system_number": None, "ip_address": "203.0.113.200"}


def hammered(**network: object) -> list[Row]:
    return [row for hour in range(0, 30, 3) for row in tries(10, begin=60 * hour, **CARRIER | network)]


GUESSES: Final[Table] = {
    "ten wrong passwords in ten minutes": (tries(10, minutes=10), 1),
    "nine wrong passwords in nine minutes": (tries(9), 0),
    "nineteen": (tries(19), 1),
    "twenty are no bad day": (tries(20), 1),
    **{
        f"the window slides over every edge of the clock, from minute {begin}": (tries(10, begin=begin), 1)
        for begin in (1, 5, 9)
    },
    "the tenth a second after the window": ([*tries(9, minutes=9), wrong(10 + 1 / 60)], 0),
    "addresses do not divide the guesses": (
        [row | {"ip_address": f"198.51.{n}.7"} for n, row in enumerate(tries(12))],
        1,
    ),
    "tries at an account that they have locked": (
        [*tries(6, minutes=4), *tries(4, begin=5, minutes=4, error_code=50053)],
        1,
    ),
    "an hour between": ([*tries(10), *tries(10, begin=70)], 2),
    "a forgetful owner at home": ([*days(), *tries(12, ip_address=HOME, user_agent=EDGE)], 0),
    "a script at home": ([*days(), *tries(12, ip_address=HOME, user_agent=SCRIPT)], 1),
    "a telephone with an old password under way for days": ([*KNOWN, *ROAMING], 0),
    "less than a day is not told apart": ([*KNOWN, *ROAMING[:100]], 10),
    "a telephone where no numbers of networks were read": (
        [*days(**CARRIER | {"ip_address": "203.0.14.1"}), *hammered(**UNNUMBERED)],
        0,
    ),
    "a rented server tries for days": ([*KNOWN, *hammered(autonomous_system_number=14061)], 10),
    "a strange network tries for days": ([*KNOWN, *hammered(autonomous_system_number=64510)], 10),
    "names that do not exist": (
        tries(12, user_id=None, error_code=50034, user_principal_name="x@contoso.example"),
        0,
    ),
}
"""Wrong passwords of one person, and how often they are guessing."""


@pytest.fixture(scope="module")
def guesses() -> Found:
    return by_case(D04, rows_of(GUESSES))


def test_ten_wrong_passwords_in_ten_minutes_where_the_owner_is_not_are_guessing(guesses: Found) -> None:
    assert people(guesses) == {case: ["user-1"] * times for case, times in expected_of(GUESSES).items()}


def test_guessing_says_from_where_when_and_how_often(guesses: Found) -> None:
    [found] = guesses["ten wrong passwords in ten minutes"]
    [divided] = guesses["addresses do not divide the guesses"]

    assert (found.source, found.times) == (STRANGE, 10)
    assert (found.first, found.last, found.succeeded) == (at(0), at(10), False)
    assert (divided.facts["tries"], divided.facts["addresses"]) == (12, 12)


def test_twenty_of_them_are_no_bad_day(guesses: Found) -> None:
    worth = levels(guesses)

    assert worth["ten wrong passwords in ten minutes"] == worth["nineteen"] == [Level.LISTED]
    assert worth["twenty are no bad day"] == [Level.MEDIUM]


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("user_id", "ip_address", "error_code", "user_agent", "autonomous_system_number")
    rows = [tries(11, f"of-{column}") for column in columns]
    result = examined(
        [
            row
            for (first, *others), column in zip(rows, columns, strict=True)
            for row in [{**first, column: None}, *others]
        ],
        [D04],
    )

    assert result.units[0].evaluated
    assert {one.user_id for one in result.detections} == {f"of-{column}" for column in columns}
