from builders.rows import Row
from engine_kit import STRANGE, at, detections, examined, whom
from password_kit import days, everybody, own, right, unit, wrong

from checks.signins.units import Level

D11 = unit("D11")
D12 = unit("D12")
DECLINED = "MFA denied; user declined the authentication"
UNANSWERED = "MFA denied; user did not respond to mobile app notification"
WRONG_NUMBER = "MFA denied; user did not select the correct number"
FRAUD = "MFA denied; user declined the authentication and reported fraud"
APPROVED = (
    '[{"authenticationMethod":"Password","succeeded":true,"authenticationStepResultDetail":""},'
    '{"authenticationMethod":"Mobile app notification","succeeded":true,'
    '"authenticationStepResultDetail":"MFA successfully completed"}]'
)
CLAIMED = (
    '[{"authenticationMethod":"Previously satisfied","succeeded":true,'
    '"authenticationStepResultDetail":"MFA requirement satisfied by claim in the token"}]'
)


def asked(minutes: float, user: str = "user-1", said: str | None = DECLINED, **given: object) -> Row:
    """A request for approval that a stranger brought about and its owner did not grant."""
    return wrong(minutes, user, **{"error_code": 500121, "additional_details": said} | given)


def granted(minutes: float, user: str = "user-1", **given: object) -> Row:
    return right(minutes, user, **{"authentication_details": APPROVED} | given)


def test_three_refused_requests_in_ten_minutes_are_listed_and_two_are_not() -> None:
    three = [asked(turn * 5, "user-1") for turn in range(3)]
    two = [asked(turn * 5, "user-2") for turn in range(2)]

    [found] = detections(D11, three + two)

    assert (found.user_id, found.source, found.times, found.level) == ("user-1", STRANGE, 3, Level.LISTED)
    assert (found.first, found.last, found.succeeded, found.approved) == (at(0), at(10), True, False)


def test_five_are_medium() -> None:
    rows = [asked(turn * 2, "user-1") for turn in range(5)] + [asked(turn * 2, "user-2") for turn in range(4)]

    assert [one.level for one in detections(D11, rows)] == [Level.MEDIUM, Level.LISTED]


def test_the_window_slides_and_ends() -> None:
    sliding = [asked(7 + turn * 5, "user-1") for turn in range(3)]
    late = [asked(0, "user-2"), asked(5, "user-2"), asked(10.1, "user-2")]

    assert whom(D11, sliding + late) == ["user-1"]


def test_every_way_of_not_granting_counts() -> None:
    said = {"user-1": DECLINED, "user-2": UNANSWERED, "user-3": WRONG_NUMBER, "user-4": FRAUD}

    assert set(whom(D11, [asked(turn, user, text) for turn in range(3) for user, text in said.items()])) == set(said)


def test_a_request_granted_after_three_refused_ones_is_high() -> None:
    rows = [asked(turn) for turn in range(3)]

    [found] = detections(D11, [*rows, granted(30)])
    assert (found.level, found.approved, found.last) == (Level.HIGH, True, at(30))
    assert len(found.record_ids) == 4
    [late] = detections(D11, [*rows, granted(33)])
    assert (late.level, late.approved) == (Level.LISTED, False)


def test_a_request_granted_before_the_third_was_refused_is_no_giving_in() -> None:
    [found] = detections(D11, [asked(0), granted(1), asked(2), asked(3)])

    assert not found.approved


def test_an_approval_at_another_new_place_lets_the_stranger_in_too() -> None:
    rows = [asked(turn) for turn in range(3)]

    [found] = detections(D11, [*days(), *rows, granted(20, ip_address="203.0.113.8", user_agent="curl/8")])
    assert found.level is Level.HIGH


def test_the_owner_who_signs_in_at_home_meanwhile_grants_nothing_to_a_stranger() -> None:
    rows = [*days(), *[asked(turn) for turn in range(3)]]

    [found] = detections(D11, [*rows, own(10, authentication_details=APPROVED)])
    assert not found.approved
    [found] = detections(D11, [*rows, granted(10, authentication_details=CLAIMED)])
    assert not found.approved


def test_where_steps_were_not_read_a_success_at_the_same_place_is_the_approval() -> None:
    rows = [asked(turn) for turn in range(3)]

    assert [one.approved for one in detections(D11, [*rows, right(10)])] == [True]
    assert [one.approved for one in detections(D11, [*rows, right(10, ip_address="203.0.113.8")])] == [False]


def test_a_telephone_that_is_off_at_home_is_the_owners_own() -> None:
    rows = [own(turn, error_code=500121, additional_details=UNANSWERED) for turn in range(6)]

    assert not detections(D11, [*days(), *rows, own(8, authentication_details=APPROVED)])


def test_what_is_declined_at_home_is_listed_from_five_on_and_on_a_device_of_the_firm_not_at_all() -> None:
    rows = [
        own(turn, user, error_code=500121, additional_details=DECLINED) for turn in range(6) for user in everybody(2)
    ]
    managed = [row | {"device_is_compliant": True} if row["user_id"] == "user-2" else row for row in rows]

    [found] = detections(D11, [*days(everybody(2)), *managed, own(9, authentication_details=APPROVED)])

    assert (found.user_id, found.level, found.succeeded, found.approved) == ("user-1", Level.LISTED, False, False)
    assert not detections(D11, [*days(everybody(2)), *rows[:8]])


def test_an_office_of_three_colleagues_is_a_newcomers_home_too() -> None:
    rows = [own(turn, "user-9", error_code=500121, additional_details=UNANSWERED) for turn in range(4)]

    assert not detections(D11, [*days(everybody(3)), *rows, own(5, "user-9", authentication_details=APPROVED)])


def test_several_refusals_inside_one_sign_in_count_each() -> None:
    step = '{"authenticationMethod":"Mobile app notification","succeeded":false,"authenticationStepResultDetail":"%s"}'
    row = asked(0, said=None, authentication_details=f"[{','.join([step % DECLINED] * 3)}]")

    [found] = detections(D11, [row, right(-60, "user-2")])
    assert found.times == 3


def test_a_failure_that_nobody_tells_the_reason_of_counts_from_a_strange_place_only() -> None:
    strange = [asked(turn, said=None) for turn in range(3)]
    at_home = [own(turn, "user-2", error_code=500121) for turn in range(3)]

    assert whom(D11, [*days(everybody(2)), *strange, *at_home]) == ["user-1"]


def test_a_mistyped_code_is_no_refusal() -> None:
    assert not detections(D11, [asked(turn, said="MFA denied; invalid verification code") for turn in range(5)])


def test_fraud_reported_once_is_medium_wherever_it_was() -> None:
    abroad = asked(0, "user-1", FRAUD)
    at_home = own(0, "user-2", error_code=500121, additional_details=FRAUD)

    found = detections(D12, [*days(everybody(2)), abroad, at_home])

    assert {(one.user_id, one.level) for one in found} == {("user-1", Level.MEDIUM), ("user-2", Level.MEDIUM)}
    assert all(one.facts["is_fraud"] for one in found)


def test_one_refusal_at_a_strange_place_is_listed_and_at_home_it_is_a_wrong_tap() -> None:
    at_home = own(0, "user-2", error_code=500121, additional_details=DECLINED)

    [found] = detections(D12, [*days(everybody(2)), asked(0), at_home])

    assert (found.user_id, found.level, found.succeeded) == ("user-1", Level.LISTED, True)


def test_what_was_left_unanswered_was_not_refused() -> None:
    assert not detections(D12, [asked(0, said=UNANSWERED), asked(1, said=None)])


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("ip_address", "user_agent", "user_id", "additional_details")
    silent = [{**asked(0, f"of-{column}"), column: None} for column in columns]
    rows = [row for column in columns for row in [*[asked(1 + turn, f"of-{column}") for turn in range(3)]]]
    result = examined([*silent, *rows, *[granted(9, f"of-{column}") for column in columns]], [D11, D12])

    assert {(one.unit, one.user_id) for one in result.detections} == {
        (name, f"of-{column}") for column in columns for name in ("D11", "D12")
    }


def test_home_is_where_the_person_got_in_three_times_and_the_day_before() -> None:
    rows = [
        own(turn, user, error_code=500121, additional_details=UNANSWERED) for turn in range(3) for user in everybody(3)
    ]
    today = [own(-turn, "user-3") for turn in range(1, 9)]

    assert whom(D11, [*days(["user-1"], count=3), *days(["user-2"], count=2), *today, *rows]) == ["user-2", "user-3"]
