"""The coverage ledger: what was read of each table, and what was not."""

from dataclasses import dataclass, field
from enum import StrEnum


class TableState(StrEnum):
    """How a table, or a column group of one, was read."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Some objects or pages are missing; the rows that are there are true."""
    DENIED = "denied"
    UNLICENSED = "unlicensed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not asked for: its consent pack is off, or this source cannot give it."""
    PURGED = "purged"
    """Was read, then removed on time; only purge.jsonl gives this state."""

    @property
    def delivers_rows(self) -> bool:
        """Whether rows of a table in this state may be judged."""
        return self in {TableState.COMPLETE, TableState.PARTIAL}


class Basis(StrEnum):
    """Whether a scan read everything or continued from the one before."""

    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """State of one column group, or of one kind of rows that is read apart."""

    state: TableState
    reason: str = ""
    """A code such as `Authentication_RequestFromNonPremiumTenantOrB2CTenant`; never a message."""
    mend: str = ""
    """What would mend it, as a code: `grant:AuditLog.Read.All`, `license:AAD_PREMIUM`, `rescan`, `pack:files`."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One table's line in the ledger. Ids, counts and codes only, never names."""

    state: TableState
    basis: Basis = Basis.FULL
    last_full: str | None = None
    """Id of the scan that last read everything (this one's when `basis` is full)."""
    rows: int = 0
    objects_expected: int | None = None
    """Mailboxes, drives: things the table is read per; None where it is read in one listing."""
    objects_read: int | None = None
    objects_failed: int | None = None
    reason: str = ""
    mend: str = ""
    requests: int = 0
    throttled: int = 0
    seconds: float = 0.0
    endpoints: tuple[str, ...] = ()
    """Path templates without values, e.g. `v1.0/users/{id}/mailFolders/inbox/messageRules`."""
    groups: dict[str, GroupCoverage] = field(default_factory=dict)
    """Column groups and kinds of rows that were *not* read with the table; an absent one shares the table's state."""
    parts: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each part, by path relative to the tenant's folder; of an event table every file it may judge."""


def left_out(entry: Coverage | GroupCoverage) -> bool:
    """Tell whether nobody asked for it: its consent pack is off, or other areas were chosen.

    What this source cannot give is not left out: it was wanted, and no scan through it will bring it.
    """
    return entry.state is TableState.SKIPPED and (entry.mend == "rescan" or entry.mend.startswith("pack:"))
