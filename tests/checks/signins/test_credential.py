from builders.rows import Row
from engine_kit import HOME, STRANGE, detections, examined, whom
from password_kit import IPHONE, days, everybody, own, right, unit, wrong

from checks.signins.units import Level

D08 = unit("D08")
PASSWORD_ONLY = '[{"authenticationMethod":"Password","succeeded":true,"authenticationStepResultDetail":""}]'


def stopped(minutes: float = 0, user: str = "user-1", **given: object) -> Row:
    return wrong(minutes, user, **{"error_code": 50074} | given)


def test_a_right_password_from_a_country_that_the_person_does_not_use_is_told() -> None:
    [found] = detections(D08, [*days(), stopped()])

    assert (found.user_id, found.source, found.level) == ("user-1", STRANGE, Level.MEDIUM)
    assert (found.succeeded, found.approved) == (True, False)
    assert found.facts["country"] == "BR"


def test_each_way_of_being_stopped_after_the_password_counts() -> None:
    codes = [50055, 50072, 50074, 50076, 50079, 50105, 50131, 50144, 53000, 53003, 53004, 500121]
    users = everybody(len(codes))
    rows = [stopped(user=user, error_code=code) for user, code in zip(users, codes, strict=True)]

    assert sorted(map(str, whom(D08, [*days(users), *rows]))) == sorted(users)


def test_wrong_passwords_successes_and_mere_interruptions_are_none() -> None:
    codes = [50126, 0, 50140, 50058, 50173, 50133, 16000]
    users = everybody(len(codes))
    rows = [stopped(user=user, error_code=code) for user, code in zip(users, codes, strict=True)]

    assert not detections(D08, [*days(users), *rows])


def test_an_interruption_counts_where_the_steps_say_that_the_password_was_right() -> None:
    row = stopped(error_code=50158, authentication_details=PASSWORD_ONLY)

    assert whom(D08, [*days(), row]) == ["user-1"]


def test_the_steps_say_that_the_password_was_right_whatever_the_code() -> None:
    right_then = stopped(error_code=530034, authentication_details=PASSWORD_ONLY)
    wrong_then = stopped(error_code=530034, authentication_details=PASSWORD_ONLY.replace("true", "false"))

    assert whom(D08, [*days(), right_then]) == ["user-1"]
    assert not detections(D08, [*days(), wrong_then])


def test_a_token_that_is_stopped_is_no_password() -> None:
    users = everybody(2)
    rows = [
        stopped(user="user-1", error_code=53003, is_interactive=False),
        stopped(user="user-2", error_code=53003, incoming_token_type="refreshToken"),
    ]

    assert not detections(D08, [*days(users), *rows])


def test_a_country_known_for_long_is_not_new() -> None:
    assert not detections(D08, [*days(), *days(count=1, country_or_region="BR"), stopped()])


def test_a_rented_server_in_the_own_country_is_a_new_place_too() -> None:
    rented = stopped(user="user-1", country_or_region="BE", autonomous_system_number=14061)
    carrier = stopped(user="user-2", country_or_region="BE", autonomous_system_number=64500)

    assert whom(D08, [*days(everybody(2)), rented, carrier]) == ["user-1"]


def test_a_traveller_who_is_in_within_the_hour_was_not_stopped() -> None:
    users = everybody(3)
    rows = [stopped(user="user-1"), right(60, "user-1"), stopped(user="user-2"), right(61, "user-2")]
    tired = [stopped(turn, "user-3") for turn in range(3)] + [right(5, "user-3")]

    assert whom(D08, [*days(users), *rows, *tired]) == ["user-2", "user-3"]


def test_a_traveller_whose_own_telephone_is_in_the_country_that_day_is_no_stranger() -> None:
    users = everybody(4)
    phone = {"user_agent": IPHONE, "is_interactive": False}
    rows = [
        *days(users[:3], **phone),
        *[stopped(user=user) for user in users],
        right(20 * 60, "user-1", **phone),
        right(25 * 60, "user-2", **phone),
        right(20 * 60, "user-3", **phone | {"country_or_region": "BE"}),
        *days(["user-4"]),
        right(20 * 60, "user-4", **phone),
    ]

    assert whom(D08, rows) == ["user-2", "user-3", "user-4"]


def test_a_request_that_the_owner_refused_is_told_whatever_came_after() -> None:
    row = stopped(error_code=500121, additional_details="MFA denied; user declined the authentication")

    assert whom(D08, [*days(), row, right(10)]) == ["user-1"]


def test_a_device_of_the_firm_and_a_trusted_network_are_no_strangers() -> None:
    managed = stopped(user="user-1", device_is_managed=True)

    assert not detections(D08, [*days(), managed])
    assert not detections(D08, [*days(), stopped()], trusted_networks=("198.51.100.0/24",))


def test_of_somebody_not_known_yet_nothing_is_new() -> None:
    result = examined([*days(count=5), stopped()], [D08])

    assert not result.detections
    assert result.units[0].evaluated


def test_a_network_that_three_others_use_is_no_strangers() -> None:
    others = days(["user-2", "user-3", "user-4"], ip_address="198.51.100.9")

    assert not detections(D08, [*days(), *others, stopped()])


def test_stops_of_one_day_are_one_and_a_day_between_makes_two() -> None:
    rows = [stopped(0), stopped(300), stopped(300 + 24 * 60 + 1)]

    assert [one.times for one in detections(D08, [*days(), *rows])] == [2, 1]


def test_at_home_nobody_is_a_stranger() -> None:
    assert not detections(D08, [*days(), own(error_code=50074, ip_address=HOME)])


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("user_id", "ip_address", "country_or_region", "autonomous_system_number")
    users = [f"of-{column}" for column in columns]
    silent = [{**stopped(user=user), column: None} for user, column in zip(users, columns, strict=True)]

    assert set(whom(D08, [*days(users), *silent, *[stopped(1, user) for user in users]])) == set(users)
