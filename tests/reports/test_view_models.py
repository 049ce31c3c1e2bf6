"""What a report says: plain numbers and sentences over the store."""

from datetime import UTC, date, datetime

import pytest
from judgements import GAP, a_check, judged
from report_builder import COMPLETE, ENGLISH, NOW, a_report

from checks.model import Gap, Verdict
from reports.view_models.coverage import coverage_view, gap_sentence
from reports.view_models.evidence import evidence_text
from reports.view_models.findings import finding_lines
from reports.view_models.summary import summary
from reports.view_models.wording import scan_time
from scanner.snapshot.ledger import Basis, Coverage, GroupCoverage, TableState
from store.decided import FindingWork, Waiver, WorkStatus
from store.queries import Decided
from store.viewer import Role, Viewer


def test_the_summary_counts_checks_not_rows() -> None:
    page = summary(a_report(judged(1, a_check(failing=["ada", "bob"]), a_check("EM-05", passed=["rule"]))))

    assert dict(page.totals) == {
        "Not in order": 1,
        "Not assessed": 0,
        "In order": 1,
        "Stated by the firm": 0,
        "Not applicable": 0,
    }
    assert [line.result for line in page.lines] == ["2 of 2", "0 of 1"]


def test_the_summary_shows_failures_before_gaps_before_what_is_in_order() -> None:
    checks = (a_check("AA-01"), a_check("BB-02", gaps=(GAP,)), a_check("CC-03", failing=["ada"]))

    assert [line.check_id for line in summary(a_report(judged(1, *checks))).lines] == ["CC-03", "BB-02", "AA-01"]


def test_a_gap_is_not_assessed_with_its_reason_and_its_cure() -> None:
    [line] = summary(a_report(judged(1, a_check(gaps=(GAP,))))).lines

    assert (line.verdict, line.verdict_text, line.result) == (Verdict.NOT_ASSESSED, "Not assessed", "")
    assert line.missing == (
        "Accounts (dates of the last sign-in): not read: a licence is missing. "
        "It comes with the licence Microsoft Entra ID P1."
    )


def test_a_failure_with_a_gap_says_at_least() -> None:
    [line] = summary(a_report(judged(1, a_check(failing=["ada"], unknown=["bob"], gaps=(GAP,))))).lines

    assert line.result == "At least 1 of 2"
    assert line.missing.endswith("\n1 of 2 could not be judged.")


def test_the_summary_says_what_changed() -> None:
    first = judged(1, a_check(failing=["ada", "bob", "cy"]), a_check("EM-05", failing=["rule"]))
    second = judged(2, a_check(failing=["ada", "dee"], passed=["bob", "cy"]), a_check("EM-05", gaps=(GAP,)))

    page = summary(a_report(first, second))

    assert page.changes == "Since the previous scan: 1 new, 2 fixed, 1 known already, 1 not checked this time."


@pytest.mark.parametrize(
    ("coverage", "headline"),
    [
        pytest.param({"users": COMPLETE}, "Everything that was asked for was read.", id="complete"),
        pytest.param(
            {"users": COMPLETE, "sign_ins": Coverage(TableState.DENIED)},
            "Not read, or only in part: 1 of 2 parts",
            id="denied",
        ),
        pytest.param(
            {"users": Coverage(TableState.COMPLETE, groups={"sign_in_activity": GroupCoverage(TableState.UNLICENSED)})},
            "Not read, or only in part: 1 of 2 parts",
            id="a column group",
        ),
        pytest.param({"users": Coverage(TableState.PARTIAL)}, "Not read, or only in part: 1 of 1 parts", id="in part"),
    ],
)
def test_the_summary_always_says_when_coverage_is_incomplete(coverage: dict[str, Coverage], headline: str) -> None:
    report = a_report(judged(1, a_check()), coverage=coverage)

    assert summary(report).coverage.startswith(headline)
    assert coverage_view(report).headline == summary(report).coverage


def test_the_coverage_says_how_much_is_missing_and_what_would_mend_it() -> None:
    rules = Coverage(
        TableState.PARTIAL,
        basis=Basis.INCREMENTAL,
        rows=40,
        objects_expected=38,
        objects_read=36,
        objects_failed=2,
        reason="ErrorAccessDenied",
        mend="rescan",
    )

    [line] = coverage_view(a_report(judged(1), coverage={"inbox_rules": rules})).lines

    assert (line.name, line.missing, line.mend) == ("Inbox rules", "2 of 38 could not be read", "Scan again.")
    assert (line.reason, line.rows) == ("ErrorAccessDenied", 40)
    assert line.basis.startswith("What changed since")


def test_what_is_kept_for_the_next_scan_is_no_part_of_the_coverage() -> None:
    coverage = {"users": COMPLETE, "watermarks": COMPLETE, "unread_objects": COMPLETE}

    assert [line.need for line in coverage_view(a_report(judged(1), coverage=coverage)).lines] == ["users"]


@pytest.mark.parametrize(
    ("mend", "sentence"),
    [
        ("grant:AuditLog.Read.All", "Grant the scanner's app the permission AuditLog.Read.All."),
        ("license:AAD_PREMIUM_P2", "It comes with the licence Microsoft Entra ID P2."),
        ("license:SOME_PLAN", "It comes with the licence SOME_PLAN."),
        ("pack:files", "Turn on the pack files in tenants.toml, if the firm agrees."),
        ("rescan", "Scan again."),
        ("", "This source cannot give it."),
    ],
)
def test_every_cure_is_a_sentence(mend: str, sentence: str) -> None:
    assert gap_sentence(Gap("users", TableState.DENIED, "", mend), ENGLISH) == (
        f"Accounts: not read: access was refused. {sentence}"
    )


def test_findings_are_shown_by_urgency_and_doubts_last() -> None:
    lines = finding_lines(a_report(judged(1, a_check(failing=["zoe", "Ada"], unknown=["bob"]))))

    assert [(line.object_name, line.state_text) for line in lines] == [
        ("Ada", "New"),
        ("zoe", "New"),
        ("bob", "Could not be judged"),
    ]


def test_a_decision_stands_beside_the_finding() -> None:
    waiver = Waiver("AC-04", "ada", "on leave", "partner", NOW, date(2026, 12, 31), {})
    work = FindingWork("AC-04", "ada", WorkStatus.IN_PROGRESS, "", "an", NOW)

    [line] = finding_lines(a_report(judged(1, a_check(failing=["ada"])), decided=Decided((waiver,), (work,))))

    assert line.decision == "Accepted by the firm, In progress"


def test_a_name_that_is_not_for_the_viewer_is_said_to_be_hidden() -> None:
    [line] = finding_lines(a_report(judged(1, a_check(failing=["ada"])), viewer=Viewer(Role.INSURER, None)))

    assert (line.object_name, line.object_id, line.fingerprint) == ("(not shown to you)", "", "")


def test_evidence_is_shown_on_the_clock_of_the_firm() -> None:
    evidence: dict[str, object] = {
        "last_success": "2026-07-01T22:30:00Z",
        "hides_by": True,
        "seen": None,
        "targets": ["a@b.example", False],
        "count": 3,
        "note": "2026 is over Z",
    }

    assert evidence_text(evidence, ENGLISH).splitlines() == [
        "Last successful sign-in: 2026-07-02 00:30",
        "Hides mail by: yes",
        "seen: not stated",
        "targets: a@b.example, no",
        "count: 3",
        "note: 2026 is over Z",
    ]


def test_a_scan_id_tells_when_it_began() -> None:
    assert scan_time("20261123T034100Z-0a1b2c3d") == datetime(2026, 11, 23, 3, 41, tzinfo=UTC)
