"""Every collector, in the order in which the tables are told to a reader."""

from typing import Final

from scanner.collectors import (
    applications,
    audits,
    authentication,
    baselines,
    directory,
    dns_records,
    exchange_mailboxes,
    groups,
    mail,
    mail_flow,
    mail_protection,
    mailbox_audits,
    policies,
    roles,
    sharing,
    sharing_settings,
    sign_ins,
    spo_tenant,
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
    *exchange_mailboxes.COLLECTORS,
    *mail_flow.COLLECTORS,
    *mail_protection.COLLECTORS,
    *dns_records.COLLECTORS,
    *sign_ins.COLLECTORS,
    *baselines.COLLECTORS,
    *audits.COLLECTORS,
    *mailbox_audits.COLLECTORS,
    *applications.COLLECTORS,
    *usage.COLLECTORS,
    *sharing.COLLECTORS,
    *sharing_settings.COLLECTORS,
    *spo_tenant.COLLECTORS,
    *authentication.LAST,
)

AREAS: Final = tuple(dict.fromkeys(collector.area for collector in COLLECTORS))
"""What `--only` can name."""
