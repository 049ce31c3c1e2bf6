"""On a moved clock exactly what is due is gone, every other row is still there, and later judgements know why."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from builders import a_profile
from stored_scans import COMPLETE, MOMENT, Rows, a_scan, a_sign_in, a_tenant, a_user

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from m365_posture.retention import LEFTOVERS, purge, what_is_due
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.manifest import MANIFEST_FILE, SCANS, finished_scans
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.tables import TABLES
from scanner.snapshot.writer import ScanWriter
from store import findings
from store.record import judged_of

DAY = timedelta(days=1)
A_LINK = {"drive_id": "d", "item_id": "i", "permission_id": "p", "kind": "link", "link_scope": "anonymous"}
ONE_CHECK = CATALOGUE.only("SH-01")
"""So that there are findings to keep; which ones decides nothing here."""


@pytest.fixture
def tenant(tmp_path: Path) -> tuple[Path, Vault]:
    return a_tenant(tmp_path)


def scanned(tenant: tuple[Path, Vault], at: datetime, states: Mapping[str, Coverage] | None = None) -> Path:
    """Scan and judge a firm with a person, a sign-in and a link; return the scan's folder."""
    folder, vault = tenant
    tables: dict[str, Rows] = {"users": [a_user(1)], "sign_ins": [a_sign_in(1, at, id=f"s-{at:%j}")]}
    if "sharing_links" not in (states or {}):
        tables["sharing_links"] = [A_LINK]
    manifest = a_scan(folder, vault, at, tables=tables, states=states)
    scan = folder / SCANS / manifest.scan_id
    profile = a_profile(as_of=manifest.finished_at)
    evaluation = evaluate(SnapshotReader.open(scan, vault), profile, ONE_CHECK)
    findings.save(scan, vault, judged_of(evaluation, profile, manifest, manifest.finished_at))
    return scan


def state_of(tenant: tuple[Path, Vault], scan: Path, table: str) -> tuple[TableState, int]:
    coverage = SnapshotReader.open(scan, tenant[1]).coverage(table)
    return coverage.state, coverage.rows


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_day_of_the_sign_in_log_goes_after_ninety_days_and_not_before(tenant: tuple[Path, Vault]) -> None:
    old, new = scanned(tenant, MOMENT), scanned(tenant, MOMENT + DAY)
    purge(*tenant, MOMENT + 90 * DAY)
    before = state_of(tenant, old, "sign_ins")
    purge(*tenant, MOMENT + 91 * DAY)

    assert before == (TableState.COMPLETE, 1)
    assert state_of(tenant, old, "sign_ins") == (TableState.PURGED, 0)
    assert state_of(tenant, new, "sign_ins") == (TableState.PARTIAL, 1)
    assert state_of(tenant, old, "users") == (TableState.COMPLETE, 1)


def test_the_last_two_scans_that_read_the_links_keep_them(tenant: tuple[Path, Vault]) -> None:
    denied = {"sharing_links": Coverage(TableState.DENIED, reason="accessDenied", mend="grant:Files.Read.All")}
    scans = [scanned(tenant, MOMENT + day * DAY, denied if day == 3 else None) for day in range(4)]
    purge(*tenant, MOMENT + 4 * DAY)

    states = [state_of(tenant, scan, "sharing_links")[0] for scan in scans]
    assert states == [TableState.PURGED, TableState.COMPLETE, TableState.COMPLETE, TableState.DENIED]


def test_a_scan_of_some_areas_or_in_part_supersedes_no_register_of_the_firm(tenant: tuple[Path, Vault]) -> None:
    folder, vault = tenant
    first, second = scanned(tenant, MOMENT), scanned(tenant, MOMENT + DAY)
    partial = {"sharing_links": Coverage(TableState.PARTIAL, reason="throttled", mend="rescan")}
    for day in (2, 3):
        tables = {"sharing_links": [A_LINK]}
        a_scan(folder, vault, MOMENT + day * DAY, tables=tables, only=["sharing"], states=partial)
    purge(*tenant, MOMENT + 4 * DAY)

    assert state_of(tenant, first, "sharing_links")[0] is TableState.COMPLETE
    assert state_of(tenant, second, "sharing_links")[0] is TableState.COMPLETE


def test_findings_and_settings_go_after_two_years(tenant: tuple[Path, Vault]) -> None:
    old, new = scanned(tenant, MOMENT), scanned(tenant, MOMENT + 10 * DAY)
    purge(*tenant, MOMENT + 735 * DAY)

    assert findings.evaluations_of(old, tenant[1]) == []
    assert len(findings.evaluations_of(new, tenant[1])) == 1
    assert state_of(tenant, old, "users")[0] is TableState.PURGED
    assert state_of(tenant, new, "users")[0] is TableState.COMPLETE


def test_exactly_what_it_tells_is_gone(tenant: tuple[Path, Vault]) -> None:
    for day in range(3):
        scanned(tenant, MOMENT + day * DAY)
    folder = tenant[0]
    before = everything(folder)
    foretold = what_is_due(*tenant, MOMENT + 92 * DAY)
    purged = purge(*tenant, MOMENT + 92 * DAY)
    told = {path for removal in purged.removals for path in removal.files}

    assert before - everything(folder) == told
    assert everything(folder) - before == {f"{SCANS}/{scan.name}/purge.jsonl" for scan in finished_scans(folder)}
    assert foretold == purged
    assert sorted(removal.table for removal in purged.removals) == ["sharing_links", "sign_ins"]


def test_a_judgement_after_the_purge_says_purged_and_never_passes(tenant: tuple[Path, Vault]) -> None:
    scan = scanned(tenant, MOMENT, {"sharing_links": COMPLETE})
    profile = a_profile(as_of=MOMENT)
    before = evaluate(SnapshotReader.open(scan, tenant[1]), profile)
    purge(*tenant, MOMENT + 800 * DAY)
    after = evaluate(SnapshotReader.open(scan, tenant[1]), profile)

    gaps = {gap.state for result in after.results for gap in result.gaps if gap.need in {"users", "sign_ins"}}
    assert gaps == {TableState.PURGED}
    assert any(result.verdict is not Verdict.NOT_ASSESSED for result in before.results)
    assert all(result.verdict is Verdict.NOT_ASSESSED for result in after.results if result.gaps)
    assert after.id != before.id


def test_purging_twice_removes_nothing_more(tenant: tuple[Path, Vault]) -> None:
    scanned(tenant, MOMENT)
    purge(*tenant, MOMENT + 800 * DAY)

    assert purge(*tenant, MOMENT + 800 * DAY).removals == ()


def test_what_an_interrupted_scan_left_goes_once_it_cannot_be_resumed(tenant: tuple[Path, Vault]) -> None:
    folder, vault = tenant
    scan = ScanWriter.begin(folder, folder.name, vault, MOMENT)
    scan.table(TABLES["users"]).append([a_user(1)])
    scan.table(TABLES["users"]).flush_part({"unit": 1})
    left = folder / SCANS / scan.scan_id
    age(left, MOMENT)

    assert purge(*tenant, MOMENT + timedelta(hours=6)).removals == ()
    [removal] = purge(*tenant, MOMENT + 2 * DAY).removals
    assert (removal.table, left.exists()) == (LEFTOVERS, False)
    assert f"{SCANS}/{scan.scan_id}/tables/users/0.parquet" in removal.files


def test_a_damaged_scan_keeps_its_rows_and_keeps_no_other_from_losing_theirs(tenant: tuple[Path, Vault]) -> None:
    damaged, old = scanned(tenant, MOMENT), scanned(tenant, MOMENT + DAY)
    (damaged / MANIFEST_FILE).write_text("{", encoding="ascii")
    purged = purge(*tenant, MOMENT + 800 * DAY)

    [sentence] = purged.unreadable
    assert str(damaged) in sentence
    assert (damaged / "tables/users/0.parquet").exists()
    assert state_of(tenant, old, "users")[0] is TableState.PURGED


def age(folder: Path, at: datetime) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (at.timestamp(), at.timestamp()))
