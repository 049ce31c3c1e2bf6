"""Values of each axis that policies treat alike, and which policies hold of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from checks.three_valued import Answer

Value = TypeVar("Value")
Words = NDArray[np.uint64]
"""Sets of policies, 64 to a word: the words of one policy set are the first dimension."""

AXES: Final = ("target", "client", "place", "platform", "sign_in_risk", "user_risk", "flow", "device")
"""In the order of `Situation`."""

_WORD: Final = 64


@dataclass(frozen=True, slots=True)
class Masked(Generic[Value]):
    """A value, and the policies that hold of it: bit n stands for policy n."""

    value: Value
    surely: int
    perhaps: int
    """Those that surely do too."""


@dataclass(frozen=True, slots=True)
class Class(Generic[Value]):
    """Values of one axis of which somebody's policies say the same."""

    values: tuple[Value, ...]
    """The most ordinary first."""
    surely: int
    """Policies that hold of the first; of the others perhaps only the somebody's."""
    perhaps: int


@dataclass(frozen=True, slots=True)
class Division:
    """The classes of one axis, and the same laid along that axis of a grid."""

    classes: tuple[Class[Any], ...]
    surely: Words
    perhaps: Words


@dataclass
class Axis:
    """Every value of one axis."""

    number: int
    """In `AXES`."""
    values: tuple[Masked[Any], ...]
    """The most ordinary first."""
    size: int
    """How many policies there are."""
    mark: Callable[[Any], int] = field(default=lambda _: 0)
    """Policies that tell a value apart by more than whether they hold of it."""
    _divisions: dict[tuple[int, int], Division] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = self.values[0] if self.values else Masked(None, 0, 0)
        masks = ((each.surely ^ first.surely) | (each.perhaps ^ first.perhaps) for each in self.values)
        self._telling = reduce(or_, masks, 0) | reduce(or_, (self.mark(each.value) for each in self.values), 0)

    @property
    def everywhere(self) -> int:
        """Policies that surely hold of every value."""
        return reduce(lambda found, each: found & each.surely, self.values, -1)

    @property
    def somewhere(self) -> int:
        """Policies that may hold of some value."""
        return reduce(or_, (each.perhaps for each in self.values), 0)

    def divided_by(self, surely: int, perhaps: int) -> Division:
        """Return the values in classes that some policies do not tell apart.

        Args:
            surely: Policies that concern somebody.
            perhaps: Those, and the ones of which it is unknown.
        """
        key = surely & self._telling, perhaps & self._telling
        if key not in self._divisions:
            self._divisions[key] = self._divided(*key)
        return self._divisions[key]

    def _divided(self, surely: int, perhaps: int) -> Division:
        grouped: dict[tuple[int, int, int], list[Masked[Any]]] = {}
        for each in self.values:
            said = each.surely & surely, each.perhaps & perhaps, self.mark(each.value) & perhaps
            grouped.setdefault(said, []).append(each)
        classes = tuple(
            Class(tuple(each.value for each in alike), alike[0].surely, alike[0].perhaps) for alike in grouped.values()
        )
        sure, possible = (
            words([getattr(each, name) for each in classes], self.number, self.size) for name in ("surely", "perhaps")
        )
        return Division(classes, sure, possible)


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


def words(masks: Sequence[int], axis: int, size: int) -> Words:
    """Return sets of policies laid along one axis of a grid.

    Args:
        masks: One set for each class of the axis.
        axis: Its number.
        size: How many policies there are.
    """
    low = (1 << _WORD) - 1
    split = [[(mask >> offset) & low for mask in masks] for offset in range(0, max(size, 1), _WORD)]
    shape = [len(masks) if number == axis else 1 for number in range(len(AXES))]
    return np.array(split, np.uint64).reshape([len(split), *shape])
