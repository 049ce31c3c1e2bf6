# ruff: noqa: ANN401 - columns of any type
"""Mail that leaves the firm by itself: policies, mailboxes and rules of mail flow."""

from datetime import date
from typing import Any

import pytest
from builders import (
    a_custom_policy,
    a_domain,
    a_mailbox,
    a_profile,
    a_recipient,
    a_snapshot,
    a_transport_rule,
    an_outbound_policy,
)

from checks.engine import evaluate
from checks.mail_targets import targets_in
from checks.model import TrustedForwarding, Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import Coverage, TableState

Row = dict[str, Any]

OUT = "me@personal.example"
CONTACT = a_recipient("Contact", "contact@contoso.example", goes_to=OUT)
COLLEAGUE = a_recipient("Colleague")


def an_agreement(source: str = "user-1@contoso.example", target: str = OUT, **given: Any) -> TrustedForwarding:
    defaults: dict[str, Any] = {"reason": "e-invoicing", "approved_by": "manager", "until": date(2027, 1, 1)}
    return TrustedForwarding(source=source, target=target, **(defaults | given))


def judge(
    *mailboxes: Row, policies: Any = (), rules: Any = (), agreements: Any = (), recipients: Any = (), **how: Any
) -> CheckResult:
    source = a_snapshot(
        mailboxes=mailboxes,
        outbound_spam_policies=policies,
        transport_rules=rules,
        recipients=recipients or [CONTACT, COLLEAGUE],
        **how,
    )
    profile = a_profile(trusted_forwarding=tuple(agreements))
    (result,) = evaluate(source, profile, CATALOGUE.only("EM-04")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only way out."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [
        pytest.param({}, "passes", id="forwards nothing"),
        pytest.param({"forwarding_smtp_address": OUT}, "fails", id="to an address outside"),
        pytest.param({"forwarding_smtp_address": "ME@Personal.EXAMPLE"}, "fails", id="in capitals"),
        pytest.param({"forwarding_smtp_address": "smtp:me@personal.example"}, "fails", id="with its prefix"),
        pytest.param({"forwarding_smtp_address": "bob@contoso.example"}, "passes", id="to an address inside"),
        pytest.param({"forwarding_smtp_address": "SMTP:bob@CONTOSO.example"}, "passes", id="inside, prefixed capitals"),
        pytest.param({"forwarding_smtp_address": "a@claimed.example"}, "fails", id="to a domain that was never proven"),
        pytest.param({"forwarding_smtp_address": "contact@contoso.example"}, "fails", id="to an address of a contact"),
        pytest.param({"forwarding_address": "Contact"}, "fails", id="to a contact outside"),
        pytest.param({"forwarding_address": "contact"}, "fails", id="to a contact, in small letters"),
        pytest.param({"forwarding_address": "CN=Contact,OU=contoso.example"}, "fails", id="to its distinguished name"),
        pytest.param({"forwarding_address": "Colleague"}, "passes", id="to a colleague"),
        pytest.param({"forwarding_address": "Nobody"}, "unknown", id="to a name that nobody has"),
        pytest.param({"forwarding_address": "/o=Ex/ou=x/cn=Contact"}, "fails", id="to a legacy name of a contact"),
        pytest.param({"forwarding_address": "X500:/o=Ex/ou=x/cn=Colleague"}, "passes", id="to one of a colleague"),
        pytest.param({"forwarding_address": "/o=Ex/ou=x/cn=4f1a"}, "unknown", id="to a legacy name of who knows whom"),
        pytest.param({"forwarding_smtp_address": OUT, "forwarding_address": "Colleague"}, "fails", id="to both"),
        pytest.param({"forwarding_smtp_address": "<>"}, "unknown", id="to something that is no name"),
        pytest.param({"forwarding_smtp_address": OUT, "deliver_to_mailbox_and_forward": True}, "fails", id="as a copy"),
    ],
)
def test_a_mailbox_may_not_forward_outside(set_to: Row, expected: str) -> None:
    domains = [a_domain(), a_domain("claimed.example", is_verified=False)]

    assert said(judge(a_mailbox(**set_to), domains=domains)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("UserMailbox", "passes"),
        ("SharedMailbox", "passes"),
        ("MailUniversalDistributionGroup", "unknown"),
        ("GroupMailbox", "unknown"),
        ("DynamicDistributionGroup", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_forward_to_a_group_is_unknown_while_nobody_knows_who_is_in_it(kind: str | None, expected: str) -> None:
    partners = a_recipient("Partners", "partners@contoso.example", recipient_type_details=kind)

    assert said(judge(a_mailbox(forwarding_address="Partners"), recipients=[partners])) == expected


@pytest.mark.parametrize(
    ("mailbox", "agreement", "expected"),
    [
        pytest.param({}, an_agreement(), "passes", id="agreed"),
        pytest.param({}, an_agreement("User-1@Contoso.example", "Me@Personal.example"), "passes", id="in capitals"),
        pytest.param({"user_principal_name": "x"}, an_agreement(), "passes", id="known by its mail address"),
        pytest.param({"primary_smtp_address": "x"}, an_agreement(), "passes", id="known by the name of its account"),
        pytest.param({}, an_agreement(until=date(2026, 11, 23)), "passes", id="until today"),
        pytest.param({}, an_agreement(until=date(2026, 11, 22)), "fails", id="until yesterday"),
        pytest.param({}, an_agreement("bob@contoso.example"), "fails", id="agreed for somebody else"),
        pytest.param({}, an_agreement(target="you@personal.example"), "fails", id="agreed to somebody else"),
        pytest.param(
            {"user_principal_name": None, "primary_smtp_address": "x"},
            an_agreement(),
            "unknown",
            id="of a mailbox unnamed",
        ),
    ],
)
def test_what_the_firm_agreed_to_passes_while_the_agreement_runs(
    mailbox: Row, agreement: TrustedForwarding, expected: str
) -> None:
    assert said(judge(a_mailbox(forwarding_smtp_address=OUT, **mailbox), agreements=[agreement])) == expected


def test_an_agreement_covers_a_forward_by_name_as_well() -> None:
    assert said(judge(a_mailbox(forwarding_address="Contact"), agreements=[an_agreement()])) == "passes"


def test_a_name_of_several_of_whom_some_are_outside_is_unknown() -> None:
    twins = [a_recipient("Twin"), a_recipient("Twin", "twin-2@contoso.example", id="guid-2", goes_to=OUT)]

    assert said(judge(a_mailbox(forwarding_address="Twin"), recipients=twins)) == "unknown"


@pytest.mark.parametrize("state", [TableState.DENIED, TableState.PARTIAL])
@pytest.mark.parametrize(
    ("set_to", "expected"),
    [
        pytest.param({"forwarding_smtp_address": OUT}, "fails", id="an address outside"),
        pytest.param({"forwarding_smtp_address": "bob@contoso.example"}, "unknown", id="one that may be a contact's"),
        pytest.param({"forwarding_address": "Colleague"}, "unknown", id="a name"),
        pytest.param({}, "passes", id="nothing at all"),
    ],
)
def test_without_all_recipients_only_an_address_outside_can_be_judged(
    set_to: Row, expected: str, state: TableState
) -> None:
    assert said(judge(a_mailbox(**set_to), states={"recipients": state})) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(an_outbound_policy(), "passes", id="the default, which blocks"),
        pytest.param(an_outbound_policy(auto_forwarding_mode="Off"), "passes", id="the default, off"),
        pytest.param(an_outbound_policy(auto_forwarding_mode="On"), "fails", id="the default lets everybody forward"),
        pytest.param(an_outbound_policy(auto_forwarding_mode=None), "unknown", id="the default, mode not read"),
        pytest.param(an_outbound_policy(auto_forwarding_mode="New"), "unknown", id="the default, a mode not known"),
        pytest.param(
            an_outbound_policy(auto_forwarding_mode="On", is_default=None), "unknown", id="perhaps the default"
        ),
        pytest.param(a_custom_policy(), "fails", id="a policy for everybody"),
        pytest.param(a_custom_policy(sender_domain_is=["contoso.example"]), "fails", id="a policy for a domain"),
        pytest.param(a_custom_policy(from_member_of=["Sales"]), "fails", id="a policy for a group"),
        pytest.param(a_custom_policy(auto_forwarding_mode="Automatic"), "passes", id="a custom policy that blocks"),
        pytest.param(a_custom_policy(rule_state="Disabled"), "passes", id="a policy whose rule is disabled"),
        pytest.param(
            a_custom_policy(rule_state=None, rule_priority=None),
            "passes",
            id="a policy without a rule holds for nobody",
        ),
        pytest.param(a_custom_policy(rule_state=None), "unknown", id="a rule whose state was not read"),
        pytest.param(a_custom_policy(rule_state="New"), "unknown", id="a rule in a state not known"),
        pytest.param(
            a_custom_policy(from_senders=["user-1@contoso.example"]), "passes", id="for a sender with agreement"
        ),
        pytest.param(a_custom_policy(from_senders=['"U" <USER-1@contoso.example>']), "passes", id="however written"),
        pytest.param(a_custom_policy(from_senders=["user-2@contoso.example"]), "fails", id="for one without"),
        pytest.param(
            a_custom_policy(from_senders=["user-1@contoso.example", "user-2@contoso.example"]), "fails", id="for both"
        ),
        pytest.param(a_custom_policy(from_senders=["User One"]), "unknown", id="for a sender known by name only"),
        pytest.param(a_custom_policy(from_senders=[None]), "unknown", id="for a sender not read"),
        pytest.param(a_custom_policy(from_senders=[]), "fails", id="for an empty list, which is everybody"),
    ],
)
def test_a_policy_may_not_let_mailboxes_forward_outside(policy: Row, expected: str) -> None:
    assert said(judge(policies=[policy], agreements=[an_agreement()])) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param({}, "passes", id="sends nothing anywhere"),
        pytest.param({"redirect_message_to": [OUT]}, "fails", id="redirects outside"),
        pytest.param({"blind_copy_to": [OUT]}, "fails", id="sends a blind copy outside"),
        pytest.param({"copy_to": [OUT]}, "fails", id="sends a copy outside"),
        pytest.param({"add_to_recipients": [OUT]}, "fails", id="adds a recipient outside"),
        pytest.param({"blind_copy_to": ["archive@contoso.example"]}, "passes", id="to the firm's own archive"),
        pytest.param(
            {"blind_copy_to": ["archive@contoso.example", OUT]}, "fails", id="to several, one of them outside"
        ),
        pytest.param({"blind_copy_to": [f"archive@contoso.example; {OUT}"]}, "fails", id="several in one text"),
        pytest.param({"blind_copy_to": [f'"Archive" <{OUT}>']}, "fails", id="with a display name"),
        pytest.param(
            {"blind_copy_to": ['"me@contoso.example" <me@personal.example>']}, "fails", id="a false display name"
        ),
        pytest.param({"blind_copy_to": ['"Bob" [SMTP:me@personal.example]']}, "fails", id="in brackets"),
        pytest.param({"blind_copy_to": ["Contact"]}, "fails", id="to a contact by name"),
        pytest.param({"blind_copy_to": ["Nobody"]}, "unknown", id="to a name that nobody has"),
        pytest.param({"blind_copy_to": ['{"Address":5}']}, "unknown", id="to something of another shape"),
        pytest.param({"blind_copy_to": [None]}, "unknown", id="to somebody not read"),
        pytest.param({"blind_copy_to": []}, "passes", id="to an empty list"),
        pytest.param({"route_message_outbound_connector": "Signatures"}, "passes", id="through a signature service"),
        pytest.param({"blind_copy_to": [OUT], "state": "Disabled"}, "left out", id="disabled"),
        pytest.param({"blind_copy_to": [OUT], "mode": "Audit"}, "left out", id="on trial"),
        pytest.param({"blind_copy_to": [OUT], "mode": "AuditAndNotify"}, "left out", id="on trial, with a notice"),
        pytest.param({"blind_copy_to": [OUT], "state": None}, "unknown", id="perhaps disabled"),
        pytest.param({"blind_copy_to": [OUT], "mode": "New"}, "unknown", id="in a mode not known"),
        pytest.param({"state": None}, "passes", id="perhaps disabled, sends nothing"),
    ],
)
def test_a_rule_of_mail_flow_may_not_send_mail_outside(rule: Row, expected: str) -> None:
    assert said(judge(rules=[a_transport_rule(**rule)])) == expected


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("smtp:a@x.example", ["a@x.example"]),
        ("  SMTP: a@x.example ", ["a@x.example"]),
        ('"Bob; the boss" <a@x.example>', ['"Bob', "a@x.example"]),
        ("a@x.example;b@x.example;", ["a@x.example", "b@x.example"]),
        ('"Bob" [EX:/o=Ex/cn=bob]', ["/o=Ex/cn=bob"]),
        ("Front office", ["Front office"]),
        ("<>", ["<>"]),
        ("", [""]),
        (None, [""]),
    ],
)
def test_a_text_of_exchange_names_whom_it_means(text: str | None, targets: list[str]) -> None:
    assert targets_in(text) == targets


@pytest.mark.parametrize("table", ["mailboxes", "outbound_spam_policies", "transport_rules"])
def test_without_one_of_the_three_it_is_not_assessed(table: str) -> None:
    result = judge(a_mailbox(), states={table: Coverage(TableState.DENIED, mend="grant:Exchange.ManageAsApp")})

    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, [table])


def test_a_firm_whose_domains_were_not_all_read_is_not_assessed() -> None:
    assert judge(a_mailbox(), states={"domains": TableState.PARTIAL}).verdict is Verdict.NOT_ASSESSED


def test_every_way_out_is_named_by_its_kind_and_says_where_it_leads() -> None:
    result = judge(
        a_mailbox("m", forwarding_smtp_address=OUT),
        policies=[a_custom_policy("p", from_senders=["Ann"], sender_domain_is=["contoso.example"], is_default=True)],
        rules=[
            a_transport_rule("r", name=" ", blind_copy_to=[OUT], redirect_message_to=["Contact", "a@contoso.example"])
        ],
    )

    assert {row.object_id: (row.object_name, row.evidence) for row in result.failing} == {
        "mailbox/m": ("Name of m", {"forwards_by": ["mailbox"], "sends_to": [OUT], "for_senders": []}),
        "outbound_spam_policy/p": (
            "Policy p",
            {"forwards_by": ["policy"], "sends_to": [], "for_senders": ["Ann", "contoso.example"]},
        ),
        "transport_rule/r": (
            "r",
            {"forwards_by": ["blindCopyTo", "redirectMessageTo"], "sends_to": ["Contact", OUT], "for_senders": []},
        ),
    }
