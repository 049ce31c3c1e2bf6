"""Which policies hold at which places, for thousands of places at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Self

from checks.conditional_access.classes import Masked
from checks.conditional_access.places import Locations, PlaceChoice, parts
from checks.conditional_access.situations import Place
from checks.json_values import Texts
from checks.three_valued import Answer, any_of


@dataclass(frozen=True, slots=True)
class _Sides:
    """Policies that include and exclude a part of a place: bit n stands for policy n."""

    included: int
    perhaps_included: int
    excluded: int
    perhaps_excluded: int

    @classmethod
    def of(cls, choices: Sequence[PlaceChoice], inside: Mapping[str, Answer]) -> Self:
        masks = []
        for side in ("included", "excluded"):
            answers = [_any_of(getattr(choice, side), inside) for choice in choices]
            masks.append(sum((answer is True) << number for number, answer in enumerate(answers)))
            masks.append(sum((answer is not False) << number for number, answer in enumerate(answers)))
        return cls(*masks)

    def __or__(self, other: Self) -> "_Sides":
        return _Sides(
            self.included | other.included,
            self.perhaps_included | other.perhaps_included,
            self.excluded | other.excluded,
            self.perhaps_excluded | other.perhaps_excluded,
        )


def masked_places(
    places: Iterable[Place], choices: Sequence[PlaceChoice], locations: Locations
) -> tuple[Masked[Place], ...]:
    """Return each place with the policies that hold at it, given the places that each policy chooses.

    Cost:
        One look at each location for each address and each country, not for each combination of them.
    """
    named = frozenset[str]().union(*(choice.named for choice in choices))

    @cache
    def sides(part: Place) -> _Sides:
        return _Sides.of(choices, {location_id: locations.contains(location_id, part) for location_id in named})

    found = []
    for place in places:
        both = reduce(or_, map(sides, parts(place)))
        surely = both.included & ~both.perhaps_excluded
        found.append(Masked(place, surely, both.perhaps_included & ~both.excluded))
    return tuple(found)


def _any_of(named: Texts, inside: Mapping[str, Answer]) -> Answer:
    return any_of([named.or_unknown(answer=False), *(inside[location_id] for location_id in named.known)])
