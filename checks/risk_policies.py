"""What happens by itself when Microsoft sees that an account or a sign-in is at risk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import pandas as pd
import pyarrow as pa

from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXTS, column, each, judged, objects, plain, records, where
from checks.licences import RISK, Licences
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.policy_questions import PolicyQuestions
from checks.policy_rewriting import is_about_risk
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark

_USER: Final = "userRiskLevels"
_SIGN_IN: Final = "signInRiskLevels"
_HIGH: Final = "high"
_REPORTED: Final = "enabledForReportingButNotEnforced"
_MEDIUM_SIGN_IN: Final = "sign_in_risk_medium"
_NAMED_AT_MOST: Final = 10
_COUNT: Final = pd.ArrowDtype(pa.int64())

_NO_LICENCE: Final = mark(
    "Microsoft Entra ID P2 is not there, so no policy can act on the risk of a user or of a sign-in."
)
_MEDIUM: Final = mark("At medium risk not every sign-in is blocked or asked for a second factor anew.")


@dataclass(frozen=True, slots=True)
class _Control:
    """What has to happen at one kind of risk."""

    id: str
    name: str
    member: str
    answers: Sequence[Answer]
    """Of each person, whether nothing happens."""
    names: Sequence[str]
    """Of the same people."""
    sparing: Sequence[Sequence[str]]
    """Of the same people, names of the policies that leave them out."""

    @property
    def accounts(self) -> list[str]:
        """Names of those whom nothing stops."""
        return sorted(name for name, fails in zip(self.names, self.answers, strict=True) if fails)

    def policies(self, about: Sequence[str]) -> list[str]:
        """Return which of some policies leave them out."""
        left_out = zip(self.sparing, self.answers, strict=True)
        return sorted({name for names, fails in left_out if fails for name in names}.intersection(about))


@check(
    "SI-01",
    title=mark("Accounts and sign-ins at high risk are stopped before anybody has to look"),
    severity=Severity.HIGH,
    object_type="risk_policy",
    evidence={
        "accounts": EvidenceKind.VOLATILE,
        "how_many": EvidenceKind.VOLATILE,
        "policies": EvidenceKind.VOLATILE,
        "report_only": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Let one Conditional Access policy demand a second factor and a new password of every user at high risk, or "
        "block them, and another block every sign-in at high risk, or demand the second factor anew with the sign-in "
        "frequency `every time`. Leave nobody out but the emergency accounts, and switch both from report-only to on."
    ),
    source="https://learn.microsoft.com/entra/id-protection/howto-identity-protection-configure-risk-policies",
)
def risks_are_stopped(
    users: Annotated[
        pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type", whole=True)
    ],
    conditional_access_policies: Annotated[pd.DataFrame | Gap, columns("id", "display_name", "state", "raw")],
    policy_questions: PolicyQuestions,
    licences: Licences | Gap,
    profile: Profile,
) -> Outcome:
    """Microsoft sees leaked passwords and stolen tokens within minutes; a policy acts while everybody is asleep.

    An account at high risk has to be blocked, or asked for a second factor and a new password: of guests their own
    firm judges that. A sign-in at high risk has to be blocked, or asked for the second factor anew: whoever stole a
    session shows the one that was shown before. All policies are judged together; what only reports, or only changes
    the session, stops nobody. Emergency accounts are left out.
    """
    licensed = None if isinstance(licences, Gap) else licences.come_with(RISK)
    controls = [] if licensed is False else list(_controls(users, policy_questions, profile))
    rows = [] if isinstance(conditional_access_policies, Gap) else records(conditional_access_policies)
    shown = [control for control in controls if control.id != _MEDIUM_SIGN_IN]
    frame = pd.DataFrame({"id": [one.id for one in shown], "name": [one.name for one in shown]}, dtype=object)
    evidence = {
        "accounts": column([one.accounts[:_NAMED_AT_MOST] for one in shown], frame, TEXTS),
        "how_many": column([len(one.accounts) or None for one in shown], frame, _COUNT),
        "policies": column([one.policies(_about(rows, one.member, "enabled")) for one in shown], frame, TEXTS),
        "report_only": column([_about(rows, one.member, _REPORTED) for one in shown], frame, TEXTS),
    }
    named = objects(frame, ["id"], ["name"], evidence)
    answers = column([all_of([licensed, any_of(one.answers)]) for one in shown], frame, BOOL)
    if licensed is False:
        return replace(judged(named, answers), not_applicable=_NO_LICENCE)
    gaps = (*policy_questions.gaps, *((licences,) if isinstance(licences, Gap) else ()))
    is_medium_open = any(one.id == _MEDIUM_SIGN_IN and any_of(one.answers) for one in controls)
    return judged(named, answers, gaps=gaps, note=_MEDIUM if licensed and is_medium_open else "")


def _controls(users: pd.DataFrame, ask: PolicyQuestions, profile: Profile) -> Iterator[_Control]:
    counts = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
    everybody = where(users.assign(counts=counts), counts).possible
    is_guest = each(everybody["user_type"], lambda kind: kind.lower() == "guest")
    people = [ask.person(row) for row in records(everybody)]
    counted, guests = plain(everybody["counts"]), plain(is_guest)
    names = [_name(row) for row in records(everybody)]
    own = [all_of([count, negated(guest)]) for count, guest in zip(counted, guests, strict=True)]
    asked = (
        ("user_risk", "User risk: high", _USER, own, ask.stop_risky_users(people)),
        ("sign_in_risk", "Sign-in risk: high", _SIGN_IN, counted, _stopped(ask, people, _HIGH)),
        (_MEDIUM_SIGN_IN, "Sign-in risk: medium", _SIGN_IN, counted, _stopped(ask, people, "medium")),
    )
    for control_id, name, member, whom, answers in asked:
        open_to = [all_of([one, negated(stopped)]) for one, (stopped, _) in zip(whom, answers, strict=True)]
        yield _Control(control_id, name, member, open_to, names, [sparing for _, sparing in answers])


def _stopped(ask: PolicyQuestions, people: Sequence[Any], level: str) -> list[tuple[Answer, list[str]]]:
    return ask.stop_risky_sign_ins(people, level, _is_every_time)


def _is_every_time(sessions: Mapping[str, Any]) -> Answer:
    """Whether `signInFrequency` lets nobody in on what was shown before."""
    frequency = sessions.get("signInFrequency")
    if not isinstance(frequency, dict):
        return False if frequency is None else None
    is_on, interval = frequency.get("isEnabled"), frequency.get("frequencyInterval")
    return all_of(
        [
            is_on if isinstance(is_on, bool) else None,
            {"everyTime": True, "timeBased": False}.get(interval) if isinstance(interval, str) else None,
        ]
    )


def _about(rows: Sequence[Mapping[str, Any]], member: str, state: str) -> list[str]:
    """Return the names of the policies of one state that name this risk."""
    found = (row for row in rows if row["state"] == state and is_about_risk(row, member, _HIGH))
    return sorted(row["display_name"] or row["id"] for row in found)


def _name(row: Mapping[str, Any]) -> str:
    named: list[str | None] = [row["display_name"], row["user_principal_name"], row["id"]]
    return next(name for name in named if name and name.strip())
