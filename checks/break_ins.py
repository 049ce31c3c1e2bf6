"""Attacks on passwords and on approvals that ended in a sign-in."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Final

import pandas as pd
import pyarrow as pa

from checks.frame import BOOL, TEXT, column, is_one_of, judged, objects, plain, where
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns, derived
from checks.relations import Relation
from checks.signins import fatigue, spray
from checks.signins.log import Incident, incidents, people
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_NAMELESS: Final = Gap("sign_ins", TableState.PARTIAL, "accounts_not_named")
_MOMENT: Final = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
_COUNT: Final = pd.ArrowDtype(pa.int64())


@derived
def whole_sign_in_log(sign_ins: Annotated[Relation, columns("id", whole=True)]) -> bool:
    """Return that the log was read whole: only then is anybody cleared by what is not in it."""
    return isinstance(sign_ins, Relation)


@check(
    "SI-02",
    title=mark("No attack on passwords or approvals ended in a sign-in"),
    severity=Severity.HIGH,
    object_type="user",
    evidence={
        "attack": EvidenceKind.CONDITION,
        "entered_at": EvidenceKind.CONDITION,
        "source_address": EvidenceKind.VOLATILE,
        "tried": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Treat it as a break-in until the owner, by telephone, says that the sign-in was theirs: revoke all sessions, "
        "set a new password, look at the sign-in methods, the inbox rules and what was opened. The 72 hours for "
        "reporting a leak of personal data may be running."
    ),
    source="https://learn.microsoft.com/security/operations/incident-response-playbook-password-spray",
)
def no_attack_ended_in_a_sign_in(
    sign_ins: Annotated[
        Relation,
        columns(
            "id",
            "created_date_time",
            "user_id",
            "user_principal_name",
            "user_display_name",
            "ip_address",
            "error_code",
            "additional_details",
        ),
    ],
    whole_sign_in_log: bool | Gap,  # noqa: FBT001 - an input, named by the engine
    profile: Profile,
) -> Outcome:
    """Every firm is tried every day; what counts is whether somebody got in.

    Two patterns of the last 30 days are looked for. One address that tries the passwords of five people or more
    within 20 minutes, and then, within a day, gives a right one. And three requests for approval or more that the
    owner refuses or leaves within ten minutes, from an address that is new to them, and that end in a sign-in from
    there within half an hour. Attempts alone never fail. Other attacks are not looked for yet.
    """
    everybody = people(sign_ins, profile.as_of)
    first: dict[str | None, Incident] = {}
    for incident in sorted(_incidents(everybody, sign_ins, profile.as_of), key=lambda one: not one.sure):
        first.setdefault(incident.who, incident)
    is_named = None not in first
    # where the log is not whole, or does not say who it was, only what is found is judged
    clears_others = is_named and not isinstance(whole_sign_in_log, Gap)
    named = where(everybody, everybody["id"].notna()).yes
    judged_people = named if clears_others else where(named, is_one_of(named["id"], first)).yes
    return _outcome(judged_people, first, gaps=() if is_named else (_NAMELESS,))


def _incidents(everybody: pd.DataFrame, sign_ins: Relation, as_of: datetime) -> Iterator[Incident]:
    """Yield what the detections find; a log with too few failures for one need not be searched."""
    if everybody["wrong_passwords"].sum() >= spray.PEOPLE:
        yield from incidents("spray", sign_ins, spray.QUERY, as_of)
    if everybody["failed_approvals"].sum() >= fatigue.REFUSALS:
        yield from incidents("fatigue", sign_ins, fatigue.QUERY, as_of)


def _outcome(judged_people: pd.DataFrame, first: Mapping[str | None, Incident], gaps: tuple[Gap, ...]) -> Outcome:
    hits = [first.get(who) for who in plain(judged_people["id"])]
    evidence = {
        "attack": column([hit and hit.kind for hit in hits], judged_people, TEXT),
        "entered_at": column([hit and hit.moment for hit in hits], judged_people, _MOMENT),
        "source_address": column([hit and hit.address for hit in hits], judged_people, TEXT),
        "tried": column([hit and hit.tried for hit in hits], judged_people, _COUNT),
    }
    named = objects(judged_people, ["id"], ["user_display_name", "user_principal_name", "id"], evidence)
    # found and not sure is unknown
    answers = [False if hit is None else hit.sure or None for hit in hits]
    return judged(named, column(answers, judged_people, BOOL), gaps=gaps)
