# ruff: noqa: ANN401 - columns of any type
"""Rows for the tests of places, sessions, clients and accounts: people of a Belgian firm, and where they may be."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any, Final

from builders import a_sign_in
from builders.rows import Row
from engine_kit import START, at

from checks.signins.detections import UNITS
from checks.signins.hosting import HOSTING
from checks.signins.units import Unit

EDGE: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"
SAFARI: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/17.6 Safari/605.1.15"
CHROME_LINUX: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36"
)
IPHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) Version/17.6 Mobile/15E148 Safari/604.1"
OUTLOOK_IPHONE: Final = "Outlook-iOS/2.0"
SCRIPT: Final = "python-requests/2.31.0"


_TRIES: Final = count()


def _place(address: str, asn: int, country: str, latitude: float, longitude: float) -> Row:
    return {
        "ip_address": address,
        "autonomous_system_number": asn,
        "country_or_region": country,
        "latitude": latitude,
        "longitude": longitude,
    }


OFFICE: Final = _place("192.0.2.1", 64496, "BE", 51.05, 3.72)
HOME_OF_ONE: Final = _place("2001:db8:1:1::1", 64497, "BE", 50.85, 4.35)
LAGOS: Final = _place("198.51.100.7", 64500, "NG", 6.52, 3.38)
SAO_PAULO: Final = _place("2001:db8:2:1::1", 64501, "BR", -23.55, -46.63)
ALICANTE: Final = _place("2001:db8:3:1::1", 64502, "ES", 38.35, -0.48)
LILLE: Final = _place("2001:db8:4:1::1", 64503, "FR", 50.63, 3.06)
LUXEMBOURG: Final = _place("2001:db8:6:1::1", 64504, "LU", 49.61, 6.13)
MAASTRICHT: Final = _place("2001:db8:7:1::1", 64505, "NL", 50.85, 5.69)
TRAIN: Final = _place("2001:db8:8:1::1", 64506, "GB", 51.51, -0.13)
RELAY: Final = _place("2001:db8:5:1::9", 64507, "FR", 48.86, 2.35)
ROAMING: Final = _place("2001:db8:9:1::1", 64508, "BE", 50.85, 4.35)
SERVER: Final = _place("203.0.113.200", min(HOSTING), "DE", 50.11, 8.68)
SERVER_FAR: Final = _place("203.0.113.210", min(HOSTING), "SG", 1.35, 103.82)
MANAGED: Final[Row] = {"device_is_compliant": True, "device_is_managed": True, "device_id": "laptop-1"}


def unit(name: str) -> Unit:
    return next(each for each in UNITS if each.id == name)


def sign_in(minutes: float = 0, place: Mapping[str, Any] = OFFICE, user: str = "user-1", **given: Any) -> Row:
    """A sign-in by hand with a browser, so many minutes after the attack begins."""
    defaults = {"created_date_time": at(minutes), "user_agent": EDGE, "correlation_id": f"try-{next(_TRIES)}"}
    return a_sign_in(user=user, **defaults | dict(place) | given)


def days(
    users: Iterable[str] = ("user-1",), lasting: int = 20, place: Mapping[str, Any] = OFFICE, **given: Any
) -> list[Row]:
    """A sign-in of each person on each of so many days before."""
    return [
        sign_in(0, place, user, **{"created_date_time": START - timedelta(days=day)} | given)
        for user in users
        for day in range(1, lasting + 1)
    ]


def token(minutes: float, place: Mapping[str, Any] = OFFICE, user: str = "user-1", **given: Any) -> Row:
    """A token that is renewed without a human."""
    silent = {
        "is_interactive": False,
        "authentication_protocol": "none",
        "incoming_token_type": "refreshToken",
        "original_transfer_method": "none",
        "session_id": "session-1",
    }
    return sign_in(minutes, place, user, **silent | given)
