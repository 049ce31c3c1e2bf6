"""Logs are kept once per tenant: no duplicates, no late-filled field lost, nothing already judged changed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_scans import COMPLETE, MOMENT, TENANT, a_scan, a_sign_in

from scanner.snapshot.crypto import Vault
from scanner.snapshot.events import merge
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.reader import SnapshotReader, newest_finished
from scanner.snapshot.rows import to_arrow
from scanner.snapshot.tables.sign_ins import SIGN_INS
from scanner.snapshot.writer import ScanWriter

Row = dict[str, Any]

FIELDS = ("id", "created_date_time", "city", "risk_event_types_v2", "error_code", "device_is_managed")
NARROW_LOG = replace(SIGN_INS, columns=tuple(column for column in SIGN_INS.columns if column.name in FIELDS))
"""The sign-in log with a column of every type: merging treats each column alike."""

EVENTS = st.builds(
    lambda number, **values: a_sign_in(number, MOMENT + timedelta(minutes=number), **values),
    st.integers(0, 4),
    city=st.sampled_from([None, "", "Gent", "Luik"]),
    risk_event_types_v2=st.sampled_from([None, [], ["unfamiliarFeatures"]]),
    error_code=st.sampled_from([None, 0, 50126]),
    device_is_managed=st.sampled_from([None, True, False]),
)
READINGS = st.lists(EVENTS, max_size=12)


def merged(rows: Sequence[Row]) -> list[Row]:
    result: list[Row] = merge(NARROW_LOG, to_arrow(NARROW_LOG, rows)).to_pylist()
    return result


def kept_of(readings: Sequence[Row], column: str) -> object:
    """Say in plain Python which value of one event is kept."""
    values = [row.get(column) for row in readings]
    filled = [value for value in values if value not in (None, "", [])]
    present = [value for value in values if value is not None]
    return next(reversed(filled or present), None)


@given(rows=READINGS)
@settings(max_examples=40, deadline=None)
def test_each_event_is_kept_once_with_the_last_filled_value_of_every_field(rows: list[Row]) -> None:
    ids = sorted({row["id"] for row in rows})

    assert merged(rows) == [
        {name: kept_of([row for row in rows if row["id"] == one], name) for name in NARROW_LOG.arrow_schema.names}
        for one in ids
    ]


@given(rows=READINGS, cut=st.integers(0, 12))
@settings(max_examples=25, deadline=None)
def test_merging_in_two_steps_gives_the_same_as_in_one(rows: list[Row], cut: int) -> None:
    in_steps = merged([*merged(rows[:cut]), *rows[cut:]])

    assert in_steps == merged(rows)
    assert merged(in_steps) == in_steps


@given(rows=READINGS, data=st.data())
@settings(max_examples=25, deadline=None)
def test_the_order_in_which_different_events_arrive_does_not_matter(rows: list[Row], data: st.DataObject) -> None:
    ids = data.draw(st.permutations(sorted({row["id"] for row in rows})))

    assert merged([row for one in ids for row in rows if row["id"] == one]) == merged(rows)


def read(folder: Path, vault: Vault) -> SnapshotReader:
    newest = newest_finished(folder)
    assert newest is not None
    return SnapshotReader.open(newest, vault)


def ids(reader: SnapshotReader) -> list[str]:
    return sorted(reader.frame("sign_ins", ["id"])["id"])


def hours_ago(hours: float) -> datetime:
    return MOMENT - timedelta(hours=hours)


def test_rows_are_filed_under_their_day_in_utc(folder: Path, vault: Vault) -> None:
    midnight = datetime(2026, 11, 16, tzinfo=UTC)
    rows = [a_sign_in(1, midnight), a_sign_in(2, midnight - timedelta(microseconds=1))]

    manifest = a_scan(folder, vault, tables={"sign_ins": rows})

    assert set(manifest.events["sign_ins"]) == {"2026-11-15", "2026-11-16"}
    assert manifest.tables["sign_ins"].rows == 2


def test_the_next_scan_adds_to_the_days_before_and_repeats_nothing(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault, hours_ago(24), tables={"sign_ins": [a_sign_in(n, hours_ago(24 + n)) for n in range(40)]})
    a_scan(folder, vault, tables={"sign_ins": [a_sign_in(n, hours_ago(24 + n)) for n in range(-9, 9)]})

    assert ids(read(folder, vault)) == sorted(f"sign-in-{n:04}" for n in range(-9, 40))


def test_a_day_that_learned_nothing_keeps_its_file(folder: Path, vault: Vault) -> None:
    rows = [a_sign_in(1, hours_ago(30), city="Gent")]
    first = a_scan(folder, vault, hours_ago(1), tables={"sign_ins": rows})

    second = a_scan(folder, vault, tables={"sign_ins": [{**rows[0], "city": ""}]})

    assert second.events == first.events
    assert list(read(folder, vault).frame("sign_ins", ["city"])["city"]) == ["Gent"]


def test_an_older_scan_still_reads_what_it_judged(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault, hours_ago(1), tables={"sign_ins": [a_sign_in(1, hours_ago(2))]})
    older = read(folder, vault)
    a_scan(folder, vault, tables={"sign_ins": [a_sign_in(2, hours_ago(1.5))]})

    assert ids(SnapshotReader.open(older.folder, vault)) == ["sign-in-0001"]
    assert ids(read(folder, vault)) == ["sign-in-0001", "sign-in-0002"]


@pytest.mark.parametrize("state", [TableState.DENIED, TableState.FAILED, None])
def test_a_scan_that_could_not_read_a_log_does_not_lose_the_days_before(
    folder: Path, vault: Vault, state: TableState | None
) -> None:
    a_scan(folder, vault, hours_ago(2), tables={"sign_ins": [a_sign_in(1, hours_ago(3))]})
    gap = a_scan(folder, vault, hours_ago(1), tables={}, states={"sign_ins": Coverage(state)} if state else {})
    not_judged = read(folder, vault).coverage("sign_ins")
    a_scan(folder, vault, tables={"sign_ins": [a_sign_in(2)]})

    assert not not_judged.state.delivers_rows
    assert not_judged.parts == {}
    assert set(gap.events["sign_ins"]) == {"2026-11-16"}
    assert ids(read(folder, vault)) == ["sign-in-0001", "sign-in-0002"]


def test_days_beyond_the_retention_are_not_carried_on(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault, MOMENT - timedelta(days=91), tables={"sign_ins": [a_sign_in(1, MOMENT - timedelta(days=91))]})

    a_scan(folder, vault, tables={"sign_ins": [a_sign_in(2)]})

    assert ids(read(folder, vault)) == ["sign-in-0002"]


def test_a_scan_of_some_areas_never_becomes_what_the_next_one_continues(folder: Path, vault: Vault) -> None:
    whole = a_scan(folder, vault, hours_ago(2), tables={"sign_ins": [a_sign_in(1, hours_ago(3))]})
    a_scan(folder, vault, hours_ago(1), tables={"sign_ins": [a_sign_in(2, hours_ago(1.5))]}, only=["sign_ins"])

    assert read(folder, vault).manifest == whole


def test_pages_are_gone_once_they_are_merged(folder: Path, vault: Vault) -> None:
    manifest = a_scan(folder, vault)

    assert sorted(path.name for path in (folder / "scans" / manifest.scan_id / "tables").rglob("*.parquet")) == [
        "0.parquet"
    ]
    assert [path.parent.name for path in (folder / "events").rglob("*.parquet")] == ["2026-11-16"]


DAMAGE = [
    pytest.param(lambda file: file.write_bytes(file.read_bytes()[:-4] + b"XXXX"), id="changed"),
    pytest.param(lambda file: file.unlink(), id="missing"),
]


def with_a_damaged_day(folder: Path, vault: Vault, damage: Callable[[Path], object]) -> ScanWriter:
    """Return a scan after one of whose two days the older was damaged, both read again."""
    rows = [a_sign_in(1), a_sign_in(2, hours_ago(24))]
    first = a_scan(folder, vault, hours_ago(1), tables={"sign_ins": rows})
    damage(folder / first.events["sign_ins"]["2026-11-15"].path)
    scan = ScanWriter.begin(folder, TENANT, vault, MOMENT)
    scan.table(SIGN_INS).append([a_sign_in(3), a_sign_in(4, hours_ago(24))])
    return scan


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_day_is_left_out_and_the_log_is_partial(
    folder: Path, vault: Vault, damage: Callable[[Path], object]
) -> None:
    scan = with_a_damaged_day(folder, vault, damage)

    coverage = scan.finish_table("sign_ins", COMPLETE, read_since=hours_ago(29))
    manifest = scan.publish(MOMENT)

    assert (coverage.state, coverage.reason, coverage.mend) == (TableState.PARTIAL, "damaged_day", "restore_backup")
    assert ids(read(folder, vault)) == ["sign-in-0001", "sign-in-0003"]
    assert manifest.events["sign_ins"].keys() == {"2026-11-15", "2026-11-16"}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_day_that_was_read_again_is_replaced(
    folder: Path, vault: Vault, damage: Callable[[Path], object]
) -> None:
    scan = with_a_damaged_day(folder, vault, damage)

    coverage = scan.finish_table("sign_ins", COMPLETE, read_since=hours_ago(30))
    scan.publish(MOMENT)

    assert coverage.state is TableState.COMPLETE
    assert ids(read(folder, vault)) == ["sign-in-0001", "sign-in-0003", "sign-in-0004"]


def test_a_log_of_many_pages_becomes_one_file_per_day(folder: Path, vault: Vault) -> None:
    scan = ScanWriter.begin(folder, TENANT, vault, MOMENT)
    writer = scan.table(SIGN_INS)
    for page in range(30):
        at = MOMENT - timedelta(hours=3 * page)
        writer.append(
            pa.table(
                {
                    "id": [f"{page}-{n}" for n in range(100)],
                    "created_date_time": pa.array([at] * 100, pa.timestamp("us", "UTC")),
                }
            )
        )
        writer.flush_part({"page": page})
    coverage = scan.finish_table("sign_ins", COMPLETE)

    assert coverage.rows == 3000
    assert [path.split("/")[2] for path in coverage.parts] == [
        (date(2026, 11, 16) - timedelta(days=n)).isoformat() for n in (4, 3, 2, 1, 0)
    ]
