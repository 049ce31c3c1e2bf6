"""Says which places some are, in the words of the tenant: its named locations before anything else."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from checks.conditional_access.places import Geography, parts
from checks.conditional_access.situations import OTHER, Place

LEGACY_TRUSTED: Final = "legacy_trusted"

Extent = tuple[tuple[str, ...], frozenset[Place]]
"""Labels, and the places that they are together."""


def place_labels(places: Collection[Place], everywhere: Sequence[Extent]) -> tuple[str, ...]:
    """Return labels for places: ids of locations, `legacy_trusted`, `country:BE`; `OTHER` for whatever is left.

    Args:
        places: Some of them.
        everywhere: What has a name, of all places there are.
    """
    wanted = frozenset(places)
    inside = [(labels, extent) for labels, extent in everywhere if extent and extent <= wanted]
    for labels, extent in inside:
        if extent == wanted:
            return labels
    found: set[str] = set()
    left = set(wanted)
    for labels, extent in inside:
        if extent & left:
            found.update(labels)
            left -= extent
    return tuple(sorted(found | {OTHER} if left else found))


def extents(everywhere: Collection[Place], geography: Geography) -> Iterator[Extent]:
    """Return what has a name; among places that are named alike, the larger first."""
    contains = geography.locations.contains
    sharing: dict[Place, set[Place]] = {}
    for place in everywhere:
        for part in parts(place):
            sharing.setdefault(part, set()).add(place)
    named = [
        (
            (location_id,),
            frozenset[Place]().union(*(those for part, those in sharing.items() if contains(location_id, part))),
        )
        for location_id in geography.ids
    ]
    yield from sorted(named, key=lambda extent: (-len(extent[1]), extent[0]))
    yield (LEGACY_TRUSTED,), frozenset(place for place in everywhere if place.is_legacy_trusted)
    for first, alike in geography.countries.items():
        labels = tuple(f"country:{country}" for country in alike)
        yield labels, frozenset(place for place in everywhere if place.country == first)
