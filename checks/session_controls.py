"""Sessions: how they can be handed to somebody else, and how long they last."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final

import pandas as pd
import pyarrow as pa

from checks.access import Holdings
from checks.administrator_roles import NO_ADMINISTRATORS, administrators
from checks.break_glass import is_break_glass
from checks.conditional_access.conditions import includes
from checks.conditional_access.people import Person
from checks.frame import BOOL, TEXTS, column, judged, objects, plain, records, where
from checks.idle_sessions import IdleSessions
from checks.json_values import object_of
from checks.licences import P1, P2, Licences
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.policy_questions import PolicyQuestions
from checks.policy_rewriting import for_flow, only_blocks, rewritten
from checks.registry import check, columns, derived
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_HOURS: Final = 4
_HOURS_ACTIVATED: Final = 24
"""How often administrators have to sign in again, at least; less often where their roles are activated for a time."""
_HOURS_OF: Final = {"hours": 1, "days": 24}
_IDLE: Final = "idle_session"
_NAMES: Final = {
    "device_code_flow": "Device code flow",
    "authentication_transfer": "Authentication transfer",
    "administrator_sign_in_frequency": "Sign-in frequency (administrators)",
    "administrator_browser": "Persistent browser session (administrators)",
    _IDLE: "Idle session timeout",
}
"""What Microsoft calls each control."""
_NAMED_AT_MOST: Final = 10
_EXCEPTED_AT_MOST: Final = 5
"""So few accounts somebody may have thought about; more of them are no exceptions."""
_STANDING: Final = {"Assigned": True, "Activated": False}
_ENFORCED: Final = {"enabled": True, "disabled": False, "enabledForReportingButNotEnforced": False}
_COUNT: Final = pd.ArrowDtype(pa.int64())
_MODES: Final = {"never": True, "always": False}
_FLOWS: Final = ("deviceCodeFlow", "authenticationTransfer")

_NO_LICENCE: Final = mark(
    "Without Microsoft Entra ID P1 there is no Conditional Access: only the end of idle sessions was looked at."
)
"""Said beside the idle session where that fails, and instead of a verdict where it does not."""

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
    are_judged: Answer
    """Whether there is Conditional Access: the licence for it, or a policy that stays in force without."""
    gaps: tuple[Gap, ...]


@derived
def session_rules(
    users: Annotated[
        pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type", whole=True)
    ],
    holdings: Holdings,
    role_assignments: Annotated[
        pd.DataFrame,
        columns("assignment_type", "principal_id", "role_definition_id", optional=("activation",), whole=True),
    ],
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
    has_pim, licensed = (None if isinstance(licences, Gap) else licences.come_with(plan) for plan in (P2, P1))
    standing = _standing(holdings, records(role_assignments), has_pim)
    often, seldom = (ask.limit_sessions(administering, _asking_within(hours)) for hours in (_HOURS, _HOURS_ACTIVATED))
    in_time = [
        any_of([four, all_of([day, negated(standing.get(person.id))])])
        for four, day, person in zip(often, seldom, administering, strict=True)
    ]
    ordinary = [person for person in people if person.id not in set(plain(admins["id"]))]
    by_code, transferred = (
        _unblocked(everybody, ask.block_flow(people, flow), _excepted(rows, flow, ordinary)) for flow in _FLOWS
    )
    return SessionRules(
        device_code_flow=by_code,
        authentication_transfer=transferred,
        administrator_sign_in_frequency=_failing(admins, in_time),
        administrator_browser=_failing(admins, ask.limit_sessions(administering, _is_never_kept, "browser")),
        other_administrators=_others(holdings),
        names={row["id"]: _name(row) for row in records(users)},
        are_judged=any_of([licensed, _are_enforced(conditional_access_policies)]),
        gaps=(*ask.gaps, *holdings.gaps, *((licences,) if isinstance(licences, Gap) else ())),
    )


def _are_enforced(policies: pd.DataFrame | Gap) -> Answer:
    """Whether there is a policy in force; none without the licence to read them, and else unknown where unread."""
    if isinstance(policies, Gap):
        return False if policies.state is TableState.UNLICENSED else None
    return any_of(_ENFORCED.get(row["state"]) for row in records(policies))


def _standing(holdings: Holdings, rows: Sequence[Mapping[str, Any]], has_pim: Answer) -> Mapping[str, Answer]:
    """Tell by person whether an administrator role is there for good; nothing of whoever holds none."""
    active: dict[tuple[str | None, str | None], list[Answer]] = {}
    for row in rows:
        # without Privileged Identity Management every assignment is for good
        answer = True if has_pim is False else _STANDING.get(row["activation"])
        if row["assignment_type"] == "active":
            active.setdefault((row["principal_id"], row["role_definition_id"]), []).append(answer)
    found: dict[str, Answer] = {}
    for holding in holdings.known:
        given = active.get((holding.principal_id, holding.role_id), [None])
        answer = any_of(given) if holding.is_active else False
        for person_id in holding.holders.certain if holding.role_id not in NO_ADMINISTRATORS else ():
            found[person_id] = any_of([found.get(person_id, False), answer])
    return found


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


def _excepted(rows: Sequence[Mapping[str, Any]], flow: str, people: Sequence[Person]) -> frozenset[str]:
    """Return whom policies leave out by name that block the flow and would else concern them.

    These are exceptions that somebody thought about, as long as they are few.
    """
    about = [row for row in rows if row["state"] == "enabled" and _is_about(row, flow)]
    found: set[str] = set()
    for row in rewritten(about, for_flow(flow), only_blocks()):
        users = object_of(row["raw"])["conditions"].get("users")
        named = users.get("excludeUsers") if isinstance(users, dict) else None
        listed = {one for one in named if isinstance(one, str)} if isinstance(named, list) else set()
        found |= {person.id for person in people if person.id in listed and includes(users, person)}
    return frozenset(found) if len(found) <= _EXCEPTED_AT_MOST else frozenset()


def _is_about(row: Mapping[str, Any], flow: str) -> bool:
    conditions = object_of(row["raw"]).get("conditions")
    flows = conditions.get("authenticationFlows") if isinstance(conditions, dict) else None
    methods = flows.get("transferMethods") if isinstance(flows, dict) else None
    return isinstance(methods, str) and flow in {name.strip() for name in methods.split(",")}


def _asking_within(hours: int) -> Callable[[Mapping[str, Any]], Answer]:
    return lambda sessions: _is_often(sessions.get("signInFrequency"), hours)


def _is_often(frequency: object, at_most: int) -> Answer:
    """Whether `signInFrequency` asks somebody to sign in again within so many hours."""
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
    return value * unit <= at_most


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
    evidence={"accounts": EvidenceKind.VOLATILE, "how_many": EvidenceKind.VOLATILE},
    remedy=mark(
        "Block device code flow and authentication transfer for everybody by Conditional Access; name the few accounts "
        "that need them, such as those of meeting rooms. Let administrators sign in again every four hours and end "
        "their sessions with the browser. Turn on the time-out for idle sessions, at three hours or less."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/concept-authentication-flows",
)
def sessions_are_limited(session_rules: SessionRules | Gap, idle_sessions: IdleSessions) -> Outcome:
    """Whoever steals a session, or has its code typed in by somebody else, is in after the second factor was shown.

    Blocked is what counts: a second factor is no help, as the right person shows it. Up to five accounts that such a
    block leaves out by name are exceptions that somebody thought about, administrators never. Administrators have to
    sign in again every four hours, or once a day where all their roles are activated for a time. Idle sessions end
    within three hours; where they do and there is no Conditional Access, nothing is left to judge.
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
    if session_rules.are_judged is False:
        if idle_sessions.ends_in_time:
            return replace(judged(named.head(0), answers.head(0)), not_applicable=_NO_LICENCE)
        return judged(named, answers, gaps=idle_sessions.gaps, note=_NO_LICENCE)
    return judged(named, answers, gaps=(*session_rules.gaps, *idle_sessions.gaps))


def _controls(rules: SessionRules | Gap, idle: IdleSessions) -> Iterator[_Control]:
    if isinstance(rules, Gap):
        yield from (_Control(control_id, counts=True, fails=None) for control_id in _NAMES if control_id != _IDLE)
    else:
        yield _control("device_code_flow", rules, rules.device_code_flow, others=False)
        yield _control("authentication_transfer", rules, rules.authentication_transfer, others=False)
        others = rules.other_administrators
        yield _control("administrator_sign_in_frequency", rules, rules.administrator_sign_in_frequency, others=others)
        yield _control("administrator_browser", rules, rules.administrator_browser, others=others)
    yield _Control(_IDLE, counts=True, fails=negated(idle.ends_in_time))


def _control(control_id: str, rules: SessionRules, answers: _Names, *, others: Answer) -> _Control:
    names = sorted(rules.names[user_id] for user_id, fails in answers.items() if fails)
    return _Control(control_id, rules.are_judged, any_of([*answers.values(), others]), names)
