"""What the firm's licences come with, by service plan: the same plan is sold in many products."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.frame import records
from checks.registry import columns, derived
from checks.three_valued import Answer, any_of

P1: Final = frozenset({"AAD_PREMIUM", "AAD_PREMIUM_P2"})
"""Plans with Conditional Access."""
P2: Final = frozenset({"AAD_PREMIUM_P2", "ENTRA_IDENTITY_GOVERNANCE", "ENTRA_IDENTITY_GOVERNANCE_STEP_UP"})
"""Plans with Privileged Identity Management."""

RISK: Final = frozenset({"AAD_PREMIUM_P2"})
"""Plans with Identity Protection, which sees risk and lets policies act on it."""

_ENDED: Final = frozenset({"Suspended", "LockedOut", "Deleted"})


@dataclass(frozen=True, slots=True)
class Plan:
    """One service plan of a product."""

    id: str | None
    name: str | None
    """In capitals."""


Plans = tuple[Plan, ...] | None
"""The plans of a product; None where they were not told."""


@dataclass(frozen=True, slots=True)
class Licences:
    """Every product that the firm pays for, or may be paying for."""

    products: Mapping[str | None, Plans]
    """By id of the product (`sku_id`); products that have ended are not here."""
    ended: frozenset[str]
    """Ids of products of which nothing is in force any more."""

    def come_with(self, names: Iterable[str]) -> Answer:
        """Whether one of the service plans is in force; unknown where plans were not told."""
        wanted = frozenset(names)
        found = (plan.name for plans in self.products.values() for plan in plans or ())
        told = any_of(None if name is None else name in wanted for name in found)
        return any_of([told, None if None in self.products.values() else False])

    def of(self, assigned: list[dict[str, Any]] | None) -> Plans:
        """Return the plans that somebody's `assigned_licenses` bring; None where that is not sure.

        A plan that was switched off for the person is left out.
        """
        if assigned is None:
            return None
        found: list[Plan] = []
        for licence in assigned:
            sku_id, disabled = licence["sku_id"], licence["disabled_plans"]
            plans = () if sku_id in self.ended and sku_id not in self.products else self.products.get(sku_id)
            if plans is None or disabled is None or None in disabled:
                return None
            found += [plan for plan in plans if plan.id is None or plan.id not in disabled]
        return tuple(found)


@derived
def licences(
    subscribed_skus: Annotated[pd.DataFrame, columns("sku_id", "capability_status", "service_plans", whole=True)],
) -> Licences:
    """Return what the firm's licences come with; a product whose state was not read counts as in force.

    Source:
        https://learn.microsoft.com/graph/api/resources/subscribedsku
    """
    products: dict[str | None, Plans] = {}
    ended = set()
    for row in records(subscribed_skus):
        sku_id = row["sku_id"]
        if row["capability_status"] in _ENDED:
            ended.add(sku_id)
            continue
        plans = _plans(row["service_plans"])
        known = products.get(sku_id, ())
        products[sku_id] = None if plans is None or known is None else (*known, *plans)
    return Licences(products, frozenset(filter(None, ended)))


def _plans(plans: list[dict[str, Any] | None] | None) -> Plans:
    if plans is None:
        return None
    named = [plan or {"service_plan_id": None, "service_plan_name": None} for plan in plans]
    return tuple(Plan(plan["service_plan_id"], (plan["service_plan_name"] or "").upper() or None) for plan in named)
