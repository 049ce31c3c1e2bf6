"""Every collector, in the order in which the tables are told to a reader."""

from typing import Final

from scanner.collectors import (
    applications,
    audits,
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
    usage,
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
    *audits.COLLECTORS,
    *applications.COLLECTORS,
    *usage.COLLECTORS,
    *sharing.COLLECTORS,
    *sharing_settings.COLLECTORS,
    *authentication.LAST,
)

AREAS: Final = tuple(dict.fromkeys(collector.area for collector in COLLECTORS))
"""What `--only` can name."""
