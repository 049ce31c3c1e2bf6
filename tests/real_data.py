"""Where the files are that nobody in this project wrote: real logs, shapes, Microsoft's documentation."""

import os
from pathlib import Path

import pytest

VARIABLE = "M365_POSTURE_REAL_DATA"
_CHECKOUT = Path(__file__).resolve().parents[1]


def real_data(*parts: str) -> Path:
    """Return a file or folder of the real data, or skip the test with a sentence that says what is missing."""
    return _found(_data_folder(), parts)


def facts(*parts: str) -> Path:
    """Return a file or folder of the documentation facts, or skip the test with a sentence."""
    return _found(_data_folder().parent / "facts", parts)


def _data_folder() -> Path:
    named = os.environ.get(VARIABLE)
    return Path(named) if named else _CHECKOUT.parent / "shared" / "data"


def _found(folder: Path, parts: tuple[str, ...]) -> Path:
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts) or folder.name} is not beside this checkout and {VARIABLE} does not name it")
    return path
