# ruff: noqa: ANN401 - JSON of any shape
"""Where, how and when a policy holds."""

import ipaddress
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from checks.conditional_access.situations import Place
from mfa_brute_force.logic import Answer, Json, all_of, any_of, has_one, member, negated, texts_of
from mfa_brute_force.raw import DIRECTORY_APP, LEGACY_TRUSTED_ID, SUITES, USER_ACTIONS, RawTenant

LOW_SCOPES_CLOSED: Final = date(2026, 3, 1)
"""Until then low-privilege scopes of every application escaped a policy that left any application out."""

_OF_A_SITUATION: Final = frozenset(
    {
        "users",
        "applications",
        "clientAppTypes",
        "platforms",
        "locations",
        "signInRiskLevels",
        "userRiskLevels",
        "authenticationFlows",
        "devices",
        "clientApplications",
    }
)


def holds_for_people(conditions: Any) -> Answer:
    """Whether the conditions are met of which no situation tells anything."""
    if not isinstance(conditions, Mapping):
        return None
    others = [value for name, value in conditions.items() if name not in _OF_A_SITUATION and "@" not in name]
    return all_of([_is_about_people(conditions), *(None for value in others if value not in (None, "", []))])


def _is_about_people(conditions: Json) -> Answer:
    if "clientApplications" not in conditions:
        return None
    workloads = conditions["clientApplications"]
    if workloads is None:
        return True
    included, otherwise = texts_of(member(workloads, "includeServicePrincipals"))
    return False if included else True if otherwise is False else None


def holds_on(tenant: RawTenant, conditions: Any, axis: str, value: Any) -> Answer:
    """Whether a policy's condition is met by one property of a situation."""
    return _BY_AXIS[axis](tenant, conditions, value) if isinstance(conditions, Mapping) else None


def _target(tenant: RawTenant, conditions: Json, target: str) -> Answer:
    applications = conditions.get("applications")
    if not isinstance(applications, Mapping):
        return None
    included, excluded = applications.get("includeApplications"), applications.get("excludeApplications")
    by_all = has_one(included, ["All"])
    if applications.get("applicationFilter", "absent") is not None:
        return None
    if target in USER_ACTIONS:
        by_name = has_one(applications.get("includeUserActions"), [target])
        return any_of([by_name, all_of([by_all, _reaches(tenant, target)])])
    if target == DIRECTORY_APP and tenant.as_of < LOW_SCOPES_CLOSED:
        by_all = all_of([by_all, True if excluded == [] else False if texts_of(excluded)[0] else None])
    names = [target, SUITES.get(target, target)]
    return all_of([any_of([has_one(included, names), by_all]), negated(has_one(excluded, names))])


def _reaches(tenant: RawTenant, action: str) -> Answer:
    """Whether policies for all resources are about a user action."""
    path = ("exclusions", "allResourcesExclusions", "userActionExclusions")
    return negated(has_one(member(tenant.settings, *path), [action]))


def _client(_tenant: RawTenant, conditions: Json, client: str) -> Answer:
    kinds, otherwise = texts_of(conditions.get("clientAppTypes"))
    if "all" in kinds or client in kinds:
        return True
    # some clients of Exchange ActiveSync, not all
    maybe = not kinds or ("easSupported" in kinds and client == "exchangeActiveSync")
    return None if maybe else otherwise


def _place(tenant: RawTenant, conditions: Json, place: Place) -> Answer:
    return _by_sides(conditions, "locations", "Locations", lambda name: is_at(tenant, name, place))


def is_at(tenant: RawTenant, name: str, place: Place) -> Answer:
    """Whether a place is in a location, by what a policy calls it."""
    locations = tenant.named_locations
    if name == "AllTrusted":
        named = (
            [None] if locations is None else [all_of([_is_trusted(row), _contains(row, place)]) for row in locations]
        )
        return any_of([place.is_legacy_trusted, *named])
    if name in {"All", LEGACY_TRUSTED_ID}:
        return name == "All" or place.is_legacy_trusted
    if locations is None:
        return None
    # one that is not listed may be a compliant network
    return next((_contains(row, place) for row in locations if row["id"] == name), None)


def _platform(_tenant: RawTenant, conditions: Json, platform: str) -> Answer:
    return _by_sides(conditions, "platforms", "Platforms", lambda name: name in {"all", platform})


def _by_sides(conditions: Json, name: str, suffix: str, matches: Callable[[str], Answer]) -> Answer:
    """Whether a condition with an `include` and an `exclude` list holds."""
    condition = conditions.get(name, "absent")
    if condition is None:
        return True
    if not isinstance(condition, Mapping):
        return None
    answers = []
    for side in ("include", "exclude"):
        named, otherwise = texts_of(condition.get(f"{side}{suffix}"))
        answers.append(any_of([otherwise, *map(matches, named)]))
    return all_of([answers[0], negated(answers[1])])


def _sign_in_risk(_tenant: RawTenant, conditions: Json, level: str) -> Answer:
    return _risk(conditions.get("signInRiskLevels"), level)


def _user_risk(_tenant: RawTenant, conditions: Json, level: str) -> Answer:
    return _risk(conditions.get("userRiskLevels"), level)


def _risk(chosen: Any, level: str) -> Answer:
    return True if chosen == [] else has_one(chosen, [level])


def _flow(_tenant: RawTenant, conditions: Json, flow: str) -> Answer:
    condition = conditions.get("authenticationFlows")
    if condition is None:
        return True
    methods = member(condition, "transferMethods")
    if not isinstance(methods, str):
        return None
    return True if methods in {"", "none"} else flow in methods.split(",")


def _device(_tenant: RawTenant, conditions: Json, device: str) -> Answer:
    condition = conditions.get("devices", "absent")
    if condition is None:
        return True
    if not isinstance(condition, Mapping) or condition.get("deviceFilter", "absent") is not None:
        return None
    words = ["All", {"unmanaged": "", "compliant": "Compliant", "domainJoined": "DomainJoined"}[device]]
    # v1.0 leaves out the older members
    included, excluded = condition.get("includeDevices", []), condition.get("excludeDevices", [])
    return all_of([True if included == [] else has_one(included, words), negated(has_one(excluded, words))])


_BY_AXIS: Final[dict[str, Callable[[RawTenant, Json, Any], Answer]]] = {
    "target": _target,
    "client": _client,
    "place": _place,
    "platform": _platform,
    "sign_in_risk": _sign_in_risk,
    "user_risk": _user_risk,
    "flow": _flow,
    "device": _device,
}


def is_country(row: Json) -> bool:
    """Whether a named location is one of countries."""
    return bool(row.get("@odata.type") == "#microsoft.graph.countryNamedLocation")


def networks(row: Json) -> list[Any] | None:
    """The networks of a location of addresses; None if they cannot be told."""
    if row.get("@odata.type") != "#microsoft.graph.ipNamedLocation" or not isinstance(row.get("ipRanges"), list):
        return None
    try:
        return [ipaddress.ip_network(each["cidrAddress"], strict=False) for each in row["ipRanges"]]
    except (KeyError, TypeError, ValueError):
        return None


def _is_trusted(row: Json) -> Answer:
    trusted = row.get("isTrusted")
    return False if is_country(row) else trusted if isinstance(trusted, bool) else None


def _contains(row: Json, place: Place) -> Answer:
    if not is_country(row):
        return None if networks(row) is None else row["id"] in place.locations
    if row.get("countryLookupMethod") == "authenticatorAppGps":
        return None
    if place.country == "unknown":
        with_unknown = row.get("includeUnknownCountriesAndRegions")
        return with_unknown if isinstance(with_unknown, bool) else None
    return has_one(row.get("countriesAndRegions"), [place.country])
