"""Who can sign in with a password alone."""

from typing import Annotated, Final

import pandas as pd

from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXT, column, judged, objects, records, where
from checks.model import EvidenceKind, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.second_factor import SecondFactor
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
    second_factor: SecondFactor,
    profile: Profile,
) -> Outcome:
    """A stolen password is the usual way into a mailbox. With a second factor it opens nothing.

    Every enabled account counts, guests included; emergency accounts are judged by a check of their own. Whoever is
    protected only by several narrow policies, or by one that leaves out trusted places, could not be judged: the
    policies may be whole together, and which places are trusted cannot be read in full.
    """
    counts = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
    accounts = where(users.assign(counts=counts), counts).possible
    people = list(map(second_factor.person, records(accounts)))
    covered = list(map(second_factor.covers, people))
    evidence = {
        "user_type": accounts["user_type"],
        "accepted_instead": column(list(map(second_factor.accepts_instead, people, covered)), accounts, TEXT),
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    gaps = second_factor.gaps if None in covered else ()
    note = _BY_DEFAULTS if second_factor.by_defaults else ""
    return judged(named, accounts["counts"] & ~column(covered, accounts, BOOL), gaps=gaps, note=note)
