"""Nothing is read that is not what the manifest says, and every reason for that is one sentence."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from stored_scans import COMPLETE, MOMENT, TENANT, a_scan, a_user

from m365_posture.keys import TenantKey
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import Changed, NewerSchema, NoSnapshot, SnapshotError, Truncated, WrongKey
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.manifest import MANIFEST_FILE, Manifest, finished_scans, newest_finished, sealed
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.tables import TABLES


def the_scan(folder: Path) -> Path:
    (scan,) = finished_scans(folder)
    return scan


def part_of(folder: Path, table: str = "users") -> Path:
    (part,) = manifest_of(folder).tables[table].parts
    return folder / part


def manifest_of(folder: Path) -> Manifest:
    return Manifest.of(json.loads((the_scan(folder) / MANIFEST_FILE).read_bytes()))


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def is_one_sentence(error: SnapshotError) -> bool:
    return re.fullmatch(r"[^\n]+: [^\n]+\.", str(error)) is not None


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        pytest.param(lambda part: flip(part, 100), Changed, id="a bit flipped in the rows"),
        pytest.param(lambda part: flip(part, -30), Changed, id="a bit flipped in the footer"),
        pytest.param(lambda part: part.write_bytes(part.read_bytes()[:-30]), Truncated, id="cut short"),
        pytest.param(lambda part: part.write_bytes(b""), Truncated, id="emptied"),
        pytest.param(lambda part: part.unlink(), Truncated, id="removed"),
    ],
)
def test_a_damaged_part_is_refused(
    folder: Path, vault: Vault, damage: Callable[[Path], object], error: type[SnapshotError]
) -> None:
    a_scan(folder, vault)
    damage(part_of(folder))
    reader = SnapshotReader.open(the_scan(folder), vault)

    for use in (lambda: reader.frame("users"), lambda: reader.dataset("users"), reader.verify):
        with pytest.raises(error) as refusal:
            use()
        assert is_one_sentence(refusal.value)
    assert len(reader.frame("sign_ins")) == 2


def test_a_part_of_another_table_in_its_place_is_refused(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault, tables={"users": [a_user(1)], "domains": [{"id": "a.example"}]})
    part_of(folder, "domains").replace(part_of(folder, "users"))

    with pytest.raises(Changed):
        SnapshotReader.open(the_scan(folder), vault).frame("users")


def change(scan: Path, edit: Callable[[dict[str, object]], object]) -> None:
    path = scan / MANIFEST_FILE
    document = json.loads(path.read_bytes())
    edit(document)
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        pytest.param(lambda m: m.update(schema="2.0"), NewerSchema, id="a newer schema"),
        pytest.param(lambda m: m.update(schema="x"), Changed, id="no schema number"),
        pytest.param(lambda m: m.pop("schema"), Changed, id="no schema"),
        pytest.param(lambda m: m.pop("tables"), Changed, id="no tables"),
        pytest.param(lambda m: m["tables"]["users"].update(state="excellent"), Changed, id="an unknown state"),
        pytest.param(lambda m: m["tables"]["users"].update(rows=1), Changed, id="another count of rows"),
        pytest.param(lambda m: m["tables"]["domains"].update(state="complete"), Changed, id="a gap made to look read"),
        pytest.param(lambda m: m.update(finished_at="2026-12-01T00:00:00+00:00"), Changed, id="another date"),
        pytest.param(lambda m: m.update(more=1), Changed, id="something added"),
        pytest.param(lambda m: m.pop("seal"), Changed, id="no seal"),
        pytest.param(lambda m: m.update(key="0" * 16), WrongKey, id="another key"),
    ],
)
def test_a_changed_manifest_is_refused(
    folder: Path, vault: Vault, edit: Callable[[dict[str, object]], object], error: type[SnapshotError]
) -> None:
    a_scan(folder, vault, states={"domains": Coverage(TableState.DENIED)})
    change(the_scan(folder), edit)

    with pytest.raises(error) as refusal:
        SnapshotReader.open(the_scan(folder), vault)
    assert is_one_sentence(refusal.value)


def test_a_manifest_cut_short_is_refused(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)
    path = the_scan(folder) / MANIFEST_FILE
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(Truncated) as refusal:
        newest_finished(folder)
    assert is_one_sentence(refusal.value)


@pytest.mark.parametrize("where", ["nowhere", "scans/unfinished", "key.json"])
def test_a_folder_without_finished_scan_is_refused(folder: Path, vault: Vault, where: str) -> None:
    (folder / "scans" / "unfinished").mkdir(parents=True)

    with pytest.raises(NoSnapshot) as refusal:
        SnapshotReader.open(folder / where, vault)
    assert is_one_sentence(refusal.value)


@pytest.mark.parametrize("way", [".", "../{scan}", "{folder}/scans/{scan}"])
def test_a_scan_is_found_however_its_path_is_written(
    folder: Path, vault: Vault, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_scan(folder, vault)
    scan = the_scan(folder)
    monkeypatch.chdir(scan)

    reader = SnapshotReader.open(Path(way.format(folder=folder, scan=scan.name)), vault)
    assert len(reader.frame("users")) == 2


def test_a_folder_that_is_not_named_like_a_scan_is_left_alone(folder: Path, vault: Vault) -> None:
    kept = [folder / "scans" / name for name in ("0-notes", "zzz", "20261116T060000Z-copy of it")]
    for other in kept:
        other.mkdir(parents=True)
    manifest = a_scan(folder, vault)

    assert [scan.name for scan in finished_scans(folder)] == [manifest.scan_id]
    assert all(other.is_dir() for other in kept)


def test_another_key_is_refused(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)

    with pytest.raises(WrongKey) as refusal:
        SnapshotReader.open(the_scan(folder), Vault(TenantKey(TENANT, b"x" * 32)))
    assert is_one_sentence(refusal.value)


def rewritten(folder: Path, vault: Vault, edit: Callable[[dict[str, object]], object]) -> SnapshotReader:
    """Let a scan look as if another release, holding the key, had written its manifest."""
    path = the_scan(folder) / MANIFEST_FILE
    document = json.loads(path.read_bytes())
    edit(document)
    document.pop("seal")
    plain = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    path.write_bytes(sealed(document, vault.seal(plain)))
    return SnapshotReader.open(path.parent, vault)


def test_what_a_newer_minor_schema_added_is_left_out(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)

    def add(document: dict[str, object]) -> None:
        tables = document["tables"]
        assert isinstance(tables, dict)
        document.update(schema="1.9", novelty=True)
        tables["users"]["novelty"] = True
        tables["new_table"] = tables["users"]

    reader = rewritten(folder, vault, add)

    assert len(reader.frame("users")) == 2
    assert reader.coverage("domains").state is TableState.SKIPPED


def test_a_column_that_an_older_schema_did_not_have_is_null(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)
    part = part_of(folder)
    older = vault.read(part).select(["id", "display_name"])
    sha256 = vault.write_table(part, older)
    relative = part.relative_to(folder).as_posix()
    reader = rewritten(folder, vault, lambda m: m["tables"]["users"].update(parts={relative: sha256}))  # type: ignore[index]

    frame = reader.frame("users")
    assert list(frame.columns) == TABLES["users"].arrow_schema.names
    assert frame["account_enabled"].isna().all()
    assert list(frame["id"]) == ["user-1", "user-2"]


@pytest.mark.parametrize("state", [s for s in TableState if not s.delivers_rows])
def test_a_table_that_was_not_read_has_no_rows_not_even_none(folder: Path, vault: Vault, state: TableState) -> None:
    a_scan(folder, vault, states={"domains": Coverage(state)})
    reader = SnapshotReader.open(the_scan(folder), vault)

    assert reader.coverage("domains").state is state
    for use in (reader.frame, reader.dataset):
        with pytest.raises(ValueError, match=f"domains is {state}"):
            use("domains")


def test_a_table_the_scan_knows_nothing_of_was_skipped(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)

    assert SnapshotReader.open(the_scan(folder), vault).coverage("domains").state is TableState.SKIPPED


def test_a_frame_is_nullable_and_has_the_columns_asked_for(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault, tables={"users": [a_user(1), a_user(2, account_enabled=None)]})
    frame = SnapshotReader.open(the_scan(folder), vault).frame("users", ["account_enabled", "id"])

    assert list(frame.columns) == ["account_enabled", "id"]
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in frame.dtypes)
    assert frame["account_enabled"].isna().tolist() == [False, True]


def test_a_dataset_can_be_queried_without_being_loaded(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)
    rows = SnapshotReader.open(the_scan(folder), vault).dataset("sign_ins")
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        connection.register("sign_ins", rows)
        counted = connection.execute(
            "select count(*), min(created_date_time at time zone 'UTC') from sign_ins"
        ).fetchone()

    assert counted == (2, MOMENT.replace(tzinfo=None))


def test_a_file_that_no_manifest_lists_is_never_read(folder: Path, vault: Vault) -> None:
    a_scan(folder, vault)
    part = part_of(folder)
    part.with_name("1.parquet").write_bytes(part.read_bytes())
    (folder / "events" / "sign_ins" / "2026-11-16" / "stranger.parquet").write_bytes(b"x")
    reader = SnapshotReader.open(the_scan(folder), vault)

    assert (len(reader.frame("users")), len(reader.frame("sign_ins"))) == (2, 2)


def test_the_same_rows_read_again_give_another_hash_because_the_files_differ(folder: Path, vault: Vault) -> None:
    first, second = (
        a_scan(folder, vault, tables={"users": [a_user(1)]}, states={"domains": COMPLETE}) for _ in range(2)
    )

    assert first.snapshot_hash != second.snapshot_hash
