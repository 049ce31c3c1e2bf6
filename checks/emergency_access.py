"""Emergency accounts, which let the firm in when nobody else gets in, and other exceptions, which let others in."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import pandas as pd

from checks.access import Holdings
from checks.administrator_roles import GLOBAL_ADMINISTRATOR, SYNCHRONIZATION_ROLES
from checks.break_glass import is_break_glass
from checks.circles import NOBODY, Memberships
from checks.derived import LastSuccesses
from checks.exclusions import Exclusions
from checks.firm_size import FirmSize
from checks.frame import BOOL, TEXTS, column, judged, objects, plain, records
from checks.licences import P2, Licences
from checks.mfa_coverage.model import WAYS_IN, MfaCoverage, Protection
from checks.mfa_coverage.registrations import Registrations, strength_rules
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.policy_questions import PolicyQuestions
from checks.registered_methods import RegisteredMethods
from checks.registry import check, columns, derived
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState
from scanner.snapshot.schema import TIMESTAMP

_NOT_STATED: Final = Gap("profile.break_glass", TableState.SKIPPED, "", "state:break_glass")
_SMALL_FIRM: Final = 10
"""Up to so many people one emergency account will do; Microsoft advises two or more."""
_MOMENT: Final = pd.ArrowDtype(TIMESTAMP)
_IS_FOR_GOOD: Final = {"Assigned": True, "Activated": False}
_OPENED: Final[Mapping[Protection, Answer]] = {
    **dict.fromkeys([*WAYS_IN, Protection.MANAGED_DEVICE], True),
    Protection.UNKNOWN: None,
}
"""Whether somebody is in need of the policies that leave him out."""
_NO_DEFAULTS: Final = Gap("security_defaults", TableState.PARTIAL, "empty", "rescan")


@dataclass(frozen=True, slots=True)
class _Exception:
    """An emergency account, somebody that policies leave out, or the emergency accounts together."""

    kind: str
    id: str
    name: str
    counts: Answer
    lacks: Mapping[str, Answer]
    policies: Sequence[str] = ()
    last_success: datetime | None = None

    @property
    def fails(self) -> Answer:
        return all_of([self.counts, any_of(self.lacks.values())])


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What was read about accounts that policies leave out."""

    exclusions: Exclusions | None
    methods: RegisteredMethods
    for_good: Mapping[str | None, Answer]
    """By user: whether the account is a Global Administrator for as long as nobody changes that; see `_for_good`."""
    locked_out: Callable[[Mapping[str, Any]], Answer]
    """Given a row of `users`, whether policies keep the account out where it is needed."""
    by_defaults: Answer
    """Whether security defaults are on, which lock nobody out."""
    opened: Mapping[str, Answer]
    """By user: whether the other policies leave something open."""
    successes: Mapping[str, datetime | None]
    gaps: tuple[Gap, ...]

    def emergency_account(self, row: Mapping[str, Any], is_one: Answer) -> "_Exception":
        """Judge an account that the firm named."""
        user_id = row["id"]
        lacks = {
            "enabled": negated(row["account_enabled"]),
            # null is an answer here: the account never came from a server of the firm's own
            "cloud_only": row["on_premises_sync_enabled"] is True,
            "global_administrator_for_good": negated(self.for_good.get(user_id, self.for_good[None])),
            "passkey": negated(self.methods.of(user_id).resists_phishing_anywhere),
            # while security defaults are on no policy is enforced
            "exclusion": False if self.by_defaults else self.locked_out(row),
        }
        policies = [name for name, answer in self._left_out_of(row) if answer]
        return _Exception("emergency", user_id, _name(row), is_one, lacks, policies, self.successes.get(user_id))

    def exception(self, row: Mapping[str, Any], counts: Answer) -> "_Exception | None":
        """Return somebody whom policies leave out, where that opens something; else nothing."""
        opened = self.opened.get(row["id"])
        left_out = list(self._left_out_of(row)) if opened is not False else []
        if not left_out:
            return None
        lacks = {"explanation": all_of([opened, any_of(answer for _, answer in left_out)])}
        policies = [name for name, _ in left_out]
        return _Exception("exclusion", row["id"], _name(row), counts, lacks, policies, self.successes.get(row["id"]))

    def _left_out_of(self, row: Mapping[str, Any]) -> Iterable[tuple[str, Answer]]:
        return () if self.exclusions is None else self.exclusions.of(row)


@dataclass(frozen=True, slots=True)
class LockOuts:
    """Tells whom policies keep from administering the tenant."""

    of: Callable[[Mapping[str, Any]], Answer]
    """Given a row of `users`: whether they keep that account out; see `PolicyQuestions.lock_out`."""
    gaps: tuple[Gap, ...]


@derived
def lock_outs(
    policy_questions: PolicyQuestions,
    registrations: Registrations,
    authentication_strengths: Annotated[pd.DataFrame | Gap, columns("id", "allowed_combinations", whole=True)],
    authentication_methods_policy: Annotated[
        pd.DataFrame | Gap, columns("id", "registration_campaign_state", "raw", whole=True)
    ],
) -> LockOuts:
    """Return what tells of a row of `users` whether policies keep the account from administering the tenant.

    Source:
        https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access
    """
    strengths = strength_rules(authentication_strengths, authentication_methods_policy)

    def locked_out(row: Mapping[str, Any]) -> Answer:
        registered = registrations.of(row["id"])
        return policy_questions.lock_out(
            policy_questions.person(row), lambda strength: strengths.are_satisfied([strength], (), registered)
        )

    return LockOuts(locked_out, policy_questions.gaps)


@derived
def account_facts(  # noqa: PLR0913, PLR0917 - one for each thing that is known of an account
    role_assignments: Annotated[
        pd.DataFrame | Gap,
        columns(
            "assignment_type",
            "principal_id",
            "role_definition_id",
            "directory_scope_id",
            optional=("activation", "end_date_time"),
            whole=True,
        ),
    ],
    memberships: Memberships | Gap,
    licences: Licences | Gap,
    exclusions: Exclusions | Gap,
    lock_outs: LockOuts,
    mfa_coverage: MfaCoverage | Gap,
    registered_methods: RegisteredMethods,
    security_defaults: Annotated[pd.DataFrame | Gap, columns("is_enabled")],
    last_successes: LastSuccesses | Gap,
) -> AccountFacts:
    """Return what is known of accounts that may be exceptions; when they last signed in takes a licence to see.

    Source:
        https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access
    """
    has_pim = None if isinstance(licences, Gap) else licences.come_with(P2)
    given = role_assignments
    needs = (role_assignments, licences, exclusions, mfa_coverage, security_defaults)
    switches = [None] if isinstance(security_defaults, Gap) else plain(security_defaults["is_enabled"])
    return AccountFacts(
        exclusions=None if isinstance(exclusions, Gap) else exclusions,
        methods=registered_methods,
        for_good={None: None} if isinstance(given, Gap) else _for_good(records(given), has_pim, memberships),
        locked_out=lock_outs.of,
        by_defaults=switches[0] if len(switches) == 1 else None,
        opened={} if isinstance(mfa_coverage, Gap) else _opened(mfa_coverage),
        successes={} if isinstance(last_successes, Gap) else _successes(last_successes),
        gaps=(
            *(need for need in needs if isinstance(need, Gap)),
            *(() if isinstance(exclusions, Gap) else exclusions.gaps),
            *lock_outs.gaps,
            *(() if switches else (_NO_DEFAULTS,)),
            *registered_methods.gaps,
        ),
    )


@check(
    "ID-07",
    title=mark("Emergency accounts are ready for use, and policies leave nobody else out"),
    severity=Severity.HIGH,
    object_type="exception",
    evidence={
        "lacks": EvidenceKind.CONDITION,
        "policies": EvidenceKind.CONDITION,
        "last_success": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Keep two accounts in the cloud for emergencies, Global Administrators for good, each with a passkey in the "
        "safe, left out of the policies that could lock them out, and name them in tenants.toml. Take everybody else "
        "out of the exceptions, or out of the groups that are exceptions."
    ),
    source="https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access",
)
def exceptions_are_for_emergencies(
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
            whole=True,
        ),
    ],
    holdings: Holdings,
    account_facts: AccountFacts,
    profile: Profile,
) -> Outcome:
    """Without an emergency account one wrong policy locks everybody out; any other exception lets others in.

    Which accounts are for emergencies only the firm can tell. Each must be enabled, live in the cloud, be a Global
    Administrator for good, hold a passkey or a certificate that works on any computer, as Microsoft asks everybody in
    its portals for a second factor, and no policy may block it, ask it for a managed device or for a method that it
    lacks. Two are needed, up to ten people one. Anybody else counts whom a policy would concern and leaves out, where
    the other policies do not make up for it; accounts that synchronise may be left out. Guests who are left out by
    their kind are not listed.
    """
    emergency = is_break_glass(users["user_principal_name"], profile)
    people = list(zip(records(users), plain(emergency), strict=True))
    found = [
        *(_firm(people, FirmSize.of(users, profile), profile.break_glass) if profile.break_glass else ()),
        *(account_facts.emergency_account(row, answer) for row, answer in people if answer is not False),
        *_left_out(people, account_facts, _synchronizing(holdings)),
    ]
    stated = () if profile.break_glass else (_NOT_STATED,)
    return _outcome(found, (*stated, *account_facts.gaps, *holdings.gaps))


def _outcome(found: list[_Exception], gaps: tuple[Gap, ...]) -> Outcome:
    frame = pd.DataFrame({"kind": [one.kind for one in found], "id": [one.id for one in found]}, dtype=object).assign(
        name=[one.name for one in found]
    )
    lacks = [[name for name, answer in one.lacks.items() if answer] for one in found]
    evidence = {
        "lacks": column(lacks, frame, TEXTS),
        "policies": column([sorted(one.policies) for one in found], frame, TEXTS),
        "last_success": column([one.last_success for one in found], frame, _MOMENT),
    }
    named = objects(frame, ["kind", "id"], ["name", "id"], evidence)
    return judged(named, column([one.fails for one in found], frame, BOOL), gaps=gaps)


def _name(row: Mapping[str, Any]) -> str:
    named: list[str | None] = [row["display_name"], row["user_principal_name"], row["id"]]
    return next(name for name in named if name and name.strip())


def _for_good(
    rows: list[dict[str, Any]], has_pim: Answer, memberships: Memberships | Gap
) -> Mapping[str | None, Answer]:
    """Tell who is Global Administrator for good; under `None`, what holds of everybody else."""
    found: dict[str | None, Answer] = {None: False}
    for row in rows:
        answer = _is_for_good(row, has_pim)
        if answer is not False:
            holder = row["principal_id"]
            members = NOBODY if holder is None or isinstance(memberships, Gap) else memberships.of(holder)
            # whoever holds what was given to nobody that is known may be anybody
            anybody = holder is None or members.is_open or isinstance(memberships, Gap)
            found[None] = any_of([found[None], None if anybody else False])
            for each in members.certain | {holder}:
                found[each] = any_of([found.get(each, False), answer]) if each else found[None]
    return found


def _is_for_good(row: Mapping[str, Any], has_pim: Answer) -> Answer:
    """Whether an assignment is the whole role of a Global Administrator, for as long as nobody changes it."""
    role_id, scope = row["role_definition_id"], row["directory_scope_id"]
    return all_of(
        [
            row["assignment_type"] == "active",
            None if role_id is None else role_id == GLOBAL_ADMINISTRATOR,
            None if scope is None else scope == "/",
            # without Privileged Identity Management every assignment is for good
            True if has_pim is False else _IS_FOR_GOOD.get(row["activation"]),
            row["end_date_time"] is None,
        ]
    )


def _opened(coverage: MfaCoverage) -> Mapping[str, Answer]:
    return {person.id: _OPENED.get(person.protection, False) for person in coverage.people}


def _successes(last_successes: LastSuccesses) -> Mapping[str, datetime | None]:
    rows = records(last_successes)
    return {row["id"]: row["last_successful_sign_in_date_time"] for row in rows}


def _synchronizing(holdings: Holdings) -> frozenset[str]:
    """Return who synchronises the directory and administers nothing else."""
    roles: dict[str, set[str | None]] = {}
    for holding in holdings.known:
        for person_id in holding.holders.certain:
            roles.setdefault(person_id, set()).add(holding.role_id)
    return frozenset(person_id for person_id, some in roles.items() if some <= SYNCHRONIZATION_ROLES)


def _firm(people: list[tuple[dict[str, Any], Answer]], size: FirmSize, names: Sequence[str]) -> Iterator[_Exception]:
    """Judge how many of the named accounts are there and can be used."""
    usable = [all_of([answer, row["account_enabled"]]) for row, answer in people]
    surely, perhaps = usable.count(True), len(usable) - usable.count(False)
    needed = {1 if people_of_firm <= _SMALL_FIRM else 2 for people_of_firm in (size.least, size.most)}
    there = sum(answer is not False for _, answer in people)
    too_few = True if perhaps < min(needed) else False if surely >= max(needed) else None
    lacks = {"accounts": too_few, "named_account": there < len(set(names))}
    yield _Exception("firm", "emergency_accounts", "break_glass", counts=True, lacks=lacks)


def _left_out(
    people: list[tuple[dict[str, Any], Answer]], facts: AccountFacts, synchronizing: frozenset[str]
) -> Iterator[_Exception]:
    for row, emergency in people:
        counts = all_of([negated(emergency), row["account_enabled"], row["id"] not in synchronizing])
        found = facts.exception(row, counts) if counts is not False else None
        if found is not None:
            yield found
