"""The collectors together: every table once, no more asked than is kept, nothing that could write."""

import pytest

from scanner.collectors.catalogue import AREAS, COLLECTORS
from scanner.collectors.collector import Collector
from scanner.snapshot.tables import TABLES
from scanner.transport.allowlist import AllowList
from scanner.transport.templates import Template

TEMPLATES = [template for collector in COLLECTORS for template in collector.templates]
WRITTEN_BY_ALL = {"watermarks", "unread_objects"}


def name(value: object) -> str:
    return value.table.name if isinstance(value, Collector) else str(value)


def test_every_table_has_one_collector() -> None:
    assert sorted(collector.table.name for collector in COLLECTORS) == sorted(TABLES.keys() - WRITTEN_BY_ALL)


def test_the_areas_are_named_once_each() -> None:
    assert AREAS == ("directory", "policies", "mail", "sign_ins", "sharing")


@pytest.mark.parametrize("collector", COLLECTORS, ids=name)
def test_a_collector_asks_within_its_pack_and_waits_for_tables_that_come_before(collector: Collector) -> None:
    before = [other.table.name for other in COLLECTORS[: COLLECTORS.index(collector)]]

    assert {template.pack for template in collector.templates} == {collector.pack}
    assert {*collector.needs, *collector.after} <= set(before)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: f"{template.endpoint}-{template.top}")
def test_a_template_names_what_it_reads_and_a_permission_that_only_reads(template: Template) -> None:
    assert template.select
    assert len(set(template.select)) == len(template.select)
    assert template.permission.endswith((".Read", ".Read.All"))


def test_no_template_leads_to_content() -> None:
    assert AllowList("https://graph.microsoft.com", TEMPLATES)


def test_the_packs_ask_for_these_permissions() -> None:
    asked = {(str(template.pack), template.permission) for template in TEMPLATES}

    assert asked == {
        ("base", "AuditLog.Read.All"),
        ("base", "Domain.Read.All"),
        ("base", "LicenseAssignment.Read.All"),
        ("base", "Organization.Read.All"),
        ("base", "Policy.Read.All"),
        ("base", "User.Read.All"),
        ("mail", "MailboxSettings.Read"),
        ("files", "Sites.Read.All"),
    }


@pytest.mark.parametrize("secret", ["webUrl", "shareId", "@microsoft.graph.downloadUrl", "content", "mobilePhone"])
def test_addresses_of_links_and_phone_numbers_are_not_even_asked_for(secret: str) -> None:
    assert not [template.endpoint for template in TEMPLATES if secret in template.select]
