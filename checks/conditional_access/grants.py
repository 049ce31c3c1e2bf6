"""What the grant controls of a policy demand."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

APPROVED_APPLICATION_ENDS: Final = date(2026, 6, 30)
"""From this day on Microsoft treats `approvedApplication` as if it were not selected."""

_BUILT_IN_STRENGTHS: Final = frozenset(f"00000000-0000-0000-0000-00000000000{n}" for n in (2, 3, 4))
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
    if not isinstance(grant, dict) or not isinstance(grant.get("builtInControls"), list):
        return Demand.UNKNOWN
    demands = [_CONTROLS.get(control, Demand.UNKNOWN) for control in _controls(grant, as_of)]
    demands += [Demand.CUSTOM_CONTROL] * bool(grant.get("customAuthenticationFactors"))
    demands += [Demand.NOTHING] * bool(grant.get("termsOfUse"))
    demands += [_strength(grant["authenticationStrength"])] * bool(grant.get("authenticationStrength"))
    if not demands:
        return Demand.NOTHING
    return _strongest(demands) if len(demands) == 1 or grant.get("operator") == "AND" else _weakest(demands)


def _controls(grant: dict[str, Any], as_of: date) -> list[str]:
    dropped = {"approvedApplication"} if as_of >= APPROVED_APPLICATION_ENDS else set()
    return [control for control in grant["builtInControls"] if control not in dropped]


def _strength(strength: Any) -> Demand:  # noqa: ANN401 - JSON as Graph sent it
    if not isinstance(strength, dict):
        return Demand.UNKNOWN
    satisfied = strength.get("requirementsSatisfied")
    if satisfied is None:
        return Demand.MFA if strength.get("id") in _BUILT_IN_STRENGTHS else Demand.UNKNOWN
    return Demand.MFA if satisfied == "mfa" else Demand.UNKNOWN


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
