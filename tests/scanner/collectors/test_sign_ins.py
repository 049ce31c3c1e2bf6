"""The sign-in log is read without a hole and without a row twice, and a log with a hole says so."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simulated_scans import Office, Snapshot, an_office

from scanner.snapshot.manifest import MANIFEST_FILE
from scanner.snapshot.overlay import PURGE_FILE
from scanner.snapshot.purge import purge_table
from scanner.snapshot.tables.sign_ins import SIGN_INS
from simulator.faults import Fault, FaultKind
from simulator.tenants import SimulatedTenant, blank_tenant

BETA = "beta/auditLogs/signIns"
V1 = "v1.0/auditLogs/signIns"


HOURS = (*range(50), *range(700, 760))
"""How many hours ago the people of the firm signed in."""
EVERY_ONE = [f"s{hours:03}" for hours in HOURS if hours < 30 * 24]


def a_sign_in(name: str, at: datetime, **properties: object) -> dict[str, Any]:
    return {
        "id": name,
        "createdDateTime": at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "7Z",
        "userId": "u1",
        "signInEventTypes": ["interactiveUser"],
        "authenticationRequirement": "singleFactorAuthentication",
        **properties,
    }


def ids(snapshot: Snapshot) -> list[str]:
    return sorted(row["id"] for row in snapshot.rows("sign_ins"))


def a_firm(now: datetime) -> SimulatedTenant:
    """Return a firm with a sign-in in each of `HOURS`, every other one not interactive."""
    tenant = blank_tenant("log")
    kinds = ("interactiveUser", "nonInteractiveUser")
    tenant.sign_ins = [
        a_sign_in(f"s{hours:03}", now - timedelta(hours=hours, minutes=1), signInEventTypes=[kinds[hours % 2]])
        for hours in HOURS
    ]
    return tenant


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give the firm before its first scan."""
    with an_office(a_firm(datetime.now(UTC)), tmp_path, packs=["base"]) as firm:
        yield firm


@pytest.fixture(scope="module")
def scanned_at() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def scanned(scanned_at: datetime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the first scan of the firm."""
    folder = tmp_path_factory.mktemp("scanned")
    with an_office(a_firm(scanned_at), folder, packs=["base"]) as firm:
        firm.scan()
    return folder


@pytest.fixture
def read_once(scanned_at: datetime, scanned: Path, tmp_path: Path) -> Iterator[Office]:
    """Give the firm after its first scan."""
    with an_office(a_firm(scanned_at), tmp_path, packs=["base"], scanned=scanned) as firm:
        yield firm


def arrives(office: Office, *sign_ins: dict[str, Any]) -> None:
    """Put rows into the log, each at its place in time."""
    assert isinstance(office.tenant.sign_ins, list)
    office.tenant.sign_ins += sign_ins
    office.tenant.sign_ins.sort(key=lambda row: row["createdDateTime"], reverse=True)


def test_the_first_scan_reads_thirty_days_of_every_kind(read_once: Office) -> None:
    snapshot = read_once.newest()

    assert ids(snapshot) == EVERY_ONE
    coverage = snapshot.coverage("sign_ins")
    assert (coverage.basis, coverage.last_full) == ("full", snapshot.manifest.scan_id)
    assert coverage.endpoints == (BETA,)


def test_the_next_scan_reads_one_day_again_and_keeps_every_row_once(read_once: Office) -> None:
    first = read_once.newest()
    now = datetime.now(UTC)
    arrives(read_once, a_sign_in("new", now), a_sign_in("late", now - timedelta(hours=20)))
    read_once.simulator.requests.clear()

    second = read_once.scan()

    assert ids(second) == sorted([*ids(first), "new", "late"])
    coverage = second.coverage("sign_ins")
    assert (coverage.basis, coverage.last_full) == ("incremental", first.manifest.scan_id)
    request, of_applications = [request for request in read_once.simulator.requests if request.path == BETA]
    assert "servicePrincipal" in of_applications.query["$filter"]
    since = request.query["$filter"].rsplit("createdDateTime ge ", 1)[1]
    assert timedelta(hours=24) < now - datetime.fromisoformat(since) < timedelta(hours=25)


def test_a_field_that_graph_fills_late_is_filled_by_the_next_scan(read_once: Office) -> None:
    assert isinstance(read_once.tenant.sign_ins, list)
    read_once.tenant.sign_ins[2]["riskDetail"] = "adminConfirmedSignInCompromised"

    rows = {row["id"]: row for row in read_once.scan().rows("sign_ins")}

    assert rows["s002"]["risk_detail"] == "adminConfirmedSignInCompromised"


def since_of(office: Office) -> datetime:
    """Return from when on the newest listing was asked for."""
    text = next(one for one in reversed(office.simulator.requests) if one.path == BETA).query["$filter"]
    return datetime.fromisoformat(text.rsplit("createdDateTime ge ", 1)[1])


def purge_before(office: Office, days: int) -> None:
    now = datetime.now(UTC)
    before = now - timedelta(days=days)
    purge_table(office.config.folder, office.vault, SIGN_INS, before=before, at=now, reason="retention")


def test_days_that_were_purged_are_read_again_as_far_as_graph_still_has_them(read_once: Office) -> None:
    purge_before(read_once, 1)
    read_once.simulator.faults.add(Fault(FaultKind.FORBIDDEN, BETA, times=None))
    broken = read_once.scan()
    read_once.simulator.faults.clear()

    mended = read_once.scan()

    assert broken.coverage("sign_ins").state == "denied"
    assert (mended.coverage("sign_ins").state, mended.coverage("sign_ins").basis) == ("complete", "full")
    assert ids(mended) == EVERY_ONE


def test_a_purge_of_days_that_graph_does_not_have_any_more_changes_nothing_for_the_next_scan(read_once: Office) -> None:
    purge_before(read_once, 40)

    assert read_once.scan().coverage("sign_ins").basis == "incremental"


def newest_day(snapshot: Snapshot, days_ago: int) -> Path:
    """Return the file of the day so many days before the newest."""
    files = snapshot.manifest.events["sign_ins"]
    return snapshot.reader.folder.parents[1] / files[sorted(files)[-1 - days_ago]].path


def test_a_damaged_day_is_read_again(read_once: Office) -> None:
    newest_day(read_once.newest(), days_ago=1).unlink()

    mended = read_once.scan()

    assert (mended.coverage("sign_ins").state, mended.coverage("sign_ins").basis) == ("complete", "full")
    assert ids(mended) == EVERY_ONE
    assert read_once.scan().coverage("sign_ins").basis == "incremental"


def test_a_damaged_day_that_graph_does_not_have_any_more_makes_the_log_partial_until_a_backup_mends_it(
    read_once: Office,
) -> None:
    first = read_once.newest()
    oldest = newest_day(first, days_ago=len(first.manifest.events["sign_ins"]) - 1)
    content = oldest.read_bytes()
    oldest.write_bytes(content[:-20])

    # Eight days later the oldest day is beyond what Graph keeps.
    later = timedelta(days=8)
    broken, again = read_once.scan(later=later), read_once.scan(later=later)
    oldest.write_bytes(content)
    mended = read_once.scan(later=later)

    for snapshot in (broken, again):
        coverage = snapshot.coverage("sign_ins")
        assert (coverage.state, coverage.reason, coverage.mend) == ("partial", "damaged_day", "restore_backup")
        assert ids(snapshot) < EVERY_ONE
        snapshot.reader.verify()
    assert mended.coverage("sign_ins").state == "complete"
    assert ids(mended) == EVERY_ONE


def test_everything_is_read_anew_when_that_is_asked_for(read_once: Office) -> None:
    snapshot = read_once.scan(full=True)

    assert (snapshot.coverage("sign_ins").basis, ids(snapshot)) == ("full", EVERY_ONE)
    assert datetime.now(UTC) - since_of(read_once) > timedelta(days=29)


def damage_the_manifest(scan_folder: Path) -> None:
    path = scan_folder / MANIFEST_FILE
    path.write_bytes(path.read_bytes()[:-40])


def damage_the_watermarks(scan_folder: Path) -> None:
    next((scan_folder / "tables" / "watermarks").glob("*.parquet")).unlink()


def damage_the_purge_record(scan_folder: Path) -> None:
    (scan_folder / PURGE_FILE).write_text("{", encoding="ascii")


@pytest.mark.parametrize("damage", [damage_the_manifest, damage_the_watermarks, damage_the_purge_record])
def test_a_scan_that_cannot_be_trusted_is_not_continued(
    read_once: Office, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    first = read_once.newest()
    damage(first.reader.folder)

    second = read_once.scan()

    assert (second.coverage("sign_ins").state, second.coverage("sign_ins").basis) == ("complete", "full")
    assert ids(second) == EVERY_ONE
    assert f"scan {first.manifest.scan_id} cannot be continued" in caplog.text


def test_a_scan_that_cannot_be_trusted_keeps_no_later_one_from_being_continued(read_once: Office) -> None:
    folder = read_once.newest().reader.folder
    for damage in (damage_the_manifest, damage_the_watermarks, damage_the_purge_record):
        damage(folder)
    second = read_once.scan()

    third = read_once.scan()

    coverage = third.coverage("sign_ins")
    assert (coverage.basis, coverage.last_full) == ("incremental", second.manifest.scan_id)


def test_after_a_month_without_scans_everything_is_read_again(read_once: Office) -> None:
    snapshot = read_once.scan(later=timedelta(days=31))

    assert snapshot.coverage("sign_ins").basis == "full"


def test_a_row_from_the_future_does_not_hide_what_comes_before_it(office: Office) -> None:
    arrives(office, a_sign_in("future", datetime.now(UTC) + timedelta(days=300)))
    office.scan()
    arrives(office, a_sign_in("new", datetime.now(UTC)))

    assert "new" in ids(office.scan())


def test_without_a_licence_the_log_is_unlicensed(office: Office) -> None:
    office.tenant.service_plans.clear()

    coverage = office.scan(only=["sign_ins"]).coverage("sign_ins")

    assert (coverage.state, coverage.mend, coverage.rows) == ("unlicensed", "license:AAD_PREMIUM", 0)
    assert V1 not in office.asked()


@pytest.mark.parametrize("kind", [FaultKind.NOT_FOUND, FaultKind.BAD_GATEWAY, FaultKind.NOT_JSON])
def test_where_beta_fails_v1_gives_what_it_has_and_the_ledger_says_what_is_missing(
    office: Office, kind: FaultKind
) -> None:
    office.simulator.faults.add(Fault(kind, BETA, times=None))

    snapshot = office.scan(only=["sign_ins"])

    coverage = snapshot.coverage("sign_ins")
    assert ids(snapshot) == EVERY_ONE[::2]
    assert (coverage.state, coverage.reason, coverage.mend) == ("partial", "interactive_only", "rescan")
    group = coverage.groups["beta_properties"]
    assert group.state == "failed"
    assert group.reason
    assert {row["authentication_requirement"] for row in snapshot.rows("sign_ins")} == {None}
    assert coverage.endpoints == (BETA, V1)


def test_what_v1_could_not_tell_is_read_from_beta_by_the_next_scan(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.NOT_FOUND, BETA, times=1))
    office.scan()

    snapshot = office.scan()

    assert snapshot.coverage("sign_ins").state == "complete"
    assert snapshot.coverage("sign_ins").groups == {}
    assert ids(snapshot) == EVERY_ONE
    assert {row["authentication_requirement"] for row in snapshot.rows("sign_ins")} == {"singleFactorAuthentication"}


def test_where_neither_answers_the_log_failed_and_the_next_scan_misses_nothing(read_once: Office) -> None:
    first = read_once.newest()
    read_once.simulator.faults.add(Fault(FaultKind.SERVER_ERROR, "*/auditLogs/signIns", times=None))
    arrives(read_once, a_sign_in("meanwhile", datetime.now(UTC)))

    broken = read_once.scan()
    read_once.simulator.faults.clear()
    third = read_once.scan()

    assert (broken.coverage("sign_ins").state, broken.coverage("sign_ins").rows) == ("failed", 0)
    assert third.coverage("sign_ins").basis == "incremental"
    assert ids(third) == sorted([*ids(first), "meanwhile"])
