"""Who has something to prove with, besides the password."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

import pandas as pd

from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXT, TEXTS, column, each, judged, objects, plain, records, where
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, any_of
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_TYPE: Final = re.compile(r"#microsoft\.graph\.(.+)AuthenticationMethod")
"""`@odata.type` of a method; the part between tells its kind."""

_SECOND_FACTORS: Final = frozenset(
    {
        "external",
        "fido2",
        "hardwareOath",
        "microsoftAuthenticator",
        "passwordlessMicrosoftAuthenticator",
        "phone",
        "platformCredential",
        "softwareOath",
        "windowsHelloForBusiness",
    }
)
_FIRST_FACTORS: Final = frozenset(
    {
        "email",  # only to reset a password
        "password",
        "qrCodePin",
        "temporaryAccessPass",  # gone after some hours
    }
)

_BY_METHODS: Final = mark(
    "Without the licence for Microsoft's registration report, the methods of each account were looked at. They show "
    "that a second factor exists, not whether the firm's settings let it be used."
)

Report = Annotated[pd.DataFrame | Gap, columns("id", "is_mfa_registered", "methods_registered")]
Methods = Annotated[pd.DataFrame | Gap, columns("user_id", "method_type")]


@check(
    "ID-04",
    title=mark("Everyone in the firm has registered a second factor"),
    severity=Severity.HIGH,
    object_type="user",
    evidence={
        "methods": EvidenceKind.CONDITION,
        "seen_in": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Ask these people to register at https://aka.ms/mfasetup, best in person or with a temporary access pass, and "
        "block accounts that nobody signs in with. A registration campaign reminds whoever is left."
    ),
    source="https://learn.microsoft.com/graph/api/resources/userregistrationdetails",
)
def everyone_has_registered(
    users: Annotated[
        pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type")
    ],
    registration_details: Report,
    authentication_methods: Methods,
    profile: Profile,
) -> Outcome:
    """Where no second factor is registered yet, whoever has the password first registers their own.

    Every enabled account of the firm counts; guests register where they come from, and emergency accounts are judged
    by a check of their own. Whoever is missing in what was read is unknown.
    """
    is_guest = each(users["user_type"], lambda kind: kind.lower() == "guest")
    counts = users["account_enabled"] & ~is_guest & ~is_break_glass(users["user_principal_name"], profile)
    accounts = where(users.assign(counts=counts), counts).possible
    by_methods = isinstance(registration_details, Gap) and not isinstance(authentication_methods, Gap)
    registered, methods = _by_methods(authentication_methods) if by_methods else _by_report(registration_details)
    source = "methods_of_the_account" if by_methods else "registration_report"
    ids = plain(accounts["id"])
    evidence = {
        "methods": column([methods.get(user_id, []) for user_id in ids], accounts, TEXTS),
        "seen_in": column([source if user_id in registered else None for user_id in ids], accounts, TEXT),
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    answers = column([registered.get(user_id) for user_id in ids], accounts, BOOL)
    gaps = () if by_methods else _unread(registration_details, authentication_methods)
    return judged(named, accounts["counts"] & ~answers, gaps=gaps, note=_BY_METHODS if by_methods else "")


def _unread(report: pd.DataFrame | Gap, methods: pd.DataFrame | Gap) -> tuple[Gap, ...]:
    """Return what was not read; the methods of each account are only asked for where the report is not licensed."""
    if not isinstance(report, Gap):
        return ()
    needs = (report, methods) if report.state is TableState.UNLICENSED else (report,)
    return tuple(need for need in needs if isinstance(need, Gap))


_Seen = tuple[Mapping[str, Answer], Mapping[str, list[str]]]
"""By user: whether a second factor is registered, and the methods that were seen."""


def _by_report(report: pd.DataFrame | Gap) -> _Seen:
    rows = [] if isinstance(report, Gap) else records(report)
    return (
        {row["id"]: row["is_mfa_registered"] for row in rows},
        {row["id"]: sorted(method for method in row["methods_registered"] or [] if method) for row in rows},
    )


def _by_methods(methods: pd.DataFrame | Gap) -> _Seen:
    kinds: dict[str, list[str | None]] = {}
    for row in [] if isinstance(methods, Gap) else records(methods):
        kinds.setdefault(row["user_id"], []).append(_kind_of(row["method_type"]))
    return (
        {user_id: any_of(map(_is_second_factor, some)) for user_id, some in kinds.items()},
        {user_id: sorted(filter(None, some)) for user_id, some in kinds.items()},
    )


def _kind_of(method_type: str | None) -> str | None:
    """Return the kind of a method; a type of another form stays as it is."""
    found = _TYPE.fullmatch(method_type or "")
    return found[1] if found else method_type


def _is_second_factor(kind: str | None) -> Answer:
    """Whether a kind of method can be used besides the password; of one that is new, or was not told, unknown."""
    return True if kind in _SECOND_FACTORS else False if kind in _FIRST_FACTORS else None
