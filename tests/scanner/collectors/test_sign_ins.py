"""The sign-in log is read without a hole and without a row twice, and a log with a hole says so."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scripted_graph import Answer, Desk, ScriptedGraph, a_desk
from simulated_scans import Office, Snapshot, an_office
from stored_scans import MOMENT, TENANT

from scanner.graph import Page
from scanner.snapshot.ledger import TableState
from scanner.snapshot.manifest import MANIFEST_FILE
from scanner.snapshot.overlay import PURGE_FILE
from scanner.snapshot.purge import purge_table
from scanner.snapshot.tables.sign_ins import SIGN_INS
from scanner.snapshot.writer import ScanWriter
from scanner.transport.errors import Denied, Malformed, NotFound, ReadError, RequestRefused, Throttled, Unavailable
from scanner.transport.templates import Api, Template
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

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


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give a firm with a sign-in in each of `HOURS`, every other one not interactive."""
    tenant = blank_tenant("log")
    now = datetime.now(UTC)
    kinds = ("interactiveUser", "nonInteractiveUser")
    tenant.sign_ins = [
        a_sign_in(f"s{hours:03}", now - timedelta(hours=hours, minutes=1), signInEventTypes=[kinds[hours % 2]])
        for hours in HOURS
    ]
    with an_office(tenant, tmp_path, packs=["base"]) as firm:
        yield firm


def arrives(office: Office, *sign_ins: dict[str, Any]) -> None:
    """Put rows into the log, each at its place in time."""
    assert isinstance(office.tenant.sign_ins, list)
    office.tenant.sign_ins += sign_ins
    office.tenant.sign_ins.sort(key=lambda row: row["createdDateTime"], reverse=True)


def scan(office: Office, **options: Any) -> Snapshot:  # noqa: ANN401 - options of Office.scan
    return office.scan(**options)


def test_the_first_scan_reads_thirty_days_of_every_kind(office: Office) -> None:
    snapshot = scan(office)

    assert ids(snapshot) == EVERY_ONE
    coverage = snapshot.coverage("sign_ins")
    assert (coverage.basis, coverage.last_full) == ("full", snapshot.manifest.scan_id)
    assert coverage.endpoints == (BETA,)


def test_the_next_scan_reads_one_day_again_and_keeps_every_row_once(office: Office) -> None:
    first = scan(office)
    now = datetime.now(UTC)
    arrives(office, a_sign_in("new", now), a_sign_in("late", now - timedelta(hours=20)))
    office.simulator.requests.clear()

    second = scan(office)

    assert ids(second) == sorted([*ids(first), "new", "late"])
    coverage = second.coverage("sign_ins")
    assert (coverage.basis, coverage.last_full) == ("incremental", first.manifest.scan_id)
    request, of_applications = [request for request in office.simulator.requests if request.path == BETA]
    assert "servicePrincipal" in of_applications.query["$filter"]
    since = request.query["$filter"].rsplit("createdDateTime ge ", 1)[1]
    assert timedelta(hours=24) < now - datetime.fromisoformat(since) < timedelta(hours=25)


def test_a_field_that_graph_fills_late_is_filled_by_the_next_scan(office: Office) -> None:
    scan(office)
    assert isinstance(office.tenant.sign_ins, list)
    office.tenant.sign_ins[2]["riskDetail"] = "adminConfirmedSignInCompromised"

    rows = {row["id"]: row for row in scan(office).rows("sign_ins")}

    assert rows["s002"]["risk_detail"] == "adminConfirmedSignInCompromised"


def since_of(office: Office) -> datetime:
    """Return from when on the newest listing was asked for."""
    text = next(one for one in reversed(office.simulator.requests) if one.path == BETA).query["$filter"]
    return datetime.fromisoformat(text.rsplit("createdDateTime ge ", 1)[1])


def purge_before(office: Office, days: int) -> None:
    now = datetime.now(UTC)
    before = now - timedelta(days=days)
    purge_table(office.config.folder, office.vault, SIGN_INS, before=before, at=now, reason="retention")


def test_days_that_were_purged_are_read_again_as_far_as_graph_still_has_them(office: Office) -> None:
    scan(office)
    purge_before(office, 1)
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, BETA, times=None))
    broken = scan(office)
    office.simulator.faults.clear()

    mended = scan(office)

    assert broken.coverage("sign_ins").state == "denied"
    assert (mended.coverage("sign_ins").state, mended.coverage("sign_ins").basis) == ("complete", "full")
    assert ids(mended) == EVERY_ONE


def test_a_purge_of_days_that_graph_does_not_have_any_more_changes_nothing_for_the_next_scan(office: Office) -> None:
    scan(office)
    purge_before(office, 40)

    assert scan(office).coverage("sign_ins").basis == "incremental"


def newest_day(snapshot: Snapshot, days_ago: int) -> Path:
    """Return the file of the day so many days before the newest."""
    files = snapshot.manifest.events["sign_ins"]
    return snapshot.reader.folder.parents[1] / files[sorted(files)[-1 - days_ago]].path


def test_a_damaged_day_is_read_again(office: Office) -> None:
    newest_day(scan(office), days_ago=1).unlink()

    mended = scan(office)

    assert (mended.coverage("sign_ins").state, mended.coverage("sign_ins").basis) == ("complete", "full")
    assert ids(mended) == EVERY_ONE
    assert scan(office).coverage("sign_ins").basis == "incremental"


def test_a_damaged_day_that_graph_does_not_have_any_more_makes_the_log_partial_until_a_backup_mends_it(
    office: Office,
) -> None:
    first = scan(office)
    oldest = newest_day(first, days_ago=len(first.manifest.events["sign_ins"]) - 1)
    content = oldest.read_bytes()
    oldest.write_bytes(content[:-20])

    # Eight days later the oldest day is beyond what Graph keeps.
    later = timedelta(days=8)
    broken, again = scan(office, later=later), scan(office, later=later)
    oldest.write_bytes(content)
    mended = scan(office, later=later)

    for snapshot in (broken, again):
        coverage = snapshot.coverage("sign_ins")
        assert (coverage.state, coverage.reason, coverage.mend) == ("partial", "damaged_day", "restore_backup")
        assert ids(snapshot) < EVERY_ONE
        snapshot.reader.verify()
    assert mended.coverage("sign_ins").state == "complete"
    assert ids(mended) == EVERY_ONE


def test_everything_is_read_anew_when_that_is_asked_for(office: Office) -> None:
    scan(office)

    snapshot = scan(office, full=True)

    assert (snapshot.coverage("sign_ins").basis, ids(snapshot)) == ("full", EVERY_ONE)
    assert datetime.now(UTC) - since_of(office) > timedelta(days=29)


def damage_the_manifest(scan_folder: Path) -> None:
    path = scan_folder / MANIFEST_FILE
    path.write_bytes(path.read_bytes()[:-40])


def damage_the_watermarks(scan_folder: Path) -> None:
    next((scan_folder / "tables" / "watermarks").glob("*.parquet")).unlink()


def damage_the_purge_record(scan_folder: Path) -> None:
    (scan_folder / PURGE_FILE).write_text("{", encoding="ascii")


@pytest.mark.parametrize("damage", [damage_the_manifest, damage_the_watermarks, damage_the_purge_record])
def test_a_scan_that_cannot_be_trusted_is_not_continued_and_stops_no_other(
    office: Office, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    first = scan(office)
    damage(first.reader.folder)

    second, third = scan(office), scan(office)

    assert (second.coverage("sign_ins").state, second.coverage("sign_ins").basis) == ("complete", "full")
    assert ids(second) == EVERY_ONE
    assert third.coverage("sign_ins").basis == "incremental"
    assert f"scan {first.manifest.scan_id} cannot be continued" in caplog.text


def test_after_a_month_without_scans_everything_is_read_again(office: Office) -> None:
    scan(office)

    snapshot = scan(office, later=timedelta(days=31))

    assert snapshot.coverage("sign_ins").basis == "full"


def test_a_row_from_the_future_does_not_hide_what_comes_before_it(office: Office) -> None:
    arrives(office, a_sign_in("future", datetime.now(UTC) + timedelta(days=300)))
    scan(office)
    arrives(office, a_sign_in("new", datetime.now(UTC)))

    assert "new" in ids(scan(office))


def test_without_a_licence_the_log_is_unlicensed(office: Office) -> None:
    office.tenant.service_plans.clear()

    coverage = scan(office).coverage("sign_ins")

    assert (coverage.state, coverage.mend, coverage.rows) == ("unlicensed", "license:AAD_PREMIUM", 0)
    assert V1 not in office.asked()


@pytest.mark.parametrize("kind", [FaultKind.NOT_FOUND, FaultKind.BAD_GATEWAY, FaultKind.NOT_JSON])
def test_where_beta_fails_v1_gives_what_it_has_and_the_ledger_says_what_is_missing(
    office: Office, kind: FaultKind
) -> None:
    office.simulator.faults.add(Fault(kind, BETA, times=None))

    snapshot = scan(office)

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
    scan(office)

    snapshot = scan(office)

    assert snapshot.coverage("sign_ins").state == "complete"
    assert snapshot.coverage("sign_ins").groups == {}
    assert ids(snapshot) == EVERY_ONE
    assert {row["authentication_requirement"] for row in snapshot.rows("sign_ins")} == {"singleFactorAuthentication"}


def test_where_neither_answers_the_log_failed_and_the_next_scan_misses_nothing(office: Office) -> None:
    first = scan(office)
    office.simulator.faults.add(Fault(FaultKind.SERVER_ERROR, "*/auditLogs/signIns", times=None))
    arrives(office, a_sign_in("meanwhile", datetime.now(UTC)))

    broken = scan(office)
    office.simulator.faults.clear()
    third = scan(office)

    assert (broken.coverage("sign_ins").state, broken.coverage("sign_ins").rows) == ("failed", 0)
    assert third.coverage("sign_ins").basis == "incremental"
    assert ids(third) == sorted([*ids(first), "meanwhile"])


def rows_until(template: Template, text: str, per_page: int, count: int) -> list[list[dict[str, Any]]]:
    """Return the pages of a log of `count` sign-ins, one a minute, as far as the filter lets them through."""
    until = text.rsplit("createdDateTime le ", 1)[1] if "createdDateTime le" in text else "9999"
    rows = [a_sign_in(f"s{n:03}", MOMENT - timedelta(minutes=n)) for n in range(count)]
    found = [row for row in rows if row["createdDateTime"] <= until]
    if template.api is Api.GRAPH_V1:
        found = [{name: value for name, value in row.items() if name in template.select} for row in found]
    return [found[start : start + per_page] for start in range(0, len(found), per_page)]


class Interrupted:
    """A log of 60 sign-ins, two to a page, whose listings break off after so many pages each."""

    def __init__(self, *pages: int, error: ReadError) -> None:
        self._pages = list(pages)
        self._error = error

    def __call__(self, template: Template, text: str) -> Answer:
        if "servicePrincipal" in text:
            return []
        whole = rows_until(template, text, per_page=2, count=60)
        if not self._pages:
            return whole
        return [*whole[: self._pages.pop(0)], self._error]


def desk_of(folder: Path, log: Interrupted) -> Desk:
    return a_desk(folder, "sign_ins", log)


def kept(desk: Desk) -> list[str]:
    return sorted(row["id"] for row in desk.rows())


EVERY_ROW = [f"s{n:03}" for n in range(60)]
EXPIRED = Malformed(BETA, 400, "skiptoken_expired")


async def test_a_listing_that_breaks_off_goes_on_from_the_oldest_row_kept(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, Interrupted(12, 5, error=EXPIRED))

    result = await desk.read()

    assert (result.state, dict(result.groups)) == (TableState.COMPLETE, {})
    assert result.newest_event == MOMENT.replace(microsecond=0)
    assert kept(desk) == EVERY_ROW
    untils = [
        text.rsplit("createdDateTime le ", 1)[1] for _, text in desk.graph.asked[1:] if "nonInteractiveUser" in text
    ]
    assert untils == ["2026-11-16T05:37:01Z", "2026-11-16T05:28:01Z"]


async def test_a_listing_that_graph_lost_its_place_in_goes_on_from_the_oldest_row_kept(tmp_path: Path) -> None:
    whole = rows_until(Template(Api.GRAPH_BETA, "", *["x"] * 3), "", 2, 60)  # type: ignore[arg-type]
    scripts = [[*whole[:15], Page(whole[0], size_bytes=0, restarted=True)]]
    desk = a_desk(
        tmp_path,
        "sign_ins",
        lambda template, text: scripts.pop() if scripts else Interrupted(error=EXPIRED)(template, text),
    )

    result = await desk.read()

    assert result.state is TableState.COMPLETE
    assert kept(desk) == EVERY_ROW


async def test_beta_that_leads_no_further_is_followed_by_v1_from_there(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, Interrupted(12, 0, error=Unavailable(BETA, 503, "unavailable")))

    result = await desk.read()

    assert (result.state, result.reason) == (TableState.PARTIAL, "interactive_only")
    assert result.groups["beta_properties"].reason == "unavailable"
    assert result.newest_event is None
    rows = desk.rows()
    assert sorted(row["id"] for row in rows) == EVERY_ROW
    with_beta = {row["id"] for row in rows if row["authentication_requirement"]}
    assert with_beta == set(EVERY_ROW[:24])


@pytest.mark.parametrize(
    "error",
    [
        Throttled(BETA, 429, "TooManyRequests"),
        Denied(BETA, 403, "Forbidden"),
        RequestRefused(BETA, code="foreign_continuation"),
    ],
)
async def test_rows_of_a_log_that_stops_are_kept_and_the_log_is_partial(tmp_path: Path, error: ReadError) -> None:
    desk = desk_of(tmp_path, Interrupted(12, 0, 0, error=error))

    result = await desk.read()

    assert result.state is TableState.PARTIAL
    assert result.newest_event is None
    assert kept(desk) == EVERY_ROW[:24]
    assert {template.api for template, _ in desk.graph.asked} == {Api.GRAPH_BETA}


async def test_a_log_that_never_answers_has_the_state_of_its_error(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, Interrupted(0, 0, error=NotFound(BETA, 404, "UnknownError")))

    result = await desk.read()

    assert (result.state, result.reason) == (TableState.FAILED, "UnknownError")


async def test_a_part_is_ten_pages_and_a_resumed_reading_goes_on_below_it(tmp_path: Path) -> None:
    first = desk_of(tmp_path, Interrupted(12, 0, error=Throttled(BETA, 429)))
    await first.read()
    units = first.scan.table(SIGN_INS).finished_units()

    assert [unit["oldest"] for unit in units] == ["2026-11-16T05:41:00+00:00", "2026-11-16T05:37:00+00:00"]

    resumed = ScanWriter.resume(first.scan.tenant_folder, TENANT, first.scan.vault, MOMENT + timedelta(minutes=5))
    assert resumed is not None
    second = Desk("sign_ins", ScriptedGraph(Interrupted(error=EXPIRED)), resumed)
    result = await second.read()

    assert (result.state, result.newest_event) == (TableState.COMPLETE, MOMENT)
    assert second.graph.asked[0][1].endswith("createdDateTime le 2026-11-16T05:37:01Z")
    assert kept(second) == EVERY_ROW
