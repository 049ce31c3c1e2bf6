"""Where a fault keeps a whole table from being read, and which other tables that touches."""

from collections.abc import Collection, Mapping
from typing import Final

from checks.registry import CATALOGUE, Catalogue, Check, Derived
from scanner.collectors.catalogue import COLLECTORS
from scanner.snapshot.tables import TABLES
from simulator.faults import Fault, FaultKind

PATHS: Final = {
    "organization": "v1.0/organization",
    "subscribed_skus": "v1.0/subscribedSkus",
    "domains": "v1.0/domains",
    "users": "v1.0/users",
    "deleted_users": "v1.0/directory/deletedItems/microsoft.graph.user",
    "domain_federation": "v1.0/domains/*/federationConfiguration",
    "groups": "v1.0/groups",
    "group_members": "v1.0/groups/*/transitiveMembers",
    "role_definitions": "v1.0/roleManagement/directory/roleDefinitions",
    "role_assignments": "v1.0/roleManagement/directory/roleAssignments",
    "role_management_policies": "v1.0/policies/roleManagementPolicyAssignments",
    "security_defaults": "v1.0/policies/identitySecurityDefaultsEnforcementPolicy",
    "conditional_access_policies": "v1.0/identity/conditionalAccess/policies",
    "named_locations": "v1.0/identity/conditionalAccess/namedLocations",
    "authorization_policy": "v1.0/policies/authorizationPolicy",
    "authentication_methods_policy": "v1.0/policies/authenticationMethodsPolicy",
    "authentication_strengths": "v1.0/policies/authenticationStrengthPolicies",
    "cross_tenant_access": "v1.0/policies/crossTenantAccessPolicy/default",
    "conditional_access_settings": "beta/identity/conditionalAccess/settings",
    "activity_timeout_policies": "v1.0/policies/activityBasedTimeoutPolicies",
    "registration_details": "v1.0/reports/authenticationMethods/userRegistrationDetails",
    "authentication_methods": "v1.0/users/*/authentication/methods",
    "inbox_rules": "v1.0/users/*/messageRules",
    "mailboxes": "exchange/Get-Mailbox",
    "recipients": "exchange/Get-Recipient",
    "cas_mailboxes": "exchange/Get-CASMailbox",
    "mailbox_permissions": "exchange/Get-MailboxPermission",
    "transport_rules": "exchange/Get-TransportRule",
    "remote_domains": "exchange/Get-RemoteDomain",
    "outbound_spam_policies": "exchange/Get-HostedOutboundSpamFilterRule",
    "inbound_connectors": "exchange/Get-InboundConnector",
    "outbound_connectors": "exchange/Get-OutboundConnector",
    "organization_config": "exchange/Get-OrganizationConfig",
    "transport_config": "exchange/Get-TransportConfig",
    "authentication_policies": "exchange/Get-AuthenticationPolicy",
    "accepted_domains": "exchange/Get-AcceptedDomain",
    "dkim_signing_configs": "exchange/Get-DkimSigningConfig",
    "anti_phish_policies": "exchange/Get-AntiPhishPolicy",
    "malware_filter_policies": "exchange/Get-MalwareFilterRule",
    "content_filter_policies": "exchange/Get-HostedContentFilterPolicy",
    "safe_links_policies": "exchange/Get-SafeLinksRule",
    "safe_attachment_policies": "exchange/Get-SafeAttachmentPolicy",
    "dns_records": "dns/*",
    "sign_ins": "*/auditLogs/signIns",
    "directory_audits": "v1.0/auditLogs/directoryAudits",
    "applications": "v1.0/applications",
    "service_principals": "v1.0/servicePrincipals",
    "app_role_assignments": "v1.0/servicePrincipals/*/appRoleAssignedTo",
    "oauth2_permission_grants": "v1.0/oauth2PermissionGrants",
    "active_user_detail": "beta/reports/getOffice365ActiveUserDetail(period='D180')",
    "sharing_links": "v1.0/sites/getAllSites",
    "sharepoint_settings": "v1.0/admin/sharepoint/settings",
    "spo_tenant": "sharepoint/SPO.Tenant",
    "per_user_mfa": "beta/users/*/authentication/requirements",
}
"""Of every table for which something is asked."""
OF_THE_LAW_FIRM: Final = (
    (
        "organization",
        "users",
        "sharing_links",
        "mailboxes",
        "transport_rules",
        "inbound_connectors",
        "accepted_domains",
        "transport_config",
        "content_filter_policies",
    ),
    (
        "subscribed_skus",
        "domains",
        "sign_ins",
        "role_management_policies",
        "recipients",
        "mailbox_permissions",
        "outbound_spam_policies",
        "outbound_connectors",
        "dkim_signing_configs",
        "safe_attachment_policies",
        "malware_filter_policies",
    ),
    (
        "security_defaults",
        "conditional_access_policies",
        "inbox_rules",
        "registration_details",
        "cas_mailboxes",
        "remote_domains",
        "organization_config",
        "authentication_policies",
        "anti_phish_policies",
        "safe_links_policies",
    ),
)
"""Tables that the checks of the law firm go by, or that need its licences; one scan can lack those of a line."""
INDEPENDENT: Final = (
    "deleted_users",
    "domain_federation",
    "groups",
    "role_definitions",
    "role_assignments",
    "named_locations",
    "authorization_policy",
    "authentication_methods_policy",
    "authentication_strengths",
    "cross_tenant_access",
    "conditional_access_settings",
    "activity_timeout_policies",
    "directory_audits",
    "applications",
    "service_principals",
    "oauth2_permission_grants",
    "active_user_detail",
    "sharepoint_settings",
)
"""Tables that a small firm without premium licences has, and that are read whatever becomes of the others."""
DEPENDING: Final = ("group_members", "authentication_methods", "per_user_mfa", "app_role_assignments")
"""Tables that are read only where others were."""
OF_THE_DNS: Final = {"dns_records"}
"""Tables that name servers are asked for: they know neither rights nor licences."""
OF_SHAREPOINT_ADMIN: Final = {"spo_tenant"}
"""Tables for which a firm must opt in."""
NEVER_UNLICENSED: Final = {table for table, path in PATHS.items() if path.startswith("exchange/")}
"""Tables of a service that refuses, but never says that a licence is missing: without one there is no way in."""
MADE_OF_OTHERS: Final = {"app_credentials", "sign_in_baselines", "mailbox_audits"}
"""Tables for which nothing is asked."""
KINDS: Final = {
    "denied": FaultKind.FORBIDDEN,
    "unlicensed": FaultKind.UNLICENSED,
    "unavailable": FaultKind.UNAVAILABLE,
    "malformed": FaultKind.NOT_JSON,
}
STATES: Final = {"denied": "denied", "unlicensed": "unlicensed", "unavailable": "failed", "malformed": "failed"}
MENDS: Final = {"denied": "grant:", "unlicensed": "license:", "failed": "rescan"}
"""How what would mend a table begins, by the table's state."""
HELPED: Final = {
    "conditional_access_policies": {"group_members"},
    "groups": {"group_members"},
    "mailboxes": {"mailbox_permissions"},
    "role_assignments": {"group_members"},
    "registration_details": {"authentication_methods"},
    "applications": {"app_credentials"},
    "service_principals": {"app_credentials"},
    "sign_ins": {"sign_in_baselines"},
}
"""Tables that are read without these too, but then say less, or stand in for them."""


def fault(table: str, how: str) -> Fault:
    """Return the fault that keeps a table from being read, in one of the ways of `KINDS`."""
    return Fault(KINDS[how], PATHS[table], times=None)


def touched(table: str) -> set[str]:
    """Return the tables whose state may change when this one cannot be read: itself, and those that need it."""
    needing = {collector.table.name for collector in COLLECTORS if table in collector.needs}
    return {table, *HELPED.get(table, ())}.union(*map(touched, needing))


def tables_of(check: Check | Derived, but: Mapping[str, Collection[str]] = {}) -> set[str]:
    """Return every table that a check looks at, itself or through what is derived for it.

    Args:
        check: A check, or a derived input.
        but: Tables that do not count, by the derived input that looks at them.
    """
    found: set[str] = set()
    for parameter in check.parameters:
        if parameter.name in TABLES:
            found.add(parameter.name)
        elif parameter.name in CATALOGUE.derived_inputs:
            through = tables_of(CATALOGUE.derived_inputs[parameter.name], but)
            found |= through.difference(but.get(parameter.name, ()))
    return found


def checks_of(tables: Collection[str]) -> Catalogue:
    """Return the checks that look at one of the tables; to all others it is the same whether these were read."""
    return CATALOGUE.only(*(check.id for check in CATALOGUE if not tables_of(check).isdisjoint(tables)))
