"""What kind of mail an inbox rule takes hold of, and whether what it does hides mail about money."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final

from checks.json_values import Texts
from checks.three_valued import Answer

_MONEY: Final = (
    *("factuur", "facturen", "rekeningnummer", "betaling", "overschrijving", "bankgegevens"),
    *("facture", "virement", "paiement", "coordonnées bancaires", "compte bancaire"),
    *("rechnung", "überweisung", "zahlung", "bankverbindung", "kontonummer"),
    *("invoice", "payment", "bank account", "wire transfer", "remittance"),
)
"""Words of payment fraud in the languages of the firms; found inside longer words too."""

_MONEY_CODES: Final = re.compile(r"\b(iban|rib)\b")
"""Found as whole words only: `rib` is also part of `contribution`."""

_MONEY_SENDERS: Final = (*_MONEY, "bank", "banque", "facturation", "billing")

_DESTROYING: Final = ("delete", "permanentDelete")
_MARKING: Final = "markAsRead"
FILING: Final = "moveToFolder"
HIDING: Final = (*_DESTROYING, _MARKING, FILING)

_WORDS: Final = frozenset({"subjectContains", "bodyContains", "bodyOrSubjectContains"})
_HEADERS: Final = "headerContains"
_SENDERS: Final = "senderContains"
_PHRASES: Final = _WORDS | {_HEADERS, _SENDERS}
_FROM: Final = "fromAddresses"
_NO_LETTERS: Final = frozenset(
    {
        "isAutomaticReply",
        "isDeliveryReport",
        "isMeetingRequest",
        "isMeetingResponse",
        "isNonDeliveryReport",
        "isReadReceipt",
    }
)
"""Mail that programs write, none of which is about money."""

_TELLING: Final = 4
"""A phrase with fewer letters and digits (`.be`, `Re:`) hardly narrows anything."""


class Mail(IntEnum):
    """What mail a rule takes hold of, the narrowest first."""

    PARTICULAR = 0
    """Some senders, some subject: a newsletter."""
    BROAD = 1
    """Perhaps nearly everything: whatever is sent to the owner, whatever has an attachment."""
    ALL = 2
    """Every message: nothing, or a phrase that every message has, is asked for."""
    UNREAD = 3
    """It was not read, or not in full."""
    FROM_MONEY = 4
    """From a sender whose name has to do with money."""
    MONEY = 5
    """A word of payment fraud is asked for."""


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """Whether an action hides mail about money, by the mail it takes; what is not named is ordinary."""

    yes: frozenset[Mail]
    unknown: frozenset[Mail]

    def of(self, mail: Mail) -> Answer:
        return None if mail in self.unknown else mail in self.yes


# to delete a newsletter, or to file a mailing list, is what rules are for
_DESTROYED: Final = _Verdicts(frozenset({Mail.ALL, Mail.MONEY}), frozenset({Mail.BROAD, Mail.UNREAD, Mail.FROM_MONEY}))
_MARKED: Final = _Verdicts(frozenset({Mail.MONEY}), frozenset({Mail.ALL, Mail.BROAD, Mail.UNREAD, Mail.FROM_MONEY}))
# the folder may be one that the owner looks into
_FILED: Final = _Verdicts(frozenset(), frozenset({Mail.ALL, Mail.UNREAD, Mail.MONEY}))

VERDICTS: Final[Mapping[str, _Verdicts]] = MappingProxyType(
    dict.fromkeys(_DESTROYING, _DESTROYED) | {_MARKING: _MARKED, FILING: _FILED}
)


def mail_of(conditions: Mapping[str, Any] | None) -> Mail:
    """Return what mail a rule takes that has these conditions, all of which must hold.

    Args:
        conditions: Graph's object; None where it was not read. Graph leaves out what is not set.
    """
    if conditions is None:
        return Mail.UNREAD
    kinds = [_mail(name, value) for name, value in conditions.items() if "@" not in name]
    for decisive in (Mail.MONEY, Mail.UNREAD, Mail.FROM_MONEY):
        if decisive in kinds:
            return decisive
    return min(kinds, default=Mail.ALL)


def _mail(name: str, value: object) -> Mail:
    if name in _PHRASES:
        return _mail_with(name, Texts.of(value))
    if name == _FROM:
        return _mail_with(_SENDERS, Texts.of(_addresses(value)))
    if name in _NO_LETTERS and value is True:
        return Mail.PARTICULAR
    return Mail.UNREAD if name in _NO_LETTERS or value is None else Mail.BROAD


def _addresses(recipients: object) -> object:
    return [address_of(recipient) for recipient in recipients] if isinstance(recipients, list) else None


def address_of(recipient: object) -> str | None:
    """Return the address of Graph's `recipient`, None where there is none."""
    mailbox = recipient.get("emailAddress") if isinstance(recipient, dict) else None
    address = mailbox.get("address") if isinstance(mailbox, dict) else None
    return address if isinstance(address, str) else None


def _mail_with(name: str, phrases: Texts) -> Mail:
    """Return what mail has one of the phrases."""
    about_money = Mail.FROM_MONEY if name == _SENDERS else Mail.MONEY
    words = _MONEY_SENDERS if name == _SENDERS else _MONEY
    if any(_has_one_of(words, phrase) for phrase in phrases.known):
        return about_money
    if not phrases.is_whole:
        return Mail.UNREAD
    lengths = list(_lengths(phrases))
    if not lengths or min(lengths) <= 1:
        return Mail.ALL
    # a header may be one that every message has
    return Mail.BROAD if min(lengths) < _TELLING or name == _HEADERS else Mail.PARTICULAR


def _lengths(phrases: Texts) -> Iterator[int]:
    """Yield how many letters and digits each phrase has."""
    return (sum(character.isalnum() for character in phrase) for phrase in phrases.known)


def _has_one_of(words: tuple[str, ...], phrase: str) -> bool:
    text = unicodedata.normalize("NFC", phrase).casefold()
    return any(word in text for word in words) or _MONEY_CODES.search(text) is not None
