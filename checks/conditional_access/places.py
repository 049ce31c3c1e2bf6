"""Where sign-ins come from, as far as policies can tell places apart."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from itertools import product
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, Self

from checks.conditional_access.situations import OTHER, Place
from checks.json_values import Texts, has_strangers, object_of
from checks.model import Gap
from checks.three_valued import Answer, all_of, any_of, negated

UNKNOWN_COUNTRY: Final = "unknown"
_NO_COUNTRY: Final = "none"
ALL: Final = "All"
ALL_TRUSTED: Final = "AllTrusted"
LEGACY_TRUSTED: Final = "00000000-0000-0000-0000-000000000000"
"""The trusted addresses of per-user MFA, as a location; they are among `AllTrusted` too."""

_LISTS: Final = ("includeLocations", "excludeLocations")
_ADDRESS_BITS: Final = {4: 32, 6: 128}

Interval = tuple[int, int, int]
"""Version of the protocol, first address, first address after it."""


@dataclass(frozen=True, slots=True)
class Location:
    """One named location."""

    is_trusted: Answer
    ranges: tuple[Interval, ...] | None = None
    """None where it is none of addresses, or its addresses cannot be told."""
    countries: frozenset[str] | None = None
    """ISO codes, and `unknown`; None where it is none of countries, or they cannot be told."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the location of a row of `named_locations`; one of no known shape has unknown extent."""
        content = object_of(row["raw"])
        kind = str(row["location_type"] or content.get("@odata.type"))
        if kind.endswith("ipNamedLocation"):
            return cls(row["is_trusted"], ranges=_ranges(content.get("ipRanges")))
        if kind.endswith("countryNamedLocation"):
            return cls(is_trusted=False, countries=_countries(content))
        # a compliant network too: Graph calls it trusted, and no address tells who is in it
        return cls(row["is_trusted"])


def _ranges(ranges: object) -> tuple[Interval, ...] | None:
    if not isinstance(ranges, list):
        return None
    try:
        return intervals([each["cidrAddress"] for each in ranges])
    except (KeyError, TypeError):
        return None


def intervals(networks: Sequence[object]) -> tuple[Interval, ...] | None:
    """Return ranges of addresses; None where one of them is none."""
    try:
        return tuple(map(_interval, networks))
    except ValueError:
        return None


def _interval(given: object) -> Interval:
    # a number would be an address too
    network = ip_network(str(given), strict=False)
    return network.version, int(network.network_address), int(network.broadcast_address) + 1


def _countries(content: Mapping[str, Any]) -> frozenset[str] | None:
    named = Texts.of(content.get("countriesAndRegions"))
    with_unknown = content.get("includeUnknownCountriesAndRegions")
    # by the position of a telephone it is decided while somebody signs in
    by_address = content.get("countryLookupMethod") in (None, "clientIpAddress")
    if not named.is_whole or not by_address or not isinstance(with_unknown, bool):
        return None
    codes = frozenset(code.upper() for code in named.known)
    return codes | {UNKNOWN_COUNTRY} if with_unknown else codes


@dataclass(frozen=True, slots=True)
class Locations:
    """The tenant's named locations."""

    known: Mapping[str, Location] | None
    """By id; None where they were not all read."""

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]] | Gap) -> Self:
        """Return those of the rows of `named_locations`, all of them or none."""
        return cls(None if isinstance(rows, Gap) else MappingProxyType({row["id"]: Location.of(row) for row in rows}))

    def contains(self, location_id: str, place: Place) -> Answer:
        """Whether a place is in a location, or in what one of Graph's words for several means."""
        if location_id == ALL:
            return True
        if location_id == LEGACY_TRUSTED:
            return place.is_legacy_trusted
        if location_id == ALL_TRUSTED:
            return any_of([place.is_legacy_trusted, self._is_in_a_trusted_one(place)])
        return self._is_in((self.known or {}).get(location_id), location_id, place)

    @staticmethod
    def _is_in(location: Location | None, location_id: str, place: Place) -> Answer:
        if location is None:
            # deleted while a policy still names it, or a compliant network, which v1.0 of Graph does not list
            return None
        if location.ranges is not None:
            return location_id in place.locations
        return None if location.countries is None else place.country in location.countries

    def _is_in_a_trusted_one(self, place: Place) -> Answer:
        if self.known is None:
            return None
        return any_of(
            all_of([location.is_trusted, self.contains(location_id, place)])
            for location_id, location in self.known.items()
            if location.is_trusted is not False
        )

    def told_apart_by(self, named: Collection[str], trusted_ips: Sequence[str] | None) -> "Geography":
        """Return the places that are told apart by these locations.

        Args:
            named: Ids, and Graph's words for several.
            trusted_ips: The trusted addresses of per-user MFA; None where nobody stated them.
        """
        known = self.known or {}
        wanted = {
            location_id: location
            for location_id, location in known.items()
            if location_id in named or (ALL_TRUSTED in named and location.is_trusted is not False)
        }
        listed = {key: location.countries for key, location in wanted.items() if location.countries is not None}
        return Geography(
            self,
            addresses=_addresses(
                {key: each.ranges for key, each in wanted.items() if each.ranges is not None}, trusted_ips
            ),
            countries=_alike(listed),
            ids=tuple(sorted(wanted)),
        )


@dataclass(frozen=True, slots=True)
class Geography:
    """Places that some policies tell apart, one for each kind."""

    locations: Locations
    addresses: tuple[tuple[frozenset[str], bool], ...]
    """Every set of locations of addresses that some address is in, and no other; in none first.

    Each with whether those are, or may be, trusted addresses of per-user MFA.
    """
    countries: Mapping[str, tuple[str, ...]]
    """Countries that are told apart from the others, each with those that are in the same locations."""
    ids: tuple[str, ...]
    """Locations that make one."""

    def places(self, outside: Collection[str] = ()) -> Iterator[Place]:
        """Return every kind of place that is not surely in one of some locations, the most ordinary first."""

        @cache
        def is_inside(part: Place) -> bool:
            return any(self.locations.contains(location_id, part) for location_id in outside)

        for (within, is_legacy), country in product(self.addresses, self.countries):
            place = Place(within, country, is_legacy)
            if not any(map(is_inside, parts(place))):
                yield place


def parts(place: Place) -> tuple[Place, Place, Place]:
    """Return places that are one by its addresses, its country and its trust alone.

    Whether it is in a location is what one of them says, since no location is about two of these.
    """
    by_address, by_country = Place(place.locations, _NO_COUNTRY), Place(country=place.country)
    return by_address, by_country, Place(country=_NO_COUNTRY, is_legacy_trusted=place.is_legacy_trusted)


def _addresses(
    ranges: Mapping[str, tuple[Interval, ...]], trusted_ips: Sequence[str] | None
) -> tuple[tuple[frozenset[str], bool], ...]:
    stated = intervals(trusted_ips) if trusted_ips else None
    if stated is None:
        trusts = (False,) if trusted_ips == () else (False, True)
        return tuple((within, is_trusted) for is_trusted, within in product(trusts, _overlaps(ranges)))
    overlaps = _overlaps({**ranges, LEGACY_TRUSTED: stated})
    found = ((within - {LEGACY_TRUSTED}, LEGACY_TRUSTED in within) for within in overlaps)
    return tuple(sorted(found, key=itemgetter(1)))


def _overlaps(ranges: Mapping[str, tuple[Interval, ...]]) -> tuple[frozenset[str], ...]:
    """Return which locations overlap somewhere; none at all too, unless they are the whole internet."""
    found = {frozenset[str]()} if not ranges else set()
    for version, bits in _ADDRESS_BITS.items():
        edges: list[tuple[int, int, str]] = [
            edge
            for key, intervals in ranges.items()
            for of_version, first, end in intervals
            if of_version == version
            for edge in ((first, 1, key), (end, -1, key))
        ]
        found |= _sweep(sorted(edges), 2**bits)
    return tuple(sorted(found, key=lambda within: (len(within), sorted(within))))


def _sweep(edges: Sequence[tuple[int, int, str]], end: int) -> set[frozenset[str]]:
    found: set[frozenset[str]] = set()
    depth: dict[str, int] = {}
    at = 0
    for position, step, key in [*edges, (end, 0, "")]:
        if position > at:
            found.add(frozenset(name for name, count in depth.items() if count))
        at = position
        depth[key] = depth.get(key, 0) + step
    return found


def _alike(listed: Mapping[str, frozenset[str]]) -> Mapping[str, tuple[str, ...]]:
    """Return countries by a representative of those that are in the same locations."""
    named = sorted(frozenset().union(*listed.values()) - {UNKNOWN_COUNTRY})
    groups: dict[frozenset[str], list[str]] = {}
    for country in [OTHER, *named, UNKNOWN_COUNTRY]:
        within = frozenset(key for key, countries in listed.items() if country in countries)
        groups.setdefault(within, []).append(country)
    return {countries[0]: tuple(countries) for countries in groups.values()}


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """`conditions.locations` of one policy."""

    included: Texts
    excluded: Texts

    @classmethod
    def of(cls, condition: object) -> Self:
        """Return the choice of places; null means any, another shape may mean anything."""
        if condition is None:
            return cls(Texts(frozenset({ALL}), is_whole=True), Texts(frozenset(), is_whole=True))
        given = condition if isinstance(condition, dict) and not has_strangers(condition, _LISTS) else {}
        included, excluded = (Texts.of(given.get(name)).spelled((ALL, ALL_TRUSTED)) for name in _LISTS)
        return cls(included, excluded)

    @property
    def named(self) -> frozenset[str]:
        """What the policy names, places or words."""
        return self.included.known | self.excluded.known

    def has(self, place: Place, locations: Locations) -> Answer:
        """Whether the condition holds at a place."""
        return all_of([_any(self.included, place, locations), negated(_any(self.excluded, place, locations))])


def _any(named: Texts, place: Place, locations: Locations) -> Answer:
    inside = any_of(locations.contains(location_id, place) for location_id in named.known)
    return inside or any_of([inside, named.or_unknown(answer=False)])
