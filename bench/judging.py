"""Compares what was found in a labelled log with what is in it: recall and precision by detection and by story."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bench.plants.labels import Attack, Labels, Planted, StoryLevel
from checks.signins.model import Detection, Examined, Story
from checks.signins.units import Level
from scanner.snapshot.networks import address_of

TOLERANCE: Final = timedelta(minutes=10)
"""A hit may begin or end this long beside its attack: logs are not written to the second."""
MONTH_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Missed:
    """A detection that an attack deserved and did not get."""

    unit: str
    attack: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How one detection did."""

    planted: int = 0
    recalled: int = 0
    hits: int = 0
    false: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.planted + other.planted,
            self.recalled + other.recalled,
            self.hits + other.hits,
            self.false + other.false,
        )

    @property
    def recall(self) -> float | None:
        """Share of the planted that was found; None where nothing was planted."""
        return self.recalled / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Share of the hits that an attack explains; None where there was no hit."""
        return 1 - self.false / self.hits if self.hits else None


@dataclass(frozen=True, slots=True)
class Judged:
    """What an examination of one labelled log was worth."""

    name: str
    people: int
    detections: dict[str, Tally]
    stories: dict[StoryLevel, Tally]
    """By the level that an attack's story must at least have; hits and false ones by the level they have."""
    missed: tuple[Missed, ...]
    missed_stories: tuple[str, ...]
    false_hits: tuple[Detection, ...]
    false_stories: tuple[Story, ...]
    """Of medium or higher, explained by no attack."""
    benign_seen: Counter[str] = field(default_factory=Counter)
    """Kinds of ordinary behaviour of which false stories were made."""
    unevaluated: tuple[str, ...] = ()
    examined_s: float = 0.0

    @property
    def rate(self) -> float:
        """False stories of medium or higher per 100 people and month."""
        return 100 * len(self.false_stories) / self.people if self.people else 0.0


def judge(planted: Planted, examined: Examined, examined_s: float = 0.0) -> Judged:
    """Return how an examination did on a labelled log."""
    labels = planted.labels
    since = labels.as_of - timedelta(days=MONTH_DAYS)
    attacks = [attack for attack in labels.attacks if attack.ended >= since]
    false_hits = tuple(hit for hit in examined.detections if not any(_explains(a, hit) for a in attacks))
    grave = [story for story in examined.stories if story.level.rank >= Level.MEDIUM.rank]
    false_stories = tuple(story for story in grave if not any(_is_about(attack, story) for attack in attacks))
    missed = tuple(
        Missed(unit, a.id) for a in attacks for unit in a.detections if not _recalled(a, unit, examined.detections)
    )
    missed_stories = tuple(attack.id for attack in attacks if not _has_story(attack, examined.stories))
    return Judged(
        planted.name,
        planted.people,
        _tallies(attacks, missed, examined.detections, false_hits),
        _story_tallies(attacks, missed_stories, examined.stories, false_stories),
        missed,
        missed_stories,
        false_hits,
        false_stories,
        Counter(kind for story in false_stories for kind in _benign_of(labels, story)),
        tuple(f"{state.id}: {state.because}" for state in examined.units if not state.evaluated),
        examined_s,
    )


def _overlaps(attack: Attack, first: datetime, last: datetime) -> bool:
    return first <= attack.ended + TOLERANCE and last >= attack.began - TOLERANCE


def _is_named(attack: Attack, user_id: str | None, source: str | None) -> bool:
    sources = {address_of(each) for each in attack.sources}
    return user_id in attack.users or (source is not None and address_of(source) in sources)


def _explains(attack: Attack, hit: Detection) -> bool:
    """Whether an attack is the reason of a hit: its person or source at its time, or rows of it."""
    if not _overlaps(attack, hit.first, hit.last):
        return False
    is_named = _is_named(attack, hit.user_id, hit.source)
    return is_named or bool(hit.user_id is None and set(attack.records).intersection(hit.record_ids))


def _recalled(attack: Attack, unit: str, hits: Iterable[Detection]) -> bool:
    return any(hit.unit == unit and _explains(attack, hit) for hit in hits)


def _is_about(attack: Attack, story: Story) -> bool:
    if not _overlaps(attack, story.began, story.ended):
        return False
    is_named = _is_named(attack, story.user_id, story.source)
    return is_named or any(_explains(attack, hit) for hit in story.detections if hit.user_id is None)


def _has_story(attack: Attack, stories: Iterable[Story]) -> bool:
    wanted = Level(attack.story).rank
    return any(story.level.rank >= wanted and _is_about(attack, story) for story in stories)


def _tallies(
    attacks: Sequence[Attack], missed: Sequence[Missed], hits: Sequence[Detection], false: Sequence[Detection]
) -> dict[str, Tally]:
    wanted = Counter(unit for attack in attacks for unit in attack.detections)
    lost, seen, wrong = (Counter(each.unit for each in some) for some in (missed, hits, false))
    units = sorted(wanted.keys() | seen.keys())
    return {unit: Tally(wanted[unit], wanted[unit] - lost[unit], seen[unit], wrong[unit]) for unit in units}


def _story_tallies(
    attacks: Sequence[Attack], missed: Sequence[str], stories: Sequence[Story], false: Sequence[Story]
) -> dict[StoryLevel, Tally]:
    levels: tuple[StoryLevel, ...] = ("high", "medium", "listed")
    wanted, seen = Counter(a.story for a in attacks), Counter(story.level.value for story in stories)
    lost = Counter(a.story for a in attacks if a.id in missed)
    wrong = Counter(story.level.value for story in false)
    return {level: Tally(wanted[level], wanted[level] - lost[level], seen[level], wrong[level]) for level in levels}


def _benign_of(labels: Labels, story: Story) -> set[str]:
    """Return the kinds of ordinary behaviour that a false story may have been made of."""
    records = {record for hit in story.detections for record in hit.record_ids}
    return {
        each.id.rsplit("-", 1)[0]
        for each in labels.benign
        if (records.intersection(each.records) if each.records else story.user_id in each.users)
    }


def together(judged: Sequence[Judged]) -> dict[str, Tally]:
    """Return the tallies of several logs by detection."""
    units = sorted({unit for each in judged for unit in each.detections})
    return {unit: sum((each.detections.get(unit, Tally()) for each in judged), Tally()) for unit in units}


def stories_together(judged: Sequence[Judged]) -> dict[StoryLevel, Tally]:
    """Return the tallies of stories of several logs by level."""
    levels: tuple[StoryLevel, ...] = ("high", "medium", "listed")
    return {level: sum((each.stories[level] for each in judged), Tally()) for level in levels}
