"""Every tenant at a glance: when it was scanned, what fails, what nobody could judge."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from checks.model import Severity, Verdict
from m365_posture.config import TenantConfig
from m365_posture.texts import Language, mark
from reports.view_models.wording import Wording
from store.portfolio import ScanCounts

_OLD: Final = timedelta(days=30)
"""Older than this, a scan says little of today."""

_NEVER: Final = mark("Never scanned")
_COMPLETE: Final = mark("Complete")
_INCOMPLETE: Final = mark("Incomplete")


@dataclass(frozen=True, slots=True)
class Failing:
    """What fails at one severity."""

    checks: int
    findings: int
    at_least: bool
    """There may be more findings than were seen."""


@dataclass(frozen=True, slots=True)
class PortfolioLine:
    """One tenant."""

    slug: str
    firm: str
    scanned_at: datetime | None
    """On the firm's clock; None before the first scan of all areas."""
    age_text: str
    is_old: bool
    failing: Mapping[Severity, Failing]
    """Severities at which nothing fails are absent."""
    verdicts: Mapping[Verdict, int]
    """Checks per verdict; verdicts of no check are absent."""
    coverage_complete: bool | None
    """None before the first scan."""
    coverage_text: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The tenants, the most urgent first and those never scanned last, and how many need attention."""

    lines: tuple[PortfolioLine, ...]
    critical: int
    """Tenants with a critical check that fails."""
    incomplete: int
    """Tenants of whose newest scan something is missing."""
    old: int
    """Tenants whose newest scan is old."""
    never: int


def portfolio(
    tenants: Iterable[TenantConfig], scans: Mapping[str, ScanCounts], now: datetime, language: Language
) -> Portfolio:
    """Return what the counts say of each tenant.

    Args:
        tenants: Those the viewer may see.
        scans: Newest counts by tenant id; a tenant that was never scanned is absent.
        now: UTC.
        language: Of the texts.
    """
    lines = [_line(tenant, scans.get(tenant.tenant_id), now, language) for tenant in tenants]
    return Portfolio(
        lines=tuple(sorted(lines, key=_urgency)),
        critical=sum(Severity.CRITICAL in line.failing for line in lines),
        incomplete=sum(line.coverage_complete is False for line in lines),
        old=sum(line.is_old for line in lines),
        never=sum(line.scanned_at is None for line in lines),
    )


def age_text(age: timedelta, wording: Wording) -> str:
    """Return how long ago something was, in whole days, or hours on the first day."""
    hours = max(0, int(age.total_seconds() // 3600))
    match hours:
        case 0:
            return wording.text(mark("Less than an hour ago"))
        case 1:
            return wording.text(mark("An hour ago"))
        case _ if hours < 24:  # noqa: PLR2004 - hours of a day
            return wording.text(mark("{hours} hours ago"), hours=hours)
        case _ if hours < 48:  # noqa: PLR2004 - the same
            return wording.text(mark("A day ago"))
        case _:
            return wording.text(mark("{days} days ago"), days=hours // 24)


def _line(tenant: TenantConfig, scan: ScanCounts | None, now: datetime, language: Language) -> PortfolioLine:
    wording = Wording(language, tenant.timezone)
    if scan is None:
        return PortfolioLine(
            tenant.slug,
            tenant.name,
            None,
            wording.text(_NEVER),
            is_old=False,
            failing={},
            verdicts={},
            coverage_complete=None,
            coverage_text="",
        )
    age = now - scan.finished_at
    return PortfolioLine(
        slug=tenant.slug,
        firm=tenant.name,
        scanned_at=wording.local(scan.finished_at),
        age_text=age_text(age, wording),
        is_old=age > _OLD,
        failing=_failing(scan),
        verdicts=Counter(Verdict(check.status) for check in scan.checks),
        coverage_complete=scan.coverage_complete,
        coverage_text=wording.text(_COMPLETE if scan.coverage_complete else _INCOMPLETE),
    )


def _failing(scan: ScanCounts) -> dict[Severity, Failing]:
    found: dict[Severity, Failing] = {}
    for severity in Severity:
        checks = [c for c in scan.checks if c.severity == severity and c.status == Verdict.FAIL]
        if checks:
            findings, at_least = sum(c.failing for c in checks), any(c.at_least for c in checks)
            found[severity] = Failing(len(checks), findings, at_least)
    return found


def _urgency(line: PortfolioLine) -> tuple[object, ...]:
    failing = [-line.failing[s].checks if s in line.failing else 0 for s in Severity]
    return line.scanned_at is None, failing, -line.verdicts.get(Verdict.NOT_ASSESSED, 0), line.firm.casefold()
