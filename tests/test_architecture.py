"""The import contracts hold, and each of them really breaks when it is violated."""

import re
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
    "Layers point one way": ("scanner.snapshot", "checks.model"),
    "What judges and shows never reads a tenant": ("checks", "scanner.transport.clock"),
    "What judges and shows has no network client": ("store", "httpx"),
    "The scanner knows nothing of judging": ("scanner", "store"),
    "The simulator knows nothing of the product": ("simulator", "scanner.snapshot.schema"),
    "The product knows nothing of the simulator": ("reports", "simulator"),
    "Only the request layer sends or describes requests": ("scanner.collectors", "msgraph"),
    "Checks have no clock, no files and no screen": ("checks", "time"),
    "Only relations speak SQL": ("store", "duckdb"),
}
"""By contract: a package, and what no module in it may import."""


def contracts_of(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on a checkout."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own tool


def broken(answer: subprocess.CompletedProcess[str]) -> set[str]:
    return {line.rsplit(" BROKEN", 1)[0].strip() for line in answer.stdout.splitlines() if " BROKEN" in line}


def headed(answer: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return what is said of each broken contract."""
    _, _, told = answer.stdout.partition("Broken contracts")
    parts = re.split(r"^(.+)\n-+$", told, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def violated(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What is said of a checkout with every violation."""
    checkout = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "pyproject.toml", checkout)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, checkout / package, ignore=shutil.ignore_patterns("*.json", "__pycache__"))
    for package, imported in VIOLATIONS.values():
        text = f'"""Violates a contract."""\n\nimport {imported}\n'
        (checkout / f"{package.replace('.', '/')}/{violation(imported)}.py").write_text(text, encoding="utf-8")
    return contracts_of(checkout)


def violation(imported: str) -> str:
    """Return the name of the module that imports what it must not."""
    return f"imports_{imported.replace('.', '_')}"


def test_every_contract_has_a_violation_here() -> None:
    assert {contract["name"] for contract in CONTRACTS} == set(VIOLATIONS)


def test_every_part_of_the_scanner_but_the_snapshot_is_closed_to_judging() -> None:
    parts = {f"scanner.{path.stem}" for path in (ROOT / "scanner").iterdir() if not path.name.startswith("__")}
    closed = next(c["forbidden_modules"] for c in CONTRACTS if c["name"].endswith("never reads a tenant"))

    assert parts - {"scanner.snapshot"} == set(closed)


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_contract_breaks_when_it_is_violated(name: str, violated: subprocess.CompletedProcess[str]) -> None:
    package, imported = VIOLATIONS[name]

    assert name in broken(violated), violated.stdout
    assert f" {package}.{violation(imported)} -> {imported} (" in headed(violated)[name]
    assert violated.returncode != 0


def test_the_checkout_breaks_no_contract() -> None:
    answer = contracts_of(ROOT)

    assert not broken(answer), answer.stdout
    assert answer.returncode == 0, answer.stdout + answer.stderr
