"""The nouns of judging: what a check needs, what it finds, how a finding is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from scanner.snapshot.ledger import TableState

OBJECT_ID: Final = "object_id"
OBJECT_NAME: Final = "object_name"


class Severity(StrEnum):
    """How bad a failure is; the order of declaration is the order of urgency."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    def at_least(self, other: "Severity") -> bool:
        """Whether this is as severe as `other`, or more."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


class Verdict(StrEnum):
    """What the engine says of a check."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    NOT_ASSESSED = "not_assessed"
    NOT_APPLICABLE = "not_applicable"
    ATTESTED = "attested"


class EvidenceKind(StrEnum):
    """What a column of evidence is for."""

    IDENTITY = "identity"
    """Part of what makes it the same finding."""
    CONDITION = "condition"
    """The state that was judged: a change lapses a waiver."""
    VOLATILE = "volatile"
    """Helps a reader; changes by itself (dates, counts)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something a check needs was not read. Never rows, never empty."""

    need: str
    """Table, `table.column_group`, name of a derived input, or `profile.statement` for what the firm did not state."""
    state: TableState
    reason: str
    """Code from the ledger."""
    mend: str = ""
    """Code from the ledger that says what would mend it."""
    objects: int | None = None
    """How many objects are missing where the table was partly read."""


@dataclass(frozen=True, slots=True)
class TrustedForwarding:
    """A forward the firm knows of and approved (`[[tenants.x.trusted_forwarding]]`)."""

    source: str
    target: str
    reason: str
    approved_by: str
    until: date


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits a tenant may set."""

    stale_days: int = 90
    link_max_days: int = 30


@dataclass(frozen=True, slots=True)
class Profile:
    """What a check may know besides the snapshot: the firm's own statements and the time."""

    as_of: datetime
    """UTC; the manifest's finish time unless the user gave another."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    break_glass: tuple[str, ...] = ()
    """User principal names, lower case."""
    leavers: Mapping[str, date] | None = None
    """User principal name (lower case) to last day; None when the firm gave no list."""
    firm_size: int | None = None
    office_locations: tuple[str, ...] = ()
    mfa_trusted_ips: tuple[str, ...] | None = None
    trusted_forwarding: tuple[TrustedForwarding, ...] = ()
    attestations: Mapping[str, str] = field(default_factory=dict)
    """Check id to the reference of what the firm attested."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check says. Failures and unknown are disjoint subsets of the population; the rest passed.

    `population` is the frame of every object judged, with at least `object_id` (unique) and
    `object_name`. `failures` and `unknown` are frames with the same two columns plus the
    check's declared evidence columns.
    """

    population: pd.DataFrame
    failures: pd.DataFrame
    unknown: pd.DataFrame
    gaps: Sequence[Gap] = ()
    not_applicable: str = ""
    """A reason (English source text) when the question does not arise in this tenant."""
    note: str = ""
    """What a reader must know beside the verdict, whatever it is: English source texts, a line each.

    A line may end in a colon and a number, which are no part of the text.
    """
    exhibit: Mapping[str, Any] | None = None
    """What the check shows besides its verdict: plain JSON in a fixed order. It decides nothing."""


def object_id(*parts: str) -> str:
    """Return the canonical id of an object: percent-encoded parts joined with `/`, parent first."""
    return "/".join(quote(part, safe="") for part in parts)
