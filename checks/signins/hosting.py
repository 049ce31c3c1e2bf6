"""Networks that rent out servers and addresses, and Microsoft's own, by AS number.

Nothing is looked up: the list is short, of its date, and ages. That somebody signs in from one of them says little
alone, because firms work through gateways and desktops there too.
"""

from datetime import date
from typing import Final

AS_OF: Final = date(2026, 11, 23)
"""When the lists were put together from public detection rules and from well-known providers."""

_NAMED_BY_NUMBER: Final = (
    9009, 14061, 29802, 45102, 59711, 62240, 132203, 136787, 204957, 215540, 393406, 395092, 399629, 400940,
)  # fmt: skip
"""In public rules for stolen tokens and for devices registered from rented servers."""
_NAMED_BY_NAME: Final = {
    8100: "QuadraNet",
    12876: "Scaleway",
    16276: "OVH",
    20473: "Vultr",
    24940: "Hetzner",
    36352: "ColoCrossing",
    39351: "31173 Services",
    44477: "Stark Industries",
    51167: "Contabo",
    53667: "FranTech",
    60068: "Datacamp",
    60781: "Leaseweb",
    63949: "Linode",
    200651: "FlokiNET",
    210644: "Aeza",
    212238: "Datacamp",
}
"""Providers that public rules look for by name; these are the numbers of their largest networks."""

HOSTING: Final = frozenset({*_NAMED_BY_NUMBER, *_NAMED_BY_NAME})
"""Providers of rented servers and of anonymous access."""

MICROSOFT: Final = frozenset({8068, 8069, 8070, 8075, 12076})
"""Networks from which Microsoft's own services sign in for somebody."""
