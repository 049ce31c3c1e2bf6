"""The objects that are affected, the most urgent first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from checks.model import Severity
from checks.registry import CATALOGUE
from m365_posture.texts import mark
from reports.view_models.areas import area_of
from reports.view_models.evidence import evidence_text
from reports.view_models.mfa_words import outsiders
from reports.view_models.report import Report
from reports.view_models.wording import (
    FINDING_STATES,
    SEVERITIES,
    UNKNOWN,
    WAIVERS,
    WORK,
    Wording,
    scan_time,
)
from store.queries import CheckRow, FindingRow

_HIDDEN: Final = mark("(not shown to you)")


class Standing(StrEnum):
    """Whether someone should look at a finding."""

    OPEN = "open"
    UNKNOWN = "unknown"
    """Nobody knows whether it fails."""
    CLOSED = "closed"
    """Accepted by the firm, or failing no more."""


STANDINGS: Final[Mapping[Standing, str]] = MappingProxyType(
    {Standing.OPEN: mark("Open"), Standing.UNKNOWN: UNKNOWN, Standing.CLOSED: mark("Accepted or ended")}
)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One object, ready to be shown."""

    check_id: str
    title: str
    severity: Severity
    severity_text: str
    object_type: str
    object_name: str
    state_text: str
    first_seen: datetime | None
    """On the firm's clock."""
    last_seen: datetime | None
    evidence: str
    remedy: str
    decision: str
    """What people decided and what is being done; empty when nothing was."""
    object_id: str
    fingerprint: str
    area: str
    standing: Standing


def finding_lines(report: Report) -> list[FindingLine]:
    """Return every affected object: by severity, check and name, those that could not be judged last."""
    checks = {check.check_id: check for check in report.checks}
    return [_line(row, checks[row.check_id], report.wording) for row in _sorted(report.findings)]


def _sorted(rows: Iterable[FindingRow]) -> list[FindingRow]:
    urgency = list(Severity)
    return sorted(
        rows,
        key=lambda row: (
            row.state is None,
            urgency.index(row.severity),
            row.check_id,
            (row.object_name or "").casefold(),
            row.object_id or "",
        ),
    )


def _line(row: FindingRow, check: CheckRow, wording: Wording) -> FindingLine:
    return FindingLine(
        check_id=row.check_id,
        title=wording.text(check.title),
        severity=row.severity,
        severity_text=wording.text(SEVERITIES[row.severity]),
        object_type=wording.object_type(row.object_type),
        object_name=wording.text(_HIDDEN) if row.object_name is None else object_name(row.object_name, wording),
        state_text=wording.text(UNKNOWN if row.state is None else FINDING_STATES[row.state]),
        first_seen=wording.local(scan_time(row.first_seen)) if row.first_seen else None,
        last_seen=wording.local(scan_time(row.last_seen)) if row.last_seen else None,
        evidence=evidence_text(row.evidence, wording),
        remedy=remedy(row.check_id, wording),
        decision=_decision(row, wording),
        object_id=row.object_id or "",
        fingerprint=row.fingerprint or "",
        area=area_of(row.check_id, wording),
        standing=_standing(row),
    )


def _standing(row: FindingRow) -> Standing:
    if row.state is None:
        return Standing.UNKNOWN
    return Standing.OPEN if row.is_open else Standing.CLOSED


def object_name(name: str, wording: Wording) -> str:
    """Return the name of an object; people without an account here have none but what they are."""
    return outsiders(name, wording) or name


def remedy(check_id: str, wording: Wording) -> str:
    """Return what to do; empty for a check that left the catalogue."""
    return wording.text(CATALOGUE[check_id].remedy) if check_id in CATALOGUE else ""


def why(check_id: str, wording: Wording) -> str:
    """Return why it matters, a line per paragraph; empty for a check that left the catalogue."""
    text = wording.text(CATALOGUE[check_id].why) if check_id in CATALOGUE else ""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _decision(row: FindingRow, wording: Wording) -> str:
    accepted = wording.text(WAIVERS[row.waiver]) if row.waiver else ""
    work = wording.text(WORK[row.work]) if row.work else ""
    return ", ".join(filter(None, (accepted, work)))
