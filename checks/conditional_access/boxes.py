"""Covers the cells of a grid that end alike with few, large boxes."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_COVERED: Final = 2**16 - 1
Box = tuple[tuple[int, ...], ...]
"""Classes of each axis, by number; it holds every combination of them."""


def boxes(wanted: Mask) -> Iterator[Box]:
    """Return boxes that together hold exactly the wanted cells, each as large as it can be.

    Begins with the most ordinary cell that is not covered yet: cells of low numbers are.
    """
    if not wanted.size:
        return
    oddness = np.zeros(wanted.shape, np.uint16)
    for axis, size in enumerate(wanted.shape):
        oddness += np.arange(size, dtype=np.uint16).reshape([-1 if each == axis else 1 for each in range(wanted.ndim)])
    np.putmask(oddness, ~wanted, _COVERED)
    while oddness.flat[first := int(oddness.argmin())] != _COVERED:
        cell = [int(number) for number in np.unravel_index(first, wanted.shape)]
        box = _grown(wanted, cell)
        yield box
        cells = np.ix_(*box)
        oddness[cells] = _COVERED


def _grown(wanted: Mask, cell: Sequence[int]) -> Box:
    """Return the box around a cell that cannot be larger: what matters least to a reader grows first.

    The last axis does. Once it has, only those cells of the others count that are wanted all along it.
    """
    box: list[tuple[int, ...]] = []
    for axis in reversed(range(wanted.ndim)):
        others = tuple(cell[:axis])
        numbers = np.flatnonzero(wanted[others])
        wanted = np.all(wanted[..., numbers], axis=-1, keepdims=False)
        box.append(tuple(numbers.tolist()))
    return tuple(reversed(box))
