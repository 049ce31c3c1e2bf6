"""Mail that leaves the firm by itself: policies that let it, mailboxes and rules of mail flow that send it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.frame import BOOL, TEXTS, column, judged, objects, records
from checks.mail_targets import Agreements, Directory, targets_in
from checks.model import EvidenceKind, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark

_COPIES: Final = {
    "redirect_message_to": "redirectMessageTo",
    "blind_copy_to": "blindCopyTo",
    "copy_to": "copyTo",
    "add_to_recipients": "addToRecipients",
}
_FORWARDING: Final = {"on": True, "off": False, "automatic": False}
"""Since 2022 `Automatic` is another word for `Off`."""
_RUNNING: Final = {"enabled": True, "disabled": False}
_ENFORCED: Final = {"enforce": True, "audit": False, "auditandnotify": False}

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Route:
    """One thing that may send mail out of the firm."""

    kind: str
    id: str
    names: Sequence[str | None]
    fails: Answer
    forwards_by: Sequence[str]
    sends_to: Sequence[str] = ()
    for_senders: Sequence[str] = ()

    @property
    def name(self) -> str:
        return next((name for name in self.names if name and name.strip()), self.id)


@check(
    "EM-04",
    title=mark("No mail leaves the firm by itself, unless the firm agreed to it"),
    severity=Severity.CRITICAL,
    object_type="mail_route",
    evidence={
        "forwards_by": EvidenceKind.CONDITION,
        "sends_to": EvidenceKind.CONDITION,
        "for_senders": EvidenceKind.CONDITION,
    },
    remedy=mark(
        "Ask the owner whether the forward is theirs and who agreed to it. If nobody did, take it away and look at "
        "what left. Set the outbound spam policies to block automatic forwarding; outside senders may then be told "
        "that their message was not forwarded."
    ),
    source="https://learn.microsoft.com/defender-office-365/outbound-spam-policies-external-email-forwarding",
)
def no_mail_leaves_by_itself(
    outbound_spam_policies: Annotated[
        pd.DataFrame,
        columns(
            "id",
            "name",
            "is_default",
            "auto_forwarding_mode",
            "rule_priority",
            "rule_state",
            "from_senders",
            "from_member_of",
            "sender_domain_is",
        ),
    ],
    mailboxes: Annotated[
        pd.DataFrame,
        columns(
            "id",
            "display_name",
            "user_principal_name",
            "primary_smtp_address",
            "forwarding_smtp_address",
            "forwarding_address",
        ),
    ],
    transport_rules: Annotated[pd.DataFrame, columns("id", "name", "state", "mode", *_COPIES)],
    directory: Directory,
    profile: Profile,
) -> Outcome:
    """Who reads a firm's mail in silence knows when the invoice is due, and changes the account number on it.

    Three things are judged: whether a policy lets mailboxes forward outside, whether a mailbox does, and whether a
    rule of mail flow sends mail or copies of it outside. A forward that a policy blocks today fails as well: it is
    there, and somebody set it. What the firm agreed to passes for as long as the agreement runs. A service that signs
    or filters mail and hands it back is no forward, and inbox rules are judged by EM-05.
    """
    agreements = Agreements.of(profile)
    routes = [
        *(_policy(row, agreements) for row in records(outbound_spam_policies)),
        *(_mailbox(row, directory, agreements) for row in records(mailboxes)),
        *_rules(records(transport_rules), directory, agreements),
    ]
    frame = pd.DataFrame(
        {"kind": [route.kind for route in routes], "id": [route.id for route in routes]}, dtype=object
    ).assign(name=[route.name for route in routes])
    evidence = {
        "forwards_by": column([list(route.forwards_by) for route in routes], frame, TEXTS),
        "sends_to": column([list(route.sends_to) for route in routes], frame, TEXTS),
        "for_senders": column([list(route.for_senders) for route in routes], frame, TEXTS),
    }
    named = objects(frame, ["kind", "id"], ["name"], evidence)
    return judged(named, column([route.fails for route in routes], frame, BOOL))


def _policy(row: _Row, agreements: Agreements) -> _Route:
    """Judge a policy: the default one holds for everybody whom no other policy takes."""
    senders = [target for text in row["from_senders"] or () for target in targets_in(text)]
    agreed = bool(senders) and all_of(agreements.know(sender) if "@" in sender else None for sender in senders)
    # a custom policy without a rule holds for nobody
    has_rule = row["rule_priority"] is not None or row["rule_state"] is not None
    holds = _RUNNING.get((row["rule_state"] or "").lower()) if has_rule else False
    fails = all_of(
        [
            _FORWARDING.get((row["auto_forwarding_mode"] or "").lower()),
            any_of([row["is_default"], all_of([holds, negated(agreed)])]),
        ]
    )
    limits = [*senders, *(row["from_member_of"] or ()), *(row["sender_domain_is"] or ())]
    return _Route("outbound_spam_policy", row["id"], [row["name"]], fails, ["policy"], for_senders=_said(limits))


def _mailbox(row: _Row, directory: Directory, agreements: Agreements) -> _Route:
    owners = (row["user_principal_name"], row["primary_smtp_address"])
    set_to = [text for text in (row["forwarding_smtp_address"], row["forwarding_address"]) if text]
    targets = [target for text in set_to for target in targets_in(text)]
    answers = {target: directory.sends_out(target, agreements, owners) for target in targets}
    names = [row["display_name"], *owners]
    return _Route("mailbox", row["id"], names, any_of(answers.values()), ["mailbox"], _open(answers))


def _rules(rows: Iterable[_Row], directory: Directory, agreements: Agreements) -> Iterator[_Route]:
    """Yield the rules of mail flow that are in force, or may be."""
    for row in rows:
        in_force = all_of([_RUNNING.get((row["state"] or "").lower()), _ENFORCED.get((row["mode"] or "").lower())])
        if in_force is not False:
            answers = {
                (action, target): directory.sends_out(target, agreements)
                for member, action in _COPIES.items()
                for text in row[member] or ()
                for target in targets_in(text)
            }
            found = [pair for pair, answer in answers.items() if answer is not False]
            yield _Route(
                "transport_rule",
                row["id"],
                [row["name"]],
                all_of([in_force, any_of(answers.values())]),
                _said(action for action, _ in found),
                _said(target for _, target in found),
            )


def _open(answers: Mapping[str, Answer]) -> list[str]:
    """Return the targets that are outside, or may be."""
    return _said(target for target, answer in answers.items() if answer is not False)


def _said(texts: Iterable[str | None]) -> list[str]:
    return sorted({text for text in texts if text})
