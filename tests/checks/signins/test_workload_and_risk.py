# ruff: noqa: ANN401 - columns of any type
from typing import Any

import pytest
from engine_kit import at, detections, examined, whom
from place_kit import LAGOS, OFFICE, SAO_PAULO, SERVER, days, sign_in, unit

from checks.signins.units import Level

pytestmark = pytest.mark.deep
"""Of the detections that are no part of the first seventeen; each examines a log."""

D43 = unit("D43")
D45 = unit("D45")
DAY = 24 * 60
RISK = {"risk_state": "none", "risk_level_during_sign_in": "none", "risk_level_aggregated": "none"}
USUAL = days(**RISK)


def program(minutes: float, place: dict[str, Any] = OFFICE, **given: Any) -> dict[str, Any]:
    own = {"user_id": "", "user_principal_name": "", "service_principal_id": "backup-1", "is_interactive": False}
    return sign_in(minutes, place, **own | given)


def nights(place: dict[str, Any] = OFFICE, lasting: int = 20, first: int = 1) -> list[dict[str, Any]]:
    return [program(-day * DAY, place) for day in range(first, first + lasting)]


def test_a_programs_own_account_on_a_new_network_is_worth_a_look() -> None:
    [found] = detections(D43, [*nights(), program(0, LAGOS)])

    assert (found.user_id, found.level) == ("sp:backup-1", Level.MEDIUM)
    assert found.facts == {"networks_before": 1, "asn": 64500}


def test_a_program_that_wanders_is_none() -> None:
    many = [program(-day * DAY, OFFICE, autonomous_system_number=64600 + day % 4) for day in range(1, 21)]

    assert not detections(D43, [*many, program(0, LAGOS)])


@pytest.mark.parametrize(
    "given", [{"autonomous_system_number": 8075}, {"error_code": 7000215}, OFFICE, {"ip_address": "10.1.2.3"}]
)
def test_microsoft_failures_known_and_private_networks_are_none(given: dict[str, Any]) -> None:
    assert not detections(D43, [*nights(), program(0, LAGOS | given)])


def test_a_program_of_yesterday_is_not_known_yet() -> None:
    assert not detections(D43, [program(-DAY), program(0, LAGOS)])


def test_people_are_no_programs() -> None:
    assert not detections(D43, [*nights(), *days(), sign_in(0, LAGOS)])


def test_without_sign_ins_of_programs_it_is_not_evaluated() -> None:
    [state] = examined(days(), [D43]).units

    assert (state.evaluated, state.because) == (False, "field_never_filled:service_principal_id")


@pytest.mark.parametrize("level", ["risk_level_during_sign_in", "risk_level_aggregated"])
def test_a_high_risk_that_nobody_handled_is_worth_a_look(level: str) -> None:
    [found] = detections(D45, [*USUAL, sign_in(0, SAO_PAULO, **RISK | {"risk_state": "atRisk", level: "high"})])

    assert (found.user_id, found.level, found.first) == ("user-1", Level.MEDIUM, at(0))


def test_a_lower_risk_that_is_open_is_listed() -> None:
    [found] = detections(
        D45, [*USUAL, sign_in(0, **RISK | {"risk_state": "atRisk", "risk_level_aggregated": "medium"})]
    )

    assert found.level is Level.LISTED


@pytest.mark.parametrize("state", ["remediated", "dismissed", "confirmedSafe"])
def test_what_somebody_handled_is_none(state: str) -> None:
    assert not detections(D45, [*USUAL, sign_in(0, **RISK | {"risk_state": state, "risk_level_aggregated": "high"})])


def test_no_risk_and_failures_without_one_are_none() -> None:
    failed = {"error_code": 50126, "risk_level_during_sign_in": "high", "risk_event_types_v2": []}

    assert not detections(D45, [*USUAL, sign_in(0, **RISK), sign_in(1, **RISK | failed)])
    assert whom(
        D45, [*USUAL, sign_in(1, SERVER, **RISK | failed | {"risk_event_types_v2": ["anonymizedIPAddress"]})]
    ) == ["user-1"]


def test_without_the_licence_nothing_can_be_said_of_risk() -> None:
    hidden = dict.fromkeys(RISK, "hidden")
    [state] = examined([*days(**hidden), sign_in(0, LAGOS, **hidden)], [D45]).units

    assert (state.evaluated, state.because) == (False, "no_licence")
