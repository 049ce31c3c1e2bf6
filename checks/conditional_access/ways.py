"""Says of situations that end alike what a person understands: which apps, from where, past which policies."""

from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, Final

from checks.conditional_access.boxes import Box
from checks.conditional_access.classes import AXES, Class
from checks.conditional_access.concerns import Concern
from checks.conditional_access.grids import MOST_BOXES, Field, Grid
from checks.conditional_access.place_labels import Extent, extents, place_labels
from checks.conditional_access.places import ALL_TRUSTED, LEGACY_TRUSTED, Geography
from checks.conditional_access.rules import Rule
from checks.conditional_access.situations import Access, Place, Values, Way

TOLD: Final = (Access.PASSWORD, Access.UNKNOWN, Access.MANAGED_DEVICE)
_PLACE: Final = AXES.index("place")
_FLOW: Final = AXES.index("flow")

Span = tuple[tuple[Class[Any], ...], ...]
"""Classes of each axis that a box holds."""


class Teller:
    """Tells the ways in of people, given every situation of theirs."""

    def __init__(self, field: Field, geography: Geography, rules: Sequence[Rule]) -> None:
        self._field = field
        self._geography = geography
        self._masks = [{each.value: each for each in axis.values} for axis in field.axes]
        enforced = sum((rule.holds is True) << number for number, rule in enumerate(rules))
        usual = field.stakes["none"]
        self._mfa, self._block = usual.mfa & enforced, usual.block & enforced
        self._about_legacy = sum(
            bool(rule.places.named & {ALL_TRUSTED, LEGACY_TRUSTED}) << number for number, rule in enumerate(rules)
        )
        self._ids = [rule.id for rule in rules]
        self._labels: dict[tuple[bool, frozenset[Place]], tuple[str, ...]] = {}
        self._extents: dict[bool, tuple[Extent, ...]] = {}

    def ways(self, grid: Grid, concern: Concern) -> tuple[Way, ...]:
        """Return the ways in that a grid shows, the password alone first; of each kind at least one."""
        kinds = [access for access in TOLD if access in grid.accesses]
        found: list[Way] = []
        for after, access in enumerate(kinds, start=1 - len(kinds)):
            room = MOST_BOXES - len(found) + after
            found += [self._way(access, box, grid, concern) for box in grid.boxes.get(access, ())[:room]]
        return tuple(found)

    def _way(self, access: Access, box: Box, grid: Grid, concern: Concern) -> Way:
        span = tuple(
            tuple(classes[number] for number in numbers) for numbers, classes in zip(box, grid.axes, strict=True)
        )
        spans: dict[str, Values] = {
            f"{name}s": None if len(inside) == len(classes) else _values(inside)
            for name, inside, classes in zip(AXES, span, grid.axes, strict=True)
            if name != "place"
        }
        return Way(
            access,
            **spans,
            places=self._places(access, span[_PLACE]),
            spared_by=self._named(self._sparing(span, concern)),
            undecided=self._named(self._undecided(span, concern)) if access is Access.UNKNOWN else (),
        )

    def _places(self, access: Access, inside: Collection[Class[Place]]) -> Values:
        """Return labels for the places of some classes, None for all."""
        # whether the trusted addresses of per-user MFA exist is a question of its own
        is_certain = access is not Access.UNKNOWN and self._field.has_doubtful_places
        places, everywhere = (
            frozenset(place for place in those if not (is_certain and place.is_legacy_trusted))
            for those in ((place for each in inside for place in each.values), self._masks[_PLACE])
        )
        if len(places) == len(everywhere):
            return None
        key = is_certain, places
        if key not in self._labels:
            if is_certain not in self._extents:
                self._extents[is_certain] = tuple(extents(everywhere, self._geography))
            self._labels[key] = place_labels(places, self._extents[is_certain])
        return self._labels[key]

    def _sparing(self, span: Span, concern: Concern) -> int:
        """Return the policies that come closest to closing the way: with MFA, else with a block."""
        reached = [self._perhaps(axis, classes) for axis, classes in enumerate(span)]
        for demanding in (self._mfa, self._block):
            missed = {
                number: sum(not mask >> number & 1 for mask in reached) + (concern.spared >> number & 1)
                for number in _bits(demanding & (concern.perhaps | concern.spared))
            }
            closest = min((count for count in missed.values() if count), default=0)
            if closest:
                return sum(1 << number for number, count in missed.items() if count == closest)
        return self._mfa & ~concern.perhaps & reduce(and_, reached)

    def _perhaps(self, axis: int, classes: Collection[Class[Any]]) -> int:
        masks = self._masks[axis]
        return reduce(or_, (masks[value].perhaps for each in classes for value in each.values), 0)

    def _undecided(self, span: Span, concern: Concern) -> int:
        perhaps = reduce(and_, (reduce(or_, (each.perhaps for each in classes)) for classes in span), concern.perhaps)
        surely = reduce(and_, (each.surely for classes in span for each in classes), concern.surely)
        stakes = [self._field.stakes[each.values[0]] for each in span[_FLOW]]
        unknown = reduce(or_, (each.unknown for each in stakes))
        anything = reduce(or_, (each.anything for each in stakes))
        found = perhaps & (unknown | anything & ~surely)
        return found or concern.perhaps & self._about_legacy

    def _named(self, mask: int) -> tuple[str, ...]:
        return tuple(sorted(self._ids[number] for number in _bits(mask)))


def _values(inside: Collection[Class[str]]) -> tuple[str, ...]:
    return tuple(sorted(value for each in inside for value in each.values))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
