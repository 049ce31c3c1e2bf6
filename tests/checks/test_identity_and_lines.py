# ruff: noqa: ANN401 - columns of any type
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders import AS_OF, MemorySource, a_profile, a_rule, a_snapshot, a_user

from checks.engine import evaluate
from checks.identity import fingerprint
from checks.lines import lines
from checks.model import Severity, object_id
from checks.registry import CATALOGUE
from scanner.snapshot.ledger import TableState

STALE = AS_OF - timedelta(days=400)


def test_a_finding_is_its_tenant_its_check_and_its_object() -> None:
    one = fingerprint("tenant", "AC-04", "user")

    assert one == fingerprint("TENANT", "AC-04", "user")
    assert len({one, fingerprint("tenant2", "AC-04", "user"), fingerprint("tenant", "AC-05", "user")}) == 3


def test_the_identity_of_a_finding_never_changes_between_versions() -> None:
    assert fingerprint("00000000-0000-0000-0000-0000000000aa", "AC-04", "user-1") == "ad18ddc60c99b48cdb23a8d4f0faac28"


def test_ids_that_hold_the_separator_stay_apart() -> None:
    assert object_id("a/b", "c") != object_id("a", "b/c")


def finding(source: MemorySource, check_id: str = "AC-04") -> Any:
    (result,) = evaluate(source, a_profile(), CATALOGUE.only(check_id)).results
    (row,) = result.failing
    return row


def unused(**given: Any) -> MemorySource:
    return a_snapshot(users=[a_user("user-1", last_successful_sign_in_date_time=STALE, **given)])


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(unused(), id="the same scan again"),
        pytest.param(replace(unused(), snapshot_hash="another"), id="another scan"),
        pytest.param(unused(display_name="New", user_principal_name="new@contoso.example"), id="another name"),
        pytest.param(unused(user_type="Guest"), id="other evidence"),
        pytest.param(replace(unused(), organization_name="New"), id="another name of the firm"),
    ],
)
def test_a_finding_is_recognised_again(later: MemorySource) -> None:
    assert finding(later).fingerprint == finding(unused()).fingerprint


def test_the_wording_of_a_check_is_no_part_of_a_finding() -> None:
    catalogue = CATALOGUE.only("AC-04")
    reworded = CATALOGUE.only("AC-04")
    reworded._checks = {"AC-04": replace(catalogue["AC-04"], title="In other words", severity=Severity.LOW)}

    (before,), (after,) = (evaluate(unused(), a_profile(), some).results for some in (catalogue, reworded))

    assert before.failing[0].fingerprint == after.failing[0].fingerprint


def test_a_rule_is_named_by_mailbox_and_rule_percent_encoded() -> None:
    source = a_snapshot(
        users=[a_user("u")], inbox_rules=[a_rule("AQ/A=", mailbox="u", actions={"forwardTo": ["a@evil.example"]})]
    )

    assert finding(source, "EM-05").object_id == "u/AQ%2FA%3D"


CHECK_KEYS = [
    *("schema", "tenant", "evaluation", "check_id", "title", "status", "severity", "assessed", "failing"),
    *("unknown", "at_least", "reason", "object_id"),
]
OBJECT_KEYS = [
    *("schema", "tenant", "evaluation", "check_id", "title", "status", "severity", "object_type", "object_id"),
    *("object_name", "evidence", "fingerprint"),
]


def test_a_check_is_a_line_and_each_failing_object_one_below_it() -> None:
    evaluation = evaluate(unused(), a_profile(), CATALOGUE.only("AC-04"))

    check, found = (json.loads(line) for line in lines(evaluation, "contoso"))

    assert list(check) == CHECK_KEYS
    assert (check["tenant"], check["status"], check["failing"], check["object_id"]) == ("contoso", "fail", 1, None)
    assert list(found) == OBJECT_KEYS
    assert (found["status"], found["object_id"], found["object_type"]) == ("fail", "user-1", "user")
    assert found["evidence"]["last_success"] == "2025-10-19T06:00:00Z"


def test_a_check_that_was_not_assessed_says_why_on_its_line() -> None:
    evaluation = evaluate(a_snapshot(states={"users": TableState.DENIED}), a_profile(), CATALOGUE.only("AC-04"))

    (line,) = lines(evaluation, "contoso")

    assert json.loads(line)["reason"] == "users could not be read: access was refused."


def test_hostile_names_are_data() -> None:
    name = '=HYPERLINK("x")\n{"schema":1}\u2028'

    check, found = lines(evaluate(unused(display_name=name), a_profile(), CATALOGUE.only("AC-04")), "contoso")

    assert (check.count(b"\n"), found.count(b"\n")) == (1, 1)
    assert json.loads(found)["object_name"] == name


def test_the_same_evaluation_gives_the_same_bytes() -> None:
    first, second = (b"".join(lines(evaluate(unused(), a_profile()), "contoso")) for _ in range(2))

    assert first == second
