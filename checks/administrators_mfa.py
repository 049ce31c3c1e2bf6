"""What keeps others from signing in as an administrator."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final

import pandas as pd

from checks.access import Holding, Holdings
from checks.administrator_roles import NO_ADMINISTRATORS, Administrators, administrators, role_names
from checks.frame import BOOL, TEXTS, column, judged, objects, plain, records
from checks.mfa_coverage.judging import EVIDENCE, evidence_of, is_let_in
from checks.mfa_coverage.model import AccountKind, MfaCoverage, PersonCoverage
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import all_of
from m365_posture.texts import mark

_MISSED: Final = "roles_not_hit"
"""Evidence: roles that no policy about roles hits, by the way they are held or because the firm made them."""

Accounts = Annotated[pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type")]


@check(
    "ID-02",
    title=mark("Every administrator needs a second factor to sign in"),
    severity=Severity.CRITICAL,
    object_type="user",
    evidence={
        "roles": EvidenceKind.CONDITION,
        "held": EvidenceKind.CONDITION,
        _MISSED: EvidenceKind.CONDITION,
        **EVIDENCE,
    },
    remedy=mark(
        "Turn on security defaults, or add a Conditional Access policy for all resources that requires multifactor "
        "authentication of everybody. A policy about roles misses roles for one administrative unit and roles that "
        "the firm made itself."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/policy-old-require-mfa-admin",
)
def every_administrator_needs_a_second_factor(
    users: Accounts,
    holdings: Holdings,
    role_definitions: Annotated[pd.DataFrame | Gap, columns("id", "display_name", "is_built_in")],
    mfa_coverage: MfaCoverage,
    profile: Profile,
) -> Outcome:
    """Whoever signs in as an administrator can switch off everything else that protects the firm.

    Holders count whether the role is active or can be activated, directly or through a group; emergency accounts are
    judged by a check of their own. Roles that only read, and accounts that synchronise, are left out. Technicians of a
    partner are unknown unless MFA surely stops them, because the roles that they hold were not read.
    """
    by_id = {person.id: person for person in mfa_coverage.people}
    technicians = [person for person in mfa_coverage.people if _is_technician(person)]
    found = _with(technicians, administrators(users, holdings, profile))
    accounts = found.accounts
    people = [by_id[user_id] for user_id in found.ids]
    missed = _missed(holdings.known, role_definitions)
    evidence = {
        **found.evidence(role_names(role_definitions)),
        _MISSED: column([missed.get(user_id, []) for user_id in found.ids], accounts, TEXTS),
        **evidence_of(people, accounts, mfa_coverage),
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    answers = [
        all_of([counts, is_let_in(person)]) for counts, person in zip(plain(accounts["counts"]), people, strict=True)
    ]
    gaps = (*holdings.gaps, *mfa_coverage.absent, *(mfa_coverage.gaps if None in answers else ()))
    return judged(named, column(answers, accounts, BOOL), gaps=gaps)


def _is_technician(person: PersonCoverage) -> bool:
    return person.kind is AccountKind.EXTERNAL and person.is_named_for_a_role


def _with(technicians: Sequence[PersonCoverage], found: Administrators) -> Administrators:
    """Add people without an account of whom it is not known which roles they hold."""
    names = [person.name for person in technicians]
    rows = pd.DataFrame({"id": [person.id for person in technicians], "display_name": names})
    added = rows.reindex(columns=found.accounts.columns).astype(found.accounts.dtypes)
    accounts = pd.concat([found.accounts, added], ignore_index=True)
    return Administrators(accounts, [*found.roles, *([] for _ in technicians)])


def _missed(holdings: Iterable[Holding], role_definitions: pd.DataFrame | Gap) -> Mapping[str, list[str]]:
    """Return the roles of each person that a policy about roles does not hit, by name."""
    rows = [] if isinstance(role_definitions, Gap) else records(role_definitions)
    own = {row["id"] for row in rows if row["is_built_in"] is False}
    names = role_names(role_definitions)
    found: dict[str, set[str]] = {}
    for holding in holdings:
        role_id = holding.role_id
        if role_id is None or role_id in NO_ADMINISTRATORS:
            continue
        if holding.is_directory_wide is False or role_id in own:
            for person_id in holding.holders.certain:
                found.setdefault(person_id, set()).add(names.get(role_id) or role_id)
    return {person_id: sorted(roles) for person_id, roles in found.items()}
