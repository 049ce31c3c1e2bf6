from datetime import timedelta

import pytest
from engine_kit import START, an_audit, at, detections, examined, whom
from place_kit import EDGE, HOME_OF_ONE, LAGOS, MANAGED, OFFICE, SCRIPT, SERVER, days, sign_in, token, unit

from checks.signins.codes import BROKER, DEVICE_REGISTRATION, EXCHANGE, GRAPH
from checks.signins.detections.device_code import WINDOWS_SIGN_IN
from checks.signins.units import Level

D25 = unit("D25")
D26 = unit("D26")
D27 = unit("D27")
USUAL = days(authentication_protocol="none")
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
CODE = {"authentication_protocol": "deviceCode", "original_transfer_method": "deviceCodeFlow", "app_id": AZURE_CLI}
BROKER_CODE = CODE | {"app_id": BROKER, "resource_id": EXCHANGE}


def test_a_first_device_code_is_listed_and_from_a_strange_place_it_is_high() -> None:
    [listed] = detections(D25, [*USUAL, sign_in(0, **CODE)])
    [high] = detections(D25, [*USUAL, sign_in(0, LAGOS, **CODE)])

    assert (listed.user_id, listed.level) == ("user-1", Level.LISTED)
    assert (high.level, high.succeeded, high.approved) == (Level.HIGH, True, True)


def test_a_code_confirmed_at_home_whose_token_is_fetched_elsewhere_is_one_and_high() -> None:
    later = token(2, SERVER, **{**CODE, "authentication_protocol": "none"})
    [found] = detections(D25, [*USUAL, sign_in(0, **CODE), later])

    assert (found.level, found.facts["networks"], found.times) == (Level.HIGH, 2, 2)


def test_whoever_used_codes_before_uses_them_again() -> None:
    assert [one.first for one in detections(D25, [*USUAL, sign_in(-7 * 24 * 60, **CODE), sign_in(0, **CODE)])] == [
        at(-7 * 24 * 60)
    ]


@pytest.mark.parametrize("given", [MANAGED, {"user_type": "guest"}, {"error_code": 70016}, {"error_code": 50126}])
def test_devices_of_the_firm_guests_and_codes_that_nobody_entered_are_none(given: dict[str, object]) -> None:
    assert not detections(D25, [*USUAL, sign_in(0, LAGOS, **CODE | given)])


def test_desk_telephones_are_set_up_by_codes() -> None:
    assert not detections(D25, [*USUAL, sign_in(0, **CODE | {"app_id": "a850aaae-d5a5-4e82-877c-ce54ff916282"})])


def test_the_screen_of_a_meeting_room_on_its_first_day_is_not_known_yet() -> None:
    assert not detections(D25, [sign_in(0, **CODE)])
    assert not detections(D26, [*days(["user-2", "user-3", "user-4"]), sign_in(0, **BROKER_CODE)])


def test_version_one_tells_a_code_by_its_question_and_answer() -> None:
    usual = days()
    answer = [sign_in(0, LAGOS, error_code=50199, correlation_id="one"), sign_in(1, LAGOS, correlation_id="one")]
    other = [sign_in(0, LAGOS, error_code=50199, correlation_id="one"), sign_in(1, LAGOS, correlation_id="two")]

    [found] = examined([*usual, *answer], [D25], beta_unread=True).detections
    assert (found.user_id, found.first) == ("user-1", at(1))
    assert not examined([*usual, *other], [D25], beta_unread=True).detections


def test_the_question_of_another_protocol_is_no_code() -> None:
    told = {"correlation_id": "one", "authentication_protocol": "oAuth2", "original_transfer_method": "none"}

    assert not detections(D25, [*USUAL, sign_in(0, LAGOS, error_code=50199, **told), sign_in(1, LAGOS, **told)])


def test_a_code_for_the_broker_is_high_on_its_own() -> None:
    [found] = detections(D26, [*USUAL, sign_in(0, LAGOS, **BROKER_CODE)])

    assert (found.user_id, found.level, found.facts["to_data"]) == ("user-1", Level.HIGH, True)


def test_a_code_for_another_program_is_none_for_the_broker() -> None:
    assert not detections(D26, [*USUAL, sign_in(0, LAGOS, **CODE)])


def test_a_screen_that_signs_in_again_in_the_office_is_a_habit() -> None:
    before = sign_in(-35 * 24 * 60, **BROKER_CODE)

    assert not detections(
        D26, [*days(lasting=60), before, sign_in(0, **BROKER_CODE)], as_of=START + timedelta(minutes=5)
    )
    assert whom(
        D26, [*days(lasting=60), before, sign_in(0, LAGOS, **BROKER_CODE)], as_of=START + timedelta(minutes=5)
    ) == ["user-1"]


def test_who_uses_codes_for_other_programs_daily_has_no_habit_of_codes_for_the_broker() -> None:
    developer = [*days(lasting=60), *(sign_in(-day * 24 * 60, **CODE) for day in range(1, 15))]

    [at_home] = detections(D26, [*developer, sign_in(0, **BROKER_CODE)])
    [abroad] = detections(D26, [*developer, sign_in(0, LAGOS, **BROKER_CODE)])
    assert (at_home.level, abroad.level) == (Level.LISTED, Level.HIGH)
    [first] = detections(D26, [*developer, sign_in(-2 * 24 * 60, **BROKER_CODE), sign_in(0, **BROKER_CODE)])
    assert first.first == at(-2 * 24 * 60)


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


def test_token_device_and_primary_token_within_three_minutes_are_a_kit() -> None:
    chain = [token(0, LAGOS, **ASKED), token(2, LAGOS, **TAKEN)]
    [found] = detections(D27, [*USUAL, *chain], audits=[an_audit("Register device", "user-1", at(1))])

    assert (found.user_id, found.level, len(found.record_ids)) == ("user-1", Level.HIGH, 2)
    assert found.facts == {"is_registered": True, "has_token": True}


def test_the_chain_holds_for_five_minutes_by_two_clocks_and_no_longer() -> None:
    def chain(minutes: float) -> list[str | None]:
        rows = [token(0, OFFICE, **ASKED), token(minutes, OFFICE, **TAKEN)]
        return whom(D27, [*USUAL, *rows], audits=[an_audit("Register device", "user-1", at(minutes))])

    assert chain(5) == ["user-1"]
    assert not chain(5.1)


def test_a_new_computer_of_the_firm_registers_itself_and_is_none() -> None:
    audits = [an_audit("Register device", "user-1", at(1))]

    assert not detections(D27, [*USUAL, token(0, OFFICE, **ASKED)], audits=audits)
    assert not detections(D27, [*USUAL, token(0, LAGOS, **ASKED | MANAGED)], audits=audits)
    assert not detections(
        D27, [*USUAL, token(0, OFFICE, **ASKED), token(1, **ASKED | {"resource_id": GRAPH})], audits=[]
    )


def test_a_device_registered_from_a_strange_place_is_high_without_more() -> None:
    audits = [an_audit("Register device", "user-1", at(1))]
    [found] = detections(D27, [*USUAL, token(0, LAGOS, **ASKED)], audits=audits)

    assert found.level is Level.HIGH


@pytest.mark.parametrize(
    "given", [SERVER, OFFICE | {"original_transfer_method": "deviceCodeFlow"}], ids=["rented server", "device code"]
)
def test_single_events_that_only_kits_have_are_medium(given: dict[str, object]) -> None:
    [found] = detections(D27, [*USUAL, token(0, OFFICE, **ASKED | given)], audits=[])

    assert found.level is Level.MEDIUM


@pytest.mark.parametrize(
    ("place", "device", "minutes", "expected"),
    [
        pytest.param(LAGOS, "device-9", 60, [Level.MEDIUM], id="within the hour, from a strange place"),
        pytest.param(LAGOS, "device-9", 61, [], id="later"),
        pytest.param(LAGOS, "device-8", 30, [], id="another device"),
        pytest.param(OFFICE, "device-9", 30, [], id="a new computer in the office"),
    ],
)
def test_a_stranger_s_device_that_works_with_a_token_of_its_own_is_medium(
    place: dict[str, object], device: str, minutes: float, expected: list[Level]
) -> None:
    asked = token(0, place, **ASKED, device_id="device-9")
    worked = token(minutes, place, **TAKEN | {"device_id": device, "original_transfer_method": "none"})

    assert [one.level for one in detections(D27, [*USUAL, asked, worked], audits=[])] == expected


def test_the_session_of_a_browser_elsewhere_is_medium() -> None:
    browser = sign_in(-20, HOME_OF_ONE, session_id="session-1", client_app_used="Browser", user_agent=EDGE)
    rows = [*USUAL, browser, token(0, OFFICE, user_agent=SCRIPT, **ASKED)]

    assert [one.level for one in detections(D27, rows, audits=[])] == [Level.MEDIUM]


STRANGERS = {"device_id": "laptop-9", "device_trust_type": "Azure AD joined", "device_is_managed": False}


def test_a_joined_device_that_appears_with_a_token_and_has_a_primary_one_within_the_hour_is_medium() -> None:
    left = token(0, LAGOS, **ASKED | STRANGERS | {"resource_id": GRAPH})

    def used(minutes: float, **given: object) -> dict[str, object]:
        return token(
            minutes, LAGOS, **TAKEN | STRANGERS | {"original_transfer_method": "none", "app_id": "office"} | given
        )

    [found] = detections(D27, [*USUAL, left, used(60)], audits=[])
    assert (found.level, len(found.record_ids)) == (Level.MEDIUM, 2)
    assert not detections(D27, [*USUAL, left, used(61)], audits=[])
    assert not detections(D27, [*USUAL, left, used(30, app_id=WINDOWS_SIGN_IN)], audits=[])
    assert not detections(D27, [*USUAL, used(-2 * 24 * 60), left, used(30)], audits=[])


def test_a_new_computer_of_ones_own_in_the_office_is_none() -> None:
    rows = [token(0, OFFICE, **ASKED | STRANGERS | {"resource_id": GRAPH}), token(30, OFFICE, **TAKEN | STRANGERS)]

    assert not detections(D27, [*USUAL, *rows], audits=[])


def test_without_the_audit_log_the_chain_is_not_evaluated() -> None:
    [state] = examined([*USUAL, token(0, LAGOS, **ASKED), sign_in(1, app_id=BROKER)], [D27]).units

    assert (state.evaluated, state.because) == (False, "table:directory_audits")


def test_rows_that_say_nothing_of_protocol_or_person_are_passed_over() -> None:
    unsaid = {"authentication_protocol": None, "original_transfer_method": None, "app_id": None, "user_id": None}
    rows = [*USUAL, sign_in(0, LAGOS, **CODE | unsaid), token(1, LAGOS, **ASKED | unsaid)]

    assert not examined(rows, [D25, D26, D27], audits=[]).detections
