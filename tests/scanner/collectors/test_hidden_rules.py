"""Which of Exchange's rules are hidden, and how they look beside those of Graph."""

import json
from typing import Any

import pytest

from scanner.collectors.hidden_rules import hidden_of

SENDING = ("ForwardTo", "ForwardAsAttachmentTo", "RedirectTo")
SWITCHES = ("DeleteMessage", "SoftDeleteMessage", "MarkAsRead")
EVIL = '"x" [SMTP:x@evil.example]'
BANK = {"fromAddresses": [{"emailAddress": {"name": "Bank", "address": "Info@bank.example"}}]}


def shown(name: str | None = "Filing", **given: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return a rule as Exchange shows it; it does nothing."""
    nothing = dict.fromkeys(SENDING) | dict.fromkeys(SWITCHES, False)
    return {"RuleIdentity": 16752869479666417665, "Name": name, "Priority": 1, "Enabled": True, **nothing, **given}


def visible(
    name: str | None = "Filing",
    *,
    is_enabled: bool = True,
    conditions: dict[str, Any] | None = None,
    **actions: Any,  # noqa: ANN401 - any JSON value
) -> dict[str, Any]:
    """Return what counts of a rule that Graph gave."""
    return {
        "display_name": name,
        "is_enabled": is_enabled,
        "actions": json.dumps(actions),
        "conditions": None if conditions is None else json.dumps(conditions),
    }


def test_a_rule_that_graph_gives_too_is_not_hidden() -> None:
    assert hidden_of([shown("Filing"), shown(None, Priority=2)], [visible("Filing"), visible("")]) == []


def test_a_rule_that_is_spelt_differently_is_not_hidden_where_there_is_but_one_of_its_name() -> None:
    rule = shown(Priority=11, RedirectTo=['"An" [EX:/o=ExchangeLabs/cn=an]'], MoveToFolder="News")

    assert hidden_of([rule], [visible(moveToFolder="AAMk=")]) == []


def test_places_may_be_counted_differently() -> None:
    rules = [shown("Filing", Priority=11), shown("Bills", Priority=12)]

    assert hidden_of(rules, [visible("Filing"), visible("Bills")]) == []


@pytest.mark.parametrize("place", [1, 2])
def test_a_rule_cannot_hide_behind_the_name_and_place_of_another(place: int) -> None:
    redirects = shown(RuleIdentity=7, Priority=place, RedirectTo=[EVIL])
    files = shown(RuleIdentity=8, Priority=3 - place, MoveToFolder="News")

    (hidden,) = hidden_of([redirects, files], [visible(moveToFolder="AAMk=")])

    assert (hidden["id"], hidden["isHidden"]) == ("7", True)


def test_a_rule_cannot_hide_behind_one_that_does_the_same_to_other_mail() -> None:
    from_bank = shown(RuleIdentity=7, DeleteMessage=True, From=['"Bank" [SMTP:info@bank.example]'])
    adverts = shown(RuleIdentity=8, DeleteMessage=True, SubjectContainsWords=["Sale", "offer"])

    one = hidden_of([from_bank, adverts], [visible(delete=True, conditions={"subjectContains": ["offer", "sale"]})])
    other = hidden_of([from_bank, adverts], [visible(delete=True, conditions=BANK)])

    assert [rule["id"] for rule in (*one, *other)] == ["7", "8"]


def test_of_rules_with_one_name_those_that_cannot_be_told_from_a_hidden_one_are_all_kept() -> None:
    rules = [shown(RuleIdentity=7, ForwardTo=[EVIL]), shown(RuleIdentity=8, ForwardTo=['"An" [EX:/o=Labs/cn=an]'])]
    to_an = [{"emailAddress": {"name": "An", "address": "an@firm.example"}}]

    assert [rule["id"] for rule in hidden_of(rules, [visible(forwardTo=to_an)])] == ["7", "8"]


@pytest.mark.parametrize("unread", [{"actions": None}, {"conditions": "[]"}], ids=str)
def test_a_rule_of_which_graph_does_not_tell_what_it_does_stands_for_none(unread: dict[str, Any]) -> None:
    rules = [shown(RuleIdentity=7), shown(RuleIdentity=8)]

    assert len(hidden_of(rules, [{**visible(), **unread}])) == 2


def test_a_disabled_rule_does_not_stand_for_an_enabled_one() -> None:
    rules = [shown("Filing", RuleIdentity=7), shown("Filing", RuleIdentity=8, Enabled=False)]

    (hidden,) = hidden_of(rules, [visible("Filing", is_enabled=False)])

    assert hidden["id"] == "7"


@pytest.mark.parametrize("name", ["Junk E-mail Rule", "Microsoft.Exchange.OOF.KnownExternalSenders.Global"])
def test_rules_that_exchange_keeps_for_itself_are_none(name: str) -> None:
    assert hidden_of([shown(name, MoveToFolder="Junk Email")], []) == []


@pytest.mark.parametrize(
    "does",
    [
        *({name: [EVIL]} for name in SENDING),
        *({name: True} for name in SWITCHES),
    ],
    ids=str,
)
def test_a_rule_that_sends_deletes_or_marks_mail_only_bears_the_name_of_exchanges_own(does: dict[str, Any]) -> None:
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


def test_a_recipient_that_is_no_text_stays_a_recipient_and_a_word_that_is_none_stays_what_it_is() -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]

    (hidden,) = hidden_of([shown(ForwardTo=[{"deep": deep}], SubjectContainsWords=[deep, None])], [])

    assert hidden["actions"]["forwardTo"] == [{"emailAddress": {"name": None, "address": None}}]
    assert hidden["conditions"] == {"subjectContains": [deep]}


@pytest.mark.parametrize("missing", [*SENDING, *SWITCHES])
def test_what_exchange_left_out_is_not_taken_for_nothing(missing: str) -> None:
    rule = shown()
    del rule[missing]

    (hidden,) = hidden_of([rule], [])

    assert hidden["actions"] is None
