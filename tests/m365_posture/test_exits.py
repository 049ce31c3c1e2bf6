"""Exit codes: what a script may conclude."""

import pytest

from m365_posture.config import ConfigError
from m365_posture.exits import Exit, expected, first_that_applies, not_read
from m365_posture.keys import KeyUnusable
from m365_posture.locks import TenantLocked
from scanner.snapshot.errors import Changed, NewerSchema, NoSnapshot, Truncated, WrongKey
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState
from scanner.transport.errors import AuthenticationFailed, Malformed
from store.errors import StoreUnusable
from store.viewer import NotAllowed


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("s"), Exit.USAGE),
        (KeyUnusable("s"), Exit.USAGE),
        (WrongKey("s"), Exit.USAGE),
        (NotAllowed("s"), Exit.USAGE),
        (NoSnapshot("s"), Exit.STORED),
        (Changed("s"), Exit.STORED),
        (Truncated("s"), Exit.STORED),
        (NewerSchema("s"), Exit.STORED),
        (StoreUnusable("s"), Exit.STORED),
        (TenantLocked("s"), Exit.STORED),
        (AuthenticationFailed("login", sentence="s"), Exit.SIGN_IN),
    ],
)
def test_an_error_that_a_user_can_mend_has_a_code_and_its_sentence(error: Exception, code: Exit) -> None:
    assert expected(error) == (code, "s")


@pytest.mark.parametrize("error", [ValueError("s"), OSError("s"), Malformed("users")])
def test_any_other_error_is_a_bug(error: Exception) -> None:
    assert expected(error) is None


@pytest.mark.parametrize(
    ("codes", "first"),
    [
        ([0, 3, 1], Exit.FINDINGS),
        ([1, 4, 3], Exit.SIGN_IN),
        ([4, 5, 1], Exit.STORED),
        ([5, 2, 4], Exit.USAGE),
        ([0, 3], Exit.INCOMPLETE),
        ([0, 0], Exit.DONE),
        ([], Exit.DONE),
        ([2, -9], Exit.BUG),
        ([0, 70], Exit.BUG),
    ],
)
def test_several_scans_end_with_the_first_code_that_applies(codes: list[int], first: Exit) -> None:
    assert first_that_applies(codes) is first


@pytest.mark.parametrize(
    ("state", "normally", "strictly"),
    [
        (TableState.COMPLETE, False, False),
        (TableState.PARTIAL, True, True),
        (TableState.FAILED, True, True),
        (TableState.PURGED, True, True),
        (TableState.DENIED, False, True),
        (TableState.UNLICENSED, False, True),
        (TableState.SKIPPED, False, True),
    ],
)
def test_what_was_not_granted_licensed_or_asked_for_counts_only_when_strict(
    *, state: TableState, normally: bool, strictly: bool
) -> None:
    as_table = {"users": Coverage(state)}
    as_group = {"users": Coverage(TableState.COMPLETE, groups={"sign_in_activity": GroupCoverage(state)})}

    assert bool(not_read(as_table, strict=False)) == normally
    assert bool(not_read(as_table, strict=True)) == strictly
    assert not_read(as_group, strict=True) == (["users.sign_in_activity"] if strictly else [])


def test_a_pack_that_is_off_counts_only_when_strict() -> None:
    tables = {"sharing_links": Coverage(TableState.SKIPPED, mend="pack:files")}

    assert not_read(tables, strict=False) == []
    assert not_read(tables, strict=True) == ["sharing_links"]


def test_what_this_source_never_gives_counts_only_when_strict() -> None:
    hidden = GroupCoverage(TableState.SKIPPED, "graph_cannot_see", "exchange")
    tables = {"inbox_rules": Coverage(TableState.COMPLETE, groups={"hidden_rules": hidden})}

    assert not_read(tables, strict=False) == []
    assert not_read(tables, strict=True) == ["inbox_rules.hidden_rules"]


def test_areas_that_were_not_chosen_are_not_missed() -> None:
    assert not_read({"users": Coverage(TableState.SKIPPED, reason="not_asked", mend="rescan")}, strict=True) == []
