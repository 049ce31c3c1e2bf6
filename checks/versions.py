"""What an evaluation is made of, as hashes: two evaluations with one id say the same."""

import hashlib
import inspect
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import orjson

from checks.model import Profile
from checks.registry import Catalogue, Check
from checks.source import Source

_SOURCES: Final = (".py", ".csv")
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def catalogue_version(catalogue: Catalogue) -> str:
    """Return the hash of what is registered and of every source file that judges."""
    registered = [_metadata(check) for check in catalogue]
    derived = {name: _code(derived.function) for name, derived in catalogue.derived_inputs.items()}
    return _hash([registered, derived, _package_hash()])


def profile_hash(profile: Profile) -> str:
    """Return the hash of everything the firm stated, and of the time judged at."""
    return _hash(asdict(profile))


def evaluation_id(source: Source, catalogue: Catalogue, profile: Profile) -> str:
    """Return the id of judging `source` with `catalogue` under `profile`."""
    return _hash([source.snapshot_hash, source.purge_record, catalogue_version(catalogue), profile_hash(profile)])


def _metadata(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "severity": check.severity,
        "object_type": check.object_type,
        "evidence": list(check.evidence.items()),
        "remedy": check.remedy,
        "source": check.source,
        "why": check.why,
        "parameters": [asdict(parameter) for parameter in check.parameters],
        "code": _code(check.function),
    }


@cache
def _code(function: Any) -> str:  # noqa: ANN401 - any function
    return inspect.getsource(function)


@cache
def _package_hash() -> str:
    return source_hash(files("checks"))


def source_hash(folder: Traversable) -> str:
    """Return the hash of every source and data file below `folder`, by path and text."""
    return _hash(sorted(_texts(folder, "")))


def _texts(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each source; universal newlines, so a checkout on Windows has the same version."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _texts(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SOURCES):
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")


def _hash(content: object) -> str:
    return hashlib.sha256(orjson.dumps(content, option=_OPTIONS)).hexdigest()
