"""A tenant's folder and its vault, for every test of stored scans."""

from pathlib import Path

import pytest
from stored_scans import a_tenant

from scanner.snapshot.crypto import Vault


@pytest.fixture
def tenant(tmp_path: Path) -> tuple[Path, Vault]:
    return a_tenant(tmp_path)


@pytest.fixture
def folder(tenant: tuple[Path, Vault]) -> Path:
    return tenant[0]


@pytest.fixture
def vault(tenant: tuple[Path, Vault]) -> Vault:
    return tenant[1]
