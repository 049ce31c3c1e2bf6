"""The collectors together: every table once, no more asked than is kept, nothing that could write."""

from graphlib import TopologicalSorter

import pytest
from table_faults import MADE_OF_OTHERS, OF_THE_DNS

from scanner.collectors.catalogue import AREAS, COLLECTORS
from scanner.collectors.collector import Collector
from scanner.snapshot.tables import TABLES
from scanner.transport.allowlist import AllowList
from scanner.transport.exchange_guard import ExchangeGuard
from scanner.transport.templates import Cmdlet, Template, TenantSettings

DECLARED = [declared for collector in COLLECTORS for declared in collector.templates]
TEMPLATES = [declared for declared in DECLARED if isinstance(declared, Template)]
CMDLETS = [declared for declared in DECLARED if isinstance(declared, Cmdlet)]
SETTINGS = [declared for declared in DECLARED if isinstance(declared, TenantSettings)]
WRITTEN_BY_ALL = {"watermarks", "unread_objects"}
READ_WHOLE = {
    "beta/reports/getOffice365ActiveUserDetail(period='D180')",
    "beta/users/{user_id}/authentication/requirements",
    "v1.0/admin/reportSettings",
    "v1.0/admin/sharepoint/settings",
    "v1.0/auditLogs/directoryAudits",
    "v1.0/domains/{domain_id}/federationConfiguration",
    "v1.0/identity/conditionalAccess/namedLocations",
    "v1.0/policies/activityBasedTimeoutPolicies",
    "v1.0/policies/authenticationMethodsPolicy",
    "v1.0/policies/authenticationStrengthPolicies",
    "v1.0/policies/authorizationPolicy",
    "v1.0/policies/crossTenantAccessPolicy/default",
    "v1.0/policies/crossTenantAccessPolicy/partners",
    "v1.0/policies/roleManagementPolicyAssignments",
    "v1.0/reports/authenticationMethods/userRegistrationDetails",
    "v1.0/users/{user_id}/authentication/methods",
}
"""Asked without `$select`, so answered whole: policies, settings, reports, methods to sign in, the audit log."""


def name(value: object) -> str:
    return value.table.name if isinstance(value, Collector) else str(value)


def test_every_table_has_one_collector() -> None:
    assert sorted(collector.table.name for collector in COLLECTORS) == sorted(TABLES.keys() - WRITTEN_BY_ALL)


def test_the_areas_are_named_once_each() -> None:
    assert AREAS == (
        "directory",
        "roles",
        "policies",
        "authentication",
        "mail",
        "dns",
        "sign_ins",
        "audits",
        "applications",
        "usage",
        "sharing",
    )


@pytest.mark.parametrize("collector", COLLECTORS, ids=name)
def test_a_collector_asks_within_its_pack(collector: Collector) -> None:
    packs = {declared.pack for declared in collector.templates}

    assert packs == (set() if collector.table.name in MADE_OF_OTHERS | OF_THE_DNS else {collector.pack})


def test_no_table_waits_for_one_that_waits_for_it() -> None:
    first = [collector.table.name for collector in COLLECTORS if not collector.is_last]
    waits = {c.table.name: {*c.needs, *c.after, *c.later, *(first if c.is_last else ())} for c in COLLECTORS}

    order = [*TopologicalSorter(waits).static_order()]

    assert sorted(order) == sorted(collector.table.name for collector in COLLECTORS)


def test_what_is_read_for_the_sake_of_a_table_has_all_that_it_needs_itself() -> None:
    by_name = {collector.table.name: collector for collector in COLLECTORS}
    sources = {name: {*by_name[name].needs, *by_name[name].after, *by_name[name].later} for name in by_name}

    for collector, own in sources.items():
        for source in own:
            assert sources[source] <= own, f"--only with {collector} reads {source} without what that needs"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: f"{template.endpoint}-{template.top}")
def test_a_template_names_what_it_reads_and_a_permission_that_only_reads(template: Template) -> None:
    assert bool(template.select) != (template.endpoint in READ_WHOLE)
    assert len(set(template.select)) == len(template.select)
    assert template.permission.split(".")[1] == "Read"


def test_what_is_read_whole_is_asked_for() -> None:
    assert {template.endpoint for template in TEMPLATES} >= READ_WHOLE


def test_no_template_leads_to_content() -> None:
    assert AllowList("https://graph.microsoft.com", TEMPLATES)


def test_the_packs_ask_for_these_permissions() -> None:
    asked = {(str(declared.pack), declared.permission) for declared in DECLARED}

    assert asked == {
        ("base", "Application.Read.All"),
        ("base", "AuditLog.Read.All"),
        ("base", "Directory.Read.All"),
        ("base", "Domain-InternalFederation.Read.All"),
        ("base", "Domain.Read.All"),
        ("base", "Group.Read.All"),
        ("base", "GroupMember.Read.All"),
        ("base", "LicenseAssignment.Read.All"),
        ("base", "Organization.Read.All"),
        ("base", "Policy.Read.All"),
        ("base", "Policy.Read.ConditionalAccess"),
        ("base", "ReportSettings.Read.All"),
        ("base", "Reports.Read.All"),
        ("base", "RoleAssignmentSchedule.Read.Directory"),
        ("base", "RoleEligibilitySchedule.Read.Directory"),
        ("base", "RoleManagement.Read.Directory"),
        ("base", "SharePointTenantSettings.Read.All"),
        ("base", "User.Read.All"),
        ("base", "UserAuthenticationMethod.Read.All"),
        ("mail", "MailboxSettings.Read"),
        ("mail", "Exchange.ManageAsApp"),
        ("files", "Sites.Read.All"),
        ("sharepoint_admin", "Sites.FullControl.All"),
    }


def test_no_cmdlet_writes_or_leads_to_content() -> None:
    assert ExchangeGuard("https://outlook.office365.com", "t", CMDLETS, is_local=False)
    assert all(cmdlet.name.startswith("Get-") for cmdlet in CMDLETS)


def test_a_cmdlet_names_each_property_once() -> None:
    assert all(len(set(cmdlet.select)) == len(cmdlet.select) > 0 for cmdlet in CMDLETS)


def test_the_right_that_could_write_opens_one_address() -> None:
    (settings,) = SETTINGS

    assert settings.endpoint == "sharepoint/SPO.Tenant"


@pytest.mark.parametrize("secret", ["webUrl", "shareId", "@microsoft.graph.downloadUrl", "content", "mobilePhone"])
def test_addresses_of_links_and_phone_numbers_are_not_even_asked_for(secret: str) -> None:
    assert not [declared.endpoint for declared in DECLARED if secret in declared.select]
