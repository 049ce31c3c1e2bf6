from builders.rows import Row
from engine_kit import HOME, STRANGE, at, detections, examined, whom
from password_kit import EDGE, IPHONE, SCRIPT, days, unit, wrong

from checks.signins.units import Level

D04 = unit("D04")
CARRIER = {"user_agent": IPHONE, "autonomous_system_number": 64497, "country_or_region": "BE"}


def tries(count: int, user: str = "user-1", minutes: float = 9, begin: float = 0, **given: object) -> list[Row]:
    """So many wrong passwords, spread evenly over some minutes."""
    return [wrong(begin + turn * minutes / (count - 1), user, **given) for turn in range(count)]


def test_ten_wrong_passwords_in_ten_minutes_are_guessing_and_nine_are_not() -> None:
    [found] = detections(D04, [*tries(10, "user-1", minutes=10), *tries(9, "user-2")])

    assert (found.user_id, found.source, found.times, found.level) == ("user-1", STRANGE, 10, Level.LISTED)
    assert (found.first, found.last, found.succeeded) == (at(0), at(10), False)


def test_twenty_of_them_are_no_bad_day() -> None:
    found = detections(D04, [*tries(20, "user-1"), *tries(19, "user-2")])

    assert [(one.user_id, one.level) for one in found] == [("user-1", Level.MEDIUM), ("user-2", Level.LISTED)]


def test_the_window_slides_over_every_edge_of_the_clock() -> None:
    rows = [row for start in (1, 5, 9) for row in tries(10, f"user-{start}", begin=start)]

    assert whom(D04, rows) == ["user-1", "user-5", "user-9"]


def test_the_tenth_a_second_after_the_window_is_no_guessing() -> None:
    assert not detections(D04, [*tries(9, minutes=9), wrong(10 + 1 / 60)])


def test_addresses_do_not_divide_the_guesses() -> None:
    [found] = detections(D04, [row | {"ip_address": f"198.51.{n}.7"} for n, row in enumerate(tries(12))])

    assert (found.facts["tries"], found.facts["addresses"]) == (12, 12)


def test_tries_at_an_account_that_they_have_locked_go_on_counting() -> None:
    assert whom(D04, [*tries(6, minutes=4), *tries(4, begin=5, minutes=4, error_code=50053)]) == ["user-1"]


def test_an_hour_between_makes_two_of_them() -> None:
    assert len(detections(D04, [*tries(10), *tries(10, begin=70)])) == 2


def test_a_forgetful_owner_at_home_is_nobody_else() -> None:
    typed = tries(12, ip_address=HOME, user_agent=EDGE)

    assert not detections(D04, [*days(), *typed])
    assert whom(D04, [*days(), *tries(12, ip_address=HOME, user_agent=SCRIPT)]) == ["user-1"]


def test_a_telephone_with_an_old_password_stays_quiet_for_days_under_way() -> None:
    known = days(ip_address="203.0.113.200", **CARRIER)
    roaming = [
        row | {"ip_address": f"203.0.{hour}.9"}
        for hour in range(0, 40, 2)
        for row in tries(10, begin=60 * hour, **CARRIER)
    ]

    assert not detections(D04, [*known, *roaming])
    assert whom(D04, [*known, *roaming[:100]]) == ["user-1"] * 10, "less than a day is not told apart"


def test_a_telephone_is_also_known_where_no_numbers_of_networks_were_read() -> None:
    v1 = CARRIER | {"autonomous_system_number": None, "ip_address": "203.0.113.200"}
    stale = [row for hour in range(0, 30, 3) for row in tries(10, begin=60 * hour, **v1)]

    assert not detections(D04, [*days(**CARRIER | {"ip_address": "203.0.14.1"}), *stale])


def test_a_server_that_tries_for_days_is_no_telephone() -> None:
    known = days(ip_address="203.0.113.200", **CARRIER)
    hosted = CARRIER | {"autonomous_system_number": 14061}
    strange = CARRIER | {"autonomous_system_number": 64510}

    for network in (hosted, strange):
        hammered = [row for hour in range(0, 30, 3) for row in tries(10, begin=60 * hour, **network)]
        assert set(whom(D04, [*known, *hammered])) == {"user-1"}


def test_names_that_do_not_exist_are_no_account_to_guess() -> None:
    assert not detections(D04, tries(12, user_id=None, error_code=50034, user_principal_name="x@contoso.example"))


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
