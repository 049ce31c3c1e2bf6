"""Counts over all tenants: idempotent, names-free, rebuildable."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.errors import StoreUnusable
from store.portfolio import FILE_NAME, CheckCount, Portfolio, ScanCounts

TENANT = "0f6b2a40-1111-4222-8333-444455556666"
SCAN = ScanCounts(
    tenant_id=TENANT,
    scan_id="20261123T034100Z-aa",
    finished_at=datetime(2026, 11, 23, 4, tzinfo=UTC),
    evaluation_id="e1",
    catalogue_version="c1",
    whole=True,
    coverage_complete=False,
    checks=(
        CheckCount("AC-04", "not_assessed", "high", 0, 0, 0, at_least=False),
        CheckCount("EM-05", "fail", "critical", 120, 2, 1, at_least=True),
    ),
)
LATER = replace(SCAN, scan_id="20261124T034100Z-bb", finished_at=datetime(2026, 11, 24, 4, tzinfo=UTC))


@pytest.fixture
def portfolio(tmp_path: Path) -> Iterator[Portfolio]:
    with Portfolio(tmp_path) as opened:
        yield opened


def test_what_was_published_is_read_back(portfolio: Portfolio) -> None:
    portfolio.publish(LATER)
    portfolio.publish(SCAN)

    assert portfolio.scans(TENANT) == [SCAN, LATER]
    assert portfolio.latest(TENANT) == LATER
    assert portfolio.tenant_ids() == [TENANT]


def test_publishing_a_scan_twice_counts_it_once(portfolio: Portfolio) -> None:
    judged_again = replace(SCAN, evaluation_id="e2", checks=SCAN.checks[:1])
    portfolio.publish(SCAN)
    portfolio.publish(judged_again)

    assert portfolio.scans(TENANT) == [judged_again]


def test_a_scan_of_chosen_areas_never_becomes_the_latest(portfolio: Portfolio) -> None:
    portfolio.publish(SCAN)
    portfolio.publish(replace(LATER, whole=False))

    assert portfolio.latest(TENANT) == SCAN


def test_a_tenant_never_scanned_has_no_latest(portfolio: Portfolio) -> None:
    assert portfolio.latest(TENANT) is None


def test_rebuilding_forgets_what_is_gone(portfolio: Portfolio) -> None:
    portfolio.publish(SCAN)
    portfolio.rebuild([LATER])

    assert portfolio.scans(TENANT) == [LATER]


def test_a_rebuild_that_fails_keeps_what_was_there(portfolio: Portfolio) -> None:
    portfolio.publish(SCAN)
    twice = replace(LATER, checks=(SCAN.checks[0], SCAN.checks[0]))

    with pytest.raises(sqlite3.IntegrityError):
        portfolio.rebuild([twice])
    assert portfolio.scans(TENANT) == [SCAN]


def test_scans_that_end_together_are_all_recorded(tmp_path: Path) -> None:
    def publish(number: int) -> None:
        with Portfolio(tmp_path) as portfolio:
            portfolio.publish(replace(SCAN, tenant_id=f"tenant-{number}"))

    threads = [threading.Thread(target=publish, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Portfolio(tmp_path) as portfolio:
        assert len(portfolio.tenant_ids()) == 8


def test_a_damaged_file_is_replaced_when_it_is_to_be_rebuilt(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all" * 100)
    with Portfolio.open_or_replace(tmp_path) as portfolio:
        portfolio.rebuild([SCAN])

    with Portfolio.open_or_replace(tmp_path) as portfolio:
        assert portfolio.scans(TENANT) == [SCAN]


def test_a_damaged_file_says_how_to_rebuild_it(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all" * 100)

    with pytest.raises(StoreUnusable, match="run `m365-posture store rebuild`"):
        Portfolio(tmp_path)
