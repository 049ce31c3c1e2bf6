"""Values of each axis that policies treat alike, and which policies hold of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from checks.three_valued import Answer

Value = TypeVar("Value")

AXES: Final = ("target", "client", "place", "platform", "sign_in_risk", "user_risk", "flow", "device")
"""In the order of `Situation`."""


@dataclass(frozen=True, slots=True)
class Masked(Generic[Value]):
    """A value, and the policies that hold of it: bit n stands for policy n."""

    value: Value
    surely: int
    perhaps: int
    """Those that surely do too."""


@dataclass(frozen=True, slots=True)
class Class(Generic[Value]):
    """Values of one axis of which some policies say the same."""

    values: tuple[Value, ...]
    """The most ordinary first."""
    surely: int
    perhaps: int


def masked(values: Iterable[Value], questions: Sequence[Callable[[Value], Answer]]) -> tuple[Masked[Value], ...]:
    """Return each value with the policies that hold of it, given one question for each policy."""
    found = []
    for value in values:
        surely = perhaps = 0
        for number, question in enumerate(questions):
            answer = question(value)
            surely |= (answer is True) << number
            perhaps |= (answer is not False) << number
        found.append(Masked(value, surely, perhaps))
    return tuple(found)


def classes(
    values: Iterable[Masked[Value]], surely: int, perhaps: int, mark: Callable[[Value], int] = lambda _: 0
) -> tuple[Class[Value], ...]:
    """Return the values in classes that some policies do not tell apart.

    Args:
        values: Of one axis, the most ordinary first.
        surely: Policies that concern somebody.
        perhaps: Those, and the ones of which it is unknown.
        mark: What else tells values apart.
    """
    grouped: dict[tuple[int, int, int], list[Value]] = {}
    for each in values:
        grouped.setdefault((each.surely & surely, each.perhaps & perhaps, mark(each.value)), []).append(each.value)
    return tuple(Class(tuple(alike), sure, possible) for (sure, possible, _), alike in grouped.items())
