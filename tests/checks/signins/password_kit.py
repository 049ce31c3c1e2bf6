# ruff: noqa: ANN401 - columns of any type
"""Rows for the tests of attempts, passwords and approvals: ordinary days of people, and what a stranger does."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from builders import a_sign_in
from builders.rows import Row
from engine_kit import HOME, START, STRANGE, at

from checks.signins.detections import UNITS
from checks.signins.units import Unit

EDGE: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"
LINUX: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36"
IPHONE: Final = "Outlook-iOS/2.0"
SCRIPT: Final = "python-requests/2.31.0"

_OWN: Final[Row] = {
    "ip_address": HOME,
    "user_agent": EDGE,
    "country_or_region": "BE",
    "autonomous_system_number": 64496,
}
_FOREIGN: Final[Row] = {
    "ip_address": STRANGE,
    "user_agent": LINUX,
    "country_or_region": "BR",
    "autonomous_system_number": 64500,
}


def unit(name: str) -> Unit:
    return next(each for each in UNITS if each.id == name)


def own(minutes: float = 0, user: str = "user-1", **given: Any) -> Row:
    """A sign-in of somebody where he always is."""
    return a_sign_in(user=user, **{"created_date_time": at(minutes)} | _OWN | given)


def wrong(minutes: float, user: str = "user-1", **given: Any) -> Row:
    """A wrong password from a place where nobody of the firm is."""
    return a_sign_in(user=user, **{"created_date_time": at(minutes), "error_code": 50126} | _FOREIGN | given)


def right(minutes: float, user: str = "user-1", **given: Any) -> Row:
    """A success from that place."""
    return wrong(minutes, user, **{"error_code": 0} | given)


def days(users: Iterable[str] = ("user-1",), count: int = 20, **given: Any) -> list[Row]:
    """Ordinary sign-ins of people, one each day before the attack."""
    return [
        own(user=user, **{"created_date_time": START - timedelta(days=day)} | given)
        for user in users
        for day in range(1, count + 1)
    ]


def everybody(count: int) -> list[str]:
    return [f"user-{number}" for number in range(1, count + 1)]
