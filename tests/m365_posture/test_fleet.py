"""Many tenants at once: a process each, one answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import World, a_world

from m365_posture.fleet import scan_each


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as served:
        yield served


def test_a_tenant_that_fails_stops_no_other_and_decides_the_exit_code(world: World) -> None:
    path = world.simulator.credentials("lambert").federated_token_file
    path.write_text("not a token", encoding="ascii")

    answer = world.run("scan", "--all", "--jobs", "2", "--fail-on", "critical", "--format", "jsonl")

    assert answer.code == 4
    assert {row["tenant"] for row in answer.rows} == {"vermeulen"}
    assert (len(world.scans("vermeulen")), len(world.scans("lambert"))) == (1, 0)
    assert "vermeulen: 4 checks" in answer.messages
    assert "Tenant lambert: " in answer.messages


def test_children_answer_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    slugs = ["one", "two", "three"]
    told: list[str] = []

    children = scan_each(slugs, ["--config", str(tmp_path / "none.toml")], 2, lambda child: told.append(child.slug))

    assert [child.slug for child in children] == told == slugs


def test_a_child_that_cannot_even_start_is_told(tmp_path: Path) -> None:
    told: list[str] = []

    [child] = scan_each(["a"], ["--config", str(tmp_path / "none.toml")], 1, lambda child: told.append(child.messages))

    assert (child.code, child.lines) == (2, ())
    assert "does not exist" in told[0]
