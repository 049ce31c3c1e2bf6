"""The detections, one module per topic; this is their list."""

from itertools import chain
from typing import Final

from checks.signins.detections import (
    accounts,
    approval,
    apps,
    credential,
    device_code,
    distributed,
    guessing,
    legacy,
    lockouts,
    phishing,
    places,
    probing,
    risk,
    sessions,
    spray,
    travel,
    workload,
)
from checks.signins.units import Unit

_MODULES: Final[tuple[tuple[Unit, ...], ...]] = (
    accounts.UNITS,
    approval.UNITS,
    apps.UNITS,
    credential.UNITS,
    device_code.UNITS,
    distributed.UNITS,
    guessing.UNITS,
    legacy.UNITS,
    lockouts.UNITS,
    phishing.UNITS,
    places.UNITS,
    probing.UNITS,
    risk.UNITS,
    sessions.UNITS,
    spray.UNITS,
    travel.UNITS,
    workload.UNITS,
)

UNITS: Final[tuple[Unit, ...]] = tuple(sorted(chain.from_iterable(_MODULES), key=lambda unit: unit.id))
