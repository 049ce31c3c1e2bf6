"""Sessions: how they can be handed to somebody else, and how long they last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import pandas as pd
import pyarrow as pa

from checks.access import Holdings
from checks.administrator_roles import NO_ADMINISTRATORS, administrators
from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXTS, column, judged, objects, plain, records, where
from checks.idle_sessions import IdleSessions
from checks.json_values import Texts, object_of
from checks.licences import P1, P2, Licences
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.policy_questions import PolicyQuestions
from checks.registry import check, columns, derived
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark

_HOURS: Final = 4
_HOURS_WITH_ACTIVATION: Final = 24
"""How often administrators have to sign in again, at least; less often where their roles are activated for a time."""
_HOURS_OF: Final = {"hours": 1, "days": 24}
_NAMES: Final = {
    "device_code_flow": "Device code flow",
    "authentication_transfer": "Authentication transfer",
    "administrator_sign_in_frequency": "Sign-in frequency (administrators)",
    "administrator_browser": "Persistent browser session (administrators)",
    "idle_session": "Idle session timeout",
}
"""What Microsoft calls each control."""
_NAMED_AT_MOST: Final = 10
_COUNT: Final = pd.ArrowDtype(pa.int64())
_MODES: Final = {"never": True, "always": False}
_FLOWS: Final = ("deviceCodeFlow", "authenticationTransfer")

_NO_LICENCE: Final = mark(
    "Without Microsoft Entra ID P1 there is no Conditional Access: only the end of idle sessions was looked at."
)

_Names = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What policies make of sessions, by account."""

    device_code_flow: _Names
    authentication_transfer: _Names
    administrator_sign_in_frequency: _Names
    administrator_browser: _Names
    """By id of the account: whether it fails."""
    other_administrators: Answer
    """Unknown where somebody may be an administrator who is not listed, else no."""
    names: Mapping[str, str]
    licensed: Answer
    gaps: tuple[Gap, ...]


@derived
def session_rules(
    users: Annotated[
        pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type", whole=True)
    ],
    holdings: Holdings,
    conditional_access_policies: Annotated[pd.DataFrame | Gap, columns("id", "state", "raw", whole=True)],
    policy_questions: PolicyQuestions,
    licences: Licences | Gap,
    profile: Profile,
) -> SessionRules:
    """Return for whom handed-over sign-ins are blocked, and which administrators have to sign in again in time.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-session
    """
    ask = policy_questions
    counts = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
    everybody = where(users.assign(counts=counts), counts).possible
    admins = administrators(users, holdings, profile).accounts
    people, administering = ([ask.person(row) for row in records(some)] for some in (everybody, admins))
    rows = [] if isinstance(conditional_access_policies, Gap) else records(conditional_access_policies)
    has_pim = None if isinstance(licences, Gap) else licences.come_with(P2)

    def is_often(sessions: Mapping[str, Any]) -> Answer:
        return _is_often(sessions.get("signInFrequency"), has_pim)

    by_code, transferred = (
        _unblocked(everybody, ask.block_flow(people, flow), _excepted(rows, flow)) for flow in _FLOWS
    )
    return SessionRules(
        device_code_flow=by_code,
        authentication_transfer=transferred,
        administrator_sign_in_frequency=_failing(admins, ask.limit_sessions(administering, is_often)),
        administrator_browser=_failing(admins, ask.limit_sessions(administering, _is_never_kept, "browser")),
        other_administrators=_others(holdings),
        names={row["id"]: _name(row) for row in records(users)},
        licensed=None if isinstance(licences, Gap) else licences.come_with(P1),
        gaps=(*ask.gaps, *holdings.gaps, *((licences,) if isinstance(licences, Gap) else ())),
    )


def _others(holdings: Holdings) -> Answer:
    """Whether there may be administrators of whom nothing is known."""
    unread = (one.holders.is_open for one in holdings.known if one.role_id not in NO_ADMINISTRATORS)
    return None if holdings.gaps or any(unread) else False


def _name(row: Mapping[str, Any]) -> str:
    named: list[str | None] = [row["display_name"], row["user_principal_name"], row["id"]]
    return next(name for name in named if name and name.strip())


def _failing(accounts: pd.DataFrame, good: Sequence[Answer]) -> _Names:
    answers = zip(plain(accounts["id"]), plain(accounts["counts"]), good, strict=True)
    return {user_id: all_of([counts, negated(answer)]) for user_id, counts, answer in answers}


def _unblocked(accounts: pd.DataFrame, blocked: Sequence[Answer], excepted: frozenset[str]) -> _Names:
    return {each: answer for each, answer in _failing(accounts, blocked).items() if each not in excepted}


def _excepted(rows: Sequence[Mapping[str, Any]], flow: str) -> frozenset[str]:
    """Return whom a policy about the flow leaves out by name: exceptions that somebody thought about."""
    found: set[str] = set()
    for row in rows:
        conditions = object_of(row["raw"]).get("conditions")
        parts = conditions if isinstance(conditions, dict) else {}
        flows, users = parts.get("authenticationFlows"), parts.get("users")
        methods = flows.get("transferMethods") if isinstance(flows, dict) else None
        if row["state"] == "enabled" and isinstance(methods, str) and flow in methods and isinstance(users, dict):
            found |= Texts.of(users.get("excludeUsers")).known
    return frozenset(found)


def _is_often(frequency: object, has_pim: Answer) -> Answer:
    """Whether `signInFrequency` asks administrators to sign in again soon enough."""
    if frequency is None:
        return False
    if not isinstance(frequency, dict):
        return None
    is_on = frequency.get("isEnabled")
    if is_on is not True:
        return False if is_on is False else None
    if frequency.get("frequencyInterval") == "everyTime":
        return True
    value, unit = frequency.get("value"), _HOURS_OF.get(str(frequency.get("type")))
    if not isinstance(value, int) or unit is None or frequency.get("frequencyInterval") != "timeBased":
        return None
    hours = value * unit
    return any_of([hours <= _HOURS, all_of([has_pim, hours <= _HOURS_WITH_ACTIVATION])])


def _is_never_kept(sessions: Mapping[str, Any]) -> Answer:
    """Whether `persistentBrowser` ends the session with the browser."""
    browser = sessions.get("persistentBrowser")
    if not isinstance(browser, dict):
        return False if browser is None else None
    is_on, mode = browser.get("isEnabled"), browser.get("mode")
    return all_of(
        [
            is_on if isinstance(is_on, bool) else None,
            _MODES.get(mode) if isinstance(mode, str) else None,
        ]
    )


@dataclass(frozen=True, slots=True)
class _Control:
    """One thing that limits sessions."""

    id: str
    counts: Answer
    fails: Answer
    accounts: list[str] = field(default_factory=list)
    """Names of those that are not covered."""


@check(
    "ID-09",
    title=mark("Sessions cannot be handed to somebody else, and end when nobody uses them"),
    severity=Severity.HIGH,
    object_type="session_control",
    evidence={"accounts": EvidenceKind.CONDITION, "how_many": EvidenceKind.VOLATILE},
    remedy=mark(
        "Block device code flow and authentication transfer for everybody by Conditional Access; name the few accounts "
        "that need them, such as those of meeting rooms. Let administrators sign in again every four hours and end "
        "their sessions with the browser. Turn on the time-out for idle sessions, at three hours or less."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/concept-authentication-flows",
)
def sessions_are_limited(session_rules: SessionRules | Gap, idle_sessions: IdleSessions) -> Outcome:
    """Whoever steals a session, or has its code typed in by somebody else, is in after the second factor was shown.

    Blocked is what counts: a second factor is no help, as the right person shows it. Accounts that a policy about
    these flows leaves out by name are exceptions that somebody thought about. Administrators have to sign in again
    every four hours, or once a day where roles are activated for a time. Idle sessions end within three hours.
    """
    controls = [control for control in _controls(session_rules, idle_sessions) if control.counts is not False]
    frame = pd.DataFrame({"id": [control.id for control in controls]}, dtype=object).assign(
        name=[_NAMES[control.id] for control in controls]
    )
    evidence = {
        "accounts": column([control.accounts[:_NAMED_AT_MOST] for control in controls], frame, TEXTS),
        "how_many": column([len(control.accounts) or None for control in controls], frame, _COUNT),
    }
    named = objects(frame, ["id"], ["name"], evidence)
    answers = column([all_of([control.counts, control.fails]) for control in controls], frame, BOOL)
    if isinstance(session_rules, Gap):
        return judged(named, answers, gaps=(session_rules, *idle_sessions.gaps))
    if session_rules.licensed is False:
        return judged(named, answers, gaps=idle_sessions.gaps, note=_NO_LICENCE)
    return judged(named, answers, gaps=(*session_rules.gaps, *idle_sessions.gaps))


def _controls(rules: SessionRules | Gap, idle: IdleSessions) -> Iterator[_Control]:
    if not isinstance(rules, Gap):
        yield _control("device_code_flow", rules, rules.device_code_flow, others=False)
        yield _control("authentication_transfer", rules, rules.authentication_transfer, others=False)
        others = rules.other_administrators
        yield _control("administrator_sign_in_frequency", rules, rules.administrator_sign_in_frequency, others=others)
        yield _control("administrator_browser", rules, rules.administrator_browser, others=others)
    yield _Control("idle_session", counts=True, fails=negated(idle.ends_in_time))


def _control(control_id: str, rules: SessionRules, answers: _Names, *, others: Answer) -> _Control:
    names = sorted(rules.names[user_id] for user_id, fails in answers.items() if fails)
    return _Control(control_id, rules.licensed, any_of([*answers.values(), others]), names)
