"""Mailboxes are read from Exchange, one by one where it must be; whatever one of them refuses is named."""

from collections.abc import Iterator
from typing import Any

import pytest
from simulated_scans import Office, Snapshot, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import SimulatedTenant, blank_tenant

PEOPLE = ("an", "bo", "cy", "di")
SELF = {"User": "NT AUTHORITY\\SELF", "AccessRights": ["FullAccess"], "Deny": False, "IsInherited": False}
SPY = {
    "RuleIdentity": 16752869479666417665,
    "Name": ".",
    "Priority": 0,
    "Enabled": True,
    "InError": False,
    "ForwardTo": ['"Spy" [SMTP:spy@evil.example]'],
    "ForwardAsAttachmentTo": None,
    "RedirectTo": None,
    "DeleteMessage": True,
    "SoftDeleteMessage": False,
    "MarkAsRead": False,
}


def upn(name: str) -> str:
    return f"{name}@box.example"


def a_mailbox(name: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    names = {"UserPrincipalName": upn(name), "PrimarySmtpAddress": upn(name), "DisplayName": name.title()}
    return {"ExternalDirectoryObjectId": name, "ExchangeGuid": f"{name}-box", **names, **given}


def a_rule(name: str) -> dict[str, Any]:
    return {"id": f"{name}-rule", "displayName": "Filing", "sequence": 1, "isEnabled": True, "actions": {}}


SEEN = {**SPY, "RuleIdentity": 5, "Name": "Filing", "Priority": 1, "ForwardTo": None, "DeleteMessage": False}
"""The rule of `a_rule` as Exchange shows it."""


def a_firm() -> SimulatedTenant:
    tenant = blank_tenant("box")
    tenant.page_size = 2
    tenant.users = [{"id": name, "userPrincipalName": upn(name), "userType": "Member"} for name in PEOPLE]
    tenant.inbox_rules = {name: [a_rule(name)] for name in PEOPLE}
    nobody = {**a_mailbox("DiscoverySearchMailbox{D9}"), "ExternalDirectoryObjectId": ""}
    tenant.exchange = {
        "Get-Mailbox": [
            a_mailbox("an", ForwardingSmtpAddress="smtp:an@home.example", DeliverToMailboxAndForward=True),
            a_mailbox("bo", ForwardingAddress="Accountant", GrantSendOnBehalfTo=["an"]),
            a_mailbox("cy", ForwardingSmtpAddress="", AuditEnabled=False),
            a_mailbox("di"),
            nobody,
        ],
        "Get-CASMailbox": [
            {"ExternalDirectoryObjectId": "an", "Guid": "1", "SmtpClientAuthenticationDisabled": None},
            {"ExternalDirectoryObjectId": "bo", "Guid": "2", "SmtpClientAuthenticationDisabled": False},
        ],
        "Get-Recipient": [
            {
                "ExternalDirectoryObjectId": "",
                "Guid": "contact",
                "ExchangeGuid": "00000000-0000-0000-0000-000000000000",
                "Name": "Accountant",
                "Identity": "Accountant",
                "RecipientTypeDetails": "MailContact",
                "ExternalEmailAddress": "SMTP:Books@accountant.example",
            }
        ],
    }
    rules = {upn(name): [SEEN] for name in PEOPLE}
    rules[upn("bo")] = [SPY, SEEN, {**SPY, "Name": "Junk E-Mail Rule", "ForwardTo": None, "DeleteMessage": False}]
    tenant.exchange_mailboxes = {"Get-InboxRule": rules, "Get-MailboxPermission": permissions(nobody)}
    return tenant


def permissions(nobody: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    reading = {
        "User": upn("bo"),
        "AccessRights": ["ReadPermission"],
        "Deny": {"IsPresent": False},
        "IsInherited": False,
    }
    opening = {**reading, "AccessRights": "FullAccess"}
    everybody = {upn(name): [SELF] for name in PEOPLE}
    return {**everybody, upn("an"): [SELF, reading, opening], nobody["UserPrincipalName"]: []}


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(a_firm(), tmp_path_factory.mktemp("firm"), packs=["base", "mail"]) as office:
        yield office


@pytest.fixture(scope="module")
def whole(firm: Office) -> Snapshot:
    return firm.scan(only=["mail"])


@pytest.fixture
def office(firm: Office, whole: Snapshot) -> Iterator[Office]:
    """Give the firm with what a test changes of it put back afterwards."""
    assert whole.manifest.scan_id
    before = a_firm()
    yield firm
    firm.simulator.faults.clear()
    firm.tenant.app.exchange_cmdlets, firm.tenant.app.in_role_group = None, True
    firm.tenant.exchange_most = None
    firm.tenant.exchange, firm.tenant.exchange_mailboxes = before.exchange, before.exchange_mailboxes


def by_id(snapshot: Snapshot, table: str, column: str) -> dict[str, Any]:
    return {row["id"]: row[column] for row in snapshot.rows(table)}


@pytest.mark.parametrize("table", ["mailboxes", "recipients", "cas_mailboxes", "mailbox_permissions", "inbox_rules"])
def test_undisturbed_every_table_is_read_whole(table: str, whole: Snapshot) -> None:
    coverage = whole.coverage(table)

    assert (coverage.state, coverage.groups) == ("complete", {})
    assert coverage.rows > 0


def test_a_mailbox_bears_the_id_of_its_user_or_exchanges_own_where_there_is_none(whole: Snapshot) -> None:
    assert set(by_id(whole, "mailboxes", "id")) == {*PEOPLE, "DiscoverySearchMailbox{D9}-box"}


def test_an_address_that_is_forwarded_to_stands_without_its_prefix(whole: Snapshot) -> None:
    found = by_id(whole, "mailboxes", "forwarding_smtp_address")

    assert (found["an"], found["bo"], found["cy"]) == ("an@home.example", None, None)
    assert by_id(whole, "recipients", "external_email_address") == {"contact": "Books@accountant.example"}


def test_what_exchange_leaves_out_of_a_mailbox_is_not_known(whole: Snapshot) -> None:
    assert by_id(whole, "mailboxes", "audit_enabled")["cy"] is False
    assert by_id(whole, "mailboxes", "audit_enabled")["di"] is None
    assert by_id(whole, "cas_mailboxes", "smtp_client_authentication_disabled") == {"an": None, "bo": False}


def test_whoever_may_open_a_mailbox_is_one_row_and_its_owner_is_none(whole: Snapshot) -> None:
    (row,) = whole.rows("mailbox_permissions")

    assert (row["mailbox_id"], row["user"], row["deny"], row["is_inherited"]) == ("an", upn("bo"), False, False)
    assert row["access_rights"] == ["ReadPermission", "FullAccess"]


def test_hidden_rules_are_added_and_all_others_are_known_to_be_visible(whole: Snapshot) -> None:
    rules = {(row["mailbox_id"], row["id"]): row for row in whole.rows("inbox_rules")}

    spy = rules.pop(("bo", "16752869479666417665"))
    assert (spy["is_hidden"], spy["delete"], spy["forward_to"]) == (True, True, ["spy@evil.example"])
    assert {key: row["is_hidden"] for key, row in rules.items()} == {(n, f"{n}-rule"): False for n in PEOPLE}


def test_what_the_role_cannot_do_is_denied_before_any_mailbox_is_asked(office: Office) -> None:
    office.tenant.app.exchange_cmdlets = {"Get-Mailbox"}
    before = len(office.asked("adminapi/beta"))

    snapshot = office.scan(only=["mail"])

    denied = snapshot.coverage("mailbox_permissions")
    assert (denied.state, denied.reason, denied.mend) == (
        "denied",
        "cmdlet_not_exported",
        "grant:Exchange.ManageAsApp",
    )
    group = snapshot.coverage("inbox_rules").groups["hidden_rules"]
    assert (group.state, group.reason) == ("denied", "cmdlet_not_exported")
    assert snapshot.coverage("mailboxes").state == "complete"
    per_mailbox = {"Get-MailboxPermission", "Get-InboxRule"}
    asked = [request for request in office.simulator.requests if request.path.startswith("adminapi/beta")][before:]
    assert not [request for request in asked if request.headers["x-cmdletname"] in per_mailbox]


def test_without_a_role_every_table_of_exchange_says_so_and_graphs_rules_are_read(office: Office) -> None:
    office.tenant.app.in_role_group = False

    snapshot = office.scan(only=["mail"])

    tables = ("mailboxes", "recipients", "cas_mailboxes", "mailbox_permissions")
    assert {snapshot.coverage(table).reason for table in tables} == {"exchange_role_missing"}
    assert {str(snapshot.coverage(table).state) for table in tables} == {"denied"}
    assert snapshot.coverage("inbox_rules").state == "complete"
    assert snapshot.coverage("inbox_rules").groups["hidden_rules"].reason == "exchange_role_missing"


def test_a_mailbox_that_refuses_is_named_and_the_others_are_read(office: Office) -> None:
    refusal = {"error": "refused"}
    held = office.tenant.exchange_mailboxes
    office.tenant.exchange_mailboxes = {
        "Get-InboxRule": {**held["Get-InboxRule"], upn("bo"): refusal},
        "Get-MailboxPermission": {**held["Get-MailboxPermission"], upn("cy"): refusal},
    }

    snapshot = office.scan(only=["mail"])

    permissions = snapshot.coverage("mailbox_permissions")
    assert (permissions.state, permissions.objects_failed) == ("partial", 1)
    rules = snapshot.coverage("inbox_rules")
    assert (rules.state, rules.rows, rules.groups["hidden_rules"].state) == ("complete", 4, "partial")
    assert {row["mailbox_id"]: row["is_hidden"] for row in snapshot.rows("inbox_rules")}["bo"] is None
    assert {(row["table_name"], row["object_id"]) for row in snapshot.rows("unread_objects")} == {
        ("mailbox_permissions", "cy"),
        ("inbox_rules.hidden_rules", "bo"),
    }


def test_an_odd_hidden_rule_spoils_nothing_but_what_is_known_of_its_mailbox(office: Office) -> None:
    held = office.tenant.exchange_mailboxes
    odd = {**SPY, "RuleIdentity": None}
    office.tenant.exchange_mailboxes = {**held, "Get-InboxRule": {**held["Get-InboxRule"], upn("bo"): [odd]}}

    snapshot = office.scan(only=["mail"])

    (unread,) = snapshot.rows("unread_objects")
    assert unread == {"table_name": "inbox_rules.hidden_rules", "object_id": "bo", "reason": "key_missing:id"}
    assert snapshot.coverage("inbox_rules").rows == 4


def test_a_listing_that_exchange_cut_off_is_kept_and_called_partial(office: Office) -> None:
    office.tenant.exchange_most = 1
    office.tenant.exchange = {
        **office.tenant.exchange,
        "Get-InboundConnector": [{"Guid": "i1", "Name": "One"}, {"Guid": "i2", "Name": "Two"}],
        "Get-HostedContentFilterPolicy": [{"Guid": "c1", "Name": "One"}, {"Guid": "c2", "Name": "Two"}],
    }

    snapshot = office.scan(only=["mail"])

    for table in ("mailboxes", "inbound_connectors", "content_filter_policies"):
        coverage = snapshot.coverage(table)
        assert (table, coverage.state, coverage.reason, coverage.rows) == (table, "partial", "listing_cut", 1)
    assert snapshot.coverage("recipients").state == "complete"
    assert {(row["table_name"], row["object_id"], row["reason"]) for row in snapshot.rows("unread_objects")} == {
        ("mailbox_permissions", "an", "listing_cut"),
        ("inbox_rules.hidden_rules", "bo", "listing_cut"),
    }


def test_what_lists_a_thousand_objects_by_default_is_asked_for_all(office: Office, whole: Snapshot) -> None:
    assert whole.states["remote_domains"] == "complete"
    for cmdlet in (
        "Get-AcceptedDomain",
        "Get-InboundConnector",
        "Get-Mailbox",
        "Get-OutboundConnector",
        "Get-RemoteDomain",
        "Get-TransportRule",
    ):
        asked = {request.parameters for request in office.simulator.requests if request.cmdlet == cmdlet}
        assert (cmdlet, asked) == (cmdlet, {("ResultSize",)})


def test_a_listing_that_breaks_off_leaves_no_half_table(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.SERVER_ERROR, "exchange/Get-Mailbox", times=None, skip=1))

    snapshot = office.scan(only=["mail"])

    coverage = snapshot.coverage("mailboxes")
    assert (coverage.state, coverage.rows) == ("failed", 0)
    permissions = snapshot.coverage("mailbox_permissions")
    assert (permissions.state, permissions.reason, permissions.mend) == ("failed", "needs:mailboxes", "rescan")
