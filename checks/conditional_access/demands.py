"""What the grant controls of a policy demand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

from checks.conditional_access.situations import OTHER
from checks.conditional_access.strengths import Strengths
from checks.json_values import ABSENT, Texts, has_strangers
from checks.three_valued import Answer

APPROVED_APPLICATION_ENDS: Final = date(2026, 6, 30)
"""From this day on Microsoft treats `approvedApplication` as if it were not selected."""


class Demand(StrEnum):
    """What gets somebody in, besides the password; the strongest first."""

    BLOCK = "block"
    """Nothing does."""
    MFA = "mfa"
    MANAGED_DEVICE = "managed_device"
    """A managed device or app."""
    NOTHING = "nothing"
    UNKNOWN = "unknown"
    """Also a control of another provider: what that one asks is not Microsoft's to tell, and not MFA to it."""


_STRONGEST_FIRST: Final = tuple(Demand)

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
_MEMBERS: Final = (
    "operator",
    "builtInControls",
    "customAuthenticationFactors",
    "termsOfUse",
    "authenticationStrength",
)
_NOT_BY_DEVICE_CODE: Final = frozenset({"compliantDevice", "domainJoinedDevice"})
"""A device that shows a code for another one cannot prove its own state: the grant is never met."""


@dataclass(frozen=True, slots=True)
class Demands:
    """What one policy demands of a sign-in that it reaches."""

    usual: Demand
    by_device_code: Demand
    """The same where the sign-in is handed over by a code."""
    strength: str | None = None
    """Id of the authentication strength without which nobody gets in."""
    perhaps_strength: str | None = None
    """Id of the one of which that cannot be told; `OTHER` where it was not read which."""

    @classmethod
    def of(cls, grant: object, strengths: Strengths, as_of: date) -> Self:
        """Return what `grantControls` demand.

        Args:
            grant: Graph's object; None for a policy that only controls sessions.
            strengths: The tenant's authentication strengths.
            as_of: The day to judge at; Microsoft changed the meaning of a control in 2026.

        Source:
            https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant
        """
        if grant is None:
            return cls(Demand.NOTHING, Demand.NOTHING)
        if not isinstance(grant, dict):
            return cls(Demand.UNKNOWN, Demand.UNKNOWN, perhaps_strength=OTHER)
        others = [
            *_alternatives(Texts.of(grant.get("customAuthenticationFactors")), Demand.UNKNOWN),
            *_alternatives(Texts.of(grant.get("termsOfUse")), Demand.NOTHING),
            *_strength(grant.get("authenticationStrength", ABSENT), strengths),
        ]
        if has_strangers(grant, _MEMBERS):
            others.append(Demand.UNKNOWN)
        operator = str(grant.get("operator")).upper()
        usual = [*_controls(grant, as_of, _CONTROLS), *others]
        by_device_code = [*_controls(grant, as_of, _BY_DEVICE_CODE), *others]
        named = _strength_id(grant.get("authenticationStrength", ABSENT))
        is_demanded = True if len(usual) == 1 else {"AND": True, "OR": False}.get(operator)
        together = _combined(usual, operator)
        is_unclear = together is Demand.UNKNOWN or is_demanded is None or (is_demanded and named == OTHER)
        return cls(
            together,
            _combined(by_device_code, operator),
            strength=named if is_demanded and named != OTHER else None,
            perhaps_strength=named if is_unclear else None,
        )

    @property
    def is_nothing(self) -> bool:
        """Whether the policy surely never stops anybody."""
        return {self.usual, self.by_device_code} == {Demand.NOTHING}


_BY_DEVICE_CODE: Final = MappingProxyType(
    {name: Demand.BLOCK if name in _NOT_BY_DEVICE_CODE else demand for name, demand in _CONTROLS.items()}
)


def _combined(demands: list[Demand], operator: str) -> Demand:
    if not demands:
        return Demand.NOTHING
    together, at_least = _strongest(demands), _weakest(demands)
    if len(demands) == 1 or together == at_least or operator == "AND":
        return together
    return at_least if operator == "OR" else Demand.UNKNOWN


def _controls(grant: Mapping[str, Any], as_of: date, meaning: Mapping[str, Demand]) -> list[Demand]:
    dropped = {"approvedApplication"} if as_of >= APPROVED_APPLICATION_ENDS else set()
    named = Texts.of(grant.get("builtInControls")).spelled(tuple(_CONTROLS))
    demands = [meaning.get(control, Demand.UNKNOWN) for control in sorted(named.known - dropped)]
    return demands if named.is_whole else [*demands, Demand.UNKNOWN]


def _alternatives(named: Texts, demand: Demand) -> list[Demand]:
    """Return what a list of controls demands, all of which are alike."""
    if named.is_empty is None:
        return [Demand.UNKNOWN]
    return [] if named.is_empty else [demand]


def _strength(strength: object, strengths: Strengths) -> list[Demand]:
    if strength is None:
        return []
    is_mfa: Answer = strengths.is_mfa(strength) if isinstance(strength, dict) else None
    return [{True: Demand.MFA, False: Demand.NOTHING, None: Demand.UNKNOWN}[is_mfa]]


def _strength_id(strength: object) -> str | None:
    if strength is None:
        return None
    strength_id = strength.get("id") if isinstance(strength, dict) else None
    return strength_id if isinstance(strength_id, str) else OTHER


def _strongest(demands: Iterable[Demand]) -> Demand:
    """Return what all together demand: one that is MFA decides, whatever the unknown ones are."""
    given = set(demands)
    for demand in (Demand.BLOCK, Demand.MFA, Demand.UNKNOWN):
        if demand in given:
            return demand
    return min(given, key=_STRONGEST_FIRST.index)


def _weakest(demands: Iterable[Demand]) -> Demand:
    """Return what the easiest alternative demands: one that is nothing decides."""
    given = set(demands)
    for demand in (Demand.NOTHING, Demand.UNKNOWN):
        if demand in given:
            return demand
    return max(given, key=_STRONGEST_FIRST.index)
