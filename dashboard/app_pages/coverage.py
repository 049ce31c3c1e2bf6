"""What was read of a tenant and what was not, the gaps first."""

from collections.abc import Sequence

from dashboard.access import Access, current
from dashboard.choice import chosen
from dashboard.data import report
from dashboard.markup import Markup, joined, lines, tag
from dashboard.parts import badge, notice, show, table, tile, tiles
from m365_posture.texts import mark
from reports.view_models.coverage import CoverageLine, CoverageView, coverage_view
from reports.view_models.wording import Wording


def page(access: Access) -> None:
    """Show the page."""
    newest = report(access, chosen(access))
    view, wording = coverage_view(newest), newest.wording
    title = wording.text(mark("What was read of {firm}, and what was not"), firm=newest.firm)
    read = wording.text(
        mark("Read on {moment} ({timezone})"), moment=f"{view.read_at:%Y-%m-%d %H:%M}", timezone=wording.timezone
    )
    show(tag("h1", title), tag("p", read, class_="mp-lead"), _totals(view, wording))
    show(notice(view.headline, "doubt" if view.gaps or view.left_out else "plain"))
    show(
        _group(wording.text(mark("Gaps")), view.gaps, wording),
        _group(wording.text(mark("Not asked for")), view.left_out, wording),
        _group(wording.text(mark("Read completely")), view.read, wording),
    )


def _totals(view: CoverageView, wording: Wording) -> Markup:
    return tiles(
        tile(str(len(view.gaps)), wording.text(mark("Gaps")), "doubt" if view.gaps else "plain"),
        tile(str(len(view.left_out)), wording.text(mark("Not asked for"))),
        tile(str(len(view.read)), wording.text(mark("Read completely")), "good" if view.read else "plain"),
    )


def _group(title: str, found: Sequence[CoverageLine], wording: Wording) -> Markup:
    if not found:
        return joined()
    columns = {
        wording.text(mark("Part of the tenant")): 19,
        wording.text(mark("How it was read")): 21,
        wording.text(mark("What is missing, and what would mend it")): 23,
        wording.text(mark("What was asked")): 17,
        wording.text(mark("Rows")): 6,
        wording.text(mark("Requests")): 7,
        wording.text(mark("Seconds")): 7,
    }
    heading = tag("h2", title, tag("span", str(len(found)), class_="mp-aside"))
    return joined(heading, table(title, columns, (_cells(line) for line in found)))


def _cells(line: CoverageLine) -> list[Markup]:
    reason = tag("div", line.reason, class_="mp-small")
    return [
        joined(line.name, tag("div", line.need, class_="mp-small")),
        badge(line.state, line.state_text),
        joined(lines(f"{line.missing}\n{line.mend}"), reason),
        tag("div", lines("\n".join(line.endpoints)), class_="mp-small"),
        _number(line.rows),
        _number(line.requests),
        tag("span", "" if line.seconds is None else f"{line.seconds:.1f}", class_="mp-number"),
    ]


def _number(number: int | None) -> Markup:
    return tag("span", "" if number is None else f"{number:,}", class_="mp-number")


page(current())
