"""The sheet about sign-ins: stories to examine, single signs, older programs in use, and what was not evaluated."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from types import MappingProxyType
from typing import Final

from openpyxl.styles import PatternFill

from m365_posture.texts import mark
from reports.view_models.report import Report
from reports.view_models.sign_ins import SignInsView, StoryLine, TimelineLine, sign_ins, why_no_sign_ins
from reports.view_models.wording import Wording
from reports.workbook.cells import BAD_FILL, GOOD_FILL, HALF_FILL, NOT_READ_FILL, QUIET_FILL
from reports.workbook.sheet import Column, Row, Sheet, Styled

_COLUMNS: Final = (
    Column(mark("Part"), 15),
    Column(mark("State"), 16),
    Column(mark("What"), 30),
    Column(mark("Who"), 24),
    Column(mark("Since"), 12),
    Column(mark("What happened"), 56),
    Column(mark("What to examine"), 46),
    Column(mark("Examined"), 22),
    Column(mark("Account"), 40, is_printed=False),
    Column(mark("Id"), 20, is_printed=False),
)
_LINE_LENGTH: Final = 190
"""Characters of a line above the table that are seen on paper."""
_MOMENTS_AT_MOST: Final = 18
"""More of them are higher than a spreadsheet shows a row."""
_SENTENCES_AT_MOST: Final = 3
"""Of the gravest detections; the dashboard has them all."""
_NOTHING: Final = mark("There is nothing to examine.")
_TO_EXAMINE: Final = mark(
    "To examine is what may have an innocent reason: only a person who looked at it can say what it was."
)
_LOOKS_THE_SAME: Final = mark("What looks the same")
_MORE: Final = mark("and {count} more moments")
_TIMES: Final = mark("{count} times")
_USE: Final = mark("{successes} sign-ins of {people} accounts, {failures} failed")
_FOUND: Final = mark("{count} found")

_LEVELS: Final[Mapping[str, PatternFill]] = MappingProxyType({"high": BAD_FILL, "medium": HALF_FILL})


def sign_in_sheet(report: Report) -> Sheet:
    """Return the sheet; where nothing was examined it says why."""
    view, wording = sign_ins(report), report.wording
    notes = why_no_sign_ins(report) if view is None else _notes(view, wording)
    return Sheet(
        name=wording.text(mark("Sign-ins")),
        title=wording.text(mark("What the sign-ins of {firm} show"), firm=report.firm),
        notes=[part for line in notes for part in wrap(line, _LINE_LENGTH)],
        columns=_COLUMNS,
        rows=() if view is None else tuple(_rows(view, wording)),
        frozen_columns=2,
    )


def _notes(view: SignInsView, wording: Wording) -> list[str]:
    nothing = [wording.text(_NOTHING)] if view.is_examined else []
    first = [wording.text(_TO_EXAMINE)] if view.stories else nothing
    return [*view.looked_at, *first, *filter(None, [view.more_signs]), *view.missing]


def _rows(view: SignInsView, wording: Wording) -> Iterator[Row]:
    yield from (_story(story, wording) for story in view.stories)
    yield from _signs(view, wording)
    yield from _programs(view, wording)
    yield from _detections(view, wording)


def _story(story: StoryLine, wording: Wording) -> Row:
    same = " ".join(story.innocent[:_SENTENCES_AT_MOST])
    innocent = [wording.labelled(wording.text(_LOOKS_THE_SAME), same)] if same else []
    return (
        wording.text(mark("Story")),
        Styled(story.level_text, _LEVELS.get(story.level, QUIET_FILL)),
        f"{story.outcome}\n{story.families}",
        story.who,
        story.began,
        "\n".join(_moments(story, wording)),
        "\n".join([*story.why[:_SENTENCES_AT_MOST], *story.afterwards, *innocent]),
        Styled("\n".join(filter(None, (story.standing, story.note))), HALF_FILL if story.is_open else GOOD_FILL),
        story.user_principal_name,
        story.id,
    )


def _moments(story: StoryLine, wording: Wording) -> Iterator[str]:
    shown = story.timeline[:_MOMENTS_AT_MOST]
    yield from (moment_text(line) for line in shown)
    if len(shown) < len(story.timeline):
        yield wording.text(_MORE, count=len(story.timeline) - len(shown))
    yield from filter(None, [story.numbers])


def moment_text(line: TimelineLine) -> str:
    """Return a moment as one line."""
    place = f" ({line.where})" if line.where else ""
    return f"{line.at:%Y-%m-%d %H:%M} {line.what}{place}"


def _signs(view: SignInsView, wording: Wording) -> Iterator[Row]:
    part, state = wording.text(mark("Single sign")), wording.text(mark("Listed only"))
    for sign in view.signs:
        times = wording.text(_TIMES, count=sign.times) if sign.times > 1 else ""
        told = ", ".join(filter(None, (sign.where, times, sign.numbers)))
        yield (
            part,
            Styled(state, QUIET_FILL),
            sign.what,
            sign.who,
            sign.at,
            told,
            None,
            None,
            sign.user_principal_name,
            None,
        )


def _programs(view: SignInsView, wording: Wording) -> Iterator[Row]:
    part, in_use, tried = (
        wording.text(text) for text in (mark("Older program"), mark("In use"), mark("Tried in vain"))
    )
    for line in view.legacy:
        state = Styled(in_use, HALF_FILL) if line.successes else Styled(tried, QUIET_FILL)
        use = wording.text(_USE, successes=line.successes, people=line.people, failures=line.failures)
        yield (part, state, line.client, ", ".join(line.accounts), line.last, use, None, None, None, None)


def _detections(view: SignInsView, wording: Wording) -> Iterator[Row]:
    part = wording.text(mark("Detection"))
    for unit in view.units:
        fill = NOT_READ_FILL if not unit.is_evaluated else HALF_FILL if unit.because else GOOD_FILL
        found = wording.text(_FOUND, count=unit.hits) if unit.is_evaluated else ""
        told = "; ".join(filter(None, (found, unit.because)))
        yield (part, Styled(unit.state_text, fill), unit.title, None, None, told, None, None, None, unit.id)
