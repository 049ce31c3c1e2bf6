from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, levels, people, rows_of
from engine_kit import HOME, STRANGE, at, detections, examined
from password_kit import EDGE, IPHONE, LINUX, SCRIPT, days, everybody, own, right, unit, wrong

from checks.signins.units import Level

D01 = unit("D01")
D02 = unit("D02")
FIVE = everybody(5)
AGENTS = [f"Mozilla/5.0 (Windows NT 10.0) Chrome/{number}.0 Safari/537.36" for number in range(100, 120)]
CODES: Final = {f"198.51.{code % 256}.7": code for code in (50126, 50034, 50053, 50055, 50056, 50057, 50064)}
"""Every answer to a tried password, from an address of its own."""
NOBODY: Final = {"user_id": None, "error_code": 50034}
WIFI: Final = {"ip_address": STRANGE, "user_agent": EDGE}


def a_spray(users: list[str], minutes_apart: float = 4, **given: object) -> list[Row]:
    return [wrong(turn * minutes_apart, user, **given) for turn, user in enumerate(users)]


def differing(count: int, begin: float = 0, minutes_apart: float = 1) -> list[Row]:
    """People tried, each by a program of its own."""
    return [
        wrong(begin + turn * minutes_apart, user, user_agent=AGENTS[turn]) for turn, user in enumerate(everybody(count))
    ]


def late(minutes: float) -> Row:
    return wrong(minutes, "user-5", user_agent=AGENTS[5])


def names(count: int, spelt: str = "name") -> list[Row]:
    """Names tried that do not exist."""
    return [wrong(turn, user_principal_name=f"{spelt}{turn}@contoso.example", **NOBODY) for turn in range(count)]


def nameless(count: int, **given: object) -> list[Row]:
    return a_spray([f"name-{turn}" for turn in range(count)], user_id=None, **given)


def named(count: int) -> list[Row]:
    return [row | {"user_principal_name": f"p{turn}@contoso.example"} for turn, row in enumerate(nameless(count))]


OFFICE: Final = everybody(12)
SPRAYS: Final[Table] = {
    "five people from one address": (a_spray(FIVE), [STRANGE]),
    "four people with several programs": (differing(4), []),
    **{
        f"the window slides over every edge of the clock, from minute {begin}": (differing(5, begin, 5), [STRANGE])
        for begin in (0, 7, 13, 18)
    },
    "five people within twenty minutes": ([*differing(4), late(20)], [STRANGE]),
    "five people within twenty minutes and a second": ([*differing(4), late(20 + 1 / 60)], []),
    "the same person five times": (a_spray(["user-1"] * 5), []),
    "several apps do not divide a spray": (
        [row | {"app_id": f"app-{turn}"} for turn, row in enumerate(differing(5))],
        [STRANGE],
    ),
    "devices of one network of version six are one source": (
        [wrong(turn, user, ip_address=f"2001:db8:0:7::{turn + 1}") for turn, user in enumerate(FIVE)],
        ["2001:db8:0:7::/64"],
    ),
    "two hours without a try": (
        a_spray(FIVE) + [wrong(140 + turn, user) for turn, user in enumerate(FIVE)],
        [STRANGE, STRANGE],
    ),
    "every answer to a tried password": (
        [
            row
            for address, code in CODES.items()
            for row in a_spray([f"{code}-{turn}" for turn in range(5)], ip_address=address, error_code=code)
        ],
        sorted(CODES, key=lambda address: [int(part) for part in address.split(".")]),
    ),
    "in a small firm, three people tried by one program": (a_spray(everybody(3)), [STRANGE]),
    "two people tried by one program": (a_spray(everybody(2)), []),
    "three guests of a hotel who get in afterwards": (
        a_spray(everybody(3), user_agent=EDGE) + [right(30, user, user_agent=EDGE) for user in everybody(3)],
        [],
    ),
    "ten names that do not exist": (names(10), [STRANGE]),
    "nine names that do not exist": (names(9), []),
    "three names that do not exist and two people": (
        [*names(3), wrong(4, "user-1"), wrong(5, "user-2")],
        [STRANGE],
    ),
    "own names mistyped": ([*names(5, "usre"), right(6, "user-1")], []),
    "an office whose passwords expired": (
        days(OFFICE)
        + [own(turn, user, error_code=50126) for turn, user in enumerate(OFFICE)]
        + [own(30, user) for user in OFFICE],
        [],
    ),
    "the first morning at a new office": (
        days(OFFICE[:8])
        + [own(turn, user, error_code=50126, ip_address="203.0.113.9") for turn, user in enumerate(OFFICE[:6])]
        + [own(40, user, ip_address="203.0.113.9") for user in OFFICE[:8]],
        [],
    ),
    "a script inside the office": (
        days(OFFICE[:6])
        + [own(turn, user, error_code=50126, user_agent=SCRIPT) for turn, user in enumerate(OFFICE[:6])],
        [HOME],
    ),
    "an address inside a firm": (a_spray(FIVE, ip_address="10.0.0.5"), []),
    "five people without ids": (named(5), [STRANGE]),
    "four people without ids": (named(4), []),
    "rows that name nobody": (nameless(5, user_principal_name=None), []),
}
"""What is tried, and the sources of the sprays in it."""
GRAVITY: Final[Table] = {
    "five people": (a_spray(FIVE), [Level.MEDIUM]),
    "by a script": (a_spray(FIVE, user_agent=SCRIPT), [Level.HIGH]),
    "fifteen people": (a_spray(everybody(15), 1), [Level.HIGH]),
    "fourteen people": (a_spray(everybody(14), 1), [Level.MEDIUM]),
    "somebody gets in": ([*a_spray(FIVE), right(60, "user-9")], [Level.HIGH]),
}
ENTRIES: Final[Table] = {
    "after a spray": ([*a_spray(FIVE), right(25, "user-3")], ["user-3"]),
    "somebody whose first password fits need not have failed": ([*a_spray(FIVE), right(10, "user-9")], ["user-9"]),
    "a right password that is stopped has fitted": (
        [
            *a_spray(FIVE),
            *[right(25, f"owner-{code}", error_code=code) for code in (500121, 50055, 50074, 50076, 53003)],
        ],
        ["owner-500121", "owner-50055", "owner-50074", "owner-50076", "owner-53003"],
    ),
    "a day later": ([*a_spray(FIVE), right(16 + 24 * 60, "user-3")], ["user-3"]),
    "more than a day later": ([*a_spray(FIVE), right(17 + 24 * 60, "user-3")], []),
    "who is at home at the source": (
        [*days(["user-3"], **WIFI), *a_spray(FIVE), right(25, "user-3", **WIFI)],
        [],
    ),
    "a device of the firm": ([*a_spray(FIVE), right(25, "user-3", device_is_compliant=True)], []),
    "the program of the spray from another address within the hour": (
        [*days(["user-3"]), *a_spray(FIVE), right(50, "user-3", ip_address="203.0.113.77")],
        ["user-3"],
    ),
    "the program of the spray from another address later": (
        [*days(["user-3"]), *a_spray(FIVE), right(8 + 61, "user-3", ip_address="203.0.113.77")],
        [],
    ),
    "another program from another address": (
        [*days(["user-3"]), *a_spray(FIVE), right(50, "user-3", user_agent=IPHONE, ip_address="203.0.113.77")],
        [],
    ),
    "the person's own program on his own carrier": (
        [
            *days(["user-3"], user_agent=LINUX),
            *a_spray(FIVE),
            right(50, "user-3", ip_address="203.0.113.77", country_or_region="BE", autonomous_system_number=64496),
        ],
        [],
    ),
    "the person's own program on another carrier": (
        [
            *days(["user-3"], user_agent=LINUX),
            *a_spray(FIVE),
            right(50, "user-3", ip_address="203.0.113.77"),
        ],
        ["user-3"],
    ),
    "a success that the log calls silent": (
        [*a_spray(FIVE), right(25, "user-3", is_interactive=False, authentication_protocol="none")],
        ["user-3"],
    ),
    "a password guessed at last": ([*a_spray(["user-1"] * 10, 0.5), right(9)], ["user-1"]),
    "another person's password after guessing": ([*a_spray(["user-1"] * 10, 0.5), right(9, "user-2")], []),
    "without a spray a success is just that": ([*a_spray(everybody(2)), right(9, "user-1")], []),
}
"""What is tried and fits, and whose password it is."""


@pytest.fixture(scope="module")
def sprays() -> Found:
    return by_case(D01, rows_of(SPRAYS))


@pytest.fixture(scope="module")
def entries() -> Found:
    return by_case(D02, rows_of(ENTRIES))


def test_wrong_passwords_of_several_people_from_one_address_are_a_spray(sprays: Found) -> None:
    assert people(sprays) == expected_of(SPRAYS)


def test_a_spray_says_from_where_when_and_at_how_many(sprays: Found) -> None:
    [found] = sprays["five people from one address"]

    assert (found.user_id, found.source, found.times, found.level) == (None, STRANGE, 5, Level.MEDIUM)
    assert found.facts["people"] == 5
    assert (found.first, found.last) == (at(0), at(16))
    assert len(found.record_ids) == 5
    assert [one.facts["people"] for one in sprays["five people without ids"]] == [5]


def test_a_spray_is_high_by_a_script_or_at_fifteen_people_or_when_somebody_gets_in() -> None:
    assert levels(by_case(D01, rows_of(GRAVITY))) == expected_of(GRAVITY)


def test_an_ordered_test_from_a_trusted_network_is_worth_less() -> None:
    rows = a_spray(FIVE)

    assert [one.level for one in detections(D01, rows, trusted_networks=("198.51.100.0/24",))] == [Level.LISTED]


def test_a_password_that_fits_after_tries_is_told_of_its_owner(entries: Found) -> None:
    assert people(entries) == expected_of(ENTRIES)


def test_an_entry_says_whether_somebody_got_in_and_after_what(entries: Found) -> None:
    [found] = entries["after a spray"]
    [guessed] = entries["a password guessed at last"]

    assert (found.user_id, found.source, found.level) == ("user-3", STRANGE, Level.HIGH)
    assert (found.succeeded, found.approved) == (True, True)
    assert found.facts["people"] == 5
    assert (guessed.user_id, guessed.facts["tries"], guessed.facts["people"]) == ("user-1", 10, None)
    assert {(one.succeeded, one.approved) for one in entries["a right password that is stopped has fitted"]} == {
        (True, False)
    }


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("user_id", "ip_address", "error_code", "user_agent", "autonomous_system_number", "created_date_time")
    tried = [{**row, column: None} for row, column in zip(a_spray(everybody(6), 1), columns, strict=True)]
    entered = [{**right(40, f"owner-{column}"), column: None} for column in columns]

    result = examined([*tried, *a_spray(FIVE), *entered, right(41, "user-3")], [D01, D02])

    assert all(state.evaluated for state in result.units)
    assert {("D01", None), ("D02", "user-3"), ("D02", "owner-user_agent")} <= {
        (one.unit, one.user_id) for one in result.detections
    }
