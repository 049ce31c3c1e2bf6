"""Where mail goes that something forwards: to whom, outside or not, and agreed to or not."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Self

import pandas as pd

from checks.derived import Addresses
from checks.frame import records
from checks.model import Gap, Profile
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of, any_of, negated

_IN_BRACKETS: Final = re.compile(r"[<\[]([^<>\[\]]*)[>\]]\s*$")
_PREFIX: Final = re.compile(r"^(smtp|ex|x500)\s*:", re.IGNORECASE)
_LAST_NAME: Final = re.compile(r"/cn=([^/]+)$", re.IGNORECASE)

_MAILBOX: Final = "mailbox"
_GROUP_MAILBOX: Final = "groupmailbox"

_NAMES: Final = ("id", "identity", "name", "distinguished_name", "primary_smtp_address")


def targets_in(text: str | None) -> list[str]:
    """Return whom a text of Exchange names: addresses and names of recipients, without display names and prefixes.

    `"Bob" <smtp:bob@x.example>; Front office` is `bob@x.example` and `Front office`. A text that names nobody is
    returned as it is: something is set, and it is not known what.
    """
    whole = text or ""
    return [target for part in whole.split(";") if (target := _target(part))] or [whole]


def _target(text: str) -> str:
    bracketed = _IN_BRACKETS.search(text)
    return _PREFIX.sub("", (bracketed[1] if bracketed else text).strip()).strip()


@dataclass(frozen=True, slots=True)
class Directory:
    """Whom the names stand for that forwards use."""

    addresses: Addresses
    mail_goes_to: Mapping[str, frozenset[str | None]]
    """Name or address of a recipient, lower case, to the addresses that its mail goes to."""
    is_whole: bool
    """Whether no contact is missing that may stand behind an address of the firm."""

    def sends_out(self, target: str, agreements: "Agreements", sources: Collection[str | None] = ()) -> Answer:
        """Whether mail for `target` leaves the firm without an agreement.

        Unknown for a name that nobody has, or that stands for several of whom only some are outside, and for a
        group: who is in it was not read.
        """
        answers = {
            all_of([self._is_outside(address), negated(agreements.cover(sources, address))])
            for address in self._reached(target)
        }
        return answers.pop() if len(answers) == 1 else None

    def _is_outside(self, address: str | None) -> Answer:
        outside = self.addresses.is_outside(address)
        return outside if outside or self.is_whole else None

    def _reached(self, target: str) -> frozenset[str | None]:
        """Return the addresses that mail for `target` reaches; None for one that is not known.

        The mail of a contact goes elsewhere, whatever its own address. A legacy `/o=…/cn=…` name is known by its end.
        """
        legacy = _LAST_NAME.search(target)
        known = self.mail_goes_to.get((legacy[1] if legacy else target).lower())
        return known or frozenset({target if "@" in target and not legacy else None})


@derived
def directory(
    recipients: Annotated[
        pd.DataFrame | Gap, columns(*_NAMES, "recipient_type_details", "external_email_address", whole=True)
    ],
    addresses: Addresses,
) -> Directory:
    """Return whom names stand for; where not all recipients were read, an address of the firm may be a contact's.

    Source:
        https://learn.microsoft.com/powershell/module/exchangepowershell/get-recipient
    """
    rows = [] if isinstance(recipients, Gap) else records(recipients)
    found: dict[str, set[str | None]] = defaultdict(set)
    for row in rows:
        goes_to = _goes_to(row)
        for name in {row[column].lower() for column in _NAMES if row[column]}:
            found[name].add(goes_to)
    is_whole = not isinstance(recipients, Gap) and all(row["name"] and row["primary_smtp_address"] for row in rows)
    return Directory(addresses, {name: frozenset(reached) for name, reached in found.items()}, is_whole)


def _goes_to(recipient: Mapping[str, str | None]) -> str | None:
    """Return where a recipient's mail goes: a contact has an address elsewhere, only a mailbox keeps what it gets.

    A group hands its mail on to members that were not read, and so may a kind of recipient that is new.
    """
    elsewhere = recipient["external_email_address"]
    if elsewhere:
        return targets_in(elsewhere)[0]
    kind = (recipient["recipient_type_details"] or "").lower()
    keeps_it = kind.endswith(_MAILBOX) and kind != _GROUP_MAILBOX
    return recipient["primary_smtp_address"] if keeps_it else None


@dataclass(frozen=True, slots=True)
class Agreements:
    """The forwards that the firm knows of and approved, as far as they still run."""

    running: frozenset[tuple[str, str]]
    """From whom, to whom; lower case."""

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """Return those that run on the day that is judged."""
        today = profile.as_of.date()
        agreed = (one for one in profile.trusted_forwarding if one.until >= today)
        return cls(frozenset((one.source.strip().lower(), one.target.strip().lower()) for one in agreed))

    def cover(self, sources: Collection[str | None], target: str | None) -> Answer:
        """Whether somebody of these names may forward to `target`; unknown where the name was not read."""
        wanted = (target or "").strip().lower()
        names = [name and name.strip().lower() for name in sources]
        agreed = [source for source, to in self.running if to == wanted]
        return any_of(True if source in names else None if None in names else False for source in agreed)

    def know(self, source: str) -> bool:
        """Whether there is any agreement for this sender."""
        return any(source.strip().lower() == known for known, _ in self.running)
