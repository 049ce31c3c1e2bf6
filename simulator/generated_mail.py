"""Exchange, SharePoint settings and DNS of a generated tenant: the usual things, one mailbox per member."""

from typing import Any, Final

from simulator.mailbox_defaults import cas_mailboxes, inbox_rules, mailboxes, own_access, owners, recipients
from simulator.tenants import Entity, SimulatedTenant


def add_mail(tenant: SimulatedTenant) -> None:
    """Give a tenant that has users and inbox rules what Exchange, SharePoint's admin site and the DNS say of it."""
    tenant.exchange = {
        "Get-Mailbox": mailboxes(tenant),
        "Get-CASMailbox": cas_mailboxes(tenant),
        "Get-Recipient": recipients(tenant),
    }
    tenant.exchange_mailboxes = {
        "Get-InboxRule": {user["userPrincipalName"]: inbox_rules(tenant, user) for user in owners(tenant)},
        "Get-MailboxPermission": {user["userPrincipalName"]: own_access(tenant, user) for user in owners(tenant)},
    }
    tenant.spo_tenant = dict(_SHARING)
    tenant.dns = _zone(tenant.domains[0]["id"], tenant.slug)


_SHARING: Final[Entity] = {
    "SharingCapability": 2,
    "ODBSharingCapability": 2,
    "RequireAnonymousLinksExpireInDays": -1,
    "DefaultSharingLinkType": 3,
    "FileAnonymousLinkType": 1,
    "FolderAnonymousLinkType": 1,
}


def _zone(domain: str, slug: str) -> dict[str, dict[str, Any]]:
    label = domain.replace(".", "-")
    keys = {n: f"selector{n}-{label}._domainkey.{slug}.onmicrosoft.example" for n in (1, 2)}
    return {
        domain: {
            "MX": [f"0 {label}.mail.protection.outlook.example"],
            "TXT": ["v=spf1 include:spf.protection.outlook.example -all"],
        },
        f"_dmarc.{domain}": {"TXT": ["v=DMARC1; p=quarantine"]},
        "spf.protection.outlook.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 -all"]},
        **{f"selector{n}._domainkey.{domain}": {"CNAME": [key]} for n, key in keys.items()},
        **{key: {"TXT": ["v=DKIM1; k=rsa; p=MIIB"]} for key in keys.values()},
    }
