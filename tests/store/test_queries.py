"""What a viewer may see of what was judged."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from judgements import GAP, TENANT, a_check, an_object, judged, scan_id

from checks.model import Verdict
from scanner.snapshot.schema import DataClass
from store.decided import FindingWork, Waiver, WorkStatus
from store.judged import Judged
from store.lifecycle import FindingState, WaiverState, history
from store.portfolio import CheckCount, Portfolio, ScanCounts
from store.queries import Decided, FindingRow, check_rows, finding_rows, portfolio_rows
from store.schema import evidence_class, name_class
from store.viewer import OPERATOR, NotAllowed, Role, Viewer

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
NOTHING = Decided()
ADA = an_object("ada", "Ada Lovelace", account_enabled=True, state="enabled", item_name="2024-0137 Janssens")


def rows(viewer: Viewer, *evaluations: Judged, decided: Decided = NOTHING) -> list[FindingRow]:
    return finding_rows(viewer, evaluations[-1], history(evaluations), decided, NOW.date())


@pytest.mark.parametrize(
    ("role", "object_id", "name", "evidence"),
    [
        pytest.param(
            Role.FIRM, "ada", "Ada Lovelace", {"account_enabled", "state", "item_name"}, id="the firm sees its own"
        ),
        pytest.param(
            Role.TECHNICIAN, "ada", "Ada Lovelace", {"account_enabled", "state"}, id="a technician sees no file names"
        ),
        pytest.param(Role.INSURER, None, None, set(), id="an insurer sees nobody"),
    ],
)
def test_a_role_sees_its_data_classes_only(
    role: Role, object_id: str | None, name: str | None, evidence: set[str]
) -> None:
    [row] = rows(Viewer(role, frozenset({TENANT})), judged(1, a_check(failing=[ADA])))

    assert (row.object_id, row.object_name, set(row.evidence)) == (object_id, name, evidence)
    assert (row.fingerprint is None) == (object_id is None)
    assert row.state is FindingState.NEW


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_the_results_of_checks(role: Role) -> None:
    check = a_check(failing=[ADA], unknown=["bob"], passed=["cy"], gaps=(GAP,))

    [row] = check_rows(Viewer(role, None), judged(1, check))

    assert (row.verdict, row.assessed, row.failing, row.unknown, row.at_least) == (Verdict.FAIL, 3, 1, 1, True)
    assert row.gaps == (GAP,)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(lambda viewer: check_rows(viewer, judged(1)), id="results"),
        pytest.param(lambda viewer: rows(viewer, judged(1)), id="findings"),
    ],
)
def test_another_firm_is_refused(query: Callable[[Viewer], object]) -> None:
    with pytest.raises(NotAllowed, match="not yours to see"):
        query(Viewer(Role.FIRM, frozenset({"another"})))


def test_the_portfolio_holds_only_the_viewers_tenants(tmp_path: Path) -> None:
    counts = (CheckCount("AC-04", "pass", "high", 3, 0, 0, at_least=False),)
    with Portfolio(tmp_path) as portfolio:
        for tenant in ("a", "b"):
            scan = ScanCounts(tenant, scan_id(1), NOW, "e1", "c1", whole=True, coverage_complete=True, checks=counts)
            portfolio.publish(scan)

        assert [scan.tenant_id for scan in portfolio_rows(OPERATOR, portfolio)] == ["a", "b"]
        assert [scan.tenant_id for scan in portfolio_rows(Viewer(Role.FIRM, frozenset({"b"})), portfolio)] == ["b"]


def test_an_unknown_object_is_shown_as_such() -> None:
    [row] = rows(OPERATOR, judged(1, a_check(unknown=["ada"])))

    assert (row.object_id, row.state, row.is_open) == ("ada", None, False)


def test_a_finding_not_seen_since_is_still_shown_and_open() -> None:
    [row] = rows(OPERATOR, judged(1, a_check(failing=[ADA])), judged(2, a_check(gaps=(GAP,))))

    assert (row.object_name, row.state, row.last_seen) == ("Ada Lovelace", FindingState.NOT_SEEN_SINCE, scan_id(1))
    assert row.is_open


def test_a_fixed_finding_is_shown_once() -> None:
    first, second, third = judged(1, a_check(failing=[ADA])), judged(2, a_check()), judged(3, a_check())

    assert [row.state for row in rows(OPERATOR, first, second)] == [FindingState.FIXED]
    assert rows(OPERATOR, first, second, third) == []


def test_decisions_stand_beside_the_finding_they_are_about() -> None:
    waiver = Waiver("AC-04", "ada", "on leave", "partner", NOW, date(2026, 12, 31), ADA.condition)
    work = FindingWork("AC-04", "ada", WorkStatus.IN_PROGRESS, "", "an", NOW)

    ada, bob = rows(OPERATOR, judged(1, a_check(failing=[ADA, "bob"])), decided=Decided((waiver,), (work,)))

    assert (ada.waiver, ada.work, ada.is_open) == (WaiverState.IN_FORCE, WorkStatus.IN_PROGRESS, False)
    assert (bob.waiver, bob.work, bob.is_open) == (None, None, True)


def test_a_waiver_is_not_in_force_where_nothing_can_be_compared() -> None:
    waiver = Waiver("AC-04", "ada", "on leave", "partner", NOW, date(2026, 12, 31), {})
    first, second = judged(1, a_check(failing=["ada"])), judged(2, a_check(gaps=(GAP,)))

    [row] = rows(OPERATOR, first, second, decided=Decided((waiver,)))

    assert (row.waiver, row.is_open) == (None, True)


def test_evidence_that_no_table_knows_is_treated_as_the_most_secret() -> None:
    assert evidence_class("forward_to") is DataClass.ACCOUNT
    assert evidence_class("display_name") is DataClass.CONTENT_NAME
    assert evidence_class("something_computed") is DataClass.CONTENT_NAME
    assert name_class("sharing_link") is DataClass.CONTENT_NAME
