"""The pieces that pages are put together from. Colour never stands alone: a word and a sign say the same."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from checks.model import Severity, Verdict
from dashboard.markup import Markup, joined, tag
from reports.view_models.findings import Standing
from reports.view_models.mfa_coverage import AnswerState
from scanner.snapshot.ledger import TableState

NOTHING: Final = "\N{EN DASH}"
"""Stands where there is nothing to say."""

_Code = Verdict | TableState | Standing | AnswerState

_SIGNS: Final[Mapping[_Code, str]] = MappingProxyType(
    {
        Verdict.FAIL: "✕",
        Verdict.NOT_ASSESSED: "?",
        Verdict.PASS: "✓",
        Verdict.ATTESTED: "✎",
        Verdict.NOT_APPLICABLE: NOTHING,
        TableState.COMPLETE: "✓",
        TableState.PARTIAL: "½",
        TableState.DENIED: "✕",
        TableState.UNLICENSED: "✕",
        TableState.FAILED: "!",
        TableState.SKIPPED: NOTHING,
        TableState.PURGED: NOTHING,
        Standing.OPEN: "✕",
        Standing.UNKNOWN: "?",
        Standing.CLOSED: NOTHING,
        AnswerState.YES: "✓",
        AnswerState.NO: "✕",
        AnswerState.DEVICES: "◐",
        AnswerState.UNKNOWN: "?",
    }
)
_SEVERITY_SIGNS: Final[Mapping[Severity, str]] = MappingProxyType(
    {
        Severity.CRITICAL: "▲▲",
        Severity.HIGH: "▲",
        Severity.MEDIUM: "◆",
        Severity.LOW: "▽",
        Severity.INFO: "i",
    }
)


def show(*content: str) -> None:
    """Put HTML on the page."""
    st.html(tag("div", *content, class_="mp"))


def badge(code: _Code, text: str) -> Markup:
    """Return a verdict or a state: a sign, a colour, and its word."""
    return signed(_SIGNS[code], text, code.value)


def signed(sign: str, text: str, tone: str) -> Markup:
    """Return a word with a sign, on the colour of a tone."""
    return tag("span", _sign(sign), text, class_=f"mp-badge mp-{tone}")


def severity(code: Severity, text: str, *, is_quiet: bool = False) -> Markup:
    """Return a severity: a sign, a colour, and its word; quiet beside what does not fail."""
    tone = "mp-quiet" if is_quiet else f"mp-{code.value}"
    return tag("span", _sign(_SEVERITY_SIGNS[code]), text, class_=f"mp-severity {tone}")


def tile(figure: str, label: str, tone: str = "plain", note: str = "") -> Markup:
    """Return a figure with what it counts.

    Args:
        figure: The number.
        label: What it counts.
        tone: `bad`, `doubt`, `good` or `plain`.
        note: A line below.
    """
    parts = [tag("div", figure, class_="mp-figure"), tag("div", label, class_="mp-label")]
    return tag("div", *parts, *([tag("div", note, class_="mp-note")] if note else []), class_=f"mp-tile mp-{tone}")


def tiles(*content: Markup) -> Markup:
    """Return tiles beside each other."""
    return tag("div", *content, class_="mp-tiles")


def table(caption: str, columns: Mapping[str, int], rows: Iterable[Sequence[str]]) -> Markup:
    """Return a table that a screen reader can read.

    Args:
        caption: Is read out and not shown.
        columns: Heading to width, in percent.
        rows: A cell for each column.
    """
    widths = tag("colgroup", *(tag("col", style=f"width: {width}%") for width in columns.values()))
    head = tag("tr", *(tag("th", heading, scope="col") for heading in columns))
    body = joined(*(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))
    content = (tag("caption", caption), widths, tag("thead", head), tag("tbody", body))
    return tag("div", tag("table", *content), class_="mp-scroll")


def notice(sentence: str, tone: str = "doubt") -> Markup:
    """Return a sentence in a box; what stands between backticks is something to type."""
    spoken = [tag("code", part) if number % 2 else part for number, part in enumerate(sentence.split("`"))]
    return tag("p", *spoken, class_=f"mp-notice mp-{tone}")


def details(title: Markup, *content: str) -> Markup:
    """Return something that opens on a click or with the keyboard."""
    return tag("details", tag("summary", title), *content)


def labelled(label: str, *content: str) -> Markup:
    """Return content under a small heading."""
    return tag("div", tag("div", label, class_="mp-term"), tag("div", *content), class_="mp-labelled")


def _sign(sign: str) -> Markup:
    return tag("span", sign, class_="mp-sign", aria_hidden="true")
