"""Where people sign in from: towns, carriers with made-up AS numbers, and addresses that nobody has.

IPv4 addresses are of 240.0.0.0/4, which was never given out, IPv6 ones of 3fff::/20, which is for documentation. Each
carrier has a /12 and a /32 of its own, so that networks near and wide mean what they mean outside; carriers beyond
the numbers for documentation have private ones. Only networks of
data centres that a detection has to know by number carry real AS numbers.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from bench.plants.log import Log


@dataclass(frozen=True, slots=True)
class Town:
    """A place as a log tells it."""

    city: str
    state: str
    country: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who gives out addresses."""

    name: str
    number: int
    """Its own number here: which block of addresses it has."""
    asn: int


_BLOCK_4: Final = 1 << 20
_FIRST_4: Final = int(IPv4Address("240.0.0.0"))

TOWNS: Final = {
    town.city: town
    for town in (
        Town("Gent", "Oost-Vlaanderen", "BE", 51.05, 3.72),
        Town("Antwerpen", "Antwerpen", "BE", 51.22, 4.40),
        Town("Mechelen", "Antwerpen", "BE", 51.03, 4.48),
        Town("Leuven", "Vlaams-Brabant", "BE", 50.88, 4.70),
        Town("Bruxelles", "Bruxelles-Capitale", "BE", 50.85, 4.35),
        Town("Namur", "Namur", "BE", 50.47, 4.87),
        Town("Liège", "Liège", "BE", 50.63, 5.57),
        Town("Hasselt", "Limburg", "BE", 50.93, 5.34),
        Town("Brugge", "West-Vlaanderen", "BE", 51.21, 3.22),
        Town("Kortrijk", "West-Vlaanderen", "BE", 50.83, 3.26),
        Town("Arlon", "Luxembourg", "BE", 49.68, 5.81),
        Town("Eupen", "Liège", "BE", 50.63, 6.03),
        Town("Luxembourg", "Luxembourg", "LU", 49.61, 6.13),
        Town("Lille", "Hauts-de-France", "FR", 50.63, 3.06),
        Town("Paris", "Île-de-France", "FR", 48.86, 2.35),
        Town("Maastricht", "Limburg", "NL", 50.85, 5.69),
        Town("Amsterdam", "Noord-Holland", "NL", 52.37, 4.90),
        Town("Aachen", "Nordrhein-Westfalen", "DE", 50.78, 6.08),
        Town("Frankfurt am Main", "Hessen", "DE", 50.11, 8.68),
        Town("London", "England", "GB", 51.51, -0.13),
        Town("Benidorm", "Comunidad Valenciana", "ES", 38.54, -0.13),
        Town("Torrevieja", "Comunidad Valenciana", "ES", 37.98, -0.68),
        Town("Santa Cruz de Tenerife", "Canarias", "ES", 28.46, -16.25),
        Town("Innsbruck", "Tirol", "AT", 47.27, 11.39),
        Town("Albertville", "Auvergne-Rhône-Alpes", "FR", 45.68, 6.39),
        Town("Nice", "Provence-Alpes-Côte d'Azur", "FR", 43.70, 7.27),
        Town("Roma", "Lazio", "IT", 41.90, 12.50),
        Town("Antalya", "Antalya", "TR", 36.90, 30.71),
        Town("Marrakesh", "Marrakesh-Safi", "MA", 31.63, -7.99),
        Town("New York", "New York", "US", 40.71, -74.01),
        Town("Dublin", "Leinster", "IE", 53.35, -6.26),
        Town("Pune", "Maharashtra", "IN", 18.52, 73.86),
        Town("Manila", "Metro Manila", "PH", 14.60, 120.98),
        Town("Cape Town", "Western Cape", "ZA", -33.92, 18.42),
        Town("Lagos", "Lagos", "NG", 6.52, 3.38),
        Town("Singapore", "Singapore", "SG", 1.35, 103.82),
        Town("São Paulo", "São Paulo", "BR", -23.55, -46.63),
        Town("Bucharest", "București", "RO", 44.43, 26.10),
        Town("Saint Petersburg", "Saint Petersburg", "RU", 59.94, 30.31),
        Town("Hong Kong", "Hong Kong", "HK", 22.32, 114.17),
        Town("Los Angeles", "California", "US", 34.05, -118.24),
        Town("Jakarta", "Jakarta", "ID", -6.21, 106.85),
        Town("Hanoi", "Hà Nội", "VN", 21.03, 105.85),
        Town("Karachi", "Sindh", "PK", 24.86, 67.01),
        Town("Nairobi", "Nairobi", "KE", -1.29, 36.82),
        Town("Bogotá", "Bogotá", "CO", 4.71, -74.07),
        Town("Buenos Aires", "Buenos Aires", "AR", -34.60, -58.38),
        Town("Kyiv", "Kyiv", "UA", 50.45, 30.52),
        Town("Seoul", "Seoul", "KR", 37.57, 126.98),
        Town("Taipei", "Taipei", "TW", 25.03, 121.57),
        Town("Bangkok", "Bangkok", "TH", 13.76, 100.50),
        Town("Almaty", "Almaty", "KZ", 43.24, 76.95),
        Town("Toronto", "Ontario", "CA", 43.65, -79.38),
        Town("Sydney", "New South Wales", "AU", -33.87, 151.21),
        Town("Tbilisi", "Tbilisi", "GE", 41.72, 44.79),
        Town("Dakar", "Dakar", "SN", 14.72, -17.47),
        Town("Lima", "Lima", "PE", -12.05, -77.04),
    )
}

CARRIERS: Final = {
    name: Carrier(name, number, asn)
    for number, (name, asn) in enumerate(
        (
            ("cable BE", 64496),
            ("line BE", 64497),
            ("line BE south", 64498),
            ("mobile BE one", 64499),
            ("mobile BE two", 64500),
            ("offices BE", 64501),
            ("mobile LU", 64502),
            ("mobile FR", 64503),
            ("line FR", 64504),
            ("mobile NL", 64505),
            ("line NL", 64506),
            ("mobile DE", 64507),
            ("line ES", 64508),
            ("mobile ES", 64509),
            ("line AT", 64510),
            ("mobile AT", 64511),
            ("train", 65536),
            ("relay", 65537),
            ("hotels", 65538),
            ("line GB", 65539),
            ("mobile GB", 65540),
            ("line IN", 65541),
            ("line PH", 65542),
            ("line ZA", 65543),
            ("hosted desktops NL", 65544),
            ("far one", 65545),
            ("far two", 65546),
            ("far three", 65547),
            ("far four", 65548),
            ("proxies", 65549),
            ("clouds of others", 65550),
            ("robots", 65551),
            ("Microsoft", 8075),
            ("servers A", 14061),
            ("servers B", 9009),
            ("servers C", 62240),
            ("servers D", 45102),
            ("servers E", 399629),
            ("servers F", 132203),
            ("servers G", 136787),
            ("servers H", 215540),
            ("servers I", 29802),
            ("servers J", 204957),
            ("servers K", 395092),
            ("servers L", 393406),
            ("servers M", 400940),
            ("servers N", 59711),
            *((f"far {number}", 4_200_000_000 + number) for number in range(5, 45)),
        )
    )
}
SERVERS: Final = tuple(name for name in CARRIERS if name.startswith("servers"))
FAR: Final = tuple(name for name in CARRIERS if name.removeprefix("far ").isdigit())
FAR_TOWNS: Final = (
    "Lagos", "Singapore", "São Paulo", "Bucharest", "Saint Petersburg", "Hong Kong", "Los Angeles", "Jakarta", "Hanoi",
    "Karachi", "Nairobi", "Bogotá", "Buenos Aires", "Kyiv", "Seoul", "Taipei", "Bangkok", "Almaty", "Toronto", "Sydney",
    "Tbilisi", "Dakar", "Lima",
)  # fmt: skip
MOBILE_HOME: Final = ("mobile BE one", "mobile BE two")
LINES_HOME: Final = ("cable BE", "line BE", "line BE south")


def address(carrier: str, host: int) -> str:
    """Return one of a carrier's 1,048,576 IPv4 addresses."""
    return str(IPv4Address(_FIRST_4 + CARRIERS[carrier].number * _BLOCK_4 + host % _BLOCK_4))


def address_6(carrier: str, site: int, device: int) -> str:
    """Return an IPv6 address: one device of one site of a carrier."""
    number = CARRIERS[carrier].number
    return (
        f"3fff:{number:x}:{site & 0xFFFF:x}:{site >> 16 & 0xFFFF:x}:{device & 0xFFFF:x}:7e:0:{device >> 16 & 0xFFFF:x}"
    )


def place(log: Log, carrier: str, town: str, host: int, *, six: int | None = None) -> int:
    """Return the place of an address of a carrier in a town, in the log's register.

    Args:
        log: Whose register.
        carrier: A name of `CARRIERS`.
        town: A name of `TOWNS`.
        host: Which address of the carrier; which site where `six` is given.
        six: Which device of the site, for an IPv6 address.
    """
    where = TOWNS[town]
    return log.registers["place"].add(
        ip_address=address(carrier, host) if six is None else address_6(carrier, host, six),
        city=where.city,
        state=where.state,
        country_or_region=where.country,
        latitude=where.latitude,
        longitude=where.longitude,
        autonomous_system_number=CARRIERS[carrier].asn,
    )


def unplaced(log: Log, carrier: str, host: int) -> int:
    """Return the place of an address of which the log tells no town, as happens."""
    return log.registers["place"].add(ip_address=address(carrier, host), autonomous_system_number=CARRIERS[carrier].asn)
