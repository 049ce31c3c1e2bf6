# ruff: noqa: ANN401 - JSON of any shape
"""Named locations of every kind, in Graph's own JSON."""

from typing import Any, Final

Json = dict[str, Any]


def _networks(*addresses: str) -> list[Json]:
    return [{"cidrAddress": address} for address in addresses]


def _place(name: str, *addresses: str, trusted: Any) -> Json:
    kind = "#microsoft.graph.ipNamedLocation"
    return {"@odata.type": kind, "id": name, "ipRanges": _networks(*addresses), "isTrusted": trusted}


def _country(name: str, *countries: str, unknown: Any, by: str = "clientIpAddress") -> Json:
    kind = "#microsoft.graph.countryNamedLocation"
    return {
        "@odata.type": kind,
        "id": name,
        "countriesAndRegions": list(countries),
        "includeUnknownCountriesAndRegions": unknown,
        "countryLookupMethod": by,
    }


LOCATIONS: Final = (
    _place("office", "192.0.2.0/24", trusted=True),
    _place("desk", "192.0.2.16/28", "2001:db8::/32", trusted=False),
    _place("branch", "192.0.2.128/25", "198.51.100.0/24", trusted=True),
    _country("belgium", "BE", unknown=False),
    _country("benelux", "BE", "NL", unknown=True),
    _country("by-phone", "FR", unknown=False, by="authenticatorAppGps"),
    {"@odata.type": "#microsoft.graph.compliantNetworkNamedLocation", "id": "network", "isTrusted": True},
    _place("doubtful", "203.0.113.0/24", trusted=None),
    _place("broken", "somewhere", trusted=False),
    _place("anywhere", "0.0.0.0/0", "::/0", trusted=False),
)
PLACES: Final = (
    "AllTrusted",
    "office",
    "desk",
    "branch",
    "belgium",
    "benelux",
    "by-phone",
    "network",
    "anywhere",
    "gone",
)
