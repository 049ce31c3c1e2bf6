"""The thin Exchange client, over the simulated admin API."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exchange_kit import (
    DECLARED,
    HIDDEN_RULES,
    MAILBOXES,
    REMOTE_DOMAINS,
    a_firm,
    listed,
    upn,
)
from reading_kit import ALL_USERS, a_config, a_session, moved, rows_of

from scanner.exchange import Exchange
from scanner.graph import Graph, Part
from scanner.transport.errors import Denied, Malformed, NotFound, ReadError, RequestRefused, Unavailable, Unlicensed
from scanner.transport.session import Session
from scanner.transport.templates import Cmdlet
from simulator.faults import Fault, FaultKind
from simulator.records import RecordedRequest
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant


@pytest.fixture
def tenant() -> SimulatedTenant:
    return a_firm()


@pytest.fixture
def firm(tenant: SimulatedTenant, simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([tenant], simulator_folder, clock_speed=100) as running:
        yield running


def asked(sim: Simulator) -> list[RecordedRequest]:
    """Return the requests to Exchange."""
    return [request for request in sim.requests if request.path.startswith("adminapi/")]


def invocations(sim: Simulator) -> list[RecordedRequest]:
    return [request for request in asked(sim) if request.method == "POST"]


async def parts_of(session: Session, numbers: range, cmdlet: Cmdlet = HIDDEN_RULES) -> dict[str, Part]:
    values = ({"Mailbox": upn(number)} for number in numbers)
    return {part.values["Mailbox"]: part async for part in Exchange(session).each(cmdlet, values)}


async def error_of(session: Session, cmdlet: Cmdlet, **values: str) -> ReadError:
    with pytest.raises(ReadError) as failed:
        await listed(Exchange(session), cmdlet, **values)
    return failed.value


async def test_a_cmdlet_is_read_to_its_last_page(firm: Simulator) -> None:
    async with a_session(firm, templates=DECLARED) as session:
        pages = [page async for page in Exchange(session).rows(MAILBOXES)]

    assert [(len(page.rows), page.is_cut) for page in pages] == [(3, False), (3, False), (1, False)]
    assert [row["UserPrincipalName"] for page in pages for row in page.rows] == [upn(n) for n in range(7)]
    assert session.stats(MAILBOXES).requests == 3


async def test_only_the_declared_properties_are_asked_for(firm: Simulator) -> None:
    async with a_session(firm, templates=DECLARED) as session:
        (domain,) = await listed(Exchange(session), REMOTE_DOMAINS)

    assert domain == {"DomainName": "*", "AutoForwardEnabled": False}


async def test_every_page_posts_the_same_call_to_the_tenants_region(firm: Simulator) -> None:
    async with a_session(firm, templates=DECLARED) as session:
        await listed(Exchange(session), MAILBOXES)

    region, *pages = asked(firm)
    assert (region.method, region.path.rpartition("/")[2], region.status) == ("GET", "EXOModuleFile", 302)
    assert f"https://127.0.0.1:{region.port}" == firm.hosts.exchange
    assert {page.port for page in pages}.isdisjoint({region.port})
    assert {(page.cmdlet, page.parameters) for page in pages} == {("Get-Mailbox", ("ResultSize",))}
    assert len({page.headers["x-anchormailbox"] for page in pages}) == 1


async def test_the_region_is_asked_once_however_many_cmdlets_start_at_once(firm: Simulator) -> None:
    async with a_session(firm, templates=DECLARED) as session:
        exchange = Exchange(session)
        await asyncio.gather(*(listed(exchange, REMOTE_DOMAINS) for _ in range(8)))

    assert sum(request.method == "GET" for request in asked(firm)) == 1


async def test_one_token_of_its_own_serves_all_of_exchange(firm: Simulator) -> None:
    async with a_session(firm, templates=DECLARED) as session:
        await listed(Exchange(session), MAILBOXES)
        await parts_of(session, range(3))

    tokens = [request for request in firm.requests if request.path.endswith("oauth2/v2.0/token")]
    assert len(tokens) == 2  # the sign-in at Graph, which every pack of the app shares, and Exchange


async def test_mailboxes_are_read_one_by_one_three_at_a_time(firm: Simulator) -> None:
    async with a_session(firm, templates=DECLARED) as session:
        parts = await parts_of(session, range(7))

    assert {name: [row["Name"] for row in part.rows] for name, part in parts.items()} == {
        upn(n): [f"Rule {n}0", f"Rule {n}1"] for n in range(7)
    }
    assert {request.headers["x-anchormailbox"] for request in invocations(firm)} == {upn(n) for n in range(7)}
    assert {request.parameters for request in invocations(firm)} == {("IncludeHidden", "Mailbox")}


async def test_a_mailbox_without_rules_is_empty_and_one_that_is_not_there_is_not_found(
    firm: Simulator, tenant: SimulatedTenant
) -> None:
    tenant.exchange["Get-Mailbox"].append({"UserPrincipalName": upn(8), "ForwardingSmtpAddress": None})

    async with a_session(firm, templates=DECLARED) as session:
        parts = await parts_of(session, range(7, 9))

    assert isinstance(parts[upn(7)].error, NotFound)
    assert parts[upn(7)].error.code == "ManagementObjectNotFoundException"
    assert (parts[upn(8)].error, parts[upn(8)].rows) == (None, [])


async def test_a_refused_mailbox_leaves_the_others_whole(firm: Simulator, tenant: SimulatedTenant) -> None:
    rules: dict[str, Any] = dict(tenant.exchange_mailboxes["Get-InboxRule"])
    tenant.exchange_mailboxes = {"Get-InboxRule": rules | {upn(2): {"error": "Out of scope."}}}

    async with a_session(firm, templates=DECLARED) as session:
        parts = await parts_of(session, range(5))

    assert {name for name, part in parts.items() if part.error} == {upn(2)}
    assert isinstance(parts[upn(2)].error, Denied)


async def test_without_the_app_role_every_cmdlet_is_denied(firm: Simulator, tenant: SimulatedTenant) -> None:
    tenant.revoke("Exchange.ManageAsApp")

    async with a_session(firm, templates=DECLARED) as session:
        error = await error_of(session, MAILBOXES)

    assert isinstance(error, Denied)
    assert (error.status, error.permission) == (401, "Exchange.ManageAsApp")


async def test_without_a_role_in_the_tenant_every_cmdlet_is_denied(firm: Simulator, tenant: SimulatedTenant) -> None:
    tenant.app.in_role_group = False

    async with a_session(firm, templates=DECLARED) as session:
        error = await error_of(session, MAILBOXES)

    assert isinstance(error, Denied)
    assert (error.status, error.permission) == (403, "Exchange.ManageAsApp")


async def test_an_exchange_that_lets_the_app_see_nothing_is_asked_once_a_session(
    firm: Simulator, tenant: SimulatedTenant
) -> None:
    tenant.app.in_role_group = False

    async with a_session(firm, templates=DECLARED) as session:
        errors = [await error_of(session, cmdlet) for cmdlet in (MAILBOXES, REMOTE_DOMAINS)]

    assert [(type(error), error.code) for error in errors] == [(Denied, "exchange_role_missing")] * 2
    assert len(asked(firm)) == 1


async def test_what_the_role_lacks_is_known_before_any_mailbox_is_asked(
    firm: Simulator, tenant: SimulatedTenant
) -> None:
    tenant.app.exchange_cmdlets = {"Get-Mailbox"}

    async with a_session(firm, templates=DECLARED) as session:
        await Exchange(session).demand(MAILBOXES)
        with pytest.raises(Denied) as caught:
            await Exchange(session).demand(HIDDEN_RULES)

    assert (caught.value.code, caught.value.permission) == ("cmdlet_not_exported", "Exchange.ManageAsApp")
    assert invocations(firm) == []


async def test_a_cmdlet_that_the_role_group_lacks_is_denied_and_the_others_are_read(
    firm: Simulator, tenant: SimulatedTenant
) -> None:
    tenant.app.exchange_cmdlets = {"Get-Mailbox"}

    async with a_session(firm, templates=DECLARED) as session:
        exchange = Exchange(session)
        error = await error_of(session, REMOTE_DOMAINS)
        rows = await listed(exchange, MAILBOXES)
        available = await exchange.available_cmdlets()

    assert isinstance(error, Denied)
    assert (error.code, error.endpoint) == ("cmdlet_not_exported", "exchange/Get-RemoteDomain")
    assert len(rows) == 7
    assert available == {"Get-Mailbox"}


async def test_what_the_role_allows_is_asked_once(firm: Simulator) -> None:
    async with a_session(firm, templates=DECLARED) as session:
        exchange = Exchange(session)
        first = await exchange.available_cmdlets()
        second = await exchange.available_cmdlets()

    assert first == second
    assert {"Get-Mailbox", "Get-InboxRule", "Get-TransportRule"} <= first
    assert [request.headers.get("commandname") for request in asked(firm)] == [None, "*"]


async def test_a_tenant_without_exchange_is_unlicensed_and_the_rest_is_read(
    firm: Simulator, tenant: SimulatedTenant
) -> None:
    tenant.service_plans.discard("EXCHANGE_S_STANDARD")

    async with a_session(firm, templates=[*DECLARED, ALL_USERS]) as session:
        error = await error_of(session, MAILBOXES)
        users = await rows_of(Graph(session), ALL_USERS)

    assert isinstance(error, Unlicensed)
    assert (error.plan, error.code) == ("EXCHANGE_S_STANDARD", "AADSTS500011")
    assert len(users) == 7


async def test_where_other_hosts_are_configured_microsofts_own_is_never_asked(firm: Simulator) -> None:
    config = moved(a_config(firm), exchange="")

    async with a_session(firm, config, templates=DECLARED) as session:
        error = await error_of(session, MAILBOXES)

    assert isinstance(error, Unavailable)
    assert error.code == "host_not_configured"
    assert asked(firm) == []


async def test_a_client_secret_is_enough_for_exchange(firm: Simulator) -> None:
    async with a_session(firm, a_config(firm), templates=[MAILBOXES]) as session:
        assert len(await listed(Exchange(session), MAILBOXES)) == 7


async def test_a_cmdlet_of_a_pack_that_is_off_cannot_be_called(firm: Simulator) -> None:
    async with a_session(firm, a_config(firm, packs=("base",)), templates=DECLARED) as session:
        error = await error_of(session, MAILBOXES)

    assert isinstance(error, RequestRefused)
    assert asked(firm) == []


async def test_a_listing_that_exchange_cut_off_says_so(firm: Simulator) -> None:
    some = replace(MAILBOXES, parameters=(("ResultSize", 5),))

    async with a_session(firm, templates=[some]) as session:
        pages = [page async for page in Exchange(session).rows(some)]

    assert sum(len(page.rows) for page in pages) == 5
    assert pages[-1].is_cut


async def test_a_mailbox_of_which_exchange_holds_more_than_it_gives_was_not_read(
    firm: Simulator, tenant: SimulatedTenant
) -> None:
    tenant.exchange_most = 1

    async with a_session(firm, templates=DECLARED) as session:
        parts = await parts_of(session, range(1))

    part = parts[upn(0)]
    assert isinstance(part.error, Malformed)
    assert (part.error.code, part.rows) == ("listing_cut", [])


async def test_throttling_holds_all_of_exchange_for_as_long_as_it_asks(firm: Simulator) -> None:
    firm.faults.add(Fault(FaultKind.THROTTLED, "exchange/Get-Mailbox", retry_after="100"))

    async with a_session(firm, templates=DECLARED) as session:
        await listed(Exchange(session), MAILBOXES)

    first, second = [request.at for request in invocations(firm)][:2]
    assert (second - first).total_seconds() >= 100 / 100
    assert session.stats(MAILBOXES).throttled == 1


async def test_many_mailboxes_earn_no_refusal(firm: Simulator, tenant: SimulatedTenant) -> None:
    many = {upn(n): [{"Name": "Rule", "ForwardTo": None}] for n in range(310)}
    tenant.exchange_mailboxes = {"Get-InboxRule": many}

    async with a_session(firm, templates=DECLARED) as session:
        parts = await parts_of(session, range(310))

    usage = firm.accounting["acme", "exchange"]
    assert not any(part.error for part in parts.values())
    assert (usage.throttled, usage.requests) == (0, 311)
