"""What was removed from a finished scan, laid over its manifest, which never changes."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from m365_posture.files import write_durably
from scanner.snapshot.errors import Truncated
from scanner.snapshot.manifest import Document

PURGE_FILE: Final = "purge.jsonl"


@dataclass(frozen=True, slots=True)
class PurgeRecord:
    """One line of purge.jsonl: which files of a table were removed, when and why."""

    at: datetime
    table: str
    reason: str
    """A code such as `retention` or `offboarding`."""
    files: dict[str, str]
    """SHA-256 by path relative to the tenant's folder."""

    @property
    def document(self) -> Document:
        """The record as JSON data."""
        return {"at": self.at.isoformat(), "table": self.table, "reason": self.reason, "files": self.files}

    @classmethod
    def of(cls, document: Document) -> "PurgeRecord":
        """Return the record that a line describes."""
        at = datetime.fromisoformat(document["at"])
        return cls(at, document["table"], document["reason"], dict(document["files"]))


@dataclass(frozen=True, slots=True)
class Overlay:
    """Every record of a scan."""

    records: tuple[PurgeRecord, ...] = ()

    @classmethod
    def read(cls, scan_folder: Path) -> "Overlay":
        """Return what was removed from a scan.

        Raises:
            Truncated: The record is damaged.
        """
        path = scan_folder / PURGE_FILE
        try:
            lines = path.read_bytes().splitlines() if path.exists() else []
            return cls(tuple(PurgeRecord.of(json.loads(line)) for line in lines))
        except (ValueError, KeyError, TypeError):
            raise Truncated(f"{path} is damaged: put it back from a backup.") from None

    def add(self, scan_folder: Path, record: PurgeRecord) -> None:
        """Write this overlay and `record` in place of the scan's, whole or not at all."""
        lines = [json.dumps(entry.document, sort_keys=True) for entry in (*self.records, record)]
        write_durably(scan_folder / PURGE_FILE, "".join(f"{line}\n" for line in lines).encode())

    @property
    def removed(self) -> frozenset[str]:
        """Paths of every removed file."""
        return frozenset(path for record in self.records for path in record.files)

    @property
    def record(self) -> str:
        """SHA-256 of what was removed, whenever and in whichever order; "" when nothing was."""
        files = sorted({f"{sha256} {path}" for record in self.records for path, sha256 in record.files.items()})
        return hashlib.sha256("\n".join(files).encode()).hexdigest() if files else ""
