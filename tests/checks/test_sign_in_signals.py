# ruff: noqa: ANN401 - tables of any shape
"""SI-02: stories that end in somebody else's sign-in fail; attempts and what is not known do not."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from builders import AS_OF
from builders.rows import Row
from builders.rows import row as a_row
from builders.settings import a_location, a_subscription
from builders.told_sign_ins import REFUSED, WRONG, a_told_sign_in
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from checks.signins.detections import UNITS
from scanner.snapshot.ledger import Coverage, TableState

START = AS_OF - timedelta(days=3)
STRANGE = "198.51.100.7"
OFFICE = "192.0.2.1"
DECLINED = "MFA denied; user declined the authentication"


def seen(user: str, minutes: float, code: int | None = 0, address: str | None = STRANGE, **given: Any) -> Row:
    moment = START + timedelta(minutes=minutes)
    told = {"created_date_time": moment, "error_code": code, "ip_address": address}
    return a_told_sign_in(user=user, **(told | given))


def a_spray(people: int = 5, **given: Any) -> list[Row]:
    return [seen(f"u{number}", number * 4, WRONG, **given) for number in range(people)]


def refusals() -> list[Row]:
    return [seen("u0", number * 2, REFUSED, additional_details=DECLINED) for number in range(5)]


ENTRY = seen("u0", 30)
SPRAYED = [*a_spray(), ENTRY]
ORDINARY = seen("u7", 0, address=OFFICE)


def judged(log: Iterable[Row], **tables: Any) -> CheckResult:
    return judge("SI-02", **({"sign_ins": list(log), "subscribed_skus": [a_subscription("AAD_PREMIUM")]} | tables))


@pytest.fixture(scope="module")
def sprayed() -> CheckResult:
    """A spray that was right once, and somebody else's ordinary sign-in."""
    return judged([*SPRAYED, ORDINARY])


def shown(result: CheckResult) -> Mapping[str, Any]:
    assert result.exhibit is not None
    return dict(result.exhibit)


def test_a_spray_that_was_right_once_fails_for_that_person_alone(sprayed: CheckResult) -> None:
    result = sprayed

    assert statuses(result) == dict.fromkeys(("u1", "u2", "u3", "u4", "u7"), "passes") | {"u0": "fails"}
    (story, source) = shown(result)["stories"]
    assert evidence(result, "u0") == {
        "stories": [story["id"]],
        "detections": sorted({one["unit"] for one in story["detections"]}),
        "began": "2026-11-20T06:00:00Z",
        "ended": story["ended"],
        "source_address": STRANGE,
    }
    assert (story["level"], story["succeeded"], story["user_id"], source["source"]) == ("high", True, "u0", STRANGE)


def test_prompts_until_somebody_gives_in_fail() -> None:
    approved = [{"authenticationMethod": "Mobile app notification", "succeeded": True}]
    entry = seen("u0", 12, authentication_details=json.dumps(approved), additional_details="MFA completed in Azure AD")

    assert statuses(judged([*refusals(), entry])) == {"u0": "fails"}


def test_attempts_alone_are_told_and_never_fail() -> None:
    pressed = [row | {"user_id": "u30", "ip_address": "203.0.113.50"} for row in refusals()]
    result = judged([*a_spray(20), *pressed, ORDINARY])

    told = {one["unit"] for story in shown(result)["stories"] for one in story["detections"]}
    listed = {one["unit"] for one in shown(result)["listed"]}
    assert result.verdict is Verdict.PASS
    assert {"a spray": "D01" in told | listed, "prompts": "D11" in told | listed} == {"a spray": True, "prompts": True}


def test_a_trusted_office_where_many_mistype_is_no_story() -> None:
    office = [a_location("office", "198.51.100.0/24")]
    at_home = [seen(f"u{number}", -9000, address=STRANGE) for number in range(5)]

    assert judged([*at_home, *SPRAYED], named_locations=office).verdict is Verdict.PASS


def test_a_row_of_the_future_makes_no_hole_in_the_log() -> None:
    log = [seen("u7", -day * 24 * 60, address=OFFICE) for day in range(85)]
    future = seen("u7", 4000 * 24 * 60, address=OFFICE)

    def dormant(rows: list[Row]) -> Mapping[str, Any]:
        return next(unit for unit in shown(judged(rows))["units"] if unit["id"] == "D39")

    today = dormant(log)
    assert dormant([*log, future]) == today
    assert today["evaluated"]


@pytest.mark.parametrize(
    ("number", "column"),
    [
        (0, "ip_address"),
        (5, "error_code"),
        (5, "created_date_time"),
        pytest.param(5, "ip_address", marks=pytest.mark.deep),
        pytest.param(0, "error_code", marks=pytest.mark.deep),
        pytest.param(0, "created_date_time", marks=pytest.mark.deep),
    ],
)
def test_a_row_that_does_not_say_everything_is_no_pass(number: int, column: str) -> None:
    holed = [row | {column: None} if at == number else row for at, row in enumerate(SPRAYED)]

    result = judged(holed)
    assert result.verdict is not Verdict.PASS
    assert statuses(result).get("u0") != "passes"


def test_an_entry_into_an_account_that_is_not_named_clears_nobody() -> None:
    result = judged([*a_spray(), ENTRY | {"user_id": None, "user_principal_name": None}, ORDINARY])

    assert result.verdict is Verdict.NOT_ASSESSED
    assert set(statuses(result).values()) == {"unknown"}


@pytest.mark.parametrize(
    "states",
    [
        pytest.param({"sign_ins": Coverage(TableState.PARTIAL, reason="Throttled")}, id="a part of the log"),
        pytest.param({"directory_audits": TableState.DENIED}, id="what was done afterwards"),
        pytest.param({"sign_in_baselines": TableState.SKIPPED}, marks=pytest.mark.deep, id="what was ordinary before"),
    ],
)
def test_what_was_not_read_is_never_a_pass(states: dict[str, Any]) -> None:
    assert judged([ORDINARY], states=states).verdict is Verdict.NOT_ASSESSED
    result = judged(SPRAYED, states=states)
    assert (statuses(result)["u0"], result.at_least) == ("fails", True)


def test_without_beta_the_detections_that_need_it_say_so() -> None:
    groups = {"sign_ins.beta_properties": TableState.SKIPPED}
    result = judged([ORDINARY], column_groups=groups)

    units = {unit["id"]: unit["because"] for unit in shown(result)["units"]}
    assert (units["D01"], units["D24"]) == ("", "beta_unread")
    assert result.verdict is Verdict.NOT_ASSESSED


def test_where_applications_were_refused_what_an_older_log_has_of_them_does_not_stand_for_the_rest() -> None:
    result = judged([ORDINARY], column_groups={"sign_ins.service_principals": TableState.DENIED})

    units = {unit["id"]: unit["because"] for unit in shown(result)["units"]}
    assert (units["D01"], units["D43"]) == ("", "applications_unread")
    assert result.verdict is Verdict.NOT_ASSESSED


@pytest.mark.parametrize(
    ("state", "because"), [(TableState.UNLICENSED, "no_licence"), (TableState.DENIED, "table:sign_ins")]
)
def test_without_a_log_every_detection_says_why_it_was_not_evaluated(state: TableState, because: str) -> None:
    result = judged([], states={"sign_ins": state})

    assert result.verdict is Verdict.NOT_ASSESSED
    assert {(unit["id"], unit["because"]) for unit in shown(result)["units"]} == {(unit.id, because) for unit in UNITS}


def test_it_tells_what_somebody_did_after_getting_in() -> None:
    event = {
        "id": "a1",
        "activity_date_time": START + timedelta(minutes=42),
        "activity_display_name": "User registered security info",
        "result": "success",
        "initiated_by_user_id": "u0",
        "target_resources": json.dumps([{"type": "User", "id": "u0"}]),
    }
    story = shown(judged(SPRAYED, directory_audits=[a_row("directory_audits", {}, event)]))["stories"][0]

    assert "follow_on" in story["families"]
    assert ("2026-11-20T06:42:00Z", "audit") in {(line["at"], line["what"]) for line in story["timeline"]}
    assert [line["at"] for line in story["timeline"]] == sorted(line["at"] for line in story["timeline"])


def test_it_tells_what_an_imported_log_knows_of_the_mailbox_and_judges_nothing_by_it(sprayed: CheckResult) -> None:
    change = {"creation_time": START + timedelta(minutes=45), "operation": "New-InboxRule", "client_ip": STRANGE}
    rules = [a_row("mailbox_audits", {}, {"id": str(n), "mailbox": f"U{n}@contoso.example"} | change) for n in (0, 1)]
    after = judged([*SPRAYED, ORDINARY], mailbox_audits=rules)

    told = [line for line in shown(after)["stories"][0]["timeline"] if line["what"] == "rule"]
    assert [(line["at"], line["args"]) for line in told] == [("2026-11-20T06:45:00Z", {"operation": "new-inboxrule"})]
    assert statuses(after) == statuses(sprayed)
    assert after.gaps == sprayed.gaps


def test_it_tells_what_older_programs_were_used() -> None:
    smtp = {"client_app_used": "Authenticated SMTP", "address": OFFICE}
    (used,) = shown(judged([seen("u0", 0, **smtp), seen("u0", 5, **smtp), seen("u1", 9, WRONG, **smtp)]))["legacy"]

    assert (used["client"], used["successes"], used["failures"], used["people"], used["tried"]) == (
        "Authenticated SMTP",
        2,
        1,
        1,
        1,
    )
    assert [one["user_id"] for one in used["accounts"]] == ["u0"]


def test_only_the_last_thirty_days_are_looked_at() -> None:
    log = [row | {"created_date_time": row["created_date_time"] - timedelta(days=30)} for row in SPRAYED]

    assert judged(log).population == ()
