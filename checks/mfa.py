"""Who can sign in with a password alone."""

from itertools import repeat
from typing import Annotated, Any, Final

import pandas as pd

from checks.break_glass import is_break_glass
from checks.conditional_access.circumstances import surely_leave_open
from checks.conditional_access.grants import Demand
from checks.conditional_access.people import Person
from checks.derived import Policies
from checks.frame import BOOL, TEXT, column, judged, objects, plain, records, where
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, any_of
from m365_posture.texts import mark

_BY_DEFAULTS: Final = mark(
    "Security defaults protect this tenant: administrators are asked for a second factor every time, "
    "other people when Microsoft finds it necessary."
)


@check(
    "ID-01",
    title=mark("Everyone needs a second factor to sign in, in every app"),
    severity=Severity.CRITICAL,
    object_type="user",
    evidence={"user_type": EvidenceKind.CONDITION, "accepted_instead": EvidenceKind.CONDITION},
    remedy=mark(
        "Turn on security defaults, or add a Conditional Access policy for all users and all resources that "
        "requires multifactor authentication. Leave out only the emergency accounts."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/policy-all-users-mfa-strength",
)
def everyone_needs_a_second_factor(
    users: Annotated[
        pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type")
    ],
    policies: Policies | Gap,
    security_defaults: Annotated[pd.DataFrame | Gap, columns("is_enabled")],
    profile: Profile,
) -> Outcome:
    """A stolen password is the usual way into a mailbox. With a second factor it opens nothing.

    Every enabled account counts, guests included; emergency accounts are judged by a check of their own. Whoever is
    protected only by several narrow policies, or by one that leaves out trusted places, could not be judged: the
    policies may be whole together, and which places are trusted cannot be read in full.
    """
    defaults = _defaults_are_on(security_defaults)
    counts = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
    accounts = where(users.assign(counts=counts), counts).possible
    people = [_person(row) for row in records(accounts)]
    covered = [_is_covered(person, defaults, policies) for person in people]
    evidence = {
        "user_type": accounts["user_type"],
        "accepted_instead": column(list(map(_accepted_instead, people, covered, repeat(policies))), accounts, TEXT),
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    gaps = tuple(need for need in (policies, security_defaults) if isinstance(need, Gap) and None in covered)
    note = _BY_DEFAULTS if defaults else ""
    return judged(named, accounts["counts"] & ~column(covered, accounts, BOOL), gaps=gaps, note=note)


def _defaults_are_on(security_defaults: pd.DataFrame | Gap) -> Answer:
    """Whether security defaults are on; unknown where they, or their switch, were not read."""
    if isinstance(security_defaults, Gap):
        return None
    switches: list[Answer] = plain(security_defaults["is_enabled"])
    return switches[0] if len(switches) == 1 else None


def _person(row: dict[str, Any]) -> Person:
    return Person.of(row["id"], row["user_principal_name"], row["user_type"])


def _is_covered(person: Person, defaults: Answer, policies: Policies | Gap) -> Answer:
    """Whether nobody gets in as this person with the password alone; no only where a way in is sure."""
    if isinstance(policies, Gap):
        return any_of([defaults, None])
    by_one = any_of([defaults, *(policy.demands_mfa(person) for policy in policies)])
    if by_one is not False:
        return by_one
    narrow = [policy.circumstances for policy in policies if policy.may_demand_mfa(person)]
    return False if surely_leave_open(narrow) else None


def _accepted_instead(person: Person, covered: Answer, policies: Policies | Gap) -> str | None:
    """Return what gets the person in without MFA, where something surely does; `password`: no policy asks more."""
    if covered is not False or isinstance(policies, Gap):
        return None
    accepted = {policy.accepts_instead(person) for policy in policies}
    stronger = [demand for demand in (Demand.MANAGED_DEVICE, Demand.CUSTOM_CONTROL) if demand in accepted]
    return stronger[0].value if stronger else "password"
