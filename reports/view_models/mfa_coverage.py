"""MFA coverage: three answers for the insurer, groups of people, and one person's chain of reasons."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from checks.model import Gap
from m365_posture.texts import mark
from reports.view_models.coverage import gap_sentence
from reports.view_models.mfa_words import (
    APART,
    GROUPS,
    KINDS,
    LINKS,
    PROTECTIONS,
    QUESTIONS,
    SAYS_LITTLE,
    STEPS,
    outsiders,
    said,
    step,
)
from reports.view_models.report import Report
from reports.view_models.ways_in import Teller
from reports.view_models.wording import Wording

CHECK: Final = "ID-01"
"""The check that shows MFA coverage."""

_Json = Mapping[str, Any]

_HIDDEN: Final = mark("(not shown to you)")
_COUNT: Final = mark("{protected} of {people}")
_NOT_JUDGED: Final = mark("Who is protected by a second factor could not be worked out.")
_NOT_KEPT: Final = mark(
    "Who is protected by a second factor was not worked out for this scan: judge it again with `m365-posture judge`."
)
_BY_DEFAULTS: Final = mark("{count} of them by security defaults: Microsoft decides how often it asks")
_WEAK: Final = mark("{count} of them with a weak method only")
_DEVICES: Final = mark("{count} more with a managed device instead, not counted")
_NOT: Final = mark("{count} without")
_DOUBT: Final = mark("{count} could not be judged")
_CONTRADICTED: Final = mark("of {count} the sign-in log shows a sign-in with the password alone: find out why first")
_UNSEEN: Final = mark("Not seen: {needs}")
_NOBODY: Final = mark("There was nobody to judge")


class AnswerState(StrEnum):
    """What an insurer may be told."""

    YES = "yes"
    NO = "no"
    DEVICES = "devices"
    """Yes, only if managed devices count as a second factor."""
    UNKNOWN = "unknown"


STATES: Final[Mapping[AnswerState, str]] = MappingProxyType(
    {
        AnswerState.YES: mark("Yes"),
        AnswerState.NO: mark("No"),
        AnswerState.DEVICES: mark("Only if managed devices count"),
        AnswerState.UNKNOWN: mark("Cannot be answered"),
    }
)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person."""

    id: str
    name: str
    user_principal_name: str
    kind_text: str
    groups: tuple[str, ...]
    """Codes."""
    groups_text: str
    protection: str
    """A code."""
    protection_text: str
    remote: str
    remote_text: str
    ways: tuple[str, ...]
    """Ways in, a sentence each."""
    chain: tuple[tuple[str, str], ...]
    """Each link with what it says."""
    reasons: str
    """The chain, a line per link, without those that bear on no verdict."""
    is_counted: bool
    """Accounts with a rule of their own are not."""


@dataclass(frozen=True, slots=True)
class Excepted:
    """Somebody of whom the answer is not yes."""

    id: str
    name: str
    says: str
    """What protects the person, or why nobody knows."""
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell an insurer, and everything to tell with it."""

    question: str
    title: str
    state: AnswerState
    state_text: str
    count: str
    """How many of how many."""
    notes: tuple[str, ...]
    """How many are protected in which way, are not, or could not be judged."""
    unseen: str
    """What was not seen, one sentence; empty where nothing is missing."""
    exceptions: tuple[Excepted, ...]
    """The worst protected first."""
    unknown: tuple[Excepted, ...]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """How one group of people is protected."""

    group: str
    name: str
    people: int
    protections: tuple[tuple[str, str, int], ...]
    """Code, words and number of people, the worst first; what protects nobody is absent."""


@dataclass(frozen=True, slots=True)
class MfaCoverageView:
    """Everything about MFA coverage except the policies."""

    answers: tuple[Answer, ...]
    groups: tuple[GroupLine, ...]
    people: tuple[PersonLine, ...]
    """The worst protected first, then by name; those that are not counted last."""
    missing: tuple[str, ...]
    """What was not read and what would mend it, a sentence each."""


def mfa_coverage(report: Report) -> MfaCoverageView | None:
    """Return MFA coverage; None where it was not worked out (`why_absent` tells why)."""
    exhibit = report.exhibits.get(CHECK)
    if not exhibit:
        return None
    wording = report.wording
    teller = Teller(wording.language)
    people = sorted((_person(each, teller, wording) for each in exhibit["people"]), key=_urgency)
    chains = {each["id"]: {link["says"]: link for link in each["chain"]} for each in exhibit["people"]}
    return MfaCoverageView(
        answers=tuple(_answer(each, chains, teller, wording) for each in exhibit["answers"]),
        groups=tuple(_groups(people, wording)),
        people=tuple(people),
        missing=tuple(gap_sentence(gap, wording) for gap in _gaps(report)),
    )


def why_absent(report: Report) -> tuple[str, ...]:
    """Return why there is no MFA coverage to show, and what to do: a line for each thing that was not read."""
    gaps, wording = _gaps(report), report.wording
    if not gaps:
        return (wording.text(_NOT_KEPT),)
    return (wording.text(_NOT_JUDGED), *(gap_sentence(gap, wording) for gap in gaps))


def in_short(report: Report) -> str:
    """Return the answers as one line, or that they could not be worked out; empty where nobody asked."""
    view, wording = mfa_coverage(report), report.wording
    if view is not None:
        said = (wording.labelled(each.title, f"{each.state_text} ({each.count})") for each in view.answers)
        return " · ".join(said)
    return why_absent(report)[0] if any(check.check_id == CHECK for check in report.checks) else ""


def _gaps(report: Report) -> tuple[Gap, ...]:
    return next((check.gaps for check in report.checks if check.check_id == CHECK), ())


def _person(person: _Json, teller: Teller, wording: Wording) -> PersonLine:
    groups, kind = tuple(person["groups"]), person["kind"]
    chain = tuple(_link(each, wording) for each in person["chain"])
    return PersonLine(
        id=person["id"] or "",
        name=_name(person, wording),
        user_principal_name=person["user_principal_name"] or "",
        kind_text=said(kind, KINDS, wording),
        groups=groups,
        groups_text=", ".join(said(group, GROUPS, wording) for group in groups),
        protection=person["protection"],
        protection_text=said(person["protection"], PROTECTIONS, wording),
        remote=person["remote"],
        remote_text=said(person["remote"], PROTECTIONS, wording),
        ways=teller.sentences(person["ways"]),
        chain=chain,
        reasons="\n".join(_reasons(person["chain"], wording)),
        is_counted=kind not in APART,
    )


def _reasons(chain: Iterable[_Json], wording: Wording) -> Iterator[str]:
    for each in chain:
        if each["says"] not in SAYS_LITTLE:
            yield wording.labelled(*_link(each, wording))


def _link(each: _Json, wording: Wording) -> tuple[str, str]:
    return said(each["link"], LINKS, wording), step(each["says"], each["details"], wording)


def _name(person: _Json, wording: Wording) -> str:
    person_id = str(person["id"] or "")
    return outsiders(person_id, wording) or str(person["name"] or person_id or wording.text(_HIDDEN))


def _urgency(line: PersonLine) -> tuple[object, ...]:
    return (not line.is_counted, _rank(line.protection), _rank(line.remote), line.name.casefold(), line.id)


def _rank(protection: str) -> int:
    order = list(PROTECTIONS)
    return order.index(protection) if protection in order else order.index("unknown")


def _groups(people: Iterable[PersonLine], wording: Wording) -> Iterator[GroupLine]:
    counted = [person for person in people if person.is_counted]
    found = {group for person in counted for group in person.groups}
    for group in [*(each for each in GROUPS if each in found), *sorted(found - GROUPS.keys())]:
        counts = Counter(person.protection for person in counted if group in person.groups)
        worst_first = sorted(counts, key=lambda code: (_rank(code), code))
        yield GroupLine(
            group=group,
            name=said(group, GROUPS, wording),
            people=counts.total(),
            protections=tuple((code, said(code, PROTECTIONS, wording), counts[code]) for code in worst_first),
        )


def _answer(answer: _Json, chains: Mapping[str, Mapping[str, _Json]], teller: Teller, wording: Wording) -> Answer:
    state = _state(answer)
    return Answer(
        question=answer["question"],
        title=said(answer["question"], QUESTIONS, wording),
        state=state,
        state_text=wording.text(STATES[state]),
        count=wording.text(_COUNT, protected=answer["protected"], people=answer["of"]),
        notes=tuple(_notes(answer, wording)),
        unseen=_unseen(answer, wording),
        exceptions=tuple(
            Excepted(
                each["id"] or "",
                _name(each, wording),
                said(each["protection"], PROTECTIONS, wording),
                teller.sentences(each["ways"]),
            )
            for each in sorted(answer["exceptions"], key=_worst_first)
        ),
        unknown=tuple(
            Excepted(each["id"] or "", _name(each, wording), _why(each["why"], chains.get(each["id"], {}), wording))
            for each in answer["unknown"]
        ),
    )


def _worst_first(person: _Json) -> tuple[object, ...]:
    return (_rank(person["protection"]), str(person["name"]).casefold(), str(person["id"]))


def _state(answer: _Json) -> AnswerState:
    """Return yes only where everybody is protected, the log agrees and everything that could say otherwise was seen."""
    if any(each["protection"] != "managed_device" for each in answer["exceptions"]):
        return AnswerState.NO
    if answer["unknown"] or answer["contradicted"] or answer["unseen"] or not answer["of"]:
        return AnswerState.UNKNOWN
    if answer["protected"] == answer["of"]:
        return AnswerState.YES
    only_devices = answer["protected"] + answer["managed_device"] == answer["of"]
    return AnswerState.DEVICES if only_devices else AnswerState.NO


def _notes(answer: _Json, wording: Wording) -> Iterator[str]:
    if not answer["of"]:
        yield wording.text(_NOBODY)
    counts = {_BY_DEFAULTS: "by_security_defaults", _WEAK: "weak_method", _DEVICES: "managed_device"}
    yield from (wording.text(text, count=answer[key]) for text, key in counts.items() if answer[key])
    for text, key in ((_NOT, "exceptions"), (_DOUBT, "unknown"), (_CONTRADICTED, "contradicted")):
        who = [each for each in answer[key] if each.get("protection") != "managed_device"]
        if who:
            yield wording.text(text, count=len(who))


def _unseen(answer: _Json, wording: Wording) -> str:
    needs = ", ".join(wording.need(need) for need in answer["unseen"])
    return wording.text(_UNSEEN, needs=needs) if needs else ""


def _why(codes: Iterable[str], chain: Mapping[str, _Json], wording: Wording) -> str:
    """Return what keeps a person's verdict from being told, as the chain of that person says it."""
    links = (_link(chain[code], wording) if code in chain else ("", said(code, STEPS, wording)) for code in codes)
    return "; ".join(wording.labelled(link, text) if link else text for link, text in links)
