"""Every declared table, by name."""

from typing import Final

from scanner.snapshot.schema import Table
from scanner.snapshot.tables.applications import (
    APP_CREDENTIALS,
    APP_ROLE_ASSIGNMENTS,
    APPLICATIONS,
    OAUTH2_PERMISSION_GRANTS,
    SERVICE_PRINCIPALS,
)
from scanner.snapshot.tables.audits import DIRECTORY_AUDITS, MAILBOX_AUDITS
from scanner.snapshot.tables.authentication import AUTHENTICATION_METHODS, PER_USER_MFA, REGISTRATION_DETAILS
from scanner.snapshot.tables.bookkeeping import UNREAD_OBJECTS, WATERMARKS
from scanner.snapshot.tables.directory import (
    DELETED_USERS,
    DOMAIN_FEDERATION,
    DOMAINS,
    ORGANIZATION,
    SUBSCRIBED_SKUS,
    USERS,
)
from scanner.snapshot.tables.dns import DNS_RECORDS
from scanner.snapshot.tables.groups import GROUP_MEMBERS, GROUPS
from scanner.snapshot.tables.mail import INBOX_RULES
from scanner.snapshot.tables.mail_flow import (
    ACCEPTED_DOMAINS,
    AUTHENTICATION_POLICIES,
    DKIM_SIGNING_CONFIGS,
    INBOUND_CONNECTORS,
    ORGANIZATION_CONFIG,
    OUTBOUND_CONNECTORS,
    OUTBOUND_SPAM_POLICIES,
    REMOTE_DOMAINS,
    TRANSPORT_CONFIG,
    TRANSPORT_RULES,
)
from scanner.snapshot.tables.mail_protection import (
    ANTI_PHISH_POLICIES,
    CONTENT_FILTER_POLICIES,
    MALWARE_FILTER_POLICIES,
    SAFE_ATTACHMENT_POLICIES,
    SAFE_LINKS_POLICIES,
)
from scanner.snapshot.tables.mailboxes import CAS_MAILBOXES, MAILBOX_PERMISSIONS, MAILBOXES, RECIPIENTS
from scanner.snapshot.tables.policies import (
    ACTIVITY_TIMEOUT_POLICIES,
    AUTHENTICATION_METHODS_POLICY,
    AUTHENTICATION_STRENGTHS,
    AUTHORIZATION_POLICY,
    CONDITIONAL_ACCESS_POLICIES,
    CONDITIONAL_ACCESS_SETTINGS,
    CROSS_TENANT_ACCESS,
    NAMED_LOCATIONS,
    SECURITY_DEFAULTS,
)
from scanner.snapshot.tables.roles import ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, ROLE_MANAGEMENT_POLICIES
from scanner.snapshot.tables.sharing import SHAREPOINT_SETTINGS, SHARING_LINKS, SPO_TENANT
from scanner.snapshot.tables.sign_ins import SIGN_IN_BASELINES, SIGN_INS
from scanner.snapshot.tables.usage import ACTIVE_USER_DETAIL

SCHEMA_VERSION: Final = "1.2"
"""`major.minor`: a reader refuses a newer major; a newer minor only adds columns or tables."""

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        ORGANIZATION,
        SUBSCRIBED_SKUS,
        DOMAINS,
        DOMAIN_FEDERATION,
        SECURITY_DEFAULTS,
        CONDITIONAL_ACCESS_POLICIES,
        NAMED_LOCATIONS,
        AUTHORIZATION_POLICY,
        AUTHENTICATION_METHODS_POLICY,
        AUTHENTICATION_STRENGTHS,
        CROSS_TENANT_ACCESS,
        CONDITIONAL_ACCESS_SETTINGS,
        ACTIVITY_TIMEOUT_POLICIES,
        USERS,
        DELETED_USERS,
        GROUPS,
        GROUP_MEMBERS,
        ROLE_DEFINITIONS,
        ROLE_ASSIGNMENTS,
        ROLE_MANAGEMENT_POLICIES,
        REGISTRATION_DETAILS,
        AUTHENTICATION_METHODS,
        PER_USER_MFA,
        INBOX_RULES,
        MAILBOXES,
        RECIPIENTS,
        MAILBOX_PERMISSIONS,
        CAS_MAILBOXES,
        TRANSPORT_RULES,
        REMOTE_DOMAINS,
        OUTBOUND_SPAM_POLICIES,
        INBOUND_CONNECTORS,
        OUTBOUND_CONNECTORS,
        ORGANIZATION_CONFIG,
        TRANSPORT_CONFIG,
        AUTHENTICATION_POLICIES,
        ACCEPTED_DOMAINS,
        DKIM_SIGNING_CONFIGS,
        ANTI_PHISH_POLICIES,
        CONTENT_FILTER_POLICIES,
        MALWARE_FILTER_POLICIES,
        SAFE_LINKS_POLICIES,
        SAFE_ATTACHMENT_POLICIES,
        DNS_RECORDS,
        SIGN_INS,
        SIGN_IN_BASELINES,
        DIRECTORY_AUDITS,
        MAILBOX_AUDITS,
        APPLICATIONS,
        SERVICE_PRINCIPALS,
        APP_CREDENTIALS,
        APP_ROLE_ASSIGNMENTS,
        OAUTH2_PERMISSION_GRANTS,
        ACTIVE_USER_DETAIL,
        SHARING_LINKS,
        SHAREPOINT_SETTINGS,
        SPO_TENANT,
        WATERMARKS,
        UNREAD_OBJECTS,
    )
}
