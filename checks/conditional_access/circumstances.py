"""Under which circumstances a policy holds: resources, clients, places, devices and risks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from checks.json_values import ABSENT, Texts, is_unset
from checks.three_valued import Answer, all_of, negated

ALL: Final = "All"
_MODERN_CLIENTS: Final = frozenset({"browser", "mobileAppsAndDesktopClients"})
_ALL_CLIENTS: Final = _MODERN_CLIENTS | {"exchangeActiveSync", "other"}
_TRUSTED: Final = frozenset({"AllTrusted", "00000000-0000-0000-0000-000000000000"})
"""Places that may be none at all: part of the list, the trusted addresses of per-user MFA, cannot be read."""


class Extent(StrEnum):
    """How far a policy goes in one respect."""

    WHOLE = "whole"
    """Every circumstance."""
    ALL_BUT = "all_but"
    """It surely leaves something out, but perhaps no ordinary sign-in."""
    ONLY = "only"
    """Only what it names: it leaves out the ordinary sign-in (see `Circumstances.spares`)."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How far one policy goes, by condition."""

    extents: Mapping[str, Extent]

    @classmethod
    def of(cls, conditions: object) -> Self:
        """Return what Graph's `conditions` say; who the policy concerns is not looked at.

        Unknown is a condition that this version does not know, or one that is absent although Graph
        always sends it.
        """
        if not isinstance(conditions, dict):
            return cls({"conditions": Extent.UNKNOWN})
        others = conditions.keys() - _ALWAYS_SENT.keys() - _SENT_WHEN_SET.keys() - {"users"}
        return cls(
            {name: extent(conditions.get(name, ABSENT)) for name, extent in _ALWAYS_SENT.items()}
            | {name: extent(conditions.get(name)) for name, extent in _SENT_WHEN_SET.items()}
            | {name: Extent.UNKNOWN for name in others if conditions[name] and not _is_annotation(name)}
        )

    @property
    def is_everything(self) -> Answer:
        """Whether the policy holds for every resource, client, place, device and risk."""
        if self.leaves_out:
            return False
        return None if Extent.UNKNOWN in self.extents.values() else True

    @property
    def leaves_out(self) -> frozenset[str]:
        """Conditions by which something is surely left out."""
        return self._of({Extent.ALL_BUT, Extent.ONLY})

    @property
    def spares(self) -> frozenset[str]:
        """Conditions by which an ordinary sign-in is surely left out.

        Ordinary: by browser, without risk, without a code from another device, from a platform and to
        an app that no policy names. One sign-in can be all of this, so it escapes every policy that
        spares it by any condition.
        """
        return self._of({Extent.ONLY})

    def _of(self, extents: set[Extent]) -> frozenset[str]:
        return frozenset(name for name, extent in self.extents.items() if extent in extents)


def surely_leave_open(policies: list[Circumstances]) -> bool:
    """Whether some sign-in surely escapes policies of which each by itself leaves something out.

    Two policies that do not spare ordinary sign-ins may be whole together, and so may one that leaves
    out what another is about: such are not sure.
    """
    sparing = [policy.spares for policy in policies if policy.spares]
    others = [policy.leaves_out for policy in policies if not policy.spares]
    if not others:
        return True
    return len(others) == 1 and any(all(spares - {name} for spares in sparing) for name in others[0])


def _is_annotation(name: str) -> bool:
    """Whether a member is OData's own: `@odata.type`, `userRiskLevels@odata.type`."""
    return "@" in name


def _if_whole(is_whole: Answer, otherwise: Extent) -> Extent:
    if is_whole is None:
        return Extent.UNKNOWN
    return Extent.WHOLE if is_whole else otherwise


def _resources(applications: object) -> Extent:
    if not isinstance(applications, dict):
        return Extent.UNKNOWN
    is_all = Texts.of(applications.get("includeApplications")).has_any({ALL})
    if not is_all:
        return _if_whole(is_all, Extent.ONLY)
    nothing_excluded = Texts.of(applications.get("excludeApplications")).is_empty
    no_filter = is_unset(applications.get("applicationFilter", ABSENT))
    return _if_whole(all_of([nothing_excluded, no_filter]), Extent.ALL_BUT)


def _clients(kinds: object) -> Extent:
    named = Texts.of(kinds)
    if "all" in named.known or named.known >= _ALL_CLIENTS:
        return Extent.WHOLE
    # whether clients with older protocols can still sign in is not judged yet
    if not named.is_whole or not named.known or named.known >= _MODERN_CLIENTS:
        return Extent.UNKNOWN
    return Extent.ALL_BUT if "browser" in named.known else Extent.ONLY


def _platforms(condition: object) -> Extent:
    if condition is None:
        return Extent.WHOLE
    if not isinstance(condition, dict):
        return Extent.UNKNOWN
    included = Texts.of(condition.get("includePlatforms"))
    if "all" in included.known:
        return _if_whole(Texts.of(condition.get("excludePlatforms")).is_empty, Extent.ALL_BUT)
    return _if_whole(negated(included.or_unknown(answer=True)), Extent.ONLY)


def _locations(condition: object) -> Extent:
    if condition is None:
        return Extent.WHOLE
    if not isinstance(condition, dict):
        return Extent.UNKNOWN
    included = Texts.of(condition.get("includeLocations"))
    if ALL not in included.known:
        # named places may together be the whole world, so the ordinary sign-in is not spared
        return _if_whole(negated(included.or_unknown(answer=True)), Extent.ALL_BUT)
    excluded = Texts.of(condition.get("excludeLocations"))
    return Extent.ALL_BUT if excluded.known - _TRUSTED else _if_whole(excluded.is_empty or None, Extent.ALL_BUT)


def _levels(levels: object) -> Extent:
    """Return the extent of a choice of risks; sign-ins without risk are left out unless they are chosen too."""
    chosen = Texts.of(levels)
    return _if_whole(chosen.is_empty, Extent.ALL_BUT if "none" in chosen.known else Extent.ONLY)


def _levels_as_text(levels: object) -> Extent:
    chosen = levels.split(",") if isinstance(levels, str) else levels
    return Extent.WHOLE if levels is None or levels == "" else _levels(chosen)


def _levels_or_null(levels: object) -> Extent:
    return Extent.WHOLE if levels is None else _levels(levels)


def _object(member: str, otherwise: Extent) -> Callable[[object], Extent]:
    """Return the extent of an object that is null, or says nothing, where the condition is not set."""

    def extent(condition: object) -> Extent:
        if condition is None:
            return Extent.WHOLE
        if not isinstance(condition, dict) or member not in condition:
            return Extent.UNKNOWN
        said = (is_unset(value) for name, value in condition.items() if not _is_annotation(name))
        return _if_whole(all_of(said), otherwise)

    return extent


_Extents = Mapping[str, Callable[[object], Extent]]

_ALWAYS_SENT: Final[_Extents] = MappingProxyType(
    {
        "applications": _resources,
        "clientAppTypes": _clients,
        "platforms": _platforms,
        "locations": _locations,
        "signInRiskLevels": _levels,
        "userRiskLevels": _levels,
        # a filter and its opposite are whole together
        "devices": _object("deviceFilter", Extent.ALL_BUT),
        # a policy with client applications is about workload identities, not people
        "clientApplications": _object("includeServicePrincipals", Extent.ONLY),
    }
)
_SENT_WHEN_SET: Final[_Extents] = MappingProxyType(
    {
        "servicePrincipalRiskLevels": _levels_or_null,
        "insiderRiskLevels": _levels_as_text,
        "authenticationFlows": _object("transferMethods", Extent.ONLY),
    }
)
"""Newer conditions, which exported policies leave out while they are not set."""
