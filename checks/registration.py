"""Who has something to prove with, besides the password."""

from collections.abc import Mapping
from typing import Annotated, Final

import pandas as pd

from checks.frame import BOOL, TEXT, TEXTS, column, each, judged, objects, plain
from checks.mfa_coverage.model import MfaCoverage, PersonCoverage
from checks.mfa_coverage.registrations import Registrations
from checks.model import EvidenceKind, Outcome, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, negated
from m365_posture.texts import mark

_BY_METHODS: Final = mark(
    "Without the licence for Microsoft's registration report, the methods of each account were looked at. They show "
    "that a second factor exists, not whether the firm's settings let it be used."
)


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
    users: Annotated[pd.DataFrame, columns("id", "account_enabled", "user_type")],
    mfa_coverage: MfaCoverage,
    registrations: Registrations,
) -> Outcome:
    """Where no second factor is registered yet, whoever has the password first registers their own.

    Every enabled account of the firm counts; guests register where they come from, and emergency accounts and accounts
    that only synchronise are judged by checks of their own. A method counts if it does for the authentication strength
    that is demanded of the person. Who proves it with another provider, whose word is accepted, need not register
    here. Whoever is missing in what was read is unknown.
    """
    is_guest = each(users["user_type"], lambda kind: kind.lower() == "guest")
    guests = dict(zip(plain(users["id"]), plain(is_guest), strict=True))
    people = [person for person in mfa_coverage.people if _counts(person, guests) is not False]
    frame = pd.DataFrame({"id": [each.id for each in people], "name": [each.name for each in people]}, dtype=object)
    source = "methods_of_the_account" if registrations.by_methods else "registration_report"
    seen = [source if person.id in registrations.people else None for person in people]
    evidence = {
        "methods": column([list(person.methods) for person in people], frame, TEXTS),
        "seen_in": column(seen, frame, TEXT),
    }
    named = objects(frame, ["id"], ["name", "id"], evidence)
    answers = [all_of([_counts(person, guests), negated(person.has_second_factor)]) for person in people]
    gaps = (*registrations.gaps, *(mfa_coverage.gaps if None in answers else ()))
    note = _BY_METHODS if registrations.by_methods else ""
    return judged(named, column(answers, frame, BOOL), gaps=gaps, note=note)


def _counts(person: PersonCoverage, guests: Mapping[str, Answer]) -> Answer:
    """Whether somebody has an account of the firm's own, without a rule of its own."""
    return all_of([person.counts, negated(guests.get(person.id, True))])
