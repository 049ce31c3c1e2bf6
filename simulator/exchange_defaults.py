"""What Exchange shows of an organization that never changed a setting.

Source: the defaults that https://learn.microsoft.com/powershell/module/exchangepowershell names, and
https://learn.microsoft.com/defender-office-365/recommended-settings-for-eop-and-office365
"""

from collections.abc import Callable, Sequence
from typing import Final

from simulator.mailbox_defaults import cas_mailboxes, mailboxes, recipients
from simulator.names import stable_uuid
from simulator.tenants import Entity, SimulatedTenant

_ANTI_PHISH: Final[Entity] = {
    "Name": "Office365 AntiPhish Default",
    "Identity": "Office365 AntiPhish Default",
    "IsDefault": True,
    "Enabled": True,
    "RecommendedPolicyType": "Custom",
    "PhishThresholdLevel": 1,
    "EnableTargetedUserProtection": False,
    "EnableTargetedDomainsProtection": False,
    "EnableOrganizationDomainsProtection": False,
    "EnableMailboxIntelligence": True,
    "EnableMailboxIntelligenceProtection": False,
    "EnableSpoofIntelligence": True,
    "HonorDmarcPolicy": True,
    "AuthenticationFailAction": "MoveToJmf",
    "DmarcRejectAction": "Reject",
    "DmarcQuarantineAction": "Quarantine",
    "TargetedUsersToProtect": [],
    "TargetedDomainsToProtect": [],
}
_CONTENT_FILTER: Final[Entity] = {
    "Name": "Default",
    "Identity": "Default",
    "IsDefault": True,
    "RecommendedPolicyType": "Custom",
    "SpamAction": "MoveToJmf",
    "HighConfidenceSpamAction": "MoveToJmf",
    "PhishSpamAction": "MoveToJmf",
    "HighConfidencePhishAction": "Quarantine",
    "BulkSpamAction": "MoveToJmf",
    "BulkThreshold": 7,
    "SpamZapEnabled": True,
    "PhishZapEnabled": True,
    "AllowedSenders": [],
    "AllowedSenderDomains": [],
}
_MALWARE_FILTER: Final[Entity] = {
    "Name": "Default",
    "Identity": "Default",
    "IsDefault": True,
    "RecommendedPolicyType": "Custom",
    "EnableFileFilter": True,
    "FileTypes": ["ace", "apk", "app", "appx", "bat", "cab", "cmd", "com", "exe", "iso", "jar", "js", "lnk", "vbs"],
    "FileTypeAction": "Reject",
    "ZapEnabled": True,
    "QuarantineTag": "AdminOnlyAccessPolicy",
}
_OUTBOUND_SPAM: Final[Entity] = {
    "Name": "Default",
    "Identity": "Default",
    "IsDefault": True,
    "AutoForwardingMode": "Automatic",
    "ActionWhenThresholdReached": "BlockUserForToday",
    "NotifyOutboundSpam": False,
    "NotifyOutboundSpamRecipients": [],
    "RecipientLimitExternalPerHour": 0,
    "RecipientLimitInternalPerHour": 0,
    "RecipientLimitPerDay": 0,
}
_SAFE_ATTACHMENT: Final[Entity] = {
    "Name": "Built-In Protection Policy",
    "Identity": "Built-In Protection Policy",
    "IsBuiltInProtection": True,
    "Enable": True,
    "Action": "Block",
    "Redirect": False,
    "RedirectAddress": "",
    "QuarantineTag": "AdminOnlyAccessPolicy",
}
_SAFE_LINKS: Final[Entity] = {
    "Name": "Built-In Protection Policy",
    "Identity": "Built-In Protection Policy",
    "IsBuiltInProtection": True,
    "EnableSafeLinksForEmail": True,
    "EnableSafeLinksForTeams": True,
    "EnableSafeLinksForOffice": True,
    "EnableForInternalSenders": False,
    "ScanUrls": True,
    "DeliverMessageAfterScan": True,
    "DisableUrlRewrite": True,
    "AllowClickThrough": True,
    "TrackClicks": True,
    "DoNotRewriteUrls": [],
}
_REMOTE_DOMAIN: Final[Entity] = {
    "Name": "Default",
    "DomainName": "*",
    "IsInternal": False,
    "AutoForwardEnabled": True,
    "AutoReplyEnabled": True,
    "AllowedOOFType": "External",
}
_TRANSPORT: Final[Entity] = {
    "Name": "Transport Settings",
    "SmtpClientAuthenticationDisabled": True,
    "AllowLegacyTLSClients": None,
}


def _always(entity: Entity) -> Callable[[SimulatedTenant], list[Entity]]:
    return lambda _tenant: [entity]


def _accepted_domains(tenant: SimulatedTenant) -> list[Entity]:
    return [
        {
            "Name": domain["id"],
            "DomainName": domain["id"],
            "DomainType": "Authoritative",
            "Default": bool(domain.get("isDefault")),
            "InitialDomain": bool(domain.get("isInitial")),
            "MatchSubDomains": False,
            "SendingFromDomainDisabled": False,
        }
        for domain in tenant.domains
        if domain.get("isVerified", True)
    ]


def _dkim_signing_configs(tenant: SimulatedTenant) -> list[Entity]:
    """Return what is signed for the initial domain; other domains get keys only when somebody asks for them."""
    name = _initial_domain(tenant)
    label = name.replace(".", "-")
    keys = {f"Selector{number}CNAME": f"selector{number}-{label}._domainkey.{name}" for number in (1, 2)}
    sizes = {f"Selector{number}KeySize": 2048 for number in (1, 2)}
    return [{"Name": name, "Domain": name, "Enabled": True, "Status": "Valid", "IsDefault": True, **keys, **sizes}]


def _organization_config(tenant: SimulatedTenant) -> list[Entity]:
    return [
        {
            "Name": _initial_domain(tenant),
            "AuditDisabled": False,
            "OAuth2ClientProfileEnabled": True,
            "DefaultAuthenticationPolicy": None,
            "CustomerLockboxEnabled": False,
            "RejectDirectSend": False,
            "MailTipsAllTipsEnabled": True,
            "MailTipsExternalRecipientsTipsEnabled": False,
            "SendFromAliasEnabled": False,
        }
    ]


def _initial_domain(tenant: SimulatedTenant) -> str:
    return next((domain["id"] for domain in tenant.domains if domain.get("isInitial")), tenant.slug)


_DEFAULTS: Final[dict[str, Callable[[SimulatedTenant], list[Entity]]]] = {
    "Get-AcceptedDomain": _accepted_domains,
    "Get-AntiPhishPolicy": _always(_ANTI_PHISH),
    "Get-CASMailbox": cas_mailboxes,
    "Get-DkimSigningConfig": _dkim_signing_configs,
    "Get-HostedContentFilterPolicy": _always(_CONTENT_FILTER),
    "Get-HostedOutboundSpamFilterPolicy": _always(_OUTBOUND_SPAM),
    "Get-Mailbox": mailboxes,
    "Get-MalwareFilterPolicy": _always(_MALWARE_FILTER),
    "Get-OrganizationConfig": _organization_config,
    "Get-Recipient": recipients,
    "Get-RemoteDomain": _always(_REMOTE_DOMAIN),
    "Get-SafeAttachmentPolicy": _always(_SAFE_ATTACHMENT),
    "Get-SafeLinksPolicy": _always(_SAFE_LINKS),
    "Get-TransportConfig": _always(_TRANSPORT),
}
WITH_DEFAULTS: Final = frozenset(_DEFAULTS)
"""Cmdlets that give something in every organization."""


def listed(tenant: SimulatedTenant, cmdlet: str) -> Sequence[Entity]:
    """Return what a cmdlet lists: what the tenant says, else what Microsoft put there."""
    if cmdlet in tenant.exchange or cmdlet not in _DEFAULTS:
        return tenant.exchange.get(cmdlet, [])
    rows = _DEFAULTS[cmdlet](tenant)
    if cmdlet == "Get-OrganizationConfig":  # the one object that Exchange shows without a GUID
        return rows
    return [{"Guid": stable_uuid(tenant.slug, f"{cmdlet} {row['Name']}"), **row} for row in rows]
