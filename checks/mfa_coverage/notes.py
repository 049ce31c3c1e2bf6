"""What to know beside a verdict on MFA coverage."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from checks.licences import P1, Licences
from checks.mfa_coverage.model import AccountKind, MfaCoverage, PersonCoverage, Protection
from checks.model import Gap
from checks.three_valued import Answer, any_of
from m365_posture.texts import mark

_BY_DEFAULTS: Final = mark(
    "Security defaults protect this tenant: administrators are asked for a second factor every time, "
    "other people when Microsoft finds it necessary."
)
_DEVICES: Final = mark(
    "Whoever gets in by a device that the firm manages instead of a second factor does not fail here, and is not "
    "counted as protected either."
)
_NO_OFFICES: Final = mark("No named location is stated as an office, so every place counts as remote access.")
_MISSING_OFFICES: Final = mark(
    "No named location is called like these stated offices, so they count as remote access like any other place"
)
_AT_HOME: Final = mark(
    "For guests the second factor that their own firm asks for is accepted. Whether it asked for one was not seen."
)
_CONTRADICTED: Final = mark(
    "The sign-in log shows somebody signing in with the password alone where the policies ask for more. Find out why "
    "before you tell anybody that a second factor is enforced. People whom this is about"
)
_UNLICENSED: Final = mark(
    "Conditional Access asks for a second factor whatever licences people have. People who sign in under it without "
    "the Microsoft Entra ID P1 that Microsoft's terms ask for"
)
_UNDER_POLICIES: Final = frozenset({"mfa_everywhere", "password_somewhere", "device_instead", "blocked_everywhere"})
_WITHOUT_LICENCE: Final = frozenset({AccountKind.GUEST, AccountKind.EXTERNAL})
"""People of other firms, for whom licences are counted in another way."""


def note(coverage: MfaCoverage, assigned: Mapping[str, Any], licences: Licences | Gap) -> str:
    """Return the notes, a line each; a line may end in a colon and a number or names in quotation marks.

    Args:
        coverage: Everybody.
        assigned: `assigned_licenses` by user.
        licences: What the firm's licences come with; without them nothing is said of licences.
    """
    return "\n".join(_notes(coverage, assigned, licences))


def _notes(coverage: MfaCoverage, assigned: Mapping[str, Any], licences: Licences | Gap) -> Iterator[str]:
    if coverage.by_defaults:
        yield _BY_DEFAULTS
        return
    people = [person for person in coverage.people if person.counts]
    if any(person.protection is Protection.MANAGED_DEVICE for person in people):
        yield _DEVICES
    if any(person.ways for person in people) and not coverage.offices.stated:
        yield _NO_OFFICES
    if coverage.offices.missing:
        yield f"{_MISSING_OFFICES}: " + ", ".join(f'"{name}"' for name in coverage.offices.missing)
    if any(step.says == "home_mfa_accepted" for person in people for step in person.chain if person.user_type):
        yield _AT_HOME
    if contradicted := sum(person.contradicted_at is not None for person in people):
        yield f"{_CONTRADICTED}: {contradicted}"
    unlicensed = 0 if isinstance(licences, Gap) else sum(_needs_licence(each, assigned, licences) for each in people)
    if unlicensed:
        yield f"{_UNLICENSED}: {unlicensed}"


def _needs_licence(person: PersonCoverage, assigned: Mapping[str, Any], licences: Licences) -> bool:
    """Whether somebody is surely under Conditional Access and surely without a licence for it."""
    is_under = any(step.says in _UNDER_POLICIES for step in person.chain)
    if not is_under or person.kind in _WITHOUT_LICENCE:
        return False
    return _has_p1(licences, assigned.get(person.id)) is False


def _has_p1(licences: Licences, assigned: list[dict[str, Any]] | None) -> Answer:
    plans = licences.of(assigned)
    if plans is None:
        return None
    return any_of(None if plan.name is None else plan.name in P1 for plan in plans)
