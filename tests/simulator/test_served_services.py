"""What the simulated Exchange and SharePoint serve exists there: every property, with its source."""

import json
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from exchange_kit import a_firm
from real_data import facts_folder

from simulator.cmdlets import CMDLETS
from simulator.defaults import SPO_TENANT
from simulator.exchange_defaults import WITH_DEFAULTS, listed
from simulator.generate import generate_tenant
from simulator.tenants import SimulatedTenant, blank_tenant, load_sample, sample_names

FURTHER: Final[dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("exchange_properties.toml").read_text(encoding="utf-8")
)
"""Properties that the reference leaves out."""


@cache
def exchange_section() -> str:
    text = (facts_folder() / "graph.md").read_text(encoding="utf-8")
    return text[text.index("## 5.3") : text.index("## 5.4")]


@cache
def published(cmdlet: str) -> frozenset[str]:
    """Return the properties that the examples and the reference show of what a cmdlet gives."""
    example = facts_folder() / "graph_examples" / f"exo_{cmdlet}.json"
    rows = json.loads(example.read_text(encoding="utf-8")) if example.exists() else []
    lines = [line for line in exchange_section().splitlines() if f"`{cmdlet}`" in line]
    words = {word for line in lines for word in re.findall(r"[A-Z][A-Za-z0-9]+", line)}
    return frozenset({name for row in rows for name in row} | words)


@cache
def settings() -> frozenset[str]:
    (example,) = json.loads((facts_folder() / "graph_examples" / "spo_tenant_rest.json").read_text(encoding="utf-8"))
    return frozenset(example)


def unknown(cmdlet: str, rows: Iterable[dict[str, Any]]) -> set[str]:
    return {
        f"{cmdlet}.{name}"
        for row in rows
        for name in row
        if name not in published(cmdlet) | set(FURTHER.get(cmdlet, []))
    }


@cache
def tenants() -> dict[str, SimulatedTenant]:
    """Return a firm of tests, the samples and a generated one; nothing changes them here."""
    samples = {slug: load_sample(slug) for slug in sample_names()}
    return {"firm": a_firm(), **samples, "generated": generate_tenant(users=120, sign_ins=1, sites=1)}


each_tenant = pytest.mark.parametrize("slug", ["firm", *sample_names(), "generated"])


@each_tenant
def test_every_property_that_a_cmdlet_gives_is_published(slug: str) -> None:
    tenant = tenants()[slug]
    found: set[str] = set()
    for cmdlet, rows in tenant.exchange.items():
        found |= unknown(cmdlet, rows)
    for cmdlet, mailboxes in tenant.exchange_mailboxes.items():
        for held in mailboxes.values():
            found |= unknown(cmdlet, held if isinstance(held, list) else [])

    assert found == set()


def test_every_property_of_what_microsoft_puts_there_is_published() -> None:
    tenant = blank_tenant("kantoor")
    tenant.users.append({"id": "u1", "userPrincipalName": "u1@kantoor.example", "displayName": "One"})
    tenant.inbox_rules["u1"] = []
    rows = {cmdlet: listed(tenant, cmdlet) for cmdlet in WITH_DEFAULTS}

    assert all(rows.values())
    assert set().union(*(unknown(cmdlet, given) for cmdlet, given in rows.items())) == set()
    assert set(SPO_TENANT) - settings() == set()


@each_tenant
def test_every_setting_of_sharepoint_is_published(slug: str) -> None:
    tenant = tenants()[slug]
    assert set(tenant.spo_tenant) - settings() == set()


@each_tenant
def test_every_cmdlet_that_a_tenant_answers_is_known(slug: str) -> None:
    tenant = tenants()[slug]
    assert {*tenant.exchange, *tenant.exchange_mailboxes} - CMDLETS.keys() == set()


def test_the_generated_tenant_gives_the_tests_something_to_look_at() -> None:
    tenant = generate_tenant(users=120, sign_ins=1, sites=1)

    assert len(tenant.exchange["Get-Mailbox"]) > 100
    assert any(rules for rules in tenant.exchange_mailboxes["Get-InboxRule"].values())
    assert tenant.spo_tenant
    assert tenant.dns


def test_an_unpublished_property_is_noticed() -> None:
    assert unknown("Get-RemoteDomain", [{"DomainName": "*", "Invented": 1}]) == {"Get-RemoteDomain.Invented"}


def test_no_further_property_is_published_after_all() -> None:
    assert [
        f"{cmdlet}.{name}" for cmdlet, names in FURTHER.items() for name in names if name in published(cmdlet)
    ] == []
