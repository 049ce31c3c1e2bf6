"""What the dashboard says of many tenants, and of one by topic."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from judgements import GAP, TENANT, a_check, judged
from report_builder import ENGLISH, a_report

from checks.model import Severity, Verdict
from checks.registry import CATALOGUE
from m365_posture.config import AppCredential, TenantConfig
from m365_posture.texts import Language
from reports.view_models.areas import AREAS, area_of, areas
from reports.view_models.coverage import coverage_view
from reports.view_models.findings import Standing, finding_lines
from reports.view_models.overview import overview
from reports.view_models.portfolio import Failing, Portfolio, age_text, portfolio
from reports.view_models.references import insurer_questions, references
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState
from store.judged import Judged
from store.record import counts_of

OTHER = "22222222-2222-4333-8444-555555555555"


def a_tenant(name: str, tenant_id: str = TENANT) -> TenantConfig:
    return TenantConfig(name.lower(), name, tenant_id, Path("data"), AppCredential("app"))


def a_portfolio(*scanned: Judged, now: datetime | None = None) -> Portfolio:
    """Return the portfolio of two tenants, Baert and Adam."""
    tenants = [a_tenant("Baert"), a_tenant("Adam", OTHER)]
    scans = {one.tenant_id: counts_of(one) for one in scanned}
    latest = max((one.finished_at for one in scanned), default=datetime.now(UTC))
    return portfolio(tenants, scans, now or latest, Language.EN)


def critical(*failing: str, unknown: tuple[str, ...] = ()) -> Judged:
    return judged(1, replace(a_check("EM-05", failing=failing, unknown=unknown), severity=Severity.CRITICAL))


def test_a_tenant_that_was_never_scanned_is_neither_good_nor_bad_and_comes_last() -> None:
    view = a_portfolio(judged(1, a_check()))

    never = view.lines[-1]
    assert (never.firm, never.age_text, never.scanned_at) == ("Adam", "Never scanned", None)
    assert (never.failing, never.verdicts, never.coverage_complete) == ({}, {}, None)
    assert (view.never, view.incomplete, view.critical) == (1, 0, 0)


def test_the_most_urgent_tenant_comes_first() -> None:
    high = judged(1, a_check(failing=["ada", "bob"]), tenant=OTHER)

    assert [line.firm for line in a_portfolio(critical("rule"), high).lines] == ["Baert", "Adam"]
    assert [line.firm for line in a_portfolio(judged(1, a_check()), high).lines] == ["Adam", "Baert"]


def test_what_fails_is_counted_by_severity_and_says_when_there_may_be_more() -> None:
    [line, _] = a_portfolio(critical("rule", "other", unknown=("third",))).lines

    assert line.failing == {Severity.CRITICAL: Failing(checks=1, findings=2, at_least=True)}
    assert (line.coverage_complete, line.coverage_text) == (True, "Complete")


def test_the_last_scan_is_told_on_the_clock_of_the_firm_with_its_age() -> None:
    scanned = judged(1, a_check(gaps=(GAP,)))

    view = a_portfolio(scanned, now=scanned.finished_at + timedelta(days=31))

    assert f"{view.lines[0].scanned_at:%Y-%m-%d %H:%M}" == "2026-11-17 05:00"
    assert (view.lines[0].age_text, view.lines[0].is_old, view.old) == ("31 days ago", True, 1)
    assert (view.lines[0].coverage_text, view.incomplete) == ("Incomplete", 1)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(minutes=59), "Less than an hour ago"),
        (timedelta(minutes=-5), "Less than an hour ago"),
        (timedelta(hours=1), "An hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(hours=24), "A day ago"),
        (timedelta(hours=48), "2 days ago"),
    ],
)
def test_an_age_is_told_in_hours_and_then_in_days(age: timedelta, text: str) -> None:
    assert age_text(age, ENGLISH) == text


def test_the_overview_goes_by_topic_with_what_fails_first() -> None:
    checks = (a_check("SH-06"), a_check("EM-04"), a_check("EM-05", failing=["rule"]), a_check("ID-01", gaps=(GAP,)))

    view = overview(a_report(judged(1, *checks)))

    assert [(section.name, [line.check_id for line in section.lines]) for section in view.areas] == [
        ("Identity and second factor", ["ID-01"]),
        ("E-mail", ["EM-05", "EM-04"]),
        ("Sharing", ["SH-06"]),
    ]
    assert view.areas[1].verdicts == {Verdict.FAIL: 1, Verdict.PASS: 1}
    assert view.failing == {Severity.HIGH: 1}


def test_the_overview_tells_how_the_scan_went() -> None:
    groups = {"sign_in_activity": GroupCoverage(TableState.UNLICENSED)}
    coverage = {
        "users": Coverage(TableState.COMPLETE, rows=40, requests=3, groups=groups),
        "sign_ins": Coverage(TableState.PARTIAL, rows=2, requests=4, throttled=2),
    }

    facts = overview(a_report(judged(1), coverage=coverage)).facts

    assert (facts.parts_read, facts.parts, facts.rows, facts.requests, facts.throttled) == (1, 3, 42, 7, 2)


def test_the_coverage_keeps_gaps_apart_from_what_nobody_asked_for() -> None:
    coverage = {
        "users": Coverage(TableState.COMPLETE),
        "inbox_rules": Coverage(TableState.DENIED, mend="grant:MailboxSettings.Read"),
        "sharing_links": Coverage(TableState.SKIPPED, mend="pack:files"),
        "sign_ins": Coverage(TableState.SKIPPED, reason="graph_cannot_see"),
    }

    view = coverage_view(a_report(judged(1), coverage=coverage))

    assert [line.need for line in view.gaps] == ["inbox_rules", "sign_ins"]
    assert [line.need for line in view.left_out] == ["sharing_links"]
    assert [line.need for line in view.read] == ["users"]


def test_a_finding_is_open_in_doubt_or_closed() -> None:
    first = judged(1, a_check(failing=["ada", "bob"]))
    second = judged(2, a_check(failing=["ada"], unknown=["cy"], passed=["bob"]))

    lines = finding_lines(a_report(first, second))

    assert {line.object_name: line.standing for line in lines} == {
        "ada": Standing.OPEN,
        "bob": Standing.CLOSED,
        "cy": Standing.UNKNOWN,
    }


@pytest.mark.parametrize("check_id", [check.id for check in CATALOGUE])
def test_every_check_has_a_topic_and_somebody_who_asks_for_it(check_id: str) -> None:
    assert area_of(check_id, ENGLISH) in AREAS.values()
    assert references(check_id)
    assert all(question.strip() for question in insurer_questions(check_id))


def test_a_check_that_left_the_catalogue_is_still_shown() -> None:
    assert area_of("ZZ-99", ENGLISH) == areas(ENGLISH)[-1]
    assert (references("ZZ-99"), insurer_questions("ZZ-99")) == ((), ())
