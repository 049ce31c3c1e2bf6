"""The simulator's account: how fast the documented limits let anybody read what was read."""

import pytest
from simulator_client import SignedIn

from simulator.accounting import Account, BudgetUse
from simulator.generate import generate_tenant
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant


def used(units: float, *, of: float = 100, window_s: float = 60) -> BudgetUse:
    return BudgetUse("sharepoint", "", of, window_s, units)


@pytest.mark.parametrize(("units", "seconds"), [(0, 0), (100, 0), (150, 30), (700, 360)])
def test_one_window_is_free_and_the_rest_takes_its_time(units: float, seconds: float) -> None:
    assert used(units).bound_s == seconds


@pytest.mark.parametrize(("units", "seconds"), [(0, 0), (100, 0), (101, 60), (200, 60), (201, 120)])
def test_the_last_unit_waits_until_its_window_has_room(units: float, seconds: float) -> None:
    assert used(units).last_unit_s == seconds


def test_the_slowest_limit_and_the_longest_chain_make_the_bound() -> None:
    account = Account((used(150), used(700), used(90, of=5, window_s=1)), throttled=0, chain=40, latency_s=0.5)

    assert account.limiting == used(700)
    assert account.bound_s == 360 + 20


@pytest.fixture
def tenant() -> SimulatedTenant:
    return generate_tenant(users=3, sign_ins=4_200, sites=1, shared_items=2)


def budgets(simulator: Simulator, tenant: SimulatedTenant) -> dict[tuple[str, float], float]:
    return {(use.workload, use.window_s): use.used for use in simulator.account(tenant.slug).budgets}


def test_every_limit_counts_what_was_admitted_and_not_what_was_refused(
    signed_in: SignedIn, tenant: SimulatedTenant
) -> None:
    client = signed_in(tenant, clock_speed=0.1)
    drive_id = next(iter(tenant.drive_items))
    for _ in range(7):
        client.get("beta/auditLogs/signIns")
    client.get(f"v1.0/drives/{drive_id}/root/delta")

    account = client.simulator.account(tenant.slug)

    assert budgets(client.simulator, tenant) == {("reports", 10): 5, ("sharepoint", 60): 2, ("sharepoint", 86_400): 2}
    assert account.throttled == 2


def test_a_mailbox_has_an_account_of_its_own(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    for user in tenant.users:
        client.get(f"v1.0/users/{user['id']}/mailFolders/inbox/messageRules")

    asked = client.simulator.account(tenant.slug).budgets

    assert {(use.mailbox, use.used) for use in asked} == {(user["id"], 1) for user in tenant.users}


def test_each_page_waits_for_the_one_before_and_all_wait_for_a_token(
    signed_in: SignedIn, tenant: SimulatedTenant
) -> None:
    client = signed_in(tenant, clock_speed=20, latency_s=0.5, throttling=False)
    client.get("v1.0/users")
    interactive = len(client.pages("v1.0/auditLogs/signIns"))
    everything = len(client.pages("beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t ne 'x')"))

    account = client.simulator.account(tenant.slug)

    assert (interactive, everything) == (2, 5)
    assert (account.chain, account.latency_s) == (1 + everything, 0.5)


def test_what_nobody_asked_has_no_slowest_limit(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    account = signed_in(tenant).simulator.account(tenant.slug)

    with pytest.raises(ValueError, match="empty"):
        _ = account.limiting
