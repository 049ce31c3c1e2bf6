from builders.rows import Row
from engine_kit import HOME, STRANGE, detections, examined, whom
from password_kit import EDGE, IPHONE, days, everybody, own, unit, wrong

from checks.signins.units import Level

D06 = unit("D06")
D07 = unit("D07")
LOCKED = "Account is locked because user tried to sign in too many times with an incorrect user ID or password."
BLOCKED = "Sign-in was blocked because it came from an IP address with malicious activity."


def locked(minutes: float, user: str = "user-1", **given: object) -> Row:
    return wrong(minutes, user, **{"error_code": 50053, "failure_reason": LOCKED} | given)


def disabled(minutes: float, user: str = "user-1", **given: object) -> Row:
    return wrong(minutes, user, **{"error_code": 50057} | given)


def test_an_account_that_strangers_locked_is_listed() -> None:
    [found] = detections(D06, [locked(0), locked(5)])

    assert (found.user_id, found.source, found.times, found.level) == ("user-1", STRANGE, 2, Level.LISTED)


def test_five_people_locked_out_within_half_an_hour_are_medium() -> None:
    rows = [locked(turn * 7, user, ip_address=f"198.51.{turn}.7") for turn, user in enumerate(everybody(5))]

    assert {one.level for one in detections(D06, rows)} == {Level.MEDIUM}
    assert {one.level for one in detections(D06, rows[:4])} == {Level.LISTED}


def test_an_address_that_microsoft_blocks_is_told_once_and_of_nobody() -> None:
    rows = [locked(turn, user, failure_reason=BLOCKED) for turn, user in enumerate(everybody(6))]

    [found] = detections(D06, rows)

    assert (found.user_id, found.source, found.times, found.level) == (None, STRANGE, 6, Level.LISTED)
    assert found.facts["is_blocked_address"]


def test_who_locks_himself_out_at_home_or_with_his_own_telephone_is_not_told() -> None:
    carrier = {"user_agent": IPHONE, "autonomous_system_number": 64497, "ip_address": "203.0.113.1"}
    at_home = locked(0, "user-1", ip_address=HOME, user_agent=EDGE)
    under_way = locked(0, "user-2", **carrier | {"ip_address": "203.0.99.1"})

    assert not detections(D06, [*days(), *days(["user-2"], **carrier), at_home, under_way])


def test_a_try_at_a_disabled_account_is_listed_and_at_three_medium() -> None:
    three = [disabled(turn, user) for turn, user in enumerate(everybody(3))]
    other = disabled(0, "user-9", ip_address="203.0.113.66")

    found = detections(D07, [*three, other, own(user="user-8")])

    assert {(one.user_id, one.level.value) for one in found} == {
        ("user-1", "medium"),
        ("user-2", "medium"),
        ("user-3", "medium"),
        ("user-9", "listed"),
    }


def test_the_telephone_of_somebody_who_left_stays_quiet() -> None:
    known_place = [disabled(turn * 60, ip_address=HOME, user_agent=EDGE) for turn in range(3)]
    for_days = [disabled(turn * 300, "user-2", user_agent=IPHONE) for turn in range(10)]

    assert not detections(D07, [*days(), *known_place, *for_days])
    assert whom(D07, for_days[:3]) == ["user-2"]


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("user_id", "ip_address", "error_code", "user_agent", "failure_reason")
    silent = [{**row, column: None} for column in columns for row in (locked(0), disabled(1, "user-2"))]

    result = examined([*silent, locked(2), disabled(3, "user-2")], [D06, D07])

    assert {("D06", "user-1"), ("D07", "user-2")} <= {(one.unit, one.user_id) for one in result.detections}
