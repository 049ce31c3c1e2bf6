"""Inbox rules that send mail out of the firm, or keep the owner from seeing it."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.derived import Addresses
from checks.frame import BOOL, TEXTS, column, first_known, judged, look_up, objects, records
from checks.model import EvidenceKind, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark

_MONEY: Final = (
    *("factuur", "facturen", "rekeningnummer", "betaling", "overschrijving", "bankgegevens"),
    *("facture", "virement", "paiement", "coordonnées bancaires", "compte bancaire"),
    *("rechnung", "überweisung", "zahlung", "bankverbindung", "kontonummer"),
    *("invoice", "payment", "bank account", "wire transfer", "remittance"),
)
"""Words of payment fraud in the languages of the firms; found inside longer words too."""

_MONEY_CODES: Final = re.compile(r"\b(iban|rib)\b")
"""Found as whole words only: `rib` is also part of `contribution`."""

_SENDING: Final = ("forwardTo", "forwardAsAttachmentTo", "redirectTo")
_HIDING: Final = ("delete", "permanentDelete", "markAsRead")
_FILING: Final = "moveToFolder"
_WORD_CONDITIONS: Final = ("subjectContains", "bodyContains", "bodyOrSubjectContains")


@check(
    "EM-05",
    title=mark("No inbox rule sends mail outside the firm or hides mail about money"),
    severity=Severity.CRITICAL,
    object_type="inbox_rule",
    evidence={
        "mailbox": EvidenceKind.VOLATILE,
        "sends_to": EvidenceKind.CONDITION,
        "hides_by": EvidenceKind.CONDITION,
        "is_hidden": EvidenceKind.CONDITION,
    },
    remedy=mark(
        "Ask the owner, by telephone, whether the rule is theirs. If it is not: treat it as a break-in, remove the "
        "rule, reset the password, revoke all sessions and look at what left. If it is, record who approved it."
    ),
    source="https://learn.microsoft.com/defender-xdr/alert-grading-playbook-inbox-manipulation-rules",
)
def no_rule_sends_out_or_hides(
    inbox_rules: Annotated[
        pd.DataFrame,
        columns("mailbox_id", "id", "display_name", "is_enabled", "actions", "conditions", optional=("is_hidden",)),
    ],
    users: Annotated[pd.DataFrame, columns("id", "user_principal_name", "mail")],
    addresses: Addresses,
    profile: Profile,
) -> Outcome:
    """Whoever gets into a mailbox leaves a rule behind: it copies the mail out, or hides the bank's questions.

    Rules that Outlook hides are not visible to every way of reading; without them this never passes.
    """
    owners = look_up(inbox_rules["mailbox_id"], users, "id", "user_principal_name")
    mails = look_up(inbox_rules["mailbox_id"], users, "id", "mail")
    rules = [_rule(row) for row in records(inbox_rules.assign(owner=owners, mail=mails))]
    reach = _Reach(addresses, profile)
    evidence = {
        "mailbox": first_known(owners, inbox_rules["mailbox_id"]),
        "sends_to": column([reach.strangers(rule) for rule in rules], inbox_rules, TEXTS),
        "hides_by": column([rule.hides_by for rule in rules], inbox_rules, TEXTS),
        "is_hidden": inbox_rules["is_hidden"],
    }
    named = objects(inbox_rules, ["mailbox_id", "id"], ["display_name", "id"], evidence)
    return judged(named, column([_is_suspicious(rule, reach) for rule in rules], inbox_rules, BOOL))


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one rule does, as far as it was read; a part that was not is None."""

    owners: tuple[str | None, ...]
    """The names under which an agreement may know the mailbox, lower case."""
    is_enabled: Answer
    actions: Mapping[str, Any] | None
    """Graph's object: a member that is not set is not in it."""
    conditions: Mapping[str, Any] | None

    @property
    def recipients(self) -> list[str | None]:
        """Whom the rule sends mail to; None for one without an address."""
        if self.actions is None:
            return [None]
        members = (self.actions.get(name) or [] for name in _SENDING)
        return [_address(recipient) for member in members for recipient in member]

    @property
    def hides_by(self) -> list[str]:
        """What the rule does that keeps a message from being noticed."""
        return [name for name in (*_HIDING, _FILING) if (self.actions or {}).get(name)]

    @property
    def is_about_money(self) -> Answer:
        """Whether a word of payment fraud is among its conditions; without conditions read, unknown."""
        if self.conditions is None:
            return None
        members = (self.conditions.get(name) or [] for name in _WORD_CONDITIONS)
        return any(_is_about_money(phrase) for member in members for phrase in member)

    @property
    def hides_money(self) -> Answer:
        """Whether it hides mail about money. To which folder it files is not read, so filing such mail is unknown."""
        if self.actions is None:
            return None
        hiding = set(self.hides_by)
        return all_of([None if hiding == {_FILING} else bool(hiding), self.is_about_money])


@dataclass(frozen=True, slots=True)
class _Reach:
    """Tells recipients the firm does not know from its own and from those it agreed to."""

    addresses: Addresses
    profile: Profile

    def strangers(self, rule: _Rule) -> list[str]:
        """Return the recipients that are strangers, or may be."""
        found = (address for address in rule.recipients if address and self.is_stranger(rule, address) is not False)
        return sorted(set(found))

    def is_stranger(self, rule: _Rule, address: str | None) -> Answer:
        """Whether mail to `address` leaves the firm without an agreement that still runs."""
        return all_of([self.addresses.is_outside(address), negated(self._is_agreed(rule, address))])

    def _is_agreed(self, rule: _Rule, address: str | None) -> Answer:
        target = (address or "").strip().lower()
        running = (
            agreement.source.lower()
            for agreement in self.profile.trusted_forwarding
            if agreement.target.lower() == target and agreement.until >= self.profile.as_of.date()
        )
        return any_of(True if source in rule.owners else None if None in rule.owners else False for source in running)


def _is_suspicious(rule: _Rule, reach: _Reach) -> Answer:
    sends = (reach.is_stranger(rule, recipient) for recipient in rule.recipients)
    return all_of([rule.is_enabled, any_of([*sends, rule.hides_money])])


def _rule(row: Mapping[str, Any]) -> _Rule:
    owners = tuple(name and name.lower() for name in (row["owner"], row["mail"]))
    return _Rule(owners, row["is_enabled"], _json_object(row["actions"]), _json_object(row["conditions"]))


def _json_object(text: str | None) -> Mapping[str, Any] | None:
    """Return the JSON object, None where there is none."""
    try:
        value = json.loads(text) if text else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _address(recipient: Mapping[str, Any]) -> str | None:
    address: str | None = (recipient.get("emailAddress") or {}).get("address")
    return address


def _is_about_money(phrase: str) -> bool:
    text = unicodedata.normalize("NFC", phrase).casefold()
    return any(word in text for word in _MONEY) or _MONEY_CODES.search(text) is not None
