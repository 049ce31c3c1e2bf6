"""Judging a snapshot: inputs in, verdicts out. No clock, no network, no files of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd

from checks import reasons, versions
from checks.frame import records
from checks.frameworks import Mode
from checks.identity import fingerprint
from checks.inputs import Inputs
from checks.model import OBJECT_ID, OBJECT_NAME, Gap, Outcome, Profile, Verdict
from checks.registry import CATALOGUE, Catalogue, Check
from checks.relations import Relations
from checks.results import CheckResult, Evaluation, Json, Row
from checks.source import Source

_NAMED: Final = (OBJECT_ID, OBJECT_NAME)


class OutcomeError(Exception):
    """A check returned something that contradicts itself: a bug in the check."""


def evaluate(
    source: Source, profile: Profile, checks: Catalogue = CATALOGUE, relations: Relations | None = None
) -> Evaluation:
    """Judge a snapshot with every check.

    Args:
        source: The snapshot.
        profile: What the firm states, and the time to judge at.
        checks: The catalogue.
        relations: Limits of the connection for large tables; it is closed afterwards.

    Raises:
        OutcomeError: A check contradicts itself.
        Exception: Whatever `source` raises when its data is changed or unreadable.
    """
    with relations or Relations() as connection:
        inputs = Inputs(source, profile, checks, connection)
        results = tuple(_judge(check, inputs, source.tenant_id, profile) for check in checks)
    return Evaluation(
        id=versions.evaluation_id(source, checks, profile),
        tenant_id=source.tenant_id,
        organization_id=source.organization_id,
        organization_name=source.organization_name,
        snapshot_hash=source.snapshot_hash,
        purge_record=source.purge_record,
        catalogue_version=versions.catalogue_version(checks),
        profile_hash=versions.profile_hash(profile),
        as_of=profile.as_of,
        results=results,
    )


def _judge(check: Check, inputs: Inputs, tenant_id: str, profile: Profile) -> CheckResult:
    given = inputs.call(check.function, check.parameters)
    if given.missing:
        return CheckResult(check, Verdict.NOT_ASSESSED, gaps=given.missing, reason=reasons.sentence(given.missing))
    outcome: Outcome = given.value
    _demand_consistent(check, outcome)
    gaps = tuple(dict.fromkeys([*given.partial, *outcome.gaps]))
    verdict = _verdict(check, outcome, gaps, profile)
    return CheckResult(
        check=check,
        verdict=verdict,
        population=tuple(sorted(outcome.population[OBJECT_ID])),
        failing=_rows(check, outcome.failures, tenant_id),
        unknown=_rows(check, outcome.unknown, tenant_id),
        gaps=gaps,
        reason=_reason(outcome, gaps, verdict),
        note=outcome.not_applicable if verdict is Verdict.NOT_APPLICABLE else outcome.note,
        exhibit=None if outcome.exhibit is None else {name: _json(value) for name, value in outcome.exhibit.items()},
    )


def _verdict(check: Check, outcome: Outcome, gaps: Sequence[Gap], profile: Profile) -> Verdict:
    if len(outcome.failures):
        return Verdict.FAIL
    if gaps:
        return Verdict.NOT_ASSESSED
    if check.entry.mode is Mode.ATTEST and check.id in profile.attestations:
        return Verdict.ATTESTED
    if len(outcome.unknown):
        return Verdict.NOT_ASSESSED
    return Verdict.NOT_APPLICABLE if outcome.not_applicable else Verdict.PASS


def _reason(outcome: Outcome, gaps: Sequence[Gap], verdict: Verdict) -> str:
    parts = [outcome.note.replace("\n", " "), reasons.sentence(gaps)]
    if len(outcome.unknown) and verdict in {Verdict.FAIL, Verdict.NOT_ASSESSED}:
        parts.append(f"{len(outcome.unknown)} of {len(outcome.population)} could not be judged.")
    if verdict is Verdict.NOT_APPLICABLE:
        parts.append(outcome.not_applicable)
    return " ".join(filter(None, parts))


def _demand_consistent(check: Check, outcome: Outcome) -> None:
    population = _ids(check, "population", outcome.population)
    failures = _ids(check, "failures", outcome.failures)
    unknown = _ids(check, "unknown", outcome.unknown)
    if stray := sorted((failures | unknown) - population):
        raise OutcomeError(f"{check.id}: {len(stray)} objects fail or are unknown and are not in the population.")
    if both := sorted(failures & unknown):
        raise OutcomeError(f"{check.id}: {len(both)} objects both fail and are unknown.")
    if outcome.not_applicable and population:
        raise OutcomeError(f"{check.id} is not applicable and has a population of {len(population)}.")
    declared = {*_NAMED, *check.evidence}
    for frame in (outcome.failures, outcome.unknown):
        if different := declared.symmetric_difference(frame.columns):
            raise OutcomeError(f"{check.id}: columns {sorted(different)} are declared or returned, not both.")


def _ids(check: Check, name: str, frame: pd.DataFrame) -> set[str]:
    if absent := set(_NAMED) - set(frame.columns):
        raise OutcomeError(f"{check.id}: {name} has no column {sorted(absent)}.")
    ids = list(frame[OBJECT_ID])
    if not all(isinstance(value, str) and value for column in _NAMED for value in frame[column]):
        raise OutcomeError(f"{check.id}: {name} has an object without id or name.")
    if len(set(ids)) != len(ids):
        raise OutcomeError(f"{check.id}: {name} names an object twice.")
    return set(ids)


def _rows(check: Check, frame: pd.DataFrame, tenant_id: str) -> tuple[Row, ...]:
    columns = [*_NAMED, *check.evidence]
    rows = [_row(check, record, tenant_id) for record in records(frame[columns])]
    return tuple(sorted(rows, key=lambda row: row.object_id))


def _row(check: Check, record: dict[str, Any], tenant_id: str) -> Row:
    return Row(
        object_id=record[OBJECT_ID],
        object_name=record[OBJECT_NAME],
        evidence={name: _json(record[name]) for name in check.evidence},
        fingerprint=fingerprint(tenant_id, check.id, record[OBJECT_ID]),
    )


def _json(value: Any) -> Json:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise OutcomeError(f"a value of type {type(value).__name__} cannot be written down.")
