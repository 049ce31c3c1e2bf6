"""What became of the rows of imported files."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Skipped(StrEnum):
    """Why a record is not among the rows that were kept."""

    NO_ID = "no_id"
    """Nothing says which sign-in it is, so it cannot be told from another one."""
    NO_TIME = "no_time"
    TOO_OLD = "too_old"
    """Older than the log is kept."""
    TOO_NEW = "too_new"
    """Dated in the future, so nobody knows when it was."""
    OTHER_TENANT = "other_tenant"
    """It says that it is of another tenant than the one it was imported for."""
    OTHER_EVENT = "other_event"
    """Of a known log, and neither a sign-in nor a change of a mailbox."""
    UNKNOWN = "unknown"
    """No record of a known log, or no record at all."""


@dataclass(slots=True)
class Tally:
    """Counts of one import."""

    records: int = 0
    """Records in the files."""
    sign_ins: int = 0
    """Of these, sign-ins that can be kept."""
    mailbox_changes: int = 0
    skipped: Counter[Skipped] = field(default_factory=Counter)
    malformed: Counter[str] = field(default_factory=Counter)
    """By column: values that fit no way; the rows were kept without them."""
