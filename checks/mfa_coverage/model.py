"""The nouns of MFA coverage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from checks.conditional_access.situations import Way
from checks.model import Gap
from checks.three_valued import Answer


class Protection(StrEnum):
    """What protects a person; of several that apply, the one that is declared first."""

    UNPROTECTED = "unprotected"
    """Nothing ever demands MFA, and no second factor is known."""
    HOLE = "hole"
    """MFA is demanded somewhere, and somewhere else the password alone is enough."""
    REGISTERED_NOT_ENFORCED = "registered_not_enforced"
    ENFORCED_NOT_REGISTERED = "enforced_not_registered"
    """Whoever has the password first may register their own second factor."""
    UNKNOWN = "unknown"
    MANAGED_DEVICE = "managed_device"
    """A managed device is accepted instead of MFA."""
    SECURITY_DEFAULTS = "security_defaults"
    """Microsoft decides how often MFA is asked."""
    WEAK_METHOD = "weak_method"
    PROTECTED = "protected"


WAYS_IN: Final = frozenset({Protection.UNPROTECTED, Protection.HOLE, Protection.REGISTERED_NOT_ENFORCED})
"""The password alone is enough somewhere."""

GOOD: Final = frozenset({Protection.SECURITY_DEFAULTS, Protection.WEAK_METHOD, Protection.PROTECTED})
"""What an insurer may be told is MFA; how many of each is told along."""


class AccountKind(StrEnum):
    """What an account is for."""

    STAFF = "staff"
    GUEST = "guest"
    EMERGENCY = "emergency"
    SYNCHRONIZATION = "synchronization"
    SHARED_MAILBOX = "shared_mailbox"
    SERVICE = "service"
    LEAVER = "leaver"
    EXTERNAL = "external"
    """People without an account here: technicians of a partner, members of other tenants in shared channels."""


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain of reasons."""

    link: str
    says: str
    """A code of `checks.mfa_coverage.steps`."""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonCoverage:
    """One person's verdict."""

    id: str
    name: str
    user_principal_name: str | None
    kind: AccountKind
    is_administrator: Answer
    """Unknown also for a partner's technicians: which roles a relationship gives them is not read."""
    protection: Protection
    remote: Protection
    """The same outside the named office locations."""
    ways: tuple[Way, ...] = ()
    chain: tuple[Step, ...] = ()
    counts: Answer = True
    """Whether the account can sign in and has no rule of its own, as emergency and synchronization accounts have."""
    is_let_in: Answer = None
    """Whether the password alone is enough somewhere."""
    has_second_factor: Answer = None
    """Whether a second factor is registered that does for whatever is demanded; yes where another firm asks for it."""
    methods: tuple[str, ...] = ()
    """What is registered, as far as it was read."""
    user_type: str | None = None
    remote_ways: tuple[Way, ...] = ()
    groups: tuple[str, ...] = ()
    """`partners`, `staff`, `administrators`, `guests` or `others`."""
    is_named_for_a_role: bool = False
    """Whether something that was read names the person as one who holds an administrator role, or may."""
    contradicted_at: str | None = None
    """When the log shows a sign-in with the password alone although the policies keep that out; ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class Offices:
    """The named locations that the firm states as its offices; without one that exists every place counts as remote."""

    stated: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    """Ids."""
    missing: tuple[str, ...] = ()
    """What was stated and is neither a name nor an id of a named location."""


@dataclass(frozen=True, slots=True)
class MfaCoverage:
    """Everybody who can sign in, with what was not read."""

    people: tuple[PersonCoverage, ...]
    gaps: tuple[Gap, ...] = ()
    """What was not read and may decide what is demanded of somebody."""
    registration_gaps: tuple[Gap, ...] = ()
    """What was not read and may decide what somebody has registered."""
    absent: tuple[Gap, ...] = ()
    """What was not read and may hide somebody who can sign in."""
    by_defaults: Answer = None
    """Whether security defaults are on."""
    by_methods: bool = False
    """Whether registered methods come from the accounts' own lists, for want of Microsoft's report."""
    offices: Offices = Offices()
    names: Mapping[str, str] = field(default_factory=dict)
    """Display names of policies, locations and applications by id."""
