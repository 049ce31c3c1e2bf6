"""What judging gives: one evaluation, one result per check, one row per object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.model import Gap, Verdict
from checks.registry import Check

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Row:
    """One object that fails, or that could not be judged."""

    object_id: str
    object_name: str
    evidence: Mapping[str, Json]
    """The check's evidence columns, in declared order; timestamps as ISO 8601 text in UTC."""
    fingerprint: str
    """Identity over time: tenant, check, object."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What an evaluation says of one check."""

    check: Check
    verdict: Verdict
    population: tuple[str, ...] = ()
    """Ids of every object that was judged, sorted. Empty when an input was missing."""
    failing: tuple[Row, ...] = ()
    unknown: tuple[Row, ...] = ()
    gaps: tuple[Gap, ...] = ()
    reason: str = ""
    """English: why not assessed or not applicable, or what to know beside the verdict."""
    note: str = ""
    """The part of `reason` that comes from the check itself: a source text that can be translated."""
    exhibit: Mapping[str, Json] | None = None
    """What the check shows besides its verdict: plain JSON, no part of any fingerprint."""

    @property
    def assessed(self) -> int:
        """How many objects were looked at, those that stayed unknown included."""
        return len(self.population)

    @property
    def at_least(self) -> bool:
        """Whether more objects may fail than are listed."""
        return self.verdict is Verdict.FAIL and bool(self.gaps or self.unknown)

    @property
    def complete(self) -> bool:
        """Whether everything the check needs was read: only then is an absent object gone, or a finding fixed."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A snapshot judged once: same id, same results."""

    id: str
    tenant_id: str
    organization_id: str
    organization_name: str
    snapshot_hash: str
    purge_record: str
    catalogue_version: str
    profile_hash: str
    as_of: datetime
    results: tuple[CheckResult, ...]
    """In order of check id."""
