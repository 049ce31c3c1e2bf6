"""Networks that rent out servers and addresses, and Microsoft's own, by AS number.

Nothing is looked up: the list is short, of its date, and ages. That somebody signs in from one of them says little
alone, because firms work through gateways and desktops there too.
"""

from datetime import date
from typing import Final

AS_OF: Final = date(2026, 11, 23)
"""When the lists were put together from public detection rules and from well-known providers."""

HOSTING: Final = frozenset(
    {
        # named by public rules for token theft and device registration from rented servers
        399629,
        14061,
        136787,
        9009,
        45102,
        215540,
        29802,
        62240,
        204957,
        395092,
        393406,
        400940,
        59711,
        132203,
    }
)
"""Providers of rented servers and of anonymous access."""

MICROSOFT: Final = frozenset({8068, 8069, 8070, 8075, 12076})
"""Networks from which Microsoft's own services sign in for somebody."""
