import json
from datetime import timedelta
from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, people, rows_of
from engine_kit import START, at, detections, examined
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
UNNUMBERED = {"autonomous_system_number": None}
NOWHERE = {"latitude": None, "longitude": None, "country_or_region": None}
NIGHT: Final = [sign_in(-2 * 24 * 60 + turn, LAGOS, user) for turn, user in enumerate(["user-2", "user-3", "user-4"])]


def away(minutes: float, place: Row = LAGOS, **given: object) -> list[Row]:
    """Somebody signs in at the office as every day, and so many minutes later elsewhere."""
    return [*USUAL, sign_in(0), sign_in(minutes, place, **given)]


def north(latitude: float) -> list[Row]:
    return away(2, LAGOS | {"latitude": latitude, "longitude": 3.72})


def unnumbered(address: str) -> list[Row]:
    """The same where no numbers of networks were read."""
    here = OFFICE | UNNUMBERED
    return [*days(place=here), sign_in(0, here), sign_in(30, LAGOS | UNNUMBERED | {"ip_address": address})]


JOURNEYS: Final[Table] = {
    "Lagos an hour after the office": (away(60, user_agent=CHROME_LINUX), ["user-1"]),
    "the same in six hours is a flight": (away(6 * 60), []),
    "a little faster than an airliner": (away(60 * 4800 / 900 - 10), ["user-1"]),
    "as fast as an airliner": (away(60 * 5000 / 900), []),
    "five hundred kilometres beyond the error": (north(51.05 - 6.2), ["user-1"]),
    "less than five hundred kilometres beyond the error": (north(51.05 - 5.2), []),
    "two places at the same moment": (away(0), ["user-1"]),
    "stopped after the password": (away(30, error_code=50076), ["user-1"]),
    "a wrong password": (away(30, error_code=50126), []),
    "there": (away(30), ["user-1"]),
    "there and back": ([*away(30), sign_in(60)], ["user-1"]),
    **{
        f"the other side of the border, {name}": ([*away(5, place), sign_in(10)], [])
        for name, place in {
            "Luxembourg": LUXEMBOURG,
            "Lille": LILLE,
            "Maastricht": MAASTRICHT,
            "train": TRAIN,
        }.items()
    },
    "telephones are not asked where they are": (
        [*away(5, ALICANTE, user_agent=IPHONE), sign_in(10, ROAMING, user_agent=IPHONE)],
        [],
    ),
    "a telephone on a rented server": (away(30, SERVER_FAR, user_agent=IPHONE), ["user-1"]),
    "the relay of a telephone maker": ([*away(5, RELAY), sign_in(6)], []),
    "two addresses of one carrier are one stay": (
        away(30, LAGOS | {"autonomous_system_number": OFFICE["autonomous_system_number"]}),
        [],
    ),
    "without numbers of networks, an address near by": (unnumbered("192.0.77.9"), []),
    "without numbers of networks, another address": (unnumbered("198.51.100.7"), ["user-1"]),
    "a network of three colleagues": (
        [*days(["user-2", "user-3", "user-4"], place=SERVER_FAR), *away(30, SERVER_FAR)],
        [],
    ),
    "a network of two colleagues": ([*days(["user-2", "user-3"], place=SERVER_FAR), *away(30, SERVER_FAR)], ["user-1"]),
    "three accounts in one night do not make a network the firm's own": ([*NIGHT, *away(30)], ["user-1"]),
    "a device of the firm is where its tunnel ends": (
        [*USUAL, sign_in(0, **MANAGED), sign_in(30, SERVER_FAR, **MANAGED)],
        [],
    ),
    "Microsoft's own networks": (away(5, LAGOS | {"autonomous_system_number": 8075}), []),
    "silent renewals": (away(5, is_interactive=False), []),
    "rows without a place": (
        [
            *away(5, LAGOS | NOWHERE),
            sign_in(6, LAGOS, latitude=0.0, longitude=0.0),
            sign_in(7, LAGOS, latitude=float("nan")),
            sign_in(8, LAGOS, user_id=None),
        ],
        [],
    ),
    "somebody new": ([sign_in(0, HOME_OF_ONE), sign_in(30, LAGOS)], ["user-1"]),
}
"""Who signs in where, and who of them cannot have travelled so."""
TRUSTED: Final[Table] = {
    "the firm's own network far away": (away(30, LAGOS | {"ip_address": "203.0.113.7"}), []),
    "the office, where it is trusted, is a place to come from": (away(30), ["user-1"]),
}


@pytest.fixture(scope="module")
def journeys() -> Found:
    return by_case(D17, rows_of(JOURNEYS))


def test_two_sign_ins_further_apart_than_anybody_flies_are_an_impossible_journey(journeys: Found) -> None:
    assert people(journeys) == expected_of(JOURNEYS)


def test_a_journey_says_from_where_to_where_and_how_far(journeys: Found) -> None:
    [found] = journeys["Lagos an hour after the office"]

    assert found.source == "198.51.100.7"
    assert found.level is Level.HIGH
    assert (found.facts["from"], found.facts["to"]) == ("BE", "NG")
    assert 4800 < found.facts["km"] < 5000
    assert found.succeeded
    assert len(found.record_ids) == 2


def test_who_was_stopped_after_the_password_travels_too(journeys: Found) -> None:
    [found] = journeys["stopped after the password"]

    assert (found.succeeded, found.approved) == (True, False)


def test_there_and_back_is_told_once_with_both_legs_and_being_back_at_once_speaks_for_a_tunnel(
    journeys: Found,
) -> None:
    [there], [returned] = journeys["there"], journeys["there and back"]

    assert len(returned.record_ids) == 3
    assert returned.source == "198.51.100.7"
    assert returned.facts["points"] == there.facts["points"] - 1


def test_of_somebody_new_less_is_certain_but_it_is_told(journeys: Found) -> None:
    [found], [known] = journeys["somebody new"], journeys["there"]

    assert found.facts["points"] < known.facts["points"]


def test_a_holiday_on_the_costa_blanca_begins_with_a_flight() -> None:
    rows = [sign_in(day * 24 * 60 + 360, ALICANTE) for day in range(10)]

    assert not by_case(D17, {"a holiday": [*USUAL, sign_in(0), *rows]}, as_of=START + timedelta(days=20))["a holiday"]


def test_the_firms_own_networks_are_no_place_to_arrive_at() -> None:
    assert people(by_case(D17, rows_of(TRUSTED), trusted_networks=("192.0.2.0/24", "203.0.113.0/24"))) == expected_of(
        TRUSTED
    )


def test_a_tunnel_that_is_in_use_for_weeks_is_a_habit() -> None:
    habit = [row for day in range(2, 20) for row in (sign_in(-day * 24 * 60), sign_in(-day * 24 * 60 + 30, LAGOS))]
    rows = [*days(lasting=60), *habit, sign_in(0), sign_in(30, LAGOS)]

    assert not [one for one in detections(D17, rows) if one.last > at(0)]


def test_in_the_log_of_a_demonstration_tenant_nobody_travels() -> None:
    objects = [json.loads(line) for line in (data_folder() / "sign_ins" / LOG).read_text("utf-8").splitlines()]
    rows = SHAPE.convert(objects, "sign_ins").to_pylist()
    last = max(row["created_date_time"] for row in rows)
    found = examined(rows, as_of=last + timedelta(hours=1), log_since=last - timedelta(days=30))

    assert (len(rows), found.rows.read) == (86, 45)
    assert next(unit for unit in found.units if unit.id == "D17").evaluated
    assert not [one for one in found.detections if one.unit == "D17"]
