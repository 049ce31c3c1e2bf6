"""Exchange, SharePoint settings and DNS of a generated tenant: the usual things, one mailbox per member."""

from typing import Any, Final

from simulator.tenants import Entity, SimulatedTenant


def add_mail(tenant: SimulatedTenant) -> None:
    """Give a tenant that has users and inbox rules what Exchange, SharePoint's admin site and the DNS say of it."""
    owners = [user for user in tenant.users if user["id"] in tenant.inbox_rules]
    tenant.exchange = {"Get-Mailbox": [_mailbox(user) for user in owners]}
    tenant.exchange["Get-CASMailbox"] = [
        {"Name": user["userPrincipalName"], "SmtpClientAuthenticationDisabled": None} for user in owners
    ]
    tenant.exchange_mailboxes = {
        "Get-InboxRule": {
            user["userPrincipalName"]: [_inbox_rule(rule) for rule in tenant.inbox_rules[user["id"]]] for user in owners
        },
        "Get-MailboxPermission": {user["userPrincipalName"]: [_OWN_ACCESS] for user in owners},
    }
    tenant.spo_tenant = dict(_SHARING)
    tenant.dns = _zone(tenant.domains[0]["id"], tenant.slug)


_OWN_ACCESS: Final[Entity] = {
    "User": "NT AUTHORITY\\SELF",
    "AccessRights": ["FullAccess", "ReadPermission"],
    "Deny": False,
    "IsInherited": False,
}
_SHARING: Final[Entity] = {
    "SharingCapability": 2,
    "ODBSharingCapability": 2,
    "RequireAnonymousLinksExpireInDays": -1,
    "DefaultSharingLinkType": 3,
    "FileAnonymousLinkType": 1,
    "FolderAnonymousLinkType": 1,
}


def _mailbox(user: Entity) -> Entity:
    name = user["userPrincipalName"]
    return {
        "ExternalDirectoryObjectId": user["id"],
        "UserPrincipalName": name,
        "PrimarySmtpAddress": name,
        "RecipientTypeDetails": "UserMailbox",
        "ForwardingSmtpAddress": None,
        "ForwardingAddress": None,
        "DeliverToMailboxAndForward": False,
        "AuditEnabled": True,
        "HiddenFromAddressListsEnabled": False,
    }


def _inbox_rule(rule: Entity) -> Entity:
    """Return a rule of Graph as Exchange shows it."""
    actions: dict[str, Any] = rule.get("actions") or {}
    shown: Entity = {"Name": rule["displayName"], "Enabled": rule["isEnabled"], "DeleteMessage": False}
    for graph, exchange in (("forwardTo", "ForwardTo"), ("redirectTo", "RedirectTo")):
        addresses = [one["emailAddress"] for one in actions.get(graph, ())]
        shown[exchange] = [f'"{one["name"]}" [SMTP:{one["address"]}]' for one in addresses] or None
    shown["MoveToFolder"] = actions.get("moveToFolder")
    return shown


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
