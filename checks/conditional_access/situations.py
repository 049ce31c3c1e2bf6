"""Sign-in situations, and what a tenant's policies make of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

OTHER: Final = "other"
"""Any value of an axis that no policy names: any other application, any other country."""


class Access(StrEnum):
    """What gets somebody who has the password into one situation."""

    PASSWORD = "password"  # noqa: S105 - an outcome, no password
    """Nothing more than that."""
    UNKNOWN = "unknown"
    MANAGED_DEVICE = "managed_device"
    """A managed device or app is accepted instead of MFA."""
    MFA = "mfa"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign-in comes from, as far as policies can tell."""

    locations: frozenset[str] = frozenset()
    """Ids of the named locations of addresses that contain it."""
    country: str = OTHER
    """Two-letter code that some named location lists, `OTHER`, or `unknown`."""
    is_legacy_trusted: bool = False
    """Whether it is one of the trusted addresses of per-user MFA, which cannot be read."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One way to sign in; every member is a value of Graph's own, or `OTHER`."""

    target: str = OTHER
    """Application id, `Office365`, `MicrosoftAdminPortals`, or a user action's URN."""
    client: str = "browser"
    place: Place = field(default_factory=Place)
    platform: str = "unknown"
    sign_in_risk: str = "none"
    user_risk: str = "none"
    flow: str = "none"
    """How the sign-in was handed over: `none`, `deviceCodeFlow`, `authenticationTransfer`."""
    device: str = "unmanaged"
    """`unmanaged`, `compliant` or `domainJoined`."""


Values = tuple[str, ...] | None
"""Values of an axis, sorted; None for all of them."""


@dataclass(frozen=True, slots=True)
class Way:
    """Situations that end alike, in the most general words: every combination of the values of its axes."""

    access: Access
    targets: Values = None
    clients: Values = None
    places: Values = None
    """Ids of named locations, `country:BE`, `country:other`, `country:unknown`, `legacy_trusted`, or `OTHER`."""
    platforms: Values = None
    sign_in_risks: Values = None
    user_risks: Values = None
    flows: Values = None
    devices: Values = None
    spared_by: tuple[str, ...] = ()
    """Ids of enforced policies with MFA or a block that leave out this person, or these situations."""
    undecided: tuple[str, ...] = ()
    """Ids of policies of which it could not be decided whether they hold here, or what they demand."""

    def as_json(self, names: Mapping[str, str]) -> dict[str, object]:
        """Return the way as plain JSON, ids replaced by the names that are known; null for a whole axis."""
        axes = ("targets", "clients", "places", "platforms", "sign_in_risks", "user_risks", "flows", "devices")
        spans: dict[str, Values] = {axis: getattr(self, axis) for axis in axes}
        return {
            "access": self.access.value,
            **{axis: None if span is None else _named(span, names) for axis, span in spans.items()},
            "spared_by": _named(self.spared_by, names),
            "undecided": _named(self.undecided, names),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What a tenant's policies, all together, make of one person's sign-ins."""

    accesses: frozenset[Access]
    """Over every situation but user actions and the portals for which Microsoft demands MFA itself."""
    demands_mfa: bool
    """Whether MFA is surely demanded in one of them."""
    ways: tuple[Way, ...]
    """Ways in by the password alone first, then undecided ones, then those by a managed device."""
    strengths: frozenset[str] = frozenset()
    """Ids of the authentication strengths that are demanded somewhere."""
    perhaps_strengths: frozenset[str] = frozenset()
    """Ids of those of which it is unknown whether they are; `OTHER` where it was not read which."""
    user_actions: Mapping[str, frozenset[Access]] = field(default_factory=dict)
    """What stands before registering methods or devices, by URN; it decides nobody's protection."""


def _named(ids: tuple[str, ...], names: Mapping[str, str]) -> list[str]:
    return sorted(names.get(each, each) for each in ids)
