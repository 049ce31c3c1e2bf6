"""What became of each finding from scan to scan.

::

    new ──► open ──► fixed            only where the check was assessed with complete coverage
             │  ▲
             ▼  │
        not seen since                not reported, and not proven fixed: it stays open
    rule changed                      the catalogue changed between the two evaluations, so nobody can say
                                      whether the tenant did
    statement changed                 the same, where what the firm states about itself changed: thresholds,
                                      emergency accounts, forwarding that it trusts
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from store.decided import Waiver
from store.judged import FindingKey, Judged, JudgedCheck, JudgedObject


class FindingState(StrEnum):
    """Where a finding stands after a scan."""

    NEW = "new"
    OPEN = "open"
    NOT_SEEN_SINCE = "not_seen_since"
    FIXED = "fixed"
    RULE_CHANGED = "rule_changed"
    STATEMENT_CHANGED = "statement_changed"


class WaiverState(StrEnum):
    """Whether a waiver counts."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    """What was accepted is no longer what is there."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """One finding's history."""

    check_id: str
    object_id: str
    object_name: str
    """As last seen."""
    state: FindingState
    failing: bool
    """Whether it counts as open: a changed rule or statement can end either way."""
    first_seen: str
    """Id of the scan that saw it first, since it was last fixed."""
    last_seen: str
    """Id of the last scan that saw it failing."""
    changed_in: str
    """Id of the scan that gave it its state."""


Ledger = Mapping[FindingKey, Tracked]


def history(evaluations: Iterable[Judged]) -> Ledger:
    """Return what became of every finding.

    Args:
        evaluations: Oldest scan first; of one scan, oldest evaluation first. Scans of chosen
            areas are passed over.
    """
    ledger: Ledger = {}
    previous: Judged | None = None
    for judged in evaluations:
        if judged.whole:
            ledger = advance(ledger, previous, judged)
            previous = judged
    return ledger


def advance(ledger: Ledger, previous: Judged | None, judged: Judged) -> dict[FindingKey, Tracked]:
    """Return the ledger after one more evaluation.

    Args:
        ledger: After `previous`; empty before the first.
        previous: The evaluation before, None at the first.
        judged: The evaluation to add.
    """
    yardstick = _yardstick(previous, judged)
    after: dict[FindingKey, Tracked] = {}
    results = {check.check_id: check for check in judged.checks}
    unknown = {(check.check_id, found.object_id) for check in judged.checks for found in check.unknown}
    for check in judged.checks:
        for found in check.failing:
            key = (check.check_id, found.object_id)
            after[key] = _seen(ledger.get(key), check, found, judged.scan_id, yardstick)
    for key, tracked in ledger.items():
        if key not in after:
            after[key] = (
                _not_seen(tracked, judged.scan_id)
                if key in unknown
                else _unseen(tracked, results.get(tracked.check_id), judged.scan_id, yardstick)
            )
    return after


def _yardstick(previous: Judged | None, judged: Judged) -> FindingState | None:
    """Return what changed between two evaluations besides the tenant, None when nothing did."""
    if previous is None:
        return None
    if previous.catalogue_version != judged.catalogue_version:
        return FindingState.RULE_CHANGED
    return FindingState.STATEMENT_CHANGED if previous.statement_hash != judged.statement_hash else None


def _seen(
    tracked: Tracked | None, check: JudgedCheck, found: JudgedObject, scan_id: str, yardstick: FindingState | None
) -> Tracked:
    if tracked is not None and tracked.failing:
        changed_in = tracked.changed_in if tracked.state is FindingState.OPEN else scan_id
        return replace(
            tracked,
            object_name=found.object_name,
            state=FindingState.OPEN,
            last_seen=scan_id,
            changed_in=changed_in,
        )
    return Tracked(
        check_id=check.check_id,
        object_id=found.object_id,
        object_name=found.object_name,
        state=yardstick or FindingState.NEW,
        failing=True,
        first_seen=scan_id,
        last_seen=scan_id,
        changed_in=scan_id,
    )


def _unseen(tracked: Tracked, check: JudgedCheck | None, scan_id: str, yardstick: FindingState | None) -> Tracked:
    if not tracked.failing:
        return tracked
    if check is None or not check.assessed_completely:
        # A check that left the catalogue says nothing of the tenant either, but nobody can mend it any more.
        if check is None and yardstick is FindingState.RULE_CHANGED:
            return replace(tracked, state=yardstick, failing=False, changed_in=scan_id)
        return _not_seen(tracked, scan_id)
    # Complete coverage: an object outside the population is gone, or no longer what the check is about.
    return replace(tracked, state=yardstick or FindingState.FIXED, failing=False, changed_in=scan_id)


def _not_seen(tracked: Tracked, scan_id: str) -> Tracked:
    if tracked.state is FindingState.NOT_SEEN_SINCE or not tracked.failing:
        return tracked
    return replace(tracked, state=FindingState.NOT_SEEN_SINCE, changed_in=scan_id)


def waiver_state(waiver: Waiver, found: JudgedObject, today: date) -> WaiverState:
    """Return whether a waiver counts for what is there now."""
    if dict(waiver.condition) != dict(found.condition):
        return WaiverState.LAPSED
    return WaiverState.IN_FORCE if today <= waiver.until else WaiverState.EXPIRED
