"""Every fault in every kind of request: recovered whole, or the right error; never a short listing as if whole."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fault_kit import CASES, CLOCK_SPEED, FEW_RETRIES, NEXT_LINKS, OF_TIME, Case, Read, patience_with, struck_at_once
from reading_kit import (
    ALL_USERS,
    DRIVE,
    DRIVE_DELTA,
    INBOX_RULES,
    SECURITY_DEFAULTS,
    a_session,
    a_tenant,
    rows_of,
)

from scanner.graph import Graph
from scanner.transport.errors import ReadError
from scanner.transport.retry import RETRIES
from simulator.faults import Fault
from simulator.server import Simulator

STRICKEN = "u3"


@dataclass(frozen=True)
class Kind:
    """One kind of request: how it is sent, and where its fault strikes."""

    name: str
    read: Callable[[Graph], Awaitable[Read]]
    path: str
    skip: int = 0
    in_batch: bool = False


async def all_users(graph: Graph) -> Read:
    return {"users": await rows_of(graph, ALL_USERS)}


async def one_object(graph: Graph) -> Read:
    return {"object": [(await graph.single(SECURITY_DEFAULTS))["id"]]}


async def all_rules(graph: Graph) -> Read:
    parts = [part async for part in graph.batch(INBOX_RULES, ({"user_id": f"u{n}"} for n in range(7)))]
    return {part.values["user_id"]: part.error or [row["id"] for row in part.rows] for part in parts}


async def all_items(graph: Graph) -> Read:
    return {"items": [row["id"] async for page in graph.delta(DRIVE_DELTA, {"drive_id": DRIVE}) for row in page.rows]}


FIRST_PAGE = Kind("first page", all_users, "v1.0/users")
LATER_PAGE = Kind("later page", all_users, "v1.0/users", skip=1)
SINGLETON = Kind("singleton", one_object, "v1.0/policies/*")
ENVELOPE = Kind("batch envelope", all_rules, "v1.0/$batch")
PART = Kind("batch part", all_rules, f"v1.0/users/{STRICKEN}/*", in_batch=True)
DELTA_PAGE = Kind("delta page", all_items, "v1.0/drives/*/root/delta", skip=1)
KINDS = (FIRST_PAGE, LATER_PAGE, SINGLETON, ENVELOPE, PART, DELTA_PAGE)

WHOLE: dict[str, Read] = {
    "users": {"users": [f"u{n}" for n in range(7)]},
    "object": {"object": ["00000000-0000-0000-0000-000000000005"]},
    "rules": {f"u{n}": [f"r{n}0", f"r{n}1"] for n in range(7)},
    "items": {"items": [f"i{n}" for n in range(7)]},
}
EXPECTED = {
    FIRST_PAGE: WHOLE["users"],
    LATER_PAGE: WHOLE["users"],
    SINGLETON: WHOLE["object"],
    ENVELOPE: WHOLE["rules"],
    PART: WHOLE["rules"],
    DELTA_PAGE: WHOLE["items"],
}


WIRE = {"time-out", "dripping body", "dropped connection"}
IMPOSSIBLE = {
    **{(name, SINGLETON.name): "a single object has no continuation" for name in NEXT_LINKS},
    **{(name, ENVELOPE.name): "an envelope has no continuation, only its parts have" for name in NEXT_LINKS},
    **{(name, PART.name): "a part has no connection of its own: the fault is the envelope's" for name in WIRE},
    **{
        ("429 inside a batch", kind.name): "it is a fault of the parts of batches" for kind in KINDS if kind is not PART
    },
}
POSSIBLE = [(case, kind) for case in CASES for kind in KINDS if (case.name, kind.name) not in IMPOSSIBLE]
every_possible_cell = pytest.mark.parametrize(
    ("case", "kind"),
    [pytest.param(case, kind, id=f"{case.name}, {kind.name}") for case, kind in POSSIBLE if case not in OF_TIME],
)
each_fault_of_time = pytest.mark.parametrize("case", OF_TIME, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def faulty(simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([a_tenant()], simulator_folder, clock_speed=CLOCK_SPEED) as running:
        yield running


@pytest.fixture
def calm(faulty: Simulator) -> Iterator[Simulator]:
    """The module's simulator, without the faults of the test before."""
    faulty.faults.clear()
    faulty.faults.fired.clear()
    yield faulty
    faulty.faults.clear()


async def read_with(sim: Simulator, case: Case, kind: Kind, *, times: int | None, retries: int) -> Read:
    """Read while the fault strikes; an error of the whole reading stands under the name of what was read."""
    sim.faults.add(Fault(case.fault, kind.path, times, kind.skip, case.retry_after, kind.in_batch))
    async with a_session(sim, patience=patience_with(case, retries)) as session:
        try:
            return await kind.read(Graph(session))
        except ReadError as error:
            return dict.fromkeys(EXPECTED[kind], error)


async def side_by_side(folder: Path, case: Case, *, times: int | None, retries: int) -> dict[Kind, Read]:
    """Read every kind of request at once, each from a simulator of its own; the fault struck each."""
    kinds = [kind for possible, kind in POSSIBLE if possible == case]
    return await struck_at_once(
        {kind: a_tenant() for kind in kinds},
        folder,
        lambda sim, kind: read_with(sim, case, kind, times=times, retries=retries),
        times,
    )


def stricken(kind: Kind) -> set[str]:
    """Return what a fault of this kind makes unreadable, and nothing else."""
    return {STRICKEN} if kind is PART else set(EXPECTED[kind])


def lasting_code(case: Case, kind: Kind) -> str:
    """Return the error's code; inside a batch what is no JSON stands as a string, and a string is no object."""
    return "not_an_object" if kind is PART and case.code == "not_json" else case.code


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


def assert_survived_or_stated(read: Read, case: Case, kind: Kind) -> None:
    failed = {name for name, rows in read.items() if isinstance(rows, ReadError)}
    assert failed == (set() if case.passes else stricken(kind))
    assert {type(read[name]) for name in failed} <= {case.lasting}
    assert {name: rows for name, rows in read.items() if name not in failed} == {
        name: rows for name, rows in EXPECTED[kind].items() if name not in failed
    }


@every_possible_cell
async def test_a_fault_that_does_not_end_is_the_right_error(calm: Simulator, case: Case, kind: Kind) -> None:
    assert_is_the_right_error(await read_with(calm, case, kind, times=None, retries=FEW_RETRIES), case, kind)


@each_fault_of_time
async def test_a_fault_of_time_that_does_not_end_is_the_right_error(simulator_folder: Path, case: Case) -> None:
    for kind, read in (await side_by_side(simulator_folder, case, times=None, retries=FEW_RETRIES)).items():
        assert_is_the_right_error(read, case, kind)


def assert_is_the_right_error(read: Read, case: Case, kind: Kind) -> None:
    failed = {name: error for name, error in read.items() if isinstance(error, ReadError)}
    assert failed.keys() == stricken(kind)
    assert {type(error) for error in failed.values()} == {case.lasting}
    assert all(error.code for error in failed.values())
    assert not case.code or {error.code for error in failed.values()} == {lasting_code(case, kind)}
    assert {name: rows for name, rows in read.items() if name not in failed} == {
        name: rows for name, rows in EXPECTED[kind].items() if name not in failed
    }
