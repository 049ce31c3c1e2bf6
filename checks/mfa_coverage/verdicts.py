"""What protects somebody, given everything that is known, and what may be, given what is not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from checks.conditional_access.situations import Access
from checks.mfa_coverage.model import GOOD, WAYS_IN, Protection
from checks.three_valued import Answer

_ANYTHING: Final = (None, Access.PASSWORD, Access.MANAGED_DEVICE, Access.MFA)
"""What a situation that could not be decided may be; blocked adds nothing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides a verdict."""

    accesses: frozenset[Access]
    demands_mfa: bool
    by_defaults: Answer
    asks_elsewhere: Answer = False
    """Whether the password is asked by another provider, which may ask for more than Microsoft tells."""
    proves_elsewhere: Answer = False
    """Whether MFA that was done with another firm or provider is accepted: what is registered here does not count."""
    is_registered: Answer = None
    """Whether any second factor is registered."""
    satisfies: Answer = True
    """Whether one of them does for whatever strength is demanded."""
    is_weak: Answer = False
    """Whether there are only text messages and calls."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What protects somebody."""

    protection: Protection
    is_let_in: Answer
    """Whether the password alone is enough somewhere."""


@cache
def verdict(facts: Facts) -> Verdict:
    """Return what protects somebody, unknown where what is not known decides.

    Source:
        https://learn.microsoft.com/entra/identity/authentication/concept-mfa-howitworks
    """
    if not facts.accesses:
        # no situation was looked at
        return Verdict(Protection.UNKNOWN, is_let_in=None)
    possible = frozenset(map(_certain, _resolved(facts)))
    ways_in = possible & WAYS_IN
    is_let_in = None if Protection.UNKNOWN in possible or (ways_in and possible - ways_in) else bool(ways_in)
    return Verdict(_told(facts, possible), is_let_in)


def _told(facts: Facts, possible: frozenset[Protection]) -> Protection:
    if possible <= WAYS_IN:
        if facts.demands_mfa:
            return Protection.HOLE
        return Protection.REGISTERED_NOT_ENFORCED if facts.is_registered else Protection.UNPROTECTED
    if len(possible) > 1 and not possible <= GOOD:
        return Protection.UNKNOWN
    return min(possible, key=list(Protection).index)


def _resolved(facts: Facts) -> Iterator[Facts]:
    """Yield the facts with every unknown decided, in all ways."""
    for name in ("by_defaults", "asks_elsewhere", "proves_elsewhere", "is_registered", "satisfies", "is_weak"):
        if getattr(facts, name) is None:
            decided: list[dict[str, Any]] = [{name: False}, {name: True}]
            for answer in decided:
                yield from _resolved(replace(facts, **answer))
            return
    if Access.UNKNOWN not in facts.accesses:
        yield facts
        return
    rest = facts.accesses - {Access.UNKNOWN}
    for access in _ANYTHING:
        yield replace(facts, accesses=rest if access is None else rest | {access})


def _certain(facts: Facts) -> Protection:
    """Return the verdict of facts of which none is unknown."""
    accesses = facts.accesses
    must_register = not facts.proves_elsewhere and not (facts.is_registered and facts.satisfies)
    if Access.PASSWORD in accesses and not facts.by_defaults:
        return _let_in(facts)
    if must_register and (facts.by_defaults or Access.MFA in accesses):
        return Protection.ENFORCED_NOT_REGISTERED
    if facts.by_defaults:
        return Protection.SECURITY_DEFAULTS
    if Access.MANAGED_DEVICE in accesses:
        return Protection.MANAGED_DEVICE
    is_weak = Access.MFA in accesses and facts.is_weak and not facts.proves_elsewhere
    return Protection.WEAK_METHOD if is_weak else Protection.PROTECTED


def _let_in(facts: Facts) -> Protection:
    if facts.asks_elsewhere:
        return Protection.UNKNOWN
    if facts.demands_mfa or Access.MFA in facts.accesses:
        return Protection.HOLE
    return Protection.REGISTERED_NOT_ENFORCED if facts.is_registered else Protection.UNPROTECTED
