"""A sample firm, scanned over HTTPS through the real SDK: found is what was worked out by hand, and nothing is written.

What the demo finds in all of them, its own test shows.
"""

from collections.abc import Iterator

import pytest
from command_line import World, a_world
from sample_files import load as load_sample
from sample_verdicts import found, read, to_be_found, to_be_read

from m365_posture.commands.progress import Silent
from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.pipeline import Scanned, scan
from simulator.tenants import sample_names

SMALLEST = "lambert"


@pytest.fixture(
    scope="module",
    params=[pytest.param(slug, marks=() if slug == SMALLEST else pytest.mark.deep) for slug in sample_names()],
)
def firm(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[tuple[World, Scanned]]:
    """Give a sample firm and a scan of it."""
    slug = request.param
    with a_world(tmp_path_factory.mktemp("samples"), samples=[slug]) as world:
        tenant = load(world.config).tenant(slug)
        yield world, scan(tenant, read_key_file(world.key_file), Silent(), environment=world.simulator.environment)


def test_findings_are_exactly_those_expected_no_more_and_no_less(firm: tuple[World, Scanned]) -> None:
    _, scanned = firm

    assert found(scanned.judged) == to_be_found(load_sample(scanned.tenant.slug))


def test_tables_are_read_exactly_as_expected(firm: tuple[World, Scanned]) -> None:
    _, scanned = firm

    assert read(scanned.manifest.tables) == to_be_read(load_sample(scanned.tenant.slug))


def test_a_scan_only_ever_reads(firm: tuple[World, Scanned]) -> None:
    world, scanned = firm
    requests = [r for r in world.simulator.requests if r.path.startswith(("v1.0/", "beta/"))]

    assert len(requests) > 10
    assert scanned.manifest.tables
    assert {r.method for r in requests if not r.path.endswith("/$batch")} == {"GET"}
    assert not [r.path for r in requests if r.path.endswith(("/content", "/$value")) or "/messages" in r.path]
