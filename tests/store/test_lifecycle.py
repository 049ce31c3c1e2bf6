"""What becomes of a finding: new, open, fixed, not seen since, rule changed, statement changed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from judgements import GAP, a_check, an_object, judged, scan_id

from checks.model import Verdict
from store.decided import Waiver
from store.judged import Judged, JudgedCheck
from store.lifecycle import FindingState, WaiverState, history, waiver_state

KEY = ("AC-04", "ada")


def state_of(*evaluations: Judged) -> FindingState:
    return history(evaluations)[KEY].state


def test_a_failure_seen_for_the_first_time_is_new() -> None:
    assert state_of(judged(1, a_check(failing=["ada"]))) is FindingState.NEW


def test_a_failure_seen_again_is_open_and_keeps_its_first_day() -> None:
    failing = a_check(failing=["ada"])

    tracked = history([judged(1, failing), judged(2, failing), judged(3, failing)])[KEY]

    assert tracked.state is FindingState.OPEN
    assert (tracked.first_seen, tracked.last_seen, tracked.changed_in) == (scan_id(1), scan_id(3), scan_id(2))


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(a_check(passed=["ada"]), FindingState.FIXED, id="assessed completely and passed: fixed"),
        pytest.param(a_check(passed=["bob"]), FindingState.FIXED, id="assessed completely and gone: fixed"),
        pytest.param(
            a_check(failing=["bob"], passed=["ada"]), FindingState.FIXED, id="another object failing changes nothing"
        ),
        pytest.param(
            a_check(verdict=Verdict.NOT_ASSESSED), FindingState.NOT_SEEN_SINCE, id="not assessed proves nothing"
        ),
        pytest.param(
            a_check(failing=["bob"], passed=["ada"], gaps=(GAP,)),
            FindingState.NOT_SEEN_SINCE,
            id="incomplete coverage proves nothing, even where the object passed",
        ),
        pytest.param(a_check(unknown=["ada"]), FindingState.NOT_SEEN_SINCE, id="unknown is not fixed"),
        pytest.param(
            a_check(failing=["bob"], unknown=["ada"]), FindingState.NOT_SEEN_SINCE, id="nor where others still fail"
        ),
        pytest.param(
            a_check(failing=["bob"], unknown=["cy"], passed=["ada"]),
            FindingState.FIXED,
            id="another's doubt is not its",
        ),
        pytest.param(
            a_check(verdict=Verdict.NOT_APPLICABLE), FindingState.NOT_SEEN_SINCE, id="not applicable is not assessed"
        ),
        pytest.param(a_check(verdict=Verdict.ATTESTED), FindingState.NOT_SEEN_SINCE, id="attested is not assessed"),
        pytest.param(a_check("EM-05"), FindingState.NOT_SEEN_SINCE, id="a check that was not run proves nothing"),
    ],
)
def test_a_failure_no_longer_reported_is_fixed_only_when_that_is_proven(
    second: JudgedCheck, expected: FindingState
) -> None:
    assert state_of(judged(1, a_check(failing=["ada"])), judged(2, second)) is expected


def test_a_fixed_finding_that_returns_is_new_again() -> None:
    failing, passing = a_check(failing=["ada"]), a_check(passed=["ada"])

    tracked = history([judged(1, failing), judged(2, passing), judged(3, failing)])[KEY]

    assert (tracked.state, tracked.first_seen) == (FindingState.NEW, scan_id(3))


def test_a_finding_not_seen_for_a_while_is_the_same_finding_when_seen_again() -> None:
    failing, gap = a_check(failing=["ada"]), a_check(gaps=(GAP,))

    tracked = history([judged(1, failing), judged(2, gap), judged(3, gap), judged(4, failing)])[KEY]

    assert (tracked.state, tracked.first_seen) == (FindingState.OPEN, scan_id(1))


def test_not_seen_since_tells_since_when() -> None:
    failing, gap = a_check(failing=["ada"]), a_check(gaps=(GAP,))

    tracked = history([judged(1, failing), judged(2, gap), judged(3, gap)])[KEY]

    assert (tracked.failing, tracked.last_seen, tracked.changed_in) == (True, scan_id(1), scan_id(2))


def test_a_fixed_finding_stays_fixed() -> None:
    tracked = history([judged(1, a_check(failing=["ada"])), judged(2, a_check()), judged(3, a_check(gaps=(GAP,)))])[KEY]

    assert (tracked.state, tracked.changed_in) == (FindingState.FIXED, scan_id(2))


def test_a_failure_that_came_with_another_catalogue_is_no_new_one() -> None:
    first, second = judged(1, a_check(passed=["ada"])), judged(2, a_check(failing=["ada"]), catalogue="c2")

    assert state_of(first, second) is FindingState.RULE_CHANGED
    assert history([first, second])[KEY].failing


def test_a_failure_that_went_with_another_catalogue_is_not_fixed() -> None:
    first, second = judged(1, a_check(failing=["ada"])), judged(2, a_check(passed=["ada"]), catalogue="c2")

    assert state_of(first, second) is FindingState.RULE_CHANGED
    assert not history([first, second])[KEY].failing


@pytest.mark.parametrize("after", [a_check(passed=["ada"]), a_check(passed=["bob"])])
def test_a_failure_that_went_with_a_statement_of_the_firm_is_not_fixed(after: JudgedCheck) -> None:
    first, second = judged(1, a_check(failing=["ada"])), judged(2, after, statements="p2")

    assert state_of(first, second) is FindingState.STATEMENT_CHANGED
    assert not history([first, second])[KEY].failing


def test_a_failure_that_came_with_a_statement_of_the_firm_is_no_new_one() -> None:
    first, second = judged(1, a_check(passed=["ada"])), judged(2, a_check(failing=["ada"]), statements="p2")

    assert state_of(first, second) is FindingState.STATEMENT_CHANGED
    assert history([first, second])[KEY].failing


def test_a_statement_of_the_firm_closes_nothing_that_could_not_be_judged() -> None:
    first = judged(1, a_check(failing=["ada"]))

    assert state_of(first, judged(2, a_check(gaps=(GAP,)), statements="p2")) is FindingState.NOT_SEEN_SINCE
    assert state_of(first, judged(2, a_check("EM-05"), statements="p2")) is FindingState.NOT_SEEN_SINCE


def test_where_the_rule_changed_too_it_is_said_first() -> None:
    first = judged(1, a_check(failing=["ada"]))
    second = judged(2, a_check(passed=["ada"]), catalogue="c2", statements="p2")

    assert state_of(first, second) is FindingState.RULE_CHANGED


def test_judging_the_last_scan_again_tells_statement_and_tenant_apart() -> None:
    first = judged(1, a_check(failing=["ada", "bob"]))
    again = judged(1, a_check(failing=["bob"], passed=["ada"]), statements="p2", evaluation="again")
    second = judged(2, a_check(failing=["cy"], passed=["ada", "bob"]), statements="p2")

    states = {key[1]: tracked.state for key, tracked in history([first, again, second]).items()}

    assert states == {
        "ada": FindingState.STATEMENT_CHANGED, "bob": FindingState.FIXED, "cy": FindingState.NEW
    }  # fmt: skip


def test_judging_the_last_scan_again_tells_rule_and_tenant_apart() -> None:
    first = judged(1, a_check(failing=["ada"]))
    again = judged(1, a_check(failing=["ada", "bob"]), catalogue="c2")
    second = judged(2, a_check(failing=["bob", "cy"], passed=["ada"]), catalogue="c2")

    states = {key[1]: tracked.state for key, tracked in history([first, again, second]).items()}

    assert states == {"ada": FindingState.FIXED, "bob": FindingState.OPEN, "cy": FindingState.NEW}


def test_a_check_that_left_the_catalogue_leaves_nothing_open() -> None:
    tracked = history([judged(1, a_check(failing=["ada"])), judged(2, a_check("EM-05"), catalogue="c2")])[KEY]

    assert (tracked.state, tracked.failing) == (FindingState.RULE_CHANGED, False)


def test_a_scan_of_chosen_areas_changes_nothing() -> None:
    first, areas = judged(1, a_check(failing=["ada"])), judged(2, a_check(passed=["ada"]), whole=False)

    assert state_of(first, areas) is FindingState.NEW


def test_a_new_name_does_not_make_a_new_finding() -> None:
    before, after = an_object("ada", "Ada Lovelace"), an_object("ada", "Ada King")

    tracked = history([judged(1, a_check(failing=[before])), judged(2, a_check(failing=[after]))])[KEY]

    assert (tracked.state, tracked.object_name) == (FindingState.OPEN, "Ada King")


WAIVER = Waiver(
    "AC-04",
    "ada",
    "on leave",
    "partner",
    datetime(2026, 11, 1, tzinfo=UTC),
    date(2026, 12, 31),
    {"account_enabled": True},
)


@pytest.mark.parametrize(
    ("evidence", "today", "expected"),
    [
        pytest.param({"account_enabled": True}, date(2026, 12, 31), WaiverState.IN_FORCE, id="until its last day"),
        pytest.param({"account_enabled": True}, date(2027, 1, 1), WaiverState.EXPIRED, id="expired the day after"),
        pytest.param({"account_enabled": False}, date(2026, 12, 1), WaiverState.LAPSED, id="another condition lapses"),
        pytest.param(
            {"account_enabled": True, "seen": "2026-12-01"}, date(2026, 12, 1), WaiverState.IN_FORCE,
            id="a volatile column does not",
        ),
        pytest.param({}, date(2026, 12, 1), WaiverState.LAPSED, id="a condition no longer seen lapses it"),
    ],
)  # fmt: skip
def test_a_waiver_counts_until_its_day_or_its_condition_changes(
    evidence: dict[str, object], today: date, expected: WaiverState
) -> None:
    assert waiver_state(WAIVER, an_object("ada", **evidence), today) is expected


def test_a_waiver_on_nothing_in_particular_never_lapses() -> None:
    assert waiver_state(replace(WAIVER, condition={}), an_object("ada"), date(2026, 12, 1)) is WaiverState.IN_FORCE
