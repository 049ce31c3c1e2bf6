"""The topics of the catalogue, as a reader calls them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from checks.frameworks import mapping
from m365_posture.texts import mark
from reports.view_models.wording import Wording

AREAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "identity/MFA": mark("Identity and second factor"),
        "accounts": mark("Accounts and administrators"),
        "sign-ins": mark("Sign-ins"),
        "e-mail": mark("E-mail"),
        "sharing": mark("Sharing"),
        "apps": mark("Applications"),
        "devices": mark("Devices"),
        "data protection": mark("Data protection"),
        "governance": mark("Governance"),
    }
)
"""Area of the catalogue to its name, in the order in which areas are shown."""

_OTHER: Final = mark("Other topics")


def area_of(check_id: str, wording: Wording) -> str:
    """Return the name of a check's topic."""
    entry = mapping().get(check_id)
    return wording.text(AREAS.get(entry.area, _OTHER) if entry else _OTHER)


def areas(wording: Wording) -> list[str]:
    """Return the names of all topics in the order in which they are shown."""
    return [wording.text(name) for name in (*AREAS.values(), _OTHER)]
