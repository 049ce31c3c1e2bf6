"""Conditions that are a choice of values: clients, platforms, risks, flows, devices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from checks.json_values import ABSENT, Texts, has_strangers, is_unset
from checks.three_valued import Answer, all_of, any_of, negated

CLIENTS: Final = ("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other")
PLATFORMS: Final = ("windows", "iOS", "android", "macOS", "linux", "windowsPhone", "unknown")
RISKS: Final = ("none", "low", "medium", "high")
FLOWS: Final = ("none", "deviceCodeFlow", "authenticationTransfer")
DEVICES: Final = ("unmanaged", "compliant", "domainJoined")
"""Values of each axis, the most ordinary first; `unknown` is a platform that the user agent does not tell."""

NOTHING: Final = Texts(frozenset(), is_whole=True)
_UNREAD: Final = Texts(frozenset(), is_whole=False)
_ALL: Final = "all"
_SOME_ACTIVE_SYNC: Final = "easSupported"
"""A deprecated choice: clients of Exchange ActiveSync on some platforms."""
_PLATFORM_LISTS: Final = ("includePlatforms", "excludePlatforms")
_DEVICE_CHOICES: Final = ("deviceFilter", "includeDevices", "excludeDevices")


@dataclass(frozen=True, slots=True)
class Choice:
    """Values that a condition includes and excludes; exclusion wins."""

    included: Texts
    excluded: Texts = NOTHING
    perhaps: frozenset[str] = frozenset()
    """Values of which a part is included."""

    def has(self, value: str) -> Answer:
        """Whether the condition holds of a value."""
        either = (_ALL, value)
        included = any_of([self.included.has_any(either), None if value in self.perhaps else False])
        return all_of([included, negated(self.excluded.has_any(either))])


ANY: Final = Choice(Texts(frozenset({_ALL}), is_whole=True))
UNDECIDED: Final = Choice(_UNREAD)


def clients(kinds: object) -> Choice:
    """Return the choice of `clientAppTypes`; an empty one is none that Graph allows."""
    named = _recognised(Texts.of(kinds), (*CLIENTS, _SOME_ACTIVE_SYNC))
    perhaps = {"exchangeActiveSync"} if _SOME_ACTIVE_SYNC in named.known else set()
    return Choice(named, perhaps=frozenset(perhaps)) if named.known else UNDECIDED


def platforms(condition: object) -> Choice:
    """Return the choice of `platforms`; null means any."""
    if condition is None:
        return ANY
    if not isinstance(condition, dict) or has_strangers(condition, _PLATFORM_LISTS):
        return UNDECIDED
    included, excluded = (_recognised(Texts.of(condition.get(name)), PLATFORMS) for name in _PLATFORM_LISTS)
    return Choice(included, excluded)


def risks(levels: object) -> Choice:
    """Return the choice of `signInRiskLevels` or `userRiskLevels`; an empty one means any."""
    chosen = _recognised(Texts.of(levels), RISKS)
    return ANY if chosen.is_empty else Choice(chosen)


def flows(condition: object) -> Choice:
    """Return the choice of `authenticationFlows`, which Graph leaves out while it is not set."""
    if condition is None:
        return ANY
    if not isinstance(condition, dict) or has_strangers(condition, ["transferMethods"]):
        return UNDECIDED
    methods = condition.get("transferMethods", ABSENT)
    if methods is not None and not isinstance(methods, str):
        return UNDECIDED
    named = {name.strip() for name in (methods or "").split(",") if name.strip().casefold() not in {"", "none"}}
    return Choice(_recognised(Texts.of(sorted(named)), FLOWS)) if named else ANY


def devices(condition: object) -> Choice:
    """Return the choice of `devices`; a filter of devices is never decided."""
    if condition is None:
        return ANY
    if not isinstance(condition, dict) or has_strangers(condition, _DEVICE_CHOICES):
        return UNDECIDED
    if is_unset(condition.get("deviceFilter", ABSENT)) is not True:
        return UNDECIDED
    included, excluded = (_states(condition, side) for side in ("include", "exclude"))
    return Choice(ANY.included if included.is_empty else included, excluded)


def _states(condition: Mapping[str, object], side: str) -> Texts:
    """Return the device states of the condition that filters replaced; v1.0 of Graph does not send it."""
    given = condition.get(f"{side}Devices")
    return NOTHING if given is None else _recognised(Texts.of(given), DEVICES[1:])


def _recognised(named: Texts, values: tuple[str, ...]) -> Texts:
    """Return the texts that have a known meaning; one without may mean anything."""
    spelled = named.spelled((_ALL, *values))
    known = spelled.known & {_ALL, *values}
    return Texts(known, is_whole=spelled.is_whole and known == spelled.known)
