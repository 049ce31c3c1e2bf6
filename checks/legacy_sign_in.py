"""Older ways to sign in, which know the password alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import pandas as pd

from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXT, TEXTS, column, each, judged, objects, plain, records
from checks.legacy_doors import LegacyDoors
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.policy_questions import PolicyQuestions
from checks.registry import check, columns, derived
from checks.relations import Relation
from checks.signins.legacy import legacy_clients_used
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_ENFORCED: Final = "enforced"
_SETTINGS: Final = {True: "True", False: "False"}
_NO_DEFAULTS: Final = Gap("security_defaults", TableState.PARTIAL, "empty", "rescan")

_LOG_UNSEEN: Final = mark("Whether older programs are in use could not be seen: the sign-in log was not read.")


@dataclass(frozen=True, slots=True)
class LegacyAccess:
    """Who is stopped from signing in with older programs."""

    stopped: Mapping[str, Answer]
    """By user that can sign in, guests and emergency accounts left out."""
    sparing: Mapping[str, list[str]]
    """By user: names of the policies that leave him out."""
    gaps: tuple[Gap, ...]

    @property
    def is_free_for_all(self) -> Answer:
        """Whether nobody at all is stopped."""
        return all_of(map(negated, self.stopped.values())) if self.stopped else None


@derived
def legacy_access(
    users: Annotated[pd.DataFrame, columns("id", "user_principal_name", "account_enabled", "user_type")],
    security_defaults: Annotated[pd.DataFrame | Gap, columns("is_enabled")],
    per_user_mfa: Annotated[pd.DataFrame | Gap, columns("id", "per_user_mfa_state")],
    policy_questions: PolicyQuestions,
    profile: Profile,
) -> LegacyAccess:
    """Return whom policies or security defaults stop.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/policy-block-legacy-authentication
    """
    is_guest = each(users["user_type"], lambda kind: kind.lower() == "guest")
    counts = users["account_enabled"] & ~is_guest & ~is_break_glass(users["user_principal_name"], profile)
    counted = [(row, count) for row, count in zip(records(users), plain(counts), strict=True) if count is not False]
    rows = [row for row, _ in counted]
    switches: list[Answer] = [] if isinstance(security_defaults, Gap) else plain(security_defaults["is_enabled"])
    by_defaults = switches[0] if len(switches) == 1 else None
    answers = policy_questions.stop_legacy_clients(list(map(policy_questions.person, rows)))
    states = {} if isinstance(per_user_mfa, Gap) else dict(_states(per_user_mfa))
    stopped = {
        row["id"]: any_of([by_defaults, answer, _perhaps_by_state(row["id"], states, per_user_mfa), negated(count)])
        for (row, count), (answer, _) in zip(counted, answers, strict=True)
    }
    unread = security_defaults if isinstance(security_defaults, Gap) or switches else _NO_DEFAULTS
    needs = (*policy_questions.gaps, unread, per_user_mfa)
    return LegacyAccess(
        stopped,
        {row["id"]: sparing for row, (_, sparing) in zip(rows, answers, strict=True)},
        tuple(need for need in needs if isinstance(need, Gap)) if None in stopped.values() else (),
    )


def _states(per_user_mfa: pd.DataFrame) -> Iterator[tuple[str, str | None]]:
    for row in records(per_user_mfa):
        yield row["id"], (row["per_user_mfa_state"] or "").lower() or None


def _perhaps_by_state(user_id: str, states: Mapping[str, str | None], table: pd.DataFrame | Gap) -> Answer:
    """Per-user MFA lets older programs in with a password of their own, if there is one: that cannot be read."""
    if isinstance(table, Gap) or (user_id in states and states[user_id] is None):
        return None
    return None if states.get(user_id) == _ENFORCED else False


@dataclass(frozen=True, slots=True)
class _Way:
    """A setting that lets older programs in, or an account for which they are let in."""

    kind: str
    id: str
    name: str
    fails: Answer
    set_to: str | None = None
    opens: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


@check(
    "ID-05",
    title=mark("Nothing takes a password from programs that know of no second factor"),
    severity=Severity.CRITICAL,
    object_type="legacy_sign_in",
    evidence={
        "set_to": EvidenceKind.CONDITION,
        "opens": EvidenceKind.CONDITION,
        "policies": EvidenceKind.CONDITION,
        "seen_using": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Find out what still uses it: scanners, accounting programs, old telephones. Let them send in another way, "
        "then turn SMTP with a password off for the tenant and for each mailbox, turn the older protocols of "
        "SharePoint off, and block legacy authentication of everybody by a Conditional Access policy or by security "
        "defaults."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/policy-block-legacy-authentication",
)
def older_programs_are_stopped(
    users: Annotated[pd.DataFrame, columns("id", "display_name", "user_principal_name")],
    legacy_access: LegacyAccess,
    legacy_doors: LegacyDoors,
    sign_ins: Annotated[Relation | Gap, columns("user_id", "client_app_used", "error_code", "created_date_time")],
    profile: Profile,
) -> Outcome:
    """Older programs are asked for the password alone, so whoever guesses it is in, whatever else is demanded.

    An account counts where no policy stops such programs and its mailbox still takes a password by SMTP, the one
    protocol that does; the tenant's settings count where there is such an account. Whether SharePoint's older protocols
    are on is told of such an account, and decides nothing. A scanner that the firm let in counts too. What the log
    shows in use is told, and decides nothing: some of these programs can show a token instead of a password.
    """
    seen = {} if isinstance(sign_ins, Gap) else legacy_clients_used(sign_ins, profile.as_of)
    found = [*_settings(legacy_access, legacy_doors), *_accounts(users, legacy_access, legacy_doors, seen)]
    frame = pd.DataFrame({"kind": [one.kind for one in found], "id": [one.id for one in found]}, dtype=object).assign(
        name=[one.name for one in found]
    )
    evidence = {
        "set_to": column([one.set_to for one in found], frame, TEXT),
        "opens": column([list(one.opens) for one in found], frame, TEXTS),
        "policies": column([list(one.policies) for one in found], frame, TEXTS),
        "seen_using": column([list(one.seen) for one in found], frame, TEXTS),
    }
    named = objects(frame, ["kind", "id"], ["name", "id"], evidence)
    answers = column([one.fails for one in found], frame, BOOL)
    gaps = (*legacy_access.gaps, *legacy_doors.gaps)
    return judged(named, answers, gaps=gaps, note=_LOG_UNSEEN if isinstance(sign_ins, Gap) else "")


def _settings(access: LegacyAccess, doors: LegacyDoors) -> Iterator[_Way]:
    is_used = any_of(all_of([negated(access.stopped[each]), doors.smtp_of(each)]) for each in access.stopped)
    smtp = "SmtpClientAuthenticationDisabled"
    yield _Way("setting", smtp, smtp, all_of([doors.smtp_is_open, is_used]), _said(doors.smtp_is_off))
    yield _Way("setting", "clientAppTypes", "clientAppTypes", all_of([access.is_free_for_all, is_used]))


def _said(answer: Answer) -> str | None:
    return None if answer is None else _SETTINGS[answer]


def _accounts(
    users: pd.DataFrame, access: LegacyAccess, doors: LegacyDoors, seen: Mapping[str, list[str]]
) -> Iterator[_Way]:
    for row in records(users):
        user_id = row["id"]
        if user_id in access.stopped:
            opens = {"smtp": doors.smtp_of(user_id), "sharepoint": doors.sharepoint_is_open}
            yield _Way(
                "user",
                user_id,
                next(name for name in (row["display_name"], row["user_principal_name"], user_id) if _is_said(name)),
                all_of([negated(access.stopped[user_id]), opens["smtp"]]),
                opens=tuple(name for name, answer in opens.items() if answer),
                policies=tuple(access.sparing[user_id]),
                seen=tuple(seen.get(user_id, ())),
            )


def _is_said(name: str | None) -> bool:
    return bool(name and name.strip())
