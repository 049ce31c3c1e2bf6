"""Inbox rules that send mail out of the firm, or keep the owner from seeing it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.derived import Addresses
from checks.frame import BOOL, TEXTS, column, first_known, judged, look_up, objects, records
from checks.hidden_mail import FILING, HIDING, VERDICTS, address_of, mail_of
from checks.mail_targets import Agreements
from checks.model import EvidenceKind, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark

_SENDING: Final = ("forwardTo", "forwardAsAttachmentTo", "redirectTo")


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

    To delete or file a newsletter is what rules are for. To delete every message is not; and a rule that deletes
    or marks as read whatever comes from a bank, or nearly everything, could not be judged. Nor could one that files
    every message or mail about money: into which folder it does is not read.

    Rules that Outlook hides are not visible to every way of reading; without them this never passes.
    """
    owners = look_up(inbox_rules["mailbox_id"], users, "id", "user_principal_name")
    mails = look_up(inbox_rules["mailbox_id"], users, "id", "mail")
    rules = [_rule(row) for row in records(inbox_rules.assign(owner=owners, mail=mails))]
    reach = _Reach(addresses, Agreements.of(profile))
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
        members = [self.actions[name] for name in _SENDING if name in self.actions]
        return [address for member in members for address in _addresses(member)]

    @property
    def hides_by(self) -> list[str]:
        """What the rule surely does that keeps a message from being noticed."""
        return [name for name in HIDING if self._does(name)]

    @property
    def hides_money(self) -> Answer:
        """Whether it hides mail about money, or all mail.

        To which folder it files is not read, so filing such mail is unknown.
        """
        if self.actions is None:
            return None
        mail = mail_of(self.conditions)
        return any_of(all_of([self._does(name), verdicts.of(mail)]) for name, verdicts in VERDICTS.items())

    def _does(self, name: str) -> Answer:
        """Whether the rule does this: a switch that is on, or a folder that is named."""
        setting = (self.actions or {}).get(name, False)
        if isinstance(setting, bool):
            return setting
        return bool(setting) if isinstance(setting, str) and name == FILING else None


@dataclass(frozen=True, slots=True)
class _Reach:
    """Tells recipients the firm does not know from its own and from those it agreed to."""

    addresses: Addresses
    agreements: Agreements

    def strangers(self, rule: _Rule) -> list[str]:
        """Return the recipients that are strangers, or may be."""
        found = (address for address in rule.recipients if address and self.is_stranger(rule, address) is not False)
        return sorted(set(found))

    def is_stranger(self, rule: _Rule, address: str | None) -> Answer:
        """Whether mail to `address` leaves the firm without an agreement that still runs."""
        return all_of([self.addresses.is_outside(address), negated(self.agreements.cover(rule.owners, address))])


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


def _addresses(recipients: object) -> list[str | None]:
    """Return one address per recipient, None where there is none; of what is no list one that is not known."""
    return [address_of(recipient) for recipient in recipients] if isinstance(recipients, list) else [None]
