"""Every situation of one kind of person at once: what each ends in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from operator import and_, or_
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from checks.conditional_access.classes import AXES, Class, Masked, classes
from checks.conditional_access.demands import Demand
from checks.conditional_access.rules import Rule
from checks.conditional_access.situations import Access, Place, Situation

ACCESSES: Final = tuple(Access)
"""What a cell of a grid holds is an index into this."""

Codes = NDArray[np.uint8]

_TARGET: Final = AXES.index("target")
_PLACE: Final = AXES.index("place")
_FLOW: Final = AXES.index("flow")
_WORD: Final = 64
_CELLS_AT_ONCE: Final = 1 << 20


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
    codes: Codes
    accesses: frozenset[Access]


@dataclass
class Field:
    """Some targets with everything else that makes a situation, and what policies say of each."""

    axes: tuple[tuple[Masked[Any], ...], ...]
    """Values of each axis, in the order of `AXES`."""
    stakes: Mapping[str, Stakes]
    """By flow."""
    has_doubtful_places: bool
    """Whether it is not known if there are trusted addresses of per-user MFA."""
    _grids: dict[tuple[int, int], Grid] = field(default_factory=dict)

    def __post_init__(self) -> None:
        usual, by_code = self.stakes["none"], self.stakes["deviceCodeFlow"]
        whole = reduce(and_, (each.surely for values in self.axes for each in values), -1)
        per_axis = [reduce(or_, (each.perhaps for each in values), 0) for values in self.axes]
        self.reach = reduce(and_, per_axis)
        """Policies that reach some situation."""
        self._blocks = usual.block | by_code.block
        self._whole_blocks = whole & usual.block & by_code.block
        self._whole_mfa = whole & usual.mfa & by_code.mfa
        self._by_code = usual.differing(by_code)

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
        axes = self._classes(surely & self.reach, perhaps & self.reach)
        return (Situation(*(each.values[0] for each in cell)) for cell in product(*axes))

    def _essential(self, surely: int, perhaps: int) -> tuple[int, int]:
        """Return the policies that decide: beside one that is whole, only stronger ones do."""
        if blocked := surely & self._whole_blocks:
            return _lowest(blocked), _lowest(blocked)
        if mfa := surely & self._whole_mfa:
            stronger = _lowest(mfa) | surely & self._blocks
            return stronger, stronger
        return surely, perhaps

    def _classes(self, surely: int, perhaps: int) -> list[tuple[Class[Any], ...]]:
        axes = [classes(values, surely, perhaps) for values in self.axes]
        if perhaps & self._by_code:
            axes[_FLOW] = classes(self.axes[_FLOW], surely, perhaps, lambda flow: flow == "deviceCodeFlow")
        return axes

    def _built(self, surely: int, perhaps: int) -> Grid:
        axes = self._classes(surely, perhaps)
        stakes = [self.stakes[each.values[0]] for each in axes[_FLOW]]
        codes = _codes(axes, stakes, surely, perhaps)
        found = set(np.flatnonzero(np.bincount(codes.ravel(), minlength=len(ACCESSES))).tolist())
        if self.has_doubtful_places:
            found |= self._doubted(axes, codes)
        return Grid(tuple(axes), codes, frozenset(ACCESSES[code] for code in found))

    @staticmethod
    def _doubted(axes: Sequence[tuple[Class[Place], ...]], codes: Codes) -> set[int]:
        """Make the password unknown at addresses that may not exist, and return what else they end in."""
        at_places = np.moveaxis(codes, _PLACE, 0)
        password, unknown = ACCESSES.index(Access.PASSWORD), ACCESSES.index(Access.UNKNOWN)
        found = set[int]()
        for place, cells in zip(axes[_PLACE], at_places, strict=True):
            if not place.values[-1].is_legacy_trusted or not (cells == password).any():
                continue
            found.add(unknown)
            if all(each.is_legacy_trusted for each in place.values):
                cells[cells == password] = unknown
        return found


def _codes(axes: Sequence[Sequence[Class[Any]]], stakes: Sequence[Stakes], surely: int, perhaps: int) -> Codes:
    """Return what each cell ends in; a large grid target by target, for the sake of memory."""
    targets = axes[_TARGET]
    cells = int(np.prod([len(values) for values in axes]))
    if cells > _CELLS_AT_ONCE and len(targets) > 1:
        parts = [_codes([[target], *axes[1:]], stakes, surely, perhaps) for target in targets]
        return np.concatenate(parts)
    return _combined(*_decided(axes, stakes, surely, perhaps))


Decided = tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]


def _decided(axes: Sequence[Sequence[Class[Any]]], stakes: Sequence[Stakes], surely: int, perhaps: int) -> Decided:
    """Return where a policy surely blocks, demands MFA, accepts a device; and where something is unknown."""
    shape = [len(values) for values in axes]
    block, mfa, device, unknown = (np.zeros(shape, np.bool_) for _ in range(4))
    for offset in range(0, max(perhaps.bit_length(), 1), _WORD):
        sure = _all_axes([[each.surely for each in values] for values in axes], surely, offset)
        possible = _all_axes([[each.perhaps for each in values] for values in axes], perhaps, offset)

        def of(name: str, offset: int = offset) -> NDArray[np.uint64]:
            return _along([getattr(each, name) for each in stakes], _FLOW, offset)

        block |= (sure & of("block")) != 0
        mfa |= (sure & of("mfa")) != 0
        device |= (sure & of("device")) != 0
        unknown |= ((possible & of("unknown")) | (possible & ~sure & of("anything"))) != 0
    return block, mfa, device, unknown


def _combined(
    block: NDArray[np.bool_], mfa: NDArray[np.bool_], device: NDArray[np.bool_], unknown: NDArray[np.bool_]
) -> Codes:
    codes = np.full(block.shape, ACCESSES.index(Access.PASSWORD), np.uint8)
    # the strongest last: it wins
    for where, access in (
        (device, Access.MANAGED_DEVICE),
        (unknown, Access.UNKNOWN),
        (mfa, Access.MFA),
        (block, Access.BLOCKED),
    ):
        codes[where] = ACCESSES.index(access)
    return codes


def _all_axes(masks: Sequence[Sequence[int]], start: int, offset: int) -> NDArray[np.uint64]:
    result = _along([start], 0, offset)
    for axis, values in enumerate(masks):
        result = result & _along(values, axis, offset)
    return result


def _along(masks: Sequence[int], axis: int, offset: int) -> NDArray[np.uint64]:
    """Return one word of each mask, laid along an axis of a grid."""
    low = (1 << _WORD) - 1
    words = np.array([(mask >> offset) & low for mask in masks], np.uint64)
    return words.reshape([len(masks) if number == axis else 1 for number in range(len(AXES))])


def _lowest(mask: int) -> int:
    return mask & -mask
