"""What a viewer may know of what was judged: every query takes the viewer and returns only their data classes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from checks.identity import fingerprint
from checks.model import Gap, Severity, Verdict
from store.decided import FindingWork, Waiver, WorkStatus
from store.judged import FindingKey, Judged, JudgedCheck, JudgedObject
from store.lifecycle import FindingState, Ledger, Tracked, WaiverState, waiver_state
from store.portfolio import Portfolio, ScanCounts
from store.schema import column_class, evidence_class, name_class
from store.viewer import Viewer


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check's result: settings and counts, so every role may see it."""

    check_id: str
    title: str
    severity: Severity
    object_type: str
    verdict: Verdict
    assessed: int
    failing: int
    unknown: int
    at_least: bool
    note: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One object that fails, may fail, or was fixed. None is *not for this viewer*."""

    check_id: str
    severity: Severity
    object_type: str
    state: FindingState | None
    """None where it is unknown whether the object fails."""
    failing: bool
    """Whether it fails, as far as anybody knows; False for what is gone and for what is unknown."""
    first_seen: str | None
    """Id of the scan that saw it first."""
    last_seen: str | None
    """Id of the last scan that saw it failing."""
    waiver: WaiverState | None
    work: WorkStatus | None
    fingerprint: str | None
    object_id: str | None
    object_name: str | None
    evidence: Mapping[str, object]
    """The columns of evidence that the viewer may see."""

    @property
    def is_open(self) -> bool:
        """Whether someone should look at it."""
        return self.failing and self.waiver is not WaiverState.IN_FORCE


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about one tenant's findings."""

    waivers: tuple[Waiver, ...] = ()
    work: tuple[FindingWork, ...] = ()


def check_rows(viewer: Viewer, judged: Judged) -> list[CheckRow]:
    """Return every check's result, by id.

    Raises:
        NotAllowed: The tenant is not the viewer's.
    """
    viewer.require(judged.tenant_id)
    return [
        CheckRow(
            check_id=check.check_id,
            title=check.title,
            severity=check.severity,
            object_type=check.object_type,
            verdict=check.verdict,
            assessed=check.assessed,
            failing=len(check.failing),
            unknown=len(check.unknown),
            at_least=check.at_least,
            note=check.note,
            gaps=check.gaps,
        )
        for check in sorted(judged.checks, key=lambda check: check.check_id)
    ]


def finding_rows(viewer: Viewer, judged: Judged, ledger: Ledger, decided: Decided, today: date) -> list[FindingRow]:
    """Return every failing or unknown object, and every finding of the past that is not failing now.

    Args:
        viewer: Who asks.
        judged: The latest evaluation.
        ledger: What became of each finding, up to `judged`.
        decided: What people decided.
        today: Decides which waivers are in force.

    Raises:
        NotAllowed: The tenant is not the viewer's.
    """
    viewer.require(judged.tenant_id)
    waivers = {(waiver.check_id, waiver.object_id): waiver for waiver in decided.waivers}
    work = {(entry.check_id, entry.object_id): entry for entry in decided.work}
    rows = _Rows(viewer, judged.tenant_id, ledger, waivers, work, today)
    found = [row for check in judged.checks for row in rows.of(check)]
    seen = {(check.check_id, o.object_id) for check in judged.checks for o in (*check.failing, *check.unknown)}
    by_id = {check.check_id: check for check in judged.checks}
    past = [
        rows.past(by_id[tracked.check_id], tracked)
        for key, tracked in sorted(ledger.items())
        if key not in seen and tracked.check_id in by_id and _worth_showing(tracked, judged)
    ]
    return [*found, *past]


def _worth_showing(tracked: Tracked, judged: Judged) -> bool:
    """Whether a finding that is not failing now still says something: open for want of proof, or ended just now."""
    return tracked.failing or tracked.changed_in == judged.scan_id


@dataclass(frozen=True, slots=True)
class _Rows:
    viewer: Viewer
    tenant_id: str
    ledger: Ledger
    waivers: Mapping[FindingKey, Waiver]
    work: Mapping[FindingKey, FindingWork]
    today: date

    def of(self, check: JudgedCheck) -> Iterator[FindingRow]:
        for found in check.failing:
            tracked = self.ledger.get((check.check_id, found.object_id))
            yield self._row(check, found, tracked, tracked.state if tracked else FindingState.NEW)
        for found in check.unknown:
            tracked = self.ledger.get((check.check_id, found.object_id))
            yield self._row(check, found, tracked, tracked.state if tracked and tracked.failing else None)

    def past(self, check: JudgedCheck, tracked: Tracked) -> FindingRow:
        row = self._row(check, JudgedObject(tracked.object_id, tracked.object_name), tracked, tracked.state)
        # Without evidence of today nobody can say whether what was accepted is what is there.
        return replace(row, failing=tracked.failing, waiver=None)

    def _row(
        self, check: JudgedCheck, found: JudgedObject, tracked: Tracked | None, state: FindingState | None
    ) -> FindingRow:
        sees, key = self.viewer.sees, (check.check_id, found.object_id)
        named = sees(column_class("object_id"))
        waiver, work = self.waivers.get(key), self.work.get(key)
        return FindingRow(
            check_id=check.check_id,
            severity=check.severity,
            object_type=check.object_type,
            state=state,
            failing=state is not None,
            first_seen=tracked.first_seen if tracked else None,
            last_seen=tracked.last_seen if tracked else None,
            waiver=waiver_state(waiver, found, self.today) if waiver else None,
            work=work.status if work else None,
            fingerprint=fingerprint(self.tenant_id, *key) if named else None,
            object_id=found.object_id if named else None,
            object_name=found.object_name if sees(name_class(check.object_type)) else None,
            evidence={name: value for name, value in found.evidence.items() if sees(evidence_class(name))},
        )


def portfolio_rows(viewer: Viewer, portfolio: Portfolio) -> list[ScanCounts]:
    """Return the newest counts of every scanned tenant of the viewer, by tenant id."""
    tenants = [tenant_id for tenant_id in portfolio.tenant_ids() if viewer.may_ask_for(tenant_id)]
    return [scan for tenant_id in tenants if (scan := portfolio.latest(tenant_id)) is not None]
