"""Turns a fresh evaluation into what is kept of it."""

from datetime import datetime

from checks.model import EvidenceKind
from checks.results import CheckResult, Evaluation, Row
from scanner.snapshot.ledger import TableState
from scanner.snapshot.manifest import Manifest
from store.judged import Judged, JudgedCheck, JudgedObject
from store.portfolio import CheckCount, ScanCounts

_AS_ASKED = frozenset({TableState.COMPLETE, TableState.SKIPPED})


def judged_of(evaluation: Evaluation, manifest: Manifest, judged_at: datetime) -> Judged:
    """Return what is kept of an evaluation.

    Args:
        evaluation: What the checks said.
        manifest: Of the scan that was judged.
        judged_at: UTC.
    """
    return Judged(
        evaluation_id=evaluation.id,
        tenant_id=evaluation.tenant_id,
        scan_id=manifest.scan_id,
        finished_at=manifest.finished_at,
        as_of=evaluation.as_of,
        judged_at=judged_at,
        catalogue_version=evaluation.catalogue_version,
        profile_hash=evaluation.profile_hash,
        snapshot_hash=evaluation.snapshot_hash,
        whole=manifest.only is None,
        coverage_complete=_coverage_complete(manifest),
        checks=tuple(_check(result) for result in evaluation.results),
    )


def counts_of(judged: Judged) -> ScanCounts:
    """Return the counts of an evaluation, without a name."""
    return ScanCounts(
        tenant_id=judged.tenant_id,
        scan_id=judged.scan_id,
        finished_at=judged.finished_at,
        evaluation_id=judged.evaluation_id,
        catalogue_version=judged.catalogue_version,
        whole=judged.whole,
        coverage_complete=judged.coverage_complete,
        checks=tuple(
            CheckCount(
                check_id=check.check_id,
                status=check.verdict.value,
                severity=check.severity.value,
                assessed=check.assessed,
                failing=len(check.failing),
                unknown=len(check.unknown),
                at_least=check.at_least,
            )
            for check in judged.checks
        ),
    )


def _coverage_complete(manifest: Manifest) -> bool:
    states = [table.state for table in manifest.tables.values()]
    states += [group.state for table in manifest.tables.values() for group in table.groups.values()]
    return _AS_ASKED.issuperset(states)


def _check(result: CheckResult) -> JudgedCheck:
    conditions = {name for name, kind in result.check.evidence.items() if kind is EvidenceKind.CONDITION}
    undecided = {row.object_id for row in (*result.failing, *result.unknown)}
    return JudgedCheck(
        check_id=result.check.id,
        title=result.check.title,
        severity=result.check.severity,
        object_type=result.check.object_type,
        verdict=result.verdict,
        assessed=result.assessed,
        at_least=result.at_least,
        reason=result.reason,
        note=result.note,
        gaps=result.gaps,
        failing=tuple(_object(row, conditions) for row in result.failing),
        unknown=tuple(_object(row, conditions) for row in result.unknown),
        passed=frozenset(result.population) - undecided,
    )


def _object(row: Row, conditions: set[str]) -> JudgedObject:
    condition = {name: value for name, value in row.evidence.items() if name in conditions}
    return JudgedObject(row.object_id, row.object_name, dict(row.evidence), condition)
