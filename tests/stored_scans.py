"""Builders of stored scans: a tenant's folder with a key, and scans in it.

Run as a script it writes scans one after the other until it is killed, or the golden snapshot.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from m365_posture.keys import MasterKey, TenantKey
from m365_posture.locks import tenant_lock
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import Basis, Coverage, GroupCoverage, TableState
from scanner.snapshot.manifest import SCANS, Manifest
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.schema import Table
from scanner.snapshot.tables import TABLES
from scanner.snapshot.writer import ScanWriter

TENANT: Final = "3c1f9d52-7a40-4f0e-9b57-2d1c8e6a4b10"
MOMENT: Final = datetime(2026, 11, 16, 6, tzinfo=UTC)
COMPLETE: Final = Coverage(TableState.COMPLETE)
TEST_KEY: Final = MasterKey(b"a test key that protects nothing")
"""Protects fictional data of tests only."""

Rows = Sequence[Mapping[str, Any]]


def a_tenant(data: Path) -> tuple[Path, Vault]:
    """Return the folder and the vault of the test tenant below `data`."""
    folder = data / TENANT
    return folder, Vault(TenantKey.open_or_create(folder, TEST_KEY))


def a_user(number: int, **properties: object) -> dict[str, object]:
    return {"id": f"user-{number}", "display_name": f"User {number}", "account_enabled": True, **properties}


def a_sign_in(number: int, at: datetime = MOMENT, **properties: object) -> dict[str, object]:
    return {"id": f"sign-in-{number:04}", "created_date_time": at, **properties}


def a_scan(
    folder: Path,
    vault: Vault,
    at: datetime = MOMENT,
    *,
    tables: Mapping[str, Rows] | None = None,
    states: Mapping[str, Coverage] | None = None,
    only: Sequence[str] | None = None,
) -> Manifest:
    """Write and publish one scan; two users and two sign-ins unless `tables` says otherwise."""
    scan = ScanWriter.begin(folder, TENANT, vault, at, only=only)
    default = {"users": [a_user(1), a_user(2)], "sign_ins": [a_sign_in(1, at), a_sign_in(2, at)]}
    states = states or {}
    for name, rows in (default if tables is None else tables).items():
        scan.table(TABLES[name]).append(rows)
        scan.finish_table(name, states.get(name, COMPLETE))
    for name in states.keys() - scan.finished.keys():
        scan.finish_table(name, states[name])
    return scan.publish(at + timedelta(minutes=5))


def a_value(declared: pa.DataType, text: str) -> object:
    """Return a value of a column's type that carries `text` wherever the type can."""
    if pa.types.is_string(declared):
        return text
    if pa.types.is_list(declared):
        return [a_value(declared.value_type, text), a_value(declared.value_type, text)]
    if pa.types.is_struct(declared):
        return {field.name: a_value(field.type, text) for field in declared}
    if pa.types.is_timestamp(declared):
        return MOMENT
    return {pa.bool_(): True, pa.int64(): 41, pa.float64(): 51.05}[declared]


def a_full_row(table: Table, text: str) -> dict[str, Any]:
    """Return a row of `table` with a value in every column."""
    return {column.name: a_value(column.type, text) for column in table.columns}


GOLDEN_STATES: Final = {
    "sign_ins": Coverage(
        TableState.PARTIAL,
        Basis.INCREMENTAL,
        last_full="20261109T060000Z-00000000",
        reason="throttled",
        mend="rescan",
        requests=7,
        throttled=2,
        seconds=1.5,
        endpoints=("beta/auditLogs/signIns",),
        groups={"beta_properties": GroupCoverage(TableState.DENIED, "Authorization_RequestDenied", "rescan")},
    ),
    "inbox_rules": Coverage(TableState.COMPLETE, objects_expected=2, objects_read=1, objects_failed=1),
}
GOLDEN_TEXT: Final = "Golden Ghent œuvre 東"


def golden_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the golden snapshot: of each table one with every value, and one with its key only."""
    return {
        name: [a_full_row(table, GOLDEN_TEXT), a_bare_row(table, "bare")]
        for name, table in TABLES.items()
        if name != "sharing_links"
    }


def a_bare_row(table: Table, text: str) -> dict[str, Any]:
    """Return a row with nothing but what identifies it."""
    names = [*table.key, *filter(None, [table.event_time])]
    return {column.name: a_value(column.type, text) for column in table.columns if column.name in names}


def write_golden(data: Path) -> Manifest:
    """Write the golden snapshot of the current schema below `data`, with what a reader must find in it.

    For each released schema run once, in the top folder,
    ``PYTHONPATH=. python tests/stored_scans.py golden tests/scanner/snapshot/golden/<version>``
    and commit the result; it is never written again.
    """
    folder, vault = a_tenant(data)
    denied = Coverage(TableState.DENIED, reason="accessDenied", mend="grant:Files.Read.All")
    manifest = a_scan(folder, vault, tables=golden_rows(), states={**GOLDEN_STATES, "sharing_links": denied})
    reader = SnapshotReader.open(folder / SCANS / manifest.scan_id, vault)
    expected = {
        "snapshot_hash": manifest.snapshot_hash,
        "states": {name: coverage.state for name, coverage in manifest.tables.items()},
        "rows": {name: reader.dataset(name).to_table().to_pylist() for name in golden_rows()},
    }
    text = json.dumps(expected, indent=1, ensure_ascii=False, default=lambda instant: instant.isoformat())
    (data / "expected.json").write_text(f"{text}\n", encoding="utf-8")
    (data / "test-master-key.txt").write_text(f"{TEST_KEY.text}\n", encoding="ascii")
    return manifest


def write_for_ever(data: Path) -> Iterator[str]:
    """Write scan after scan of three tables in several parts each, telling the id of each finished one."""
    folder, vault = a_tenant(data)
    hour = 0
    while True:
        at = MOMENT + timedelta(hours=hour)
        with tenant_lock(folder, command="scan", started_at=at):
            scan = ScanWriter.resume(folder, TENANT, vault, at) or ScanWriter.begin(folder, TENANT, vault, at)
            write_tables(scan)
            yield scan.publish(scan.started_at + timedelta(minutes=5)).scan_id
        hour += 1


def write_tables(scan: ScanWriter) -> None:
    """Write what is still missing of a scan with 200 rows in each of three tables; every scan reads the same."""
    for name in ("users", "sign_ins", "inbox_rules"):
        if name in scan.finished:
            continue
        writer = scan.table(TABLES[name])
        for unit in range(len(writer.finished_units()), 4):
            writer.append(_unit_rows(name, unit))
            writer.flush_part({"unit": unit})
        scan.finish_table(name, COMPLETE)


def _unit_rows(table: str, unit: int) -> Rows:
    numbers = range(unit * 50, unit * 50 + 50)
    if table == "users":
        return [a_user(number) for number in numbers]
    if table == "sign_ins":
        return [a_sign_in(number, MOMENT - timedelta(hours=6 * unit)) for number in numbers]
    return [{"mailbox_id": f"user-{number}", "id": "rule", "is_enabled": True} for number in numbers]


if __name__ == "__main__":
    if sys.argv[1] == "golden":
        write_golden(Path(sys.argv[2]))
    else:
        for scan_id in write_for_ever(Path(sys.argv[2])):
            sys.stdout.write(f"{scan_id}\n")
            sys.stdout.flush()
