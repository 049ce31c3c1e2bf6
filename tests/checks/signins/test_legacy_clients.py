import pytest
from engine_kit import a_baseline, at, detections, examined, whom
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


@pytest.mark.parametrize("client", ["IMAP4", "POP3", "Authenticated SMTP", "Other clients", "Exchange Web Services"])
def test_a_first_sign_in_by_an_older_protocol_is_listed(client: str) -> None:
    [found] = detections(D32, [*USUAL, sign_in(0, client_app_used=client)])

    assert (found.user_id, found.level, found.facts) == ("user-1", Level.LISTED, {"client": client})


def test_from_a_strange_network_it_is_worth_a_look() -> None:
    [found] = detections(D32, [*USUAL, sign_in(0, LAGOS, **IMAP)])

    assert found.level is Level.MEDIUM


def test_the_second_time_is_no_news() -> None:
    assert [one.first for one in detections(D32, [*USUAL, sign_in(-3 * DAY, **IMAP), sign_in(0, **IMAP)])] == [
        at(-3 * DAY)
    ]
    assert not detections(D32, [*USUAL, sign_in(0, **IMAP)], baselines=[a_baseline("user-1", "client", "IMAP4")])


def test_another_older_protocol_is_news() -> None:
    rows = [*days(**IMAP), sign_in(0, client_app_used="POP3")]

    assert [one.facts["client"] for one in detections(D32, rows) if one.first >= at(0)] == ["POP3"]


@pytest.mark.parametrize("client", ["Browser", "Mobile Apps and Desktop clients", "Universal Outlook"])
def test_modern_programs_are_none(client: str) -> None:
    assert not detections(D32, [*USUAL, sign_in(0, LAGOS, client_app_used=client)])


@pytest.mark.parametrize("given", [{"error_code": 50126}, {"user_type": "guest"}, {"client_app_used": None}])
def test_failures_guests_and_rows_without_program_are_none(given: dict[str, object]) -> None:
    assert not detections(D32, [*USUAL, sign_in(0, LAGOS, **IMAP | given)])


def test_the_mail_program_of_a_telephone_that_proves_a_second_factor_is_modern() -> None:
    telephone = {"client_app_used": "Exchange ActiveSync", "user_agent": IPHONE}
    claim = '[{"authenticationStepResultDetail": "MFA requirement satisfied by claim in the token", "succeeded": true}]'

    assert whom(D32, [*USUAL, sign_in(0, **telephone)]) == ["user-1"]
    assert not detections(D32, [*USUAL, sign_in(0, authentication_details=claim, **telephone)])


def test_of_somebody_new_nothing_is_told() -> None:
    assert not examined([sign_in(0, **IMAP), sign_in(1, **ROPC | ALONE)], [D32, D33]).detections


@pytest.mark.parametrize("given", [ALONE, {}], ids=["one factor", "unsaid"])
def test_a_password_sent_by_a_program_for_the_first_time_is_worth_a_look(given: dict[str, object]) -> None:
    [found] = detections(D33, [*USUAL, sign_in(0, OFFICE, **ROPC | given)])

    assert (found.user_id, found.level, found.succeeded, found.approved) == ("user-1", Level.MEDIUM, True, False)


def test_the_name_of_the_program_is_enough_where_the_protocol_is_not_said() -> None:
    said = {"client_app_used": "Other clients", "user_agent": "CBAInPROD", "authentication_protocol": None}

    assert whom(D33, [*USUAL, sign_in(0, **said)]) == ["user-1"]


def test_a_script_that_always_ran_is_a_habit() -> None:
    assert not detections(D33, [*days(lasting=60, **ROPC), sign_in(0, **ROPC)])


@pytest.mark.parametrize(
    "given",
    [
        {"error_code": 50126},
        {"user_type": "guest"},
        {"authentication_requirement": "multiFactorAuthentication"},
        {"authentication_protocol": "oAuth2", "user_agent": None},
    ],
)
def test_wrong_passwords_guests_second_factors_and_other_protocols_are_none(given: dict[str, object]) -> None:
    assert not detections(D33, [*USUAL, sign_in(0, HOME_OF_ONE, **ROPC | given)])


def test_version_one_of_the_log_does_not_tell_the_protocol() -> None:
    [state] = examined([*USUAL, sign_in(0, **ROPC)], [D33], beta_unread=True).units

    assert state.because == "beta_unread"
