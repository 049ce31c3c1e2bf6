"""Every sample tenant, scanned over HTTPS through the real SDK: what is found is what was worked out by hand."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from command_line import World, a_world

from checks.signins.detections import UNITS
from m365_posture.commands.progress import Silent
from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.pipeline import Scanned, scan
from simulator.tenants import sample_names

SAMPLES = sample_names()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("samples"), samples=SAMPLES) as served:
        yield served


@pytest.fixture(scope="module")
def scanned(world: World) -> dict[str, Scanned]:
    master = read_key_file(world.key_file)
    tenants, environment = load(world.config), world.simulator.environment
    return {slug: scan(tenants.tenant(slug), master, Silent(), environment=environment) for slug in SAMPLES}


def expected(slug: str) -> dict[str, Any]:
    """Return what the files beside a sample say, its coverage under `coverage`."""
    found: dict[str, Any] = {}
    for file in (files("sample_data") / slug / "expected").iterdir():
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        found |= {"coverage": content} if file.name == "coverage.toml" else content
    return found


@pytest.mark.parametrize("slug", SAMPLES)
def test_findings_are_exactly_those_expected_no_more_and_no_less(slug: str, scanned: dict[str, Scanned]) -> None:
    found = {
        result.check.id: {
            "status": result.verdict.value,
            "failing": sorted(row.object_id for row in result.failing),
            "unknown": sorted(row.object_id for row in result.unknown),
            "at_least": result.at_least,
        }
        for result in scanned[slug].evaluation.results
    }
    wanted = expected(slug)
    wanted.pop("coverage")

    assert found == {
        check: {**entry, "failing": sorted(entry["failing"]), "unknown": sorted(entry["unknown"])}
        for check, entry in wanted.items()
    }


@pytest.mark.parametrize("slug", SAMPLES)
def test_tables_are_read_exactly_as_expected(slug: str, scanned: dict[str, Scanned]) -> None:
    tables = scanned[slug].manifest.tables
    groups = {f"{table}.{group}": s.state.value for table, c in tables.items() for group, s in c.groups.items()}
    coverage = expected(slug)["coverage"]
    bookkeeping = {"watermarks": "complete", "unread_objects": "complete"}

    assert {name: entry.state.value for name, entry in tables.items()} == coverage["tables"] | bookkeeping
    covered_by_table = {name: state for name, state in groups.items() if state != tables[name.split(".")[0]].state}
    assert covered_by_table == coverage["groups"]


def test_what_needs_a_licence_that_lambert_does_not_have_is_neither_passed_nor_failed(
    scanned: dict[str, Scanned],
) -> None:
    unlicensed = {"sign_ins", "users.sign_in_activity"}
    results = [
        result for result in scanned["lambert"].evaluation.results if unlicensed & {gap.need for gap in result.gaps}
    ]

    assert "AC-04" in {result.check.id for result in results}
    assert {result.verdict.value for result in results} == {"not_assessed"}


def test_as_sold_each_detection_in_peeters_says_that_a_licence_is_missing(scanned: dict[str, Scanned]) -> None:
    [signals] = [result for result in scanned["peeters"].evaluation.results if result.check.id == "SI-02"]

    assert signals.exhibit
    shown = [(unit["id"], unit["evaluated"], unit["because"]) for unit in signals.exhibit["units"]]
    assert shown == [(unit.id, False, "no_licence") for unit in UNITS]


@pytest.mark.parametrize("slug", SAMPLES)
def test_a_scan_only_ever_reads(slug: str, world: World, scanned: dict[str, Scanned]) -> None:
    requests = [r for r in world.simulator.requests if r.tenant == slug and r.path.startswith(("v1.0/", "beta/"))]

    assert len(requests) > 10
    assert scanned[slug].manifest.tables
    assert {r.method for r in requests if not r.path.endswith("/$batch")} == {"GET"}
    assert not [r.path for r in requests if r.path.endswith(("/content", "/$value")) or "/messages" in r.path]
