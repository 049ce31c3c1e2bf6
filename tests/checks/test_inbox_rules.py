# ruff: noqa: ANN401, FBT001 - columns of any type, answers as parameters
import json
from datetime import date
from typing import Any

import pytest
from builders import a_domain, a_profile, a_rule, a_snapshot, a_user

from checks.derived import Addresses
from checks.engine import evaluate
from checks.model import TrustedForwarding, Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState


def judge(*rules: dict[str, Any], users: Any = None, agreements: Any = (), **how: Any) -> CheckResult:
    source = a_snapshot(users=users or [a_user("user-1")], inbox_rules=rules, **how)
    profile = a_profile(trusted_forwarding=tuple(agreements))
    (result,) = evaluate(source, profile, CATALOGUE.only("EM-05")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only rule."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes"


OUT = {"forwardTo": ["me@personal.example"]}
MONEY = {"subjectContains": ["Factuur"]}
LUNCH = {"subjectContains": ["lunch"]}
NEWS = {"senderContains": ["news@paper.example"]}
BANK = {"fromAddresses": [{"emailAddress": {"address": "cards@bank.example"}}]}
PAPER = {"fromAddresses": [{"emailAddress": {"address": "news@paper.example"}}]}
DELETES = {"delete": True}
DESTROYS = {"permanentDelete": True}
MARKS = {"markAsRead": True}
FILES = {"moveToFolder": "AAMk="}


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        pytest.param({}, "passes", id="a rule that does nothing of the kind"),
        pytest.param(OUT, "fails", id="forwards outside"),
        pytest.param({"forwardAsAttachmentTo": ["me@personal.example"]}, "fails", id="forwards outside, attached"),
        pytest.param({"redirectTo": ["me@personal.example"]}, "fails", id="redirects outside"),
        pytest.param({"forwardTo": ["bob@contoso.example"]}, "passes", id="forwards to a colleague"),
        pytest.param({"forwardTo": ["Bob@CONTOSO.example"]}, "passes", id="however it is written"),
        pytest.param({"forwardTo": ["bob@mail.contoso.example"]}, "passes", id="to a subdomain of the firm's own"),
        pytest.param({"forwardTo": ["bob@notcontoso.example"]}, "fails", id="to a domain that only ends alike"),
        pytest.param({"forwardTo": ["bob@contoso.example.evil.example"]}, "fails", id="to one that begins alike"),
        pytest.param({"forwardTo": ["bob@contoso.example@evil.example"]}, "fails", id="to an address with two domains"),
        pytest.param({"forwardTo": ["a@claimed.example"]}, "fails", id="to a domain claimed and never proven"),
        pytest.param({"forwardTo": ["a@undecided.example"]}, "unknown", id="to a domain not known to be proven"),
        pytest.param({"forwardTo": ["/o=ExchangeLabs/cn=Recipients/cn=bob"]}, "unknown", id="to a legacy name"),
        pytest.param({"forwardTo": [{"emailAddress": {"name": "Bob"}}]}, "unknown", id="to a name without address"),
        pytest.param({"forwardTo": [{}]}, "unknown", id="to a recipient without anything"),
        pytest.param({"forwardTo": ["bob@contoso.example", "me@personal.example"]}, "fails", id="to both"),
        pytest.param({"forwardTo": ["/o=Ex/cn=b", "me@personal.example"]}, "fails", id="surely outside and perhaps"),
        pytest.param({"copyToFolder": "AAMk="}, "passes", id="copies to a folder"),
    ],
)
def test_a_rule_may_not_send_mail_outside(actions: dict[str, Any], expected: str) -> None:
    domains = [
        a_domain(),
        a_domain("claimed.example", is_verified=False),
        a_domain("undecided.example", is_verified=None),
    ]

    assert said(judge(a_rule(actions=actions, conditions=LUNCH), domains=domains)) == expected


@pytest.mark.parametrize(
    ("actions", "conditions", "expected"),
    [
        pytest.param({"delete": True}, MONEY, "fails", id="deletes invoices"),
        pytest.param({"permanentDelete": True}, MONEY, "fails", id="destroys invoices"),
        pytest.param({"markAsRead": True}, MONEY, "fails", id="marks invoices as read"),
        pytest.param({"moveToFolder": "AAMk="}, MONEY, "unknown", id="files invoices in a folder not known"),
        pytest.param({"moveToFolder": "AAMk=", "delete": True}, MONEY, "fails", id="files and deletes them"),
        pytest.param({"moveToFolder": "AAMk="}, LUNCH, "passes", id="files other mail"),
        pytest.param({"delete": True}, LUNCH, "passes", id="deletes other mail"),
        pytest.param({"delete": False}, MONEY, "passes", id="does not delete invoices"),
        pytest.param({"delete": True}, None, "unknown", id="deletes, on conditions that were not read"),
        pytest.param({"moveToFolder": "AAMk="}, None, "unknown", id="files, on conditions that were not read"),
        pytest.param({}, None, "passes", id="does nothing, on conditions that were not read"),
        pytest.param({"delete": True}, {"bodyContains": ["IBAN"]}, "fails", id="a word of the body"),
        pytest.param({"delete": True}, {"bodyOrSubjectContains": ["uw IBAN:"]}, "fails", id="a word among others"),
        pytest.param({"delete": True}, {"headerContains": ["Subject: factuur"]}, "fails", id="a word in a header"),
        pytest.param({"delete": True}, {"senderContains": ["factuur"]}, "unknown", id="a word in the sender's name"),
        pytest.param({"markAsRead": True}, {"senderContains": ["@bank.example"]}, "unknown", id="marks mail of a bank"),
        pytest.param({"moveToFolder": "AAMk="}, {"senderContains": ["@bank.example"]}, "passes", id="files it"),
        pytest.param({"delete": True}, BANK, "unknown", id="deletes mail from the address of a bank"),
        pytest.param({"delete": True}, {"subjectContains": ["contribution"]}, "passes", id="rib inside another word"),
        pytest.param({"delete": True}, {"subjectContains": ["votre RIB"]}, "fails", id="rib as a word"),
        pytest.param({"delete": True}, {"subjectContains": ["OVERSCHRIJVINGEN"]}, "fails", id="a longer word"),
        pytest.param(
            {"delete": True}, {"subjectContains": ["coordonne\u0301es bancaires"]}, "fails", id="an accent apart"
        ),
        pytest.param({"delete": True}, {"subjectContains": ["Überweisung"]}, "fails", id="a German word"),
    ],
)
def test_a_rule_may_not_hide_mail_about_money(actions: dict[str, Any], conditions: Any, expected: str) -> None:
    assert said(judge(a_rule(actions=actions, conditions=conditions))) == expected


@pytest.mark.parametrize(
    ("actions", "conditions", "expected"),
    [
        pytest.param(DELETES, {}, "fails", id="deletes every message"),
        pytest.param(DESTROYS, {}, "fails", id="destroys every message"),
        pytest.param(MARKS, {}, "unknown", id="marks every message as read"),
        pytest.param(FILES, {}, "unknown", id="files every message"),
        pytest.param({}, {}, "passes", id="does nothing to every message"),
        pytest.param(DELETES, {"senderContains": ["@"]}, "fails", id="deletes whatever has an @ in its sender"),
        pytest.param(FILES, {"senderContains": ["@"]}, "unknown", id="files whatever has one"),
        pytest.param(DELETES, {"senderContains": [".be"]}, "unknown", id="deletes the mail of a country"),
        pytest.param(DELETES, {"subjectContains": ["lunch", "e"]}, "fails", id="one phrase among others takes all"),
        pytest.param(DELETES, {"senderContains": ["@"]} | LUNCH, "passes", id="and another condition narrows it"),
        pytest.param(DELETES, {"hasAttachments": True}, "unknown", id="deletes whatever has an attachment"),
        pytest.param(MARKS, {"sentToMe": True}, "unknown", id="marks whatever is sent to the owner"),
        pytest.param(FILES, {"hasAttachments": True}, "passes", id="files whatever has an attachment"),
        pytest.param(DELETES, {"headerContains": ["X-Spam-Flag"]}, "unknown", id="deletes by a header"),
        pytest.param(MARKS | FILES, {"headerContains": ["X-Rss-Feed"]}, "unknown", id="marks by a header"),
        pytest.param(FILES, {"headerContains": ["X-Rss-Feed"]}, "passes", id="files by a header"),
        pytest.param(DELETES, {"somethingNew": True}, "unknown", id="deletes by a condition we do not know"),
        # ordinary
        pytest.param(DELETES, NEWS, "passes", id="deletes a newsletter"),
        pytest.param(DESTROYS, PAPER, "passes", id="destroys the mail of one address"),
        pytest.param(MARKS | FILES, NEWS, "passes", id="files a newsletter as read"),
        pytest.param(DELETES, {"isAutomaticReply": True}, "passes", id="deletes automatic replies"),
        pytest.param(DELETES, {"isReadReceipt": True, "hasAttachments": True}, "passes", id="and some of them"),
    ],
)
def test_a_rule_may_not_hide_everything(actions: dict[str, Any], conditions: Any, expected: str) -> None:
    assert said(judge(a_rule(actions=actions, conditions=conditions))) == expected


@pytest.mark.parametrize(
    ("actions", "conditions", "expected"),
    [
        pytest.param({"forwardTo": None}, LUNCH, "unknown", id="recipients that are null"),
        pytest.param(FILES, {"subjectContains": [None]}, "unknown", id="a word that is null"),
        pytest.param(DELETES, {"subjectContains": [None, "factuur"]}, "fails", id="beside one that tells"),
        pytest.param(DELETES, {"subjectContains": "lunch"}, "unknown", id="words that are no list"),
        pytest.param(DELETES, {"subjectContains": None} | NEWS, "unknown", id="words that are null"),
        pytest.param(DELETES, {"fromAddresses": [5]}, "unknown", id="a sender that is no address"),
        pytest.param(DELETES, {"fromAddresses": 5}, "unknown", id="senders that are no list"),
        pytest.param(DELETES, {"isAutomaticReply": "yes"}, "unknown", id="a switch that is a text"),
        pytest.param({"delete": "yes"}, MONEY, "unknown", id="an action that is a text"),
        pytest.param({"delete": None}, MONEY, "unknown", id="an action that is null"),
        pytest.param({"delete": None}, LUNCH, "passes", id="an action that is null, on ordinary mail"),
        pytest.param({"moveToFolder": 5}, MONEY, "unknown", id="a folder that is a number"),
        pytest.param(DELETES | {"moveToFolder": [{}]}, MONEY, "fails", id="beside an action that tells"),
    ],
)
def test_what_has_another_shape_than_documented_is_unknown(
    actions: dict[str, Any], conditions: Any, expected: str
) -> None:
    rule = a_rule(conditions=conditions)

    assert said(judge(rule | {"actions": json.dumps(actions)})) == expected


@pytest.mark.parametrize(
    "recipients", [5, {}, "me", [5], [None], [{"emailAddress": 5}], [{"emailAddress": {"address": 5}}]]
)
def test_a_recipient_of_another_shape_is_unknown(recipients: Any) -> None:
    assert said(judge(a_rule() | {"actions": json.dumps({"redirectTo": recipients})})) == "unknown"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(a_rule(actions=OUT, is_enabled=False), "passes", id="a rule that is off"),
        pytest.param(a_rule(actions=OUT, is_enabled=None), "unknown", id="a rule that may be off"),
        pytest.param(a_rule(is_enabled=None), "passes", id="harmless, on or off"),
        pytest.param(a_rule(actions=OUT, has_error=True), "fails", id="a rule in error may work again"),
        pytest.param(a_rule() | {"actions": None}, "unknown", id="actions that were not read"),
        pytest.param(a_rule() | {"actions": "{"}, "unknown", id="actions that are damaged"),
        pytest.param(a_rule() | {"actions": None, "is_enabled": False}, "passes", id="off, whatever it would do"),
        pytest.param(a_rule(actions=OUT) | {"forward_to": None}, "fails", id="a column left out that actions tell"),
    ],
)
def test_a_rule_counts_as_far_as_it_was_read(rule: dict[str, Any], expected: str) -> None:
    assert said(judge(rule)) == expected


def an_agreement(**given: Any) -> TrustedForwarding:
    return TrustedForwarding(
        **(
            {
                "source": "User-1@contoso.example",
                "target": "me@Personal.example",
                "reason": "e-invoicing",
                "approved_by": "office manager",
                "until": date(2026, 11, 23),
            }
            | given
        )
    )


@pytest.mark.parametrize(
    ("agreement", "user", "expected"),
    [
        pytest.param(an_agreement(), {}, "passes", id="agreed until today"),
        pytest.param(an_agreement(until=date(2026, 11, 22)), {}, "fails", id="agreed until yesterday"),
        pytest.param(an_agreement(target="other@personal.example"), {}, "fails", id="agreed for another address"),
        pytest.param(an_agreement(source="bob@contoso.example"), {}, "fails", id="agreed for another mailbox"),
        pytest.param(an_agreement(), {"user_principal_name": "x@contoso.example"}, "passes", id="known by its address"),
        pytest.param(an_agreement(), {"mail": None}, "passes", id="known by its user name"),
        pytest.param(
            an_agreement(),
            {"user_principal_name": None, "mail": None},
            "unknown",
            id="of a mailbox without names",
        ),
        pytest.param(
            an_agreement(target="other@personal.example"),
            {"user_principal_name": None, "mail": None},
            "fails",
            id="unread, and no agreement for this address anyway",
        ),
    ],
)
def test_a_forward_that_the_firm_agreed_to_is_none_of_these(
    agreement: TrustedForwarding, user: dict[str, Any], expected: str
) -> None:
    result = judge(a_rule(actions=OUT), users=[a_user("user-1", **user)], agreements=[agreement])

    assert said(result) == expected


def test_an_agreement_covers_its_address_and_no_other() -> None:
    rule = a_rule(actions={"forwardTo": ["me@personal.example", "you@personal.example"]})

    (row,) = judge(rule, agreements=[an_agreement()]).failing

    assert row.evidence["sends_to"] == ["you@personal.example"]


HIDDEN = {"inbox_rules.hidden_rules": GroupCoverage(TableState.SKIPPED, "graph_cannot_see", "exchange")}


def test_without_hidden_rules_it_never_passes() -> None:
    result = judge(a_rule(), column_groups=HIDDEN)

    assert (result.verdict, [gap.need for gap in result.gaps]) == (
        Verdict.NOT_ASSESSED,
        ["inbox_rules.hidden_rules"],
    )


def test_without_hidden_rules_what_is_seen_still_fails() -> None:
    result = judge(a_rule(actions=OUT), column_groups=HIDDEN)

    assert (result.verdict, result.at_least) == (Verdict.FAIL, True)


@pytest.mark.parametrize("is_hidden", [False, True])
def test_with_hidden_rules_it_can_pass_so_that_findings_become_fixed(is_hidden: bool) -> None:
    result = judge(a_rule(is_hidden=is_hidden))

    assert (result.verdict, result.complete) == (Verdict.PASS, True)


def test_a_hidden_rule_is_judged_like_any_other_and_says_that_it_is_hidden() -> None:
    (row,) = judge(a_rule(is_hidden=True, display_name=None, actions=OUT)).failing

    assert row.evidence["is_hidden"] is True


def test_hidden_rules_of_some_mailboxes_only_leave_it_open() -> None:
    groups = {"inbox_rules.hidden_rules": GroupCoverage(TableState.PARTIAL, "ErrorAccessDenied", "rescan")}

    assert judge(a_rule(is_hidden=False), column_groups=groups).verdict is Verdict.NOT_ASSESSED
    assert judge(a_rule(is_hidden=True, actions=OUT), column_groups=groups).at_least


def test_mailboxes_that_refused_leave_it_open() -> None:
    result = judge(a_rule(), states={"inbox_rules": Coverage(TableState.PARTIAL, objects_failed=2)})

    assert result.verdict is Verdict.NOT_ASSESSED
    assert "2 missing" in result.reason


def test_a_firm_whose_domains_were_not_all_read_is_not_assessed() -> None:
    result = judge(a_rule(actions=OUT), states={"domains": TableState.PARTIAL})

    assert (result.verdict, [gap.need for gap in result.gaps]) == (Verdict.NOT_ASSESSED, ["domains"])


def test_a_rule_shows_what_it_does_and_whose_it_is() -> None:
    rule = a_rule("r", display_name=".", actions=OUT | {"delete": True}, conditions=MONEY)

    (row,) = judge(rule).failing

    assert (row.object_id, row.object_name) == ("user-1/r", ".")
    assert row.evidence == {
        "mailbox": "user-1@contoso.example",
        "sends_to": ["me@personal.example"],
        "hides_by": ["delete"],
        "is_hidden": None,
    }


def test_a_rule_without_a_name_is_named_by_its_id() -> None:
    (row,) = judge(a_rule("r", display_name="", actions=OUT)).failing

    assert row.object_name == "r"


def test_words_are_looked_for_in_what_graph_calls_conditions() -> None:
    rule = a_rule(actions={"delete": True}, exceptions={"subjectContains": ["factuur"]}, conditions=LUNCH)

    assert json.loads(rule["exceptions"])
    assert said(judge(rule)) == "passes"


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        pytest.param("a@bücher.example", False, id="the firm's own domain in another spelling"),
        pytest.param("a@xn--bcher-kva.example", False, id="in its ASCII form"),
        pytest.param("a@contoso.example.", False, id="with a dot at the end"),
        pytest.param(" a@contoso.example ", False, id="with spaces around"),
        pytest.param("a@", None, id="without a domain"),
        pytest.param("@contoso.example", None, id="without a name"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="not read"),
        pytest.param("a@..", None, id="nothing but dots for a domain"),
        pytest.param(f"a@{'x' * 80}.example", True, id="a label too long for a name"),
    ],
)
def test_an_address_is_outside_unless_its_domain_is_the_firms(address: str | None, outside: bool | None) -> None:
    own = Addresses(frozenset({"contoso.example", "xn--bcher-kva.example"}), frozenset())

    assert own.is_outside(address) is outside


def test_without_any_proven_domain_nothing_is_outside_or_inside() -> None:
    assert Addresses(frozenset(), frozenset()).is_outside("a@contoso.example") is None
