# ruff: noqa: ANN401 - stand-ins for checks and outcomes
"""A catalogue of one check, to show what the engine makes of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import pandas as pd

from builders.rows import a_user
from builders.snapshot import MemorySource, a_profile
from checks.engine import evaluate
from checks.frame import judged, objects
from checks.frameworks import mapping
from checks.model import EvidenceKind, Outcome
from checks.registry import Catalogue, columns
from checks.results import CheckResult

Users = Annotated[pd.DataFrame, columns("id", "account_enabled")]


def register(catalogue: Catalogue, check_id: str, function: Callable[..., Outcome]) -> None:
    catalogue.check(
        check_id,
        title="A title",
        severity=mapping()[check_id].severity,
        object_type="user",
        evidence={"enabled": EvidenceKind.CONDITION},
        remedy="A remedy.",
        source="https://learn.microsoft.com/",
    )(function)


def catalogue_of(function: Callable[..., Outcome], *derived: Callable[..., Any], check_id: str = "AC-04") -> Catalogue:
    catalogue = Catalogue()
    for one in derived:
        catalogue.derived(one)
    register(catalogue, check_id, function)
    return catalogue


def judge(function: Callable[..., Outcome], source: MemorySource, *derived: Callable[..., Any]) -> CheckResult:
    (result,) = evaluate(source, a_profile(), catalogue_of(function, *derived)).results
    return result


def outcome(users: pd.DataFrame, failing: "pd.Series[Any] | None" = None, **how: Any) -> Outcome:
    failing = users["account_enabled"] if failing is None else failing
    return replace(judged(objects(users, ["id"], ["id"], {"enabled": users["account_enabled"]}), failing), **how)


def enabled_fails(users: Users) -> Outcome:
    """Whoever is enabled fails."""
    return outcome(users)


def ids(rows: tuple[Any, ...]) -> list[str]:
    return [row.object_id for row in rows]


PASSES = a_user("p", account_enabled=False)
FAILS = a_user("f", account_enabled=True)
UNKNOWN = a_user("u", account_enabled=None)
