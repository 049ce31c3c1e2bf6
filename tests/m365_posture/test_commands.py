"""The command line: help, examples, completion, formats, and what each command does."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from command_line import Answer, World, a_world, command
from openpyxl import load_workbook
from typer.main import get_command

from checks.registry import CATALOGUE
from m365_posture.commands.app import app
from m365_posture.commands.options import Format
from m365_posture.commands.output import printable, write_rows

ROOT = Path(__file__).parents[2]
HEAVY = (
    "apprise",
    "msgraph",
    "azure",
    "pandas",
    "pyarrow",
    "streamlit",
    "openpyxl",
    "duckdb",
    "httpx",
    "aiohttp",
    "sqlcipher3",
    "rich.console",
)
SLUG = "lambert"
ONE_AREA = ("--only", "directory")
"""In which something is found and something needs a licence: a scan of everything takes three times as long."""


def commands() -> dict[str, str]:
    """Return the help text of every command by its words."""
    found: dict[str, str] = {}
    groups = [((), get_command(app))]
    while groups:
        words, current = groups.pop()
        for name, inner in getattr(current, "commands", {}).items():
            if hasattr(inner, "commands"):
                groups.append(((*words, name), inner))
            else:
                found[" ".join((*words, name))] = inner.help or ""
    return found


COMMANDS = commands()
EXAMPLES = [
    pytest.param(words, line.strip(), id=line.strip())
    for words, text in COMMANDS.items()
    for line in text.partition("Example:")[2].splitlines()
    if line.strip()
]


def parse(line: str) -> None:
    """Parse a command line without running it; wrong usage raises."""
    words = shlex.split(line, comments=True)[1:]
    current, name = get_command(app), "m365-posture"
    while hasattr(current, "commands"):
        name = words.pop(0)
        current = current.commands[name]
    current.make_context(name, words)


def test_the_commands_of_the_design_exist() -> None:
    assert set(COMMANDS) == {
        "demo", "scan", "judge", "workbook", "dashboard", "simulate", "tenants list", "checks list", "checks show",
        "config check", "store rebuild", "keys create", "keys backup", "keys restore", "keys rotate",
        "keys certificate", "tenants add", "tenants consent-url", "tenants verify", "tenants offboard", "purge",
        "data-map", "checks what-if", "signals list", "signals show", "signals ack", "signals send",
        "signins import",
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_help_and_an_example(words: str) -> None:
    assert COMMANDS[words].splitlines()[0].endswith(".")
    assert f"m365-posture {words}" in COMMANDS[words].partition("Example:")[2]


@pytest.mark.parametrize(("words", "line"), EXAMPLES)
def test_every_example_is_correct_usage(words: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("M365_POSTURE_PASSPHRASE", "correct horse battery")
    if words == "judge":
        Path(shlex.split(line)[2]).mkdir(parents=True)

    parse(line)


DOCUMENTS = ("README.md", "docs/recipes.md")


def command_lines(document: str) -> list[str]:
    """Return the commands in the blocks of a document: each on a line of its own, or in one of systemd's or cron's."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^ *```\w+\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL))
    return re.findall(r"(?:^ *|sudo |/bin/)(m365-posture [^>|&\n]*)", blocks, flags=re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_line_of_a_document_is_correct_usage(
    document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("M365_POSTURE_PASSPHRASE", "correct horse battery")
    Path("SNAPSHOT").mkdir()
    lines = command_lines(document)

    assert len(lines) >= 7
    for line in lines:
        parse(line)


def python(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - this program


def test_help_imports_nothing_that_only_a_running_command_needs() -> None:
    program = (
        "import sys\nfrom m365_posture.__main__ import run\n"
        "for words in ([], ['scan'], ['workbook'], ['keys', 'rotate'], ['checks', 'what-if'],"
        " ['signals', 'ack']):run([*words, '--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    answer = python(program)

    assert answer.stderr.strip() == "[]"


def test_help_costs_less_than_half_a_second_of_processor_time() -> None:
    program = "import time\nfrom m365_posture.__main__ import run\nrun(['--help'])\nprint(time.process_time())"
    answers = (python(program) for _ in range(3))

    assert any(float(answer.stdout.splitlines()[-1]) < 0.5 for answer in answers)


def test_the_version_is_told() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "m365_posture", "--version"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert re.fullmatch(r"m365-posture \d+\.\d+\.\d+\S*", answer.stdout.strip())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["scan"], "Name the tenants to scan, or give --all", id="nobody to scan"),
        pytest.param(["scan", "a", "--all"], "not both", id="everybody and somebody"),
        pytest.param(["scan", "a", "--fail-on", "hihg"], "hihg", id="an unknown severity"),
        pytest.param(["judge", "no-such-folder"], "no-such-folder", id="a snapshot that is not there"),
        pytest.param(["judge", ".", "--as-of", "yesterday"], "is no moment", id="a moment that is none"),
        pytest.param(["workbook", "a"], "--output", id="a workbook without a file"),
        pytest.param(["skan"], "skan", id="an unknown command"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(arguments: list[str], says: str) -> None:
    answer = command(*arguments)

    assert answer.code == 2
    assert says in answer.messages
    assert answer.output == b""


def completions(folder: Path, *words: str) -> list[str]:
    """Return what a shell is offered after the last of `words`."""
    environment = {
        **os.environ,
        "_M365_POSTURE_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["m365-posture", *words]),
        "COMP_CWORD": str(len(words)),
        "PYTHONPATH": str(ROOT),
    }
    answer = subprocess.run(
        [sys.executable, "-m", "m365_posture"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return answer.stdout.split()


def test_a_shell_completes_the_names_of_tenants(tmp_path: Path) -> None:
    tenant = '[tenants.{}]\nname = "N"\ntenant_id = "{}b6a2b40-1111-4222-8333-444455556666"\n'
    app_lines = 'client_id = "9c1d7e52-aaaa-4bbb-8ccc-ddddeeeeffff"\nclient_secret_env = "S"\n'
    tenants = [
        tenant.format(name, digit) + app_lines for name, digit in (("vermeulen", 1), ("verhelst", 2), ("lambert", 3))
    ]
    (tmp_path / "tenants.toml").write_text("schema = 1\n" + "".join(tenants), encoding="utf-8")

    assert completions(tmp_path, "scan", "ver") == ["vermeulen", "verhelst"]
    assert completions(tmp_path, "workbook", "l") == ["lambert"]


def test_a_shell_is_offered_nothing_where_there_is_no_configuration(tmp_path: Path) -> None:
    assert completions(tmp_path, "scan", "ver") == []


def test_a_shell_completes_the_ids_of_checks(tmp_path: Path) -> None:
    assert completions(tmp_path, "checks", "show", "SH") == [c.id for c in CATALOGUE if c.id.startswith("SH")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("commands")) as served:
        assert served.run("scan", SLUG).code == 0
        yield served


@pytest.fixture(scope="module")
def lines(world: World) -> Answer:
    """What the scan says when it is judged again, as JSON lines."""
    return world.run("judge", world.scans(SLUG)[0], "--format", "jsonl")


def test_judging_writes_the_documented_json_lines(lines: Answer) -> None:
    rows = lines.rows

    of_checks = [row for row in rows if row["object_id"] is None]
    of_objects = [row for row in rows if row["object_id"] is not None]
    assert [row["check_id"] for row in of_checks] == [check.id for check in CATALOGUE]
    assert set(of_checks[0]) == {
        "schema", "tenant", "evaluation", "check_id", "title", "status", "severity", "assessed", "failing", "unknown",
        "at_least", "reason", "object_id",
    }  # fmt: skip
    assert of_objects
    for row in of_objects:
        assert {"object_type", "object_id", "object_name", "evidence", "fingerprint"} <= set(row)
        assert (row["status"], row["tenant"], row["schema"]) == ("fail", SLUG, 1)
        assert isinstance(row["evidence"], dict)
    for row in of_checks:
        assert row["failing"] == sum(other["check_id"] == row["check_id"] for other in of_objects)


def test_every_format_tells_the_same(world: World, lines: Answer) -> None:
    scan = world.scans(SLUG)[0]
    as_csv = list(csv.DictReader(StringIO(world.run("judge", scan, "--format", "csv").text)))
    as_table = world.run("judge", scan).text

    assert json.loads(world.run("judge", scan, "--format", "json").output) == lines.rows
    assert [(row["check_id"], row["object_id"] or None) for row in as_csv] == [
        (row["check_id"], row["object_id"]) for row in lines.rows
    ]
    for row in lines.rows:
        if row["object_id"] is None:
            assert re.search(rf"{row['check_id']} +{row['severity']} +{row['status']} ", as_table)


def test_a_moment_can_be_given_as_a_day(world: World, lines: Answer) -> None:
    scan = world.scans(SLUG)[0]
    by_day, by_time = (
        world.run("judge", scan, "--as-of", moment, "--format", "jsonl").output
        for moment in ("2027-01-31", "2027-01-31T01:00:00+01:00")
    )

    assert by_day == by_time
    assert by_day != lines.output


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param(ONE_AREA, 0, id="normally 0"),
        pytest.param(("--fail-on", "critical"), 1, id="a critical finding"),
        pytest.param(("--strict", *ONE_AREA), 3, id="strictly a missing licence is incomplete"),
        pytest.param(("--strict", "--fail-on", "info", *ONE_AREA), 1, id="findings go before gaps"),
    ],
)
def test_a_scan_ends_as_it_was_asked_to(world: World, options: tuple[str, ...], code: int) -> None:
    assert world.run("scan", SLUG, *options).code == code


def test_a_scan_names_what_exchange_refuses_and_ends_well(world: World) -> None:
    answer = world.run("scan", SLUG, "--only", "mail")

    assert answer.code == 0
    named = answer.messages.rstrip().rstrip(".").partition("not read or in part: ")[2].split(", ")
    assert {"inbox_rules.hidden_rules", "mailboxes", "transport_rules", "users.sign_in_activity"} <= set(named)
    assert "inbox_rules" not in named


def test_an_unknown_area_is_explained(world: World) -> None:
    answer = world.run("scan", SLUG, "--only", "mial")

    assert (answer.code, answer.output) == (2, b"")
    assert "areas are" in answer.sentence


def test_the_workbook_speaks_the_language_asked_for(world: World, tmp_path: Path) -> None:
    for language, sheet in (("nl", "Actieplan"), ("fr", "Plan d'action"), ("en", "Action plan")):
        path = tmp_path / f"{language}.xlsx"
        answer = world.run("workbook", SLUG, "-o", path, "--lang", language)

        assert (answer.code, answer.output) == (0, b"")
        assert sheet in load_workbook(path, read_only=True).sheetnames


def test_without_a_language_the_workbook_speaks_the_tenants(world: World, tmp_path: Path) -> None:
    world.run("workbook", SLUG, "-o", tmp_path / "out.xlsx")

    assert load_workbook(tmp_path / "out.xlsx", read_only=True).sheetnames[0] == "Synthèse"


def test_a_workbook_never_lands_among_the_encrypted_data(world: World) -> None:
    answer = world.run("workbook", SLUG, "-o", world.data / "out.xlsx")

    assert answer.code == 2
    assert "choose another folder" in " ".join(answer.messages.split())
    assert not (world.data / "out.xlsx").exists()


def test_a_workbook_that_cannot_be_written_is_explained(world: World, tmp_path: Path) -> None:
    answer = world.run("workbook", SLUG, "-o", tmp_path / "missing" / "out.xlsx")

    assert answer.code == 2
    assert "cannot be written" in answer.messages


def test_tenants_are_listed_with_their_last_scan_and_without_a_key(world: World) -> None:
    rows = command("tenants", "list", "--config", world.config, "--format", "jsonl").rows

    assert {row["tenant"]: bool(row["last_scan"]) for row in rows} == {"lambert": True, "vermeulen": False}


def test_a_configuration_that_would_work_is_said_to_be_ok(world: World) -> None:
    answer = world.run("config", "check", "--format", "jsonl")

    assert answer.code == 0
    assert {row["result"] for row in answer.rows} == {"ok"}


def test_everything_that_a_scan_would_stumble_over_is_told_at_once(world: World, tmp_path: Path) -> None:
    text = world.config.read_text(encoding="utf-8")
    (tmp_path / "leavers.csv").write_text("nobody", encoding="utf-8")
    text = re.sub(r'leavers = "[^"]+"\n', "", text)
    broken = re.sub(r'federated_token_file = "[^"]+"', 'leavers = "leavers.csv"\nclient_secret_env = "NOT_SET"', text)
    (tmp_path / "tenants.toml").write_text(broken, encoding="utf-8")

    answer = command(
        "config", "check", "--config", tmp_path / "tenants.toml", "--key-file", world.key_file, "--format", "jsonl"
    )

    assert answer.code == 2
    told = [row["result"] for row in answer.rows if row["tenant"] == SLUG]
    assert any("must begin with a line" in sentence for sentence in told)
    assert any("NOT_SET is not set" in sentence for sentence in told)


def test_a_check_is_shown_with_its_reason_and_its_cure() -> None:
    answer = command("checks", "show", "ac-04", "--lang", "nl")

    assert answer.code == 0
    assert "Geen enkele actieve account" in answer.text
    assert "learn.microsoft.com" in answer.text


def test_an_unknown_check_is_explained() -> None:
    answer = command("checks", "show", "AC-99")

    assert answer.code == 2
    assert "There is no check `AC-99`" in answer.sentence


def test_the_catalogue_can_be_put_into_a_document() -> None:
    lines = command("checks", "list", "--format", "markdown").text.splitlines()

    assert lines[:2] == ["| id | severity | what is checked |", "|---|---|---|"]
    assert len(lines) == len(CATALOGUE) + 2


def test_a_lost_portfolio_is_built_anew(world: World) -> None:
    path = world.data / "portfolio.sqlite"
    path.write_bytes(b"damaged" * 100)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)

    answer = world.run("store", "rebuild")

    assert answer.code == 0
    assert f"{len(world.scans(SLUG))} scans of 1 tenants" in answer.sentence


def test_hostile_text_drives_neither_a_terminal_nor_a_spreadsheet(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    row = {"name": "=cmd|' /C calc'!A0", "other": "\x1b]0;owned\x07\x1b[31mred", "list": ["=1"]}
    write_rows([row], list(row), Format.CSV)
    write_rows([row], list(row), Format.TABLE)

    shown = capsysbinary.readouterr().out
    assert b"\n'=cmd" in shown.replace(b"\r", b"")
    assert printable("\x1b[31m\u202e") == "\ufffd[31m\ufffd"
    table = shown.partition(b"name")[2].partition(b"name")[2]
    assert b"\x1b" not in table


def test_keys_are_made_backed_up_restored_and_replaced(
    world: World, lines: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365_POSTURE_PASSPHRASE", "correct horse battery")
    backup, restored, new = (tmp_path / name for name in ("master.backup", "restored.key", "new.key"))

    assert command("keys", "backup", backup, "--key-file", world.key_file).code == 0
    assert command("keys", "restore", backup, restored).code == 0
    assert restored.read_bytes() == world.key_file.read_bytes()
    assert world.run("keys", "rotate", new).code == 0
    assert world.run("judge", world.scans(SLUG)[0]).code == 2
    after = command("judge", world.scans(SLUG)[0], "--config", world.config, "--key-file", new, "--format", "jsonl")
    assert after.output == lines.output
    back = command("keys", "rotate", world.key_file, "--config", world.config, "--key-file", new)
    assert back.code == 0


def test_a_key_file_is_never_overwritten(world: World) -> None:
    answer = command("keys", "create", world.key_file)

    assert answer.code == 2
    assert "a key is never overwritten" in answer.sentence
