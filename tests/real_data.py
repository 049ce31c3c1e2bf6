"""Finds the reference files that are not part of the repository; tests that need them skip without."""

import os
from pathlib import Path
from typing import Final

import pytest

VARIABLE: Final = "M365_POSTURE_REAL_DATA"
_BESIDE_THE_CHECKOUT: Final = Path(__file__).resolve().parents[2] / "shared" / "data"


def data_folder() -> Path:
    """Return the folder of real data, or skip the calling test."""
    folder = Path(os.environ[VARIABLE]) if VARIABLE in os.environ else _BESIDE_THE_CHECKOUT
    if not folder.is_dir():
        pytest.skip(f"needs reference files: set {VARIABLE} to their folder")
    return folder


def facts_folder() -> Path:
    """Return the folder of reference tables (beside the real data), or skip the calling test."""
    folder = data_folder().parent / "facts"
    if not folder.is_dir():
        pytest.skip(f"needs the folder `facts` beside the one that {VARIABLE} names")
    return folder
