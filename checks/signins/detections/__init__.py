"""The detections, one module per topic; this is their list."""

from itertools import chain
from typing import Final

from checks.signins.detections import approval, credential, distributed, guessing, lockouts, probing, spray
from checks.signins.units import Unit

_MODULES: Final[tuple[tuple[Unit, ...], ...]] = (
    approval.UNITS,
    credential.UNITS,
    distributed.UNITS,
    guessing.UNITS,
    lockouts.UNITS,
    probing.UNITS,
    spray.UNITS,
)

UNITS: Final[tuple[Unit, ...]] = tuple(sorted(chain.from_iterable(_MODULES), key=lambda unit: unit.id))
