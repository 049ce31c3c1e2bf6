"""Graph's JSON becomes columns: nothing invented, nothing silently dropped."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from scanner.collectors.rows import Shape, as_json, camel_case
from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table
from scanner.transport.errors import Malformed

THINGS = Table(
    "things",
    key=("id",),
    retention_days=1,
    event_time="seen_date_time",
    columns=(
        Column("id", pa.string(), DataClass.SETTING),
        Column("seen_date_time", TIMESTAMP, DataClass.SETTING),
        Column("is_on", pa.bool_(), DataClass.SETTING),
        Column("amount", pa.int64(), DataClass.COUNT),
        Column("share", pa.float64(), DataClass.COUNT),
        Column("names", pa.list_(pa.string()), DataClass.SETTING),
        Column(
            "plans",
            pa.list_(pa.struct([("plan_id", pa.string()), ("disabled_plans", pa.list_(pa.string()))])),
            DataClass.SETTING,
        ),
        Column("inner", pa.string(), DataClass.SETTING),
        Column("raw", pa.string(), DataClass.SETTING),
    ),
)
SHAPE = Shape(THINGS, paths={"inner": "outer/middle/inner", "raw": ""}, readers={"raw": as_json})
SEEN = "2026-11-16T06:00:00Z"


def converted(**properties: object) -> dict[str, object]:
    """Return the one row that Graph's object with these properties becomes."""
    [row] = SHAPE.convert([{"id": "1", "seenDateTime": SEEN, **properties}], "v1.0/things").to_pylist()
    return dict(row)


def test_a_column_is_looked_for_under_its_name_in_camel_case() -> None:
    assert camel_case("external_user_state_change_date_time") == "externalUserStateChangeDateTime"


def test_what_graph_leaves_out_and_what_it_calls_null_are_both_null() -> None:
    row = converted(isOn=None, names=None, outer=None)

    assert [row[name] for name in ("is_on", "amount", "share", "names", "plans", "inner")] == [None] * 6


def test_empty_is_not_absent() -> None:
    row = converted(names=[], plans=[], outer={"middle": {"inner": ""}})

    assert (row["names"], row["plans"], row["inner"]) == ([], [], "")


def test_a_nested_property_is_found_where_it_lies() -> None:
    assert converted(outer={"middle": {"inner": "deep"}})["inner"] == "deep"


def test_members_of_objects_in_lists_keep_what_is_known_of_them() -> None:
    row = converted(plans=[{"planId": "a", "disabledPlans": ["x"], "unheardOf": 1}, {"planId": "b"}])

    assert row["plans"] == [
        {"plan_id": "a", "disabled_plans": ["x"]},
        {"plan_id": "b", "disabled_plans": None},
    ]


def test_raw_text_is_the_whole_object_with_sorted_keys() -> None:
    assert converted(unheardOf={"b": 1, "a": [None]})["raw"] == (
        '{"id":"1","seenDateTime":"2026-11-16T06:00:00Z","unheardOf":{"a":[null],"b":1}}'
    )


def test_seven_fractional_digits_are_read_to_the_microsecond() -> None:
    assert converted(seenDateTime="2020-03-13T19:15:41.6195833Z")["seen_date_time"] == datetime(
        2020, 3, 13, 19, 15, 41, 619583, UTC
    )


def test_an_offset_is_taken_into_account() -> None:
    row = converted(seenDateTime="2026-11-16T08:00:00+02:00")

    assert row["seen_date_time"] == datetime(2026, 11, 16, 6, tzinfo=UTC)


def test_no_rows_are_a_table_without_rows() -> None:
    empty = SHAPE.convert([], "v1.0/things")

    assert empty.num_rows == 0
    assert empty.schema == THINGS.arrow_schema


@pytest.mark.parametrize(
    ("properties", "column"),
    [
        ({"isOn": 1}, "is_on"),
        ({"isOn": "true"}, "is_on"),
        ({"amount": True}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": 2**70}, "amount"),
        ({"share": "0.5"}, "share"),
        ({"share": True}, "share"),
        ({"names": "abc"}, "names"),
        ({"names": ["a", 1]}, "names"),
        ({"names": {"a": 1}}, "names"),
        ({"plans": ["a"]}, "plans"),
        ({"plans": [{"planId": 1}]}, "plans"),
        ({"plans": [{"disabledPlans": "a"}]}, "plans"),
        ({"outer": "text"}, "inner"),
        ({"outer": {"middle": [1]}}, "inner"),
        ({"outer": {"middle": {"inner": {}}}}, "inner"),
        ({"seenDateTime": "yesterday"}, "seen_date_time"),
        ({"seenDateTime": "2026-11-16T06:00:00"}, "seen_date_time"),
        ({"seenDateTime": 1763272800}, "seen_date_time"),
        ({"seenDateTime": "2026-13-45T06:00:00Z"}, "seen_date_time"),
    ],
)
def test_a_value_of_another_type_spoils_the_table_and_names_only_its_column(
    properties: dict[str, object], column: str
) -> None:
    with pytest.raises(Malformed) as caught:
        converted(**properties)

    assert caught.value.code == f"unexpected_value:{column}"
    assert caught.value.endpoint == "v1.0/things"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"seenDateTime": SEEN}, "key_missing:id"),
        ({"id": None, "seenDateTime": SEEN}, "key_missing:id"),
        ({"id": "1"}, "key_missing:seen_date_time"),
        ({"id": "1", "seenDateTime": "0001-01-01T00:00:00Z"}, "key_missing:seen_date_time"),
    ],
)
def test_an_object_without_key_or_time_is_malformed(row: dict[str, object], code: str) -> None:
    with pytest.raises(Malformed) as caught:
        SHAPE.convert([row], "v1.0/things")

    assert caught.value.code == code


def test_json_nested_deeper_than_can_be_written_spoils_the_table_and_no_more() -> None:
    deep: object = "x"
    for _ in range(300):
        deep = {"deeper": deep}

    with pytest.raises(Malformed) as caught:
        converted(unheardOf=deep)

    assert caught.value.code == "unexpected_value:raw"


def test_one_odd_object_among_good_ones_is_not_dropped_in_silence() -> None:
    good = {"id": "1", "seenDateTime": SEEN}

    with pytest.raises(Malformed):
        SHAPE.convert([good, {**good, "id": "2", "amount": "many"}], "v1.0/things")


def test_never_is_null_at_the_edge() -> None:
    users = Table("times", ("id",), (*THINGS.columns[:1], Column("last_date_time", TIMESTAMP, DataClass.SETTING)), 1)

    rows = Shape(users).convert(
        [
            {"id": "1", "lastDateTime": "0001-01-01T00:00:00Z"},
            {"id": "2", "lastDateTime": "0001-01-01T00:00:00.0000000Z"},
        ],
        "v1.0/times",
    )

    assert rows["last_date_time"].to_pylist() == [None, None]
