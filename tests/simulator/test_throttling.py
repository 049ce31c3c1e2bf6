"""The documented limits."""

import time

import pytest
from simulator_client import Client, SignedIn

from simulator.answers import GraphError
from simulator.clock import ScaledClock
from simulator.generate import generate_tenant
from simulator.tenants import SimulatedTenant, blank_tenant
from simulator.throttling import Charge, Throttle, Workload, limits


@pytest.fixture
def tenant() -> SimulatedTenant:
    return generate_tenant(users=3, sign_ins=10, sites=1, shared_items=2)


def statuses(client: Client, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_five_reports_are_answered_in_ten_seconds(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant, clock_speed=0.1)

    assert statuses(client, "beta/auditLogs/signIns", 6) == [200] * 5 + [429]
    assert 0 < int(client.get("beta/auditLogs/signIns").headers["Retry-After"]) <= 10


def test_waiting_as_told_is_enough(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant, clock_speed=10)
    statuses(client, "beta/auditLogs/signIns", 5)
    refused = client.get("beta/auditLogs/signIns")
    time.sleep(int(refused.headers["Retry-After"]) / 10)

    assert client.get("beta/auditLogs/signIns").status_code == 200


def test_conditional_access_answers_once_a_second_and_does_not_say_how_long_to_wait(
    signed_in: SignedIn, tenant: SimulatedTenant
) -> None:
    client = signed_in(tenant, clock_speed=0.1)
    path = "v1.0/identity/conditionalAccess/policies"
    client.get(path)

    refused = client.get(path)

    assert refused.status_code == 429
    assert "Retry-After" not in refused.headers


def test_sign_in_activity_counts_as_a_report(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)

    assert statuses(client, "v1.0/users?$select=id,signInActivity", 6) == [200] * 5 + [429]
    assert statuses(client, "v1.0/users?$select=id", 6) == [200] * 6


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("users", "2"),
        ("users?$select=id", "1"),
        ("users?$top=5", "1"),
        ("subscribedSkus", "3"),
        ("organization?$select=id", "1"),
    ],
)
def test_directory_answers_tell_their_cost(path: str, units: str, signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    assert signed_in(tenant).get(f"v1.0/{path}").headers["x-ms-resource-unit"] == units


def test_permissions_cost_five_units_and_a_listing_two(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    drive_id = next(iter(tenant.drive_items))
    client = signed_in(tenant)

    client.get("v1.0/sites/getAllSites")
    link = client.get(f"v1.0/drives/{drive_id}/root/delta").json()["@odata.deltaLink"]
    client.get(link)
    client.get(f"v1.0/drives/{drive_id}/items/{tenant.drive_items[drive_id][2]['id']}/permissions")

    used = client.simulator.accounting[tenant.slug, "sharepoint"]
    assert (used.cost, used.requests, used.throttled) == (2 + 2 + 1 + 5, 4, 0)


def test_one_tenant_does_not_throttle_another(tenant: SimulatedTenant) -> None:
    throttle = Throttle(ScaledClock())
    report = [Charge(Workload.REPORTS)]
    for _ in range(5):
        throttle.admit(tenant, report, "app")

    throttle.admit(blank_tenant("buren"), report, "app")

    assert throttle.accounting[tenant.slug, "reports"].requests == 5


def test_limits_can_be_switched_off_and_are_counted_still(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant, throttling=False)

    assert statuses(client, "beta/auditLogs/signIns", 9) == [200] * 9
    assert client.simulator.accounting[tenant.slug, "reports"].requests == 9


def test_refusals_are_accounted(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    statuses(client, "beta/auditLogs/signIns", 8)

    used = client.simulator.accounting[tenant.slug, "reports"]
    assert (used.cost, used.requests, used.throttled) == (5, 8, 3)


@pytest.mark.parametrize(
    ("licences", "per_minute"), [(0, 1_250), (1_000, 1_250), (1_001, 2_500), (20_000, 5_000), (60_000, 6_250)]
)
def test_sharepoint_allows_larger_tenants_more(licences: int, per_minute: int) -> None:
    tenant = blank_tenant("kantoor")
    tenant.subscribed_skus = [{"consumedUnits": licences}]

    minute, day = limits(tenant, Workload.SHAREPOINT)

    assert (minute.units, day.units) == (per_minute, per_minute * 960)


@pytest.mark.parametrize(("users", "units"), [(0, 3_500), (49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)])
def test_the_directory_allows_larger_tenants_more(users: int, units: int) -> None:
    tenant = blank_tenant("kantoor")
    tenant.users = [{}] * users

    assert limits(tenant, Workload.IDENTITY)[0].units == units


def test_sharepoint_counts_refused_requests_and_warns_before(tenant: SimulatedTenant) -> None:
    throttle = Throttle(ScaledClock())
    headers = throttle.admit(tenant, [Charge(Workload.SHAREPOINT, 1_100)], "app")
    for _ in range(30):
        throttle.admit(tenant, [Charge(Workload.SHAREPOINT, 5)], "app")

    with pytest.raises(GraphError) as first:
        throttle.admit(tenant, [Charge(Workload.SHAREPOINT, 5)], "app")
    with pytest.raises(GraphError):
        throttle.admit(tenant, [Charge(Workload.SHAREPOINT, 1)], "app")

    assert headers["RateLimit-Remaining"] == "150"
    assert first.value.code == "activityLimitReached"


def test_a_mailbox_has_a_limit_of_its_own(tenant: SimulatedTenant) -> None:
    throttle = Throttle(ScaledClock())
    throttle.admit(tenant, [Charge(Workload.OUTLOOK, 10_000, mailbox="ada")], "app")

    throttle.admit(tenant, [Charge(Workload.OUTLOOK, mailbox="bob")], "app")

    assert throttle.accounting[tenant.slug, "outlook"].throttled == 0
