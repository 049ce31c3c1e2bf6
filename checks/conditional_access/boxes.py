"""Covers the cells of a grid that end alike with few, large boxes."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Box = tuple[tuple[int, ...], ...]
"""Classes of each axis, by number; it holds every combination of them."""


def boxes(wanted: Mask) -> Iterator[Box]:
    """Return boxes that together hold exactly the wanted cells, each as large as it can be.

    Begins with the most ordinary cell that is not covered yet: cells of low numbers are.
    """
    left = wanted.copy()
    while left.any():
        cells = np.argwhere(left)
        first = cells.sum(axis=1).argmin()
        box = _grown(wanted, cells[first].tolist())
        yield box
        covered = np.ix_(*box)
        left[covered] = False


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
