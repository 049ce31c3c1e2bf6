"""Writes that survive a power cut: whole or not at all, and on the disk when they return."""

import os
import secrets
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700


def private_folder(path: Path) -> Path:
    """Create `path` and its missing parents, on the disk and readable by their owner only, and return it."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        sync_folder(folder.parent)
    return path


def sync_folder(folder: Path) -> None:
    """Put the names in `folder` on the disk; Windows does so by itself and cannot be asked."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def temporary_beside(path: Path) -> Path:
    """Return a free name in the folder of `path`, for what `replace_durably` then puts in its place."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def replace_durably(temporary: Path, path: Path) -> None:
    """Give a finished, fsynced file its name; readers see the old file or the new one, never a half."""
    temporary.replace(path)
    sync_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Write `content` to `path` as one step, readable by its owner only."""
    temporary = temporary_beside(path)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        replace_durably(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
