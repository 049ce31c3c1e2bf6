"""A tenant as Graph tells of it, and the values that Graph has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any, Final

from mfa_brute_force.logic import Json

OFFICE = "Office365"
PORTALS = "MicrosoftAdminPortals"
DIRECTORY_APP = "00000002-0000-0000-c000-000000000000"
EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
AZURE: Final = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
SUITES: Final = {EXCHANGE: OFFICE, AZURE: PORTALS}
"""Applications that are part of what a policy may name as a whole: Exchange Online, the portals of Azure."""
USER_ACTIONS: Final = ("urn:user:registersecurityinfo", "urn:user:registerdevice")
LEGACY_TRUSTED_ID: Final = "00000000-0000-0000-0000-000000000000"

CLIENTS: Final = ("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other")
PLATFORMS: Final = ("unknown", "android", "iOS", "windows", "windowsPhone", "macOS", "linux")
RISKS: Final = ("none", "low", "medium", "high")
FLOWS: Final = ("none", "deviceCodeFlow", "authenticationTransfer")
DEVICES: Final = ("unmanaged", "compliant", "domainJoined")

EXTERNAL_KINDS: Final = frozenset(
    {
        "internalGuest",
        "b2bCollaborationGuest",
        "b2bCollaborationMember",
        "b2bDirectConnectUser",
        "serviceProvider",
        "otherExternalUser",
    }
)


@dataclass(frozen=True)
class RawPerson:
    """An account, or somebody without one: then `external` is the kind and the home tenant (or `OTHER`)."""

    id: str
    user_principal_name: str | None = None
    user_type: str | None = None
    external: tuple[str, str] | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind it may be."""
        if self.external is not None:
            return frozenset({self.external[0]})
        name, kind = self.user_principal_name, self.user_type
        abroad = [True, False] if name is None else ["#EXT#" in name.upper()]
        guest = [True, False] if kind is None else [kind == "Guest"]
        names = {
            (True, True): "b2bCollaborationGuest",
            (True, False): "b2bCollaborationMember",
            (False, True): "internalGuest",
            (False, False): "internal",
        }
        return frozenset(names[pair] for pair in product(abroad, guest))


@dataclass(frozen=True)
class RawTenant:
    """What Graph tells of a tenant; None for what was not read."""

    policies: tuple[Any, ...] = ()
    people: tuple[RawPerson, ...] = ()
    named_locations: tuple[Json, ...] | None = ()
    strengths: tuple[Json, ...] | None = ()
    settings: Any = field(
        default_factory=lambda: {"exclusions": {"allResourcesExclusions": {"userActionExclusions": []}}}
    )
    """None where it was not read."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Direct members of each group: accounts, and groups."""
    unread_groups: frozenset[str] = frozenset()
    roles: tuple[Json, ...] = ()
    """Role definitions."""
    assignments: tuple[Json, ...] = ()
    """`principalId`, `roleDefinitionId`, `directoryScopeId`, `assignmentType`."""
    mfa_trusted_ips: tuple[str, ...] | None = ()
    as_of: date = date(2026, 11, 23)
