from datetime import timedelta

import pytest
from engine_kit import START, a_baseline, at, detections, examined, whom
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

from checks.signins.units import Level

D18 = unit("D18")
D20 = unit("D20")
USUAL = days()
OTHERS = ["user-2", "user-3", "user-4"]


def test_a_country_that_nobody_of_the_firm_signed_in_from_is_listed() -> None:
    [found] = detections(D18, [*USUAL, sign_in(0, LAGOS)])

    assert (found.user_id, found.countries, found.level) == ("user-1", ("NG",), Level.LISTED)
    assert found.facts == {"country": "NG", "new_for_tenant": True}


def test_a_country_that_a_colleague_knows_is_only_listed() -> None:
    rows = [*USUAL, *days(["user-2"], place=LAGOS | {"ip_address": "203.0.113.99"}), sign_in(0, LAGOS)]
    [found] = detections(D18, rows)

    assert (found.user_id, found.level) == ("user-1", Level.LISTED)


@pytest.mark.parametrize(
    "given",
    [
        {"error_code": 53003},
        {"authentication_requirement": "singleFactorAuthentication"},
        {**SERVER, "country_or_region": "NG"},
    ],
    ids=["stopped", "one factor", "rented server"],
)
def test_what_speaks_against_a_journey_raises_it(given: dict[str, object]) -> None:
    [found] = detections(D18, [*USUAL, sign_in(0, LAGOS | given)])
    colleague = days(["user-2"], place=LAGOS | {"ip_address": "2001:db8:77:1::1", "autonomous_system_number": 64499})
    [known] = detections(D18, [*USUAL, *colleague, sign_in(0, LAGOS | given)])

    assert (found.level, known.level) == (Level.MEDIUM, Level.LISTED)


def test_the_second_sign_in_from_there_is_no_news() -> None:
    rows = [*USUAL, sign_in(-5 * 24 * 60, LAGOS), sign_in(0, LAGOS)]
    found = detections(D18, rows)

    assert [one.first for one in found] == [at(-5 * 24 * 60)]


def test_a_country_of_the_baseline_is_known_though_the_log_has_forgotten() -> None:
    known = [a_baseline("user-1", "country", country) for country in ("BE", "NG")]

    assert whom(D18, [*USUAL, sign_in(0, LAGOS)], baselines=known[:1]) == ["user-1"]
    assert not detections(D18, [*USUAL, sign_in(0, LAGOS)], baselines=known)


@pytest.mark.parametrize("place", [LUXEMBOURG, LILLE, MAASTRICHT, ALICANTE], ids=["LU", "FR", "NL", "ES"])
def test_telephones_cross_borders(place: dict[str, object]) -> None:
    assert not detections(D18, [*USUAL, sign_in(0, place, user_agent=IPHONE)])


def test_whose_telephone_was_there_first_is_there() -> None:
    assert not detections(D18, [*USUAL, sign_in(0, ALICANTE, user_agent=IPHONE), sign_in(60, ALICANTE)])


def test_active_sync_is_a_telephone_too() -> None:
    assert not detections(D18, [*USUAL, sign_in(0, ALICANTE, client_app_used="Exchange ActiveSync")])


def test_a_wrong_password_is_nobody_in_a_new_country() -> None:
    assert not detections(D18, [*USUAL, sign_in(0, LAGOS, error_code=50126)])


def test_of_somebody_new_nothing_is_told() -> None:
    assert not examined([*days(lasting=3), sign_in(0, SERVER)], [D18, D20]).detections


@pytest.mark.parametrize(("count", "is_known"), [(11, True), (5, False)])
def test_ten_successes_are_enough_to_know_somebody(count: int, is_known: bool) -> None:  # noqa: FBT001 - a table
    rows = [sign_in(-3 * 24 * 60 + minute) for minute in range(count)]

    assert bool(whom(D18, [*rows, sign_in(0, LAGOS)])) is is_known


def test_devices_and_networks_of_the_firm_are_everywhere() -> None:
    both = [D18, D20]

    assert not examined([*USUAL, sign_in(0, SERVER, **MANAGED)], both).detections
    assert not examined([*USUAL, sign_in(0, SERVER)], both, trusted_networks=("203.0.113.0/24",)).detections
    assert {one.unit for one in examined([*USUAL, sign_in(0, SERVER)], both).detections} == {"D18", "D20"}


def test_a_rented_server_is_listed_and_never_more() -> None:
    [found] = detections(D20, [*USUAL, sign_in(0, SERVER)])

    assert (found.user_id, found.level, found.asns) == ("user-1", Level.LISTED, (SERVER["autonomous_system_number"],))


def test_a_token_renewed_from_a_rented_server_is_listed_too() -> None:
    [found] = detections(D20, [*USUAL, token(0), token(30, SERVER), token(60, SERVER)])

    assert (found.user_id, found.approved) == ("user-1", True)


def test_hosted_desktops_all_day_are_the_firms_own() -> None:
    desktops = days(OTHERS, place=SERVER)
    all_day = [sign_in(minute, SERVER) for minute in range(0, 480, 60)]

    assert not detections(D20, [*USUAL, *desktops, *all_day])
    assert not detections(D20, [*USUAL, *desktops, *(token(minute, SERVER) for minute in range(0, 480, 60))])
    assert whom(D20, [*USUAL, *days(OTHERS[:2], place=SERVER), *all_day]) == ["user-1"]


def test_a_tunnel_that_somebody_always_uses_is_his_own() -> None:
    assert not detections(D20, [*USUAL, *days(lasting=15, place=SERVER), sign_in(0, SERVER)])


def test_the_relay_of_a_telephone_maker_rents_out_nothing() -> None:
    assert not detections(D20, [*USUAL, sign_in(0, RELAY)])


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
    found = detections(D18, [*days(place=HOME_OF_ONE), *days(place=OFFICE), *rows], as_of=START + timedelta(days=20))

    assert [one.first for one in found] == [at(0)]
