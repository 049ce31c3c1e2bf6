"""What the nightly scans make of imported days, for firms with and without the licence for the log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from exports import Json, SignIn, a_file, as_audit, as_graph, as_rule_change
from simulated_scans import Office, Snapshot, an_office

from scanner.imports.scan import import_files
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

NOW = datetime.now(UTC).replace(microsecond=0)
EXPORTED = SignIn(1, NOW - timedelta(days=3))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give a firm whose log Graph shows."""
    tenant = blank_tenant("exports")
    tenant.sign_ins = [as_graph(SignIn(7, NOW - timedelta(hours=2)))]
    with an_office(tenant, tmp_path, packs=["base"]) as firm:
        yield firm


@pytest.fixture
def without_p1(office: Office) -> Office:
    office.tenant.service_plans.clear()
    return office


def imports(office: Office, folder: Path, *records: Json) -> None:
    file = a_file(folder, "log.json", [{**record, "OrganizationId": office.tenant.tenant_id} for record in records])
    import_files(office.config.folder, office.tenant.tenant_id, office.vault, datetime.now(UTC), [file])


def ids(snapshot: Snapshot) -> list[str]:
    return sorted(row["id"] for row in snapshot.rows("sign_ins"))


def test_without_a_licence_the_imported_days_are_there_each_night_and_never_whole(
    without_p1: Office, tmp_path: Path
) -> None:
    before = without_p1.scan(only=["sign_ins"])
    imports(without_p1, tmp_path, as_audit(EXPORTED), as_rule_change(1, NOW - timedelta(days=2)))
    nights = [without_p1.scan(), without_p1.scan(), without_p1.scan(full=True)]

    assert before.coverage("sign_ins").state == "unlicensed"
    for night in nights:
        coverage = night.coverage("sign_ins")
        assert (coverage.state, coverage.reason, coverage.mend) == ("partial", "imported", "license:AAD_PREMIUM")
        assert coverage.groups["beta_properties"].state == "partial"
        assert ids(night) == [EXPORTED.id]
        assert night.coverage("sign_in_baselines").state == "partial"
        assert [row["operation"] for row in night.rows("mailbox_audits")] == ["New-InboxRule"]


def test_a_night_on_which_graph_fails_does_not_lose_them(without_p1: Office, tmp_path: Path) -> None:
    imports(without_p1, tmp_path, as_audit(EXPORTED))
    without_p1.simulator.faults.add(Fault(FaultKind.SERVER_ERROR, "*/auditLogs/signIns", times=None))
    without_p1.scan()
    without_p1.simulator.faults.clear()

    assert ids(without_p1.scan()) == [EXPORTED.id]


def test_when_the_last_imported_day_is_gone_the_log_is_unlicensed_again(without_p1: Office, tmp_path: Path) -> None:
    imports(without_p1, tmp_path, as_audit(EXPORTED))

    after = without_p1.scan(later=timedelta(days=95), only=["sign_ins"])
    assert after.coverage("sign_ins").state == "unlicensed"


def test_with_a_licence_the_next_scan_is_whole_and_has_both(office: Office, tmp_path: Path) -> None:
    office.scan()
    imports(office, tmp_path, as_audit(EXPORTED))

    snapshot = office.scan()

    coverage = snapshot.coverage("sign_ins")
    assert (coverage.state, coverage.basis, coverage.groups) == ("complete", "incremental", {})
    assert ids(snapshot) == sorted([EXPORTED.id, SignIn(7).id])


def test_the_firm_that_never_imported_is_told_what_would_tell_of_its_mailboxes(office: Office) -> None:
    coverage = office.scan(only=["audits"]).coverage("mailbox_audits")

    assert (coverage.state, coverage.reason, coverage.mend) == ("skipped", "not_imported", "import")
