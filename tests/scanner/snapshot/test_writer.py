"""A scan is written in parts that count once they are journalled, and is a scan once its manifest is there."""

import json
import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from stored_scans import COMPLETE, MOMENT, TENANT, a_scan, a_sign_in, a_user, write_tables

from m365_posture.keys import TenantKey
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import RowError, SnapshotError, Truncated
from scanner.snapshot.journal import JOURNAL_FILE
from scanner.snapshot.ledger import Basis, Coverage, TableState
from scanner.snapshot.manifest import MANIFEST_FILE, finished_scans, newest_finished, scan_folders
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.resume import RESUME_WINDOW
from scanner.snapshot.tables import TABLES
from scanner.snapshot.writer import ROWS_PER_PART, ScanWriter

DAY = timedelta(days=1)
USERS = TABLES["users"]
RULES = TABLES["inbox_rules"]


def begun(folder: Path, vault: Vault) -> ScanWriter:
    return ScanWriter.begin(folder, TENANT, vault, MOMENT)


def resumed(folder: Path, vault: Vault, after: timedelta = timedelta(minutes=1)) -> ScanWriter:
    scan = ScanWriter.resume(folder, TENANT, vault, MOMENT + after)
    assert scan is not None
    return scan


def ids_of(manifest_folder: Path, vault: Vault, table: str = "users") -> list[str]:
    return list(SnapshotReader.open(manifest_folder, vault).frame(table, ["id"])["id"])


def test_a_scan_without_manifest_is_no_scan(folder: Path, vault: Vault) -> None:
    scan = begun(folder, vault)
    scan.table(USERS).append([a_user(1)])
    scan.finish_table("users", COMPLETE)

    assert finished_scans(folder) == []
    assert newest_finished(folder) is None


def test_what_was_published_is_what_was_written(folder: Path, vault: Vault) -> None:
    manifest = a_scan(folder, vault)
    reader = SnapshotReader.open(finished_scans(folder)[0], vault)

    assert reader.manifest == manifest
    assert reader.snapshot_hash == manifest.snapshot_hash
    assert list(reader.frame("users", ["display_name"])["display_name"]) == ["User 1", "User 2"]


def test_the_ledger_counts_rows_and_lists_parts_itself(folder: Path, vault: Vault) -> None:
    scan = begun(folder, vault)
    for number in range(3):
        scan.table(USERS).append([a_user(number)])
        scan.table(USERS).flush_part({"page": number})

    coverage = scan.finish_table("users", Coverage(TableState.COMPLETE, rows=99, requests=3))

    assert (coverage.rows, coverage.requests, len(coverage.parts)) == (3, 3, 3)
    assert coverage.last_full == scan.scan_id


@pytest.mark.parametrize("state", [s for s in TableState if not s.delivers_rows])
def test_rows_of_a_table_that_failed_are_not_kept(folder: Path, vault: Vault, state: TableState) -> None:
    scan = begun(folder, vault)
    scan.table(USERS).append([a_user(1)])
    scan.table(USERS).flush_part()
    coverage = scan.finish_table("users", Coverage(state, reason="code"))
    scan.publish(MOMENT)

    assert (coverage.rows, coverage.parts) == (0, {})
    assert list(scan.folder.rglob("*.parquet")) == []


def test_a_table_may_be_read_and_empty(folder: Path, vault: Vault) -> None:
    manifest = a_scan(folder, vault, tables={"users": []})
    reader = SnapshotReader.open(finished_scans(folder)[0], vault)

    assert manifest.tables["users"].state is TableState.COMPLETE
    assert reader.frame("users").empty
    assert list(reader.frame("users").columns) == USERS.arrow_schema.names


def test_an_incremental_table_remembers_the_last_full_reading(folder: Path, vault: Vault) -> None:
    full = a_scan(folder, vault)
    incremental = {"users": Coverage(TableState.COMPLETE, Basis.INCREMENTAL)}
    second = a_scan(folder, vault, MOMENT + timedelta(hours=1), tables={"users": [a_user(1)]}, states=incremental)

    assert second.tables["users"].last_full == full.scan_id
    assert (full.basis, second.basis) == (Basis.FULL, Basis.INCREMENTAL)


def test_rows_that_were_taken_cannot_be_forgotten(folder: Path, vault: Vault) -> None:
    scan = begun(folder, vault)
    scan.table(USERS).append([a_user(1)])

    with pytest.raises(ValueError, match="users"):
        scan.publish(MOMENT)
    assert finished_scans(folder) == []


def test_a_finished_table_takes_no_more_rows(folder: Path, vault: Vault) -> None:
    scan = begun(folder, vault)
    scan.finish_table("users", COMPLETE)

    with pytest.raises(ValueError, match="users"):
        scan.table(USERS)


def test_a_row_that_does_not_fit_leaves_the_others_alone(folder: Path, vault: Vault) -> None:
    scan = begun(folder, vault)
    scan.table(USERS).append([a_user(1)])
    with pytest.raises(RowError):
        scan.table(USERS).append([a_user(2), {"id": 3}])

    assert scan.finish_table("users", COMPLETE).rows == 1


def test_a_large_unit_is_spilled_in_parts_before_it_is_finished(folder: Path, vault: Vault) -> None:
    writer = begun(folder, vault).table(USERS)
    half = pa.table({"id": [f"u{number}" for number in range(ROWS_PER_PART // 2 + 1)]})
    writer.append(half)
    writer.append(half)

    assert len(list((folder / "scans").rglob("*.parquet"))) == 1
    assert writer.rows == 2 * half.num_rows
    assert writer.finished_units() == []


def test_a_later_table_can_read_an_earlier_one(folder: Path, vault: Vault) -> None:
    scan = begun(folder, vault)
    scan.table(USERS).append([a_user(1)])
    scan.finish_table("users", COMPLETE)
    scan.finish_table("inbox_rules", Coverage(TableState.DENIED))

    assert scan.read_table("users").column("id").to_pylist() == ["user-1"]
    for unread in ("inbox_rules", "sign_ins"):
        with pytest.raises(ValueError, match="not read"):
            scan.read_table(unread)


def test_the_organization_is_the_tenant_where_it_was_not_read(folder: Path, vault: Vault) -> None:
    unread = a_scan(folder, vault)
    read = a_scan(
        folder, vault, MOMENT + timedelta(hours=1), tables={"organization": [{"id": "org", "display_name": "A"}]}
    )
    names = [SnapshotReader.open(scan, vault).organization_name for scan in finished_scans(folder)]

    assert [unread.organization_id, read.organization_id] == [TENANT, "org"]
    assert names == [TENANT, "A"]


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps other users out through the folder's permissions")
def test_only_the_owner_can_read_what_is_kept(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)

    kept = [folder, *folder.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in kept} == {0}


class TestResume:
    """An interrupted scan goes on with what its journal proves."""

    def interrupted(self, folder: Path, vault: Vault) -> ScanWriter:
        scan = begun(folder, vault)
        scan.table(USERS).append([a_user(1)])
        scan.finish_table("users", COMPLETE)
        for drive in ("a", "b", "c"):
            scan.table(RULES).append([{"mailbox_id": drive, "id": "rule"}])
            scan.table(RULES).flush_part({"mailbox": drive})
        scan.table(RULES).append([{"mailbox_id": "lost", "id": "rule"}])
        return scan

    def test_it_knows_tables_and_units_that_were_finished(self, folder: Path, vault: Vault) -> None:
        first = self.interrupted(folder, vault)
        scan = resumed(folder, vault)

        assert (scan.scan_id, scan.started_at) == (first.scan_id, first.started_at)
        assert scan.finished == first.finished
        assert scan.table(RULES).finished_units() == [{"mailbox": "a"}, {"mailbox": "b"}, {"mailbox": "c"}]

    def test_it_continues_where_the_journal_ends(self, folder: Path, vault: Vault) -> None:
        self.interrupted(folder, vault)
        scan = resumed(folder, vault)
        scan.table(RULES).append([{"mailbox_id": "d", "id": "rule"}])
        scan.finish_table("inbox_rules", COMPLETE)
        scan.publish(MOMENT)

        reader = SnapshotReader.open(scan.folder, vault)
        assert list(reader.frame("inbox_rules", ["mailbox_id"])["mailbox_id"]) == ["a", "b", "c", "d"]
        assert ids_of(scan.folder, vault) == ["user-1"]

    def test_a_torn_last_line_is_forgotten(self, folder: Path, vault: Vault) -> None:
        first = self.interrupted(folder, vault)
        journal = first.folder / JOURNAL_FILE
        journal.write_bytes(journal.read_bytes()[:-20])
        scan = resumed(folder, vault)
        scan.table(RULES).append([{"mailbox_id": "c", "id": "rule"}])
        scan.table(RULES).flush_part({"mailbox": "c"})

        assert resumed(folder, vault).table(RULES).finished_units() == [{"mailbox": x} for x in "abc"]

    @pytest.mark.parametrize("keep", range(1, 8))
    def test_an_interruption_anywhere_ends_in_the_same_rows(self, folder: Path, vault: Vault, keep: int) -> None:
        whole = begun(folder, vault)
        write_tables(whole)
        journal = whole.folder / JOURNAL_FILE
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:keep]) + b'{"event":"un')
        scan = resumed(folder, vault)
        write_tables(scan)
        reader = SnapshotReader.open((scan.publish(MOMENT), scan.folder)[1], vault)

        assert sorted(reader.frame("users", ["id"])["id"]) == sorted(f"user-{n}" for n in range(200))
        assert sorted(reader.frame("sign_ins", ["id"])["id"]) == [f"sign-in-{n:04}" for n in range(200)]
        assert reader.coverage("inbox_rules").rows == 200

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda part: part.unlink(), id="missing"),
            pytest.param(lambda part: part.write_bytes(part.read_bytes()[:-1]), id="truncated"),
            pytest.param(lambda part: part.write_bytes(b"PARE" + part.read_bytes()[4:-5] + b"xPARE"), id="changed"),
        ],
    )
    def test_a_part_that_is_not_what_was_written_is_read_again(
        self, folder: Path, vault: Vault, damage: Callable[[Path], object]
    ) -> None:
        first = self.interrupted(folder, vault)
        damage(first.folder / "tables" / "inbox_rules" / "1.parquet")
        damage(first.folder / "tables" / "users" / "0.parquet")
        scan = resumed(folder, vault)

        assert scan.finished == {}
        assert scan.table(RULES).finished_units() == [{"mailbox": "a"}]

    def test_after_six_hours_it_starts_anew(self, folder: Path, vault: Vault) -> None:
        self.interrupted(folder, vault)

        assert ScanWriter.resume(folder, TENANT, vault, MOMENT + RESUME_WINDOW) is None
        assert ScanWriter.resume(folder, TENANT, vault, MOMENT + RESUME_WINDOW - timedelta(seconds=1)) is not None

    def test_other_areas_or_another_key_start_anew(self, folder: Path, vault: Vault) -> None:
        self.interrupted(folder, vault)
        other = Vault(TenantKey(TENANT, b"x" * 32))

        assert ScanWriter.resume(folder, TENANT, vault, MOMENT, only=["mail"]) is None
        assert ScanWriter.resume(folder, TENANT, other, MOMENT) is None

    def test_other_settings_or_none_start_anew(self, folder: Path, vault: Vault) -> None:
        first = self.interrupted(folder, vault)

        assert ScanWriter.resume(folder, TENANT, vault, MOMENT, settings="other") is None
        journal = first.folder / JOURNAL_FILE
        journal.write_bytes(journal.read_bytes().replace(b',"settings":""', b"", 1))
        assert ScanWriter.resume(folder, TENANT, vault, MOMENT, settings="other") is None

    def test_a_finished_log_is_read_again_where_a_day_of_it_was_damaged_since(self, folder: Path, vault: Vault) -> None:
        before = a_scan(folder, vault, MOMENT - timedelta(days=1), tables={"sign_ins": [a_sign_in(1, MOMENT - DAY)]})
        scan = begun(folder, vault)
        scan.finish_table("sign_ins", COMPLETE)
        (folder / before.events["sign_ins"]["2026-11-15"].path).unlink()

        assert resumed(folder, vault).finished == {}

    def test_a_finished_scan_is_not_resumed_and_none_older_than_it(self, folder: Path, vault: Vault) -> None:
        self.interrupted(folder, vault)
        a_scan(folder, vault, MOMENT + timedelta(minutes=1))

        assert ScanWriter.resume(folder, TENANT, vault, MOMENT + timedelta(minutes=2)) is None

    def test_without_a_scan_there_is_nothing_to_resume(self, folder: Path, vault: Vault) -> None:
        assert ScanWriter.resume(folder, TENANT, vault, MOMENT) is None

    def test_a_damaged_journal_is_one_sentence(self, folder: Path, vault: Vault) -> None:
        first = self.interrupted(folder, vault)
        journal = first.folder / JOURNAL_FILE
        journal.write_bytes(journal.read_bytes().replace(b'"unit"', b'"unit', 1))

        with pytest.raises(Truncated, match="without --resume"):
            ScanWriter.resume(folder, TENANT, vault, MOMENT)

    def test_the_next_finished_scan_clears_what_cannot_be_resumed(self, folder: Path, vault: Vault) -> None:
        first = begun(folder, vault)
        first.table(TABLES["sign_ins"]).append([a_sign_in(1)])
        first.finish_table("sign_ins", COMPLETE)
        manifest = a_scan(folder, vault, MOMENT + timedelta(minutes=1))

        assert [path.name for path in scan_folders(folder)] == [manifest.scan_id]
        assert list((folder / "events").rglob(f"{first.scan_id}.parquet")) == []


def test_journal_and_manifest_are_json_with_codes(folder: Path, vault: Vault) -> None:
    manifest = a_scan(folder, vault, states={"sharing_links": Coverage(TableState.DENIED, reason="accessDenied")})
    scan = finished_scans(folder)[0]
    journal = [json.loads(line) for line in (scan / JOURNAL_FILE).read_text(encoding="ascii").splitlines()]
    document = json.loads((scan / MANIFEST_FILE).read_text(encoding="ascii"))

    assert [entry["event"] for entry in journal] == ["begun", "unit", "table", "unit", "table", "table"]
    assert document["tables"]["sharing_links"]["state"] == "denied"
    assert document["scan_id"] == manifest.scan_id == scan.name


def test_a_scan_cannot_continue_one_of_another_key(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)

    with pytest.raises(SnapshotError, match="another key"):
        ScanWriter.begin(folder, TENANT, Vault(TenantKey(TENANT, b"x" * 32)), MOMENT + timedelta(hours=1))
