"""Accounts of administrators: apart from everyday work, and from the servers at the office."""

from typing import Annotated, Any, Final

import pandas as pd

from checks.access import Holdings
from checks.administrator_roles import administrators, role_names
from checks.frame import BOOL, TEXTS, column, judged, objects, plain, records
from checks.licences import Licences, Plans
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, any_of
from m365_posture.texts import mark

_FOR_OFFICE_WORK: Final = (
    "EXCHANGE_",
    "MCOSTANDARD",
    "OFFICESUBSCRIPTION",
    "OFFICE_BUSINESS",
    "SHAREPOINTDESKLESS",
    "SHAREPOINTENTERPRISE",
    "SHAREPOINTSTANDARD",
    "TEAMS1",
)
"""How the names of service plans for mail, files, meetings and Office begin."""
_NO_MAILBOX: Final = frozenset({"EXCHANGE_S_FOUNDATION", "EXCHANGE_FOUNDATION_GOV"})
"""Plans that come along with other products and bring no mailbox."""

_SYNCHRONIZED: Final = "synchronized"
_MAILBOX: Final = "mailbox"
_OFFICE_LICENCE: Final = "office_licence"


@check(
    "AC-02",
    title=mark("Administrators have accounts for that alone, which live in the cloud and have no mailbox"),
    severity=Severity.HIGH,
    object_type="user",
    evidence={
        "roles": EvidenceKind.CONDITION,
        "held": EvidenceKind.CONDITION,
        "lacks": EvidenceKind.CONDITION,
    },
    remedy=mark(
        "Make a second account for each administrator, in the cloud and without a licence for mail and Office, give "
        "it the role, and take the role from the everyday account."
    ),
    source="https://learn.microsoft.com/entra/identity/role-based-access-control/best-practices",
)
def administrators_have_accounts_for_that_alone(
    users: Annotated[
        pd.DataFrame,
        columns(
            "id",
            "display_name",
            "user_principal_name",
            "account_enabled",
            "user_type",
            "on_premises_sync_enabled",
            "assigned_licenses",
        ),
    ],
    holdings: Holdings,
    role_definitions: Annotated[pd.DataFrame | Gap, columns("id", "display_name")],
    mailboxes: Annotated[pd.DataFrame | Gap, columns("id", whole=True)],
    licences: Licences | Gap,
    profile: Profile,
) -> Outcome:
    """Whoever reads mail with an administrator's account needs one bad message to lose the whole firm.

    An account that is copied from a server at the office falls with that server. Emergency accounts are judged by a
    check of their own, and guests by whoever they belong to.
    """
    found = administrators(users, holdings, profile, with_guests=False)
    accounts = found.accounts
    owners = mailboxes if isinstance(mailboxes, Gap) else frozenset(plain(mailboxes["id"]))
    reasons = [_reasons(row, owners, licences) for row in records(accounts)]
    lacks = [[name for name, answer in answers.items() if answer] for answers in reasons]
    evidence = {**found.evidence(role_names(role_definitions)), "lacks": column(lacks, accounts, TEXTS)}
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    fails = column([any_of(answers.values()) for answers in reasons], accounts, BOOL)
    gaps = (*holdings.gaps, *(need for need in (mailboxes, licences) if isinstance(need, Gap)))
    return judged(named, accounts["counts"] & fails, gaps=gaps)


def _reasons(account: dict[str, Any], owners: frozenset[str] | Gap, licences: Licences | Gap) -> dict[str, Answer]:
    """Return what keeps an account from being one for administration alone, by code."""
    plans = None if isinstance(licences, Gap) else licences.of(account["assigned_licenses"])
    return {
        # null is an answer here: the account never came from a server of the firm's own
        _SYNCHRONIZED: account["on_premises_sync_enabled"] is True,
        _MAILBOX: None if isinstance(owners, Gap) else account["id"] in owners,
        _OFFICE_LICENCE: False if account["assigned_licenses"] == [] else _is_for_office_work(plans),
    }


def _is_for_office_work(plans: Plans) -> Answer:
    """Whether licences bring mail, files, meetings or Office; unknown where plans were not told."""
    if plans is None:
        return None
    return any_of(
        None if plan.name is None else plan.name.startswith(_FOR_OFFICE_WORK) and plan.name not in _NO_MAILBOX
        for plan in plans
    )
