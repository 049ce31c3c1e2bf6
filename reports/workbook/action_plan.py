"""The second sheet: what to do, and who does it by when."""

from collections.abc import Iterator, Sequence
from typing import Final

from m365_posture.texts import mark
from reports.view_models.action_plan import Action, action_plan, statuses
from reports.view_models.report import Report
from reports.workbook.cells import NOT_READ_FILL, SEVERITY_FILLS
from reports.workbook.sheet import Choice, Column, Row, Sheet, Styled

_COLUMNS: Final = (
    Column(mark("No."), 9),
    Column(mark("Severity"), 11),
    Column(mark("What is not in order"), 30),
    Column(mark("What to do"), 44),
    Column(mark("How many"), 12),
    Column(mark("Among others"), 28),
    Column(mark("Insurers ask"), 24),
    Column(mark("Status"), 15),
    Column(mark("Who"), 14),
    Column(mark("By when"), 12),
    Column(mark("Check"), 16, is_printed=False),
    Column(mark("Topic"), 26, is_printed=False),
)
_STATUS: Final = 7
_TO_LET_JUDGE: Final = mark("To be judged")


def action_plan_sheet(report: Report) -> Sheet:
    """Return the sheet; status, who and by when are for the firm to fill in."""
    wording, actions = report.wording, action_plan(report)
    known = sum(action.severity is not None for action in actions)
    return Sheet(
        name=wording.text(mark("Action plan")),
        title=wording.text(mark("What {firm} can do"), firm=report.firm),
        notes=(
            wording.text(mark("To mend: {known}, the most urgent first"), known=known),
            wording.text(mark("To let more be judged: {gaps}"), gaps=len(actions) - known),
        ),
        columns=_COLUMNS,
        rows=tuple(_rows(actions, wording.text(_TO_LET_JUDGE))),
        frozen_columns=3,
        choice=Choice(_STATUS, tuple(statuses(wording))),
    )


def _rows(actions: Sequence[Action], to_let_judge: str) -> Iterator[Row]:
    for action in actions:
        yield (
            action.number,
            Styled(action.severity_text, SEVERITY_FILLS[action.severity])
            if action.severity is not None
            else Styled(to_let_judge, NOT_READ_FILL),
            action.title,
            action.what_to_do,
            action.how_many,
            action.objects,
            action.questions,
            action.status,
            "",
            None,
            ", ".join(action.check_ids),
            action.area,
        )
