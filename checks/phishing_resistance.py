"""Whether administrators can be tricked into giving away their second factor."""

from dataclasses import replace
from typing import Annotated, Final

import pandas as pd

from checks.access import Holdings
from checks.administrator_roles import administrators, role_names
from checks.conditional_access.people import Kind
from checks.frame import BOOL, TEXTS, column, judged, objects, records
from checks.licences import P1, Licences
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.policy_questions import PolicyQuestions
from checks.registered_methods import RegisteredMethods
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark

_REGISTERING_HERE: Final = frozenset({Kind.INTERNAL, Kind.INTERNAL_GUEST})

_NO_LICENCE: Final = mark(
    "Microsoft Entra ID P1 is not there, so a method that resists phishing cannot be demanded of anybody."
)


@check(
    "ID-03",
    title=mark("Administrators sign in with a passkey, a certificate or Windows Hello, and with nothing less"),
    severity=Severity.HIGH,
    object_type="user",
    evidence={
        "roles": EvidenceKind.CONDITION,
        "held": EvidenceKind.CONDITION,
        "methods": EvidenceKind.CONDITION,
        "lacks": EvidenceKind.CONDITION,
        "policies": EvidenceKind.CONDITION,
    },
    remedy=mark(
        "Give each administrator a passkey or a security key and let them register it. Then demand phishing-resistant "
        "MFA of all administrator roles, for all resources, by a Conditional Access policy that leaves out emergency "
        "accounts alone; name the people themselves where a role holds for a part of the firm or is its own."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/policy-admin-phish-resistant-mfa",
)
def administrators_resist_phishing(
    users: Annotated[
        pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type")
    ],
    holdings: Holdings,
    role_definitions: Annotated[pd.DataFrame | Gap, columns("id", "display_name")],
    policy_questions: PolicyQuestions,
    registered_methods: RegisteredMethods,
    licences: Licences | Gap,
    profile: Profile,
) -> Outcome:
    """A false sign-in page takes the password and the code, or the approval, of whoever falls for it.

    Two things are needed: a method that only answers the real page, and a policy that accepts nothing less in any app,
    from anywhere. Whoever may activate a role is judged as if it were active. Whoever comes
    from outside registers there.
    Emergency accounts are judged by a check of their own.
    """
    licensed = None if isinstance(licences, Gap) else licences.come_with(P1)
    found = administrators(users, holdings, profile)
    if licensed is False:
        found = found.none()
    accounts = found.accounts
    people = list(map(policy_questions.person, records(accounts)))
    demanded = policy_questions.demand_phishing_resistance(people)
    methods = [registered_methods.of(user_id) for user_id in found.ids]
    lacks: list[dict[str, Answer]] = [
        {
            "phishing_resistant_demand": negated(is_demanded),
            "phishing_resistant_method": all_of(
                [person.is_any_of(_REGISTERING_HERE), negated(registered.resists_phishing)]
            ),
        }
        for (is_demanded, _), person, registered in zip(demanded, people, methods, strict=True)
    ]
    evidence = {
        **found.evidence(role_names(role_definitions)),
        "methods": column([registered.names for registered in methods], accounts, TEXTS),
        "lacks": column([[name for name, answer in one.items() if answer] for one in lacks], accounts, TEXTS),
        "policies": column([names for _, names in demanded], accounts, TEXTS),
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    fails = [all_of([licensed, any_of(one.values())]) for one in lacks]
    if licensed is False:
        return replace(judged(named, column(fails, accounts, BOOL)), not_applicable=_NO_LICENCE)
    unread = (*registered_methods.gaps, *((licences,) if isinstance(licences, Gap) else ()))
    gaps = (*holdings.gaps, *unread, *(policy_questions.gaps if None in fails else ()))
    return judged(named, accounts["counts"] & column(fails, accounts, BOOL), gaps=gaps)
