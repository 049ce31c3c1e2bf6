"""SharePoint's own settings are read where the firm opted in, with a certificate, and are a gap everywhere else."""

from collections.abc import Iterator

import pytest
from simulated_scans import Office, Snapshot, an_office
from table_faults import KINDS, MENDS, STATES, fault

from scanner.collectors.spo_tenant import COLLECTORS
from simulator.tenants import SimulatedTenant, blank_tenant

RIGHT = "Sites.FullControl.All"
SETTINGS = {"SharingCapability": 1, "ODBSharingCapability": 0, "ExternalUserExpireInDays": 30, "TenantName": "kantoor"}


def a_firm() -> SimulatedTenant:
    tenant = blank_tenant("kantoor")
    tenant.app.sharepoint_roles.add(RIGHT)
    tenant.spo_tenant = dict(SETTINGS)
    return tenant


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(a_firm(), tmp_path_factory.mktemp("firm"), packs=["base"]) as office:
        yield office


@pytest.fixture
def office(firm: Office) -> Iterator[Office]:
    """Give the firm that opted in; what a test changes ends with it."""
    plans = set(firm.tenant.service_plans)
    yield firm.opted_in()
    firm.tenant.service_plans = plans
    firm.tenant.app.sharepoint_roles.add(RIGHT)
    firm.tenant.domains[0]["isInitial"] = True
    firm.tenant.spo_tenant = dict(SETTINGS)
    firm.simulator.faults.clear()


def read(office: Office) -> Snapshot:
    return office.scan(only=["sharing"])


def test_settings_are_kept_as_sharepoints_numbers_and_what_it_does_not_give_is_unknown(office: Office) -> None:
    [row] = read(office).rows("spo_tenant")

    assert (row["id"], row["sharing_capability"], row["one_drive_sharing_capability"]) == ("kantoor", 1, 0)
    assert row["external_user_expire_in_days"] == 30
    assert (row["require_anonymous_links_expire_in_days"], row["external_user_expiration_required"]) == (None, None)


def test_a_firm_that_changed_nothing_lets_anyone_with_a_link_in_for_ever(office: Office) -> None:
    office.tenant.spo_tenant = {}

    [row] = read(office).rows("spo_tenant")

    assert (row["sharing_capability"], row["require_anonymous_links_expire_in_days"]) == (2, -1)
    declared = {column.name for collector in COLLECTORS for column in collector.table.columns}
    assert {name for name in declared if row[name] is None} == set()


def test_without_the_opt_in_it_is_skipped_and_nothing_is_asked(firm: Office) -> None:
    before = len(firm.asked("_api"))

    coverage = read(firm).coverage("spo_tenant")

    assert (coverage.state, coverage.reason, coverage.mend) == ("skipped", "pack_off", "pack:sharepoint_admin")
    assert len(firm.asked("_api")) == before


def test_without_the_right_it_is_denied(office: Office) -> None:
    office.tenant.app.sharepoint_roles.clear()

    coverage = read(office).coverage("spo_tenant")

    assert (coverage.state, coverage.rows, coverage.mend) == ("denied", 0, f"grant:{RIGHT}")


def test_a_tenant_without_sharepoint_has_no_licence_for_it(office: Office) -> None:
    office.tenant.service_plans = {"EXCHANGE_S_STANDARD"}

    coverage = read(office).coverage("spo_tenant")

    assert (coverage.state, coverage.mend) == ("unlicensed", "license:SHAREPOINTSTANDARD")


def test_without_an_initial_domain_nobody_knows_where_to_ask(office: Office) -> None:
    office.tenant.domains[0]["isInitial"] = False

    coverage = read(office).coverage("spo_tenant")

    assert (coverage.state, coverage.reason) == ("failed", "no_initial_domain")


@pytest.mark.parametrize("how", [how for how in KINDS if how != "unlicensed"])
def test_settings_that_cannot_be_read_say_why(office: Office, how: str) -> None:
    office.simulator.faults.add(fault("spo_tenant", how))

    coverage = read(office).coverage("spo_tenant")

    assert (coverage.state, coverage.rows, coverage.parts) == (STATES[how], 0, {})
    assert coverage.reason
    assert coverage.mend.startswith(MENDS[STATES[how]])
