"""Rows that lack something, or hold what nobody expects: no run stops, they are counted, what they hide is told."""

from datetime import timedelta
from typing import Final

import pytest
from builders.attacked_log import attacked_log, entry, of_another_firm
from builders.rows import AS_OF, Row
from examination_kit import CELLS, COLUMNS, ODD_VALUES, as_it_is, deep, examined, few, spoilt
from hypothesis import given
from hypothesis import strategies as st

from checks.signins.columns import LABELS
from checks.signins.model import Examined, Story

NEEDED: Final = tuple(name for name in COLUMNS if name not in {"id", "created_date_time", *LABELS})
"""Columns that a detection may stand on; a row without its time is at no place of the log."""
FIRMS: Final = {column: number for number, column in enumerate(("", *NEEDED), start=1)}
"""A firm for each column that its log lacks, and one that lacks nothing."""

Found = set[tuple[str, str | None]]


def _found(examined: Examined) -> Found:
    """Return what was found, as detections and accounts."""
    return {(each.unit, each.user_id) for each in examined.detections}


def _untold(lost: Found, examined: Examined) -> Found:
    """Return what was lost without a word: neither said to be not evaluated, nor in doubt for the person or all."""
    unevaluated = {unit.id for unit in examined.units if not unit.evaluated}
    doubted = {(unit, who) for who, units in examined.doubts.items() for unit in units}
    return {(unit, who) for unit, who in lost if unit not in unevaluated and not {(unit, who), (unit, None)} & doubted}


@pytest.mark.deep
@pytest.mark.parametrize("column", COLUMNS)
def test_a_log_without_a_column_is_examined_and_what_is_lost_is_told(column: str) -> None:
    result = examined(dict(each, **{column: None}) for each in attacked_log())

    if column == "created_date_time":
        assert result.rows.without_time == len(attacked_log())
    else:
        assert not _untold(_found(as_it_is()) - _found(result), result)
    if column == "user_id":
        assert result.rows.without_user == result.rows.read
    if column == "error_code":
        assert result.rows.malformed == result.rows.read


def test_of_each_column_that_a_log_lacks_it_is_told_what_that_hides() -> None:
    """Forty firms in one log: of one nothing is missing, of each other one column."""
    rows = [
        dict(each, **({column: None} if column else {}))
        for column, number in FIRMS.items()
        for each in of_another_firm(attacked_log(), number)
    ]

    result = examined(rows)

    whole = {(unit, who.removeprefix("1-")) for unit, who in _found(result) if who and who.startswith("1-")}
    expected = {
        (unit, f"{number}-{who}") for number in FIRMS.values() if number != FIRMS["user_id"] for unit, who in whole
    }
    assert len({unit for unit, _ in whole}) >= 12
    assert not _untold(expected - _found(result), result)
    assert result.rows.without_user >= len(attacked_log()) / 3
    assert result.rows.malformed >= len(attacked_log()) / 3


def _odd(column: str, number: int) -> list[Row]:
    """A person of his own with a sign-in for each odd value, each from an address of its own."""
    return [
        entry(f"odd-{column}-{turn}", f"odd-{column}", AS_OF - timedelta(days=12, minutes=90 * turn),
              ip_address=f"2001:db8:0dd:{number:x}{turn:02x}::1") | {column: value}
        for turn, value in enumerate(ODD_VALUES[column])
    ]  # fmt: skip


def _of(examined: Examined, people: set[str]) -> list[Story]:
    return [story for story in examined.stories if story.user_id in people]


def test_odd_values_never_stop_the_run_nor_change_what_is_told_of_others() -> None:
    odd = [_odd(column, number) for number, column in enumerate(ODD_VALUES)]

    result = examined(attacked_log(), *odd)

    staff = {story.user_id for story in as_it_is().stories if story.user_id}
    assert _of(result, staff) == _of(as_it_is(), staff)


@pytest.mark.deep
@pytest.mark.parametrize("column", ODD_VALUES)
def test_odd_values_of_one_column_never_stop_the_run(column: str) -> None:
    result = examined(attacked_log(), _odd(column, 1))

    assert {story.user_id for story in result.stories} >= {story.user_id for story in as_it_is().stories}


def test_rows_that_are_not_what_they_should_be_are_counted() -> None:
    """Some have an address that is none, some steps that are no steps or of another shape, some no answer."""
    spoils: tuple[Row, ...] = (
        {"ip_address": "not an address"},
        {"authentication_details": "["},
        {"authentication_details": '{"succeeded": true}'},
        {"error_code": None},
    )
    by_hand = [each for each in attacked_log() if each["is_interactive"]][-40:]
    spoilt_by = {each["id"]: spoils[number % 4] for number, each in enumerate(by_hand)}
    rows = [each | spoilt_by.get(each["id"], {}) for each in attacked_log()]
    timeless = [dict(each, id=f"t-{each['id']}", created_date_time=None) for each in attacked_log()[:7]]
    nameless = [
        entry(f"n-{number}", "", AS_OF - timedelta(days=2, minutes=number), user_id=None, user_principal_name=None)
        for number in range(5)
    ]

    result = examined(rows, timeless, nameless)

    assert result.rows.malformed == 40
    assert result.rows.without_time == 7
    assert result.rows.without_user == as_it_is().rows.without_user + 5
    assert result.rows.read == as_it_is().rows.read + 5 + 7


def test_renewals_from_an_address_that_is_none_are_counted() -> None:
    """They are put together before anything else is done with them."""
    rows = [
        dict(each, ip_address="not an address") if each["id"].startswith("silent-") else each for each in attacked_log()
    ]

    assert examined(rows).rows.malformed == 6


@pytest.mark.deep
@few
@given(CELLS)
def test_any_cells_may_be_missing_or_odd_at_once(cells: list[tuple[int, str, int]]) -> None:
    result = examined(spoilt(cells))

    assert result.rows.read + result.rows.without_time <= len(attacked_log())


@pytest.mark.deep
@deep
@given(CELLS)
def test_whatever_cells_are_missing_or_odd_every_order_tells_the_same(cells: list[tuple[int, str, int]]) -> None:
    rows = spoilt(cells)

    assert examined(rows).stories == examined(rows[::-1]).stories


HOLES: Final = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(NEEDED)), min_size=1, max_size=6)


def _hold_for_holes(holes: list[tuple[int, str]]) -> None:
    result = examined(spoilt([(place, column, -1) for place, column in holes]))

    assert not _untold(_found(as_it_is()) - _found(result), result)


@few
@given(HOLES)
def test_what_missing_cells_hide_is_in_doubt(holes: list[tuple[int, str]]) -> None:
    """A gap is never a pass: a detection that is gone because of nulls is doubted for its person or for everybody."""
    _hold_for_holes(holes)


@pytest.mark.deep
@deep
@given(HOLES)
def test_what_any_missing_cells_hide_is_in_doubt(holes: list[tuple[int, str]]) -> None:
    _hold_for_holes(holes)


def test_an_empty_log_is_examined() -> None:
    result = examined([])

    assert not result.detections
    assert not result.stories
    assert result.rows.read == 0
