"""What would make a scan of a tenant fail, as far as can be seen without asking Microsoft."""

import os
from collections.abc import Callable, Iterator
from functools import partial

from m365_posture.channels import check_channels
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.exits import Exit, expected
from m365_posture.keys import TENANT_KEY_FILE, KeyUnusable, MasterKey, TenantKey
from m365_posture.profile import read_leavers
from scanner.transport.clock import SystemClock
from scanner.transport.credentials import TokenSources
from scanner.transport.errors import AuthenticationFailed
from scanner.transport.hosts import resolve


def problems(tenant: TenantConfig, master: MasterKey) -> Iterator[tuple[Exit, str]]:
    """Yield exit code and sentence of each problem, each once.

    Args:
        tenant: Whose configuration is examined.
        master: Must open what is kept of the tenant.
    """
    seen: set[str] = set()
    for examine in _examinations(tenant, master):
        problem = _problem(examine)
        if problem is not None and problem[1] not in seen:
            seen.add(problem[1])
            yield problem


def _examinations(tenant: TenantConfig, master: MasterKey) -> Iterator[Callable[[], object]]:
    if tenant.leavers is not None:
        yield partial(read_leavers, tenant.leavers)
    if tenant.notify_env:
        yield partial(check_channels, tenant, os.environ)
    if (tenant.folder / TENANT_KEY_FILE).exists():
        yield partial(TenantKey.open, tenant.folder, master)
    for pack in tenant.packs:
        yield partial(_credential, tenant, pack)


def _credential(tenant: TenantConfig, pack: str) -> object:
    return TokenSources(tenant, resolve(tenant), SystemClock()).graph(pack)


def _problem(examine: Callable[[], object]) -> tuple[Exit, str] | None:
    try:
        examine()
    except (ConfigError, KeyUnusable, AuthenticationFailed) as error:
        return expected(error)
    return None
