"""Whether ways in, of which at most a few are told, hold everything of another."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from checks.conditional_access.choices import CLIENTS, DEVICES, FLOWS, PLATFORMS, RISKS
from checks.conditional_access.grids import MOST_BOXES
from checks.conditional_access.situations import OTHER, Access

Way = Mapping[str, Any]
"""A way as the prover writes it: `access`, and a list of values or null per axis."""
Span = Mapping[str, frozenset[str]]

_KNOWN: Final = {
    "clients": CLIENTS,
    "platforms": PLATFORMS,
    "sign_in_risks": RISKS,
    "user_risks": RISKS,
    "flows": FLOWS,
    "devices": DEVICES,
}
"""Axes of which every value is known."""
_NAMED: Final = ("targets", "places")
"""Axes whose values are what the policies name, and `OTHER` for the others."""
_AXES: Final = (*_NAMED, *_KNOWN)
_REST: Final = "rest"
"""What surely exists, and no way of a side names."""
_WORST_FIRST: Final = [access.value for access in Access]


def first_beyond(ways: Sequence[Way], others: Sequence[Way]) -> Way | None:
    """Return the first way that surely lets somebody in whom all the others together do not.

    Both are as the prover tells them: of each access the most general ones, which hold everything unless there are
    more than it tells. Then nothing is sure, and None is returned.
    """
    return next((way for way in ways if _is_beyond(way, others)), None)


def have_the_same_spans(ways: Sequence[Way], others: Sequence[Way]) -> bool:
    """Whether either side is told in full, so that comparing tells all, or both tell the same ways."""
    if len(ways) < MOST_BOXES and len(others) < MOST_BOXES:
        return True
    return _spelled(ways) == _spelled(others)


def _spelled(ways: Sequence[Way]) -> list[tuple[object, ...]]:
    return [(way["access"], *(way[axis] for axis in _AXES)) for way in ways]


def _is_beyond(way: Way, others: Sequence[Way]) -> bool:
    """Whether the others, as far as they ask for no more, surely leave out something of a way."""
    asked = _rank(way)
    alike = [other for other in others if _rank(other) <= asked]
    if any(_is_within(way, other) for other in alike):
        return False
    looser = {other["access"] for other in others if _rank(other) > asked}
    # of each kind of way at least one is told, and as many of the first as leave room for that
    if len(alike) >= MOST_BOXES - len(looser):
        return False
    alike = [_with_what_other_may_be(other, way, alike) for other in alike]
    domains = {axis: _domain(axis, way, alike) for axis in _AXES}
    return not _is_covered(_span(way, domains), [_span(other, domains) for other in alike])


def _rank(way: Way) -> int:
    return _WORST_FIRST.index(way["access"])


def _is_within(way: Way, other: Way) -> bool:
    return all(other[axis] is None or (way[axis] is not None and set(way[axis]) <= set(other[axis])) for axis in _AXES)


def _with_what_other_may_be(other: Way, way: Way, others: Sequence[Way]) -> Way:
    """Return one of the others with what a way names and no other does, where the other holds `OTHER`."""
    told = dict(other)
    for axis in _NAMED:
        if other[axis] is not None and OTHER in other[axis]:
            named = {value for each in others for value in each[axis] or ()}
            told[axis] = [*other[axis], *(value for value in way[axis] or () if value not in named)]
    return told


def _domain(axis: str, way: Way, others: Sequence[Way]) -> frozenset[str]:
    """Return the values of an axis that surely exist."""
    if axis in _KNOWN:
        return frozenset(_KNOWN[axis])
    said = [frozenset(other[axis]) for other in others if other[axis] is not None]
    named = frozenset[str]().union(*said)
    # a list is never the whole axis: where one list holds all that is named, something more exists; but what
    # `OTHER` stands for differs from list to list of places
    is_more = named in said and not (axis == "places" and OTHER in named)
    return named | frozenset(way[axis] or ()) | {OTHER} | ({_REST} if is_more else frozenset())


def _span(way: Way, domains: Mapping[str, frozenset[str]]) -> Span:
    return {axis: _values(way, axis, domain) for axis, domain in domains.items()}


def _values(way: Way, axis: str, domain: frozenset[str]) -> frozenset[str]:
    return domain if way[axis] is None else frozenset(way[axis])


def _is_covered(span: Span, others: Sequence[Span]) -> bool:
    """Whether every combination of the values of a span lies in one of the others."""
    if not others:
        return False
    first, rest = others[0], others[1:]
    return all(_is_covered(part, rest) for part in _parts_beyond(span, first))


def _parts_beyond(span: Span, other: Span) -> Iterator[Span]:
    """Yield spans that together hold what is left of a span without another."""
    left = dict(span)
    for axis, values in span.items():
        if beyond := values - other[axis]:
            yield {**left, axis: beyond}
        left[axis] = values & other[axis]
        if not left[axis]:
            return
