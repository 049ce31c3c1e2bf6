"""Which of Exchange's rules are hidden, and how they look beside those of Graph."""

from typing import Any

import pytest

from scanner.collectors.hidden_rules import hidden_of


def shown(name: str | None = "Filing", **given: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return a rule as Exchange shows it; it does nothing."""
    nothing = {"ForwardTo": None, "ForwardAsAttachmentTo": None, "RedirectTo": None, "DeleteMessage": False}
    return {"RuleIdentity": 16752869479666417665, "Name": name, "Priority": 1, "Enabled": True, **nothing, **given}


def visible(name: str | None = "Filing", place: int | None = 1, *, is_enabled: bool = True) -> dict[str, Any]:
    """Return what counts of a rule that Graph gave."""
    return {"display_name": name, "sequence": place, "is_enabled": is_enabled}


def test_a_rule_that_graph_gives_too_is_not_hidden() -> None:
    assert hidden_of([shown("Filing"), shown(None, Priority=2)], [visible("Filing"), visible("", 2)]) == []


def test_places_may_be_counted_differently() -> None:
    rules = [shown("Filing", Priority=11), shown("Bills", Priority=12)]

    assert hidden_of(rules, [visible("Filing", 1), visible("Bills", 2)]) == []


def test_a_rule_cannot_hide_behind_the_name_of_another() -> None:
    copies = shown("Filing", RuleIdentity=7, Priority=0, ForwardTo=['"x" [SMTP:x@evil.example]'])

    (hidden,) = hidden_of([copies, shown("Filing", Priority=1)], [visible("Filing", 1)])

    assert (hidden["id"], hidden["isHidden"]) == ("7", True)


def test_a_disabled_rule_does_not_stand_for_an_enabled_one() -> None:
    rules = [shown("Filing", RuleIdentity=7), shown("Filing", RuleIdentity=8, Enabled=False)]

    (hidden,) = hidden_of(rules, [visible("Filing", 5, is_enabled=False)])

    assert hidden["id"] == "7"


@pytest.mark.parametrize("name", ["Junk E-mail Rule", "Microsoft.Exchange.OOF.KnownExternalSenders.Global"])
def test_rules_that_exchange_keeps_for_itself_are_none(name: str) -> None:
    assert hidden_of([shown(name, MoveToFolder="Junk Email")], []) == []


@pytest.mark.parametrize(
    "does",
    [
        {"ForwardTo": ['"x" [SMTP:x@evil.example]']},
        {"ForwardAsAttachmentTo": ['"x" [SMTP:x@evil.example]']},
        {"RedirectTo": ['"x" [SMTP:x@evil.example]']},
        {"DeleteMessage": True},
    ],
    ids=str,
)
def test_a_rule_that_sends_or_deletes_mail_only_bears_the_name_of_exchanges_own(does: dict[str, Any]) -> None:
    assert len(hidden_of([shown("Junk E-Mail Rule", **does)], [])) == 1


def test_a_hidden_rule_looks_like_those_of_graph() -> None:
    rule = shown(
        None,
        RedirectTo='"Out" [SMTP:out@evil.example]',
        DeleteMessage=True,
        MoveToFolder="RSS Feeds",
        SubjectContainsWords=["invoice"],
        From=['"Bank" [SMTP:info@bank.example]'],
        HasAttachment=True,
        ReceivedAfterDate="/Date(1723810171000)/",
        InError=False,
    )

    assert hidden_of([rule], []) == [
        {
            "id": "16752869479666417665",
            "displayName": None,
            "sequence": 1,
            "isEnabled": True,
            "hasError": False,
            "actions": {
                "redirectTo": [{"emailAddress": {"name": "Out", "address": "out@evil.example"}}],
                "delete": True,
                "moveToFolder": "RSS Feeds",
            },
            "conditions": {
                "fromAddresses": [{"emailAddress": {"name": "Bank", "address": "info@bank.example"}}],
                "subjectContains": ["invoice"],
                "hasAttachments": True,
                "receivedAfterDate": "/Date(1723810171000)/",
            },
            "isHidden": True,
        }
    ]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ('"An Peeters" [SMTP:an@firm.example]', "an@firm.example"),
        ('"An" [EX:/o=ExchangeLabs/ou=Group/cn=an]', "/o=ExchangeLabs/ou=Group/cn=an"),
        ("an@firm.example", "an@firm.example"),
        ("An Peeters", None),
    ],
)
def test_a_recipient_without_a_readable_address_stays_a_recipient(text: str, address: str | None) -> None:
    (hidden,) = hidden_of([shown(ForwardTo=[text])], [])

    (recipient,) = hidden["actions"]["forwardTo"]
    assert recipient["emailAddress"]["address"] == address


@pytest.mark.parametrize("missing", ["ForwardTo", "ForwardAsAttachmentTo", "RedirectTo", "DeleteMessage"])
def test_what_exchange_left_out_is_not_taken_for_nothing(missing: str) -> None:
    rule = shown()
    del rule[missing]

    (hidden,) = hidden_of([rule], [])

    assert hidden["actions"] is None
