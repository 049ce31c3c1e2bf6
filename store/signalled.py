"""What is known of a story that somebody must look at: who was told, and what people concluded."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from store.stories import Seen, rank

SENT_LEVEL: Final = "high"
"""From this level on somebody is told the same night."""


class Conclusion(StrEnum):
    """What a person concluded about a story."""

    EXPLAINED = "explained"
    """It happened, and there is a good reason for it."""
    FALSE_ALARM = "false_alarm"
    """It did not happen as the story tells."""
    INCIDENT = "incident"
    """Somebody else was in."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who concluded what, and when."""

    conclusion: Conclusion
    note: str
    by: str
    at: datetime
    level: str
    """The story's when it was concluded."""
    seen: frozenset[Seen]
    """What the story consisted of when it was concluded."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far telling one channel about a story is."""

    story: str
    level: str
    telling: int
    """How many conclusions there were: what happens after one is told anew."""
    channel: str
    """Hash of the channel's address; the address is kept nowhere."""
    attempts: int
    claimed_until: datetime | None
    """A process is sending it until then."""
    tried_at: datetime | None
    outcome: str
    """Code of the last attempt."""
    delivered_at: datetime | None

    def is_free(self, at: datetime) -> bool:
        """Tell whether it was never delivered and no process is sending it."""
        return self.delivered_at is None and (self.claimed_until is None or self.claimed_until < at)


@dataclass(frozen=True, slots=True)
class Signal:
    """A story that somebody must look at."""

    story: str
    """Its id when it was first seen, which stays."""
    subject: str
    level: str
    began: datetime
    ended: datetime
    noticed_at: datetime
    current: str
    """Its id in the evaluation that last saw it."""
    scan_id: str
    evaluation_id: str
    """Where it was last seen."""
    seen: frozenset[Seen]
    """All detections that were ever part of it."""
    grave: frozenset[Seen]
    """Those that are of the level that is sent, each by itself."""
    deliveries: tuple[Delivery, ...] = ()
    """Those for its level, of earlier tellings too."""
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """Oldest first; the last one counts."""

    @property
    def is_acknowledged(self) -> bool:
        """Whether a person concluded something about every detection in it, on its level."""
        if not self.acknowledgements:
            return False
        last = self.acknowledgements[-1]
        return rank(last.level) >= rank(self.level) and all(one.is_part_of(last.seen) for one in self.seen)

    @property
    def state(self) -> str:
        """`open`, `acknowledged`, or `grown`: it went on after somebody had concluded something."""
        if self.is_acknowledged:
            return "acknowledged"
        return "grown" if self.acknowledgements else "open"

    @property
    def needs_telling(self) -> bool:
        """Whether somebody must be told: it is high, and nobody looked at it on this level, or at something grave."""
        if rank(self.level) < rank(SENT_LEVEL):
            return False
        return self._has_grown_gravely or not (self._was_looked_at or self._was_told_before)

    @property
    def telling(self) -> int:
        """Which telling it is: a conclusion ends one."""
        return len(self.acknowledgements)

    @property
    def planned(self) -> tuple[Delivery, ...]:
        """Deliveries of the telling that it is."""
        return tuple(one for one in self.deliveries if one.telling == self.telling)

    @property
    def is_told(self) -> bool:
        """Whether somebody was reached since the last conclusion."""
        return any(one.delivered_at for one in self.planned)

    @property
    def is_outstanding(self) -> bool:
        """Whether somebody who is to be told was not reached."""
        return self.needs_telling and not (self.planned and all(one.delivered_at for one in self.planned))

    @property
    def _has_grown_gravely(self) -> bool:
        last = self.acknowledgements[-1:]
        return any(not one.is_part_of(known.seen) for known in last for one in self.grave)

    @property
    def _was_looked_at(self) -> bool:
        return any(rank(known.level) >= rank(self.level) for known in self.acknowledgements)

    @property
    def _was_told_before(self) -> bool:
        return any(one.delivered_at for one in self.deliveries if one.telling < self.telling)

    @property
    def sent_at(self) -> datetime | None:
        """When somebody was first told."""
        return min((d.delivered_at for d in self.deliveries if d.delivered_at), default=None)
