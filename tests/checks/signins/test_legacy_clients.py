from typing import Final

import pytest
from cases_kit import Found, Table, by_case, expected_of, levels, people, rows_of
from engine_kit import a_baseline, at, examined
from place_kit import HOME_OF_ONE, IPHONE, LAGOS, OFFICE, days, sign_in, unit

from checks.signins.units import Level

D32 = unit("D32")
D33 = unit("D33")
DAY = 24 * 60
MODERN = {"client_app_used": "Browser", "authentication_protocol": "none"}
USUAL = days(**MODERN)
IMAP = {"client_app_used": "IMAP4", "authentication_protocol": "none"}
ROPC = {
    "client_app_used": "Mobile Apps and Desktop clients",
    "authentication_protocol": "ropc",
    "user_agent": "BAV2ROPC",
}
ALONE = {"authentication_requirement": "singleFactorAuthentication"}
OLDER = ("IMAP4", "POP3", "Authenticated SMTP", "Other clients", "Exchange Web Services")
TELEPHONE = {"client_app_used": "Exchange ActiveSync", "user_agent": IPHONE}
CLAIM = '[{"authenticationStepResultDetail": "MFA requirement satisfied by claim in the token", "succeeded": true}]'
UNSAID_PROTOCOL = {"client_app_used": "Other clients", "user_agent": "CBAInPROD", "authentication_protocol": None}

PROTOCOLS: Final[Table] = {
    **{client: ([*USUAL, sign_in(0, client_app_used=client)], [Level.LISTED]) for client in OLDER},
    "from a strange network": ([*USUAL, sign_in(0, LAGOS, **IMAP)], [Level.MEDIUM]),
    "the second time": ([*USUAL, sign_in(-3 * DAY, **IMAP), sign_in(0, **IMAP)], [Level.LISTED]),
    "the first time in the log, but in the baseline": ([*USUAL, sign_in(0, **IMAP)], []),
    "another older protocol": ([*days(**IMAP), sign_in(0, client_app_used="POP3")], [Level.LISTED]),
    **{
        f"modern: {client}": ([*USUAL, sign_in(0, LAGOS, client_app_used=client)], [])
        for client in ("Browser", "Mobile Apps and Desktop clients", "Universal Outlook")
    },
    "a failure": ([*USUAL, sign_in(0, LAGOS, **IMAP | {"error_code": 50126})], []),
    "a guest": ([*USUAL, sign_in(0, LAGOS, **IMAP | {"user_type": "guest"})], []),
    "a row without program": ([*USUAL, sign_in(0, LAGOS, **IMAP | {"client_app_used": None})], []),
    "the mail program of a telephone": ([*USUAL, sign_in(0, **TELEPHONE)], [Level.LISTED]),
    "the mail program of a telephone that proves a second factor": (
        [*USUAL, sign_in(0, authentication_details=CLAIM, **TELEPHONE)],
        [],
    ),
    "somebody new": ([sign_in(0, **IMAP), sign_in(1, **ROPC | ALONE)], []),
}
"""Sign-ins by older protocols, and what they are worth."""
REMEMBERED: Final = {
    "the first time in the log, but in the baseline": [a_baseline("user-1", "client", "IMAP4")],
}
SENT: Final[Table] = {
    "one factor": ([*USUAL, sign_in(0, OFFICE, **ROPC | ALONE)], ["user-1"]),
    "not said how many factors": ([*USUAL, sign_in(0, OFFICE, **ROPC)], ["user-1"]),
    "not said by which protocol, but by which program": ([*USUAL, sign_in(0, **UNSAID_PROTOCOL)], ["user-1"]),
    "a script that always ran": ([*days(lasting=60, **ROPC), sign_in(0, **ROPC)], []),
    "a wrong password": ([*USUAL, sign_in(0, HOME_OF_ONE, **ROPC | {"error_code": 50126})], []),
    "a guest": ([*USUAL, sign_in(0, HOME_OF_ONE, **ROPC | {"user_type": "guest"})], []),
    "a second factor": (
        [*USUAL, sign_in(0, HOME_OF_ONE, **ROPC | {"authentication_requirement": "multiFactorAuthentication"})],
        [],
    ),
    "another protocol": (
        [*USUAL, sign_in(0, HOME_OF_ONE, **ROPC | {"authentication_protocol": "oAuth2", "user_agent": None})],
        [],
    ),
    "somebody new": ([sign_in(0, **IMAP), sign_in(1, **ROPC | ALONE)], []),
}
"""Passwords that a program sends, and whose of them are told."""


@pytest.fixture(scope="module")
def protocols() -> Found:
    return by_case(D32, rows_of(PROTOCOLS), baselines=REMEMBERED)


@pytest.fixture(scope="module")
def sent() -> Found:
    return by_case(D33, rows_of(SENT))


def test_a_first_sign_in_by_an_older_protocol_is_listed_and_from_a_strange_network_worth_a_look(
    protocols: Found,
) -> None:
    assert levels(protocols) == expected_of(PROTOCOLS)


def test_an_older_protocol_is_told_by_its_name_once(protocols: Found) -> None:
    assert {client: [(one.user_id, one.facts) for one in protocols[client]] for client in OLDER} == {
        client: [("user-1", {"client": client})] for client in OLDER
    }
    assert [one.first for one in protocols["the second time"]] == [at(-3 * DAY)]
    assert [one.facts["client"] for one in protocols["another older protocol"]] == ["POP3"]


def test_a_password_sent_by_a_program_for_the_first_time_is_told(sent: Found) -> None:
    assert people(sent) == expected_of(SENT)


def test_a_password_sent_by_a_program_is_worth_a_look(sent: Found) -> None:
    for case in ("one factor", "not said how many factors"):
        [found] = sent[case]
        assert (found.level, found.succeeded, found.approved) == (Level.MEDIUM, True, False), case


def test_version_one_of_the_log_does_not_tell_the_protocol() -> None:
    [state] = examined([*USUAL, sign_in(0, **ROPC)], [D33], beta_unread=True).units

    assert state.because == "beta_unread"
