"""Whom a policy concerns, and under which circumstances."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

from checks.conditional_access.people import Kind, Person
from checks.three_valued import Answer, all_of, any_of, negated

Json = Mapping[str, Any]

ALL: Final = "All"
_GUESTS: Final = "GuestsOrExternalUsers"
_EXTERNAL: Final = frozenset({Kind.INTERNAL_GUEST, Kind.B2B_GUEST, Kind.B2B_MEMBER})
_MODERN_CLIENTS: Final = frozenset({"browser", "mobileAppsAndDesktopClients"})
_ALL_CLIENTS: Final = _MODERN_CLIENTS | {"exchangeActiveSync", "other"}


def is_unconditional(conditions: object) -> Answer:
    """Whether a policy holds for every resource, client, place, device and risk.

    Args:
        conditions: Graph's `conditions`; who it concerns is not looked at.

    Returns:
        Unknown when the policy sets a condition this version does not know, or leaves out
        clients with older protocols (whether they can still sign in is not judged yet).
    """
    if not isinstance(conditions, dict):
        return None
    others = conditions.keys() - _CONDITIONS.keys() - {"users"}
    unknown = [None for name in others if conditions[name] and not _is_annotation(name)]
    return all_of([*(covers(conditions.get(name)) for name, covers in _CONDITIONS.items()), *unknown])


def _is_annotation(name: str) -> bool:
    """Whether a member is OData's own: `@odata.type`, `userRiskLevels@odata.type`."""
    return "@" in name


def _unset(condition: object) -> Answer:
    """Whether a condition is not set: null, an empty list, or an object with nothing but such members."""
    if isinstance(condition, dict):
        return not any(value for name, value in condition.items() if not _is_annotation(name))
    return not condition


def _all_resources(applications: object) -> Answer:
    if not isinstance(applications, dict) or not isinstance(applications.get("includeApplications"), list):
        return None
    excluded = applications.get("excludeApplications") or applications.get("applicationFilter")
    return ALL in applications["includeApplications"] and not excluded


def _all_clients(kinds: object) -> Answer:
    if not isinstance(kinds, list):
        return None
    if "all" in kinds or set(kinds) >= _ALL_CLIENTS:
        return True
    return None if set(kinds) >= _MODERN_CLIENTS else False


def _everywhere(include: str, exclude: str, everything: str) -> Callable[[object], Answer]:
    def covers(condition: object) -> Answer:
        if condition is None:
            return True
        if not isinstance(condition, dict):
            return None
        return everything in (condition.get(include) or ()) and not condition.get(exclude)

    return covers


_CONDITIONS: Final[Mapping[str, Callable[[object], Answer]]] = MappingProxyType(
    {
        "applications": _all_resources,
        "clientAppTypes": _all_clients,
        "platforms": _everywhere("includePlatforms", "excludePlatforms", "all"),
        "locations": _everywhere("includeLocations", "excludeLocations", ALL),
        "signInRiskLevels": _unset,
        "userRiskLevels": _unset,
        "servicePrincipalRiskLevels": _unset,
        "insiderRiskLevels": _unset,
        "devices": _unset,
        "authenticationFlows": _unset,
        # a policy with client applications is about workload identities, not people
        "clientApplications": _unset,
    }
)


def concerns(users: object, person: Person) -> Answer:
    """Whether a policy's `conditions.users` hit a person."""
    if not isinstance(users, dict):
        return None
    return all_of([_named(users, person, "include"), negated(_named(users, person, "exclude"))])


def _named(users: Json, person: Person, side: str) -> Answer:
    """Whether the `include` or `exclude` members name the person; groups and roles are not read."""
    ids: Collection[str] = users.get(f"{side}Users") or ()
    return any_of(
        [
            ALL in ids or person.id in ids,
            person.is_any_of(_EXTERNAL) if _GUESTS in ids else False,
            _guests(users.get(f"{side}GuestsOrExternalUsers"), person),
            None if users.get(f"{side}Groups") or users.get(f"{side}Roles") else False,
        ]
    )


def _guests(guests: object, person: Person) -> Answer:
    """Whether a choice of external types names the person; the home tenant of a guest is not read."""
    if guests is None:
        return False
    types = guests.get("guestOrExternalUserTypes") if isinstance(guests, dict) else None
    if not isinstance(guests, dict) or not isinstance(types, str):
        return None
    named = {name.strip() for name in types.split(",")}
    matches = person.is_any_of(frozenset(kind for kind in Kind if kind.value in named))
    tenants = guests.get("externalTenants")
    everywhere = isinstance(tenants, dict) and tenants.get("membershipKind") == "all"
    if everywhere or person.kinds == {Kind.INTERNAL_GUEST}:
        return matches
    return False if matches is False else None
