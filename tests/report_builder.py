"""Builder of reports."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from m365_posture.texts import Language
from reports.view_models.report import Report
from reports.view_models.wording import Wording
from scanner.snapshot.ledger import Coverage, TableState
from store.judged import Judged
from store.lifecycle import history
from store.queries import Decided, check_rows, finding_rows
from store.viewer import OPERATOR, Viewer

ENGLISH = Wording(Language.EN, "Europe/Brussels")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
COMPLETE = Coverage(TableState.COMPLETE, rows=3)
NOTHING = Decided()


def a_report(
    *evaluations: Judged,
    viewer: Viewer = OPERATOR,
    decided: Decided = NOTHING,
    coverage: dict[str, Coverage] | None = None,
    wording: Wording = ENGLISH,
    firm: str = "Vermeulen & Zonen",
    exhibits: Mapping[str, Mapping[str, Any]] | None = None,
) -> Report:
    last = evaluations[-1]
    return Report(
        firm=firm,
        finished_at=last.finished_at,
        checks=tuple(check_rows(viewer, last)),
        findings=tuple(finding_rows(viewer, last, history(evaluations), decided, NOW.date())),
        coverage={"users": COMPLETE} if coverage is None else coverage,
        wording=wording,
        exhibits=exhibits or {},
    )
