"""The last sheet: what was read, and what was not."""

from collections.abc import Iterator
from typing import Final

from m365_posture.texts import mark
from reports.view_models.coverage import CoverageView, coverage_view
from reports.view_models.report import Report
from reports.workbook.cells import NOT_READ_FILL
from reports.workbook.sheet import Column, Row, Sheet, Styled
from scanner.snapshot.ledger import TableState

_COLUMNS: Final = (
    Column(mark("Part of the tenant"), 38),
    Column(mark("How it was read"), 34),
    Column(mark("What is missing"), 28),
    Column(mark("What would mend it"), 52),
    Column(mark("Rows"), 10),
    Column(mark("Basis"), 34),
    Column(mark("Code"), 44, is_printed=False),
)


def coverage_sheet(report: Report) -> Sheet:
    """Return the sheet."""
    view, wording = coverage_view(report), report.wording
    return Sheet(
        name=wording.text(mark("Coverage")),
        title=wording.text(mark("What was read of {firm}, and what was not"), firm=report.firm),
        notes=(view.headline, wording.text(mark("A part that was not read never counts as in order."))),
        columns=_COLUMNS,
        rows=tuple(_rows(view)),
    )


def _rows(view: CoverageView) -> Iterator[Row]:
    for line in view.lines:
        complete = line.state is TableState.COMPLETE
        yield (
            line.name,
            line.state_text if complete else Styled(line.state_text, NOT_READ_FILL),
            line.missing,
            line.mend,
            line.rows,
            line.basis,
            line.reason,
        )
