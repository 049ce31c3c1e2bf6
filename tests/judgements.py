"""Builders of what was judged."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from checks.model import Gap, Severity, Verdict
from scanner.snapshot.ledger import TableState
from store.judged import Judged, JudgedCheck, JudgedObject

TENANT = "0f6b2a40-1111-4222-8333-444455556666"
FIRST_SCAN = datetime(2026, 11, 16, 4, tzinfo=UTC)
GAP = Gap("users.sign_in_activity", TableState.UNLICENSED, "no_licence", "license:AAD_PREMIUM")


def an_object(object_id: str, name: str = "", **evidence: object) -> JudgedObject:
    return JudgedObject(object_id, name or object_id, evidence, {k: v for k, v in evidence.items() if k != "seen"})


def a_check(
    check_id: str = "AC-04",
    *,
    failing: Iterable[str | JudgedObject] = (),
    unknown: Iterable[str | JudgedObject] = (),
    passed: Iterable[str] = (),
    gaps: tuple[Gap, ...] = (),
    verdict: Verdict | None = None,
) -> JudgedCheck:
    failures = tuple(an_object(o) if isinstance(o, str) else o for o in failing)
    doubts = tuple(an_object(o) if isinstance(o, str) else o for o in unknown)
    incomplete = bool(gaps or doubts)
    said = verdict or (Verdict.FAIL if failures else Verdict.NOT_ASSESSED if incomplete else Verdict.PASS)
    return JudgedCheck(
        check_id=check_id,
        title="No enabled account unused for 90 days",
        severity=Severity.HIGH,
        object_type="user",
        verdict=said,
        assessed=len(failures) + len(doubts) + len(tuple(passed)),
        at_least=said is Verdict.FAIL and incomplete,
        reason="",
        gaps=gaps,
        failing=failures,
        unknown=doubts,
        passed=frozenset(passed),
    )


def scan_id(scan: int) -> str:
    return f"{FIRST_SCAN + timedelta(days=scan):%Y%m%dT%H%M%SZ}-{scan:08x}"


def judged(
    scan: int,
    *checks: JudgedCheck,
    catalogue: str = "c1",
    statements: str = "p1",
    whole: bool = True,
    tenant: str = TENANT,
    evaluation: str = "",
) -> Judged:
    finished = FIRST_SCAN + timedelta(days=scan)
    return Judged(
        evaluation_id=evaluation or f"e{scan}-{catalogue}",
        tenant_id=tenant,
        scan_id=scan_id(scan),
        finished_at=finished,
        as_of=finished,
        judged_at=finished + timedelta(minutes=1),
        catalogue_version=catalogue,
        profile_hash=f"{statements} on day {scan}",
        statement_hash=statements,
        snapshot_hash=f"s{scan}",
        whole=whole,
        coverage_complete=not any(check.gaps for check in checks),
        checks=checks,
    )
