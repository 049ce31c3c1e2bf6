# ruff: noqa: ANN401 - JSON of any shape
"""ID-01 judged over a few accounts and policies."""

from typing import Any

from builders import a_profile, a_snapshot, a_user, security_defaults
from builders.access import a_registration

from checks.engine import evaluate
from checks.registry import CATALOGUE
from checks.results import CheckResult

BOB = "bob"


def judge(
    *policies: dict[str, Any], users: list[dict[str, Any]] | None = None, defaults: bool | None = False, **how: Any
) -> CheckResult:
    profile = a_profile(**how.pop("profile", {}))
    accounts = [a_user("ann")] if users is None else users
    source = a_snapshot(
        users=accounts,
        conditional_access_policies=policies,
        security_defaults=[security_defaults(enabled=defaults)],
        **{"registration_details": [a_registration(account["id"]) for account in accounts]} | how,
    )
    (result,) = evaluate(source, profile, CATALOGUE.only("ID-01")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only account."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"


def protection_in(result: CheckResult) -> str:
    """What protects the only account."""
    exhibit = result.exhibit
    assert exhibit is not None
    (person,) = exhibit["people"]  # type: ignore[misc] # JSON
    return str(person["protection"])  # type: ignore[call-overload,index] # JSON
