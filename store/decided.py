"""The nouns of what people decide about a tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class WorkStatus(StrEnum):
    """What people are doing about a finding; never what the scanner saw."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    """Said to be done: only the next scan can say *fixed*."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A failure that the firm accepts, as it was judged on the day of the decision."""

    check_id: str
    object_id: str
    reason: str
    approved_by: str
    decided_at: datetime
    until: date
    """Last day on which it counts."""
    condition: Mapping[str, object]
    """The *condition* columns of the evidence when it was decided; another value lapses the waiver."""


@dataclass(frozen=True, slots=True)
class FindingWork:
    """The work on one finding."""

    check_id: str
    object_id: str
    status: WorkStatus
    note: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the firm answers to one question of the insurer."""

    question_id: str
    answer: str
    covered_elsewhere: str
    """A control outside Microsoft 365 that covers it; stated here, never in a verdict."""
    answered_by: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Attestation:
    """What the firm vouches for because no scan can see it."""

    check_id: str
    reference: str
    attested_by: str
    attested_at: datetime
    until: date


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit trail."""

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, object]
