"""Every fault in every kind of request to Exchange and SharePoint: recovered whole, or the right error."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from exchange_kit import HIDDEN_RULES, MAILBOXES, SETTINGS, a_firm, a_full_session, listed, upn
from fault_kit import BODIES, CASES, CLOCK_SPEED, FEW_RETRIES, NEXT_LINKS, Case, Read, patience_with
from reading_kit import a_session

from scanner.exchange import Exchange
from scanner.sharepoint import SharePoint
from scanner.transport.errors import Denied, ReadError
from scanner.transport.retry import RETRIES
from scanner.transport.session import Patience, Session
from simulator.faults import Fault
from simulator.server import Simulator

UNHURRIED_SPEED = 100.0
"""Signing in with a certificate takes time that no clock scales."""


@dataclass(frozen=True)
class Kind:
    """One kind of request: how it is sent, and where its fault strikes."""

    name: str
    read: Callable[[Session], Awaitable[Read]]
    path: str
    skip: int = 0


async def all_mailboxes(session: Session) -> Read:
    return {"mailboxes": [row["UserPrincipalName"] for row in await listed(Exchange(session), MAILBOXES)]}


async def rules_of_a_mailbox(session: Session) -> Read:
    parts = [part async for part in Exchange(session).each(HIDDEN_RULES, [{"Mailbox": upn(3)}])]
    return {"rules": parts[0].error or [row["Name"] for row in parts[0].rows]}


async def exported_cmdlets(session: Session) -> Read:
    return {"cmdlets": sorted(await Exchange(session).available_cmdlets())}


async def tenant_settings(session: Session) -> Read:
    settings = await SharePoint(session).tenant_settings(SETTINGS, "acme")
    return {"settings": [f"{name}={value}" for name, value in settings.items()]}


FIRST_PAGE = Kind("cmdlet first page", all_mailboxes, "exchange/Get-Mailbox")
LATER_PAGE = Kind("cmdlet later page", all_mailboxes, "exchange/Get-Mailbox", skip=1)
MAILBOX = Kind("per-mailbox cmdlet", rules_of_a_mailbox, "exchange/Get-InboxRule")
REGION = Kind("region", all_mailboxes, "exchange/EXOModuleFile")
MODULE_FILE = Kind("module file", exported_cmdlets, "exchange/EXOModuleFile", skip=1)
SPO_TENANT = Kind("SPO.Tenant", tenant_settings, "sharepoint/SPO.Tenant")
KINDS = (FIRST_PAGE, LATER_PAGE, MAILBOX, REGION, MODULE_FILE, SPO_TENANT)

EXPECTED: dict[Kind, dict[str, list[str]]] = {
    FIRST_PAGE: {"mailboxes": [upn(n) for n in range(7)]},
    LATER_PAGE: {"mailboxes": [upn(n) for n in range(7)]},
    MAILBOX: {"rules": ["Rule 30", "Rule 31"]},
    REGION: {"mailboxes": [upn(n) for n in range(7)]},
    MODULE_FILE: {"cmdlets": ["Get-InboxRule", "Get-Mailbox", "Get-RemoteDomain"]},
    SPO_TENANT: {"settings": ["SharingCapability=2", "RequireAnonymousLinksExpireInDays=30"]},
}

IMPOSSIBLE = {
    **{(name, REGION.name): "a redirect has no body" for name in BODIES},
    **{
        (name, kind.name): "it has no continuation" for name in NEXT_LINKS for kind in (REGION, MODULE_FILE, SPO_TENANT)
    },
    **{("429 inside a batch", kind.name): "no batch is sent" for kind in KINDS},
}
POSSIBLE = [(case, kind) for case in CASES for kind in KINDS if (case.name, kind.name) not in IMPOSSIBLE]
every_possible_cell = pytest.mark.parametrize(
    ("case", "kind"), [pytest.param(case, kind, id=f"{case.name}, {kind.name}") for case, kind in POSSIBLE]
)


@pytest.fixture(scope="module")
def faulty(simulator_folder: Path) -> Iterator[dict[bool, Simulator]]:
    """Simulators by whether SharePoint is asked."""
    firm = a_firm()
    firm.app.exchange_cmdlets = {"Get-InboxRule", "Get-Mailbox", "Get-RemoteDomain"}
    with (
        Simulator([firm], simulator_folder, clock_speed=CLOCK_SPEED) as exchange,
        Simulator([firm], simulator_folder, clock_speed=UNHURRIED_SPEED) as sharepoint,
    ):
        yield {False: exchange, True: sharepoint}


@pytest.fixture
def calm(faulty: dict[bool, Simulator], kind: Kind) -> Iterator[Simulator]:
    """The module's simulator, without the faults of the test before."""
    simulator = faulty[kind is SPO_TENANT]
    simulator.faults.clear()
    simulator.faults.fired.clear()
    yield simulator
    simulator.faults.clear()


def a_session_for(sim: Simulator, kind: Kind, patience: Patience) -> AbstractAsyncContextManager[Session]:
    if kind is SPO_TENANT:
        return a_full_session(sim, patience=patience)
    return a_session(sim, templates=(MAILBOXES, HIDDEN_RULES), patience=patience)


async def read_with(sim: Simulator, case: Case, kind: Kind, *, times: int | None, retries: int) -> Read:
    """Read while the fault strikes; an error of the whole reading stands under the name of what was read."""
    sim.faults.add(Fault(case.fault, kind.path, times, kind.skip, case.retry_after))
    async with a_session_for(sim, kind, patience_with(case, retries)) as session:
        try:
            return await kind.read(session)
        except ReadError as error:
            return dict.fromkeys(EXPECTED[kind], error)


def test_every_cell_is_either_tested_or_said_to_be_impossible() -> None:
    assert len(POSSIBLE) + len(IMPOSSIBLE) == len(CASES) * len(KINDS) == 114
    assert all(IMPOSSIBLE.values())


@every_possible_cell
async def test_a_fault_that_strikes_once_is_survived_or_stated(calm: Simulator, case: Case, kind: Kind) -> None:
    read = await read_with(calm, case, kind, times=1, retries=RETRIES)

    assert len(calm.faults.fired) == 1
    if case.passes:
        assert read == EXPECTED[kind]
    else:
        assert {type(error) for error in read.values()} == {case.lasting}


@every_possible_cell
async def test_a_fault_that_does_not_end_is_the_right_error(calm: Simulator, case: Case, kind: Kind) -> None:
    read = await read_with(calm, case, kind, times=None, retries=FEW_RETRIES)

    for error in read.values():
        assert isinstance(error, case.lasting)
        assert error.code
        assert case.code in {"", error.code}
        assert not isinstance(error, Denied) or error.permission
