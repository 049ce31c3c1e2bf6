"""Turns a fresh evaluation into what is kept of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from checks.model import EvidenceKind, Profile
from checks.results import CheckResult, Evaluation, Row
from checks.versions import profile_hash
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState, left_out
from scanner.snapshot.manifest import Manifest
from store.judged import Judged, JudgedCheck, JudgedObject
from store.portfolio import CheckCount, ScanCounts

_NO_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)


def statement_hash(profile: Profile) -> str:
    """Return the hash of what the firm states about itself, whatever the moment judged for."""
    return profile_hash(replace(profile, as_of=_NO_MOMENT))


def judged_of(evaluation: Evaluation, profile: Profile, manifest: Manifest, judged_at: datetime) -> Judged:
    """Return what is kept of an evaluation.

    Args:
        evaluation: What the checks said.
        profile: What it was judged under.
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
        statement_hash=statement_hash(profile),
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
    entries: list[Coverage | GroupCoverage] = [*manifest.tables.values()]
    entries += [group for table in manifest.tables.values() for group in table.groups.values()]
    return all(entry.state is TableState.COMPLETE or left_out(entry) for entry in entries)


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
        exhibit=result.exhibit,
    )


def _object(row: Row, conditions: set[str]) -> JudgedObject:
    condition = {name: value for name, value in row.evidence.items() if name in conditions}
    return JudgedObject(row.object_id, row.object_name, dict(row.evidence), condition)
