"""Who gains and who loses between two judgements of MFA coverage.

Both are exhibits of ID-01, as `checks.mfa_coverage` writes them: plain JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from checks.conditional_access.situations import Access
from checks.mfa_coverage.model import Protection

Json = Mapping[str, Any]

_AXES: Final = ("targets", "clients", "places", "platforms", "sign_in_risks", "user_risks", "flows", "devices")
_WORST_FIRST: Final = [access.value for access in Access]
_VERDICTS: Final = [protection.value for protection in Protection]
_BLOCKED: Final = "blocked_everywhere"
"""What the chain of reasons of somebody says who can sign in nowhere."""
_COUNTS: Final = ("protected", "of", "by_security_defaults", "weak_method", "managed_device")


class Effect(StrEnum):
    """What the change does to somebody; who loses is told first."""

    LOCKED_OUT = "locked_out"
    """Every sign-in is blocked: well protected, and nobody can work."""
    LOSES = "loses"
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


def compare(before: Json, after: Json) -> Comparison:
    """Compare two exhibits of the same scan."""
    old, new = _by_id(before["people"]), _by_id(after["people"])
    changes = [_change(old.get(person_id), new.get(person_id)) for person_id in {**old, **new}]
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
        "exceptions": len(answer["exceptions"]),
        "unknown": len(answer["unknown"]),
        "unseen": list(answer["unseen"]),
    }


def _by_id(people: Iterable[Json]) -> Mapping[str, Json]:
    return {person["id"]: person for person in people}


def _change(old: Json | None, new: Json | None) -> PersonChange | None:
    """Return what changes for one person, None where nothing does."""
    person = new or old or {}
    opens = _first_new(_ways(new), _ways(old))
    closes = _first_new(_ways(old), _ways(new))
    effect = _effect(_verdicts(old), _verdicts(new), other_ways=bool(opens or closes))
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


def _first_new(ways: Sequence[Json], others: Sequence[Json]) -> Json | None:
    """Return the first way that lies within none of the others."""
    return next((way for way in ways if not any(_is_within(way, other) for other in others)), None)


def _is_within(way: Json, other: Json) -> bool:
    """Whether everything that a way lets in, the other lets in too, and asks for no more."""
    asks_no_more = _WORST_FIRST.index(other["access"]) <= _WORST_FIRST.index(way["access"])
    return asks_no_more and all(_is_part(way[axis], other[axis]) for axis in _AXES)


def _is_part(values: Sequence[str] | None, others: Sequence[str] | None) -> bool:
    """Whether a span of an axis lies within another; null is the whole axis."""
    return others is None or (values is not None and set(values) <= set(others))
