from datetime import timedelta
from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, levels, people, rows_of
from engine_kit import START, an_audit, at, examined
from place_kit import EDGE, HOME_OF_ONE, LAGOS, MANAGED, OFFICE, SCRIPT, SERVER, days, sign_in, token, unit

from checks.signins.codes import BROKER, DEVICE_REGISTRATION, EXCHANGE, GRAPH
from checks.signins.detections.device_code import WINDOWS_SIGN_IN
from checks.signins.units import Level

D25 = unit("D25")
D26 = unit("D26")
D27 = unit("D27")
DAY = 24 * 60
USUAL = days(authentication_protocol="none")
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
DESK_TELEPHONE = "a850aaae-d5a5-4e82-877c-ce54ff916282"
CODE = {"authentication_protocol": "deviceCode", "original_transfer_method": "deviceCodeFlow", "app_id": AZURE_CLI}
BROKER_CODE = CODE | {"app_id": BROKER, "resource_id": EXCHANGE}
OTHER_PROTOCOL = {"correlation_id": "one", "authentication_protocol": "oAuth2", "original_transfer_method": "none"}
ASKED = {
    "app_id": BROKER,
    "resource_id": DEVICE_REGISTRATION,
    "incoming_token_type": "refreshToken",
    "original_transfer_method": "none",
}
TAKEN = {
    "app_id": BROKER,
    "resource_id": GRAPH,
    "incoming_token_type": "primaryRefreshToken",
    "original_transfer_method": "deviceCodeFlow",
    "is_interactive": True,
}
STRANGERS = {"device_id": "laptop-9", "device_trust_type": "Azure AD joined", "device_is_managed": False}

FIRST_CODES: Final[Table] = {
    "the first": ([*USUAL, sign_in(0, **CODE)], [Level.LISTED]),
    "the first, from a strange place": ([*USUAL, sign_in(0, LAGOS, **CODE)], [Level.HIGH]),
    "confirmed at home, and its token fetched elsewhere": (
        [*USUAL, sign_in(0, **CODE), token(2, SERVER, **{**CODE, "authentication_protocol": "none"})],
        [Level.HIGH],
    ),
    "the second": ([*USUAL, sign_in(-7 * DAY, **CODE), sign_in(0, **CODE)], [Level.LISTED]),
    **{
        f"{case}, from a strange place": ([*USUAL, sign_in(0, LAGOS, **CODE | given)], [])
        for case, given in {
            "on a device of the firm": MANAGED,
            "of a guest": {"user_type": "guest"},
            "that nobody entered": {"error_code": 70016},
            "after a wrong password": {"error_code": 50126},
        }.items()
    },
    "a desk telephone is set up": ([*USUAL, sign_in(0, **CODE | {"app_id": DESK_TELEPHONE})], []),
    "the screen of a meeting room on its first day": ([sign_in(0, **CODE)], []),
    "the question of another protocol": (
        [*USUAL, sign_in(0, LAGOS, error_code=50199, **OTHER_PROTOCOL), sign_in(1, LAGOS, **OTHER_PROTOCOL)],
        [],
    ),
}
"""Device codes, and what they are worth."""


def confirmed(answer: str) -> list[Row]:
    """The question of a code, and the answer to it or to another question, as version 1.0 of the log tells them."""
    return [
        *days(),
        sign_in(0, LAGOS, error_code=50199, correlation_id="one"),
        sign_in(1, LAGOS, correlation_id=answer),
    ]


VERSION_ONE: Final[Table] = {
    "question and answer": (confirmed("one"), ["user-1"]),
    "the answer to another question": (confirmed("two"), []),
}

DEVELOPER: Final = [*days(lasting=60), *(sign_in(-day * DAY, **CODE) for day in range(1, 15))]
BROKER_CODES: Final[Table] = {
    "by itself": ([*USUAL, sign_in(0, LAGOS, **BROKER_CODE)], [Level.HIGH]),
    "for another program": ([*USUAL, sign_in(0, LAGOS, **CODE)], []),
    "the screen of a meeting room on its first day": (
        [*days(["user-2", "user-3", "user-4"]), sign_in(0, **BROKER_CODE)],
        [],
    ),
    "who uses codes for other programs daily, at home": ([*DEVELOPER, sign_in(0, **BROKER_CODE)], [Level.LISTED]),
    "who uses codes for other programs daily, abroad": ([*DEVELOPER, sign_in(0, LAGOS, **BROKER_CODE)], [Level.HIGH]),
    "who uses codes for other programs daily, again": (
        [*DEVELOPER, sign_in(-2 * DAY, **BROKER_CODE), sign_in(0, **BROKER_CODE)],
        [Level.LISTED],
    ),
}
"""Device codes for the broker, and what they are worth."""
AGAIN: Final[Table] = {
    "in the office": (
        [*days(lasting=60), sign_in(-35 * DAY, **BROKER_CODE), sign_in(0, **BROKER_CODE)],
        [],
    ),
    "elsewhere": (
        [*days(lasting=60), sign_in(-35 * DAY, **BROKER_CODE), sign_in(0, LAGOS, **BROKER_CODE)],
        ["user-1"],
    ),
}


def chain(minutes: float) -> list[Row]:
    return [*USUAL, token(0, OFFICE, **ASKED), token(minutes, OFFICE, **TAKEN)]


def with_a_token_of_its_own(minutes: float, device: str = "device-9", place: Row = LAGOS) -> list[Row]:
    """A device is asked for, and after so many minutes one works with a primary token."""
    worked = TAKEN | {"device_id": device, "original_transfer_method": "none"}
    return [*USUAL, token(0, place, **ASKED, device_id="device-9"), token(minutes, place, **worked)]


LEFT: Final = token(0, LAGOS, **ASKED | STRANGERS | {"resource_id": GRAPH})


def used(minutes: float, **given: object) -> Row:
    """The primary token of a joined device."""
    own = {"original_transfer_method": "none", "app_id": "office"}
    return token(minutes, LAGOS, **TAKEN | STRANGERS | own | given)


KITS: Final[Table] = {
    "token, device and primary token within three minutes": (
        [*USUAL, token(0, LAGOS, **ASKED), token(2, LAGOS, **TAKEN)],
        [Level.HIGH],
    ),
    "the chain within five minutes by two clocks": (chain(5), [Level.HIGH]),
    "the chain within more than five minutes": (chain(5.1), []),
    "a new computer of the firm registers itself": ([*USUAL, token(0, OFFICE, **ASKED)], []),
    "a managed computer of the firm registers itself abroad": ([*USUAL, token(0, LAGOS, **ASKED | MANAGED)], []),
    "a new computer in the office, and a token for it": (
        [*USUAL, token(0, OFFICE, **ASKED), token(1, **ASKED | {"resource_id": GRAPH})],
        [],
    ),
    "registered from a strange place": ([*USUAL, token(0, LAGOS, **ASKED)], [Level.HIGH]),
    "asked for by a rented server": ([*USUAL, token(0, OFFICE, **ASKED | SERVER)], [Level.MEDIUM]),
    "asked for by device code": (
        [*USUAL, token(0, OFFICE, **ASKED | {"original_transfer_method": "deviceCodeFlow"})],
        [Level.MEDIUM],
    ),
    "a stranger's device with a token of its own, within the hour": (with_a_token_of_its_own(60), [Level.MEDIUM]),
    "a stranger's device with a token of its own, later": (with_a_token_of_its_own(61), []),
    "a stranger's device, and the token of another": (with_a_token_of_its_own(30, "device-8"), []),
    "a new computer in the office with a token of its own": (with_a_token_of_its_own(30, place=OFFICE), []),
    "the session of a browser elsewhere": (
        [
            *USUAL,
            sign_in(-20, HOME_OF_ONE, session_id="session-1", client_app_used="Browser", user_agent=EDGE),
            token(0, OFFICE, user_agent=SCRIPT, **ASKED),
        ],
        [Level.MEDIUM],
    ),
    "a joined device appears with a token, and has a primary one within the hour": (
        [*USUAL, LEFT, used(60)],
        [Level.MEDIUM],
    ),
    "a joined device has a primary token later": ([*USUAL, LEFT, used(61)], []),
    "a joined device is unlocked": ([*USUAL, LEFT, used(30, app_id=WINDOWS_SIGN_IN)], []),
    "a joined device that was there before": ([*USUAL, used(-2 * DAY), LEFT, used(30)], []),
    "a new joined computer of one's own in the office": (
        [
            *USUAL,
            token(0, OFFICE, **ASKED | STRANGERS | {"resource_id": GRAPH}),
            token(30, OFFICE, **TAKEN | STRANGERS),
        ],
        [],
    ),
}
"""Devices that are asked for, and what that is worth."""
REGISTERED: Final = {
    case: [an_audit("Register device", "user-1", at(minutes))]
    for case, minutes in {
        "token, device and primary token within three minutes": 1.0,
        "the chain within five minutes by two clocks": 5.0,
        "the chain within more than five minutes": 5.1,
        "a new computer of the firm registers itself": 1.0,
        "a managed computer of the firm registers itself abroad": 1.0,
        "registered from a strange place": 1.0,
    }.items()
}
"""What the audit log tells besides."""


@pytest.fixture(scope="module")
def first_codes() -> Found:
    return by_case(D25, rows_of(FIRST_CODES))


@pytest.fixture(scope="module")
def broker_codes() -> Found:
    return by_case(D26, rows_of(BROKER_CODES))


@pytest.fixture(scope="module")
def kits() -> Found:
    return by_case(D27, rows_of(KITS), audits=REGISTERED)


def test_a_first_device_code_is_listed_and_from_a_strange_place_it_is_high(first_codes: Found) -> None:
    assert levels(first_codes) == expected_of(FIRST_CODES)


def test_a_code_says_who_entered_it_from_where(first_codes: Found) -> None:
    [listed] = first_codes["the first"]
    [high] = first_codes["the first, from a strange place"]
    [elsewhere] = first_codes["confirmed at home, and its token fetched elsewhere"]
    [second] = first_codes["the second"]

    assert listed.user_id == "user-1"
    assert (high.succeeded, high.approved) == (True, True)
    assert (elsewhere.facts["networks"], elsewhere.times) == (2, 2)
    assert second.first == at(-7 * DAY)


def test_version_one_tells_a_code_by_its_question_and_answer() -> None:
    found = by_case(D25, rows_of(VERSION_ONE), beta_unread=True)

    assert people(found) == expected_of(VERSION_ONE)
    assert [one.first for one in found["question and answer"]] == [at(1)]


def test_a_code_for_the_broker_is_high_on_its_own(broker_codes: Found) -> None:
    [found] = broker_codes["by itself"]
    [again] = broker_codes["who uses codes for other programs daily, again"]

    assert levels(broker_codes) == expected_of(BROKER_CODES)
    assert (found.user_id, found.facts["to_data"]) == ("user-1", True)
    assert again.first == at(-2 * DAY)


def test_a_screen_that_signs_in_again_in_the_office_is_a_habit() -> None:
    found = by_case(D26, rows_of(AGAIN), as_of=START + timedelta(minutes=5))

    assert people(found) == expected_of(AGAIN)


def test_what_only_kits_do_with_a_device_is_told(kits: Found) -> None:
    assert levels(kits) == expected_of(KITS)


def test_a_kit_says_what_of_the_chain_was_seen(kits: Found) -> None:
    [found] = kits["token, device and primary token within three minutes"]
    [joined] = kits["a joined device appears with a token, and has a primary one within the hour"]

    assert (found.user_id, len(found.record_ids), len(joined.record_ids)) == ("user-1", 2, 2)
    assert found.facts == {"is_registered": True, "has_token": True}


def test_without_the_audit_log_the_chain_is_not_evaluated() -> None:
    [state] = examined([*USUAL, token(0, LAGOS, **ASKED), sign_in(1, app_id=BROKER)], [D27]).units

    assert (state.evaluated, state.because) == (False, "table:directory_audits")


def test_rows_that_say_nothing_of_protocol_or_person_are_passed_over() -> None:
    unsaid = {"authentication_protocol": None, "original_transfer_method": None, "app_id": None, "user_id": None}
    rows = [*USUAL, sign_in(0, LAGOS, **CODE | unsaid), token(1, LAGOS, **ASKED | unsaid)]

    assert not examined(rows, [D25, D26, D27], audits=[]).detections
