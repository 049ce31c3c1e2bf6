"""Many tenants at once: a process each, one answer."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import World, a_world

from m365_posture.commands.fleet_summary import summary_of
from m365_posture.fleet import Child, scan_each


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as served:
        yield served


def test_a_tenant_that_fails_stops_no_other_and_decides_the_exit_code(world: World) -> None:
    path = world.simulator.credentials("lambert").federated_token_file
    path.write_text("not a token", encoding="ascii")

    options = ("--only", "sign_ins", "--fail-on", "critical", "--format", "jsonl")
    answer = world.run("scan", "--all", "--jobs", "2", *options)

    assert answer.code == 4
    assert {row["tenant"] for row in answer.rows} == {"vermeulen"}
    assert (len(world.scans("vermeulen")), len(world.scans("lambert"))) == (1, 0)
    messages, _, summary = answer.messages.partition("Summary of 2 tenants:\n")
    assert "vermeulen: " in messages
    assert "Tenant lambert: " in messages
    lambert, vermeulen, total, signals, to_do = summary.splitlines()
    assert lambert.startswith("  lambert    NOT SCANNED: Tenant lambert: ")
    assert vermeulen.startswith("  vermeulen  failing: ")
    assert total.startswith("1 scanned, ")
    assert signals.startswith("vermeulen: signals to examine: ")
    assert "NOBODY IS TOLD: put `notify_env`" in signals
    assert to_do.endswith("m365-posture scan --resume lambert")


A_CHILD = """
import os, signal, sys, time
from pathlib import Path
folder, *_, slug = sys.argv[1:]
Path(folder, slug).touch()
print('{"tenant": "%s"}' % slug)
if slug == "slow":
    while not Path(folder, "told-three").exists():
        time.sleep(0.05)
if slug == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    """What is run in the place of ours: quick, and it dies when told to. It leaves a file for each tenant begun.

    The slow one ends after everybody heard of the third.
    """
    return [sys.executable, "-c", A_CHILD, str(tmp_path)]


def test_children_are_told_as_they_end_and_answer_in_the_order_of_the_configuration(
    program: list[str], tmp_path: Path
) -> None:
    slugs = ["slow", "two", "three"]
    told: list[str] = []

    def tell(child: Child) -> None:
        told.append(child.slug)
        (tmp_path / f"told-{child.slug}").touch()

    children = scan_each(slugs, [], 2, tell, program)

    assert [child.slug for child in children] == slugs
    assert told == ["two", "three", "slow"]


def test_a_child_that_is_killed_is_told_with_what_to_do_and_spoils_no_other(program: list[str]) -> None:
    one, killed, two = scan_each(["one", "killed", "two"], [], 1, lambda _: None, program)

    assert [child.code for child in (one, killed, two)] == [0, -9, 0]
    assert killed.messages == "The scan of `killed` was ended by signal 9: run it again with --resume.\n"


def test_no_further_tenant_is_begun_once_it_is_interrupted(program: list[str], tmp_path: Path) -> None:
    def tell(_: Child) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_each(["one", "two", "three", "four"], [], 1, tell, program)

    assert (tmp_path / "one").exists()
    assert not (tmp_path / "four").exists()


def test_a_child_that_cannot_even_start_is_told(tmp_path: Path) -> None:
    told: list[str] = []

    [child] = scan_each(["a"], ["--config", str(tmp_path / "none.toml")], 1, lambda child: told.append(child.messages))

    assert (child.code, child.lines) == (2, ())
    assert "does not exist" in told[0]


def judged(slug: str, code: int, **statuses: str) -> Child:
    """A child that judged checks, `critical="fail"` and so on, and found one object."""
    rows = [{"severity": severity, "status": status, "object_id": None} for severity, status in statuses.items()]
    rows.append({"severity": "critical", "status": "fail", "object_id": "u1"})
    return Child(slug, code, tuple(json.dumps(row).encode() for row in rows), "a: progress\n")


def test_the_summary_counts_checks_and_names_what_was_not_scanned() -> None:
    children = [
        judged("a", 0, critical="pass", high="not_applicable"),
        judged("long-name", 3, critical="fail", high="fail", medium="not_assessed"),
        Child("killed", -9, (b"{}",), "progress\n\nThe scan of `killed` was ended by signal 9.\n"),
        Child("mute", 70, (), ""),
    ]

    assert summary_of(children) == [
        "Summary of 4 tenants:",
        "  a          failing: none; not assessed: 0 of 2",
        "  long-name  failing: 1 critical, 1 high; not assessed: 1 of 3, coverage incomplete",
        "  killed     NOT SCANNED: The scan of `killed` was ended by signal 9.",
        "  mute       NOT SCANNED: it ended without a word",
        "2 scanned, 1 of them with incomplete coverage; 2 not scanned. Failing checks: 1 critical, 1 high.",
        "Do what each line says, then scan these again: m365-posture scan --resume killed mute",
    ]


def test_the_summary_repeats_what_was_told_of_signals_and_says_when_somebody_was_not_told() -> None:
    sent = "a: signals to examine: 1 new, 1 not acknowledged; 1 sent."
    unsent = "b: signals to examine: 2 new, 3 not acknowledged; 2 NOT SENT EVERYWHERE: channel 1 (json) answered 503."
    children = [
        replace(judged("a", 0, low="pass"), messages=f"a: 1 checks: 1 pass.\n{sent}\n"),
        replace(judged("b", 3, low="pass"), messages=f"{unsent}\nb: signals to be misread\n"),
    ]

    assert summary_of(children)[2:] == [
        "  b  failing: none; not assessed: 0 of 1, coverage incomplete or signals not sent",
        (
            "2 scanned, 0 of them with incomplete coverage, 1 with signals not sent everywhere; 0 not scanned. "
            "Failing checks: none."
        ),
        sent,
        unsent,
    ]


def test_when_all_went_well_there_is_nothing_to_do() -> None:
    assert summary_of([judged("a", 1, low="fail")])[-1] == (
        "1 scanned, 0 of them with incomplete coverage; 0 not scanned. Failing checks: 1 low."
    )
