"""Every collector, in the order in which the tables are told to a reader."""

from typing import Final

from scanner.collectors import (
    authentication,
    directory,
    groups,
    mail,
    policies,
    roles,
    sharing,
    sharing_settings,
    sign_ins,
    tenant_policies,
)
from scanner.collectors.collector import Collector

COLLECTORS: Final[tuple[Collector, ...]] = (
    *directory.COLLECTORS,
    *groups.COLLECTORS,
    *roles.COLLECTORS,
    *policies.COLLECTORS,
    *tenant_policies.COLLECTORS,
    *authentication.COLLECTORS,
    *mail.COLLECTORS,
    *sign_ins.COLLECTORS,
    *sharing.COLLECTORS,
    *sharing_settings.COLLECTORS,
    *authentication.LAST,
)

AREAS: Final = tuple(dict.fromkeys(collector.area for collector in COLLECTORS))
"""What `--only` can name."""
