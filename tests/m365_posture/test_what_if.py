"""`checks what-if`: policies tried on paper, as somebody at a keyboard sees it."""

import csv
import json
from collections.abc import Callable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from command_line import Answer, World, a_world

SLUG = "vermeulen"
FOR_ALL = "CA01 - MFA voor alle gebruikers"
REPORT_ONLY = "CA03 - Beheerd toestel en MFA voor iedereen"
AREAS = ("directory", "policies", "roles", "authentication")
POLICY = {
    "displayName": "MFA pour tous, où que ce soit",
    "state": "enabled",
    "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
    "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A simulator and one finished scan that no test changes."""
    with a_world(tmp_path_factory.mktemp("what-if")) as served:
        assert served.run("scan", SLUG, *(word for area in AREAS for word in ("--only", area))).code == 0
        yield served


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one new policy."""
    path = tmp_path / "new.json"
    path.write_text(json.dumps(POLICY), encoding="utf-8")
    return path


def what_if(world: World, *arguments: str | Path) -> Answer:
    return world.run("checks", "what-if", SLUG, "--scan", world.scans(SLUG)[0].name, *arguments)


@pytest.fixture(scope="module")
def without(world: World) -> Callable[..., Answer]:
    """Return what is told of the policy for everybody being turned off; each way of telling it once."""
    return cache(lambda *how: what_if(world, "--disable", FOR_ALL, *how))


def rows(answer: Answer, record: str) -> list[dict[str, Any]]:
    return [row for row in answer.rows if row["record"] == record]


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_sent_and_nothing_is_kept(world: World, file: Path) -> None:
    before, sent = everything(world.folder), len(world.simulator.requests)
    answer = what_if(world, "--policy", file, "--disable", FOR_ALL)

    assert answer.code == 0
    assert sent > 0
    assert len(world.simulator.requests) == sent
    assert everything(world.folder) == before


def test_without_the_policy_for_everybody_people_lose_and_are_told_how(without: Callable[..., Answer]) -> None:
    answer = without("--format", "jsonl")

    [policy] = rows(answer, "policy")
    assert (policy["policy"], policy["change"], policy["state_after"]) == (FOR_ALL, "disabled", "disabled")
    assert [row["question"] for row in rows(answer, "answer")] == ["all_access", "remote_access", "administrators"]
    everywhere = rows(answer, "answer")[0]
    assert everywhere["protected_after"] < everywhere["protected_before"]
    assert everywhere["of_after"] == everywhere["of_before"]
    lost = [row for row in rows(answer, "person") if row["effect"] == "loses"]
    assert len(lost) > 10
    assert {row["opens_way"]["access"] for row in lost if row["after"] == "hole"} == {"password"}
    assert f"loses {len(lost)}, " in answer.messages
    assert "Nothing was changed and nothing is kept." in answer.messages


def test_every_format_tells_the_same(without: Callable[..., Answer]) -> None:
    told = without("--format", "jsonl").rows
    as_csv = list(csv.DictReader(StringIO(without("--format", "csv").text)))
    as_table = without().text

    assert json.loads(without("--format", "json").output) == told
    assert [(row["record"], row["person_id"] or None) for row in as_csv] == [
        (row["record"], row.get("person_id")) for row in told
    ]
    assert {row["tenant"] for row in told} == {SLUG}
    for row in told:
        if row["record"] == "person":
            assert row["name"] in as_table
            assert all(way[:60] in as_table for way in (row["opens"], row["closes"]) if way)


@pytest.mark.parametrize(
    ("how", "change", "effect"),
    [
        pytest.param((), "Turned off", "Loses", id="English unless said otherwise"),
        pytest.param(("--lang", "nl"), "Uitgezet", "Verliest", id="Dutch"),
        pytest.param(("--lang", "fr"), "Désactivée", "Perd", id="French"),
    ],
)
def test_the_table_speaks_the_language_asked_for(
    without: Callable[..., Answer], how: tuple[str, ...], change: str, effect: str
) -> None:
    table = without(*how).text

    assert change in table
    assert effect in table


def test_several_orders_are_followed_at_once(world: World, file: Path) -> None:
    orders = ("--policy", file, "--remove", "TEST Jonas MFA", "--disable", FOR_ALL, "--enable", REPORT_ONLY)
    told = rows(what_if(world, *orders, "--format", "jsonl"), "policy")

    assert [(row["change"], row["state_before"], row["state_after"]) for row in told] == [
        ("added", None, "enabled"),
        ("removed", "disabled", None),
        ("disabled", "enabled", "disabled"),
        ("enabled", "enabledForReportingButNotEnforced", "enabled"),
    ]


def test_a_new_policy_for_everybody_makes_nobody_lose(world: World, file: Path) -> None:
    file.write_text(json.dumps(POLICY), encoding="utf-16")
    answer = what_if(world, "--policy", file, "--format", "jsonl")

    assert rows(answer, "policy")[0]["policy"] == "MFA pour tous, où que ce soit"
    people = rows(answer, "person")
    assert {row["effect"] for row in people} <= {"gains", "uncertain", "other_ways", "no_longer_left_out"}
    assert any(row["effect"] == "gains" and row["closes"] for row in people)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("--policy", "gone.json"), "gone.json does not exist.", id="no such file"),
        pytest.param(("--policy", "."), "cannot be read", id="a folder"),
        pytest.param(
            ("--disable", "CA01 - MFA alle gebruikers"), "did you mean `CA01 - MFA voor alle gebruikers`?", id="a typo"
        ),
        pytest.param(("--remove", FOR_ALL, "--disable", FOR_ALL), "There is no policy", id="removed, then disabled"),
        pytest.param(("--enable", FOR_ALL, "--scan", "20200101T000000Z-0"), "has no finished scan", id="another scan"),
    ],
)
def test_what_cannot_be_followed_is_explained(world: World, arguments: tuple[str, ...], says: str) -> None:
    answer = what_if(world, *arguments)

    assert (answer.code, answer.output) == (2, b"")
    assert says in answer.sentence


def test_a_firm_that_was_never_scanned_has_nothing_to_judge(world: World) -> None:
    answer = world.run("checks", "what-if", "lambert", "--enable", "x")

    assert (answer.code, answer.output) == (2, b"")
    assert "has not been scanned yet" in answer.sentence


def test_unless_it_is_named_only_a_scan_of_all_areas_counts(world: World) -> None:
    answer = world.run("checks", "what-if", SLUG, "--enable", FOR_ALL)

    assert (answer.code, answer.output) == (2, b"")
    assert "has no finished scan of all areas" in answer.sentence


def test_something_has_to_be_changed(world: World) -> None:
    answer = what_if(world)

    assert (answer.code, answer.output) == (2, b"")
    assert "Say what to change" in answer.messages


def test_a_scan_that_was_refused_the_policies_says_so(world: World) -> None:
    world.simulator.tenants[SLUG].revoke("Policy.Read.All", "Policy.Read.ConditionalAccess")
    world.run("scan", SLUG, "--only", "policies")
    answer = what_if(world, "--disable", FOR_ALL, "--scan", world.scans(SLUG)[-1].name)

    assert (answer.code, answer.output) == (3, b"")
    assert answer.sentence.startswith("There are no policies in this scan to change: conditional_access_policies could")
    assert "grant the permission Policy.Read.All" in answer.sentence
