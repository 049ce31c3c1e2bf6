"""The journal of a scan: one line per finished step, on the disk before the next begins."""

import json
import os
import threading
from pathlib import Path
from typing import Any, Final

from m365_posture.files import PRIVATE_FILE, sync_folder
from scanner.snapshot.errors import Truncated

JOURNAL_FILE: Final = "journal.jsonl"

Entry = dict[str, Any]


class Journal:
    """Appends entries of ids, counts and codes; a line counts when its newline is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    @classmethod
    def create(cls, scan_folder: Path, first: Entry) -> "Journal":
        """Start the journal of a new scan with `first`."""
        path = scan_folder / JOURNAL_FILE
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
        sync_folder(scan_folder)
        journal = cls(path)
        journal.append(first)
        return journal

    @classmethod
    def reopen(cls, scan_folder: Path) -> "Journal":
        """Continue the journal of an interrupted scan, without the line it died in."""
        path = scan_folder / JOURNAL_FILE
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)
            os.fsync(file.fileno())
        return cls(path)

    def append(self, entry: Entry) -> None:
        """Add one line and wait until it is on the disk."""
        line = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        with self._lock, self._path.open("ab") as file:
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())


def read_journal(scan_folder: Path) -> list[Entry]:
    """Return the finished lines of a scan's journal, none when it has no journal.

    Raises:
        Truncated: A line other than the last, torn one is no entry.
    """
    path = scan_folder / JOURNAL_FILE
    if not path.exists():
        return []
    whole, _, _torn = path.read_bytes().rpartition(b"\n")
    try:
        entries = [json.loads(line) for line in whole.splitlines()]
    except ValueError:
        raise Truncated(f"{path} is damaged: scan again without --resume.") from None
    if not all(isinstance(entry, dict) for entry in entries):
        raise Truncated(f"{path} is damaged: scan again without --resume.")
    return entries
