from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, levels, people, rows_of
from engine_kit import START, a_baseline, at, examined
from place_kit import (
    ALICANTE,
    HOME_OF_ONE,
    IPHONE,
    LAGOS,
    LILLE,
    LUXEMBOURG,
    MAASTRICHT,
    MANAGED,
    OFFICE,
    RELAY,
    SERVER,
    days,
    sign_in,
    token,
    unit,
)

from checks.signins.units import Level, Unit

D18 = unit("D18")
D20 = unit("D20")
USUAL = days()
OTHERS = ["user-2", "user-3", "user-4"]
COLLEAGUE: Final = days(["user-2"], place=LAGOS | {"ip_address": "2001:db8:77:1::1", "autonomous_system_number": 64499})
AGAINST_A_JOURNEY: Final[dict[str, dict[str, Any]]] = {
    "stopped": {"error_code": 53003},
    "one factor": {"authentication_requirement": "singleFactorAuthentication"},
    "rented server": {**SERVER, "country_or_region": "NG"},
}


def new(count: int) -> list[Row]:
    """Somebody who signed in so often three days ago, and never before."""
    return [*(sign_in(-3 * 24 * 60 + minute) for minute in range(count)), sign_in(0, LAGOS)]


COUNTRIES: Final[Table] = {
    "nobody of the firm signed in from there": ([*USUAL, sign_in(0, LAGOS)], [Level.LISTED]),
    "a colleague knows it": ([*USUAL, *COLLEAGUE, sign_in(0, LAGOS)], [Level.LISTED]),
    **{
        f"{name}, nobody knows it": ([*USUAL, sign_in(0, LAGOS | given)], [Level.MEDIUM])
        for name, given in AGAINST_A_JOURNEY.items()
    },
    **{
        f"{name}, a colleague knows it": ([*USUAL, *COLLEAGUE, sign_in(0, LAGOS | given)], [Level.LISTED])
        for name, given in AGAINST_A_JOURNEY.items()
    },
    "the second sign-in": ([*USUAL, sign_in(-5 * 24 * 60, LAGOS), sign_in(0, LAGOS)], [Level.LISTED]),
    **{
        f"a telephone crosses the border, {place['country_or_region']}": (
            [*USUAL, sign_in(0, place, user_agent=IPHONE)],
            [],
        )
        for place in (LUXEMBOURG, LILLE, MAASTRICHT, ALICANTE)
    },
    "the telephone was there first": (
        [*USUAL, sign_in(0, ALICANTE, user_agent=IPHONE), sign_in(60, ALICANTE)],
        [],
    ),
    "active sync is a telephone too": ([*USUAL, sign_in(0, ALICANTE, client_app_used="Exchange ActiveSync")], []),
    "a wrong password": ([*USUAL, sign_in(0, LAGOS, error_code=50126)], []),
    "somebody new": ([*days(lasting=3), sign_in(0, SERVER)], []),
    "eleven successes are enough to know somebody": (new(11), [Level.LISTED]),
    "five successes are not": (new(5), []),
    "a device of the firm": ([*USUAL, sign_in(0, SERVER, **MANAGED)], []),
    "the same on no device of the firm": ([*USUAL, sign_in(0, SERVER)], [Level.MEDIUM]),
}
"""Who signs in from where, and what that is worth."""
KNOWN_FOR_LONG: Final[Table] = {
    "another country is in the baseline": ([*USUAL, sign_in(0, LAGOS)], ["user-1"]),
    "the country is in the baseline": ([*USUAL, sign_in(0, LAGOS)], []),
}
RENTED: Final[Table] = {
    "a rented server": ([*USUAL, sign_in(0, SERVER)], ["user-1"]),
    "a token renewed": ([*USUAL, token(0), token(30, SERVER), token(60, SERVER)], ["user-1"]),
    "hosted desktops of three colleagues all day": (
        [*USUAL, *days(OTHERS, place=SERVER), *(sign_in(minute, SERVER) for minute in range(0, 480, 60))],
        [],
    ),
    "tokens on hosted desktops of three colleagues all day": (
        [*USUAL, *days(OTHERS, place=SERVER), *(token(minute, SERVER) for minute in range(0, 480, 60))],
        [],
    ),
    "hosted desktops of two colleagues all day": (
        [*USUAL, *days(OTHERS[:2], place=SERVER), *(sign_in(minute, SERVER) for minute in range(0, 480, 60))],
        ["user-1"],
    ),
    "a tunnel that somebody always uses": ([*USUAL, *days(lasting=15, place=SERVER), sign_in(0, SERVER)], []),
    "the relay of a telephone maker": ([*USUAL, sign_in(0, RELAY)], []),
    "somebody new": ([*days(lasting=3), sign_in(0, SERVER)], []),
    "a device of the firm": ([*USUAL, sign_in(0, SERVER, **MANAGED)], []),
}
"""Who signs in from networks that rent out servers, and who of them is told."""
IN_THE_FIRMS_NETWORK: Final[Table] = {
    "inside": ([*USUAL, sign_in(0, SERVER)], []),
    "outside": ([*USUAL, sign_in(0, SERVER | {"ip_address": "198.51.100.200"})], ["user-1"]),
}


@pytest.fixture(scope="module")
def countries() -> Found:
    return by_case(D18, rows_of(COUNTRIES))


@pytest.fixture(scope="module")
def rented() -> Found:
    return by_case(D20, rows_of(RENTED))


def test_a_new_country_is_listed_and_what_speaks_against_a_journey_raises_it(countries: Found) -> None:
    assert levels(countries) == expected_of(COUNTRIES)


def test_a_new_country_says_whose_it_is_and_for_whom_it_is_new(countries: Found) -> None:
    [found] = countries["nobody of the firm signed in from there"]
    [known] = countries["a colleague knows it"]
    [second] = countries["the second sign-in"]

    assert (found.user_id, found.countries) == ("user-1", ("NG",))
    assert found.facts == {"country": "NG", "new_for_tenant": True}
    assert known.user_id == "user-1"
    assert second.first == at(-5 * 24 * 60)


def test_a_country_of_the_baseline_is_known_though_the_log_has_forgotten() -> None:
    known = [a_baseline("user-1", "country", country) for country in ("BE", "NG")]
    baselines: dict[str, Sequence[Row]] = dict(zip(KNOWN_FOR_LONG, (known[:1], known), strict=True))

    assert people(by_case(D18, rows_of(KNOWN_FOR_LONG), baselines=baselines)) == expected_of(KNOWN_FOR_LONG)


@pytest.mark.parametrize("each", [D18, D20], ids=["D18", "D20"])
def test_networks_of_the_firm_are_everywhere(each: Unit) -> None:
    found = by_case(each, rows_of(IN_THE_FIRMS_NETWORK), trusted_networks=("203.0.113.0/24",))

    assert people(found) == expected_of(IN_THE_FIRMS_NETWORK)


def test_a_rented_server_is_told_of_whoever_is_not_at_home_there(rented: Found) -> None:
    assert people(rented) == expected_of(RENTED)


def test_a_renewed_token_shows_a_row_whichever_of_its_renewals_stands_for_them_all() -> None:
    cases = {
        f"renewal {name}": [
            *USUAL,
            token(0),
            token(30, SERVER, id=f"{name}-first"),
            token(600, SERVER, id=f"{name}-last"),
        ]
        for name in "abcdefgh"
    }

    found = by_case(D20, cases)

    assert {case: len(hit.record_ids) for case, [hit] in found.items()} == dict.fromkeys(cases, 1)


def test_a_rented_server_is_listed_and_never_more(rented: Found) -> None:
    [found] = rented["a rented server"]
    [renewed] = rented["a token renewed"]

    assert (found.level, found.asns) == (Level.LISTED, (SERVER["autonomous_system_number"],))
    assert {level for ones in levels(rented).values() for level in ones} == {Level.LISTED}
    assert renewed.approved


def test_rows_that_do_not_say_where_are_passed_over_and_leave_it_open() -> None:
    nowhere = {"country_or_region": None, "autonomous_system_number": None}
    told = examined(
        [*USUAL, sign_in(0, LAGOS | nowhere), sign_in(1, SERVER, ip_address="nowhere", error_code=None)], [D18, D20]
    )

    assert not [one for one in told.detections if one.unit == "D18"]
    assert {"D18", "D20"} <= told.doubts.get(None, frozenset()) | told.doubts.get("user-1", frozenset())


def test_without_numbers_of_networks_rented_servers_are_not_looked_for() -> None:
    [state] = examined([*USUAL, sign_in(0, LAGOS)], [D20], beta_unread=True).units

    assert (state.evaluated, state.because) == (False, "beta_unread")


def test_a_holiday_of_weeks_is_told_on_its_first_day_only() -> None:
    rows = [sign_in(day * 24 * 60, ALICANTE) for day in range(14)]
    found = by_case(
        D18,
        {"a holiday": [*days(place=HOME_OF_ONE), *days(place=OFFICE), *rows]},
        as_of=START + timedelta(days=20),
    )

    assert [one.first for one in found["a holiday"]] == [at(0)]
