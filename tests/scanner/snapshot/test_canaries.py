"""Whatever a tenant's data says, no byte of the data folder says it in the clear."""

from datetime import timedelta
from pathlib import Path

import pytest
from stored_scans import COMPLETE, MOMENT, TENANT, TEST_KEY, a_full_row, a_scan, a_tenant

from m365_posture.keys import TenantKey
from m365_posture.locks import tenant_lock
from scanner.snapshot.purge import purge_table
from scanner.snapshot.tables import TABLES
from scanner.snapshot.writer import ScanWriter

CANARIES = ("canary.els@vermeulen.example", "Kanarie Dossier Ünïque", "CANARY-HYPERLINK")


def spellings(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("unicode_escape")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished scan, an interrupted one and a purged table, each full of canaries."""
    data = tmp_path_factory.mktemp("data")
    folder, vault = a_tenant(data)
    rows = {name: [a_full_row(table, canary) for canary in CANARIES] for name, table in TABLES.items()}
    rows["organization"] = [{**row, "id": TENANT} for row in rows["organization"]]
    a_scan(folder, vault, tables=rows)
    purge_table(folder, vault, TABLES["users"], before=MOMENT + timedelta(days=1), at=MOMENT, reason="retention")
    with tenant_lock(folder, command="scan", started_at=MOMENT):
        scan = ScanWriter.begin(folder, TENANT, vault, MOMENT + timedelta(hours=1))
        for name, table in TABLES.items():
            scan.table(table).append(rows[name])
            scan.finish_table(name, COMPLETE) if name == "users" else scan.table(table).flush_part({"unit": 1})
    return data


def test_no_byte_of_the_folder_says_a_canary(data: Path) -> None:
    files = [path for path in data.rglob("*") if path.is_file()]
    told = [
        (path.name, canary)
        for path in files
        for canary in CANARIES
        if any(spelling in path.read_bytes() for spelling in spellings(canary))
    ]

    assert len(files) > 20
    assert told == []


def test_no_name_of_a_file_or_folder_says_a_canary(data: Path) -> None:
    names = " ".join(path.as_posix() for path in data.rglob("*"))

    assert not any(canary in names for canary in CANARIES)


def test_no_key_is_in_the_clear(data: Path) -> None:
    secret = TenantKey.open(data / TENANT, TEST_KEY).secret
    forms = [secret, secret.hex().encode(), TEST_KEY.secret, TEST_KEY.text.encode()]

    assert not [path for path in data.rglob("*") if path.is_file() and any(form in path.read_bytes() for form in forms)]


def test_what_is_in_the_clear_names_no_column_of_the_encrypted_parts(data: Path) -> None:
    parts = list(data.rglob("*.parquet"))
    columns = [column.name.encode() for table in TABLES.values() for column in table.columns if len(column.name) > 6]

    assert parts
    assert not [part for part in parts if any(column in part.read_bytes() for column in columns)]
