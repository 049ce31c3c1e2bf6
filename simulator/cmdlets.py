"""The `Get-` cmdlets of the simulated Exchange, and their parameters.

Source: https://learn.microsoft.com/powershell/module/exchangepowershell
"""

from typing import Final

from simulator.tenants import SimulatedTenant

_IDENTITY: Final = frozenset({"Identity"})
_LISTING: Final = frozenset({"Identity", "ResultSize"})

CMDLETS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            "Get-AdminAuditLogConfig",
            "Get-AntiPhishPolicy",
            "Get-AntiPhishRule",
            "Get-AtpPolicyForO365",
            "Get-AuthenticationPolicy",
            "Get-DkimSigningConfig",
            "Get-ExternalInOutlook",
            "Get-HostedConnectionFilterPolicy",
            "Get-HostedContentFilterPolicy",
            "Get-HostedContentFilterRule",
            "Get-HostedOutboundSpamFilterPolicy",
            "Get-HostedOutboundSpamFilterRule",
            "Get-MalwareFilterPolicy",
            "Get-MalwareFilterRule",
            "Get-OrganizationConfig",
            "Get-OwaMailboxPolicy",
            "Get-SafeAttachmentPolicy",
            "Get-SafeAttachmentRule",
            "Get-SafeLinksPolicy",
            "Get-SafeLinksRule",
            "Get-SharingPolicy",
            "Get-TransportConfig",
        ),
        _IDENTITY,
    ),
    **dict.fromkeys(
        (
            "Get-AcceptedDomain",
            "Get-CASMailbox",
            "Get-Contact",
            "Get-DistributionGroup",
            "Get-EXOMailbox",
            "Get-InboundConnector",
            "Get-MailContact",
            "Get-MailUser",
            "Get-OutboundConnector",
            "Get-RemoteDomain",
            "Get-RoleGroup",
            "Get-TransportRule",
            "Get-UnifiedGroup",
        ),
        _LISTING,
    ),
    "Get-Mailbox": _LISTING | {"RecipientTypeDetails", "SoftDeletedMailbox", "InactiveMailboxOnly"},
    "Get-Recipient": _LISTING | {"RecipientType", "RecipientTypeDetails"},
    "Get-InboxRule": frozenset({"Mailbox", "IncludeHidden", "ResultSize"}),
    "Get-SweepRule": frozenset({"Mailbox"}),
    "Get-MailboxPermission": _LISTING,
    "Get-MailboxFolderPermission": _IDENTITY,
    "Get-RecipientPermission": _LISTING,
}
"""Name → parameters."""
_OF_A_MAILBOX: Final = {
    "Get-InboxRule": "Mailbox",
    "Get-SweepRule": "Mailbox",
    "Get-MailboxPermission": "Identity",
    "Get-MailboxFolderPermission": "Identity",
    "Get-RecipientPermission": "Identity",
}


def mailbox_parameter(cmdlet: str) -> str:
    """Return the parameter that names the mailbox; empty for cmdlets that list the tenant's objects."""
    return _OF_A_MAILBOX.get(cmdlet, "")


def parameters_of(cmdlet: str) -> frozenset[str]:
    """Return what a cmdlet takes."""
    return CMDLETS.get(cmdlet, _LISTING)


def known_to(tenant: SimulatedTenant) -> frozenset[str]:
    """Return every `Get-` cmdlet of a tenant's Exchange: those that come with Defender only where it is licensed."""
    defender = {name for name in CMDLETS if "Safe" in name or "Atp" in name}
    licensed = any(plan.startswith("ATP_ENTERPRISE") for plan in tenant.service_plans)
    return frozenset(CMDLETS.keys() - (set() if licensed else defender)) | tenant.exchange.keys()
