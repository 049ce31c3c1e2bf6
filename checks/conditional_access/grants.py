"""What the grant controls of a policy demand."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from checks.json_values import ABSENT, Texts

APPROVED_APPLICATION_ENDS: Final = date(2026, 6, 30)
"""From this day on Microsoft treats `approvedApplication` as if it were not selected."""

_BUILT_IN_STRENGTHS: Final = tuple(f"00000000-0000-0000-0000-00000000000{n}" for n in (2, 3, 4))
"""Multifactor, passwordless and phishing-resistant MFA."""


class Demand(StrEnum):
    """What gets somebody in, besides the password."""

    BLOCK = "block"
    """Nothing does."""
    MFA = "mfa"
    CUSTOM_CONTROL = "custom_control"
    """A control of another provider, which Microsoft does not count as MFA."""
    MANAGED_DEVICE = "managed_device"
    """A managed device or app is accepted instead of MFA."""
    NOTHING = "nothing"
    """The password alone is enough."""
    UNKNOWN = "unknown"


_STRONGEST_FIRST: Final = tuple(demand for demand in Demand if demand is not Demand.UNKNOWN)

_CONTROLS: Final[Mapping[str, Demand]] = MappingProxyType(
    {
        "block": Demand.BLOCK,
        "mfa": Demand.MFA,
        "compliantDevice": Demand.MANAGED_DEVICE,
        "domainJoinedDevice": Demand.MANAGED_DEVICE,
        "approvedApplication": Demand.MANAGED_DEVICE,
        "compliantApplication": Demand.MANAGED_DEVICE,
        # neither is a second factor: whoever has the password can change it, or accept the terms
        "passwordChange": Demand.NOTHING,
    }
)


def demand_of(grant: Any, as_of: date) -> Demand:  # noqa: ANN401 - JSON as Graph sent it
    """Return what `grantControls` demand.

    Args:
        grant: Graph's object; None for a policy that only controls sessions.
        as_of: The day to judge at; Microsoft changed the meaning of a control in 2026.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant
    """
    if grant is None:
        return Demand.NOTHING
    if not isinstance(grant, dict):
        return Demand.UNKNOWN
    demands = [
        *_controls(grant.get("builtInControls"), as_of),
        *_alternatives(Texts.of(grant.get("customAuthenticationFactors")), Demand.CUSTOM_CONTROL),
        *_alternatives(Texts.of(grant.get("termsOfUse")), Demand.NOTHING),
        *_strength(grant.get("authenticationStrength", ABSENT)),
    ]
    return _combined(demands, grant.get("operator")) if demands else Demand.NOTHING


def _combined(demands: list[Demand], operator: object) -> Demand:
    together, at_least = _strongest(demands), _weakest(demands)
    if len(demands) == 1 or together == at_least or operator == "AND":
        return together
    return at_least if operator == "OR" else Demand.UNKNOWN


def _controls(controls: object, as_of: date) -> list[Demand]:
    dropped = {"approvedApplication"} if as_of >= APPROVED_APPLICATION_ENDS else set()
    named = Texts.of(controls)
    demands = [_CONTROLS.get(control, Demand.UNKNOWN) for control in sorted(named.known - dropped)]
    return demands if named.is_whole else [*demands, Demand.UNKNOWN]


def _alternatives(named: Texts, demand: Demand) -> list[Demand]:
    """Return what a list of controls demands, all of which are alike."""
    if named.is_empty is None:
        return [Demand.UNKNOWN]
    return [] if named.is_empty else [demand]


def _strength(strength: Any) -> list[Demand]:  # noqa: ANN401 - JSON as Graph sent it
    if strength is None:
        return []
    if not isinstance(strength, dict):
        return [Demand.UNKNOWN]
    satisfied = strength.get("requirementsSatisfied")
    is_mfa = satisfied == "mfa" or (satisfied is None and strength.get("id") in _BUILT_IN_STRENGTHS)
    return [Demand.MFA if is_mfa else Demand.UNKNOWN]


def _strongest(demands: list[Demand]) -> Demand:
    """Return what all together demand: one that is MFA decides, whatever the unknown ones are."""
    for demand in (Demand.BLOCK, Demand.MFA, Demand.UNKNOWN):
        if demand in demands:
            return demand
    return min(demands, key=_STRONGEST_FIRST.index)


def _weakest(demands: list[Demand]) -> Demand:
    """Return what the easiest alternative demands: one that is nothing decides."""
    for demand in (Demand.NOTHING, Demand.UNKNOWN):
        if demand in demands:
            return demand
    return max(demands, key=_STRONGEST_FIRST.index)
