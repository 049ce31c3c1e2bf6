# ruff: noqa: ANN401, ARG001, FBT001 - stand-ins for checks and outcomes
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from builders import AS_OF, a_profile, a_snapshot, a_user
from builders.private import FAILS, PASSES, UNKNOWN, Users, catalogue_of, enabled_fails, ids, judge, outcome, register

from checks.engine import OutcomeError, evaluate
from checks.model import Outcome, Profile, Verdict
from scanner.snapshot.ledger import TableState


@pytest.mark.parametrize(
    ("users", "verdict", "at_least"),
    [
        pytest.param([PASSES], Verdict.PASS, False, id="every object passed"),
        pytest.param([], Verdict.PASS, False, id="there is no object, and all was read"),
        pytest.param([PASSES, FAILS], Verdict.FAIL, False, id="one failed"),
        pytest.param([PASSES, UNKNOWN], Verdict.NOT_ASSESSED, False, id="one is unknown and none failed"),
        pytest.param([FAILS, UNKNOWN], Verdict.FAIL, True, id="one failed and one is unknown"),
    ],
)
def test_the_verdict_follows_from_the_outcome(users: list[Any], verdict: Verdict, at_least: bool) -> None:
    result = judge(enabled_fails, a_snapshot(users=users))

    assert (result.verdict, result.at_least, result.assessed) == (verdict, at_least, len(users))


def test_a_check_that_does_not_apply_says_why() -> None:
    def nobody(users: Users) -> Outcome:
        """Why."""
        return outcome(users, not_applicable="there are no users")

    result = judge(nobody, a_snapshot())

    assert (result.verdict, result.reason) == (Verdict.NOT_APPLICABLE, "there are no users")


def test_what_was_read_in_part_is_never_not_applicable() -> None:
    def nobody(users: Users) -> Outcome:
        """Why."""
        return outcome(users, not_applicable="there are no users")

    result = judge(nobody, a_snapshot(states={"users": TableState.PARTIAL}))

    assert result.verdict is Verdict.NOT_ASSESSED


def broken_frame(**given: Any) -> pd.DataFrame:
    return pd.DataFrame({"object_id": ["a"], "object_name": ["A"], "enabled": [True]} | given)


EMPTY = broken_frame().head(0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"failures": broken_frame(object_id=["b"])}, "not in the population", id="a failure from nowhere"),
        pytest.param({"unknown": broken_frame(object_id=["b"])}, "not in the population", id="an unknown from nowhere"),
        pytest.param({"failures": broken_frame(), "unknown": broken_frame()}, "both fail and are unknown", id="both"),
        pytest.param({"failures": pd.concat([broken_frame()] * 2)}, "names an object twice", id="an object twice"),
        pytest.param({"failures": broken_frame(more=[1])}, "['more']", id="evidence that is not declared"),
        pytest.param({"failures": broken_frame().drop(columns="enabled")}, "['enabled']", id="evidence left out"),
        pytest.param({"population": broken_frame(object_id=[None])}, "without id or name", id="an object without id"),
        pytest.param({"population": broken_frame(object_name=[""])}, "without id or name", id="an object without name"),
        pytest.param({"population": broken_frame().drop(columns="object_name")}, "no column", id="no names at all"),
        pytest.param({"not_applicable": "why"}, "has a population of 1", id="not applicable to somebody"),
        pytest.param({"failures": broken_frame(enabled=[b"1"])}, "cannot be written down", id="evidence no JSON holds"),
    ],
)
def test_a_check_that_contradicts_itself_is_a_bug(given: dict[str, Any], message: str) -> None:
    def contradicts(profile: Profile) -> Outcome:
        """Why."""
        return Outcome(**({"population": broken_frame(), "failures": EMPTY, "unknown": EMPTY} | given))

    with pytest.raises(OutcomeError, match=re.escape(message)):
        judge(contradicts, a_snapshot())


def test_evidence_is_plain_json_in_declared_order() -> None:
    def shows(profile: Profile) -> Outcome:
        """Why."""
        moment = pd.Timestamp("2026-11-01T08:00:00+02:00")
        frame = broken_frame(enabled=[{"when": moment, "who": ["a", None]}])
        return Outcome(population=frame, failures=frame, unknown=EMPTY)

    (row,) = judge(shows, a_snapshot()).failing

    assert row.evidence == {"enabled": {"when": "2026-11-01T06:00:00Z", "who": ["a", None]}}


def attested(profile: Profile) -> Outcome:
    """Nothing in the tenant can tell."""
    return Outcome(population=broken_frame(), failures=EMPTY, unknown=broken_frame())


@pytest.mark.parametrize(
    ("check_id", "attestations", "verdict"),
    [
        pytest.param("GV-07", {"GV-07": "minutes of 2026-03-01"}, Verdict.ATTESTED, id="what the firm states"),
        pytest.param("GV-07", {}, Verdict.NOT_ASSESSED, id="what the firm does not state"),
        pytest.param("AC-04", {"AC-04": "we looked"}, Verdict.NOT_ASSESSED, id="what can be read is never attested"),
    ],
)
def test_only_what_cannot_be_read_is_attested(check_id: str, attestations: dict[str, str], verdict: Verdict) -> None:
    profile = a_profile(attestations=attestations)

    (result,) = evaluate(a_snapshot(), profile, catalogue_of(attested, check_id=check_id)).results

    assert result.verdict is verdict


def test_results_are_in_order_of_id_and_objects_too() -> None:
    users = [a_user(name, account_enabled=True) for name in ("c", "a", "b")]
    catalogue = catalogue_of(enabled_fails, check_id="AC-05")
    register(catalogue, "AC-04", enabled_fails)

    first, second = evaluate(a_snapshot(users=users), a_profile(), catalogue).results

    assert (first.check.id, second.check.id) == ("AC-04", "AC-05")
    assert ids(first.failing) == ["a", "b", "c"] == list(first.population)


def test_what_a_check_shows_besides_its_verdict_is_handed_on_as_json() -> None:
    def shown(users: Users) -> Outcome:
        """Why."""
        return replace(outcome(users), exhibit={"people": ({"name": "Ann", "seen": AS_OF},)})

    result = judge(shown, a_snapshot())

    assert result.exhibit == {"people": [{"name": "Ann", "seen": "2026-11-23T06:00:00Z"}]}
    assert judge(enabled_fails, a_snapshot()).exhibit is None


def test_what_a_check_shows_is_no_part_of_a_fingerprint_or_of_the_verdict() -> None:
    def fails(users: Users) -> Outcome:
        """Why."""
        return enabled_fails(users)

    def shows(users: Users) -> Outcome:
        """Why."""
        return replace(enabled_fails(users), exhibit={"people": []})

    plain, showing = (judge(each, a_snapshot(users=[FAILS])) for each in (fails, shows))

    assert (plain.verdict, plain.failing) == (showing.verdict, showing.failing)
