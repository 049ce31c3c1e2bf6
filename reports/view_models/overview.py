"""One tenant by topic: what fails, what could not be judged and why, what is in order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from checks.model import Severity, Verdict
from reports.view_models.areas import area_of, areas
from reports.view_models.coverage import CoverageView, coverage_view
from reports.view_models.report import Report
from reports.view_models.summary import Summary, SummaryLine, summary
from reports.view_models.wording import Wording


@dataclass(frozen=True, slots=True)
class AreaSection:
    """One topic."""

    name: str
    lines: tuple[SummaryLine, ...]
    """What fails first, then what is not assessed, each by severity."""
    verdicts: Mapping[Verdict, int]
    """Checks per verdict; verdicts of no check are absent."""


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """How the newest scan went."""

    parts_read: int
    """Tables and column groups that were read completely."""
    parts: int
    rows: int
    requests: int
    throttled: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page."""

    summary: Summary
    areas: tuple[AreaSection, ...]
    failing: Mapping[Severity, int]
    """Checks that fail per severity; severities at which nothing fails are absent."""
    facts: ScanFacts


def overview(report: Report) -> Overview:
    """Return the page of one tenant."""
    page = summary(report)
    failing = [line.severity for line in page.lines if line.verdict is Verdict.FAIL]
    return Overview(
        summary=page,
        areas=tuple(_sections(page.lines, report.wording)),
        failing=Counter(failing),
        facts=_facts(report, coverage_view(report)),
    )


def _sections(lines: Iterable[SummaryLine], wording: Wording) -> Iterable[AreaSection]:
    """Yield the topics in their own order; the lines of each keep theirs."""
    order = areas(wording)
    named = sorted(((area_of(line.check_id, wording), line) for line in lines), key=lambda pair: order.index(pair[0]))
    for name, pairs in groupby(named, key=lambda pair: pair[0]):
        own = tuple(line for _, line in pairs)
        yield AreaSection(name, own, Counter(line.verdict for line in own))


def _facts(report: Report, view: CoverageView) -> ScanFacts:
    entries = report.coverage.values()
    return ScanFacts(
        parts_read=sum(line.is_read for line in view.lines),
        parts=len(view.lines),
        rows=sum(entry.rows for entry in entries),
        requests=sum(entry.requests for entry in entries),
        throttled=sum(entry.throttled for entry in entries),
    )
