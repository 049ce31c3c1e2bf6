# ruff: noqa: ANN401 - tables of any shape
"""One check judged over the tables of a test."""

from typing import Any

from builders import a_profile, a_snapshot

from checks.engine import evaluate
from checks.registry import CATALOGUE
from checks.relations import Relations
from checks.results import CheckResult


def judge(check_id: str, *, profile: dict[str, Any] | None = None, **tables: Any) -> CheckResult:
    """Judge one check.

    Args:
        check_id: Which.
        profile: What the firm states.
        **tables: Rows by table name; `states` and `column_groups` as `a_snapshot` takes them.
    """
    # a log of few rows is searched by one thread sooner than shared out
    one_thread = Relations(threads=1)
    source, stated = a_snapshot(**tables), a_profile(**(profile or {}))
    (result,) = evaluate(source, stated, CATALOGUE.only(check_id), one_thread).results
    return result


def statuses(result: CheckResult) -> dict[str, str]:
    """What was said of each object."""
    said = dict.fromkeys(result.population, "passes")
    said |= {row.object_id: "fails" for row in result.failing}
    return said | {row.object_id: "unknown" for row in result.unknown}


def evidence(result: CheckResult, object_id: str) -> dict[str, Any]:
    """What was seen of an object that did not pass."""
    return next(dict(row.evidence) for row in (*result.failing, *result.unknown) if row.object_id == object_id)
