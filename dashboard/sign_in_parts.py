"""The pictures of the sign-in examination: a timeline per story, bars per older program, and what was not evaluated."""

from collections.abc import Iterable, Iterator, Sequence

from dashboard.markup import Markup, joined, tag
from dashboard.parts import NOTHING, details, labelled, signed, table
from m365_posture.texts import mark
from reports.view_models.sign_ins import LegacyLine, SignLine, StoryLine, TimelineLine, UnitLine
from reports.view_models.wording import Wording

_MOMENTS_AT_ONCE = 12
"""Later ones open on a click."""
_SIGNS_AT_ONCE = 50
"""With more, a reader takes the workbook."""

_LEVELS = {"high": ("▲", "fail"), "medium": ("◆", "half")}


def story(line: StoryLine, wording: Wording) -> Markup:
    """Return one story as a card: what came of it, its timeline, and what to examine."""
    sign, tone = _LEVELS.get(line.level, ("?", "unknown"))
    standing = signed("○", line.standing, "half") if line.is_open else signed("✓", line.standing, "pass")
    innocent = [labelled(wording.text(mark("What looks the same")), _list(line.innocent))] if line.innocent else []
    return tag(
        "section",
        joined(signed(sign, line.level_text, tone), " ", standing),
        tag("h2", line.who),
        tag(
            "div", " · ".join(filter(None, (line.user_principal_name, line.outcome, line.families))), class_="mp-small"
        ),
        *([tag("p", line.note)] if line.note else []),
        _strip(line.timeline, wording),
        *_moments(line.timeline, wording),
        *([tag("div", line.numbers, class_="mp-small")] if line.numbers else []),
        *([labelled(wording.text(mark("What to examine")), _list([*line.why, *line.afterwards]))] if line.why else []),
        *innocent,
        tag("div", wording.labelled(wording.text(mark("Story")), line.id), class_="mp-small"),
        class_="mp-card mp-story",
    )


def _strip(timeline: Sequence[TimelineLine], wording: Wording) -> Markup:
    """Return the moments on a line, as far apart as they were."""
    if not timeline:
        return joined()
    first, last = timeline[0].at, timeline[-1].at
    length = (last - first).total_seconds()
    dots = (
        tag(
            "i",
            class_="mp-dot mp-entry" if line.is_entry else "mp-dot",
            style=f"left: {100 * (line.at - first).total_seconds() / length if length else 50:.2f}%",
        )
        for line in timeline
    )
    said = wording.text(
        mark("{count} moments from {first} to {last}"),
        count=len(timeline),
        first=f"{first:%Y-%m-%d %H:%M}",
        last=f"{last:%Y-%m-%d %H:%M}",
    )
    ends = (tag("span", f"{first:%d/%m %H:%M}"), tag("span", f"{last:%d/%m %H:%M}"))
    return joined(
        tag("div", *dots, class_="mp-strip", role="img", aria_label=said),
        tag("div", *ends, class_="mp-small mp-ends", aria_hidden="true"),
    )


def _moments(timeline: Sequence[TimelineLine], wording: Wording) -> Iterator[Markup]:
    shown, rest = timeline[:_MOMENTS_AT_ONCE], timeline[_MOMENTS_AT_ONCE:]
    yield tag("ol", *map(_moment, shown), class_="mp-timeline")
    if rest:
        more = tag("span", wording.text(mark("and {count} more moments"), count=len(rest)))
        yield details(more, tag("ol", *map(_moment, rest), class_="mp-timeline"))


def _moment(line: TimelineLine) -> Markup:
    where = [tag("span", f" · {line.where}", class_="mp-small")] if line.where else []
    what = tag("strong", line.what) if line.is_entry else tag("span", line.what)
    time = tag("time", f"{line.at:%d/%m/%Y %H:%M}", datetime=f"{line.at:%Y-%m-%dT%H:%M}", class_="mp-small")
    return tag("li", time, tag("div", what, *where), class_="mp-entry" if line.is_entry else "mp-seen")


def programs(found: Sequence[LegacyLine], wording: Wording) -> Markup:
    """Return a bar per older program, with the same in words."""
    columns = {
        wording.text(mark("Program")): 20,
        wording.text(mark("Sign-ins")): 34,
        wording.text(mark("Failed")): 8,
        wording.text(mark("Last used")): 12,
        wording.text(mark("Who")): 26,
    }
    most = max((line.successes for line in found), default=0) or 1
    rows = (
        [
            tag("strong", line.client),
            _bar(line, most, wording),
            tag("span", str(line.failures), class_="mp-number"),
            f"{line.last:%d/%m/%Y}" if line.last else NOTHING,
            ", ".join(line.accounts) or NOTHING,
        ]
        for line in found
    )
    return table(wording.text(mark("Older programs in use")), columns, rows)


def _bar(line: LegacyLine, most: int, wording: Wording) -> Markup:
    said = wording.text(mark("{successes} by {people} accounts"), successes=line.successes, people=line.people)
    part = tag("div", class_="mp-part mp-is-managed_device", style=f"width: {100 * line.successes / most:.2f}%")
    return joined(tag("div", part, class_="mp-bar", role="img", aria_label=said), tag("div", said, class_="mp-small"))


def signs(found: Sequence[SignLine], wording: Wording) -> Markup:
    """Return single signs as a table."""
    columns = {
        wording.text(mark("When")): 14,
        wording.text(mark("What")): 34,
        wording.text(mark("Who")): 22,
        wording.text(mark("Where")): 30,
    }
    rows = (
        [
            f"{line.at:%d/%m/%Y %H:%M}",
            joined(line.what, tag("div", line.numbers, class_="mp-small")),
            line.who,
            line.where or NOTHING,
        ]
        for line in found[:_SIGNS_AT_ONCE]
    )
    return table(wording.text(mark("Single signs")), columns, rows)


def units(found: Iterable[UnitLine], wording: Wording) -> Markup:
    """Return every detection with whether it was evaluated."""
    columns = {
        wording.text(mark("Detection")): 46,
        wording.text(mark("State")): 16,
        wording.text(mark("Found")): 8,
        wording.text(mark("What is missing")): 30,
    }
    return table(wording.text(mark("Detections")), columns, (_unit(line) for line in found))


def _unit(line: UnitLine) -> list[Markup]:
    sign, tone = ("?", "unknown") if not line.is_evaluated else ("½", "half") if line.because else ("✓", "pass")
    found = str(line.hits) if line.is_evaluated else NOTHING
    return [
        joined(line.title, tag("div", line.id, class_="mp-small")),
        signed(sign, line.state_text, tone),
        tag("span", found, class_="mp-number"),
        joined(line.because or NOTHING),
    ]


def _list(items: Iterable[str]) -> Markup:
    return tag("ul", *(tag("li", item) for item in items))
