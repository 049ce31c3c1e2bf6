"""Rows become Arrow exactly as declared, and back without a value being invented."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.snapshot.errors import RowError
from scanner.snapshot.rows import checked, to_arrow
from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table
from scanner.snapshot.tables import TABLES

ITEM = pa.struct([("name", pa.string()), ("tags", pa.list_(pa.string())), ("until", TIMESTAMP)])
THINGS = Table(
    "things",
    key=("id",),
    retention_days=1,
    columns=tuple(
        Column(name, declared, DataClass.SETTING)
        for name, declared in {
            "id": pa.string(),
            "label": pa.string(),
            "is_on": pa.bool_(),
            "number": pa.int64(),
            "share": pa.float64(),
            "seen_at": TIMESTAMP,
            "labels": pa.list_(pa.string()),
            "items": pa.list_(ITEM),
        }.items()
    ),
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
VALUES = {
    "label": TEXT,
    "is_on": st.booleans(),
    "number": st.integers(-(2**63), 2**63 - 1),
    "share": st.floats(allow_nan=False),
    "seen_at": INSTANTS,
    "labels": st.lists(TEXT, max_size=3),
    "items": st.lists(
        st.fixed_dictionaries(
            {"name": TEXT, "tags": st.none() | st.lists(TEXT, max_size=2), "until": st.none() | INSTANTS}
        ),
        max_size=2,
    ),
}
ROWS = st.lists(
    st.fixed_dictionaries({"id": TEXT}, optional={name: st.none() | values for name, values in VALUES.items()}),
    max_size=8,
)


def as_frame(rows: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_every_value_comes_back_and_what_was_absent_is_null(rows: list[dict[str, Any]]) -> None:
    frame = as_frame(to_arrow(THINGS, rows))

    back = pa.Table.from_pandas(frame, preserve_index=False, schema=THINGS.arrow_schema).to_pylist()
    assert back == [{column.name: row.get(column.name) for column in THINGS.columns} for row in rows]


@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
def test_a_null_is_never_counted_as_a_value_in_a_frame(rows: list[dict[str, Any]]) -> None:
    frame = as_frame(to_arrow(THINGS, rows))

    absent = {name: sum(row.get(name) is None for row in rows) for name in THINGS.arrow_schema.names}
    assert frame.isna().sum().to_dict() == absent


def test_empty_and_absent_stay_different() -> None:
    rows = to_arrow(THINGS, [{"id": "a", "label": "", "labels": []}, {"id": "b"}])

    assert rows.select(["label", "labels"]).to_pylist() == [
        {"label": "", "labels": []},
        {"label": None, "labels": None},
    ]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param("2026-11-16T06:00:00Z", datetime(2026, 11, 16, 6, tzinfo=UTC), id="as Graph writes it"),
        pytest.param("2026-11-16T06:00:00.1234567Z", datetime(2026, 11, 16, 6, 0, 0, 123456, UTC), id="seven digits"),
        pytest.param("2026-11-16T07:00:00+01:00", datetime(2026, 11, 16, 6, tzinfo=UTC), id="another offset"),
        pytest.param("0001-01-01T00:00:00Z", None, id="year 1 means never"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), None, id="year 1 already parsed"),
        pytest.param(
            datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 1, 1, tzinfo=UTC), id="aware"
        ),
    ],
)
def test_an_instant_is_kept_in_utc(text: object, instant: datetime | None) -> None:
    assert to_arrow(THINGS, [{"id": "a", "seen_at": text}]).column("seen_at").to_pylist() == [instant]


SECRET = "canary-7391"
NAIVE = datetime(2026, 11, 16)  # noqa: DTZ001 - what must be refused


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param({"id": None}, "id", id="a key is null"),
        pytest.param({"label": SECRET}, "id", id="a key is absent"),
        pytest.param({"id": "a", SECRET: 1}, SECRET, id="a column nobody declared"),
        pytest.param({"id": 7391}, "id", id="a number for text"),
        pytest.param({"id": "a", "is_on": SECRET}, "is_on", id="text for a truth value"),
        pytest.param({"id": "a", "is_on": 1}, "is_on", id="a number for a truth value"),
        pytest.param({"id": "a", "number": True}, "number", id="a truth value for a number"),
        pytest.param({"id": "a", "number": 7391.0}, "number", id="a fraction for a whole number"),
        pytest.param({"id": "a", "number": 2**63}, "number", id="a number beyond 64 bits"),
        pytest.param({"id": "a", "label": b"canary-7391"}, "label", id="bytes for text"),
        pytest.param({"id": "a", "label": "canary-7391\ud800"}, "label", id="half a character"),
        pytest.param({"id": "a", "labels": SECRET}, "labels", id="text for a list"),
        pytest.param({"id": "a", "labels": [7391]}, "labels", id="a number in a list of texts"),
        pytest.param({"id": "a", "items": [{"name": 7391}]}, "items", id="a number in an object"),
        pytest.param({"id": "a", "items": [{SECRET: "x"}]}, "items", id="an object with more than is declared"),
        pytest.param({"id": "a", "items": [{"until": SECRET}]}, "items", id="text for an instant in an object"),
        pytest.param({"id": "a", "items": [{"until": NAIVE}]}, "items", id="an instant without offset in an object"),
        pytest.param({"id": "a", "seen_at": SECRET}, "seen_at", id="text that is no instant"),
        pytest.param({"id": "a", "seen_at": "2026-11-16T06:00:00"}, "seen_at", id="an instant without offset"),
        pytest.param({"id": "a", "seen_at": 7391}, "seen_at", id="a number for an instant"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused_by_name_and_never_shown(row: dict[str, Any], column: str) -> None:
    with pytest.raises(RowError) as refusal:
        to_arrow(THINGS, [{"id": "fits"}, row])

    assert (refusal.value.table, refusal.value.column) == ("things", column)
    assert "7391" not in str(refusal.value).replace(column, "")
    assert refusal.value.__cause__ is None


def test_an_arrow_table_may_leave_columns_out_and_order_them_freely() -> None:
    rows = checked(THINGS, pa.table({"number": pa.array([1, None], pa.int64()), "id": ["a", "b"]}))

    assert rows.schema == THINGS.arrow_schema
    assert rows.column("number").to_pylist() == [1, None]
    assert rows.column("is_on").null_count == 2


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        pytest.param(pa.table({"id": [1]}), "id", id="another type"),
        pytest.param(pa.table({"id": ["a"], "more": [1]}), "more", id="a column nobody declared"),
        pytest.param(pa.table({"id": pa.array([None], pa.string())}), "id", id="a null key"),
    ],
)
def test_an_arrow_table_that_does_not_fit_is_refused(rows: pa.Table, column: str) -> None:
    with pytest.raises(RowError) as refusal:
        checked(THINGS, rows)

    assert refusal.value.column == column


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_declared_table_can_be_empty(table: Table) -> None:
    rows = to_arrow(table, [])

    assert rows.schema == table.arrow_schema
    assert rows.num_rows == 0
