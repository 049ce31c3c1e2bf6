"""Covers the cells of a grid that end alike with few, large boxes."""

from collections.abc import Iterator

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
        box = _grown(wanted, cells[cells.sum(axis=1).argmin()])
        yield box
        left[np.ix_(*box)] = False


def _grown(wanted: Mask, cell: NDArray[np.intp]) -> Box:
    """Return the box around a cell that cannot be larger: what matters least to a reader grows first."""
    box: list[tuple[int, ...]] = [(int(number),) for number in cell]
    for axis in reversed(range(wanted.ndim)):
        within = [tuple(range(wanted.shape[axis])) if other == axis else numbers for other, numbers in enumerate(box)]
        others = tuple(other for other in range(wanted.ndim) if other != axis)
        box[axis] = tuple(map(int, np.flatnonzero(wanted[np.ix_(*within)].all(axis=others))))
    return tuple(box)
