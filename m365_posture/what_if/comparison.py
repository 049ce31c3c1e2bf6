"""Who gains and who loses between two judgements of MFA coverage.

Both are exhibits of ID-01, as `checks.mfa_coverage` writes them: plain JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from checks.mfa_coverage.model import AccountKind, Protection
from m365_posture.what_if.ways import first_beyond, have_the_same_spans

Json = Mapping[str, Any]

_NOWHERE: Final = (Protection.UNPROTECTED, Protection.REGISTERED_NOT_ENFORCED)
_VERDICTS: Final[Sequence[str]] = [*_NOWHERE, *(protection for protection in Protection if protection not in _NOWHERE)]
"""The worst first: who is asked for MFA somewhere is better off than who is asked nowhere."""
_BLOCKED: Final = "blocked_everywhere"
"""What the chain of reasons of somebody says who can sign in nowhere."""
_COUNTS: Final = ("protected", "of", "by_security_defaults", "weak_method", "managed_device")


class Effect(StrEnum):
    """What the change does to somebody; who loses is told first."""

    LOCKED_OUT = "locked_out"
    """Every sign-in is blocked: well protected, and nobody can work."""
    LOSES = "loses"
    NO_LONGER_LEFT_OUT = "no_longer_left_out"
    """An emergency account of which more is demanded: it may be of no use in an emergency."""
    UNCERTAIN = "uncertain"
    """Before or after it is unknown what protects them."""
    OTHER_WAYS = "other_ways"
    """The same verdict, and other ways in."""
    GAINS = "gains"


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Somebody whose verdict, or whose ways in, are not the same before and after."""

    id: str
    name: str
    user_principal_name: str | None
    kind: str
    effect: Effect
    before: str | None
    """A protection; None for somebody whom only the policies after it tell apart, so for the others."""
    after: str | None
    remote_before: str | None
    """The same outside the offices."""
    remote_after: str | None
    opens: Json | None
    """The first way in that was not there before."""
    closes: Json | None
    """The first way in that is not there any more."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One of the three answers, before and after: counts by name, and what was not seen."""

    question: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes and for how many nothing does."""

    answers: tuple[AnswerChange, ...]
    people: tuple[PersonChange, ...]
    """Who loses first; by name."""
    unchanged: int

    def count(self, effect: Effect) -> int:
        """Return how many people the change has an effect on."""
        return sum(person.effect is effect for person in self.people)


def compare(before: Json, after: Json, *, can_open: bool = True, can_close: bool = True) -> Comparison:
    """Compare two exhibits of the same scan.

    Args:
        before: As it is.
        after: As it would be.
        can_open: Whether the change may open a way in; False where it only adds policies.
        can_close: Whether it may close one; False where it only takes policies away.
    """
    old, new = _by_id(before["people"]), _by_id(after["people"])
    may = can_open, can_close
    changes = [_change(old.get(person_id), new.get(person_id), may) for person_id in {**old, **new}]
    found = [change for change in changes if change is not None]
    order = list(Effect)
    found.sort(key=lambda person: (order.index(person.effect), person.name.casefold(), person.id))
    return Comparison(_answers(before, after), tuple(found), len(changes) - len(found))


def _answers(before: Json, after: Json) -> tuple[AnswerChange, ...]:
    old = {answer["question"]: answer for answer in before["answers"]}
    return tuple(
        AnswerChange(answer["question"], _counted(old[answer["question"]]), _counted(answer))
        for answer in after["answers"]
    )


def _counted(answer: Json) -> Json:
    return {
        **{name: answer[name] for name in _COUNTS},
        # those with a managed device are counted by themselves
        "exceptions": sum(each["protection"] != Protection.MANAGED_DEVICE for each in answer["exceptions"]),
        "unknown": len(answer["unknown"]),
        "unseen": list(answer["unseen"]),
    }


def _by_id(people: Iterable[Json]) -> Mapping[str, Json]:
    return {person["id"]: person for person in people}


def _change(old: Json | None, new: Json | None, may: tuple[bool, bool]) -> PersonChange | None:
    """Return what changes for one person, None where nothing does."""
    person = new or old or {}
    can_open, can_close = may
    opens = first_beyond(_ways(new), _ways(old)) if can_open else None
    closes = first_beyond(_ways(old), _ways(new)) if can_close else None
    other_ways = bool(opens or closes) or not have_the_same_spans(_ways(old), _ways(new))
    effect = _effect(_verdicts(old), _verdicts(new), other_ways=other_ways)
    if person["kind"] == AccountKind.EMERGENCY and (effect is Effect.GAINS or (effect is Effect.OTHER_WAYS and closes)):
        effect = Effect.NO_LONGER_LEFT_OUT
    if _is_blocked(new) and not _is_blocked(old):
        effect = Effect.LOCKED_OUT
    if effect is None:
        return None
    before, remote_before = _verdicts(old)
    after, remote_after = _verdicts(new)
    return PersonChange(
        id=person["id"],
        name=person["name"],
        user_principal_name=person["user_principal_name"],
        kind=person["kind"],
        effect=effect,
        before=before,
        after=after,
        remote_before=remote_before,
        remote_after=remote_after,
        opens=opens,
        closes=closes,
    )


Verdicts = tuple[str | None, str | None]
"""Everywhere, and outside the offices."""


def _verdicts(person: Json | None) -> Verdicts:
    return (person["protection"], person["remote"]) if person else (None, None)


def _effect(before: Verdicts, after: Verdicts, *, other_ways: bool) -> Effect | None:
    """Return the effect of the first verdict that changes: the one about everywhere goes first."""
    for old, new in zip(before, after, strict=True):
        if old == new:
            continue
        if old is None or new is None or Protection.UNKNOWN in {old, new}:
            return Effect.UNCERTAIN
        return Effect.GAINS if _VERDICTS.index(new) > _VERDICTS.index(old) else Effect.LOSES
    return Effect.OTHER_WAYS if other_ways else None


def _is_blocked(person: Json | None) -> bool:
    return person is not None and any(step["says"] == _BLOCKED for step in person["chain"])


def _ways(person: Json | None) -> Sequence[Json]:
    return person["ways"] if person else ()
