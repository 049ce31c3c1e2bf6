# ruff: noqa: ANN401, ARG001, FBT001 - stand-ins for checks and outcomes
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pytest
from builders import AS_OF, MemorySource, a_profile, a_sign_in, a_snapshot, a_user

from checks.engine import OutcomeError, evaluate
from checks.frame import judged, look_up, null_means, objects
from checks.frameworks import mapping
from checks.model import EvidenceKind, Gap, Outcome, Profile, Verdict
from checks.registry import CATALOGUE, Catalogue, columns
from checks.relations import Relation
from checks.results import CheckResult
from checks.versions import source_hash
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState

UNREAD = [state for state in TableState if not state.delivers_rows]
Users = Annotated[pd.DataFrame, columns("id", "account_enabled")]


def register(catalogue: Catalogue, check_id: str, function: Callable[..., Outcome]) -> None:
    catalogue.check(
        check_id,
        title="A title",
        severity=mapping()[check_id].severity,
        object_type="user",
        evidence={"enabled": EvidenceKind.CONDITION},
        remedy="A remedy.",
        source="https://learn.microsoft.com/",
    )(function)


def catalogue_of(function: Callable[..., Outcome], *derived: Callable[..., Any], check_id: str = "AC-04") -> Catalogue:
    catalogue = Catalogue()
    for one in derived:
        catalogue.derived(one)
    register(catalogue, check_id, function)
    return catalogue


def judge(function: Callable[..., Outcome], source: MemorySource, *derived: Callable[..., Any]) -> CheckResult:
    (result,) = evaluate(source, a_profile(), catalogue_of(function, *derived)).results
    return result


def outcome(users: pd.DataFrame, failing: "pd.Series[Any] | None" = None, **how: Any) -> Outcome:
    failing = users["account_enabled"] if failing is None else failing
    return replace(judged(objects(users, ["id"], ["id"], {"enabled": users["account_enabled"]}), failing), **how)


def enabled_fails(users: Users) -> Outcome:
    """Whoever is enabled fails."""
    return outcome(users)


def ids(rows: tuple[Any, ...]) -> list[str]:
    return [row.object_id for row in rows]


PASSES = a_user("p", account_enabled=False)
FAILS = a_user("f", account_enabled=True)
UNKNOWN = a_user("u", account_enabled=None)


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


@pytest.mark.parametrize("state", UNREAD)
def test_a_table_that_was_not_read_is_a_gap_and_the_check_is_never_called(state: TableState) -> None:
    def never(users: Users) -> Outcome:
        """Why."""
        raise AssertionError("called")

    result = judge(never, a_snapshot(states={"users": Coverage(state, reason="Forbidden", mend="grant:User.Read.All")}))

    assert result.verdict is Verdict.NOT_ASSESSED
    assert result.gaps == (Gap("users", state, "Forbidden", "grant:User.Read.All"),)
    assert "grant the permission User.Read.All" in result.reason
    assert not result.complete


def test_a_table_that_was_read_in_part_still_shows_what_fails() -> None:
    coverage = Coverage(TableState.PARTIAL, reason="timeout", objects_failed=3)

    result = judge(enabled_fails, a_snapshot(users=[FAILS], states={"users": coverage}))

    assert (result.verdict, result.at_least, ids(result.failing)) == (Verdict.FAIL, True, ["f"])
    assert "3 missing" in result.reason


def test_a_table_that_was_read_in_part_never_passes() -> None:
    result = judge(enabled_fails, a_snapshot(users=[PASSES], states={"users": TableState.PARTIAL}))

    assert result.verdict is Verdict.NOT_ASSESSED


def test_a_check_that_concludes_from_absence_needs_the_whole_table() -> None:
    def concludes(users: Annotated[pd.DataFrame, columns("id", whole=True)]) -> Outcome:
        """Why."""
        raise AssertionError("called")

    result = judge(concludes, a_snapshot(users=[FAILS], states={"users": TableState.PARTIAL}))

    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, ["users"])


SIGN_IN_ACTIVITY = {"users.sign_in_activity": GroupCoverage(TableState.UNLICENSED, "NonPremium", "license:AAD_PREMIUM")}


def test_a_named_column_whose_group_was_not_read_makes_the_input_a_gap() -> None:
    def names_it(users: Annotated[pd.DataFrame, columns("id", "last_successful_sign_in_date_time")]) -> Outcome:
        """Why."""
        raise AssertionError("called")

    result = judge(names_it, a_snapshot(users=[PASSES], groups=SIGN_IN_ACTIVITY))

    assert [gap.need for gap in result.gaps] == ["users.sign_in_activity"]
    assert "Microsoft Entra ID P1" in result.reason


def test_an_optional_column_whose_group_was_not_read_is_null_and_a_gap() -> None:
    seen: list[Any] = []

    def prefers_it(
        users: Annotated[
            pd.DataFrame, columns("id", "account_enabled", optional=("last_successful_sign_in_date_time",))
        ],
    ) -> Outcome:
        """Why."""
        seen.append(users["last_successful_sign_in_date_time"].isna().all())
        return outcome(users)

    result = judge(prefers_it, a_snapshot(users=[PASSES], groups=SIGN_IN_ACTIVITY))

    assert seen == [True]
    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, ["users.sign_in_activity"])


def test_a_column_group_that_no_input_names_is_no_gap() -> None:
    result = judge(enabled_fails, a_snapshot(users=[PASSES], groups=SIGN_IN_ACTIVITY))

    assert result.verdict is Verdict.PASS


def test_a_check_is_handed_exactly_the_columns_it_names() -> None:
    seen: list[Any] = []

    def looks(users: Users) -> Outcome:
        """Why."""
        seen.extend(users.columns)
        return outcome(users)

    judge(looks, a_snapshot(users=[PASSES]))

    assert seen == ["id", "account_enabled"]


def test_an_optional_input_that_was_not_read_arrives_as_the_gap() -> None:
    seen: list[Any] = []

    def can_do_without(
        users: Users, security_defaults: Annotated[pd.DataFrame | Gap, columns("is_enabled")]
    ) -> Outcome:
        """Why."""
        seen.append(security_defaults)
        return outcome(users)

    result = judge(can_do_without, a_snapshot(users=[PASSES], states={"security_defaults": TableState.DENIED}))

    assert seen == [Gap("security_defaults", TableState.DENIED, "")]
    assert result.verdict is Verdict.PASS


def test_the_gaps_a_check_finds_itself_count_like_the_engines() -> None:
    gap = Gap("somewhere", TableState.FAILED, "")

    def finds_a_gap(users: Users) -> Outcome:
        """Why."""
        return outcome(users, gaps=(gap,))

    result = judge(finds_a_gap, a_snapshot(users=[PASSES]))

    assert (result.verdict, result.gaps) == (Verdict.NOT_ASSESSED, (gap,))


CALLS: list[str] = []


def head_count(users: Users) -> int:
    """Count."""
    CALLS.append("head_count")
    return len(users)


def enabled_users(users: Users) -> pd.DataFrame:
    """Return the users."""
    return users


def cannot_tell(users: Users) -> int | Gap:
    """Say that it cannot be told."""
    return Gap("cannot_tell", TableState.FAILED, "ambiguous")


def uses_head_count(users: Users, head_count: int) -> Outcome:
    """Why."""
    return outcome(users)


def also_uses_head_count(users: Users, head_count: int | Gap) -> Outcome:
    """Why."""
    return outcome(users)


def test_a_derived_input_is_computed_once_for_all_checks() -> None:
    catalogue = catalogue_of(uses_head_count, head_count)
    register(catalogue, "AC-05", also_uses_head_count)
    CALLS.clear()

    evaluate(a_snapshot(users=[PASSES]), a_profile(), catalogue)

    assert CALLS == ["head_count"]


@pytest.mark.parametrize("state", UNREAD)
def test_what_a_derived_input_lacks_the_check_lacks(state: TableState) -> None:
    def only_derived(head_count: int) -> Outcome:
        """Why."""
        raise AssertionError("called")

    result = judge(only_derived, a_snapshot(states={"users": state}), head_count)

    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, ["users"])


def test_what_a_derived_input_read_in_part_the_check_read_in_part() -> None:
    result = judge(uses_head_count, a_snapshot(users=[PASSES], states={"users": TableState.PARTIAL}), head_count)

    assert [gap.need for gap in result.gaps] == ["users"]


def test_a_derived_input_may_say_that_it_cannot_be_told() -> None:
    def asks(cannot_tell: int) -> Outcome:
        """Why."""
        raise AssertionError("called")

    result = judge(asks, a_snapshot(), cannot_tell)

    assert (result.verdict, result.gaps) == (
        Verdict.NOT_ASSESSED,
        (Gap("cannot_tell", TableState.FAILED, "ambiguous"),),
    )


def test_a_column_that_one_check_adds_to_a_derived_frame_is_not_there_for_the_next() -> None:
    seen: list[Any] = []

    def adds(enabled_users: pd.DataFrame) -> Outcome:
        """Why."""
        seen.append(list(enabled_users.columns))
        enabled_users["more"] = 1
        return outcome(enabled_users)

    catalogue = catalogue_of(adds, enabled_users)
    register(catalogue, "AC-05", adds)

    evaluate(a_snapshot(users=[PASSES]), a_profile(), catalogue)

    assert seen == [["id", "account_enabled"]] * 2


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


def counts_sign_ins(
    users: Users, sign_ins: Annotated[Relation, columns("user_id", "error_code")], profile: Profile
) -> Outcome:
    """Who failed to sign in more than once."""
    failed = sign_ins.sql(
        "SELECT user_id, count(*) > ? AS often FROM sign_ins WHERE error_code <> ? GROUP BY user_id", [1, 0]
    )
    return outcome(users, null_means(look_up(users["id"], failed, "user_id", "often"), answer=False))


def test_a_check_asks_the_sign_in_log_in_sql() -> None:
    attempts = [a_sign_in(user_id=user_id, error_code=code) for user_id, code in [("f", 50126), ("f", 50126), ("p", 0)]]

    result = judge(counts_sign_ins, a_snapshot(users=[FAILS, PASSES], sign_ins=attempts))

    assert (result.verdict, ids(result.failing)) == (Verdict.FAIL, ["f"])


@pytest.mark.parametrize("state", UNREAD)
def test_a_log_that_was_not_read_is_a_gap(state: TableState) -> None:
    result = judge(counts_sign_ins, a_snapshot(users=[PASSES], states={"sign_ins": state}))

    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, ["sign_ins"])


def reads_protocols(
    users: Users, sign_ins: Annotated[Relation, columns("user_id", optional=("authentication_protocol",))]
) -> Outcome:
    """Who signed in with a code from another device."""
    rows = sign_ins.sql("SELECT user_id, authentication_protocol = 'deviceCode' AS found FROM sign_ins")
    return outcome(users, look_up(users["id"], rows, "user_id", "found"))


def test_a_column_of_the_log_that_was_not_read_is_null_whatever_the_log_holds() -> None:
    attempt = a_sign_in(user_id="f", authentication_protocol="deviceCode")
    source = a_snapshot(users=[FAILS], sign_ins=[attempt], groups={"sign_ins.beta_properties": TableState.SKIPPED})

    result = judge(reads_protocols, source)

    assert (result.verdict, ids(result.unknown)) == (Verdict.NOT_ASSESSED, ["f"])
    assert [gap.need for gap in result.gaps] == ["sign_ins.beta_properties"]


def test_two_checks_may_ask_for_different_columns_of_one_log() -> None:
    catalogue = catalogue_of(counts_sign_ins)
    register(catalogue, "AC-05", reads_protocols)
    attempt = a_sign_in(user_id="f", error_code=1, authentication_protocol="deviceCode")

    results = evaluate(a_snapshot(users=[FAILS], sign_ins=[attempt]), a_profile(), catalogue).results

    assert [result.verdict for result in results] == [Verdict.PASS, Verdict.FAIL]


def identity(source: MemorySource, profile: Profile, catalogue: Catalogue = CATALOGUE) -> str:
    return evaluate(source, profile, catalogue).id


WHOLE = a_snapshot(users=[FAILS])


def test_the_same_snapshot_profile_and_catalogue_are_the_same_evaluation() -> None:
    assert identity(WHOLE, a_profile()) == identity(WHOLE, a_profile())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((replace(WHOLE, snapshot_hash="another"), a_profile(), CATALOGUE), id="another snapshot"),
        pytest.param((replace(WHOLE, purge_record="removed"), a_profile(), CATALOGUE), id="something was purged"),
        pytest.param((WHOLE, a_profile(as_of=AS_OF + timedelta(days=1)), CATALOGUE), id="another time"),
        pytest.param((WHOLE, a_profile(break_glass=("a@contoso.example",)), CATALOGUE), id="another statement"),
        pytest.param((WHOLE, a_profile(), CATALOGUE.only("AC-04")), id="another catalogue"),
        pytest.param((WHOLE, a_profile(), catalogue_of(enabled_fails)), id="another function of the same id"),
    ],
)
def test_anything_else_is_another_evaluation(other: tuple[MemorySource, Profile, Catalogue]) -> None:
    assert identity(*other) != identity(WHOLE, a_profile())


def test_the_version_of_the_catalogue_follows_every_source_of_the_package(tmp_path: Path) -> None:
    before = source_hash(tmp_path)
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "mapping.csv").write_text("id\n", encoding="utf-8")
    with_data = source_hash(tmp_path)
    (tmp_path / "notes.txt").write_text("not judged by", encoding="utf-8")

    assert before != with_data == source_hash(tmp_path)


def test_the_version_does_not_depend_on_line_endings(tmp_path: Path) -> None:
    (tmp_path / "mfa.py").write_bytes(b"a = 1\nb = 2\n")
    unix = source_hash(tmp_path)
    (tmp_path / "mfa.py").write_bytes(b"a = 1\r\nb = 2\r\n")

    assert source_hash(tmp_path) == unix


def test_results_are_in_order_of_id_and_objects_too() -> None:
    users = [a_user(name, account_enabled=True) for name in ("c", "a", "b")]
    catalogue = catalogue_of(enabled_fails, check_id="AC-05")
    register(catalogue, "AC-04", enabled_fails)

    first, second = evaluate(a_snapshot(users=users), a_profile(), catalogue).results

    assert (first.check.id, second.check.id) == ("AC-04", "AC-05")
    assert ids(first.failing) == ["a", "b", "c"] == list(first.population)
