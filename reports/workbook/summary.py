"""The first sheet: every check and its verdict."""

from collections.abc import Iterator
from typing import Final

from m365_posture.texts import mark
from reports.view_models.report import Report
from reports.view_models.summary import Summary, summary
from reports.workbook.cells import SEVERITY_FILLS, VERDICT_FILLS
from reports.workbook.sheet import Column, Row, Sheet, Styled

_COLUMNS: Final = (
    Column(mark("Check"), 11),
    Column(mark("What is checked"), 34),
    Column(mark("Severity"), 11),
    Column(mark("Verdict"), 14),
    Column(mark("Result"), 15),
    Column(mark("What is missing, and what would mend it"), 40),
    Column(mark("Why it matters"), 48),
    Column(mark("What to do"), 44),
)


def summary_sheet(report: Report) -> Sheet:
    """Return the sheet."""
    page, wording = summary(report), report.wording
    read = wording.text(
        mark("Read on {moment} ({timezone})"), moment=f"{page.read_at:%Y-%m-%d %H:%M}", timezone=wording.timezone
    )
    totals = ", ".join(wording.labelled(text, str(count)) for text, count in page.totals)
    return Sheet(
        name=wording.text(mark("Summary")),
        title=wording.text(mark("Security posture of {firm}"), firm=page.firm),
        notes=tuple(filter(None, (read, totals, page.changes, page.mfa, page.coverage))),
        columns=_COLUMNS,
        rows=tuple(_rows(page)),
        frozen_columns=2,
    )


def _rows(page: Summary) -> Iterator[Row]:
    for line in page.lines:
        yield (
            line.check_id,
            line.title,
            Styled(line.severity_text, SEVERITY_FILLS[line.severity]),
            Styled(line.verdict_text, VERDICT_FILLS[line.verdict]),
            line.result,
            line.missing,
            line.why,
            line.remedy,
        )
