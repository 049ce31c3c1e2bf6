"""The manifest: the last file a scan writes, and what makes it a finished one."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from scanner.snapshot.errors import Changed, NewerSchema, NoSnapshot, SnapshotError, Truncated
from scanner.snapshot.ledger import Basis, Coverage, GroupCoverage, TableState
from scanner.snapshot.tables import SCHEMA_VERSION

MANIFEST_FILE: Final = "manifest.json"
SCANS: Final = "scans"
IMPORT: Final = "import"
"""The one area of a scan that was made of imported files."""

_SEAL: Final = "seal"
_SCAN_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]+")

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventFile:
    """One day of a log."""

    path: str
    """Relative to the tenant's folder, with `/`."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished scan read. Ids, counts and codes only, never names."""

    scan_id: str
    """Name of the scan's folder; sorts by time."""
    tenant_id: str
    organization_id: str
    started_at: datetime
    finished_at: datetime
    scanner: str
    """Version of the product that wrote it."""
    key: str
    """Id of the tenant key it was written with."""
    schema: str = SCHEMA_VERSION
    only: tuple[str, ...] | None = None
    """Areas, when the scan was asked for some only; such a scan never is the latest."""
    tables: dict[str, Coverage] = field(default_factory=dict)
    events: dict[str, dict[str, EventFile]] = field(default_factory=dict)
    """Files of each log by day (ISO date), also of logs that this scan could not read: the next scan continues them."""

    @property
    def is_import(self) -> bool:
        """Whether it was made of imported files, and not by asking the tenant."""
        return self.only == (IMPORT,)

    @property
    def basis(self) -> Basis:
        """Whether any table continued from the scan before."""
        incremental = any(coverage.basis is Basis.INCREMENTAL for coverage in self.tables.values())
        return Basis.INCREMENTAL if incremental else Basis.FULL

    @property
    def document(self) -> Document:
        """The manifest as JSON data, without its seal."""
        return {
            **asdict(self),
            "basis": self.basis,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "tables": {name: coverage_document(coverage) for name, coverage in self.tables.items()},
        }

    @property
    def canonical(self) -> bytes:
        """The one byte string that stands for the manifest; what its seal and the snapshot hash cover."""
        return canonical(self.document)

    @property
    def snapshot_hash(self) -> str:
        """SHA-256 of the canonical manifest, 64 hex digits."""
        return hash_of(self.document)

    @classmethod
    def of(cls, document: Document) -> "Manifest":
        """Return the manifest that `document` describes; what a newer minor schema added is left out."""
        known = {f.name for f in fields(cls)}
        only = document.get("only")
        events = document.get("events", {})
        return cls(
            **{name: value for name, value in document.items() if name in known}
            | {
                "started_at": datetime.fromisoformat(document["started_at"]),
                "finished_at": datetime.fromisoformat(document["finished_at"]),
                "only": None if only is None else tuple(only),
                "tables": {name: coverage_of(entry) for name, entry in document["tables"].items()},
                "events": {
                    table: {day: EventFile(**file) for day, file in days.items()} for table, days in events.items()
                },
            }
        )


def coverage_document(coverage: Coverage) -> Document:
    """Return a ledger line as JSON data."""
    return {**asdict(coverage), "endpoints": list(coverage.endpoints)}


def coverage_of(document: Mapping[str, Any]) -> Coverage:
    """Return the ledger line that `document` describes; what a newer minor schema added is left out."""
    known = {f.name for f in fields(Coverage)}
    return Coverage(
        **{name: value for name, value in document.items() if name in known}
        | {
            "state": TableState(document["state"]),
            "basis": Basis(document.get("basis", Basis.FULL)),
            "endpoints": tuple(document.get("endpoints", ())),
            "groups": {name: _group_of(group) for name, group in document.get("groups", {}).items()},
            "parts": dict(document.get("parts", {})),
        }
    )


def _group_of(document: Mapping[str, Any]) -> GroupCoverage:
    return GroupCoverage(TableState(document["state"]), document.get("reason", ""), document.get("mend", ""))


def canonical(document: Document) -> bytes:
    """Return the one byte string that stands for `document`."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def hash_of(document: Document) -> str:
    """Return the snapshot hash of a manifest's document."""
    return hashlib.sha256(canonical(_unsealed(document))).hexdigest()


def sealed(document: Document, seal: str) -> bytes:
    """Return the content of a manifest file."""
    return canonical({**_unsealed(document), _SEAL: seal}) + b"\n"


def seal_of(document: Document) -> str:
    """Return the seal that a manifest file carries, "" when it has none."""
    return str(document.get(_SEAL, ""))


def what_is_sealed(document: Document) -> bytes:
    """Return the bytes that the seal of a manifest covers."""
    return canonical(_unsealed(document))


def _unsealed(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != _SEAL}


def read_document(scan_folder: Path) -> Document:
    """Return the JSON data of a finished scan's manifest, its schema being one that can be read.

    Raises:
        NoSnapshot: The scan is unfinished, or this is no scan.
        Truncated: The manifest is cut short.
        NewerSchema: A newer release wrote it.
    """
    path = scan_folder / MANIFEST_FILE
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise NoSnapshot(f"{scan_folder} holds no finished scan: choose another, or scan again.") from None
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read ({error.strerror}): make it readable for this user.") from None
    except ValueError:
        raise Truncated(f"{path} is cut short or damaged: put it back from a backup, or scan again.") from None
    if not isinstance(document, dict) or not isinstance(document.get("schema"), str):
        raise Changed(f"{path} is no manifest: put it back from a backup, or scan again.")
    _require_readable_schema(path, document["schema"])
    return document


def _require_readable_schema(path: Path, schema: str) -> None:
    major, ours = schema.partition(".")[0], SCHEMA_VERSION.partition(".")[0]
    if not major.isdecimal():
        raise Changed(f"{path} is no manifest: put it back from a backup, or scan again.")
    if int(major) > int(ours):
        raise NewerSchema(f"{path} has schema {schema} and this release reads {ours}.x: update m365-posture.")


def read_manifest(scan_folder: Path) -> Manifest:
    """Return the manifest of a finished scan, its seal not checked.

    Raises:
        NoSnapshot, Truncated, NewerSchema: As `read_document`.
        Changed: It is no manifest.
    """
    document = read_document(scan_folder)
    try:
        return Manifest.of(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        path = scan_folder / MANIFEST_FILE
        raise Changed(f"{path} is not as it was written: put it back from a backup, or scan again.") from None


def scan_folders(tenant_folder: Path) -> list[Path]:
    """Return the folders of a tenant's scans, finished or not, oldest first; a folder with another name is no scan."""
    folder = tenant_folder / SCANS
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.is_dir() and _SCAN_ID.fullmatch(path.name))


def finished_scans(tenant_folder: Path) -> list[Path]:
    """Return the folders of a tenant's finished scans, oldest first, `--only` scans included."""
    return [path for path in scan_folders(tenant_folder) if (path / MANIFEST_FILE).is_file()]


def newest_finished(tenant_folder: Path) -> Path | None:
    """Return the folder of the newest finished scan of everything, None before the first.

    Raises:
        SnapshotError: A newer scan's manifest cannot be read.
    """
    newest_first = reversed(finished_scans(tenant_folder))
    return next((path for path in newest_first if read_manifest(path).only is None), None)
