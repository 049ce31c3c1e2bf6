"""Findings files: immutable, encrypted, one per evaluation."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from judgements import GAP, TENANT, a_check, an_object, judged, scan_id

from checks.model import Verdict
from m365_posture.keys import MasterKey, TenantKey
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import SnapshotError
from scanner.snapshot.manifest import MANIFEST_FILE, SCANS
from store.errors import StoreUnusable
from store.findings import evaluations, latest, load, save
from store.judged import Judged
from store.schema import FINDINGS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / TENANT


@pytest.fixture
def vault(folder: Path) -> Vault:
    return Vault(TenantKey.create(folder, MasterKey(b"k" * 32)))


def stored(folder: Path, vault: Vault, evaluation: Judged, *, finished: bool = True) -> Path:
    """Keep an evaluation in a scan folder that looks finished."""
    scan = folder / SCANS / evaluation.scan_id
    path = save(scan, vault, evaluation)
    if finished:
        (scan / MANIFEST_FILE).write_text("{}", encoding="utf-8")
    return path


RICH = judged(
    1,
    a_check(
        failing=[an_object("ada", '=HYPERLINK("http://x.example")', account_enabled=True, seen=None)],
        unknown=[an_object("bob", "Bob\n<script>")],
        passed=["cy", "dé"],
        gaps=(GAP,),
    ),
    a_check("EM-05", verdict=Verdict.NOT_ASSESSED, gaps=(replace(GAP, objects=3),)),
    replace(a_check("SH-06"), exhibit={"answers": [{"of": 3, "unseen": ["=1+1"]}], "people": []}),
)


def test_what_was_judged_is_read_back_as_it_was(folder: Path, vault: Vault) -> None:
    assert load(stored(folder, vault, RICH), vault) == RICH


def test_an_evaluation_that_is_kept_already_stays_as_it_is(folder: Path, vault: Vault) -> None:
    path = stored(folder, vault, RICH)
    before = path.read_bytes()
    stored(folder, vault, replace(RICH, checks=()))

    assert path.read_bytes() == before


def test_no_name_stands_in_clear(folder: Path, vault: Vault) -> None:
    content = stored(folder, vault, RICH).read_bytes()

    for canary in (b"HYPERLINK", b"script", b"ada", b"AC-04", b"users.sign_in_activity", b"object_name"):
        assert canary not in content


def test_another_tenants_key_does_not_open_it(folder: Path, vault: Vault, tmp_path: Path) -> None:
    path = stored(folder, vault, RICH)
    other = Vault(TenantKey.create(tmp_path / "other", MasterKey(b"k" * 32)))

    with pytest.raises(SnapshotError):
        load(path, other)


def test_a_file_cut_short_is_explained(folder: Path, vault: Vault) -> None:
    path = stored(folder, vault, RICH)
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(SnapshotError, match="no whole file"):
        load(path, vault)


def test_a_file_of_a_newer_version_is_refused(folder: Path, vault: Vault) -> None:
    path = folder / "f.parquet"
    row = {"record": "evaluation", "details": '{"schema":2}'}
    vault.write_table(path, pa.Table.from_pylist([row], schema=FINDINGS.arrow_schema))

    with pytest.raises(StoreUnusable, match="newer version"):
        load(path, vault)


def test_a_file_without_an_evaluation_is_refused(folder: Path, vault: Vault) -> None:
    path = folder / "f.parquet"
    vault.write_table(path, FINDINGS.arrow_schema.empty_table())

    with pytest.raises(StoreUnusable, match="no findings file"):
        load(path, vault)


def test_the_findings_of_an_older_scan_are_not_taken_for_a_newer_ones(folder: Path, vault: Vault) -> None:
    older, newer = stored(folder, vault, judged(1)), stored(folder, vault, judged(2))
    copied = newer.with_name(older.name)
    shutil.copy(older, copied)

    with pytest.raises(StoreUnusable, match="findings of another scan"):
        load(copied, vault)
    with pytest.raises(StoreUnusable, match="findings of another scan"):
        evaluations(folder, vault)
    shutil.move(copied, newer)
    with pytest.raises(StoreUnusable, match="findings of another scan"):
        latest(folder, vault)


def test_a_file_from_before_statements_were_kept_is_of_no_known_statement(folder: Path, vault: Vault) -> None:
    path = stored(folder, vault, judged(1))
    rows = vault.read(path, FINDINGS.arrow_schema).to_pylist()
    header = json.loads(rows[0]["details"])
    del header["statement_hash"]
    path.unlink()
    vault.write_table(
        path, pa.Table.from_pylist([rows[0] | {"details": json.dumps(header)}], schema=FINDINGS.arrow_schema)
    )

    assert load(path, vault) == replace(judged(1), statement_hash="")


def test_evaluations_come_in_the_order_of_scans_then_of_judging(folder: Path, vault: Vault) -> None:
    again = replace(judged(1, catalogue="c2"), judged_at=judged(9).judged_at)
    for evaluation in (judged(2, catalogue="c2"), again, judged(1)):
        stored(folder, vault, evaluation)

    assert [e.evaluation_id for e in evaluations(folder, vault)] == ["e1-c1", "e1-c2", "e2-c2"]


def test_an_unfinished_scan_has_no_evaluations(folder: Path, vault: Vault) -> None:
    stored(folder, vault, judged(1), finished=False)

    assert evaluations(folder, vault) == []


def test_the_latest_is_the_newest_judged_scan_of_all_areas(folder: Path, vault: Vault) -> None:
    assert latest(folder, vault) is None
    for evaluation in (judged(1), judged(2), judged(3, whole=False)):
        stored(folder, vault, evaluation)
    unjudged = folder / SCANS / scan_id(4)
    unjudged.mkdir()
    (unjudged / MANIFEST_FILE).write_text("{}", encoding="utf-8")

    assert latest(folder, vault) == judged(2)
