"""Inbox rules that only Exchange shows, in the shape in which Graph gives all others."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from scanner.collectors.exchange_rows import as_texts
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
_DECISIVE: Final = (*_SENDING, "DeleteMessage")
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

_Traits = tuple[str, ...]
"""Name, state and place of a rule."""


def hidden_of(shown: Sequence[JsonObject], visible: Iterable[Mapping[str, Any]]) -> list[JsonObject]:
    """Return the rules that Exchange shows and Graph does not, as Graph would give them.

    A rule of Graph stands for one of Exchange: for that with its name, place and state, else with its name
    and state, else with its name. Whatever is left over is hidden, even under the name of a rule that is not.

    Args:
        shown: What `INBOX_RULES` gave of one mailbox.
        visible: `display_name`, `sequence` and `is_enabled` of each rule that Graph gave of it.
    """
    left = [(_traits(rule, "Name", "Enabled", "Priority"), rule) for rule in shown if not _is_exchanges_own(rule)]
    waiting = [_traits(rule, "display_name", "is_enabled", "sequence") for rule in visible]
    for compared in (3, 2, 1):
        left, waiting = _apart(left, waiting, compared)
    return [_as_graph(rule) for _, rule in left]


def _traits(rule: Mapping[str, Any], *names: str) -> _Traits:
    return tuple(_text(rule.get(name)) for name in names)


def _apart(
    shown: Sequence[tuple[_Traits, JsonObject]], visible: Sequence[_Traits], compared: int
) -> tuple[list[tuple[_Traits, JsonObject]], list[_Traits]]:
    """Return the rules of Exchange and of Graph that have no counterpart in the first traits."""
    unmatched = Counter(traits[:compared] for traits in visible)
    left = []
    for traits, rule in shown:
        if unmatched[traits[:compared]]:
            unmatched[traits[:compared]] -= 1
        else:
            left.append((traits, rule))
    waiting = []
    for traits in visible:
        if unmatched[traits[:compared]]:
            unmatched[traits[:compared]] -= 1
            waiting.append(traits)
    return left, waiting


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _is_exchanges_own(rule: JsonObject) -> bool:
    """Whether Exchange made the rule. One that sends or deletes mail only bears the name."""
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
    words = {graph: as_texts([rule[name]])[0] for name, graph in _WORDS.items() if rule.get(name)}
    return {**people, **words, **{graph: rule[name] for name, graph in _OTHER_CONDITIONS.items() if rule.get(name)}}


def _recipients(value: object) -> list[JsonObject]:
    """Return recipients as Graph's: Exchange writes them `"An Peeters" [SMTP:an@firm.example]`."""
    (texts,) = as_texts([value])
    return [_recipient(text) for text in texts]


def _recipient(text: str) -> JsonObject:
    found = _RECIPIENT.fullmatch(text.strip())
    if found:
        return {"emailAddress": {"name": found["name"], "address": found["address"]}}
    return {"emailAddress": {"name": text, "address": text.strip() if "@" in text else None}}
