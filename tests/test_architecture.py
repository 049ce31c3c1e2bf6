"""The import contracts hold, and each of them really breaks when it is violated."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("m365_posture", "scanner", "checks", "store", "reports", "dashboard", "simulator", "sample_data")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]

VIOLATIONS = {
    "Layers point one way": ("scanner/snapshot/violation.py", "import checks.model"),
    "What judges and shows never reads a tenant": ("checks/violation.py", "import scanner.transport.clock"),
    "What judges and shows has no network client": ("store/violation.py", "import httpx"),
    "The scanner knows nothing of judging": ("scanner/violation.py", "import store"),
    "The simulator knows nothing of the product": ("simulator/violation.py", "import scanner.snapshot.schema"),
    "The product knows nothing of the simulator": ("reports/violation.py", "import simulator"),
    "Only the request layer sends or describes requests": ("scanner/collectors/violation.py", "import msgraph"),
    "Checks have no clock, no files and no screen": ("checks/violation.py", "import time"),
    "Only relations speak SQL": ("store/violation.py", "import duckdb"),
}


def contracts_of(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on a checkout."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own tool


def broken(answer: subprocess.CompletedProcess[str]) -> set[str]:
    return {line.rsplit(" BROKEN", 1)[0].strip() for line in answer.stdout.splitlines() if " BROKEN" in line}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.json", "__pycache__"))
    return tmp_path


def test_every_contract_has_a_violation_here() -> None:
    assert {contract["name"] for contract in CONTRACTS} == set(VIOLATIONS)


def test_every_part_of_the_scanner_but_the_snapshot_is_closed_to_judging() -> None:
    parts = {f"scanner.{path.stem}" for path in (ROOT / "scanner").iterdir() if not path.name.startswith("__")}
    closed = next(c["forbidden_modules"] for c in CONTRACTS if c["name"].endswith("never reads a tenant"))

    assert parts - {"scanner.snapshot"} == set(closed)


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_contract_breaks_when_it_is_violated(name: str, checkout: Path) -> None:
    path, line = VIOLATIONS[name]
    (checkout / path).write_text(f'"""Violates a contract."""\n\n{line}\n', encoding="utf-8")

    answer = contracts_of(checkout)

    assert name in broken(answer), answer.stdout
    assert answer.returncode != 0


def test_the_checkout_breaks_no_contract() -> None:
    answer = contracts_of(ROOT)

    assert not broken(answer), answer.stdout
    assert answer.returncode == 0, answer.stdout + answer.stderr
