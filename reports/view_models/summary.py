"""The first page: every check with its verdict, and what changed since the previous scan."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from checks.model import Severity, Verdict
from m365_posture.texts import mark
from reports.view_models.coverage import coverage_view, gap_sentence
from reports.view_models.findings import remedy, why
from reports.view_models.mfa_coverage import in_short
from reports.view_models.report import Report
from reports.view_models.wording import SEVERITIES, VERDICTS, Wording
from store.lifecycle import FindingState
from store.queries import CheckRow, FindingRow

_ENDING: Final = re.compile(r'(.*?): (\d+|".*")')
"""A note that ends in a number, or in names."""
_ORDER: Final = (Verdict.FAIL, Verdict.NOT_ASSESSED, Verdict.PASS, Verdict.ATTESTED, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One check."""

    check_id: str
    title: str
    severity: Severity
    severity_text: str
    verdict: Verdict
    verdict_text: str
    result: str
    """How many of how many."""
    missing: str
    """What was not read or could not be judged, and what would mend it."""
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole page."""

    firm: str
    read_at: datetime
    """On the firm's clock."""
    coverage: str
    """One sentence on what was not read."""
    mfa: str
    """The three answers about a second factor, in one line; empty where nobody asked."""
    changes: str
    """One sentence on what changed since the previous scan."""
    totals: tuple[tuple[str, int], ...]
    """Checks per verdict, in the order of the lines; every verdict is there."""
    lines: tuple[SummaryLine, ...]


def summary(report: Report) -> Summary:
    """Return the first page: what fails first, then what is not assessed, each by severity."""
    wording = report.wording
    urgency = list(Severity)
    checks = sorted(report.checks, key=lambda c: (_ORDER.index(c.verdict), urgency.index(c.severity), c.check_id))
    counts = Counter(check.verdict for check in checks)
    return Summary(
        firm=report.firm,
        read_at=wording.local(report.finished_at),
        coverage=coverage_view(report).headline,
        mfa=in_short(report),
        changes=_changes(report.findings, wording),
        totals=tuple((wording.text(VERDICTS[verdict]), counts[verdict]) for verdict in _ORDER),
        lines=tuple(_line(check, wording) for check in checks),
    )


def _line(check: CheckRow, wording: Wording) -> SummaryLine:
    return SummaryLine(
        check_id=check.check_id,
        title=wording.text(check.title),
        severity=check.severity,
        severity_text=wording.text(SEVERITIES[check.severity]),
        verdict=check.verdict,
        verdict_text=wording.text(VERDICTS[check.verdict]),
        result=_result(check, wording),
        missing=_missing(check, wording),
        why=why(check.check_id, wording),
        remedy=remedy(check.check_id, wording) if check.verdict is Verdict.FAIL else "",
    )


def _result(check: CheckRow, wording: Wording) -> str:
    counts = {"failing": check.failing, "assessed": check.assessed}
    match check.verdict:
        case Verdict.FAIL if check.at_least:
            return wording.text(mark("At least {failing} of {assessed}"), **counts)
        case Verdict.FAIL | Verdict.PASS:
            return wording.text(mark("{failing} of {assessed}"), **counts)
        case _:
            return ""


def _missing(check: CheckRow, wording: Wording) -> str:
    sentences = [_note(line, wording) for line in check.note.splitlines()]
    sentences += [gap_sentence(gap, wording) for gap in check.gaps]
    if check.unknown:
        text = mark("{unknown} of {assessed} could not be judged.")
        sentences.append(wording.text(text, unknown=check.unknown, assessed=check.assessed))
    return "\n".join(sentences)


def _note(line: str, wording: Wording) -> str:
    ending = _ENDING.fullmatch(line)
    return wording.labelled(wording.text(ending[1]), ending[2]) if ending else wording.text(line)


def _changes(findings: Iterable[FindingRow], wording: Wording) -> str:
    found = list(findings)
    states = Counter(finding.state for finding in found)
    other_yardstick = {FindingState.RULE_CHANGED, FindingState.STATEMENT_CHANGED}
    still_failing = sum(finding.failing and finding.state in other_yardstick for finding in found)
    text = mark(
        "Since the previous scan: {new} new, {fixed} fixed, {open} known already, {unseen} not checked this time."
    )
    return wording.text(
        text,
        new=states[FindingState.NEW],
        fixed=states[FindingState.FIXED],
        open=states[FindingState.OPEN] + still_failing,
        unseen=states[FindingState.NOT_SEEN_SINCE],
    )
