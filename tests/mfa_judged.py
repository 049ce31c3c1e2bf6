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
    (person,) = people_in(result).values()
    return str(person["protection"])


def people_in(result: CheckResult) -> dict[str, dict[str, Any]]:
    """Everybody whom the check shows, by id."""
    return {person["id"]: person for person in shown(result)["people"]}


def answers_in(result: CheckResult) -> dict[str, dict[str, Any]]:
    """The answers for an insurer, by question."""
    return {answer["question"]: answer for answer in shown(result)["answers"]}


def shown(result: CheckResult) -> dict[str, Any]:
    """What the check shows besides its verdict."""
    exhibit: Any = result.exhibit
    assert exhibit is not None
    return dict(exhibit)


def says(person: dict[str, Any]) -> list[str]:
    """What the links of somebody's chain say."""
    return [step["says"] for step in person["chain"]]
