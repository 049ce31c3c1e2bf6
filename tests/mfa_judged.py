# ruff: noqa: ANN401 - JSON of any shape
"""ID-01 judged over a few accounts and policies."""

from typing import Any

from builders import a_profile, a_snapshot, a_user, security_defaults

from checks.engine import evaluate
from checks.registry import CATALOGUE
from checks.results import CheckResult

BOB = "bob"


def judge(
    *policies: dict[str, Any], users: list[dict[str, Any]] | None = None, defaults: bool | None = False, **how: Any
) -> CheckResult:
    profile = a_profile(**how.pop("profile", {}))
    source = a_snapshot(
        users=[a_user("ann")] if users is None else users,
        conditional_access_policies=policies,
        security_defaults=[security_defaults(enabled=defaults)],
        **how,
    )
    (result,) = evaluate(source, profile, CATALOGUE.only("ID-01")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only account."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"
