"""What is told on the screen about signals, after a scan and after sending."""

from typing import TYPE_CHECKING, Final

from m365_posture.exits import Exit

if TYPE_CHECKING:
    from m365_posture.notification import Told

MARK: Final = "signals to examine"
NOT_SENT: Final = "NOT SENT EVERYWHERE"


def told_line(slug: str, told: "Told") -> str:
    """Return the line about a tenant's signals, "" when there is nothing to tell."""
    if not (told.new or told.waiting or told.sent or told.unreached):
        return ""
    return f"{slug}: {MARK}: {told.new} new, {told.waiting} not acknowledged; {_sending(slug, told)}."


def exit_of(told: "Told") -> Exit:
    """Return how a command ends that was to tell somebody."""
    return Exit.INCOMPLETE if told.is_undelivered else Exit.DONE


def _sending(slug: str, told: "Told") -> str:
    if told.nobody_to_tell:
        return "NOBODY IS TOLD: put `notify_env` in its part of tenants.toml"
    parts = [f"{told.sent} sent"] if told.sent else []
    if told.unreached:
        parts.append(
            f"{told.due} {NOT_SENT}: {', '.join(told.unreached)}; the next scan and "
            f"`m365-posture signals send {slug}` try again"
        )
    return "; ".join(parts) or "nothing new to send"
