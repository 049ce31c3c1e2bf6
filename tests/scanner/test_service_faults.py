"""Every fault in every kind of request to Exchange and SharePoint: recovered whole, or the right error."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from exchange_kit import HIDDEN_RULES, MAILBOXES, SETTINGS, a_firm, a_full_session, listed, upn
from fault_kit import (
    BODIES,
    CASES,
    CLOCK_SPEED,
    FEW_RETRIES,
    NEXT_LINKS,
    OF_TIME,
    Case,
    Read,
    patience_with,
    struck_at_once,
)
from reading_kit import a_session

from scanner.exchange import Exchange
from scanner.sharepoint import SharePoint
from scanner.transport.errors import Denied, ReadError
from scanner.transport.retry import RETRIES
from scanner.transport.session import Session
from simulator.faults import Fault
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

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
OF_EXCHANGE = [(case, kind) for case, kind in POSSIBLE if kind is not SPO_TENANT]
OF_SHAREPOINT = [case for case, kind in POSSIBLE if kind is SPO_TENANT]
every_possible_cell = pytest.mark.parametrize(
    ("case", "kind"),
    [pytest.param(case, kind, id=f"{case.name}, {kind.name}") for case, kind in OF_EXCHANGE if case not in OF_TIME],
)
each_fault_of_time = pytest.mark.parametrize("case", OF_TIME, ids=lambda case: case.name)
however_patient = pytest.mark.parametrize(
    "cases",
    [[case for case in OF_SHAREPOINT if (case in OF_TIME) is hurried] for hurried in (True, False)],
    ids=["faults of time", "other faults"],
)


def served_firm() -> SimulatedTenant:
    firm = a_firm()
    firm.app.exchange_cmdlets = {"Get-InboxRule", "Get-Mailbox", "Get-RemoteDomain"}
    return firm


@pytest.fixture(scope="module")
def faulty(simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([served_firm()], simulator_folder, clock_speed=CLOCK_SPEED) as simulator:
        yield simulator


@pytest.fixture
def calm(faulty: Simulator) -> Iterator[Simulator]:
    """The module's simulator, without the faults of the test before."""
    faulty.faults.clear()
    faulty.faults.fired.clear()
    yield faulty
    faulty.faults.clear()


@pytest.fixture
def unhurried(simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([served_firm()], simulator_folder, clock_speed=UNHURRIED_SPEED) as simulator:
        yield simulator


async def read_with(sim: Simulator, case: Case, kind: Kind, *, times: int | None, retries: int) -> Read:
    """Read while the fault strikes; an error of the whole reading stands under the name of what was read."""
    patience = patience_with(case, retries)
    async with a_session(sim, templates=(MAILBOXES, HIDDEN_RULES), patience=patience) as session:
        return await read_in(session, sim, case, kind, times=times)


async def read_in(session: Session, sim: Simulator, case: Case, kind: Kind, *, times: int | None) -> Read:
    sim.faults.add(Fault(case.fault, kind.path, times, kind.skip, case.retry_after))
    try:
        return await kind.read(session)
    except ReadError as error:
        return dict.fromkeys(EXPECTED[kind], error)


async def side_by_side(folder: Path, case: Case, *, times: int | None, retries: int) -> dict[Kind, Read]:
    """Read every kind of request to Exchange at once, each from a simulator of its own; the fault struck each."""
    kinds = [kind for possible, kind in OF_EXCHANGE if possible == case]
    return await struck_at_once(
        {kind: served_firm() for kind in kinds},
        folder,
        lambda sim, kind: read_with(sim, case, kind, times=times, retries=retries),
        times,
    )


async def one_after_the_other(sim: Simulator, cases: list[Case], *, times: int | None, retries: int) -> dict[str, Read]:
    """Read SharePoint's settings with each fault, signing in once: opening the certificate takes longest."""
    [patience] = {patience_with(case, retries) for case in cases}
    reads = {}
    async with a_full_session(sim, patience=patience) as session:
        for case in cases:
            sim.faults.clear()
            sim.faults.fired.clear()
            reads[case.name] = await read_in(session, sim, case, SPO_TENANT, times=times)
            assert times is None or (case.name, len(sim.faults.fired)) == (case.name, times)
    return reads


def test_every_cell_is_either_tested_or_said_to_be_impossible() -> None:
    assert len(POSSIBLE) + len(IMPOSSIBLE) == len(CASES) * len(KINDS) == 114
    assert all(IMPOSSIBLE.values())


@every_possible_cell
async def test_a_fault_that_strikes_once_is_survived_or_stated(calm: Simulator, case: Case, kind: Kind) -> None:
    read = await read_with(calm, case, kind, times=1, retries=RETRIES)

    assert len(calm.faults.fired) == 1
    assert_survived_or_stated(read, case, kind)


@each_fault_of_time
async def test_a_fault_of_time_that_strikes_once_is_survived(simulator_folder: Path, case: Case) -> None:
    for kind, read in (await side_by_side(simulator_folder, case, times=1, retries=RETRIES)).items():
        assert_survived_or_stated(read, case, kind)


@however_patient
async def test_a_fault_of_sharepoint_that_strikes_once_is_survived_or_stated(
    unhurried: Simulator, cases: list[Case]
) -> None:
    reads = await one_after_the_other(unhurried, cases, times=1, retries=RETRIES)

    for case in cases:
        assert_survived_or_stated(reads[case.name], case, SPO_TENANT)


def assert_survived_or_stated(read: Read, case: Case, kind: Kind) -> None:
    if case.passes:
        assert (case.name, read) == (case.name, EXPECTED[kind])
    else:
        assert (case.name, {type(error) for error in read.values()}) == (case.name, {case.lasting})


@every_possible_cell
async def test_a_fault_that_does_not_end_is_the_right_error(calm: Simulator, case: Case, kind: Kind) -> None:
    assert_is_the_right_error(await read_with(calm, case, kind, times=None, retries=FEW_RETRIES), case)


@each_fault_of_time
async def test_a_fault_of_time_that_does_not_end_is_the_right_error(simulator_folder: Path, case: Case) -> None:
    for read in (await side_by_side(simulator_folder, case, times=None, retries=FEW_RETRIES)).values():
        assert_is_the_right_error(read, case)


@however_patient
async def test_a_fault_of_sharepoint_that_does_not_end_is_the_right_error(
    unhurried: Simulator, cases: list[Case]
) -> None:
    reads = await one_after_the_other(unhurried, cases, times=None, retries=FEW_RETRIES)

    for case in cases:
        assert_is_the_right_error(reads[case.name], case)


def assert_is_the_right_error(read: Read, case: Case) -> None:
    for error in read.values():
        assert isinstance(error, case.lasting), case
        assert error.code
        assert case.code in {"", error.code}
        assert not isinstance(error, Denied) or error.permission
