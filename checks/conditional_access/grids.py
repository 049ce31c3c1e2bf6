"""Every situation of one kind of person at once: what each ends in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import compress, islice, product
from operator import and_
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from checks.conditional_access.boxes import Box, boxes
from checks.conditional_access.classes import AXES, Axis, Class, Division, Words, words
from checks.conditional_access.demands import Demand
from checks.conditional_access.rules import Rule
from checks.conditional_access.situations import Access, Place, Situation

ACCESSES: Final = tuple(Access)
"""What a cell of a grid holds is an index into this."""

Codes = NDArray[np.uint8]

_TARGET: Final = AXES.index("target")
_PLACE: Final = AXES.index("place")
_FLOW: Final = AXES.index("flow")
_BESIDE_TARGET_AND_PLACE: Final = tuple(axis for axis in range(len(AXES)) if axis not in {_TARGET, _PLACE})
_CELLS_AT_ONCE: Final = 1 << 18
MOST_BOXES: Final = 5
"""Of each end; nobody reads more ways in than that."""
_NOWHERE: Final = frozenset({Access.UNKNOWN})
"""What sign-ins end in where no place is left to sign in from."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """Which policies demand what: bit n stands for policy n."""

    block: int
    mfa: int
    device: int
    unknown: int

    @classmethod
    def of(cls, rules: Sequence[Rule], flow: str) -> "Stakes":
        """Return what is demanded of sign-ins that are handed over like this."""

        def those(demand: Demand) -> int:
            return sum((rule.demand(flow) is demand) << number for number, rule in enumerate(rules))

        return cls(*map(those, (Demand.BLOCK, Demand.MFA, Demand.MANAGED_DEVICE, Demand.UNKNOWN)))

    def differing(self, other: "Stakes") -> int:
        """Return the policies that demand different things here and there."""
        return (
            self.block ^ other.block | self.mfa ^ other.mfa | self.device ^ other.device | self.unknown ^ other.unknown
        )

    @property
    def anything(self) -> int:
        """Policies that demand something, or may."""
        return self.block | self.mfa | self.device | self.unknown


@dataclass(frozen=True, slots=True)
class Grid:
    """What every situation of one kind of person ends in, one cell for each combination of classes."""

    axes: tuple[tuple[Class[Any], ...], ...]
    """Classes of each axis, in the order of `AXES`."""
    boxes: Mapping[Access, tuple[Box, ...]]
    """Combinations that end alike, of what is told of; the most ordinary ones."""
    by_target: Mapping[str, frozenset[Access]]

    @property
    def accesses(self) -> frozenset[Access]:
        """What all of them end in."""
        return frozenset[Access]().union(*self.by_target.values())


@dataclass
class Field:
    """Some targets with everything else that makes a situation, and what policies say of each."""

    axes: tuple[Axis, ...]
    """In the order of `AXES`."""
    stakes: Mapping[str, Stakes]
    """By flow."""
    has_doubtful_places: bool
    """Whether it is not known if there are trusted addresses of per-user MFA."""
    told: tuple[Access, ...] = ()
    """What boxes are made of."""
    _grids: dict[tuple[int, int], Grid] = field(default_factory=dict)
    _laid: dict[tuple[str, ...], "Laid"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        usual, by_code = self.stakes["none"], self.stakes["deviceCodeFlow"]
        whole = reduce(and_, (axis.everywhere for axis in self.axes))
        self.reach = reduce(and_, (axis.somewhere for axis in self.axes))
        """Policies that reach some situation."""
        self._blocks = usual.block | by_code.block
        self._whole_blocks = whole & usual.block & by_code.block
        self._whole_mfa = whole & usual.mfa & by_code.mfa

    def grid(self, surely: int, perhaps: int) -> Grid:
        """Return the grid of people whom these policies concern.

        Args:
            surely: Policies that do.
            perhaps: Those, and the ones of which it is unknown.
        """
        key = self._essential(surely & self.reach, perhaps & self.reach)
        if key not in self._grids:
            self._grids[key] = self._built(*key)
        return self._grids[key]

    def situations(self, surely: int, perhaps: int) -> Iterator[Situation]:
        """Return one situation of every combination of classes that such people's policies tell apart."""
        divided = self._divided(surely & self.reach, perhaps & self.reach)
        return (Situation(*(each.values[0] for each in cell)) for cell in product(*(axis.classes for axis in divided)))

    def _essential(self, surely: int, perhaps: int) -> tuple[int, int]:
        """Return the policies that decide: beside one that is whole, only stronger ones do."""
        if blocked := surely & self._whole_blocks:
            return _lowest(blocked), _lowest(blocked)
        if mfa := surely & self._whole_mfa:
            stronger = _lowest(mfa) | surely & self._blocks
            return stronger, stronger
        return surely, perhaps

    def _divided(self, surely: int, perhaps: int) -> list[Division]:
        return [axis.divided_by(surely, perhaps) for axis in self.axes]

    def _built(self, surely: int, perhaps: int) -> Grid:
        divided = self._divided(surely, perhaps)
        axes = tuple(each.classes for each in divided)
        codes = self._codes(divided, surely, perhaps)
        present = np.stack([(codes == code).any(axis=_BESIDE_TARGET_AND_PLACE) for code in range(len(ACCESSES))])
        if self.has_doubtful_places:
            _doubt(axes[_PLACE], codes, present)
        by_target: dict[str, frozenset[Access]] = {}
        for target, found in zip(axes[_TARGET], np.moveaxis(present, 1, 0), strict=True):
            by_target |= dict.fromkeys(target.values, frozenset(compress(ACCESSES, found.any(axis=-1))) or _NOWHERE)
        told = {
            access: tuple(islice(boxes(codes == number), MOST_BOXES))
            for number, access in enumerate(ACCESSES)
            if access in self.told and present[number].any()
        }
        return Grid(axes, told, by_target)

    def _codes(self, divided: Sequence[Division], surely: int, perhaps: int) -> Codes:
        """Return what each cell ends in; a large grid target by target, for the sake of memory."""
        stakes = tuple(each.values[0] for each in divided[_FLOW].classes)
        if stakes not in self._laid:
            self._laid[stakes] = Laid.of([self.stakes[flow] for flow in stakes], self.axes[_FLOW].size)
        begin = words([surely], 0, self.axes[_TARGET].size), words([perhaps], 0, self.axes[_TARGET].size)
        others = divided[_TARGET + 1 :]
        sure = reduce(and_, (each.surely for each in others), begin[0])
        possible = reduce(and_, (each.perhaps for each in others), begin[1])
        targets = divided[_TARGET]
        step = max(_CELLS_AT_ONCE // max(sure[0].size, 1), 1)
        parts = [
            self._laid[stakes].combined(
                sure & targets.surely[:, start : start + step], possible & targets.perhaps[:, start : start + step]
            )
            for start in range(0, len(targets.classes), step)
        ]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]


def _doubt(places: Sequence[Class[Place]], codes: Codes, present: NDArray[np.bool_]) -> None:
    """Make the password unknown at addresses of which it is not known whether they exist.

    Args:
        places: Classes of places.
        codes: What every situation ends in; changed where nothing but such addresses is treated so.
        present: By access, target and place: whether some situation ends so.
    """
    password, unknown = ACCESSES.index(Access.PASSWORD), ACCESSES.index(Access.UNKNOWN)
    for number, place in enumerate(places):
        if place.values[-1].is_legacy_trusted:
            present[unknown, :, number] |= present[password, :, number]
        if place.values[0].is_legacy_trusted:
            present[password, :, number] = False
            cells = codes[:, :, number]
            np.copyto(cells, unknown, where=cells == password)


@dataclass(frozen=True, slots=True)
class Laid:
    """What policies demand, laid along the flows of a grid."""

    block: Words
    mfa: Words
    device: Words
    unknown: Words
    anything: Words

    @classmethod
    def of(cls, stakes: Sequence[Stakes], size: int) -> Self:
        """Return the demands of each class of flows.

        Args:
            stakes: One for each class.
            size: How many policies there are.
        """
        names = ("block", "mfa", "device", "unknown", "anything")
        return cls(*(words([getattr(each, name) for each in stakes], _FLOW, size) for name in names))

    def combined(self, surely: Words, perhaps: Words) -> Codes:
        """Return what each cell ends in, given the policies that apply in it."""
        codes = np.full(surely.shape[1:], ACCESSES.index(Access.PASSWORD), np.uint8)
        undecided = (perhaps & self.unknown) | (perhaps & ~surely & self.anything)
        # the strongest last: it wins
        for applying, access in (
            (surely & self.device, Access.MANAGED_DEVICE),
            (undecided, Access.UNKNOWN),
            (surely & self.mfa, Access.MFA),
            (surely & self.block, Access.BLOCKED),
        ):
            np.copyto(codes, ACCESSES.index(access), where=(applying != 0).any(axis=0))
        return codes


def _lowest(mask: int) -> int:
    return mask & -mask
