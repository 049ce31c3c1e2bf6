"""The sheets about MFA: who is protected and how, and what each policy does."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from types import MappingProxyType
from typing import Final

from openpyxl.styles import PatternFill

from m365_posture.texts import mark
from reports.view_models.mfa_coverage import Answer, AnswerState, MfaCoverageView, PersonLine, mfa_coverage, why_absent
from reports.view_models.mfa_matrix import ABOUT, NO_POLICIES, MatrixView, mfa_matrix
from reports.view_models.report import Report
from reports.view_models.wording import Wording
from reports.workbook.cells import BAD_FILL, GOOD_FILL, HALF_FILL, NOT_READ_FILL, QUIET_FILL
from reports.workbook.sheet import Column, Row, Sheet, Styled

_PEOPLE: Final = (
    Column(mark("Name"), 26),
    Column(mark("Kind"), 17),
    Column(mark("Groups"), 16),
    Column(mark("Verdict"), 18),
    Column(mark("From outside the offices"), 18),
    Column(mark("Ways in without a second factor"), 58),
    Column(mark("Reasons"), 60),
    Column(mark("Account"), 40, is_printed=False),
    Column(mark("Id"), 38, is_printed=False),
)
_POLICY: Final = (Column(mark("Policy"), 34), Column(mark("State"), 12))
_SITUATIONS_WIDTH: Final = 176.0
"""What a page that can be read has room for beside the policy."""
_NARROWEST: Final = 11.0
_WIDEST: Final = 18.0
_LINE_LENGTH: Final = 190
"""Characters of a line above the table that are seen on paper."""
_APART: Final = mark("{kind}, not counted")

_ANSWER_FILLS: Final[Mapping[AnswerState, PatternFill]] = MappingProxyType(
    {
        AnswerState.YES: GOOD_FILL,
        AnswerState.NO: BAD_FILL,
        AnswerState.DEVICES: HALF_FILL,
        AnswerState.UNKNOWN: NOT_READ_FILL,
    }
)
_PROTECTION_FILLS: Final[Mapping[str, PatternFill]] = MappingProxyType(
    {
        "unprotected": BAD_FILL,
        "hole": BAD_FILL,
        "registered_not_enforced": BAD_FILL,
        "enforced_not_registered": BAD_FILL,
        "managed_device": HALF_FILL,
        "security_defaults": GOOD_FILL,
        "weak_method": HALF_FILL,
        "protected": GOOD_FILL,
    }
)
_CELL_FILLS: Final[Mapping[str, PatternFill]] = MappingProxyType(
    {
        "mfa": GOOD_FILL,
        "blocked": GOOD_FILL,
        "managed_device": HALF_FILL,
        "nothing": QUIET_FILL,
        "not_matched": QUIET_FILL,
    }
)
"""What has no colour of its own is in doubt."""


def mfa_sheets(report: Report) -> Iterator[Sheet]:
    """Yield the sheets; where MFA coverage was not worked out, one that says why."""
    view, matrix, wording = mfa_coverage(report), mfa_matrix(report), report.wording
    yield Sheet(
        name=wording.text(mark("MFA coverage")),
        title=wording.text(mark("Who is protected by a second factor at {firm}"), firm=report.firm),
        notes=[part for line in (why_absent(report) if view is None else view.missing) for part in _broken(line)],
        columns=_PEOPLE,
        rows=() if view is None else tuple(_people(view, report)),
        lead=() if view is None else tuple(_answers(view.answers, wording)),
    )
    if matrix is not None:
        yield _matrix_sheet(matrix, report)


def _answers(answers: Sequence[Answer], wording: Wording) -> Iterator[Row]:
    """Yield a few rows: they stay in sight while the table is scrolled."""
    for answer in answers:
        said, *more = _broken(wording.labelled(answer.title, "; ".join((answer.count, *answer.notes))))
        yield (Styled(answer.state_text, _ANSWER_FILLS[answer.state]), said)
        yield from ((None, line) for line in more)
    for unseen in dict.fromkeys(answer.unseen for answer in answers if answer.unseen):
        yield from ((None, line) for line in _broken(unseen))


def _broken(text: str) -> list[str]:
    return wrap(text, _LINE_LENGTH)


def _people(view: MfaCoverageView, report: Report) -> Iterator[Row]:
    for line in view.people:
        yield (
            line.name,
            line.kind_text if line.is_counted else report.wording.text(_APART, kind=line.kind_text),
            line.groups_text,
            _protection(line, line.protection, line.protection_text),
            _protection(line, line.remote, line.remote_text),
            "\n".join(line.ways),
            line.reasons,
            line.user_principal_name,
            line.id,
        )


def _protection(line: PersonLine, code: str, text: str) -> Styled:
    return Styled(text, _PROTECTION_FILLS.get(code, NOT_READ_FILL) if line.is_counted else QUIET_FILL)


def _matrix_sheet(matrix: MatrixView, report: Report) -> Sheet:
    wording = report.wording
    width = max(_NARROWEST, min(_WIDEST, _SITUATIONS_WIDTH / max(1, len(matrix.situations))))
    return Sheet(
        name=wording.text(mark("MFA by policy")),
        title=wording.text(mark("What the policies of {firm} ask for"), firm=report.firm),
        notes=(wording.text(ABOUT if matrix.rows else NO_POLICIES),),
        columns=(*_POLICY, *(Column(name, width) for name in matrix.situations)),
        rows=tuple(_policies(matrix)),
    )


def _policies(matrix: MatrixView) -> Iterator[Row]:
    for row in matrix.rows:
        fills = (_CELL_FILLS.get(code, NOT_READ_FILL) if row.is_enforced else QUIET_FILL for code, _ in row.cells)
        yield (
            row.name,
            row.state_text,
            *(Styled(text, fill) for (_, text), fill in zip(row.cells, fills, strict=True)),
        )
