import pytest
from engine_kit import at, detections, examined, whom
from place_kit import (
    ALICANTE,
    CHROME_LINUX,
    EDGE,
    HOME_OF_ONE,
    LAGOS,
    MANAGED,
    OFFICE,
    SCRIPT,
    SERVER,
    days,
    sign_in,
    token,
    unit,
)

from checks.signins.codes import BROKER, GRAPH, OFFICE_HOME
from checks.signins.units import Level

pytestmark = pytest.mark.deep
"""Of the detections that are no part of the first seventeen; each examines a log."""

D28 = unit("D28")
D29 = unit("D29")
USUAL = days()
HOME = {"app_id": OFFICE_HOME, "resource_id": GRAPH}
KIT = "kali365-live/1.2"


def test_the_start_page_from_a_rented_server_is_a_page_in_between() -> None:
    [found] = detections(D28, [*USUAL, sign_in(0, SERVER, **HOME)])

    assert (found.user_id, found.level) == ("user-1", Level.MEDIUM)
    assert found.facts["signs"] >= 3


def test_asked_answered_and_kept_within_one_attempt_is_a_sign_more() -> None:
    attempt = {"correlation_id": "one", **HOME}
    before = [sign_in(-2, SERVER, error_code=50074, **attempt), sign_in(-1, SERVER, error_code=50140, **attempt)]
    [with_sequence] = detections(D28, [*USUAL, *before, sign_in(0, SERVER, **attempt)])
    [without] = detections(D28, [*USUAL, sign_in(0, SERVER, **attempt)])

    assert with_sequence.facts["signs"] == without.facts["signs"] + 1
    assert with_sequence.facts["asked_and_answered"]


def test_a_session_that_goes_on_from_another_network_is_one() -> None:
    strange = sign_in(0, ALICANTE, session_id="session-1", **HOME)

    assert not detections(D28, [*USUAL, strange])
    assert whom(D28, [*USUAL, strange, token(10, LAGOS)]) == ["user-1"]


def test_a_strange_program_on_a_strange_network_is_one_and_each_alone_is_none() -> None:
    assert whom(D28, [*USUAL, sign_in(0, ALICANTE, user_agent=CHROME_LINUX, **HOME)]) == ["user-1"]
    assert not detections(D28, [*USUAL, sign_in(0, OFFICE, user_agent=CHROME_LINUX, **HOME)])
    assert not detections(D28, [*USUAL, sign_in(0, HOME_OF_ONE, **HOME)])


@pytest.mark.parametrize("given", [MANAGED, {"error_code": 50126}, {"app_id": "another"}, {"user_id": None}])
def test_devices_of_the_firm_failures_and_other_pages_are_none(given: dict[str, object]) -> None:
    assert not detections(D28, [*USUAL, sign_in(0, SERVER, **HOME | given)])


def test_desktops_of_the_firm_open_the_start_page_too() -> None:
    assert not detections(
        D28, [*USUAL, *days(["user-2", "user-3", "user-4"], place=SERVER), sign_in(0, SERVER, **HOME)]
    )


def test_of_somebody_new_nothing_is_told() -> None:
    assert not examined([sign_in(0, SERVER, user_agent=SCRIPT, **HOME)], [D28, D29]).detections


@pytest.mark.parametrize("agent", [KIT, "azurehound/v2.1", "axios/1.7.2", "node"])
def test_programs_that_only_kits_are_called_like_are_worth_a_look(agent: str) -> None:
    [found] = detections(D29, [*USUAL, sign_in(0, LAGOS, user_agent=agent)])

    assert (found.user_id, found.level, found.facts["known_kit"]) == ("user-1", Level.MEDIUM, True)


@pytest.mark.parametrize("agent", [SCRIPT, "curl/8.5.0", "Go-http-client/2.0", "HeadlessChrome/120"])
def test_a_first_script_is_listed(agent: str) -> None:
    [found] = detections(D29, [*USUAL, sign_in(0, user_agent=agent, app_id=BROKER)])

    assert (found.level, found.facts["known_kit"]) == (Level.LISTED, False)


def test_a_script_that_always_ran_is_its_owners_own() -> None:
    assert not detections(D29, [*days(lasting=60, user_agent=SCRIPT), sign_in(0, user_agent=SCRIPT)])


@pytest.mark.parametrize("agent", [EDGE, CHROME_LINUX, None])
def test_browsers_and_rows_without_program_are_none(agent: str | None) -> None:
    assert not detections(D29, [*USUAL, sign_in(0, LAGOS, user_agent=agent)])


def test_a_script_with_a_wrong_password_is_none() -> None:
    assert not detections(D29, [*USUAL, sign_in(0, LAGOS, user_agent=KIT, error_code=50126)])
    assert [one.first for one in detections(D29, [*USUAL, sign_in(0, LAGOS, user_agent=KIT, error_code=50076)])] == [
        at(0)
    ]
