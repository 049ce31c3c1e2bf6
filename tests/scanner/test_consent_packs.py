"""Each consent pack alone gives a scan that says what it could not see, and passes nothing that needs another pack."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest
from command_line import World, a_world
from table_faults import tables_of

from checks.model import Verdict
from checks.registry import CATALOGUE
from m365_posture.commands.progress import Silent
from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.pipeline import Scanned, scan
from scanner.collectors.catalogue import COLLECTORS
from scanner.transport.templates import Pack

FIRMS = ("vermeulen", "degroote")
"""One with much to find, and one with nothing. Their apps have every right: only the packs hold the scanner back."""
PACKS = (Pack.BASE, Pack.MAIL, Pack.FILES)
PACK_OF = {collector.table.name: collector.pack for collector in COLLECTORS}
GOOD = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.ATTESTED}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("packs"), samples=FIRMS) as served:
        yield served


Alone = Callable[[str, Pack], Scanned]


@pytest.fixture(scope="module")
def alone(world: World) -> Alone:
    """Scans a firm with one pack and no other: `alone("degroote", Pack.MAIL)`, once."""
    return cache(lambda firm, pack: scanned(world, firm, pack))


def scanned(world: World, firm: str, *packs: Pack) -> Scanned:
    tenant = replace(load(world.config).tenant(firm), packs=packs, sharepoint_admin=False)
    return scan(tenant, read_key_file(world.key_file), Silent(), environment=world.simulator.environment)


def good(scanned: Scanned) -> set[str]:
    """Return the checks that say something good."""
    return {result.check.id for result in scanned.evaluation.results if result.verdict in GOOD}


NAMES_ONLY = {"account_kinds": {"mailboxes"}}
"""What only tells a shared mailbox from a person, whom it is judged like: it can make nothing pass."""


def blind(pack: Pack) -> set[str]:
    """Return the checks that look at a table of another pack than this one."""
    return {
        check.id
        for check in CATALOGUE
        if any(PACK_OF.get(name, pack) is not pack for name in tables_of(check, NAMES_ONLY))
    }


each_alone = pytest.mark.parametrize(
    ("firm", "pack"),
    [
        *(("degroote", pack) for pack in PACKS),
        *(pytest.param("vermeulen", pack, marks=pytest.mark.deep) for pack in PACKS),
    ],
)
"""Where there is nothing to find all would pass; where there is much, fewer could."""


@each_alone
def test_every_table_of_another_pack_is_skipped_and_the_ledger_names_the_pack(
    firm: str, pack: Pack, alone: Alone
) -> None:
    others = {name for name, own in PACK_OF.items() if own is not pack}

    lines = {name: alone(firm, pack).manifest.tables[name] for name in others}

    assert {name: (line.state, line.reason, line.mend) for name, line in lines.items()} == {
        name: ("skipped", "pack_off", f"pack:{PACK_OF[name]}") for name in others
    }
    assert {(line.rows, line.requests, line.endpoints) for line in lines.values()} == {(0, 0, ())}


@each_alone
def test_its_own_tables_are_read_or_name_the_table_of_another_pack_that_they_need(
    firm: str, pack: Pack, alone: Alone
) -> None:
    own = {name: alone(firm, pack).manifest.tables[name] for name, of in PACK_OF.items() if of is pack}

    assert any(line.state == "complete" and line.rows for line in own.values())
    needed = {name: line.reason.removeprefix("needs:") for name, line in own.items() if line.state == "failed"}
    assert all(PACK_OF[source] is not pack for source in needed.values())
    assert {own[name].mend for name in needed} == {f"pack:{PACK_OF[source]}" for source in needed.values()}


@each_alone
def test_no_check_passes_that_looks_at_a_table_of_another_pack(firm: str, pack: Pack, alone: Alone) -> None:
    results = alone(firm, pack).evaluation.results

    assert good(alone(firm, pack)) & blind(pack) == set()
    assert all(result.gaps for result in results if result.check.id in blind(pack))


def test_with_all_packs_checks_that_need_several_pass_where_there_is_nothing_to_find(world: World) -> None:
    passing = good(scanned(world, "degroote", *PACKS))

    assert {pack: bool(passing & blind(pack)) for pack in PACKS} == dict.fromkeys(PACKS, True)
