"""How a report speaks: its language, its clock, and the words for what the store calls by codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from checks.model import Severity, Verdict
from m365_posture.texts import Language, mark, translate
from scanner.snapshot.ledger import TableState
from store.decided import WorkStatus
from store.lifecycle import FindingState, WaiverState

SEVERITIES: Final[Mapping[Severity, str]] = MappingProxyType(
    {
        Severity.CRITICAL: mark("Critical"),
        Severity.HIGH: mark("High"),
        Severity.MEDIUM: mark("Medium"),
        Severity.LOW: mark("Low"),
        Severity.INFO: mark("For information"),
    }
)
VERDICTS: Final[Mapping[Verdict, str]] = MappingProxyType(
    {
        Verdict.PASS: mark("In order"),
        Verdict.FAIL: mark("Not in order"),
        Verdict.NOT_ASSESSED: mark("Not assessed"),
        Verdict.NOT_APPLICABLE: mark("Not applicable"),
        Verdict.ATTESTED: mark("Stated by the firm"),
    }
)
FINDING_STATES: Final[Mapping[FindingState, str]] = MappingProxyType(
    {
        FindingState.NEW: mark("New"),
        FindingState.OPEN: mark("Open"),
        FindingState.NOT_SEEN_SINCE: mark("Open, not seen since"),
        FindingState.FIXED: mark("Fixed"),
        FindingState.RULE_CHANGED: mark("Rule changed"),
        FindingState.STATEMENT_CHANGED: mark("The firm's own statement changed"),
    }
)
UNKNOWN: Final = mark("Could not be judged")
WAIVERS: Final[Mapping[WaiverState, str]] = MappingProxyType(
    {
        WaiverState.IN_FORCE: mark("Accepted by the firm"),
        WaiverState.EXPIRED: mark("Acceptance has expired"),
        WaiverState.LAPSED: mark("Acceptance has lapsed: the situation changed"),
    }
)
WORK: Final[Mapping[WorkStatus, str]] = MappingProxyType(
    {
        WorkStatus.OPEN: mark("To do"),
        WorkStatus.IN_PROGRESS: mark("In progress"),
        WorkStatus.DONE: mark("Said to be done"),
    }
)
STATES: Final[Mapping[TableState, str]] = MappingProxyType(
    {
        TableState.COMPLETE: mark("Read completely"),
        TableState.PARTIAL: mark("Read in part"),
        TableState.DENIED: mark("Not read: access was refused"),
        TableState.UNLICENSED: mark("Not read: a licence is missing"),
        TableState.FAILED: mark("Not read: no usable answer from Microsoft"),
        TableState.SKIPPED: mark("Not asked for"),
        TableState.PURGED: mark("Removed at the end of its retention"),
    }
)
OBJECT_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "user": mark("Account"),
        "inbox_rule": mark("Inbox rule"),
        "sharing_link": mark("Sharing link"),
        "sharing_setting": mark("Sharing setting"),
        "mail_route": mark("Way out for mail"),
        "sign_in_method": mark("Way to sign in"),
        "administrator_right": mark("Administrator right"),
        "exception": mark("Exception"),
        "legacy_sign_in": mark("Older way to sign in"),
        "session_control": mark("Limit of sessions"),
        "risk_policy": mark("Kind of risk"),
        "sign_in_country": mark("Sign-ins from a country, or a setting for places"),
        "tenant": mark("The firm as a whole"),
    }
)
NEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "organization": mark("Details of the organization"),
        "subscribed_skus": mark("Licences"),
        "domains": mark("Domains"),
        "security_defaults": mark("Security defaults"),
        "conditional_access_policies": mark("Conditional Access policies"),
        "users": mark("Accounts"),
        "users.sign_in_activity": mark("Accounts (dates of the last sign-in)"),
        "inbox_rules": mark("Inbox rules"),
        "inbox_rules.hidden_rules": mark("Inbox rules (which of them are hidden)"),
        "mailboxes": mark("Mailboxes and where they forward to"),
        "recipients": mark("Everybody that mail can be sent to by name"),
        "cas_mailboxes": mark("Protocols that open each mailbox"),
        "mailbox_permissions": mark("Who may open whose mailbox"),
        "transport_rules": mark("Mail flow rules"),
        "remote_domains": mark("What may be sent to other domains by itself"),
        "outbound_spam_policies": mark("Policies for outgoing mail and forwarding"),
        "inbound_connectors": mark("Connectors for incoming mail"),
        "outbound_connectors": mark("Connectors for outgoing mail"),
        "organization_config": mark("Exchange settings of the organization"),
        "transport_config": mark("Sending by SMTP with a password"),
        "authentication_policies": mark("Authentication policies of Exchange"),
        "accepted_domains": mark("Domains that Exchange accepts mail for"),
        "dkim_signing_configs": mark("Signing of outgoing mail (DKIM)"),
        "anti_phish_policies": mark("Policies against phishing"),
        "malware_filter_policies": mark("Policies against malware"),
        "content_filter_policies": mark("Policies against spam"),
        "safe_links_policies": mark("Policies for safe links"),
        "safe_attachment_policies": mark("Policies for safe attachments"),
        "dns_records": mark("Public DNS records for mail"),
        "sign_ins": mark("Sign-in log"),
        "sign_ins.beta_properties": mark("Sign-in log (how people proved who they are)"),
        "sign_ins.service_principals": mark("Sign-in log (applications by themselves)"),
        "sign_in_baselines": mark("What is usual for each person's sign-ins"),
        "sharing_links": mark("Sharing links"),
        "sharing_links.changes_since_full_sweep": mark("Sharing links (changes since everything was last read)"),
        "groups": mark("Groups"),
        "group_members": mark("Members of the groups that rights depend on"),
        "role_definitions": mark("Administrator roles"),
        "role_assignments": mark("Holders of administrator roles"),
        "role_assignments.eligible": mark("Holders of administrator roles: who may activate one"),
        "role_management_policies": mark("What activating an administrator role demands"),
        "registration_details": mark("Registered sign-in methods"),
        "authentication_methods": mark("Sign-in methods, person by person"),
        "per_user_mfa": mark("Per-user multifactor authentication"),
        "named_locations": mark("Named locations"),
        "authorization_policy": mark("What users and guests may do by default"),
        "authentication_methods_policy": mark("Policy for sign-in methods"),
        "authentication_strengths": mark("Authentication strengths"),
        "cross_tenant_access": mark("Trust in other tenants"),
        "conditional_access_settings": mark("Conditional Access settings"),
        "activity_timeout_policies": mark("Time-out of idle sessions"),
        "deleted_users": mark("Deleted accounts"),
        "domain_federation": mark("Federated domains"),
        "sharepoint_settings": mark("Sharing settings of the tenant"),
        "spo_tenant": mark("Sharing settings of the SharePoint admin site"),
        "directory_audits": mark("Audit log of the directory"),
        "mailbox_audits": mark("Changes of mailboxes, from imported logs"),
        "applications": mark("Registered applications"),
        "service_principals": mark("Applications that were let in"),
        "app_credentials": mark("Secrets and certificates of applications"),
        "app_role_assignments": mark("Rights of applications by themselves"),
        "oauth2_permission_grants": mark("Rights of applications on behalf of people"),
        "active_user_detail": mark("Use of each product"),
        "active_user_detail.names": mark("Use of each product: by whom"),
        "profile.leavers": mark("The firm's list of people who left"),
        "profile.break_glass": mark("The firm's list of emergency accounts"),
    }
)
LICENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AAD_PREMIUM": "Microsoft Entra ID P1",
        "AAD_PREMIUM_P2": "Microsoft Entra ID P2",
        "ATP_ENTERPRISE": "Microsoft Defender for Office 365",
        "EXCHANGE_S_STANDARD": "Exchange Online",
        "INTUNE_A": "Microsoft Intune",
        "SHAREPOINTSTANDARD": "SharePoint Online",
    }
)
"""Service plan to the name under which it is sold; an unnamed plan is shown as its code."""

_MENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "grant": mark("Grant the scanner's app the permission {name}."),
        "license": mark("It comes with the licence {name}."),
        "pack": mark("Turn on the pack {name} in tenants.toml, if the firm agrees."),
        "state": mark("Let the firm state it: {name} in tenants.toml."),
        "setting": mark("Change the setting {name} of the tenant."),
        "rescan": mark("Scan again."),
        "rescan_full": mark("Scan again with --full: Microsoft does not promise to tell every change."),
        "restore_backup": mark("Put the damaged files back from a backup."),
        "import": mark("Import a file of the unified audit log: `m365-posture signins import`."),
    }
)
_LABELLED: Final = mark("{label}: {value}")
_NO_CURE: Final = mark("This source cannot give it.")


@dataclass(frozen=True, slots=True)
class Wording:
    """The language and the clock of one report."""

    language: Language
    timezone: str
    """IANA name, e.g. `Europe/Brussels`."""

    def text(self, source: str, **values: object) -> str:
        """Return an English source text in the report's language, its `{placeholders}` filled in."""
        translated = translate(source, self.language)
        return translated.format(**values) if values else translated

    def labelled(self, label: str, value: str) -> str:
        """Return a value behind what it is; not every language sets a colon alike."""
        return self.text(_LABELLED, label=label, value=value)

    def local(self, moment: datetime) -> datetime:
        """Return a moment on the firm's clock, naive: spreadsheets know no time zones."""
        return moment.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None, microsecond=0)

    def need(self, need: str) -> str:
        """Return the name of a table or column group; of one without a name, its code."""
        return self.text(NEEDS[need]) if need in NEEDS else need.replace("_", " ").replace(".", ": ")

    def object_type(self, code: str) -> str:
        """Return what kind of thing an object is."""
        return self.text(OBJECT_TYPES[code]) if code in OBJECT_TYPES else code.replace("_", " ")

    def mend(self, code: str, state: TableState) -> str:
        """Return what would mend a gap; "" for what is complete."""
        if state is TableState.COMPLETE:
            return ""
        kind, _, name = code.partition(":")
        if kind not in _MENDS:
            return self.text(_NO_CURE)
        template = _MENDS[kind]
        return self.text(template, name=LICENCES.get(name, name)) if name else self.text(template)


def scan_time(scan_id: str) -> datetime:
    """Return when a scan began (UTC): its id tells."""
    return datetime.strptime(scan_id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
