"""Every tenant at a glance, from counts that name nobody."""

from collections.abc import Iterator
from typing import Final

import streamlit as st

from checks.model import Severity, Verdict
from dashboard.access import Access, current
from dashboard.choice import address
from dashboard.data import portfolio_view
from dashboard.markup import Markup, joined, tag
from dashboard.parts import NOTHING, badge, notice, severity, show, table, tile, tiles
from m365_posture.texts import mark
from reports.view_models.portfolio import Failing, Portfolio, PortfolioLine
from reports.view_models.wording import SEVERITIES, VERDICTS, Wording
from scanner.snapshot.ledger import TableState

_SEVERITIES: Final = {Severity.CRITICAL: 12, Severity.HIGH: 12, Severity.MEDIUM: 8, Severity.LOW: 6}
"""Severities that are shown, with the width of their column in percent."""
_MANY: Final = 8
"""With more tenants than this a reader wants to search."""


def page(access: Access) -> None:
    """Show the page."""
    wording = Wording(access.language, "UTC")
    view = portfolio_view(access)
    count = wording.text(mark("{count} tenants, the most urgent first"), count=len(view.lines))
    show(tag("h1", wording.text(mark("Portfolio"))), tag("p", count, class_="mp-lead"))
    if not view.lines:
        show(notice(wording.text(mark("The configuration has no tenants yet."))))
        return
    show(_totals(view, wording))
    lines = _searched(view, wording)
    columns = {
        wording.text(mark("Tenant")): 19,
        wording.text(mark("Last scan")): 14,
        **{wording.text(SEVERITIES[code]): width for code, width in _SEVERITIES.items()},
        wording.text(VERDICTS[Verdict.NOT_ASSESSED]): 8,
        wording.text(VERDICTS[Verdict.PASS]): 7,
        wording.text(mark("Coverage")): 14,
    }
    show(table(wording.text(mark("Tenants")), columns, (list(_cells(line, wording)) for line in lines)))


def _totals(view: Portfolio, wording: Wording) -> Markup:
    return tiles(
        tile(
            str(view.critical),
            wording.text(mark("with something critical not in order")),
            "bad" if view.critical else "plain",
        ),
        tile(
            str(view.incomplete),
            wording.text(mark("with incomplete coverage")),
            "doubt" if view.incomplete else "plain",
        ),
        tile(str(view.old), wording.text(mark("not scanned for 30 days")), "doubt" if view.old else "plain"),
        tile(str(view.never), wording.text(mark("never scanned")), "doubt" if view.never else "plain"),
    )


def _searched(view: Portfolio, wording: Wording) -> list[PortfolioLine]:
    if len(view.lines) <= _MANY:
        return list(view.lines)
    text = st.text_input(wording.text(mark("Search tenants")), key="portfolio_search").strip().casefold()
    return [line for line in view.lines if text in f"{line.firm} {line.slug}".casefold()]


def _cells(line: PortfolioLine, wording: Wording) -> Iterator[Markup]:
    yield joined(
        tag("a", line.firm, href=address("tenant", line.slug), target="_self"), tag("div", line.slug, class_="mp-small")
    )
    if line.scanned_at is None:
        yield tag("span", line.age_text, class_="mp-badge mp-not_assessed")
        yield from [tag("span", NOTHING, class_="mp-none")] * (len(_SEVERITIES) + 3)
        return
    yield _scanned(line, f"{line.scanned_at:%Y-%m-%d %H:%M}")
    for code in _SEVERITIES:
        yield _failing(code, line.failing.get(code), wording)
    yield _count(Verdict.NOT_ASSESSED, line)
    yield _count(Verdict.PASS, line)
    state = TableState.COMPLETE if line.coverage_complete else TableState.PARTIAL
    yield badge(state, line.coverage_text)


def _scanned(line: PortfolioLine, moment: str) -> Markup:
    age = tag("span", line.age_text, class_="mp-badge mp-not_assessed") if line.is_old else line.age_text
    return tag("div", age, tag("div", moment, class_="mp-small"))


def _failing(code: Severity, failing: Failing | None, wording: Wording) -> Markup:
    if failing is None:
        return tag("span", "0", class_="mp-none mp-number")
    text = mark("at least {count} found") if failing.at_least else mark("{count} found")
    findings = wording.text(text, count=failing.findings)
    return joined(severity(code, str(failing.checks)), tag("div", findings, class_="mp-small"))


def _count(verdict: Verdict, line: PortfolioLine) -> Markup:
    count = line.verdicts.get(verdict, 0)
    return badge(verdict, str(count)) if count else tag("span", "0", class_="mp-none mp-number")


page(current())
