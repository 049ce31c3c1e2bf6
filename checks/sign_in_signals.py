"""What the sign-in log shows of people whose password or approval somebody else had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Final

import pandas as pd
import pyarrow as pa

from checks.conditional_access.places import Location
from checks.frame import BOOL, TEXT, TEXTS, column, judged, objects, records
from checks.json_values import object_of
from checks.licences import RISK, Licences
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns, derived
from checks.relations import Relation
from checks.signins.audits import FOLLOW_ON, audit_table
from checks.signins.columns import FIELDS, LABELS
from checks.signins.detections import UNITS
from checks.signins.examine import examine
from checks.signins.exhibit import exhibit, not_evaluated
from checks.signins.legacy import legacy_use
from checks.signins.mailboxes import MailboxChange, mailbox_changes
from checks.signins.model import HOLE, LOOK_BACK, Account, Context, Examined, Story
from checks.signins.units import Family, Level, Unit
from checks.three_valued import Answer
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.sign_ins import SERVICE_PRINCIPALS, SIGN_INS

_BETA: Final = tuple(name for name in FIELDS if SIGN_INS.group_of(name))
_ORDINARY: Final = tuple(name for name in (*FIELDS, *LABELS) if name not in _BETA)
_MOMENT: Final = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))

_NAMELESS: Final = Gap("sign_ins", TableState.PARTIAL, "accounts_not_named")
_UNSAID: Final = Gap("sign_ins", TableState.PARTIAL, "detections_in_doubt")
_UNDATED: Final = Gap("directory_audits", TableState.PARTIAL, "missing_value:activity_date_time")

_DAYS: Final = """
SELECT DISTINCT date_trunc('day', created_date_time) AS day FROM sign_ins WHERE created_date_time <= ? ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class SignInExamination:
    """What was found in the sign-in log of the last 30 days."""

    examined: Examined | Gap
    legacy: Sequence[Mapping[str, Any]]
    """Use of older clients by account."""
    rules: Sequence[MailboxChange]
    """What was done to mailboxes, as far as an imported log tells it."""
    follow_on: frozenset[str]
    """Accounts of which the audit log tells something that somebody who got in would do."""
    gaps: tuple[Gap, ...]
    """What was not read besides the log itself."""


@derived
def beta_sign_ins(sign_ins: Annotated[Relation, columns(*_BETA)]) -> bool:
    """Return that the properties of sign-ins were read that only Graph's beta has."""
    return isinstance(sign_ins, Relation)


@derived
def application_sign_ins(sign_ins: Annotated[Relation, columns("id", kinds=(SERVICE_PRINCIPALS,))]) -> bool:
    """Return that the sign-ins of applications by themselves were read."""
    return isinstance(sign_ins, Relation)


@derived
def whole_sign_in_log(sign_ins: Annotated[Relation, columns("id", whole=True)]) -> bool:
    """Return that the log was read whole: only then is anybody cleared by what is not in it."""
    return isinstance(sign_ins, Relation)


@derived
def sign_in_examination(  # noqa: PLR0913, PLR0917 - one for each table that tells of sign-ins
    sign_ins: Annotated[Relation | Gap, columns(*_ORDINARY, optional=_BETA)],
    beta_sign_ins: bool | Gap,  # noqa: FBT001 - an input, named by the engine
    application_sign_ins: bool | Gap,  # noqa: FBT001 - the same
    whole_sign_in_log: bool | Gap,  # noqa: FBT001 - the same
    directory_audits: Annotated[
        pd.DataFrame | Gap,
        columns(
            "id",
            "activity_date_time",
            "activity_display_name",
            "result",
            "initiated_by_user_id",
            "initiated_by_ip_address",
            "target_resources",
        ),
    ],
    sign_in_baselines: Annotated[
        pd.DataFrame | Gap, columns("user_id", "kind", "value", "first_seen", "last_seen", "successes")
    ],
    named_locations: Annotated[pd.DataFrame | Gap, columns("id", "location_type", "is_trusted", "raw")],
    mailbox_audits: Annotated[
        pd.DataFrame | Gap, columns("creation_time", "operation", "user_id", "mailbox", "client_ip")
    ],
    profile: Profile,
) -> SignInExamination:
    """Return what the log of the last 30 days shows.

    Source:
        https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-ins
    """
    if isinstance(sign_ins, Gap):
        return SignInExamination(sign_ins, (), (), frozenset(), ())
    context = Context(
        as_of=profile.as_of,
        break_glass=frozenset(profile.break_glass),
        trusted_networks=_trusted(named_locations),
        log_since=None if isinstance(whole_sign_in_log, Gap) else _without_a_hole(sign_ins, profile.as_of),
    )
    examined = examine(
        sign_ins,
        context,
        audits=directory_audits,
        baselines=sign_in_baselines,
        beta_unread=isinstance(beta_sign_ins, Gap),
        applications_unread=isinstance(application_sign_ins, Gap),
    )
    undated = not isinstance(directory_audits, Gap) and directory_audits["activity_date_time"].isna().any()
    return SignInExamination(
        examined,
        legacy_use(sign_ins, profile.as_of),
        () if isinstance(mailbox_audits, Gap) else mailbox_changes(records(mailbox_audits)),
        _followed(directory_audits, profile.as_of),
        (
            *(need for need in (application_sign_ins, directory_audits, sign_in_baselines) if isinstance(need, Gap)),
            *((_UNDATED,) if undated else ()),
        ),
    )


def _trusted(named_locations: pd.DataFrame | Gap) -> tuple[str, ...]:
    """Return the trusted networks; what is not read is not trusted."""
    if isinstance(named_locations, Gap):
        return ()
    rows = [row for row in records(named_locations) if row["is_trusted"] and Location.of(row).ranges]
    return tuple(sorted(each["cidrAddress"] for row in rows for each in object_of(row["raw"])["ipRanges"]))


def _followed(directory_audits: pd.DataFrame | Gap, as_of: datetime) -> frozenset[str]:
    events = audit_table(directory_audits, as_of - LOOK_BACK, as_of).select(["operation", "target"]).to_pylist()
    return frozenset(event["target"] for event in events if event["operation"] in FOLLOW_ON and event["target"])


def _without_a_hole(sign_ins: Relation, as_of: datetime) -> datetime | None:
    """Return since when there is no silence in the log, which is a scan that came too late."""
    days = [row["day"] for row in records(sign_ins.sql(_DAYS, [as_of]))]
    begins = [day for before, day in pairwise(days) if day - before > HOLE]
    return max(begins, default=days[0] if days else None)


@check(
    "SI-02",
    title=mark("No sign-in that succeeded looks like somebody else's"),
    severity=Severity.HIGH,
    object_type="user",
    evidence={
        "stories": EvidenceKind.CONDITION,
        "detections": EvidenceKind.VOLATILE,
        "began": EvidenceKind.VOLATILE,
        "ended": EvidenceKind.VOLATILE,
        "source_address": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Examine it today. Ask the owner, by telephone, whether the sign-in was theirs. If nobody can say so: revoke "
        "all sessions, set a new password, and look at the sign-in methods, the devices, the inbox rules and what was "
        "opened. Write down who examined it, when and with what conclusion: `m365-posture signals ack`. If personal "
        "data may have been seen, the 72 hours for reporting it may be running."
    ),
    source="https://learn.microsoft.com/security/operations/incident-response-playbook-password-spray",
)
def nobody_else_is_signed_in(
    sign_in_examination: SignInExamination,
    whole_sign_in_log: bool | Gap,  # noqa: FBT001 - an input, named by the engine
    licences: Licences | Gap,
    profile: Profile,
) -> Outcome:
    """Every firm is tried every day; what counts is whether somebody got in.

    The log of the last 30 days is searched for sprayed and guessed passwords, prompts sent until somebody gives in,
    impossible journeys, new countries, rented servers, shared sessions, codes typed in for somebody else, older
    programs, sleeping and emergency accounts. Signs of one person within a day are put together as one story. It
    fails where a password was right, or an approval was given, together with a second kind of sign, or with one that
    is enough alone. Attempts are told and never fail. What fails is to be examined: it may have an innocent reason.
    """
    found = sign_in_examination
    if isinstance(found.examined, Gap):
        because = "no_licence" if found.examined.state is TableState.UNLICENSED else "table:sign_ins"
        shown = not_evaluated([unit.id for unit in UNITS], because, profile.as_of, LOOK_BACK)
        return _outcome((), {}, frozenset(), (found.examined,), shown)
    examined = found.examined
    stories: dict[str | None, list[Story]] = {}
    for story in examined.stories:
        if story.level is Level.HIGH and (story.succeeded or story.approved):
            stories.setdefault(story.user_id, []).append(story)
    possible = _Possible.of(examined, found.follow_on, _has_risk(licences))
    is_named = None not in stories
    # where the log is not whole, or does not say who it was, only what is found is judged
    clears_others = is_named and not possible.for_anybody and not isinstance(whole_sign_in_log, Gap)
    doubtful = frozenset(one.user_id for one in examined.accounts if possible.of_account(one.user_id))
    people = [one for one in examined.accounts if clears_others or one.user_id in stories or one.user_id in doubtful]
    gaps = (
        *found.gaps,
        *(() if is_named else (_NAMELESS,)),
        *((_UNSAID,) if possible.for_anybody else ()),
    )
    shown = exhibit(examined, found.legacy, found.rules, profile.as_of, LOOK_BACK)
    return _outcome(people, stories, doubtful, gaps, shown)


def _has_risk(licences: Licences | Gap) -> Answer:
    return None if isinstance(licences, Gap) else licences.come_with(RISK)


@dataclass(frozen=True, slots=True)
class _Possible:
    """Which stories there may be besides those that were found, since rows do not say everything."""

    sure: Mapping[str | None, frozenset[Family]]
    """Kinds of signs that were found, by account."""
    open: Mapping[str | None, frozenset[str]]
    """Detections that rows leave open, by account."""
    entered: frozenset[str]
    """Accounts of which a detection says that a password was right or an approval was given."""
    units: Mapping[str, Unit]

    @classmethod
    def of(cls, examined: Examined, follow_on: Iterable[str], has_risk: Answer) -> "_Possible":
        units = {unit.id: unit for unit in UNITS}
        workload = {unit.id for unit in UNITS if unit.family is Family.WORKLOAD}
        sure: dict[str | None, set[Family]] = {}
        for one in examined.detections:
            unit_id = one.unit
            sure.setdefault(one.user_id, set()).add(units[unit_id].family_of(one.level))
        for who in follow_on:
            sure.setdefault(who, set()).add(Family.FOLLOW_ON)
        unsaid = {
            state.id
            for state in examined.units
            if (state.because.startswith("field_never_filled") and state.id not in workload)
            or (state.because == "no_licence" and has_risk is not False)
            or (state.because == "log_too_short" and examined.rows.without_time)
        }
        doubts = {**examined.doubts, None: examined.doubts.get(None, frozenset()) | unsaid}
        entered = {one.user_id for one in examined.detections if one.user_id and (one.succeeded or one.approved)}
        return cls({who: frozenset(kinds) for who, kinds in sure.items()}, doubts, frozenset(entered), units)

    @property
    def for_anybody(self) -> bool:
        """Whether rows that name nobody, or that are about many, may make one of anybody."""
        return self._may_be(self.open[None], None)

    def of_account(self, user_id: str) -> bool:
        """Whether there may be one of an account."""
        return self._may_be(self.open.get(user_id, frozenset()) | self.open[None], user_id)

    def _may_be(self, unit_ids: Iterable[str], user_id: str | None) -> bool:
        """Whether these detections, had they been evaluated, might make a story of somebody who got in."""
        doubtful = [self.units[unit_id] for unit_id in unit_ids]
        # a try never got in: it only adds to what did
        entries = [unit for unit in doubtful if unit.family is not Family.ATTEMPTS]
        if any(unit.level is Level.HIGH or f"'{Level.HIGH}'" in unit.query for unit in entries):
            return True
        counted = doubtful if user_id in self.entered else entries
        sure = self.sure.get(user_id, frozenset()) if user_id is not None else frozenset()
        return bool(counted) and len({*sure, *(unit.family for unit in counted)}) > 1


def _outcome(
    people: Sequence[Account],
    stories: Mapping[str | None, Sequence[Story]],
    doubtful: frozenset[str],
    gaps: tuple[Gap, ...],
    shown: Mapping[str, Any],
) -> Outcome:
    frame = pd.DataFrame(
        {
            "id": [one.user_id for one in people],
            "name": [one.name for one in people],
            "user_principal_name": [one.user_principal_name for one in people],
        },
        dtype=object,
    )
    theirs = [stories.get(one.user_id, ()) for one in people]
    evidence = {
        "stories": column([[story.id for story in told] for told in theirs], frame, TEXTS),
        "detections": column([_units(told) for told in theirs], frame, TEXTS),
        "began": column([min((story.began for story in told), default=None) for told in theirs], frame, _MOMENT),
        "ended": column([max((story.ended for story in told), default=None) for told in theirs], frame, _MOMENT),
        "source_address": column([_source(told) for told in theirs], frame, TEXT),
    }
    named = objects(frame, ["id"], ["name", "user_principal_name", "id"], evidence)
    # found is a failure, whatever else may be
    answers = [
        True if told else None if one.user_id in doubtful else False for told, one in zip(theirs, people, strict=True)
    ]
    made = judged(named, column(answers, frame, BOOL), gaps=gaps)
    return Outcome(made.population, made.failures, made.unknown, gaps, exhibit=shown)


def _units(stories: Sequence[Story]) -> list[str]:
    return sorted({one.unit for story in stories for one in story.detections})


def _source(stories: Sequence[Story]) -> str | None:
    found = (
        one.source for story in stories for one in story.detections if one.source and (one.succeeded or one.approved)
    )
    return next(found, None)
