"""`demo` and `simulate`: everything on this machine, nothing prepared, and found is what was worked out by hand."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Answer, command
from openpyxl import load_workbook
from sample_files import load as load_sample
from sample_verdicts import found, read, to_be_found, to_be_read

from checks.signins.detections import UNITS
from m365_posture.config_file import load
from m365_posture.keys import create_master_key, read_key_file
from m365_posture.tenant_data import TenantData
from scanner.snapshot.manifest import finished_scans, read_manifest
from store import findings
from store.judged import Judged

ROOT = Path(__file__).parents[2]
FIRST_SHEETS = {
    "degroote": "Overzicht",
    "lambert": "Synthèse",
    "noordzee": "Summary",
    "peeters": "Overzicht",
    "vermeulen": "Overzicht",
}
"""Of each firm's workbook, in the language of the firm."""
AGAIN = "peeters"
"""The firm that is shown a second time."""
NOT_READ = {"lambert": "sign_ins", "peeters": "sign_ins", "vermeulen": "spo_tenant"}
"""What a firm has no licence for, or did not opt in to."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Answer], list[float]]]:
    """The demo, and then of one of its firms again in the same folder: where, what it told, how long it took."""
    folder = tmp_path_factory.mktemp("anywhere")
    answers, seconds = [], []
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for firms in ((), (AGAIN,)):
            began_s = time.monotonic()
            answers.append(command("demo", *firms))
            seconds.append(time.monotonic() - began_s)
        yield folder / "demo", answers, seconds


@pytest.fixture(scope="module")
def left(runs: tuple[Path, list[Answer], list[float]]) -> dict[str, TenantData]:
    """What it left of each firm, by name."""
    folder, _, _ = runs
    master = read_key_file(folder / "master.key")
    return {slug: TenantData.open(tenant, master) for slug, tenant in load(folder / "tenants.toml").tenants.items()}


def judged(data: TenantData) -> tuple[Judged, ...]:
    """What was found in a firm, in each of its scans, the first one first."""
    kept = findings.evaluations(data.folder, data.vault)
    assert len(kept) == (2 if data.tenant.slug == AGAIN else 1)
    return tuple(kept)


def test_it_ends_by_itself_and_well(runs: tuple[Path, list[Answer], list[float]]) -> None:
    _, answers, seconds = runs

    assert [answer.code for answer in answers] == [0, 0]
    assert max(seconds) < 180


def test_a_firm_that_is_no_sample_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = command("demo", "vermeulenn")

    assert answer.code == 2
    assert "vermeulen" in answer.sentence
    assert not list(tmp_path.iterdir())


def test_it_writes_a_workbook_per_firm_in_its_language(runs: tuple[Path, list[Answer], list[float]]) -> None:
    folder, _, _ = runs
    first_sheets = {path.stem: load_workbook(path, read_only=True).sheetnames[0] for path in (folder / "out").iterdir()}

    assert first_sheets == FIRST_SHEETS


def test_it_prints_a_summary_and_where_to_look(runs: tuple[Path, list[Answer], list[float]]) -> None:
    _, [first, _], _ = runs

    for word in ("vermeulen", "lambert", "not_assessed", "AC-04"):
        assert word in first.text
    assert str(Path("demo") / "out") in first.messages
    assert "AADSTS" not in first.messages


def test_it_says_of_each_firm_what_was_not_read(runs: tuple[Path, list[Answer], list[float]]) -> None:
    for answer in runs[1]:
        summaries = [line for line in answer.messages.splitlines() if " checks: " in line]
        unread = {line.partition(":")[0]: line.partition("not read or in part: ")[2] for line in summaries}
        assert unread.keys() in (FIRST_SHEETS.keys(), {AGAIN})
        for firm in NOT_READ.keys() & unread.keys():
            assert NOT_READ[firm] in unread[firm]


@pytest.mark.parametrize("slug", FIRST_SHEETS)
def test_findings_are_exactly_those_expected_no_more_and_no_less(slug: str, left: dict[str, TenantData]) -> None:
    first, *_ = judged(left[slug])

    assert found(first) == to_be_found(load_sample(slug))


def test_a_second_run_finds_the_same_and_vouches_for_no_link_that_it_did_not_read_again(
    left: dict[str, TenantData],
) -> None:
    first, again = (found(scan) for scan in judged(left[AGAIN]))

    assert first["SH-06"]["status"] == "pass"
    assert again == first | {"SH-06": first["SH-06"] | {"status": "not_assessed"}}


@pytest.mark.parametrize("slug", FIRST_SHEETS)
def test_tables_are_read_exactly_as_expected(slug: str, left: dict[str, TenantData]) -> None:
    wanted = to_be_read(load_sample(slug))
    scans = finished_scans(left[slug].folder)

    assert len(scans) == len(judged(left[slug]))
    for scan in scans:
        assert read(read_manifest(scan).tables) == wanted


def test_what_needs_a_licence_that_lambert_does_not_have_is_neither_passed_nor_failed(
    left: dict[str, TenantData],
) -> None:
    unlicensed = {"sign_ins", "users.sign_in_activity"}
    [scan] = judged(left["lambert"])
    concerned = [check for check in scan.checks if unlicensed & {gap.need for gap in check.gaps}]

    assert "AC-04" in {check.check_id for check in concerned}
    assert {check.verdict.value for check in concerned} == {"not_assessed"}


def test_as_sold_each_detection_in_peeters_says_that_a_licence_is_missing(left: dict[str, TenantData]) -> None:
    for scan in judged(left["peeters"]):
        [signals] = [check for check in scan.checks if check.check_id == "SI-02"]
        assert signals.exhibit
        shown = [(unit["id"], unit["evaluated"], unit["because"]) for unit in signals.exhibit["units"]]
        assert shown == [(unit.id, False, "no_licence") for unit in UNITS]


def test_what_it_leaves_behind_works_without_the_simulator(
    runs: tuple[Path, list[Answer], list[float]], left: dict[str, TenantData]
) -> None:
    folder, _, _ = runs
    options = ("--config", folder / "tenants.toml", "--key-file", folder / "master.key")
    scans = sorted((folder / "data").glob("*/scans/*"))

    assert len(scans) == len(FIRST_SHEETS) + 1
    for scan in (*finished_scans(left[AGAIN].folder), *finished_scans(left["lambert"].folder)):
        assert command("judge", scan, *options).code == 0
    assert command("workbook", "lambert", "-o", folder.parent / "nl.xlsx", "--lang", "nl", *options).code == 0


def test_a_second_run_reads_only_what_is_new(runs: tuple[Path, list[Answer], list[float]]) -> None:
    folder, _, _ = runs
    scans = [sorted((tenant / "scans").iterdir()) for tenant in (folder / "data").iterdir() if tenant.is_dir()]
    again = [json.loads((newest / "manifest.json").read_bytes()) for _, *rest in scans for newest in rest]

    assert [scan["tables"]["sharing_links"]["basis"] for scan in again] == ["incremental"]


def test_a_simulator_announces_itself_serves_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "m365_posture", "simulate", "--folder", str(tmp_path), "--clock-speed", "200"]
    key_file = tmp_path / "master.key"
    create_master_key(key_file)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(arguments, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this program
        assert process.stdout is not None
        document = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        options = ("--config", tmp_path / "tenants.toml", "--key-file", key_file)
        answer = command("scan", "lambert", "--only", "policies", *options)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=120)

    assert (answer.code, code) == (0, 0)
    assert document["hosts"]["graph"].startswith("https://127.0.0.1:")
    assert Path(document["hosts"]["ca_file"]).is_file()
    assert document["tenants"]["lambert"]["client_secret"]
