"""A simulated tenant for tests of the reader."""

from collections.abc import Callable

import pytest
from reading_kit import a_tenant

from simulator.server import Simulator

CLOCK_SPEED = 200.0


@pytest.fixture
def acme(simulated: Callable[..., Simulator]) -> Simulator:
    """A running simulator that serves `a_tenant()`, time passing 200 times faster."""
    return simulated(a_tenant(), clock_speed=CLOCK_SPEED)
