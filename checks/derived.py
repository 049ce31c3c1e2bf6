"""Inputs that several checks share, computed once per evaluation."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from checks.frame import records
from checks.registry import columns, derived
from checks.three_valued import Answer

LastSuccesses = pd.DataFrame
"""`id` and `last_successful_sign_in_date_time` of every account."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Tells the firm's own addresses from others."""

    verified: frozenset[str]
    """Domains the firm has proven to own: lower case, in their ASCII form."""
    undecided: frozenset[str]
    """Domains of which it was not read whether they are proven."""

    def is_outside(self, address: str | None) -> Answer:
        """Whether mail to `address` leaves the firm.

        A subdomain of a verified domain is inside. Unknown for what is no internet address:
        a legacy `/o=…` name, an empty string.
        """
        domain = _domain_of(address)
        if domain is None or not self.verified:
            return None
        parents = _parents(domain)
        if parents & self.verified:
            return False
        return None if parents & self.undecided else True


def _domain_of(address: str | None) -> str | None:
    """Return the domain of an internet address in lower-case ASCII, None where there is none."""
    local, _, domain = (address or "").strip().rpartition("@")
    return _ascii(domain) if local and domain.strip(".") else None


def _ascii(domain: str) -> str:
    """Return the form in which two spellings of a domain are equal; what cannot be a domain stays as it is."""
    lower = domain.rstrip(".").lower()
    try:
        return lower.encode("idna").decode("ascii")
    except UnicodeError:
        return lower


def _parents(domain: str) -> set[str]:
    labels = domain.split(".")
    return {".".join(labels[start:]) for start in range(len(labels))}


@derived
def addresses(domains: Annotated[pd.DataFrame, columns("id", "is_verified", whole=True)]) -> Addresses:
    """Return what tells inside from outside.

    A domain that was claimed and never proven is outside: anybody may own it. Without all domains
    nothing can be told, for one that was not read would seem to be outside.

    Source:
        https://learn.microsoft.com/graph/api/resources/domain
    """
    known = {_ascii(row["id"]): row["is_verified"] for row in records(domains)}
    return Addresses(
        frozenset(domain for domain, is_verified in known.items() if is_verified),
        frozenset(domain for domain, is_verified in known.items() if is_verified is None),
    )


@derived
def last_successes(
    users: Annotated[pd.DataFrame, columns("id", "last_successful_sign_in_date_time")],
) -> pd.DataFrame:
    """Return when each account last signed in, apart from the accounts: it takes a licence to see it.

    Source:
        https://learn.microsoft.com/graph/api/resources/signinactivity
    """
    return users
