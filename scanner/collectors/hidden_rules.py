"""Inbox rules that only Exchange shows, in the shape in which Graph gives all others."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from scanner.collectors.exchange_rows import listed
from scanner.collectors.rows import JsonObject
from scanner.transport.templates import Cmdlet

_SENDING: Final = {
    "ForwardTo": "forwardTo",
    "ForwardAsAttachmentTo": "forwardAsAttachmentTo",
    "RedirectTo": "redirectTo",
}
_HIDING: Final = {
    "DeleteMessage": "delete",
    "SoftDeleteMessage": "permanentDelete",
    "MarkAsRead": "markAsRead",
    "MoveToFolder": "moveToFolder",
}
_OTHERWISE: Final = {
    "CopyToFolder": "copyToFolder",
    "StopProcessingRules": "stopProcessingRules",
}
_ACTIONS: Final = {**_HIDING, **_OTHERWISE}
_DECISIVE: Final = (*_SENDING, "DeleteMessage", "SoftDeleteMessage", "MarkAsRead")
"""What must be known before anything can be said of what a rule does."""

_WORDS: Final = {
    "SubjectContainsWords": "subjectContains",
    "BodyContainsWords": "bodyContains",
    "SubjectOrBodyContainsWords": "bodyOrSubjectContains",
    "FromAddressContainsWords": "senderContains",
    "HeaderContainsWords": "headerContains",
    "RecipientAddressContainsWords": "recipientContains",
}
_PEOPLE: Final = {"From": "fromAddresses", "SentTo": "sentToAddresses"}
_OTHER_CONDITIONS: Final = {
    "HasAttachment": "hasAttachments",
    "MyNameInToBox": "sentToMe",
    "MyNameInCcBox": "sentCcMe",
    "MyNameInToOrCcBox": "sentToOrCcMe",
    "MyNameNotInToBox": "notSentToMe",
    "SentOnlyToMe": "sentOnlyToMe",
    "WithImportance": "importance",
    "WithSensitivity": "sensitivity",
    "FlaggedForAction": "messageActionFlag",
    "HasClassification": "hasClassification",
    "FromSubscription": "fromSubscription",
    "MessageTypeMatches": "messageTypeMatches",
    "ReceivedAfterDate": "receivedAfterDate",
    "ReceivedBeforeDate": "receivedBeforeDate",
    "WithinSizeRangeMaximum": "withinSizeRangeMaximum",
    "WithinSizeRangeMinimum": "withinSizeRangeMinimum",
}
"""To Graph's name where Graph has one. The others keep their own: a rule with a condition is no rule for all mail."""

INBOX_RULES: Final = Cmdlet(
    "Get-InboxRule",
    select=(
        "RuleIdentity",
        "Name",
        "Priority",
        "Enabled",
        "InError",
        *_SENDING,
        *_ACTIONS,
        *_WORDS,
        *_PEOPLE,
        *_OTHER_CONDITIONS,
    ),
    parameters=(("IncludeHidden", True), ("ResultSize", "Unlimited")),
    values=("Mailbox",),
    mailbox="Mailbox",
)
"""Source: https://learn.microsoft.com/powershell/module/exchangepowershell/get-inboxrule"""

_EXCHANGES_OWN: Final = re.compile(r"Junk E-Mail Rule|Microsoft\.Exchange\.OOF\..*", re.IGNORECASE)
"""Hidden rules that Exchange itself keeps in mailboxes: the junk filter and the automatic replies."""
_RECIPIENT: Final = re.compile(r'"?(?P<name>.*?)"?\s*\[[A-Za-z]+:(?P<address>[^\]]+)\]')

_COMPARED: Final = (*_SENDING.values(), *_HIDING.values())
"""What Graph and Exchange tell alike of what a rule does."""

_Deed = tuple[object, JsonObject, JsonObject]
"""Whether a rule is on, what it does, and to which mail."""


def hidden_of(shown: Sequence[JsonObject], visible: Iterable[Mapping[str, Any]]) -> list[JsonObject]:
    """Return the rules that Exchange shows and Graph does not, as Graph would give them.

    Under a name that Exchange has no more often than Graph nothing is hidden. Where it has more rules of a name,
    each rule of Graph stands for one that does the same to the same mail. All that are left over are called hidden,
    which may count a visible rule twice where both spell it differently, and never loses one that is not.

    Args:
        shown: What `INBOX_RULES` gave of one mailbox.
        visible: `display_name`, `is_enabled`, `actions` and `conditions` (JSON texts) of each rule that Graph gave.
    """
    known = defaultdict[str, list[_Deed | None]](list)
    for rule in visible:
        known[_text(rule["display_name"])].append(
            _deed(rule["is_enabled"], orjson.loads(rule["actions"] or "null"), orjson.loads(rule["conditions"] or "{}"))
        )
    named = defaultdict[str, list[JsonObject]](list)
    for rule in shown:
        if not _is_exchanges_own(rule):
            named[_text(rule.get("Name"))].append(_as_graph(rule))
    return [
        rule for name, rules in named.items() if len(rules) > len(known[name]) for rule in _left(rules, known[name])
    ]


def _left(rules: Iterable[JsonObject], known: Sequence[_Deed | None]) -> Iterator[JsonObject]:
    """Yield the rules for which none of Graph stands; what is not known stands for nothing."""
    waiting = [deed for deed in known if deed is not None]
    for rule in rules:
        deed = _deed(rule["isEnabled"], rule["actions"], rule["conditions"])
        if deed in waiting:
            waiting.remove(deed)
        else:
            yield rule


def _deed(is_enabled: object, actions: object, conditions: object) -> _Deed | None:
    """Return what a rule in Graph's shape does to which mail; None where one of both is not known."""
    if not isinstance(actions, dict) or not isinstance(conditions, dict):
        return None
    done = {name: _spelt_alike(actions[name]) for name in _COMPARED if actions.get(name)}
    return is_enabled, done, {name: _spelt_alike(value) for name, value in conditions.items() if value}


def _spelt_alike(value: object) -> object:
    """Return addresses and words in lower case and order; of all else, e.g. a folder, only that it is there."""
    return sorted(map(_word, value)) if isinstance(value, list) else True


def _word(value: object) -> str:
    recipient = value.get("emailAddress") if isinstance(value, dict) else None
    return _text(recipient.get("address") if isinstance(recipient, dict) else value).lower()


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _is_exchanges_own(rule: JsonObject) -> bool:
    """Whether Exchange made the rule. One that sends, deletes or marks mail only bears the name."""
    return _EXCHANGES_OWN.fullmatch(_text(rule.get("Name"))) is not None and not any(map(rule.get, _DECISIVE))


def _as_graph(rule: JsonObject) -> JsonObject:
    """Return a rule as Graph would give it: members that are not set are not there."""
    identity = rule.get("RuleIdentity")
    return {
        "id": None if identity is None else str(identity),
        "displayName": rule.get("Name"),
        "sequence": rule.get("Priority"),
        "isEnabled": rule.get("Enabled"),
        "hasError": rule.get("InError"),
        "actions": _actions(rule),
        "conditions": _conditions(rule),
        "isHidden": True,
    }


def _actions(rule: JsonObject) -> JsonObject | None:
    """Return what the rule does; None where Exchange left out what is decisive."""
    if any(name not in rule for name in _DECISIVE):
        return None
    sending = {graph: _recipients(rule[name]) for name, graph in _SENDING.items() if rule[name]}
    return {**sending, **{graph: rule[name] for name, graph in _ACTIONS.items() if rule.get(name)}}


def _conditions(rule: JsonObject) -> JsonObject:
    people = {graph: _recipients(rule[name]) for name, graph in _PEOPLE.items() if rule.get(name)}
    words = {graph: listed(rule[name]) for name, graph in _WORDS.items() if rule.get(name)}
    return {**people, **words, **{graph: rule[name] for name, graph in _OTHER_CONDITIONS.items() if rule.get(name)}}


def _recipients(value: object) -> list[JsonObject]:
    """Return recipients as Graph's: Exchange writes them `"An Peeters" [SMTP:an@firm.example]`."""
    return [_recipient(each) for each in listed(value)]


def _recipient(text: object) -> JsonObject:
    if not isinstance(text, str):
        return {"emailAddress": {"name": None, "address": None}}
    found = _RECIPIENT.fullmatch(text.strip())
    if found:
        return {"emailAddress": {"name": found["name"], "address": found["address"]}}
    return {"emailAddress": {"name": text, "address": text.strip() if "@" in text else None}}
