"""Says which places some are, in the words of the tenant: its named locations before anything else."""

from collections.abc import Collection, Iterator
from typing import Final

from checks.conditional_access.places import Geography
from checks.conditional_access.situations import OTHER, Place

LEGACY_TRUSTED: Final = "legacy_trusted"

Extent = tuple[tuple[str, ...], frozenset[Place]]
"""Labels, and the places that they are together."""


def place_labels(places: Collection[Place], everywhere: Collection[Place], geography: Geography) -> tuple[str, ...]:
    """Return labels for places: ids of locations, `legacy_trusted`, `country:BE`; `OTHER` for whatever is left.

    Args:
        places: Some of them.
        everywhere: All there are.
        geography: What tells them apart.
    """
    wanted = frozenset(places)
    extents = [(labels, extent) for labels, extent in _extents(everywhere, geography) if extent and extent <= wanted]
    for labels, extent in extents:
        if extent == wanted:
            return labels
    found: set[str] = set()
    left = set(wanted)
    for labels, extent in extents:
        if extent & left:
            found.update(labels)
            left -= extent
    return tuple(sorted(found | {OTHER} if left else found))


def _extents(everywhere: Collection[Place], geography: Geography) -> Iterator[Extent]:
    """Return what has a name; among places that are named alike, the larger first."""
    contains = geography.locations.contains
    named = [
        ((location_id,), frozenset(place for place in everywhere if contains(location_id, place)))
        for location_id in geography.ids
    ]
    yield from sorted(named, key=lambda extent: (-len(extent[1]), extent[0]))
    yield (LEGACY_TRUSTED,), frozenset(place for place in everywhere if place.is_legacy_trusted)
    for first, alike in geography.countries.items():
        labels = tuple(f"country:{country}" for country in alike)
        yield labels, frozenset(place for place in everywhere if place.country == first)
