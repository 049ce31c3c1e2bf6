"""An evaluation as JSON lines: the contract of `judge --format jsonl`."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from checks.model import Verdict
from checks.results import CheckResult, Evaluation, Row

SCHEMA: Final = 1


def lines(evaluation: Evaluation, tenant: str) -> Iterator[bytes]:
    """Yield one line per check, each followed by one line per failing object.

    The same evaluation gives the same bytes: keys in fixed order, checks by id, objects by id.

    Args:
        evaluation: What was judged.
        tenant: The tenant's slug.

    Yields:
        Lines of UTF-8 JSON, newline included.
    """
    for result in evaluation.results:
        head = {"schema": SCHEMA, "tenant": tenant, "evaluation": evaluation.id, "check_id": result.check.id}
        yield _line(head | _check(result))
        for row in result.failing:
            yield _line(head | _object(result, row))


def _check(result: CheckResult) -> dict[str, Any]:
    return {
        "title": result.check.title,
        "status": result.verdict,
        "severity": result.check.severity,
        "assessed": result.assessed,
        "failing": len(result.failing),
        "unknown": len(result.unknown),
        "at_least": result.at_least,
        "reason": result.reason,
        "object_id": None,
    }


def _object(result: CheckResult, row: Row) -> dict[str, Any]:
    return {
        "title": result.check.title,
        "status": Verdict.FAIL,
        "severity": result.check.severity,
        "object_type": result.check.object_type,
        "object_id": row.object_id,
        "object_name": row.object_name,
        "evidence": row.evidence,
        "fingerprint": row.fingerprint,
    }


def _line(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
