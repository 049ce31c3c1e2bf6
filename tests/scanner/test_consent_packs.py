"""Each consent pack alone gives a scan that says what it could not see, and passes nothing that needs another pack."""

from collections.abc import Iterator, Mapping

import pytest
from builders import a_profile
from simulated_scans import Office, Snapshot, an_office

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE, Check, Derived
from scanner.collectors.catalogue import COLLECTORS
from scanner.snapshot.tables import TABLES
from scanner.transport.templates import Pack
from simulator.tenants import load_sample

PACKS = (Pack.BASE, Pack.MAIL, Pack.FILES)
PACK_OF = {collector.table.name: collector.pack for collector in COLLECTORS}
GOOD = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.ATTESTED}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give the law firm, whose app has every right: only the packs keep it from being asked for."""
    tenant = load_sample("vermeulen")
    tenant.grant("Exchange.ManageAsApp")
    tenant.sign_ins = list(tenant.sign_ins)[:200]
    with an_office(tenant, tmp_path_factory.mktemp("packs")) as given:
        yield given


@pytest.fixture(scope="module")
def alone(office: Office) -> Mapping[Pack, Snapshot]:
    """The scan of each pack without the others."""
    return {pack: office.scan(packs=[pack]) for pack in PACKS}


def tables_of(check: Check | Derived) -> set[str]:
    """Return every table that a check looks at, itself or through what is derived for it."""
    found: set[str] = set()
    for parameter in check.parameters:
        if parameter.name in TABLES:
            found.add(parameter.name)
        elif parameter.name in CATALOGUE.derived_inputs:
            found |= tables_of(CATALOGUE.derived_inputs[parameter.name])
    return found


@pytest.mark.parametrize("pack", PACKS)
def test_every_table_of_another_pack_is_skipped_and_the_ledger_names_the_pack(
    alone: Mapping[Pack, Snapshot], pack: Pack
) -> None:
    others = {name for name, own in PACK_OF.items() if own is not pack}

    lines = {name: alone[pack].coverage(name) for name in others}

    assert {name: (line.state, line.reason, line.mend) for name, line in lines.items()} == {
        name: ("skipped", "pack_off", f"pack:{PACK_OF[name]}") for name in others
    }
    assert {(line.rows, line.requests, line.endpoints) for line in lines.values()} == {(0, 0, ())}


@pytest.mark.parametrize("pack", PACKS)
def test_its_own_tables_are_read_or_name_the_table_of_another_pack_that_they_need(
    alone: Mapping[Pack, Snapshot], pack: Pack
) -> None:
    own = {name: alone[pack].coverage(name) for name, of in PACK_OF.items() if of is pack}

    assert any(line.state == "complete" and line.rows for line in own.values())
    needing = {name: line for name, line in own.items() if line.reason.startswith("needs:")}
    sources = {name: line.reason.removeprefix("needs:") for name, line in needing.items()}
    assert all(PACK_OF[source] is not pack for source in sources.values())
    assert {name: line.mend for name, line in needing.items()} == {
        name: f"pack:{PACK_OF[source]}" for name, source in sources.items()
    }


@pytest.mark.parametrize("pack", PACKS)
def test_no_check_passes_that_looks_at_a_table_of_another_pack(alone: Mapping[Pack, Snapshot], pack: Pack) -> None:
    reader = alone[pack].reader

    judged = evaluate(reader, a_profile(as_of=reader.finished_at))

    blind = {check.id for check in CATALOGUE if any(PACK_OF.get(name, pack) is not pack for name in tables_of(check))}
    assert blind
    assert [result.check.id for result in judged.results if result.verdict in GOOD and result.check.id in blind] == []
    assert all(result.gaps for result in judged.results if result.check.id in blind)
