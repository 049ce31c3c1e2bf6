"""Who can sign in with a password alone."""

from dataclasses import replace
from typing import Annotated

import pandas as pd

from checks.access import Holdings
from checks.frame import plain
from checks.licences import Licences
from checks.mfa_coverage.accounts import gaps_of_roles
from checks.mfa_coverage.exhibit import exhibit
from checks.mfa_coverage.judging import EVIDENCE, evidence_of, frame_of, is_let_in, outcome
from checks.mfa_coverage.model import MfaCoverage
from checks.mfa_coverage.notes import note
from checks.mfa_coverage.policies import SignInPolicies
from checks.model import Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from m365_posture.texts import mark


@check(
    "ID-01",
    title=mark("Everyone needs a second factor to sign in, in every app"),
    severity=Severity.CRITICAL,
    object_type="user",
    evidence=EVIDENCE,
    remedy=mark(
        "Turn on security defaults, or add a Conditional Access policy for all users and all resources that "
        "requires multifactor authentication. Leave out only the emergency accounts."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/policy-all-users-mfa-strength",
)
def everyone_needs_a_second_factor(
    mfa_coverage: MfaCoverage,
    sign_in_policies: SignInPolicies,
    holdings: Holdings | Gap,
    users: Annotated[pd.DataFrame, columns("id", "assigned_licenses")],
    licences: Licences | Gap,
    profile: Profile,
) -> Outcome:
    """A stolen password is the usual way into a mailbox. With a second factor it opens nothing.

    Every enabled account counts, guests included, and so do people from other firms who come in without an account,
    such as the technicians of a partner. Emergency accounts and accounts that only synchronise are judged by checks of
    their own. All policies are looked at together, in every situation that they tell apart: apps, programs, places,
    platforms, risks. Whoever gets in by a device that the firm manages does not fail, and is not counted as protected
    either. What could not be decided makes nobody protected.
    """
    people = [person for person in mfa_coverage.people if person.counts is not False]
    evidence = evidence_of(people, frame_of(people), mfa_coverage)
    assigned = dict(zip(plain(users["id"]), plain(users["assigned_licenses"]), strict=True))
    judged = outcome(people, evidence, is_let_in, mfa_coverage.gaps, note(mfa_coverage, assigned, licences))
    return replace(
        judged,
        gaps=(*judged.gaps, *mfa_coverage.absent),
        exhibit=exhibit(mfa_coverage, sign_in_policies, gaps_of_roles(holdings), profile),
    )
