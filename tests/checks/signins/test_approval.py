from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, rows_of
from engine_kit import STRANGE, at, examined
from password_kit import days, everybody, own, right, unit, wrong

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


SAID: Final = {"user-1": DECLINED, "user-2": UNANSWERED, "user-3": WRONG_NUMBER, "user-4": FRAUD}
STEP = '{"authenticationMethod":"Mobile app notification","succeeded":false,"authenticationStepResultDetail":"%s"}'
THREE: Final = [asked(turn) for turn in range(3)]
TWO: Final = everybody(2)


def at_home(minutes: float, user: str = "user-1", said: str | None = UNANSWERED, **given: object) -> Row:
    """A request that the owner brought about and did not grant."""
    return own(minutes, user, error_code=500121, additional_details=said, **given)


PRESSED: Final[Table] = {
    "three in ten minutes": ([asked(turn * 5) for turn in range(3)], [("user-1", "listed")]),
    "two": ([asked(turn * 5) for turn in range(2)], []),
    "five": ([asked(turn * 2) for turn in range(5)], [("user-1", "medium")]),
    "four": ([asked(turn * 2) for turn in range(4)], [("user-1", "listed")]),
    "the window slides": ([asked(7 + turn * 5) for turn in range(3)], [("user-1", "listed")]),
    "the window ends": ([asked(0), asked(5), asked(10.1)], []),
    "every way of not granting": (
        [asked(turn, user, text) for turn in range(3) for user, text in SAID.items()],
        [(user, "listed") for user in SAID],
    ),
    "granted after three": ([*THREE, granted(30)], [("user-1", "high")]),
    "granted too late": ([*THREE, granted(33)], [("user-1", "listed")]),
    "granted before the third": ([asked(0), granted(1), asked(2), asked(3)], [("user-1", "listed")]),
    "granted at another new place": (
        [*days(), *THREE, granted(20, ip_address="203.0.113.8", user_agent="curl/8")],
        [("user-1", "high")],
    ),
    "the owner signs in at home meanwhile": (
        [*days(), *THREE, own(10, authentication_details=APPROVED)],
        [("user-1", "listed")],
    ),
    "a claim is no approval": ([*days(), *THREE, granted(10, authentication_details=CLAIMED)], [("user-1", "listed")]),
    "steps were not read, a success at the same place": ([*THREE, right(10)], [("user-1", "high")]),
    "steps were not read, a success elsewhere": (
        [*THREE, right(10, ip_address="203.0.113.8")],
        [("user-1", "listed")],
    ),
    "a telephone that is off at home": (
        [*days(), *[at_home(turn) for turn in range(6)], own(8, authentication_details=APPROVED)],
        [],
    ),
    "declined six times at home, and at a device of the firm": (
        [
            *days(TWO),
            *[at_home(turn, "user-1", DECLINED) for turn in range(6)],
            *[at_home(turn, "user-2", DECLINED, device_is_compliant=True) for turn in range(6)],
            own(9, authentication_details=APPROVED),
        ],
        [("user-1", "listed")],
    ),
    "declined four times at home": (
        [*days(TWO), *[at_home(turn, user, DECLINED) for turn in range(4) for user in TWO]],
        [],
    ),
    "an office of three colleagues is a newcomer's home too": (
        [
            *days(everybody(3)),
            *[at_home(turn, "user-9") for turn in range(4)],
            own(5, "user-9", authentication_details=APPROVED),
        ],
        [],
    ),
    "several refusals inside one sign-in": (
        [
            asked(0, said=None, authentication_details=f"[{','.join([STEP % DECLINED] * 3)}]"),
            right(-60, "user-2"),
        ],
        [("user-1", "listed")],
    ),
    "nobody tells the reason, at a strange place and at home": (
        [
            *days(TWO),
            *[asked(turn, said=None) for turn in range(3)],
            *[at_home(turn, "user-2", None) for turn in range(3)],
        ],
        [("user-1", "listed")],
    ),
    "a mistyped code": ([asked(turn, said="MFA denied; invalid verification code") for turn in range(5)], []),
    "home is where the person got in three times, and the day before": (
        [
            *days(["user-1"], count=3),
            *days(["user-2"], count=2),
            *[own(-turn, "user-3") for turn in range(1, 9)],
            *[at_home(turn, user) for turn in range(3) for user in everybody(3)],
        ],
        [("user-2", "listed"), ("user-3", "listed")],
    ),
}
"""Requests that were not granted, and who was pressed how much."""
REFUSED: Final[Table] = {
    "fraud reported once, at a strange place and at home": (
        [*days(TWO), asked(0, "user-1", FRAUD), at_home(0, "user-2", FRAUD)],
        [("user-1", "medium"), ("user-2", "medium")],
    ),
    "one refusal, at a strange place and at home": (
        [*days(TWO), asked(0), at_home(0, "user-2", DECLINED)],
        [("user-1", "listed")],
    ),
    "left unanswered": ([asked(0, said=UNANSWERED), asked(1, said=None)], []),
}
"""Requests that were refused, and by whom."""


@pytest.fixture(scope="module")
def pressed() -> Found:
    return by_case(D11, rows_of(PRESSED))


@pytest.fixture(scope="module")
def refused() -> Found:
    return by_case(D12, rows_of(REFUSED))


def worth(found: Found) -> dict[str, list[tuple[str | None, str]]]:
    return {case: [(one.user_id, one.level.value) for one in ones] for case, ones in found.items()}


def test_requests_that_are_refused_again_and_again_are_told_and_one_granted_at_last_is_high(pressed: Found) -> None:
    assert worth(pressed) == expected_of(PRESSED)


def test_requests_say_from_where_and_how_often(pressed: Found) -> None:
    [found] = pressed["three in ten minutes"]
    [together] = pressed["several refusals inside one sign-in"]

    assert (found.source, found.times, together.times) == (STRANGE, 3, 3)
    assert (found.first, found.last, found.succeeded, found.approved) == (at(0), at(10), True, False)


def test_only_a_request_that_was_granted_lets_somebody_in(pressed: Found) -> None:
    [found] = pressed["granted after three"]
    [declined] = pressed["declined six times at home, and at a device of the firm"]
    let_in = {case for case, ones in pressed.items() if any(one.approved for one in ones)}

    assert let_in == {case for case, ones in expected_of(PRESSED).items() if ("user-1", "high") in ones}
    assert (found.last, len(found.record_ids)) == (at(30), 4)
    assert declined.succeeded is False


def test_one_refusal_is_told_at_a_strange_place_and_fraud_wherever_it_was(refused: Found) -> None:
    assert worth(refused) == expected_of(REFUSED)


def test_a_refusal_says_whether_fraud_was_reported(refused: Found) -> None:
    [declined] = refused["one refusal, at a strange place and at home"]

    assert all(one.facts["is_fraud"] for one in refused["fraud reported once, at a strange place and at home"])
    assert declined.succeeded


def test_rows_that_do_not_say_something_stop_nothing() -> None:
    columns = ("ip_address", "user_agent", "user_id", "additional_details")
    silent = [{**asked(0, f"of-{column}"), column: None} for column in columns]
    rows = [row for column in columns for row in [*[asked(1 + turn, f"of-{column}") for turn in range(3)]]]
    result = examined([*silent, *rows, *[granted(9, f"of-{column}") for column in columns]], [D11, D12])

    assert {(one.unit, one.user_id) for one in result.detections} == {
        (name, f"of-{column}") for column in columns for name in ("D11", "D12")
    }
