"""Network addresses as logs write them, to the forms in which two of them can be compared.

Pure text work: no address is looked up anywhere. Apply it to distinct values, not to rows.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

_HOST_BITS: Final = {4: 32, 6: 64}
_NEAR_BITS: Final = {4: 24, 6: 64}
_WIDE_BITS: Final = {4: 16, 6: 32}

_WITH_PORT: Final = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>\d{1,3}(?:\.\d{1,3}){3}):\d+")

_INSIDE: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/64",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)
"""What never is somebody's place on the internet. Ranges for documentation, and the class that nobody has
(240.0.0.0/4), are left out: they stand for public ones in made-up logs."""


def bare_address(text: str | None) -> str | None:
    """Return one address as it is written without port, brackets and zone; None where the text is no address."""
    address = _address(text)
    return None if address is None else str(address)


def address_of(text: str | None) -> str | None:
    """Return who is meant by an address: IPv4 as it is, IPv6 as its /64, of which one device uses many.

    Ports, brackets and zones are dropped, IPv4 inside IPv6 is IPv4.

    Returns:
        E.g. `203.0.113.5` or `2001:db8:0:1::/64`; None where the text is no address, or the one that means none.
    """
    network = _network(text, _HOST_BITS)
    if network is None:
        return None
    return str(network.network_address) if network.version == 4 else str(network)  # noqa: PLR2004  # the IP version


def near(text: str | None) -> str | None:
    """Return the network of one site: the /24 of IPv4, the /64 of IPv6; None where the text is no address."""
    return _text(_network(text, _NEAR_BITS))


def wide(text: str | None) -> str | None:
    """Return the network of a region of a provider: /16 of IPv4, /32 of IPv6; None where the text is no address."""
    return _text(_network(text, _WIDE_BITS))


def is_private(text: str | None) -> bool:
    """Whether an address is inside a firm, a device or a carrier, so that it says nothing of a place."""
    network = _network(text, _HOST_BITS)
    return network is not None and any(_is_within(network, inside) for inside in _INSIDE)


def _network(text: str | None, bits: dict[int, int]) -> IPv4Network | IPv6Network | None:
    """Return the network of so many bits by version around an address; None where there is none."""
    address = _address(text)
    return None if address is None else ip_network((address.packed, bits[address.version]), strict=False)


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    """Return an address, that of IPv4 inside IPv6 as such; None where there is none, or the one that means none."""
    try:
        address = ip_address(_bare(text or ""))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return None if address.is_unspecified else address


def _bare(text: str) -> str:
    """Return an address without port, brackets, zone and what `address_of` appends."""
    stripped = text.strip()
    if match := _WITH_PORT.fullmatch(stripped):
        stripped = match["six"] or match["four"]
    return stripped.partition("%")[0].partition("/")[0]


def _is_within(network: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)


def _text(network: IPv4Network | IPv6Network | None) -> str | None:
    return None if network is None else str(network)
