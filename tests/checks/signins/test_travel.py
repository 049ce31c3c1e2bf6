import json
from datetime import timedelta

import pytest
from engine_kit import START, at, detections, examined, whom
from place_kit import (
    ALICANTE,
    CHROME_LINUX,
    HOME_OF_ONE,
    IPHONE,
    LAGOS,
    LILLE,
    LUXEMBOURG,
    MAASTRICHT,
    MANAGED,
    OFFICE,
    RELAY,
    ROAMING,
    SERVER_FAR,
    TRAIN,
    days,
    sign_in,
    unit,
)
from real_data import data_folder

from checks.signins.units import Level
from scanner.collectors.sign_in_rows import SHAPE

D17 = unit("D17")
LOG = "msticpy_aad_logons.ndjson"
USUAL = days(place=OFFICE)


def test_lagos_an_hour_after_the_office_is_an_impossible_journey() -> None:
    [found] = detections(D17, [*USUAL, sign_in(0), sign_in(60, LAGOS, user_agent=CHROME_LINUX)])

    assert (found.user_id, found.source) == ("user-1", "198.51.100.7")
    assert found.level is Level.HIGH
    assert (found.facts["from"], found.facts["to"]) == ("BE", "NG")
    assert 4800 < found.facts["km"] < 5000
    assert found.succeeded
    assert len(found.record_ids) == 2


def test_the_same_journey_in_six_hours_is_a_flight() -> None:
    assert not detections(D17, [*USUAL, sign_in(0), sign_in(6 * 60, LAGOS)])


@pytest.mark.parametrize(("minutes", "is_found"), [(60 * 4800 / 900 - 10, True), (60 * 5000 / 900, False)])
def test_nine_hundred_kilometres_an_hour_is_the_limit(minutes: float, is_found: bool) -> None:  # noqa: FBT001 - a table
    assert bool(whom(D17, [*USUAL, sign_in(0), sign_in(minutes, LAGOS)])) is is_found


@pytest.mark.parametrize(("latitude", "is_found"), [(51.05 - 6.2, True), (51.05 - 5.2, False)])
def test_less_than_five_hundred_kilometres_beyond_the_error_are_none(latitude: float, is_found: bool) -> None:  # noqa: FBT001
    near = LAGOS | {"latitude": latitude, "longitude": 3.72}

    assert bool(whom(D17, [*USUAL, sign_in(0), sign_in(2, near)])) is is_found


def test_two_places_at_the_same_moment_are_impossible_too() -> None:
    assert whom(D17, [*USUAL, sign_in(0), sign_in(0, LAGOS)]) == ["user-1"]


def test_who_was_stopped_after_the_password_travels_too() -> None:
    [found] = detections(D17, [*USUAL, sign_in(0), sign_in(30, LAGOS, error_code=50076)])

    assert (found.succeeded, found.approved) == (True, False)


def test_a_wrong_password_from_far_away_is_no_journey() -> None:
    assert not detections(D17, [*USUAL, sign_in(0), sign_in(30, LAGOS, error_code=50126)])


def test_there_and_back_is_told_once_with_both_legs() -> None:
    [found] = detections(D17, [*USUAL, sign_in(0), sign_in(30, LAGOS), sign_in(60)])

    assert len(found.record_ids) == 3
    assert found.source == "198.51.100.7"


def test_being_back_at_once_speaks_for_a_tunnel() -> None:
    away = sign_in(30, LAGOS)
    [alone] = detections(D17, [*USUAL, sign_in(0), away])
    [returned] = detections(D17, [*USUAL, sign_in(0), away, sign_in(60)])

    assert returned.facts["points"] == alone.facts["points"] - 1


@pytest.mark.parametrize(
    "place", [LUXEMBOURG, LILLE, MAASTRICHT, TRAIN], ids=["Luxembourg", "Lille", "Maastricht", "train"]
)
def test_the_other_side_of_the_border_is_near(place: dict[str, object]) -> None:
    assert not detections(D17, [*USUAL, sign_in(0), sign_in(5, place), sign_in(10)])


def test_telephones_are_not_asked_where_they_are() -> None:
    rows = [*USUAL, sign_in(0), sign_in(5, ALICANTE, user_agent=IPHONE), sign_in(10, ROAMING, user_agent=IPHONE)]

    assert not detections(D17, rows)


def test_a_telephone_on_a_rented_server_is_none() -> None:
    assert whom(D17, [*USUAL, sign_in(0), sign_in(30, SERVER_FAR, user_agent=IPHONE)]) == ["user-1"]


def test_a_holiday_on_the_costa_blanca_begins_with_a_flight() -> None:
    rows = [sign_in(day * 24 * 60 + 360, ALICANTE) for day in range(10)]

    assert not detections(D17, [*USUAL, sign_in(0), *rows], as_of=START + timedelta(days=20))


def test_the_relay_of_a_telephone_maker_is_near() -> None:
    assert not detections(D17, [*USUAL, sign_in(0), sign_in(5, RELAY), sign_in(6)])


def test_two_addresses_of_one_carrier_are_one_stay() -> None:
    elsewhere = LAGOS | {"autonomous_system_number": OFFICE["autonomous_system_number"]}

    assert not detections(D17, [*USUAL, sign_in(0), sign_in(30, elsewhere)])


def test_without_number_of_the_network_the_address_tells_one_stay() -> None:
    here = OFFICE | {"autonomous_system_number": None}
    near = LAGOS | {"autonomous_system_number": None, "ip_address": "192.0.77.9"}
    far = LAGOS | {"autonomous_system_number": None}

    assert not detections(D17, [*days(place=here), sign_in(0, here), sign_in(30, near)])
    assert whom(D17, [*days(place=here), sign_in(0, here), sign_in(30, far)]) == ["user-1"]


def test_the_networks_of_colleagues_are_no_place_of_a_stranger() -> None:
    desktops = SERVER_FAR
    colleagues = days(["user-2", "user-3", "user-4"], place=desktops)

    assert not detections(D17, [*USUAL, *colleagues, sign_in(0), sign_in(30, desktops)])
    assert whom(D17, [*USUAL, *days(["user-2", "user-3"], place=desktops), sign_in(0), sign_in(30, desktops)]) == [
        "user-1"
    ]


def test_three_accounts_in_one_night_do_not_make_a_network_the_firms_own() -> None:
    night = [sign_in(-2 * 24 * 60 + turn, LAGOS, user) for turn, user in enumerate(["user-2", "user-3", "user-4"])]

    assert "user-1" in whom(D17, [*USUAL, *night, sign_in(0), sign_in(30, LAGOS)])


def test_a_device_of_the_firm_is_where_its_tunnel_ends() -> None:
    assert not detections(D17, [*USUAL, sign_in(0, **MANAGED), sign_in(30, SERVER_FAR, **MANAGED)])


def test_the_firms_own_networks_are_none() -> None:
    assert not detections(D17, [*USUAL, sign_in(0), sign_in(30, LAGOS)], trusted_networks=("198.51.100.0/24",))


def test_the_office_is_a_place_to_come_from_also_where_it_is_trusted() -> None:
    assert whom(D17, [*USUAL, sign_in(0), sign_in(30, LAGOS)], trusted_networks=("192.0.2.0/24",)) == ["user-1"]


def test_a_tunnel_that_is_in_use_for_weeks_is_a_habit() -> None:
    habit = [row for day in range(2, 20) for row in (sign_in(-day * 24 * 60), sign_in(-day * 24 * 60 + 30, LAGOS))]

    assert not [
        one for one in detections(D17, [*days(lasting=60), *habit, sign_in(0), sign_in(30, LAGOS)]) if one.last > at(0)
    ]


def test_microsofts_own_networks_are_nobodys_place() -> None:
    behind = LAGOS | {"autonomous_system_number": 8075}

    assert not detections(D17, [*USUAL, sign_in(0), sign_in(5, behind)])


def test_silent_renewals_do_not_travel() -> None:
    assert not detections(D17, [*USUAL, sign_in(0), sign_in(5, LAGOS, is_interactive=False)])


def test_rows_without_a_place_are_passed_over() -> None:
    nowhere = {"latitude": None, "longitude": None, "country_or_region": None}
    rows = [*USUAL, sign_in(0), sign_in(5, LAGOS | nowhere), sign_in(6, LAGOS, latitude=0.0, longitude=0.0)]

    assert not detections(D17, [*rows, sign_in(7, LAGOS, latitude=float("nan")), sign_in(8, LAGOS, user_id=None)])


def test_of_somebody_new_less_is_certain_but_it_is_told() -> None:
    [found] = detections(D17, [sign_in(0, HOME_OF_ONE), sign_in(30, LAGOS)])
    [known] = detections(D17, [*USUAL, sign_in(0), sign_in(30, LAGOS)])

    assert found.facts["points"] < known.facts["points"]


def test_in_the_log_of_a_demonstration_tenant_nobody_travels() -> None:
    objects = [json.loads(line) for line in (data_folder() / "sign_ins" / LOG).read_text("utf-8").splitlines()]
    rows = SHAPE.convert(objects, "sign_ins").to_pylist()
    last = max(row["created_date_time"] for row in rows)
    found = examined(rows, as_of=last + timedelta(hours=1), log_since=last - timedelta(days=30))

    assert (len(rows), found.rows.read) == (86, 45)
    assert next(unit for unit in found.units if unit.id == "D17").evaluated
    assert not [one for one in found.detections if one.unit == "D17"]
