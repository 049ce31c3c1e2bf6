"""What was kept long enough is gone, says so, and takes nothing else with it."""

from datetime import timedelta
from pathlib import Path

import pytest
from stored_scans import MOMENT, a_scan, a_sign_in, a_user

from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import Truncated
from scanner.snapshot.ledger import TableState
from scanner.snapshot.manifest import MANIFEST_FILE, finished_scans
from scanner.snapshot.overlay import PURGE_FILE, Overlay, PurgeRecord
from scanner.snapshot.purge import Removal, purge_table
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.tables import TABLES

DAY = timedelta(days=1)
LATER = MOMENT + 100 * DAY


def purge(folder: Path, vault: Vault, table: str, before: timedelta) -> Removal:
    return purge_table(folder, vault, TABLES[table], before=MOMENT + before, at=LATER, reason="retention")


def readers(folder: Path, vault: Vault) -> list[SnapshotReader]:
    return [SnapshotReader.open(scan, vault) for scan in finished_scans(folder)]


@pytest.fixture
def two_scans(folder: Path, vault: Vault) -> Path:
    """Two scans a day apart; both list the first one's day of the log."""
    for day in range(2):
        tables = {
            "users": [a_user(day)],
            "domains": [{"id": f"d{day}.example"}],
            "sign_ins": [a_sign_in(day, MOMENT + day * DAY)],
        }
        a_scan(folder, vault, MOMENT + day * DAY, tables=tables)
    return folder


def test_only_the_table_and_the_scans_that_are_old_enough_lose_rows(two_scans: Path, vault: Vault) -> None:
    removal = purge(two_scans, vault, "users", before=DAY)
    old, new = readers(two_scans, vault)

    assert old.coverage("users").state is TableState.PURGED
    assert (old.coverage("users").rows, old.coverage("users").parts) == (0, {})
    assert old.coverage("domains").state is TableState.COMPLETE
    assert list(new.frame("users", ["id"])["id"]) == ["user-1"]
    assert removal.scans == (old.manifest.scan_id,)


def test_it_proves_what_it_removed(two_scans: Path, vault: Vault) -> None:
    listed = readers(two_scans, vault)[0].manifest.tables["users"].parts
    size = sum((two_scans / path).stat().st_size for path in listed)
    removal = purge(two_scans, vault, "users", before=DAY)

    assert removal.files == listed
    assert removal.bytes_freed == size
    assert not any((two_scans / path).exists() for path in listed)


def test_a_purged_table_has_no_rows_not_even_none(two_scans: Path, vault: Vault) -> None:
    purge(two_scans, vault, "users", before=DAY)

    with pytest.raises(ValueError, match="purged"):
        readers(two_scans, vault)[0].frame("users")


def test_the_manifest_stays_and_the_purge_record_changes_what_is_judged(two_scans: Path, vault: Vault) -> None:
    before = readers(two_scans, vault)[0]
    bytes_before = (before.folder / MANIFEST_FILE).read_bytes()
    purge(two_scans, vault, "users", before=DAY)
    after = readers(two_scans, vault)[0]

    assert (after.folder / MANIFEST_FILE).read_bytes() == bytes_before
    assert after.snapshot_hash == before.snapshot_hash
    assert before.purge_record == ""
    assert len(after.purge_record) == 64


def test_a_day_of_a_log_goes_from_every_scan_that_could_judge_it(two_scans: Path, vault: Vault) -> None:
    removal = purge(two_scans, vault, "sign_ins", before=DAY)
    old, new = readers(two_scans, vault)

    assert old.coverage("sign_ins").state is TableState.PURGED
    assert (new.coverage("sign_ins").state, new.coverage("sign_ins").reason) == (TableState.PARTIAL, "purged")
    assert new.coverage("sign_ins").rows == 1
    assert list(new.frame("sign_ins", ["id"])["id"]) == ["sign-in-0001"]
    assert removal.scans == (old.manifest.scan_id, new.manifest.scan_id)
    assert len(removal.files) == 1


def test_the_next_scan_goes_on_without_the_purged_day(two_scans: Path, vault: Vault) -> None:
    purge(two_scans, vault, "sign_ins", before=DAY)
    a_scan(
        two_scans, vault, MOMENT + 2 * DAY, tables={"sign_ins": [a_sign_in(0, MOMENT), a_sign_in(2, MOMENT + 2 * DAY)]}
    )
    newest = readers(two_scans, vault)[-1]

    assert newest.coverage("sign_ins").state is TableState.COMPLETE
    assert list(newest.frame("sign_ins", ["id"])["id"]) == ["sign-in-0000", "sign-in-0001", "sign-in-0002"]


def test_purging_again_removes_nothing_and_records_nothing(two_scans: Path, vault: Vault) -> None:
    purge(two_scans, vault, "users", before=DAY)
    before = readers(two_scans, vault)[0].purge_record
    again = purge(two_scans, vault, "users", before=DAY)

    assert (again.files, again.bytes_freed, again.scans) == ({}, 0, ())
    assert readers(two_scans, vault)[0].purge_record == before


def test_interrupted_between_record_and_removal_it_is_finished_by_the_next(two_scans: Path, vault: Vault) -> None:
    scan = finished_scans(two_scans)[0]
    parts = readers(two_scans, vault)[0].manifest.tables["users"].parts
    Overlay().add(scan, PurgeRecord(LATER, "users", "retention", parts))
    in_between = readers(two_scans, vault)[0].coverage("users").state
    removal = purge(two_scans, vault, "users", before=DAY)

    assert in_between is TableState.PURGED
    assert removal.files == parts
    assert not any((two_scans / path).exists() for path in parts)


def test_nothing_old_enough_is_nothing_removed(two_scans: Path, vault: Vault) -> None:
    assert purge(two_scans, vault, "users", before=-DAY).files == {}
    assert [reader.purge_record for reader in readers(two_scans, vault)] == ["", ""]


def test_a_damaged_record_is_one_sentence(two_scans: Path, vault: Vault) -> None:
    (finished_scans(two_scans)[0] / PURGE_FILE).write_text("{", encoding="ascii")

    with pytest.raises(Truncated, match="backup"):
        readers(two_scans, vault)
