"""Ways in, each as one sentence that a person understands."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from checks.conditional_access.situations import OTHER
from m365_posture.texts import Language, country_name, listed, mark, translate

Way = Mapping[str, object]
"""A way as the prover writes it: `access`, a list of values or null per axis, `spared_by` and `undecided`."""

_MOST_NAMED: Final = 3
"""How many names of apps, places or policies one sentence holds."""
_AND_MORE: Final = mark("{count} more")
QUOTED: Final = mark("“{name}”")

_ANY_APP: Final = mark("any app except the administration portals")
"""For those Microsoft itself demands MFA, so no way leads into them."""
_APP: Final = mark("the app “{name}”")
_DIRECTORY: Final = "00000002-0000-0000-c000-000000000000"
"""As which apps that ask for little are judged where policies leave them out."""
_TARGETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        OTHER: mark("any app that no policy names"),
        "Office365": mark("the apps of Microsoft 365"),
        "MicrosoftAdminPortals": mark("the administration portals"),
        _DIRECTORY: mark("the directory of the firm, with the least rights"),
        "urn:user:registersecurityinfo": mark("registering sign-in methods"),
        "urn:user:registerdevice": mark("registering a device"),
    }
)
_CLIENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "browser": mark("in a browser"),
        "mobileAppsAndDesktopClients": mark("in an app on a computer or telephone"),
        "exchangeActiveSync": mark("in a mail app that uses Exchange ActiveSync"),
        "other": mark("in an older program that cannot ask for a second factor"),
    }
)
_MODERN: Final = mark("in a browser or an app")
_FROM: Final = mark("from {places}")
_LOCATION: Final = mark("the location “{name}”")
_COUNTRY: Final = mark("the country {name}")
_COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "country:other": mark("a country that no policy names"),
        "country:unknown": mark("an address whose country is not known"),
    }
)
_PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **_COUNTRIES,
        "legacy_trusted": mark("the trusted addresses of per-user MFA, which cannot be read"),
        OTHER: mark("a place that no policy names"),
    }
)
_PRETENDING: Final = mark("by pretending to be {platforms}")
_PRETENDING_NOT: Final = mark("by pretending to be anything but {platforms}")
_UNKNOWN_PLATFORM: Final = mark("a device of an unknown kind")
_PLATFORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "android": "Android",
        "iOS": "iOS",
        "windows": "Windows",
        "windowsPhone": "Windows Phone",
        "macOS": "macOS",
        "linux": "Linux",
        "unknown": _UNKNOWN_PLATFORM,
    }
)
_DEVICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unmanaged": mark("on a device that the firm does not manage"),
        "compliant": mark("on a managed device that follows the firm's rules"),
        "domainJoined": mark("on a computer of the firm's own domain"),
    }
)
_FLOWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "none": mark("signing in directly"),
        "deviceCodeFlow": mark("by a code from another device"),
        "authenticationTransfer": mark("by handing a sign-in over to another device"),
    }
)
_NO_DEVICE_CODE: Final = mark("without a code from another device")
_NO_SIGN_IN_RISK: Final = mark("when Microsoft sees no risk in the sign-in")
_NO_USER_RISK: Final = mark("when Microsoft sees no risk for the account")
_SIGN_IN_RISK: Final = mark("when Microsoft rates the risk of the sign-in as {levels}")
_USER_RISK: Final = mark("when Microsoft rates the risk for the account as {levels}")
_UNLESS_SIGN_IN_RISK: Final = mark("unless Microsoft rates the risk of the sign-in as {levels}")
_UNLESS_USER_RISK: Final = mark("unless Microsoft rates the risk for the account as {levels}")
_LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "none": mark("absent"),
        "low": mark("low"),
        "medium": mark("medium"),
        "high": mark("high"),
    }
)
_ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "password": mark("{situation}: the password alone is enough"),
        "unknown": mark("{situation}: could not be decided"),
        "managed_device": mark("{situation}: a managed device is accepted instead of a second factor"),
        "mfa": mark("{situation}: a second factor is asked"),
        "blocked": mark("{situation}: blocked"),
    }
)
_OTHER_END: Final = mark("{situation}: {access}")
_BECAUSE: Final = mark("{sentence}, because of the policy {policies}")
_SPARED: Final = mark("{sentence} (left out by the policy {policies})")


def sentence(way: Way, language: Language) -> str:
    """Return what a way asks for and from where, with the policies that leave it open.

    Args:
        way: Its axes hold Graph's values and names; null, or nothing, is all of an axis.
        language: Of the sentence.
    """
    situation = ", ".join(part for part in (say(way, language) for say in _PARTS) if part)
    access = str(way.get("access"))
    end = translate(_ENDS.get(access, _OTHER_END), language)
    text = end.format(situation=f"{situation[:1].upper()}{situation[1:]}", access=access)
    undecided, spared = _texts(way.get("undecided")), _texts(way.get("spared_by"))
    if access == "unknown" and undecided:
        text = translate(_BECAUSE, language).format(sentence=text, policies=_policies(undecided, language))
    if spared:
        text = translate(_SPARED, language).format(sentence=text, policies=_policies(spared, language))
    return text


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the ways of many people: those with the same policies share theirs, so each is put into words once."""

    language: Language
    told: dict[str, str] = field(default_factory=dict)

    def sentences(self, ways: Iterable[Way]) -> tuple[str, ...]:
        """Return a sentence per way."""
        return tuple(self._sentence(repr(way), way) for way in ways)

    def _sentence(self, key: str, way: Way) -> str:
        if key not in self.told:
            self.told[key] = sentence(way, self.language)
        return self.told[key]


def _policies(names: Sequence[str], language: Language) -> str:
    return _listed([translate(QUOTED, language).format(name=name) for name in names], language, "and")


def _apps(way: Way, language: Language) -> str:
    targets = _span(way, "targets")
    if targets is None:
        return translate(_ANY_APP, language)
    # whoever gets into any app that no policy names may read the directory with it
    shown = [target for target in targets if target != _DIRECTORY or OTHER not in targets]
    ordered = sorted(shown, key=lambda target: target != OTHER)
    return _listed([_named(target, _TARGETS, _APP, language) for target in ordered], language)


def _places(way: Way, language: Language) -> str:
    places = _span(way, "places")
    if places is None:
        return ""
    return translate(_FROM, language).format(places=_listed([_place(each, language) for each in places], language))


def _place(label: str, language: Language) -> str:
    kind, _, code = label.partition(":")
    if kind == "country" and label not in _COUNTRIES:
        return translate(_COUNTRY, language).format(name=country_name(code, language))
    return _named(label, _PLACES, _LOCATION, language)


def _platforms(way: Way, language: Language) -> str:
    platforms = _span(way, "platforms")
    if platforms is None:
        return ""
    missing = [platform for platform in _PLATFORMS if platform not in platforms]
    is_most = 0 < len(missing) < len(platforms)
    shown, template = (missing, _PRETENDING_NOT) if is_most else (platforms, _PRETENDING)
    names = [translate(_PLATFORMS.get(platform, platform), language) for platform in shown]
    return translate(template, language).format(platforms=listed(names, language))


def _risk(axis: str, absent: str, rated: str, unless: str) -> Callable[[Way, Language], str]:
    def risk(way: Way, language: Language) -> str:
        levels = _span(way, axis)
        if levels is None:
            return ""
        if levels == ["none"]:
            return translate(absent, language)
        others = [level for level in _LEVELS if level not in levels]
        shown, template = (others, unless) if others and "none" in levels else (levels, rated)
        names = [translate(_LEVELS.get(level, level), language) for level in sorted(shown, key=_seriousness)]
        return translate(template, language).format(levels=listed(names, language))

    return risk


def _seriousness(level: str) -> int:
    order = list(_LEVELS)
    return order.index(level) if level in order else len(order)


def _devices(way: Way, language: Language) -> str:
    return _phrases(_span(way, "devices") or [], _DEVICES, language)


def _clients(way: Way, language: Language) -> str:
    clients = _span(way, "clients") or []
    if sorted(clients) == ["browser", "mobileAppsAndDesktopClients"]:
        return translate(_MODERN, language)
    return _phrases(clients, _CLIENTS, language)


def _flows(way: Way, language: Language) -> str:
    flows = _span(way, "flows") or []
    if set(flows) == _FLOWS.keys() - {"deviceCodeFlow"}:
        return translate(_NO_DEVICE_CODE, language)
    return _phrases(flows, _FLOWS, language)


def _phrases(values: Sequence[str], phrases: Mapping[str, str], language: Language) -> str:
    return _listed([translate(phrases.get(value, value), language) for value in values], language)


_PARTS: Final = (
    _apps,
    _clients,
    _places,
    _platforms,
    _devices,
    _flows,
    _risk("sign_in_risks", _NO_SIGN_IN_RISK, _SIGN_IN_RISK, _UNLESS_SIGN_IN_RISK),
    _risk("user_risks", _NO_USER_RISK, _USER_RISK, _UNLESS_USER_RISK),
)


def _named(value: str, known: Mapping[str, str], otherwise: str, language: Language) -> str:
    """Return the words for a value of Graph's own, or the name that somebody gave it in quotes."""
    if value in known:
        return translate(known[value], language)
    return translate(otherwise, language).format(name=value)


def _listed(parts: Sequence[str], language: Language, style: Literal["and", "or"] = "or") -> str:
    more = len(parts) - _MOST_NAMED
    if more > 0:
        parts = [*parts[:_MOST_NAMED], translate(_AND_MORE, language).format(count=more)]
    return listed(parts, language, style)


def _span(way: Way, axis: str) -> list[str] | None:
    values = way.get(axis)
    return None if values is None else _texts(values)


def _texts(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list | tuple) else []
