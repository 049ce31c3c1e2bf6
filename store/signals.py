"""Signals: stories that somebody must look at, who was told of them, and what people concluded.

A story keeps its place here when later evaluations see more or less of it: it is known by its id, and by
whose it is and when. So it is sent once, however often it is judged.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from store.decided import AuditEntry
from store.decisions import Decisions, Execute, write_trail
from store.judged import Judged
from store.stories import Story, rank, stories_of

KEPT_LEVEL: Final = "medium"
"""From this level on a story is kept until somebody concluded something."""
SENT_LEVEL: Final = "high"
"""From this level on somebody is told the same night."""
CLAIM: Final = timedelta(minutes=10)
"""How long a process may take to send; after that it is taken for dead and another one sends."""
CHAIN: Final = timedelta(hours=24)
"""What happens to one subject within this time is one story, in every evaluation."""
_PROGRAM: Final = "m365-posture"


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
    ended: datetime
    """The story's when it was concluded."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far telling one channel about a story is."""

    story: str
    level: str
    channel: str
    """Hash of the channel's address; the address is kept nowhere."""
    attempts: int
    claimed_until: datetime | None
    """A process is sending it until then."""
    tried_at: datetime | None
    outcome: str
    """Code of the last attempt."""
    delivered_at: datetime | None


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
    deliveries: tuple[Delivery, ...] = ()
    """Those for its level."""
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """Oldest first; the last one counts."""

    @property
    def is_acknowledged(self) -> bool:
        """Whether a person concluded something about all of it that is known."""
        last = self.acknowledgements[-1] if self.acknowledgements else None
        return last is not None and last.ended >= self.ended and rank(last.level) >= rank(self.level)

    @property
    def state(self) -> str:
        """`open`, `acknowledged`, or `grown`: it went on after somebody had concluded something."""
        if self.is_acknowledged:
            return "acknowledged"
        return "grown" if self.acknowledgements else "open"

    @property
    def needs_telling(self) -> bool:
        """Whether somebody must be told: it is high, and nobody looked at it on this level yet."""
        seen = any(rank(known.level) >= rank(self.level) for known in self.acknowledgements)
        return rank(self.level) >= rank(SENT_LEVEL) and not seen

    @property
    def sent_at(self) -> datetime | None:
        """When somebody was first told."""
        return min((d.delivered_at for d in self.deliveries if d.delivered_at), default=None)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What an evaluation told that was not known: ids of stories."""

    new: tuple[str, ...]
    risen: tuple[str, ...]
    """Known on a lower level."""


class Signals:
    """The signals among what is kept of one tenant."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions

    def notice(self, judged: Judged, at: datetime) -> Noticed:
        """Keep what an evaluation tells; a story that is known stays the same story.

        Args:
            judged: The evaluation.
            at: UTC.
        """
        new, risen = list[str](), list[str]()
        with self._decisions.transaction() as execute:
            # the highest last: where several turn out to be one known story, its level counts
            for story in sorted(stories_of(judged), key=lambda one: rank(one.level)):
                if rank(story.level) < rank(KEPT_LEVEL):
                    continue
                known = _known(execute, story)
                if known is None:
                    _insert(execute, story, judged, at)
                    new.append(story.id)
                else:
                    _update(execute, known[0], story, judged)
                    risen += [known[0]] if rank(story.level) > rank(known[1]) and known[0] not in new else []
            if new or risen:
                details = {"new": len(new), "risen": len(risen)}
                write_trail(execute, AuditEntry(at, _PROGRAM, "notice_signals", judged.evaluation_id, details))
        return Noticed(tuple(new), tuple(risen))

    def all(self) -> list[Signal]:
        """Return every signal that is kept, the newest first."""
        rows = self._decisions.rows(
            "SELECT story, subject, level, began, ended, noticed_at, current, scan_id, evaluation_id"
            " FROM signals ORDER BY began DESC, story"
        )
        return list(self._signals(rows))

    def claim(self, channels: Collection[str], at: datetime) -> list[Delivery]:
        """Take what is to be sent now, so that no other process sends it too.

        Whoever was to be told when a story was new still is. Channels that were added later are not told of it,
        unless none of the first ones is there any more and none was reached.

        Args:
            channels: Hashes of the addresses that can be sent to.
            at: UTC.
        """
        taken = list[Delivery]()
        with self._decisions.transaction() as execute:
            for signal in self.all():
                if signal.needs_telling:
                    taken += (
                        Delivery(signal.story, signal.level, channel, 0, at + CLAIM, None, "", None)
                        for channel in _wanted(signal, channels, at)
                    )
            for one in taken:
                execute(
                    "INSERT INTO signal_deliveries (story, level, channel, attempts, claimed_until, outcome)"
                    " VALUES (?, ?, ?, 0, ?, '') ON CONFLICT DO UPDATE SET claimed_until = excluded.claimed_until",
                    (one.story, one.level, one.channel, _text(at + CLAIM)),
                )
        return taken

    def record(self, claimed: Delivery, outcome: str, *, attempts: int, delivered: bool, at: datetime) -> None:
        """Keep how sending went, and let it go.

        Args:
            claimed: From `claim`.
            outcome: Code of the last attempt.
            attempts: How many there were.
            delivered: Whether the channel took the message.
            at: UTC.
        """
        key = (claimed.story, claimed.level, claimed.channel)
        details = {"level": claimed.level, "channel": claimed.channel, "outcome": outcome, "attempts": attempts}
        with self._decisions.transaction() as execute:
            execute(
                "UPDATE signal_deliveries SET attempts = attempts + ?, claimed_until = NULL, tried_at = ?, outcome = ?,"
                " delivered_at = coalesce(delivered_at, ?) WHERE story = ? AND level = ? AND channel = ?",
                (attempts, _text(at), outcome, _text(at) if delivered else None, *key),
            )
            write_trail(execute, AuditEntry(at, _PROGRAM, "send_signal", claimed.story, details))

    def acknowledge(self, signal: Signal, conclusion: Conclusion, *, by: str, note: str, at: datetime) -> None:
        """Keep what a person concluded about a story as it is known now; earlier conclusions stay on record."""
        with self._decisions.transaction() as execute:
            execute(
                "INSERT INTO signal_conclusions"
                " (story, conclusion, note, concluded_by, concluded_at, level, ended) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (signal.story, conclusion, note, by, _text(at), signal.level, _text(signal.ended)),
            )
            entry = AuditEntry(at, by, "acknowledge_signal", signal.story, {"conclusion": conclusion.value})
            write_trail(execute, entry)

    def forget(self, before: datetime) -> int:
        """Remove the signals of stories that ended before a moment; return how many. Their trail stays."""
        with self._decisions.transaction() as execute:
            old = [row[0] for row in execute("SELECT story FROM signals WHERE ended < ?", (_text(before),))]
            for table in ("signals", "signal_deliveries", "signal_conclusions") if old else ():
                for story in old:
                    execute(f"DELETE FROM {table} WHERE story = ?", (story,))  # noqa: S608 - names of our own tables
        return len(old)

    def due(self, before: datetime) -> int:
        """Return how many signals `forget` would remove."""
        [[count]] = self._decisions.rows("SELECT count(*) FROM signals WHERE ended < ?", (_text(before),))
        return int(count)

    def _signals(self, rows: Sequence[Any]) -> Iterator[Signal]:
        deliveries, conclusions = self._deliveries(), self._conclusions()
        for row in rows:
            yield Signal(
                story=row[0],
                subject=row[1],
                level=row[2],
                began=_moment(row[3]),
                ended=_moment(row[4]),
                noticed_at=_moment(row[5]),
                current=row[6],
                scan_id=row[7],
                evaluation_id=row[8],
                deliveries=tuple(one for one in deliveries.get(row[0], ()) if one.level == row[2]),
                acknowledgements=tuple(conclusions.get(row[0], ())),
            )

    def _deliveries(self) -> Mapping[str, list[Delivery]]:
        found: dict[str, list[Delivery]] = {}
        for row in self._decisions.rows(
            "SELECT story, level, channel, attempts, claimed_until, tried_at, outcome, delivered_at"
            " FROM signal_deliveries ORDER BY story, level, channel"
        ):
            times = [_moment(text) if text else None for text in (row[4], row[5], row[7])]
            one = Delivery(row[0], row[1], row[2], row[3], times[0], times[1], row[6], times[2])
            found.setdefault(one.story, []).append(one)
        return found

    def _conclusions(self) -> Mapping[str, list[Acknowledgement]]:
        found: dict[str, list[Acknowledgement]] = {}
        for row in self._decisions.rows(
            "SELECT story, conclusion, note, concluded_by, concluded_at, level, ended"
            " FROM signal_conclusions ORDER BY id"
        ):
            one = Acknowledgement(Conclusion(row[1]), row[2], row[3], _moment(row[4]), row[5], _moment(row[6]))
            found.setdefault(row[0], []).append(one)
        return found


def _wanted(signal: Signal, channels: Collection[str], at: datetime) -> Iterator[str]:
    planned = {one.channel: one for one in signal.deliveries}
    reached = any(one.delivered_at for one in planned.values())
    begin_anew = not reached and not planned.keys() & set(channels)
    for channel in channels:
        if (one := planned.get(channel)) is None:
            if begin_anew:
                yield channel
        elif one.delivered_at is None and (one.claimed_until is None or one.claimed_until < at):
            yield channel


def _known(execute: Execute, story: Story) -> tuple[str, str] | None:
    """Return id and level of the story that this one is: the same id, or the same subject about the same time."""
    row = execute(
        "SELECT story, level FROM signals WHERE story = :id OR current = :id"
        " OR (subject = :subject AND began <= :ended AND ended >= :began)"
        " ORDER BY story <> :id, current <> :id, noticed_at, began, story LIMIT 1",
        {
            "id": story.id,
            "subject": story.subject,
            "began": _text(story.began - CHAIN),
            "ended": _text(story.ended + CHAIN),
        },
    ).fetchone()
    return None if row is None else (row[0], row[1])


def _insert(execute: Execute, story: Story, judged: Judged, at: datetime) -> None:
    execute(
        "INSERT INTO signals (story, subject, level, began, ended, noticed_at, current, scan_id, evaluation_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(story.id, story.subject, story.level, _text(story.began), _text(story.ended), _text(at)),
            *(story.id, judged.scan_id, judged.evaluation_id),
        ),
    )


def _update(execute: Execute, known: str, story: Story, judged: Judged) -> None:
    """Keep the widest times: an evaluation that looks back less far must not make a story new again."""
    execute(
        "UPDATE signals SET level = ?, began = min(began, ?), ended = max(ended, ?), current = ?,"
        " scan_id = ?, evaluation_id = ? WHERE story = ?",
        (
            *(story.level, _text(story.began), _text(story.ended), story.id),
            *(judged.scan_id, judged.evaluation_id, known),
        ),
    )


def _text(at: datetime) -> str:
    """Return a moment so that texts compare as the moments do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
