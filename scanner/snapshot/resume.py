"""What an interrupted scan had finished, read from its journal and checked against the disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from scanner.snapshot.crypto import file_hash
from scanner.snapshot.errors import Truncated
from scanner.snapshot.journal import Entry, read_journal
from scanner.snapshot.ledger import Coverage
from scanner.snapshot.manifest import (
    IMPORT,
    MANIFEST_FILE,
    Document,
    EventFile,
    coverage_document,
    coverage_of,
    scan_folders,
)

RESUME_WINDOW: Final = timedelta(hours=6)
"""An interrupted scan older than this starts anew: its tables would tell of different days."""


@dataclass(frozen=True, slots=True)
class Part:
    """One immutable file of rows."""

    path: str
    """Relative to the tenant's folder, with `/`."""
    sha256: str
    rows: int

    @property
    def number(self) -> int:
        """Its place among the parts of its table."""
        return int(self.path.rpartition("/")[2].partition(".")[0])

    def is_whole(self, tenant_folder: Path) -> bool:
        """Whether the file is there and is the one that was written."""
        path = tenant_folder / self.path
        return path.is_file() and file_hash(path) == self.sha256


@dataclass(frozen=True, slots=True)
class Unit:
    """What a resumed scan need not read again."""

    parts: tuple[Part, ...]
    meta: dict[str, Any]
    """What the collector wants to know of it: ids, counts and codes."""

    @property
    def document(self) -> Document:
        """The unit as JSON data."""
        parts = [{"path": part.path, "sha256": part.sha256, "rows": part.rows} for part in self.parts]
        return {"parts": parts, "meta": self.meta}

    @classmethod
    def of(cls, entry: Entry) -> "Unit":
        """Return the unit that a line of the journal describes."""
        return cls(tuple(Part(**part) for part in entry["parts"]), entry["meta"])


@dataclass(frozen=True, slots=True)
class FinishedTable:
    """A table that is read, or that cannot be."""

    coverage: Coverage
    events: Mapping[str, EventFile] = field(default_factory=dict)
    """Of a log: its file by day."""

    @property
    def document(self) -> Document:
        """The table's end as JSON data."""
        events = {day: {"path": file.path, "sha256": file.sha256} for day, file in self.events.items()}
        return {"coverage": coverage_document(self.coverage), "events": events}

    @classmethod
    def of(cls, entry: Entry) -> "FinishedTable":
        """Return the table's end that a line of the journal describes."""
        events = {day: EventFile(**file) for day, file in entry["events"].items()}
        return cls(coverage_of(entry["coverage"]), events)


@dataclass(frozen=True, slots=True)
class Header:
    """What a scan is, fixed when it begins; the first line of its journal."""

    scan_id: str
    tenant_id: str
    started_at: datetime
    schema: str
    key: str
    """Id of the tenant key."""
    only: tuple[str, ...] | None
    settings: str = ""
    """What else must be the same for the scan to be continued, as the caller knows it: a hash."""

    @property
    def is_import(self) -> bool:
        """Whether it is made of imported files, and not by asking the tenant."""
        return self.only == (IMPORT,)

    @property
    def document(self) -> Document:
        """The header as JSON data."""
        return {
            "event": "begun",
            "scan_id": self.scan_id,
            "tenant_id": self.tenant_id,
            "started_at": self.started_at.isoformat(),
            "schema": self.schema,
            "key": self.key,
            "only": None if self.only is None else list(self.only),
            "settings": self.settings,
        }

    @classmethod
    def of(cls, entry: Entry) -> "Header":
        """Return the header that the first line of a journal describes."""
        only = entry["only"]
        return cls(
            entry["scan_id"],
            entry["tenant_id"],
            datetime.fromisoformat(entry["started_at"]),
            entry["schema"],
            entry["key"],
            None if only is None else tuple(only),
            entry.get("settings", ""),
        )


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An interrupted scan."""

    header: Header
    units: Mapping[str, Sequence[Unit]]
    """By table, up to the first one whose bytes are not what the journal says."""
    tables: Mapping[str, FinishedTable]


def unfinished_scan(tenant_folder: Path) -> Path | None:
    """Return the folder of the newest scan if it is unfinished; an older one is never continued."""
    folders = scan_folders(tenant_folder)
    if not folders or (folders[-1] / MANIFEST_FILE).exists():
        return None
    return folders[-1]


def read_unfinished(tenant_folder: Path, scan_folder: Path) -> Unfinished | None:
    """Return what an interrupted scan had finished, None when it had not even begun its journal.

    Raises:
        Truncated: The journal is damaged.
    """
    entries = read_journal(scan_folder)
    if not entries:
        return None
    try:
        return _interpreted(entries, lambda part: part.is_whole(tenant_folder), scan_folder.name)
    except (KeyError, TypeError, ValueError):
        raise Truncated(f"The journal of {scan_folder} is damaged: scan again without --resume.") from None


def _interpreted(entries: Sequence[Entry], is_whole: Callable[[Part], bool], scan_id: str) -> Unfinished:
    units: dict[str, list[Unit]] = {}
    tables: dict[str, FinishedTable] = {}
    for entry in entries[1:]:
        if entry["event"] == "unit":
            units.setdefault(entry["table"], []).append(Unit.of(entry))
        elif entry["event"] == "table":
            tables[entry["table"]] = FinishedTable.of(entry)
    return Unfinished(
        Header.of(entries[0]),
        {
            name: list(takewhile(lambda unit: all(map(is_whole, unit.parts)), of_table))
            for name, of_table in units.items()
            if name not in tables
        },
        {name: table for name, table in tables.items() if all(map(is_whole, _parts(table, scan_id)))},
    )


def _parts(table: FinishedTable, scan_id: str) -> list[Part]:
    """Return the files that the table may judge, days of earlier scans included, and those that this scan wrote."""
    own = {file.path: file.sha256 for file in table.events.values() if scan_id in file.path}
    return [Part(path, sha256, 0) for path, sha256 in {**table.coverage.parts, **own}.items()]
