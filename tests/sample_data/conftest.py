"""The sample tenants as fixtures."""

import pytest
from sample_files import Sample, load

from simulator.tenants import sample_names


@pytest.fixture(scope="session", params=sample_names())
def sample(request: pytest.FixtureRequest) -> Sample:
    return load(request.param)


@pytest.fixture(scope="session")
def lambert() -> Sample:
    return load("lambert")


@pytest.fixture(scope="session")
def vermeulen() -> Sample:
    return load("vermeulen")
