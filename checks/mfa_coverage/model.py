"""The nouns of MFA coverage."""

from dataclasses import dataclass
from enum import StrEnum

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
    """A code."""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonCoverage:
    """One person's verdict."""

    id: str
    name: str
    user_principal_name: str | None
    kind: AccountKind
    is_administrator: Answer
    protection: Protection
    remote: Protection
    """The same outside the named office locations."""
    ways: tuple[Way, ...] = ()
    chain: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class MfaCoverage:
    """Everybody who can sign in, with what was not read."""

    people: tuple[PersonCoverage, ...]
    gaps: tuple[Gap, ...] = ()
