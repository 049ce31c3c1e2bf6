"""One scan per tenant at a time: a lock that the operating system drops when its holder dies."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from m365_posture.files import PRIVATE_FILE, private_folder

LOCK_FILE: Final = "scan.lock"

_LOCKED_BYTE: Final = 4096
"""Windows locks bytes for reading too, so the byte that is locked lies beyond what the file says."""


class TenantLocked(Exception):
    """Another process works on the tenant; the message is one sentence that says which."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock; names no person and no firm."""

    pid: int
    host: str
    started_at: str
    """ISO 8601, UTC."""
    command: str
    """The command it runs, without its arguments, e.g. `scan`."""


@contextmanager
def tenant_lock(folder: Path, *, command: str, started_at: datetime) -> Iterator[Holder]:
    """Hold the lock of the tenant that lives in `folder` while the block runs.

    The lock lives in the operating system and the file only says whose it is: a holder that is
    killed leaves a file behind, never a lock.

    Args:
        folder: `<data>/<tenant id>`; made if it is missing.
        command: What holds it, e.g. `scan`.
        started_at: UTC.

    Raises:
        TenantLocked: Another process holds it, on this machine or on another that shares the folder.
    """
    path = private_folder(folder) / LOCK_FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        if not _try_lock(descriptor):
            raise TenantLocked(_sentence(folder.name, read_holder(folder)))
        holder = Holder(os.getpid(), platform.node(), started_at.isoformat(timespec="seconds"), command)
        _write(descriptor, json.dumps(asdict(holder)).encode())
        try:
            yield holder
        finally:
            _write(descriptor, b"")
            _unlock(descriptor)
    finally:
        os.close(descriptor)


def read_holder(folder: Path) -> Holder | None:
    """Return whom the lock file of the tenant in `folder` names, None when it names nobody."""
    try:
        return Holder(**json.loads((folder / LOCK_FILE).read_bytes()))
    except (OSError, ValueError, TypeError):  # being written just now, or never held
        return None


def _sentence(tenant: str, holder: Holder | None) -> str:
    if holder is None:
        return f"Another process works on tenant {tenant}: wait until it has finished and try again."
    return (
        f"`{holder.command}` (process {holder.pid} on {holder.host}, since {holder.started_at}) works on "
        f"tenant {tenant}: wait until it has finished and try again."
    )


def _write(descriptor: int, content: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, content)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
