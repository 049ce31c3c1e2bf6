"""The detections, one module per topic; this is their list."""

from itertools import chain
from typing import Final

from checks.signins.units import Unit

_MODULES: Final[tuple[tuple[Unit, ...], ...]] = ()

UNITS: Final[tuple[Unit, ...]] = tuple(sorted(chain.from_iterable(_MODULES), key=lambda unit: unit.id))
