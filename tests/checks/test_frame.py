import pandas as pd
import pyarrow as pa
import pytest
from builders import GuardedFrame, GuardedFrameError
from hypothesis import given
from hypothesis import strategies as st

from checks.frame import each, first_known, is_one_of, look_up, null_means, objects, plain, records, where


def a_frame(**columns: list[object]) -> GuardedFrame:
    return GuardedFrame(pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype))


THREE = a_frame(id=["a", "b", "c"], enabled=[True, False, None])


def ids(frame: pd.DataFrame) -> list[str]:
    return list(frame["id"])


def test_a_condition_that_is_null_is_neither_yes_nor_no() -> None:
    split = where(THREE, THREE["enabled"])

    assert [ids(part) for part in split] == [["a"], ["b"], ["c"]]


def test_the_opposite_of_unknown_is_unknown() -> None:
    assert ids(where(THREE, ~THREE["enabled"]).unknown) == ["c"]


def test_what_may_hold_is_yes_and_unknown() -> None:
    assert ids(where(THREE, THREE["enabled"]).possible) == ["a", "c"]


@given(st.lists(st.booleans() | st.none()))
def test_no_row_is_lost_whatever_the_condition_says(answers: list[bool | None]) -> None:
    frame = GuardedFrame({"row": range(len(answers))})
    condition = pd.Series(answers, index=frame.index, dtype=pd.ArrowDtype(pa.bool_()))

    split = where(frame, condition)

    assert sorted(row for part in split for row in part["row"]) == list(range(len(answers)))


def test_a_condition_that_is_not_boolean_is_refused() -> None:
    with pytest.raises(TypeError, match="boolean"):
        where(THREE, THREE["id"])


def test_a_condition_about_other_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="another index"):
        where(THREE, where(THREE, THREE["enabled"]).yes["enabled"])


def test_being_one_of_several_values_is_unknown_where_the_value_is() -> None:
    frame = a_frame(scope=["anonymous", "users", None])

    assert plain(is_one_of(frame["scope"], {"anonymous"})) == [True, False, None]


def test_a_judge_sees_lists_as_lists_and_never_a_null() -> None:
    frame = a_frame(roles=[["a", None], [], None])
    seen: list[object] = []

    answers = each(frame["roles"], lambda roles: bool(seen.append(roles)) or bool(roles))

    assert seen == [["a", None], []]
    assert plain(answers) == [True, False, None]


def test_a_row_is_named_by_the_first_column_that_says_something() -> None:
    frame = a_frame(id=["a/b", "c", "d"], name=["Ann", None, "  "])

    found = records(objects(frame, ["id"], ["name", "id"], {}))

    assert found == [
        {"object_id": "a%2Fb", "object_name": "Ann"},
        {"object_id": "c", "object_name": "c"},
        {"object_id": "d", "object_name": "d"},
    ]


def test_a_lookup_of_what_is_not_there_or_not_known_is_null() -> None:
    users = a_frame(id=["a", "b"], mail=["a@contoso.example", None])
    mailboxes = a_frame(id=["a", "b", "c", None])

    assert plain(look_up(mailboxes["id"], users, "id", "mail")) == ["a@contoso.example", None, None, None]


def test_the_first_known_value_wins() -> None:
    frame = a_frame(first=["a", None], second=["b", "c"])

    assert plain(first_known(frame["first"], frame["second"])) == ["a", "c"]


def test_a_null_that_is_an_answer_is_replaced_by_it() -> None:
    assert plain(null_means(THREE["enabled"], answer=False)) == [True, False, False]


WITH_NULLS = a_frame(id=["a", None], enabled=[True, None])


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda frame: frame[frame["enabled"]], id="indexing by a mask with nulls"),
        pytest.param(lambda frame: frame[~frame.enabled], id="indexing by the opposite of one"),
        pytest.param(lambda frame: frame.loc[frame["enabled"]], id="loc with one"),
        pytest.param(lambda frame: frame.loc[frame["enabled"], "id"], id="loc with one and a column"),
        pytest.param(lambda frame: frame["id"][frame["enabled"]], id="indexing a column by one"),
        pytest.param(lambda frame: frame["id"].loc[frame["enabled"]], id="loc of a column with one"),
        pytest.param(lambda frame: frame.groupby("id"), id="grouping by a column with nulls"),
        pytest.param(lambda frame: frame.groupby(["enabled", "id"]), id="grouping by several"),
        pytest.param(lambda frame: frame["id"].groupby(frame["enabled"]), id="grouping a column"),
        pytest.param(lambda frame: frame.merge(THREE, on="id"), id="merging on a column with nulls"),
        pytest.param(lambda frame: THREE.merge(frame, left_on="id", right_on="id"), id="merging with such a column"),
        pytest.param(lambda frame: frame["id"].isin(["a"]), id="isin over nulls"),
        pytest.param(lambda frame: frame.query("enabled"), id="query"),
        pytest.param(lambda frame: frame.join(THREE, rsuffix="2"), id="join"),
    ],
)
def test_the_guarded_frame_refuses_what_loses_nulls(use: "object") -> None:
    with pytest.raises(GuardedFrameError):
        use(WITH_NULLS)  # type: ignore[operator]


def test_the_guarded_frame_lets_through_what_loses_nothing() -> None:
    known = WITH_NULLS[WITH_NULLS["enabled"].notna()]

    assert ids(known) == ["a"]
    assert isinstance(known, GuardedFrame)
