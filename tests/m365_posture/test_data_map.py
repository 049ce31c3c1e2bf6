"""A firm can be told what is held of it, in its own language, from what the program declares."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import World, a_world
from table_faults import MADE_OF_OTHERS

from m365_posture.data_map import PURPOSES
from scanner.collectors.catalogue import AREAS, COLLECTORS
from scanner.transport.templates import Pack


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("map")) as world:
        yield world


def entries(world: World, *options: str) -> dict[str, dict[str, object]]:
    answer = world.run("data-map", "vermeulen", "--format", "json", *options)
    assert answer.code == 0, answer.messages
    return {row["table"]: row for row in json.loads(answer.output)}


def test_every_area_has_a_purpose() -> None:
    assert PURPOSES.keys() == set(AREAS)


def test_every_table_of_the_packs_that_are_read_is_named_with_purpose_and_retention(world: World) -> None:
    held = entries(world)
    read = {c.table.name for c in COLLECTORS if c.pack is not Pack.SHAREPOINT_ADMIN}

    assert read == held.keys() - {"findings", "decisions", "signals", "portfolio", "records"}
    assert all(entry["about"] and entry["why"] and entry["kept"] for entry in held.values())
    assert all(held[name]["permission"] for name in read - MADE_OF_OTHERS - {"dns_records"})


def test_it_says_how_long_logs_links_and_findings_are_kept(world: World) -> None:
    held = entries(world, "--lang", "en")

    assert held["sign_ins"]["kept"] == held["directory_audits"]["kept"] == "90 days after it happened"
    assert held["sharing_links"]["kept"] == "only of the last 2 scans, and 24 months at most"
    assert held["findings"]["kept"] == held["signals"]["kept"] == "24 months after the scan"


def test_a_table_names_the_checks_that_read_it_also_through_what_is_derived(world: World) -> None:
    held = entries(world)

    assert "AC-04" in held["users"]["checks"]  # type: ignore[operator]
    assert "ID-01" in held["conditional_access_policies"]["checks"]  # type: ignore[operator]


@pytest.mark.parametrize(("language", "word"), [("nl", "dagen"), ("fr", "jours"), ("en", "days")])
def test_it_speaks_the_firms_language(world: World, language: str, word: str) -> None:
    assert word in str(entries(world, "--lang", language)["sign_ins"]["kept"])


def test_after_a_scan_it_counts_what_is_there(world: World) -> None:
    before = entries(world)["users"]["rows"]
    assert world.run("scan", "vermeulen", "--only", "directory").code in {0, 3}
    only_an_area = entries(world)["users"]["rows"]

    assert (before, only_an_area) == (None, None)


def test_an_unknown_firm_is_one_sentence(world: World, tmp_path: Path) -> None:
    answer = world.run("data-map", "vermeule", "--format", "json")

    assert answer.code == 2
    assert "vermeulen" in answer.sentence
    assert not list(tmp_path.iterdir())
