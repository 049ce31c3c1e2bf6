from builders.rows import Row
from engine_kit import at, detections, examined
from password_kit import IPHONE, days, everybody, unit, wrong

from checks.signins.units import Level

D03 = unit("D03")


def spread(people: int, addresses: int = 5, minutes: float = 6, tries: int = 1, **given: object) -> list[Row]:
    """Tries at people in turn from addresses in turn, each from a carrier of its own."""
    return [
        wrong(
            turn * minutes,
            f"user-{turn % people + 1}",
            **{"ip_address": f"198.51.{turn % addresses}.7", "autonomous_system_number": 65536 + turn % addresses}
            | {"app_id": "app"}
            | given,
        )
        for turn in range(people * tries)
    ]


def test_ten_people_tried_by_one_program_from_five_addresses_within_the_hour_are_a_spray() -> None:
    [found] = detections(D03, spread(10))

    assert (found.user_id, found.times, found.level) == (None, 10, Level.MEDIUM)
    assert (found.facts["people"], found.facts["addresses"]) == (10, 5)
    assert (found.first, found.last) == (at(0), at(54))
    assert len(found.addresses) == 5


def test_nine_people_or_four_addresses_or_more_than_an_hour_are_none() -> None:
    assert not detections(D03, spread(9))
    assert not detections(D03, spread(10, addresses=4))
    assert not detections(D03, spread(10, minutes=6.7))


def test_who_is_tried_more_often_is_guessed_not_sprayed() -> None:
    assert detections(D03, spread(10, tries=3, minutes=1.5))
    assert not detections(D03, spread(10, tries=4, minutes=1.4))


def test_one_provider_is_as_telling_as_one_program() -> None:
    agents = [{"user_agent": f"Mozilla/5.0 (Windows NT 10.0) Chrome/{turn}.0"} for turn in range(10)]
    rows = [row | agent for row, agent in zip(spread(10), agents, strict=True)]

    assert not detections(D03, rows)
    assert detections(D03, [row | {"autonomous_system_number": 14061} for row in rows])


def test_telephones_on_the_carriers_of_their_owners_are_none() -> None:
    carrier = {"autonomous_system_number": 64497, "user_agent": IPHONE}
    known = days(everybody(10), count=2, ip_address="203.0.113.1", **carrier)

    assert not detections(D03, [*known, *spread(10, **carrier)])


def test_telephones_of_people_who_left_are_none() -> None:
    assert not detections(D03, spread(10, error_code=50057, user_agent=IPHONE))


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("user_id", "ip_address", "error_code", "user_agent", "app_id")
    rows = spread(15, minutes=3)
    silent = [{**row, column: None} for row, column in zip(rows, columns, strict=False)]

    assert [one.unit for one in examined([*silent, *rows[len(silent) :]], [D03]).detections] == ["D03"]
