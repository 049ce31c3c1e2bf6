"""What was done to mailboxes after a sign-in: told in a story, and deciding nothing.

Only an imported unified audit log tells it, so a firm that imports none must not be judged better for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from checks.signins.model import Moment, Story

AFTERWARDS: Final = timedelta(hours=24)
"""So long after the last sign a change of the mailbox is told with it."""


@dataclass(frozen=True, slots=True)
class MailboxChange:
    """A change of an inbox rule or of forwarding."""

    at: datetime
    mailbox: str
    """As the log names it, lower case: mostly a user principal name."""
    operation: str
    """The cmdlet, lower case."""
    address: str | None


def mailbox_changes(rows: Iterable[Mapping[str, Any]]) -> tuple[MailboxChange, ...]:
    """Return the changes of rows of `mailbox_audits` that say when and whose mailbox, in order of time."""
    found = [
        MailboxChange(row["creation_time"], mailbox.lower(), (row["operation"] or "").lower(), row["client_ip"] or None)
        for row in rows
        if row["creation_time"] is not None and (mailbox := row["mailbox"] or row["user_id"])
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.mailbox, one.operation, one.address or "")))


def with_mailbox_changes(story: Story, changes: Sequence[MailboxChange]) -> Story:
    """Return a story with what was done to the mailbox from its first sign on."""
    names = {name.lower() for name in (story.user_principal_name, story.user_id) if name}
    mine = [one for one in changes if one.mailbox in names and story.began <= one.at <= story.ended + AFTERWARDS]
    if not mine:
        return story
    moments = [Moment(one.at, "rule", address=one.address, args={"operation": one.operation}) for one in mine]
    return replace(story, timeline=tuple(sorted((*story.timeline, *moments), key=lambda moment: moment.at)))
