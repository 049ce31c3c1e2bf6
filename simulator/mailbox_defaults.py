"""What Exchange shows of mailboxes that nobody ever changed: one for each user whose inbox rules are known.

Source: https://learn.microsoft.com/powershell/module/exchangepowershell
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from simulator.names import stable_uuid
from simulator.tenants import Entity, SimulatedTenant

_OWN_ACCESS: Final[Entity] = {
    "User": "NT AUTHORITY\\SELF",
    "AccessRights": ["FullAccess", "ReadPermission"],
    "Deny": False,
    "IsInherited": False,
}
_SENDING: Final = (
    ("forwardTo", "ForwardTo"),
    ("forwardAsAttachmentTo", "ForwardAsAttachmentTo"),
    ("redirectTo", "RedirectTo"),
)
_SWITCHES: Final = (
    ("delete", "DeleteMessage"),
    ("permanentDelete", "SoftDeleteMessage"),
    ("markAsRead", "MarkAsRead"),
    ("stopProcessingRules", "StopProcessingRules"),
)


def owners(tenant: SimulatedTenant) -> list[Entity]:
    """Return the users who have a mailbox."""
    return [user for user in tenant.users if user["id"] in tenant.inbox_rules]


def mailboxes(tenant: SimulatedTenant) -> list[Entity]:
    """Return what `Get-Mailbox` lists."""
    return [_mailbox(user) for user in owners(tenant)]


def cas_mailboxes(tenant: SimulatedTenant) -> list[Entity]:
    """Return what `Get-CASMailbox` lists: every protocol is open, except where the organization closed it."""
    return [
        {
            **_names(user),
            "SmtpClientAuthenticationDisabled": None,
            "PopEnabled": True,
            "ImapEnabled": True,
            "EwsEnabled": None,
            "ActiveSyncEnabled": True,
            "MAPIEnabled": True,
            "OWAEnabled": True,
        }
        for user in owners(tenant)
    ]


def recipients(tenant: SimulatedTenant) -> list[Entity]:
    """Return what `Get-Recipient` lists: nobody but the mailboxes."""
    return [
        {
            **_names(user),
            "Identity": user["id"],
            "Alias": user["userPrincipalName"].partition("@")[0],
            "DistinguishedName": f"CN={user['id']},OU=Microsoft Exchange Hosted Organizations",
            "RecipientTypeDetails": "UserMailbox",
            "ExternalEmailAddress": None,
        }
        for user in owners(tenant)
    ]


def own_access(_tenant: SimulatedTenant, _user: Entity) -> list[Entity]:
    """Return what `Get-MailboxPermission` gives: only the owner may open a mailbox."""
    return [_OWN_ACCESS]


def inbox_rules(tenant: SimulatedTenant, user: Entity) -> list[Entity]:
    """Return what `Get-InboxRule` gives: the rules that Graph shows, none of them hidden."""
    held = tenant.inbox_rules[user["id"]]
    return [_inbox_rule(rule) for rule in held] if isinstance(held, list) else []


_OF_A_MAILBOX: Final[dict[str, Callable[[SimulatedTenant, Entity], list[Entity]]]] = {
    "Get-InboxRule": inbox_rules,
    "Get-MailboxPermission": own_access,
}


def of_mailbox(tenant: SimulatedTenant, cmdlet: str, name: str) -> Sequence[Entity] | None:
    """Return what a cmdlet gives of one mailbox; None where there is no such mailbox, or nothing by itself."""
    if cmdlet not in _OF_A_MAILBOX:
        return None
    user = next((user for user in owners(tenant) if user["userPrincipalName"].casefold() == name.casefold()), None)
    return None if user is None else _OF_A_MAILBOX[cmdlet](tenant, user)


def _names(user: Entity) -> Entity:
    return {
        "ExternalDirectoryObjectId": user["id"],
        "Guid": stable_uuid(user["id"], "mailbox"),
        "Name": user["id"],
        "DisplayName": user.get("displayName"),
        "PrimarySmtpAddress": user.get("mail") or user["userPrincipalName"],
    }


def _mailbox(user: Entity) -> Entity:
    return {
        **_names(user),
        "ExchangeGuid": stable_uuid(user["id"], "exchange"),
        "UserPrincipalName": user["userPrincipalName"],
        "RecipientTypeDetails": "UserMailbox",
        "ForwardingSmtpAddress": None,
        "ForwardingAddress": None,
        "DeliverToMailboxAndForward": False,
        "AuditEnabled": True,
        "HiddenFromAddressListsEnabled": False,
        "GrantSendOnBehalfTo": [],
    }


def _inbox_rule(rule: Entity) -> Entity:
    """Return a rule of Graph as Exchange shows it; its conditions do not matter to anybody who has Graph's."""
    actions: dict[str, Any] = rule.get("actions") or {}
    shown: Entity = {
        "RuleIdentity": int(stable_uuid(rule["id"], "rule").replace("-", "")[:15], 16),
        "Name": rule.get("displayName"),
        "Priority": rule.get("sequence"),
        "Enabled": rule.get("isEnabled"),
        "InError": bool(rule.get("hasError")),
        "MoveToFolder": actions.get("moveToFolder"),
        "CopyToFolder": actions.get("copyToFolder"),
    }
    for graph, exchange in _SENDING:
        addresses = [one["emailAddress"] for one in actions.get(graph, ())]
        shown[exchange] = [f'"{one.get("name")}" [SMTP:{one.get("address")}]' for one in addresses] or None
    return {**shown, **{exchange: bool(actions.get(graph)) for graph, exchange in _SWITCHES}}
