"""Proves that a stored file is the one that was written."""

from pathlib import Path

from scanner.snapshot.crypto import ends_well, file_hash
from scanner.snapshot.errors import Changed, SnapshotError, Truncated


def prove(path: Path, sha256: str) -> None:
    """Make sure that a file is the one that was written.

    Raises:
        Changed: It is another.
        Truncated: It is cut short or missing.
    """
    try:
        if file_hash(path) == sha256:
            return
        whole = ends_well(path)
    except FileNotFoundError:
        raise Truncated(f"{path} is missing: put it back from a backup, or scan again.") from None
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read ({error.strerror}): make it readable for this user.") from None
    if not whole:
        raise Truncated(f"{path} is cut short: put it back from a backup, or scan again.")
    raise Changed(f"{path} is not as it was written: put it back from a backup, or scan again.")
