from engine_kit import HOME, STRANGE, at, detections, examined, whom
from password_kit import EDGE, IPHONE, LINUX, SCRIPT, days, everybody, own, right, unit, wrong

from checks.signins.units import Level

D01 = unit("D01")
D02 = unit("D02")
FIVE = everybody(5)
AGENTS = [f"Mozilla/5.0 (Windows NT 10.0) Chrome/{number}.0 Safari/537.36" for number in range(100, 120)]


def a_spray(users: list[str], minutes_apart: float = 4, **given: object) -> list[dict[str, object]]:
    return [wrong(turn * minutes_apart, user, **given) for turn, user in enumerate(users)]


def test_wrong_passwords_of_five_people_from_one_address_are_a_spray() -> None:
    [found] = detections(D01, a_spray(FIVE))

    assert (found.user_id, found.source, found.times, found.level) == (None, STRANGE, 5, Level.MEDIUM)
    assert found.facts["people"] == 5
    assert (found.first, found.last) == (at(0), at(16))
    assert len(found.record_ids) == 5


def test_four_people_with_several_programs_are_none() -> None:
    rows = [wrong(turn, user, user_agent=AGENTS[turn]) for turn, user in enumerate(everybody(4))]

    assert not detections(D01, rows)


def test_a_log_that_gives_names_and_no_ids_shows_a_spray_of_five_and_none_of_nobody() -> None:
    def nameless(count: int, **given: object) -> list[dict[str, object]]:
        return a_spray([f"name-{turn}" for turn in range(count)], user_id=None, **given)

    named = [row | {"user_principal_name": f"p{turn}@contoso.example"} for turn, row in enumerate(nameless(5))]
    assert [one.facts["people"] for one in detections(D01, named)] == [5]
    assert not detections(D01, named[:4])
    assert not detections(D01, nameless(5, user_principal_name=None))


def test_the_window_slides_over_every_edge_of_the_clock() -> None:
    for start in (0, 7, 13, 18):
        rows = [wrong(start + turn * 5, user, user_agent=AGENTS[turn]) for turn, user in enumerate(FIVE)]

        assert whom(D01, rows) == [STRANGE], start


def test_five_people_within_twenty_minutes_and_a_second_are_none() -> None:
    late = [wrong(20 + 1 / 60, "user-5", user_agent=AGENTS[5])]
    rows = [wrong(turn, user, user_agent=AGENTS[turn]) for turn, user in enumerate(everybody(4))]

    assert not detections(D01, rows + late)
    assert detections(D01, [*rows, wrong(20, "user-5", user_agent=AGENTS[5])])


def test_the_same_person_five_times_is_none() -> None:
    assert not detections(D01, a_spray(["user-1"] * 5))


def test_programs_do_not_divide_a_spray() -> None:
    rows = [wrong(turn, user, app_id=f"app-{turn}", user_agent=AGENTS[turn]) for turn, user in enumerate(FIVE)]

    assert whom(D01, rows) == [STRANGE]


def test_devices_of_one_network_of_version_six_are_one_source() -> None:
    rows = [wrong(turn, user, ip_address=f"2001:db8:0:7::{turn + 1}") for turn, user in enumerate(FIVE)]

    assert whom(D01, rows) == ["2001:db8:0:7::/64"]


def test_two_hours_without_a_try_make_two_sprays() -> None:
    assert len(detections(D01, a_spray(FIVE) + [wrong(140 + turn, user) for turn, user in enumerate(FIVE)])) == 2


def test_every_answer_to_a_tried_password_counts() -> None:
    codes = {f"198.51.{code % 256}.7": code for code in (50126, 50034, 50053, 50055, 50056, 50057, 50064)}
    rows = [
        row
        for address, code in codes.items()
        for row in a_spray([f"{code}-{turn}" for turn in range(5)], ip_address=address, error_code=code)
    ]

    assert {one.source for one in detections(D01, rows)} == set(codes)


def test_in_a_small_firm_three_people_tried_by_one_program_are_enough() -> None:
    assert whom(D01, a_spray(everybody(3))) == [STRANGE]
    assert not detections(D01, a_spray(everybody(2)))


def test_three_guests_of_a_hotel_who_get_in_afterwards_are_no_spray() -> None:
    rows = a_spray(everybody(3), user_agent=EDGE) + [right(30, user, user_agent=EDGE) for user in everybody(3)]

    assert not detections(D01, rows)


def test_names_that_do_not_exist_count_beside_people() -> None:
    nobody = {"user_id": None, "error_code": 50034}
    names = [wrong(turn, user_principal_name=f"name{turn}@contoso.example", **nobody) for turn in range(10)]

    assert whom(D01, names) == [STRANGE]
    assert not detections(D01, names[:9])
    assert whom(D01, [*names[:3], wrong(4, "user-1"), wrong(5, "user-2")]) == [STRANGE]


def test_own_names_mistyped_are_no_spray() -> None:
    nobody = {"user_id": None, "error_code": 50034}
    names = [wrong(turn, user_principal_name=f"usre{turn}@contoso.example", **nobody) for turn in range(5)]

    assert not detections(D01, [*names, right(6, "user-1")])


def test_an_office_whose_passwords_expired_is_no_spray() -> None:
    office = everybody(12)
    typed = [own(turn, user, error_code=50126) for turn, user in enumerate(office)]

    assert not detections(D01, days(office) + typed + [own(30, user) for user in office])


def test_the_first_morning_at_a_new_office_is_no_spray() -> None:
    people = everybody(8)
    typed = [own(turn, user, error_code=50126, ip_address="203.0.113.9") for turn, user in enumerate(people[:6])]
    later = [own(40, user, ip_address="203.0.113.9") for user in people]

    assert not detections(D01, days(people) + typed + later)


def test_a_script_inside_the_office_is_a_spray_all_the_same() -> None:
    office = everybody(6)
    tried = [own(turn, user, error_code=50126, user_agent=SCRIPT) for turn, user in enumerate(office)]

    assert whom(D01, days(office) + tried) == [HOME]


def test_a_spray_is_high_by_a_script_or_at_fifteen_people_or_when_somebody_gets_in() -> None:
    fifteen = [wrong(turn, user) for turn, user in enumerate(everybody(15))]

    assert [one.level for one in detections(D01, a_spray(FIVE, user_agent=SCRIPT))] == [Level.HIGH]
    assert [one.level for one in detections(D01, fifteen)] == [Level.HIGH]
    assert [one.level for one in detections(D01, fifteen[:14])] == [Level.MEDIUM]
    assert [one.level for one in detections(D01, [*a_spray(FIVE), right(60, "user-9")])] == [Level.HIGH]


def test_an_ordered_test_from_a_trusted_network_is_worth_less() -> None:
    rows = a_spray(FIVE)

    assert [one.level for one in detections(D01, rows, trusted_networks=("198.51.100.0/24",))] == [Level.LISTED]


def test_addresses_inside_a_firm_are_no_source() -> None:
    assert not detections(D01, a_spray(FIVE, ip_address="10.0.0.5"))


def test_a_password_that_fits_after_a_spray_is_told_of_its_owner() -> None:
    [found] = detections(D02, [*a_spray(FIVE), right(25, "user-3")])

    assert (found.user_id, found.source, found.level) == ("user-3", STRANGE, Level.HIGH)
    assert (found.succeeded, found.approved) == (True, True)
    assert found.facts["people"] == 5


def test_somebody_whose_first_password_fits_need_not_have_failed() -> None:
    assert whom(D02, [*a_spray(FIVE), right(10, "user-9")]) == ["user-9"]


def test_a_right_password_that_is_stopped_has_fitted() -> None:
    codes = (50074, 50076, 53003, 500121, 50055)
    stopped = [right(25, f"owner-{code}", error_code=code) for code in codes]

    found = detections(D02, [*a_spray(FIVE), *stopped])

    assert {one.user_id for one in found} == {f"owner-{code}" for code in codes}
    assert {(one.succeeded, one.approved) for one in found} == {(True, False)}


def test_a_day_later_the_source_is_no_longer_the_same() -> None:
    assert whom(D02, [*a_spray(FIVE), right(16 + 24 * 60, "user-3")]) == ["user-3"]
    assert not detections(D02, [*a_spray(FIVE), right(17 + 24 * 60, "user-3")])


def test_who_is_at_home_at_the_source_did_not_come_by_the_spray() -> None:
    wifi = {"ip_address": STRANGE, "user_agent": EDGE}

    assert not detections(D02, [*days(["user-3"], **wifi), *a_spray(FIVE), right(25, "user-3", **wifi)])


def test_a_device_of_the_firm_is_no_attackers() -> None:
    assert not detections(D02, [*a_spray(FIVE), right(25, "user-3", device_is_compliant=True)])


def test_the_program_of_the_spray_is_known_again_from_another_address_within_the_hour() -> None:
    elsewhere = {"ip_address": "203.0.113.77"}
    rows = days(["user-3"]) + a_spray(FIVE)

    assert whom(D02, [*rows, right(50, "user-3", **elsewhere)]) == ["user-3"]
    assert not detections(D02, [*rows, right(8 + 61, "user-3", **elsewhere)])
    assert not detections(D02, [*rows, right(50, "user-3", user_agent=IPHONE, **elsewhere)])


def test_the_persons_own_program_on_his_own_carrier_is_nobody_elses() -> None:
    rows = days(["user-3"], user_agent=LINUX) + a_spray(FIVE)
    under_way = {"ip_address": "203.0.113.77", "country_or_region": "BE", "autonomous_system_number": 64496}

    assert not detections(D02, [*rows, right(50, "user-3", **under_way)])
    assert detections(D02, [*rows, right(50, "user-3", ip_address="203.0.113.77")])


def test_a_success_that_the_log_calls_silent_is_one_too() -> None:
    assert whom(D02, [*a_spray(FIVE), right(25, "user-3", is_interactive=False, authentication_protocol="none")]) == [
        "user-3"
    ]


def test_a_password_guessed_at_last_is_told_too() -> None:
    tries = [wrong(turn / 2) for turn in range(10)]

    [found] = detections(D02, [*tries, right(9)])

    assert (found.user_id, found.facts["tries"], found.facts["people"]) == ("user-1", 10, None)
    assert not detections(D02, [*tries, right(9, "user-2")])


def test_without_a_spray_a_success_is_just_that() -> None:
    assert not detections(D02, [*a_spray(everybody(2)), right(9, "user-1")])


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("user_id", "ip_address", "error_code", "user_agent", "autonomous_system_number", "created_date_time")
    tried = [{**row, column: None} for row, column in zip(a_spray(everybody(6), 1), columns, strict=True)]
    entered = [{**right(40, f"owner-{column}"), column: None} for column in columns]

    result = examined([*tried, *a_spray(FIVE), *entered, right(41, "user-3")], [D01, D02])

    assert all(state.evaluated for state in result.units)
    assert {("D01", None), ("D02", "user-3"), ("D02", "owner-user_agent")} <= {
        (one.unit, one.user_id) for one in result.detections
    }
