"""Today's reader still reads the finished scan that each released schema left, row for row."""

import json
from pathlib import Path
from typing import Any

import pytest
from stored_scans import GOLDEN_STATES, TENANT, TEST_KEY, golden_rows, write_golden

from m365_posture.keys import MasterKey, TenantKey, read_key_file
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.manifest import newest_finished
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.tables import SCHEMA_VERSION, TABLES

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


def golden_reader(data: Path, master: MasterKey = TEST_KEY) -> SnapshotReader:
    scan = newest_finished(data / TENANT)
    assert scan is not None
    return SnapshotReader.open(scan, Vault(TenantKey.open(data / TENANT, master)))


def rows_of(reader: SnapshotReader, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = reader.dataset(table).to_table().to_pylist()
    return rows


def as_text(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as JSON would keep them: instants as ISO 8601."""
    texts: list[dict[str, Any]] = json.loads(json.dumps(rows, default=lambda instant: instant.isoformat()))
    return texts


def expected(version: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((GOLDEN / version / "expected.json").read_text(encoding="utf-8"))
    return content


def master_of(version: str, tmp_path: Path) -> MasterKey:
    """Return the committed test key; a checkout cannot keep a file's mode, so it is copied first."""
    copy = tmp_path / "key"
    copy.touch(0o600)
    copy.write_bytes((GOLDEN / version / "test-master-key.txt").read_bytes())
    return read_key_file(copy)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_row_is_read_as_it_was_written(version: str, tmp_path: Path) -> None:
    reader = golden_reader(GOLDEN / version, master_of(version, tmp_path))
    reader.verify()

    assert reader.manifest.schema == version
    for table, rows in expected(version)["rows"].items():
        known = list(rows[0])
        read = [{name: row[name] for name in known} for row in as_text(rows_of(reader, table))]
        assert read == rows
        later = [name for name in TABLES[table].arrow_schema.names if name not in known]
        assert all(row[name] is None for row in rows_of(reader, table) for name in later)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_ledger_and_the_hash_are_read_as_they_were_written(version: str) -> None:
    reader = golden_reader(GOLDEN / version)

    assert reader.snapshot_hash == expected(version)["snapshot_hash"]
    states = expected(version)["states"]
    assert {name: reader.coverage(name).state for name in states} == states
    assert reader.coverage("sign_ins").groups == GOLDEN_STATES["sign_ins"].groups


def test_the_current_schema_has_a_golden_snapshot() -> None:
    assert SCHEMA_VERSION in VERSIONS


def test_the_golden_snapshot_covers_every_table_and_column_of_the_current_schema() -> None:
    rows = expected(SCHEMA_VERSION)["rows"]

    assert set(rows) | {"sharing_links"} == set(TABLES)
    assert {name: set(of_table[0]) for name, of_table in rows.items()} == {
        name: set(TABLES[name].arrow_schema.names) for name in rows
    }


def test_a_golden_snapshot_written_today_says_what_was_written(tmp_path: Path) -> None:
    write_golden(tmp_path)
    reader = golden_reader(tmp_path)

    assert reader.coverage("sharing_links") == Coverage(
        TableState.DENIED, reason="accessDenied", mend="grant:Files.Read.All"
    )
    for table, rows in golden_rows().items():
        read = sorted(rows_of(reader, table), key=lambda row: str(row[TABLES[table].key[0]]))
        wanted = [{name: row.get(name) for name in TABLES[table].arrow_schema.names} for row in rows]
        assert read == sorted(wanted, key=lambda row: str(row[TABLES[table].key[0]]))
