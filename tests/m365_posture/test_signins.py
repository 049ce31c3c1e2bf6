"""`signins import`: what a technician sees, and what he can do with it afterwards."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import World, a_world, command
from exports import Json, SignIn, a_file, as_audit, as_csv, as_exported, as_lines, as_rule_change

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, samples=("peeters",)) as world:
        yield world


def an_export(world: World, *sign_ins: SignIn) -> list[Json]:
    """Return events of the firm's unified audit log."""
    tenant = world.simulator.tenants["peeters"].tenant_id
    return [as_audit(sign_in, OrganizationId=tenant) for sign_in in sign_ins]


LAST_WEEK = [SignIn(number, NOW - timedelta(days=number + 1)) for number in range(5)]


def test_it_tells_what_was_read_what_was_new_and_what_was_left_out(world: World, tmp_path: Path) -> None:
    events = an_export(world, *LAST_WEEK)
    tenant = world.simulator.tenants["peeters"].tenant_id
    rule = as_rule_change(1, NOW - timedelta(days=1), OrganizationId=tenant)
    exported = a_file(tmp_path, "Audit log.csv", as_csv([as_exported(event) for event in events[:3]]), "utf-16")
    other = [{**events[0], "Operation": "FileAccessed"}, {**events[0], "CreationTime": ""}]
    lines = a_file(tmp_path, "api.json.gz", as_lines([*events[2:], rule, *other]))

    answer = world.run("signins", "import", "peeters", exported, lines, "--format", "json")

    assert answer.code == 0, answer.messages
    [row] = json.loads(answer.output)
    counts = ("records", "sign_ins", "mailbox_changes", "new", "duplicates")
    assert [row[name] for name in counts] == [9, 6, 1, 6, 1]
    assert row["skipped"] == {"no_time": 1, "other_event": 1}
    assert "peeters: 9 records read, 6 new rows, 1 duplicates, 2 left out." in answer.messages
    assert "1 left out: without a time." in answer.messages


def test_what_was_imported_is_judged_at_once_and_again_and_is_no_scan_of_the_firm(world: World, tmp_path: Path) -> None:
    world.run("signins", "import", "peeters", a_file(tmp_path, "log.json", an_export(world, *LAST_WEEK)))

    [scan] = world.scans("peeters")
    assert list((scan / "findings").glob("*.parquet"))
    again = world.run("judge", scan, "--format", "jsonl")
    assert again.code == 0
    assert {row["check_id"] for row in again.rows} >= {"SI-02"}
    [row] = json.loads(command("tenants", "list", "--format", "json", "--config", world.config).output)
    assert row["last_scan"] is None


def test_an_old_log_says_how_it_is_judged_as_of_then(world: World, tmp_path: Path) -> None:
    old = SignIn(1, NOW - timedelta(days=60))

    answer = world.run("signins", "import", "peeters", a_file(tmp_path, "log.json", an_export(world, old)))

    assert f"--as-of {old.at:%Y-%m-%dT%H:%M:%SZ}" in answer.messages


def test_a_file_that_is_no_log_is_wrong_usage_and_nothing_is_kept(world: World, tmp_path: Path) -> None:
    letter = a_file(tmp_path, "letter.txt", "Dear colleague,\nthe log is attached.\n")
    good = a_file(tmp_path, "log.json", an_export(world, *LAST_WEEK))

    answer = world.run("signins", "import", "peeters", good, letter)

    assert (answer.code, world.scans("peeters")) == (2, [])
    assert answer.sentence.startswith("letter.txt is no sign-in log in a known form")
