"""Exchange's settings: each property in its column, each policy with its rule, nothing assumed in its silence."""

from collections.abc import Iterator

import orjson
import pytest
from simulated_scans import Office, Snapshot, an_office

from scanner.collectors.exchange_rows import as_numbers, as_texts, exchange_shape, pascal_case, selected
from scanner.collectors.mail_flow import COLLECTORS as MAIL_FLOW
from scanner.collectors.mail_protection import COLLECTORS as MAIL_PROTECTION
from scanner.collectors.rows import Unexpected
from scanner.snapshot.ledger import Coverage
from scanner.snapshot.tables.mail_flow import REMOTE_DOMAINS
from simulator.faults import Fault, FaultKind
from simulator.tenants import SimulatedTenant, blank_tenant

TABLES = {collector.table.name for collector in (*MAIL_FLOW, *MAIL_PROTECTION)}
DEFENDER = {"safe_links_policies", "safe_attachment_policies"}
COPYING = {
    "Guid": "t1",
    "Name": "Copies invoices",
    "State": "Enabled",
    "Mode": "Enforce",
    "Priority": 0,
    "BlindCopyTo": ["archive@elsewhere.example"],
    "RedirectMessageTo": None,
    "SetSCL": "-1",
    "SenderDomainIs": ["partner.example"],
    "ExceptIfSentTo": ["an@kantoor.example"],
}
FORWARDING = {"Guid": "o1", "Name": "Forwarding", "Identity": "Forwarding", "AutoForwardingMode": "On"}
DEFAULT = {"Guid": "o0", "Name": "Default", "IsDefault": True, "AutoForwardingMode": "Automatic"}
FOR_BILLING = {
    "Name": "Forwarding",
    "HostedOutboundSpamFilterPolicy": "forwarding",
    "State": "Enabled",
    "Priority": 0,
    "From": ["billing@kantoor.example"],
    "SenderDomainIs": None,
}
FOR_EVERYBODY = {"State": "Enabled", "Priority": 0, "RecipientDomainIs": ["kantoor.example"]}


def a_firm() -> SimulatedTenant:
    tenant = blank_tenant("kantoor", plans=("EXCHANGE_S_STANDARD", "ATP_ENTERPRISE"))
    tenant.exchange = {"Get-TransportRule": [COPYING]}
    return tenant


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(a_firm(), tmp_path_factory.mktemp("firm"), packs=["base", "mail"]) as office:
        yield office


@pytest.fixture(scope="module")
def usual(firm: Office) -> Snapshot:
    """What an organization with one rule of its own gives."""
    return firm.scan(only=["mail"])


@pytest.fixture(scope="module")
def odd(firm: Office, usual: Snapshot) -> Snapshot:
    """What is left where some policies have rules, others lost theirs, and some answers are none."""
    assert usual.manifest
    before = dict(firm.tenant.exchange)
    firm.tenant.exchange |= {
        "Get-HostedOutboundSpamFilterPolicy": [DEFAULT, FORWARDING],
        "Get-HostedOutboundSpamFilterRule": [FOR_BILLING],
        "Get-SafeAttachmentPolicy": [{"Guid": "s1", "Name": "Detonate", "Enable": True, "Action": "Block"}],
        "Get-SafeAttachmentRule": [{"Name": "All", "SafeAttachmentPolicy": "Detonate", **FOR_EVERYBODY}],
        "Get-MalwareFilterRule": [{"Name": "Left behind", "MalwareFilterPolicy": "Removed", "State": "Enabled"}],
        "Get-HostedContentFilterPolicy": [DEFAULT, {"Guid": "c1", "Name": "Strict"}],
        "Get-HostedContentFilterRule": [{"Name": "Of whom?", "HostedContentFilterPolicy": "Stricter"}],
        "Get-OrganizationConfig": [],
        "Get-InboundConnector": [{"Name": "In", "Enabled": True}],
    }
    for cmdlet in ("Get-AntiPhishPolicy", "Get-SafeLinksRule"):
        firm.simulator.faults.add(Fault(FaultKind.FORBIDDEN, f"exchange/{cmdlet}", times=None))
    snapshot = firm.scan(only=["mail"])
    firm.simulator.faults.clear()
    firm.tenant.exchange = before
    return snapshot


@pytest.fixture
def office(firm: Office, usual: Snapshot, odd: Snapshot) -> Iterator[Office]:
    """Give the firm; what a test changes ends with it."""
    assert usual.manifest
    assert odd.manifest
    plans = set(firm.tenant.service_plans)
    yield firm
    firm.tenant.service_plans = plans
    firm.tenant.app.exchange_cmdlets = None
    firm.tenant.subscribed_skus.clear()


def read(office: Office) -> dict[str, Coverage]:
    """Return what the ledger of a new scan says of each of these tables."""
    snapshot = office.scan(only=["mail"])
    return {name: snapshot.coverage(name) for name in TABLES}


def test_an_organization_that_changed_nothing_shows_what_microsoft_put_there(usual: Snapshot) -> None:
    assert {usual.states[name] for name in TABLES} == {"complete"}
    [remote], [outbound] = usual.rows("remote_domains"), usual.rows("outbound_spam_policies")
    assert (remote["domain_name"], remote["auto_forward_enabled"]) == ("*", True)
    assert (outbound["is_default"], outbound["auto_forwarding_mode"]) == (True, "Automatic")
    assert outbound["rule_state"] is None
    [organization] = usual.rows("organization_config")
    assert (organization["id"], organization["audit_disabled"]) == ("kantoor.example", False)
    assert organization["oauth2_client_profile_enabled"] is True
    assert organization["default_authentication_policy"] is None
    assert [row["smtp_client_authentication_disabled"] for row in usual.rows("transport_config")] == [True]
    assert [row["initial_domain"] for row in usual.rows("accepted_domains")] == [True]
    assert [row["selector1_key_size"] for row in usual.rows("dkim_signing_configs")] == [2048]
    assert [row["is_built_in_protection"] for row in usual.rows("safe_links_policies")] == [True]
    assert usual.rows("inbound_connectors") == []


def test_a_transport_rule_keeps_what_it_does_to_mail_and_its_exceptions(usual: Snapshot) -> None:
    [rule] = usual.rows("transport_rules")

    assert rule["blind_copy_to"] == ["archive@elsewhere.example"]
    assert rule["redirect_message_to"] is None
    assert rule["set_scl"] == -1
    assert (rule["state"], rule["mode"], rule["priority"]) == ("Enabled", "Enforce", 0)
    assert rule["sender_domain_is"] == ["partner.example"]
    assert orjson.loads(rule["raw"])["ExceptIfSentTo"] == ["an@kantoor.example"]


def test_a_policy_stands_with_the_rule_that_names_it(odd: Snapshot) -> None:
    default, forwarding = odd.rows("outbound_spam_policies")

    assert (default["id"], default["rule_state"], default["from_senders"]) == ("o0", None, None)
    assert (forwarding["id"], forwarding["auto_forwarding_mode"]) == ("o1", "On")
    assert (forwarding["rule_state"], forwarding["rule_priority"]) == ("Enabled", 0)
    assert forwarding["from_senders"] == ["billing@kantoor.example"]
    assert (forwarding["sender_domain_is"], forwarding["except_if_from"]) == (None, None)
    assert "rule" not in orjson.loads(forwarding["raw"])
    assert odd.coverage("outbound_spam_policies").state == "complete"


def test_a_policy_for_incoming_mail_keeps_for_whom_it_holds(odd: Snapshot) -> None:
    [policy] = odd.rows("safe_attachment_policies")

    assert (policy["action"], policy["rule_state"]) == ("Block", "Enabled")
    assert orjson.loads(policy["rule"])["RecipientDomainIs"] == ["kantoor.example"]


def test_a_rule_without_its_policy_is_a_gap_only_where_a_policy_lacks_its_rule(odd: Snapshot) -> None:
    left_behind, whose = odd.coverage("malware_filter_policies"), odd.coverage("content_filter_policies")

    assert (left_behind.state, left_behind.rows) == ("complete", 1)
    assert (whose.state, whose.rows, whose.reason) == ("partial", 2, "rule_without_policy")


def test_a_policy_is_not_read_without_its_rules_nor_rules_without_policies(odd: Snapshot) -> None:
    coverages = [odd.coverage(name) for name in ("anti_phish_policies", "safe_links_policies")]

    assert [(coverage.state, coverage.rows) for coverage in coverages] == [("denied", 0), ("denied", 0)]
    assert odd.coverage("safe_attachment_policies").state == "complete"


def test_an_answer_without_the_one_object_that_every_organization_has_is_no_answer(odd: Snapshot) -> None:
    coverage = odd.coverage("organization_config")

    assert (coverage.state, coverage.reason) == ("failed", "not_one_object")


def test_an_object_without_its_id_is_not_kept_under_none(odd: Snapshot) -> None:
    coverage = odd.coverage("inbound_connectors")

    assert (coverage.state, coverage.reason, coverage.rows) == ("failed", "key_missing:id", 0)


def test_without_defender_its_tables_are_unlicensed_and_the_others_read(office: Office) -> None:
    office.tenant.service_plans = {"EXCHANGE_S_STANDARD"}

    coverages = read(office)

    assert {name for name, coverage in coverages.items() if coverage.state != "complete"} == DEFENDER
    assert {coverages[name].mend for name in DEFENDER} == {"license:ATP_ENTERPRISE"}
    assert {coverages[name].state for name in DEFENDER} == {"unlicensed"}


@pytest.mark.parametrize(("ended", "state"), [(False, "denied"), (True, "unlicensed")], ids=["in force", "ended"])
def test_a_role_without_the_cmdlets_is_denied_where_a_licence_in_force_brings_them(
    office: Office,
    ended: bool,  # noqa: FBT001 - a parameter
    state: str,
) -> None:
    plan = {"servicePlanId": "p", "servicePlanName": "ATP_ENTERPRISE"}
    status = "Suspended" if ended else "Enabled"
    office.tenant.subscribed_skus[:] = [
        {"id": "s", "skuId": "s", "capabilityStatus": status, "servicePlans": [plan]},
    ]
    office.tenant.app.exchange_cmdlets = {"Get-RemoteDomain", "Get-Mailbox"}

    coverages = read(office)

    assert coverages["remote_domains"].state == "complete"
    assert {coverages[name].state for name in DEFENDER} == {state}
    assert {coverages[name].state for name in TABLES - DEFENDER - {"remote_domains"}} == {"denied"}
    assert coverages["transport_rules"].mend == "grant:Exchange.ManageAsApp"


def test_a_firm_without_exchange_has_no_licence_for_any_of_it(office: Office) -> None:
    office.tenant.service_plans = {"SHAREPOINTSTANDARD"}

    coverages = read(office)

    assert {(coverage.state, coverage.mend) for coverage in coverages.values()} == {
        ("unlicensed", "license:EXCHANGE_S_STANDARD"),
    }


def test_a_list_of_one_may_come_without_its_list_and_an_object_is_kept_whole() -> None:
    assert as_texts([None, "a", ["a", None, "b"], [], {"Domain": "a"}]) == [
        None,
        ["a"],
        ["a", "b"],
        [],
        ['{"Domain":"a"}'],
    ]


def test_a_number_may_come_as_text_but_not_as_a_word() -> None:
    assert as_numbers([None, -1, "-1", "6"]) == [None, -1, -1, 6]
    for value in ("high", True, 1.5):
        with pytest.raises(Unexpected):
            as_numbers([value])


def test_a_column_is_looked_for_in_exchanges_spelling_and_asked_for_by_it() -> None:
    shape = exchange_shape(REMOTE_DOMAINS, {"id": "policy/Guid"}, part="policy")

    assert pascal_case("auto_forward_enabled") == "AutoForwardEnabled"
    assert shape.path("auto_forward_enabled") == "policy/AutoForwardEnabled"
    assert selected(shape, "Identity", "Name", part="policy")[:3] == ("Guid", "Name", "DomainName")
    assert selected(shape, "Identity", "Name", part="policy")[-1] == "Identity"
