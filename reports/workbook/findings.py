"""The third sheet: the objects that are affected."""

from collections.abc import Iterator, Sequence
from typing import Final

from m365_posture.texts import mark
from reports.view_models.coverage import coverage_view
from reports.view_models.findings import FindingLine, finding_lines
from reports.view_models.report import Report
from reports.workbook.cells import SEVERITY_FILLS
from reports.workbook.sheet import Column, Row, Sheet, Styled

_COLUMNS: Final = (
    Column(mark("Check"), 11),
    Column(mark("Name"), 26),
    Column(mark("Severity"), 11),
    Column(mark("State"), 14),
    Column(mark("What is checked"), 28),
    Column(mark("What was seen"), 46),
    Column(mark("What to do"), 40),
    Column(mark("First seen"), 13),
    Column(mark("Last seen"), 13),
    Column(mark("Decision"), 15),
    Column(mark("Kind"), 18, is_printed=False),
    Column(mark("Id"), 60, is_printed=False),
    Column(mark("Fingerprint"), 36, is_printed=False),
)


def findings_sheet(report: Report) -> Sheet:
    """Return the sheet."""
    wording, lines = report.wording, finding_lines(report)
    count = wording.text(mark("{count} objects, the most urgent first"), count=len(lines))
    return Sheet(
        name=wording.text(mark("Affected objects")),
        title=wording.text(mark("What needs attention at {firm}"), firm=report.firm),
        notes=(count, coverage_view(report).headline),
        columns=_COLUMNS,
        rows=tuple(_rows(lines)),
        frozen_columns=2,
    )


def _rows(lines: Sequence[FindingLine]) -> Iterator[Row]:
    for line in lines:
        yield (
            line.check_id,
            line.object_name,
            Styled(line.severity_text, SEVERITY_FILLS[line.severity]),
            line.state_text,
            line.title,
            line.evidence,
            line.remedy,
            line.first_seen,
            line.last_seen,
            line.decision,
            line.object_type,
            line.object_id,
            line.fingerprint,
        )
