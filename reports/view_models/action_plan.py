"""What to do, the most urgent first: one line per check that fails, then what would let the others be judged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from checks.model import Severity, Verdict
from m365_posture.texts import mark
from reports.view_models.areas import area_of
from reports.view_models.findings import object_name, remedy
from reports.view_models.references import insurer_questions
from reports.view_models.report import Report
from reports.view_models.wording import SEVERITIES, WORK, Wording
from store.decided import WorkStatus
from store.queries import CheckRow, FindingRow

_NAMED: Final = 5
"""How many affected objects a line names; all of them stand among the affected objects."""
_AND_MORE: Final = mark("and {count} more")
_AT_LEAST: Final = mark("at least {count}")
_ACCEPTED: Final = mark("{count} accepted by the firm")
_TO_JUDGE: Final = mark("To judge {checks}")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do."""

    number: int
    check_ids: tuple[str, ...]
    severity: Severity | None
    """None where nothing is known to fail: it would let checks be judged."""
    severity_text: str
    area: str
    title: str
    what_to_do: str
    how_many: str
    """Objects that are open; empty where nothing is known to fail."""
    objects: str
    """Names of some of them, a line each."""
    questions: str
    """Insurers' questions it helps to answer, a line each."""
    status: str
    """What people said of it: the least advanced of its objects."""


def statuses(wording: Wording) -> list[str]:
    """Return what the status of an action can be."""
    return [wording.text(WORK[status]) for status in WorkStatus]


def action_plan(report: Report) -> list[Action]:
    """Return every action: what fails by severity, then what would let something be judged that could not be."""
    wording, urgency = report.wording, list(Severity)
    failing = [check for check in report.checks if check.verdict is Verdict.FAIL]
    found = [
        _of_check(number, check, [row for row in report.findings if row.check_id == check.check_id], wording)
        for number, check in enumerate(sorted(failing, key=lambda c: (urgency.index(c.severity), c.check_id)), 1)
    ]
    return [*found, *_of_gaps(report.checks, wording, len(found) + 1)]


def _of_check(number: int, check: CheckRow, rows: Iterable[FindingRow], wording: Wording) -> Action:
    failing = [row for row in rows if row.failing]
    still = [row for row in failing if row.is_open]
    return Action(
        number=number,
        check_ids=(check.check_id,),
        severity=check.severity,
        severity_text=wording.text(SEVERITIES[check.severity]),
        area=area_of(check.check_id, wording),
        title=wording.text(check.title),
        what_to_do=remedy(check.check_id, wording),
        how_many=_how_many(check, len(still), len(failing) - len(still), wording),
        objects=_names(still, wording),
        questions="\n".join(insurer_questions(check.check_id)),
        status=_status(still, wording),
    )


def _how_many(check: CheckRow, still: int, accepted: int, wording: Wording) -> str:
    count = wording.text(_AT_LEAST, count=still) if check.at_least else str(still)
    return ", ".join(filter(None, (count, wording.text(_ACCEPTED, count=accepted) if accepted else "")))


def _names(rows: list[FindingRow], wording: Wording) -> str:
    names = [object_name(row.object_name, wording) for row in rows if row.object_name is not None]
    shown = names[:_NAMED]
    more = len(rows) - len(shown)
    return "\n".join([*shown, *([wording.text(_AND_MORE, count=more)] if more and shown else [])])


def _status(rows: list[FindingRow], wording: Wording) -> str:
    order = list(WorkStatus)
    least = min((row.work or WorkStatus.OPEN for row in rows), key=order.index, default=WorkStatus.DONE)
    return wording.text(WORK[least])


def _of_gaps(checks: Iterable[CheckRow], wording: Wording, first: int) -> Iterator[Action]:
    """Yield one action for each way to close gaps, the one that helps most checks first."""
    waiting: dict[str, dict[str, CheckRow]] = {}
    for check in checks:
        for gap in check.gaps:
            waiting.setdefault(wording.mend(gap.mend, gap.state), {})[check.check_id] = check
    ways = sorted(waiting.items(), key=lambda way: (-len(way[1]), way[0]))
    for number, (mend, helped) in enumerate(ways, first):
        ids = tuple(sorted(helped))
        yield Action(
            number=number,
            check_ids=ids,
            severity=None,
            severity_text="",
            area="",
            title=wording.text(_TO_JUDGE, checks=", ".join(ids)),
            what_to_do=mend,
            how_many="",
            objects="",
            questions="\n".join(dict.fromkeys(question for each in ids for question in insurer_questions(each))),
            status=wording.text(WORK[WorkStatus.OPEN]),
        )
