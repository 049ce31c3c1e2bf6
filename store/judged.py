"""What one evaluation found, as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checks.model import Gap, Severity, Verdict

FindingKey = tuple[str, str]
"""Check id and canonical object id; with the tenant's id this is what makes it the same finding next week."""


@dataclass(frozen=True, slots=True)
class JudgedObject:
    """An object that failed, or of which it is unknown whether it does."""

    object_id: str
    object_name: str
    evidence: Mapping[str, object] = field(default_factory=dict)
    """JSON values by evidence column."""
    condition: Mapping[str, object] = field(default_factory=dict)
    """The evidence columns that are a *condition*: another value lapses a waiver."""


@dataclass(frozen=True, slots=True)
class JudgedCheck:
    """One check's result."""

    check_id: str
    title: str
    """English source text."""
    severity: Severity
    object_type: str
    verdict: Verdict
    assessed: int
    """Objects looked at, those that stayed unknown included; 0 when an input was missing."""
    at_least: bool
    """There may be more failures than were seen."""
    reason: str
    """Everything there is to say beside the verdict, in English, gaps included."""
    note: str = ""
    """The part of it that comes from the check itself: English source text, to be translated."""
    gaps: tuple[Gap, ...] = ()
    failing: tuple[JudgedObject, ...] = ()
    unknown: tuple[JudgedObject, ...] = ()
    passed: frozenset[str] = frozenset()
    """Ids of the objects that were judged and neither failed nor are unknown."""
    exhibit: Mapping[str, Any] | None = None
    """Plain JSON that the check shows besides its verdict; it decides nothing."""

    @property
    def assessed_completely(self) -> bool:
        """Whether it was assessed and everything it needs was read: an object that is absent then is gone."""
        return self.verdict in {Verdict.PASS, Verdict.FAIL} and not self.gaps


@dataclass(frozen=True, slots=True)
class Judged:
    """One evaluation of one scan."""

    evaluation_id: str
    tenant_id: str
    scan_id: str
    finished_at: datetime
    """When the scan finished, UTC."""
    as_of: datetime
    """The moment it was judged for, UTC."""
    judged_at: datetime
    """When it was stored, UTC."""
    catalogue_version: str
    profile_hash: str
    statement_hash: str
    """Of the profile without the moment: two scans judged under the same statements of the firm have the same."""
    snapshot_hash: str
    whole: bool
    """False for a scan of chosen areas, which never becomes the latest."""
    coverage_complete: bool
    """Whether every table and column group that was asked for was read completely."""
    checks: tuple[JudgedCheck, ...]
