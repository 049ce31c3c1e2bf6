"""Signals: stories that somebody must look at, who was told of them, and what people concluded.

A story keeps its place here when later evaluations see more or less of it: it is known by its id, else by whose it
is and by any of its detections. So it is sent once, however often it is judged, and once more where something grave
happened after somebody had concluded something.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from store.decided import AuditEntry
from store.decisions import Decisions, Execute, write_trail
from store.judged import Judged
from store.signalled import SENT_LEVEL, Acknowledgement, Conclusion, Delivery, Signal
from store.stories import Seen, Story, rank, stories_of, text

KEPT_LEVEL: Final = "medium"
"""From this level on a story is kept until somebody concluded something."""
CLAIM: Final = timedelta(minutes=10)
"""How long a process may take to send; after that it is taken for dead and another one sends."""
_PROGRAM: Final = "m365-posture"


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
        gravest_last = sorted(stories_of(judged), key=lambda story: rank(story.level))
        told = {story.id: story for story in gravest_last if rank(story.level) >= rank(KEPT_LEVEL)}.values()
        new, risen = list[str](), list[str]()
        with self._decisions.transaction() as execute:
            known = _matched(told, sorted(self.all(), key=lambda signal: (signal.noticed_at, signal.story)))
            for story in told:
                if (signal := known.get(story.id)) is None:
                    _insert(execute, story, judged, at)
                    new.append(story.id)
                else:
                    _update(execute, signal, story, judged)
                    risen += [signal.story] if rank(story.level) > rank(signal.level) else []
            if new or risen:
                details = {"new": len(new), "risen": len(risen)}
                write_trail(execute, AuditEntry(at, _PROGRAM, "notice_signals", judged.evaluation_id, details))
        return Noticed(tuple(new), tuple(risen))

    def all(self) -> list[Signal]:
        """Return every signal that is kept, the newest first."""
        rows = self._decisions.rows(
            "SELECT story, subject, level, began, ended, noticed_at, current, scan_id, evaluation_id, seen, grave"
            " FROM signals ORDER BY began DESC, story"
        )
        return list(self._signals(rows))

    def claim(self, channels: Collection[str], at: datetime) -> list[Delivery]:
        """Take what is to be sent now, so that no other process sends it too.

        Whoever was to be told when a story was new still is. Channels that were added later are not told of it,
        unless one of the first ones was never reached and is gone: then they stand in for it, once.

        Args:
            channels: Hashes of the addresses that can be sent to.
            at: UTC.
        """
        taken, gone = list[Delivery](), list[Delivery]()
        with self._decisions.transaction() as execute:
            for signal in self.all():
                if signal.needs_telling:
                    gone += _replaced(signal, channels, at)
                    taken += (
                        Delivery(signal.story, signal.level, signal.telling, channel, 0, at + CLAIM, None, "", None)
                        for channel in _wanted(signal, channels, at)
                    )
            for one in gone:
                execute(
                    "DELETE FROM signal_deliveries WHERE story = ? AND level = ? AND telling = ? AND channel = ?",
                    (one.story, one.level, one.telling, one.channel),
                )
            for one in taken:
                execute(
                    "INSERT INTO signal_deliveries (story, level, telling, channel, attempts, claimed_until, outcome)"
                    " VALUES (?, ?, ?, ?, 0, ?, '') ON CONFLICT DO UPDATE SET claimed_until = excluded.claimed_until",
                    (one.story, one.level, one.telling, one.channel, text(at + CLAIM)),
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
        key = (claimed.story, claimed.level, claimed.telling, claimed.channel)
        details = {"level": claimed.level, "channel": claimed.channel, "outcome": outcome, "attempts": attempts}
        with self._decisions.transaction() as execute:
            execute(
                "UPDATE signal_deliveries SET attempts = attempts + ?, claimed_until = NULL, tried_at = ?, outcome = ?,"
                " delivered_at = coalesce(delivered_at, ?)"
                " WHERE story = ? AND level = ? AND telling = ? AND channel = ?",
                (attempts, text(at), outcome, text(at) if delivered else None, *key),
            )
            write_trail(execute, AuditEntry(at, _PROGRAM, "send_signal", claimed.story, details))

    def acknowledge(self, signal: Signal, conclusion: Conclusion, *, by: str, note: str, at: datetime) -> None:
        """Keep what a person concluded about a story as it is known now; earlier conclusions stay on record."""
        with self._decisions.transaction() as execute:
            execute(
                "INSERT INTO signal_conclusions"
                " (story, conclusion, note, concluded_by, concluded_at, level, seen) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (signal.story, conclusion, note, by, text(at), signal.level, _written(signal.seen)),
            )
            entry = AuditEntry(at, by, "acknowledge_signal", signal.story, {"conclusion": conclusion.value})
            write_trail(execute, entry)

    def forget(self, before: datetime) -> int:
        """Remove the signals of stories that ended before a moment; return how many. Their trail stays."""
        with self._decisions.transaction() as execute:
            old = [row[0] for row in execute("SELECT story FROM signals WHERE ended < ?", (text(before),))]
            for table in ("signals", "signal_deliveries", "signal_conclusions") if old else ():
                for story in old:
                    execute(f"DELETE FROM {table} WHERE story = ?", (story,))  # noqa: S608 - names of our own tables
        return len(old)

    def due(self, before: datetime) -> int:
        """Return how many signals `forget` would remove."""
        [[count]] = self._decisions.rows("SELECT count(*) FROM signals WHERE ended < ?", (text(before),))
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
                seen=_read(row[9]),
                grave=_read(row[10]),
                deliveries=tuple(one for one in deliveries.get(row[0], ()) if one.level == row[2]),
                acknowledgements=tuple(conclusions.get(row[0], ())),
            )

    def _deliveries(self) -> Mapping[str, list[Delivery]]:
        found: dict[str, list[Delivery]] = {}
        for row in self._decisions.rows(
            "SELECT story, level, telling, channel, attempts, outcome, claimed_until, tried_at, delivered_at"
            " FROM signal_deliveries ORDER BY story, level, telling, channel"
        ):
            times = [_moment(told) if told else None for told in row[6:]]
            one = Delivery(row[0], row[1], row[2], row[3], row[4], times[0], times[1], row[5], times[2])
            found.setdefault(one.story, []).append(one)
        return found

    def _conclusions(self) -> Mapping[str, list[Acknowledgement]]:
        found: dict[str, list[Acknowledgement]] = {}
        for row in self._decisions.rows(
            "SELECT story, conclusion, note, concluded_by, concluded_at, level, seen"
            " FROM signal_conclusions ORDER BY id"
        ):
            one = Acknowledgement(Conclusion(row[1]), row[2], row[3], _moment(row[4]), row[5], _read(row[6]))
            found.setdefault(row[0], []).append(one)
        return found


def _wanted(signal: Signal, channels: Collection[str], at: datetime) -> Iterator[str]:
    planned = {one.channel: one for one in signal.planned}
    takes_new = not planned or bool(_replaced(signal, channels, at))
    for channel in channels:
        if (one := planned.get(channel)) is None:
            if takes_new:
                yield channel
        elif one.is_free(at):
            yield channel


def _replaced(signal: Signal, channels: Collection[str], at: datetime) -> list[Delivery]:
    """Return those that are gone and were never reached, where there are others in their place."""
    if {*channels} <= {one.channel for one in signal.planned}:
        return []
    return [one for one in signal.planned if one.channel not in channels and one.is_free(at)]


def _matched(stories: Collection[Story], signals: Sequence[Signal]) -> Mapping[str, Signal]:
    """Return by id of each story the signal that it is, each for one story at most: by id, else by its detections."""
    found: dict[str, Signal] = {}
    free = {signal.story: signal for signal in signals}
    for is_same in (_has_its_id, _has_its_current_id, _shares_a_detection):
        for story in (story for story in stories if story.id not in found):
            alike = next((signal for signal in free.values() if is_same(story, signal)), None)
            if alike:
                found[story.id] = free.pop(alike.story)
    return found


def _has_its_id(story: Story, signal: Signal) -> bool:
    return story.id == signal.story


def _has_its_current_id(story: Story, signal: Signal) -> bool:
    return story.id == signal.current


def _shares_a_detection(story: Story, signal: Signal) -> bool:
    return story.subject == signal.subject and any(one.is_part_of(signal.seen) for one in story.seen)


def _insert(execute: Execute, story: Story, judged: Judged, at: datetime) -> None:
    execute(
        "INSERT INTO signals (story, subject, level, began, ended, noticed_at, current, scan_id,"
        " evaluation_id, seen, grave) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(story.id, story.subject, story.level, text(story.began), text(story.ended), text(at)),
            *(story.id, judged.scan_id, judged.evaluation_id, _written(story.seen)),
            _written(story.seen_from(SENT_LEVEL)),
        ),
    )


def _update(execute: Execute, signal: Signal, story: Story, judged: Judged) -> None:
    """Keep all that was ever seen: an evaluation that looks back less far must not make a story new again.

    Nor may one that thinks less of it make forgotten what somebody must still be told.
    """
    level = max(story.level, signal.level, key=rank) if signal.is_outstanding else story.level
    execute(
        "UPDATE signals SET level = ?, began = min(began, ?), ended = max(ended, ?), current = ?,"
        " scan_id = ?, evaluation_id = ?, seen = ?, grave = ? WHERE story = ?",
        (
            *(level, text(story.began), text(story.ended), story.id),
            *(judged.scan_id, judged.evaluation_id, _written(signal.seen | story.seen)),
            *(_written(signal.grave | story.seen_from(SENT_LEVEL)), signal.story),
        ),
    )


def _written(seen: Collection[Seen]) -> str:
    return json.dumps([[one.unit, one.first, one.last] for one in sorted(seen)])


def _read(written: str) -> frozenset[Seen]:
    return frozenset(Seen(*one) for one in json.loads(written))


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
