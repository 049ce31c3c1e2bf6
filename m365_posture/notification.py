"""The same night: whoever must look at a new signal of the highest level is told, once, and without a name.

A message says how many there are, since when, and which command shows them. It speaks of the firm by a code, so
whoever reads it on the way or on a telephone learns of no firm and of nobody.

::

    evaluation → noticed (kept) → claimed → sent → delivered
                                     ↑________│ not reached: the next scan and `signals send` try again
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from m365_posture.channels import DELIVERED, INVALID, Channel, Message, channels_of, post, reason
from m365_posture.config import TenantConfig
from m365_posture.tenant_data import TenantData
from m365_posture.texts import Language, mark, translate
from scanner.transport.clock import Clock
from store.judged import Judged
from store.signalled import Delivery, Signal
from store.signals import Noticed, Signals

WAITS_S: Final = (2.0, 8.0)
"""Before the second and the third attempt, on the scaled clock."""

_TITLE: Final = mark("{reference}: sign-ins to examine")
_LINES: Final = (
    mark("Reference: {reference}"),
    mark("New signals of level high to examine: {count}"),
    mark("The earliest began: {since} ({timezone})"),
    mark("To look at them: {command}"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What there was to tell about one tenant, and what became of it."""

    new: int = 0
    """Signals that the evaluation told and that were not known, or only on a lower level."""
    waiting: int = 0
    """Signals that nobody acknowledged yet, the new ones included."""
    sent: int = 0
    """Stories that were sent now."""
    due: int = 0
    """Stories of the highest level of which somebody who is to be told was not reached."""
    unreached: tuple[str, ...] = ()
    """In words, each channel that was not reached now."""
    nobody_to_tell: bool = False
    """Whether there is something to tell and `notify_env` is not set."""

    @property
    def is_undelivered(self) -> bool:
        """Whether somebody who is to be told was not reached."""
        return bool(self.unreached)


def tell(
    data: TenantData, clock: Clock, environment: Mapping[str, str] = os.environ, *, judged: Judged | None = None
) -> Told:
    """Keep the signals of an evaluation and tell of those that nobody was told of yet.

    Args:
        data: The tenant's.
        clock: Gives the moment, and the waits between attempts.
        environment: Where the channels' addresses are.
        judged: A new evaluation; without one only what is still due is sent.

    Raises:
        ConfigError: The addresses are unusable; what the evaluation told is kept and stays due.
    """
    with data.decisions() as decisions:
        signals = Signals(decisions)
        noticed = signals.notice(judged, clock.now()) if judged else Noticed((), ())
        channels = channels_of(data.tenant, environment)
        claimed = signals.claim([channel.id for channel in channels], clock.now())
        outcomes = _sent(data, signals, claimed, channels, clock, environment)
        return _told(signals.all(), noticed, channels, claimed, outcomes)


def message_of(reference: str, stories: Sequence[Signal], tenant: TenantConfig) -> Message:
    """Return the message about some stories, in the language of the tenant's reports."""
    language = Language(tenant.language)
    earliest = min(story.began for story in stories).astimezone(ZoneInfo(tenant.timezone))
    values = {
        "reference": reference,
        "count": len(stories),
        "since": f"{earliest:%Y-%m-%d %H:%M}",
        "timezone": tenant.timezone,
        "command": f"m365-posture signals list {reference}",
    }
    lines = [translate(line, language).format(**values) for line in _LINES]
    return Message(translate(_TITLE, language).format(**values), "\n".join(lines))


def _sent(
    data: TenantData,
    signals: Signals,
    claimed: Sequence[Delivery],
    channels: Sequence[Channel],
    clock: Clock,
    environment: Mapping[str, str],
) -> dict[str, str]:
    """Send what was claimed, channels with the same stories together; return how it went by id of the channel."""
    known = {signal.story: signal for signal in signals.all()}
    outcomes: dict[str, str] = {}
    for stories, alike in _grouped(claimed, channels).items():
        message = message_of(data.reference, [known[story] for story in stories], data.tenant)
        attempts = _attempts(alike, message, data.tenant.proxy, clock, environment)
        outcomes |= {channel: outcome for channel, (outcome, _) in attempts.items()}
        for one in claimed:
            if one.channel in attempts:
                outcome, times = attempts[one.channel]
                signals.record(one, outcome, attempts=times, delivered=outcome == DELIVERED, at=clock.now())
    return outcomes


def _grouped(claimed: Sequence[Delivery], channels: Sequence[Channel]) -> dict[tuple[str, ...], list[Channel]]:
    groups: dict[tuple[str, ...], list[Channel]] = {}
    for channel in channels:
        if stories := tuple(one.story for one in claimed if one.channel == channel.id):
            groups.setdefault(stories, []).append(channel)
    return groups


def _attempts(
    channels: Sequence[Channel], message: Message, proxy: str, clock: Clock, environment: Mapping[str, str]
) -> dict[str, tuple[str, int]]:
    """Send a message, again where a channel was not reached; return the last outcome and how many attempts it took."""
    ended: dict[str, tuple[str, int]] = {}
    left = list(channels)
    for attempt, wait_s in enumerate((0.0, *WAITS_S), 1):
        time.sleep(clock.real_s(wait_s))
        outcomes = post(left, message, environment, proxy=proxy)
        ended |= {channel: (outcome, attempt) for channel, outcome in outcomes.items()}
        left = [channel for channel in left if outcomes[channel.id] not in {DELIVERED, INVALID}]
        if not left:
            break
    return ended


def _told(
    signals: Sequence[Signal],
    noticed: Noticed,
    channels: Sequence[Channel],
    claimed: Sequence[Delivery],
    outcomes: Mapping[str, str],
) -> Told:
    reached = {one.story for one in claimed if outcomes[one.channel] == DELIVERED}
    return Told(
        new=len(noticed.new) + len(noticed.risen),
        waiting=sum(not signal.is_acknowledged for signal in signals),
        sent=len(reached),
        due=len({one.story for one in claimed if outcomes[one.channel] != DELIVERED}),
        unreached=tuple(
            f"{channel.label} {reason(outcomes[channel.id])}"
            for channel in channels
            if outcomes.get(channel.id, DELIVERED) != DELIVERED
        ),
        nobody_to_tell=not channels and any(signal.needs_telling and not signal.is_told for signal in signals),
    )
