"""Use of products is read day by day, and names that the tenant conceals are a gap, never somebody."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from simulated_scans import Office, Snapshot, an_office

from scanner.collectors.rows import Unexpected
from scanner.collectors.usage import CONCEALED, as_days
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

ROW = {
    "reportRefreshDate": "2026-11-14",
    "userPrincipalName": "els@kantoor.example",
    "displayName": "Els",
    "isDeleted": False,
    "deletedDate": None,
    "hasExchangeLicense": True,
    "exchangeLastActivityDate": "2026-11-13",
    "teamsLastActivityDate": "",
    "assignedProducts": ["MICROSOFT 365 BUSINESS PREMIUM"],
}


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    tenant = blank_tenant("kantoor")
    tenant.active_user_detail.append(ROW)
    with an_office(tenant, tmp_path_factory.mktemp("usage"), packs=["base"]) as office:
        yield office


@pytest.fixture
def office(firm: Office) -> Iterator[Office]:
    """Give the firm, which shows names; the faults of a test end with it."""
    firm.tenant.report_settings = {"displayConcealedNames": False}
    yield firm
    firm.simulator.faults.clear()
    firm.tenant.active_user_detail[:] = [ROW]


def scanned(office: Office) -> Snapshot:
    return office.scan(only=["usage"])


def test_the_last_day_of_each_product_is_read(office: Office) -> None:
    snapshot = scanned(office)

    [row] = snapshot.rows("active_user_detail")
    assert (row["id"], row["user_principal_name"]) == ("els@kantoor.example", "els@kantoor.example")
    assert row["exchange_last_activity_date"] == datetime(2026, 11, 13, tzinfo=UTC)
    assert (row["teams_last_activity_date"], row["has_teams_license"]) == (None, None)
    assert snapshot.coverage("active_user_detail").groups == {}


def test_names_that_the_tenant_conceals_are_a_gap(office: Office) -> None:
    office.tenant.report_settings = {}

    snapshot = scanned(office)

    [row] = snapshot.rows("active_user_detail")
    assert (row["user_principal_name"], row["display_name"]) == (None, None)
    assert "@" not in row["id"]
    assert row["exchange_last_activity_date"] is not None
    assert snapshot.coverage("active_user_detail").groups == {"names": CONCEALED}


def test_a_code_is_no_name_whatever_the_setting_says(office: Office) -> None:
    office.tenant.active_user_detail.append({**ROW, "userPrincipalName": "5A105E8B9D40E1329780D62EA2265D8A"})

    assert scanned(office).coverage("active_user_detail").groups == {"names": CONCEALED}


def test_without_the_setting_nobody_knows_whether_names_are_names(office: Office) -> None:
    office.tenant.revoke("ReportSettings.Read.All")

    group = scanned(office).coverage("active_user_detail").groups["names"]

    office.tenant.grant("ReportSettings.Read.All")
    assert (group.state, group.mend) == ("denied", "grant:ReportSettings.Read.All")


@pytest.mark.parametrize(
    ("kind", "state"),
    [(FaultKind.FORBIDDEN, "denied"), (FaultKind.UNAVAILABLE, "failed"), (FaultKind.TRUNCATED, "failed")],
)
def test_a_report_that_cannot_be_read_has_no_rows(office: Office, kind: FaultKind, state: str) -> None:
    office.simulator.faults.add(Fault(kind, "beta/reports/*", times=None))

    coverage = scanned(office).coverage("active_user_detail")

    assert (coverage.state, coverage.rows) == (state, 0)


def test_a_day_is_midnight_utc() -> None:
    assert as_days(["2026-11-13", None, ""]) == [datetime(2026, 11, 13, tzinfo=UTC), None, None]


@pytest.mark.parametrize("value", ["13/11/2026", "yesterday", 20261113])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(Unexpected):
        as_days([value])
