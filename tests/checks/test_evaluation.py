from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from builders import AS_OF, MemorySource, a_profile, a_snapshot
from builders.private import FAILS, catalogue_of, enabled_fails

from checks.engine import evaluate
from checks.model import Profile
from checks.registry import CATALOGUE, Catalogue
from checks.versions import source_hash


def identity(source: MemorySource, profile: Profile, catalogue: Catalogue) -> str:
    return evaluate(source, profile, catalogue).id


WHOLE = a_snapshot(users=[FAILS])
ONE = CATALOGUE.only("AC-04")


@pytest.fixture(scope="module")
def usual() -> str:
    return identity(WHOLE, a_profile(), ONE)


def test_the_same_snapshot_profile_and_catalogue_are_the_same_evaluation() -> None:
    assert identity(WHOLE, a_profile(), CATALOGUE) == identity(WHOLE, a_profile(), CATALOGUE)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((replace(WHOLE, snapshot_hash="another"), a_profile(), ONE), id="another snapshot"),
        pytest.param((replace(WHOLE, purge_record="removed"), a_profile(), ONE), id="something was purged"),
        pytest.param((WHOLE, a_profile(as_of=AS_OF + timedelta(days=1)), ONE), id="another time"),
        pytest.param((WHOLE, a_profile(break_glass=("a@contoso.example",)), ONE), id="another statement"),
        pytest.param((WHOLE, a_profile(), CATALOGUE.only("AC-05")), id="another catalogue"),
        pytest.param((WHOLE, a_profile(), catalogue_of(enabled_fails)), id="another function of the same id"),
    ],
)
def test_anything_else_is_another_evaluation(other: tuple[MemorySource, Profile, Catalogue], usual: str) -> None:
    assert identity(*other) != usual


def test_the_version_of_the_catalogue_follows_every_source_of_the_package(tmp_path: Path) -> None:
    before = source_hash(tmp_path)
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "mapping.csv").write_text("id\n", encoding="utf-8")
    with_data = source_hash(tmp_path)
    (tmp_path / "notes.txt").write_text("not judged by", encoding="utf-8")

    assert before != with_data == source_hash(tmp_path)


def test_the_version_does_not_depend_on_line_endings(tmp_path: Path) -> None:
    (tmp_path / "mfa.py").write_bytes(b"a = 1\nb = 2\n")
    unix = source_hash(tmp_path)
    (tmp_path / "mfa.py").write_bytes(b"a = 1\r\nb = 2\r\n")

    assert source_hash(tmp_path) == unix
