"""What must be true of the repository itself."""

import re
import subprocess
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PERMISSIVE_OR_MPL = {
    *("0BSD", "BSD", "BSD License", "BSD-2-Clause", "BSD 2-Clause License", "BSD-3-Clause", "3-Clause BSD License"),
    *("MIT", "MIT License", "MIT-0", "MIT-CMU", "ISC", "ISC License (ISCL)", "Zlib", "CC0-1.0"),
    *("Apache-2.0", "Apache 2.0", "Apache License 2.0", "Apache Software License"),
    *("PSF-2.0", "Python Software Foundation License"),
    *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),
}
LICENCE_READ_BY_HAND = {
    "sqlcipher3": "its LICENSE file is the zlib licence; the wheel carries no licence metadata",
}
MAX_MODULE_LINES = 440


def tracked_files() -> list[str]:
    answer = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 - whichever git the machine has
    if answer.returncode != 0:
        pytest.skip("not a git checkout: there is no list of tracked files")
    return answer.stdout.splitlines()


def licences_of(distribution: Distribution) -> list[str]:
    """Return every licence a distribution must be judged by (all parts of an AND)."""
    metadata = distribution.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return [part.strip("() ") for part in re.split(r" AND | OR ", expression)]
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    return classifiers or [(metadata.get("License") or "").splitlines()[0] if metadata.get("License") else ""]


def test_the_lock_is_hashed_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=[a-z0-9])", lock, flags=re.IGNORECASE)

    assert len(requirements) > 100
    assert [r.split()[0] for r in requirements if "--hash=sha256:" not in r] == []
    assert "://" not in lock
    assert "--index" not in lock
    assert "uv.lock" not in tracked_files()


def test_every_installed_licence_is_permissive_or_mpl() -> None:
    others = {
        distribution.metadata["Name"]: licences_of(distribution)
        for distribution in distributions()
        if distribution.metadata["Name"] not in LICENCE_READ_BY_HAND
        and not set(licences_of(distribution)) <= PERMISSIVE_OR_MPL
    }

    assert others == {}


def test_continuous_integration_runs_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert script.index("make lint") < script.index("make test")
    assert "make demo" in readme
    assert "make test" in readme


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {
        target
        for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"`make ([a-z-]+)", document.read_text(encoding="utf-8"))
    }

    assert {"demo", "test"} <= named
    assert named <= targets


def test_a_module_is_a_topic_not_a_library() -> None:
    long = {
        path: lines
        for path in tracked_files()
        if path.endswith(".py")
        and (lines := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > MAX_MODULE_LINES
    }

    assert long == {}
