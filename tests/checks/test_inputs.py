# ruff: noqa: ARG001 - stand-ins for checks and outcomes
from typing import Annotated, Any

import pandas as pd
import pytest
from builders import a_profile, a_sign_in, a_snapshot
from builders.private import FAILS, PASSES, Users, catalogue_of, enabled_fails, ids, judge, outcome, register

from checks.engine import evaluate
from checks.frame import look_up, null_means
from checks.model import Gap, Outcome, Profile, Verdict
from checks.registry import columns
from checks.relations import Relation
from scanner.snapshot.ledger import Basis, Coverage, GroupCoverage, TableState

UNREAD = [state for state in TableState if not state.delivers_rows]


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

    result = judge(names_it, a_snapshot(users=[PASSES], column_groups=SIGN_IN_ACTIVITY))

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

    result = judge(prefers_it, a_snapshot(users=[PASSES], column_groups=SIGN_IN_ACTIVITY))

    assert seen == [True]
    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, ["users.sign_in_activity"])


def test_a_column_group_that_no_input_names_is_no_gap() -> None:
    result = judge(enabled_fails, a_snapshot(users=[PASSES], column_groups=SIGN_IN_ACTIVITY))

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
    source = a_snapshot(
        users=[FAILS], sign_ins=[attempt], column_groups={"sign_ins.beta_properties": TableState.SKIPPED}
    )

    result = judge(reads_protocols, source)

    assert (result.verdict, ids(result.unknown)) == (Verdict.NOT_ASSESSED, ["f"])
    assert [gap.need for gap in result.gaps] == ["sign_ins.beta_properties"]


def test_a_log_that_was_continued_from_the_scan_before_is_whole() -> None:
    states = {"sign_ins": Coverage(TableState.COMPLETE, basis=Basis.INCREMENTAL)}

    assert judge(counts_sign_ins, a_snapshot(users=[PASSES], states=states)).verdict is Verdict.PASS


@pytest.mark.parametrize("state", UNREAD)
def test_what_was_not_read_at_all_is_one_gap_whatever_it_would_continue_from(state: TableState) -> None:
    def counts_links(sharing_links: Annotated[pd.DataFrame, columns("item_id")]) -> Outcome:
        """Why."""
        raise AssertionError("called")

    result = judge(counts_links, a_snapshot(states={"sharing_links": Coverage(state, basis=Basis.INCREMENTAL)}))

    assert [gap.need for gap in result.gaps] == ["sharing_links"]


def test_links_of_which_only_changes_were_read_are_not_whole() -> None:
    def concludes(sharing_links: Annotated[pd.DataFrame, columns("item_id", whole=True)]) -> Outcome:
        """Why."""
        raise AssertionError("called")

    states = {"sharing_links": Coverage(TableState.COMPLETE, basis=Basis.INCREMENTAL)}

    assert judge(concludes, a_snapshot(states=states)).verdict is Verdict.NOT_ASSESSED


def test_two_checks_may_ask_for_different_columns_of_one_log() -> None:
    catalogue = catalogue_of(counts_sign_ins)
    register(catalogue, "AC-05", reads_protocols)
    attempt = a_sign_in(user_id="f", error_code=1, authentication_protocol="deviceCode")

    results = evaluate(a_snapshot(users=[FAILS], sign_ins=[attempt]), a_profile(), catalogue).results

    assert [result.verdict for result in results] == [Verdict.PASS, Verdict.FAIL]
