"""Stories as they were judged: what happened to one person or came from one source, to be examined."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from store.judged import Judged

CHECK: Final = "SI-02"
"""The check whose exhibit shows the stories."""
LEVELS: Final = ("listed", "medium", "high")
"""From what is only listed to what is sent."""


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One detection of a story: what of it is the same in the next evaluation."""

    unit: str
    first: str
    """ISO 8601 in UTC: these texts compare as the moments do."""
    last: str

    def is_part_of(self, others: Iterable["Seen"]) -> bool:
        """Tell whether one of the others is the same detection: the same unit at the same time.

        An evaluation that looks back less far, or knows more rows, may see a longer or a shorter part of it.
        """
        return any(
            self.unit == other.unit and self.first <= other.last and self.last >= other.first for other in others
        )


@dataclass(frozen=True, slots=True)
class Story:
    """One story of an evaluation."""

    id: str
    level: str
    score: float | None
    began: datetime
    """UTC."""
    ended: datetime
    user_id: str | None
    name: str | None
    user_principal_name: str | None
    source: str | None
    """Address it came from, where it is the story of a source."""
    families: tuple[str, ...]
    detections: tuple[Mapping[str, Any], ...]
    """As the exhibit has them."""
    timeline: tuple[Mapping[str, Any], ...]
    """What happened, in order, as the exhibit has it."""

    @property
    def subject(self) -> str:
        """Whose story it is, in every evaluation the same."""
        if self.user_id:
            return f"user:{self.user_id.lower()}"
        return f"source:{self.source}" if self.source else f"story:{self.id}"

    @property
    def seen(self) -> frozenset[Seen]:
        """Its detections; what its source did to others is only told with it."""
        return self.seen_from(LEVELS[0])

    def seen_from(self, level: str) -> frozenset[Seen]:
        """Return its detections of this level and higher ones."""
        return frozenset(
            Seen(str(one["unit"]), text(moment(one["first"])), text(moment(one["last"])))
            for one in self.detections
            if one.get("user_id") == self.user_id and rank(str(one.get("level"))) >= rank(level)
        )


def rank(level: str) -> int:
    """Return how high a level is; one that nobody knows is the highest, so that it is not overlooked."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def stories_of(judged: Judged) -> tuple[Story, ...]:
    """Return the stories of an evaluation; none where its check showed none."""
    shown = next((check.exhibit for check in judged.checks if check.check_id == CHECK), None)
    return tuple(_story(entry) for entry in (shown or {}).get("stories", ()))


def moment(written: str) -> datetime:
    """Return the moment that an exhibit tells, in UTC."""
    told = datetime.fromisoformat(written)
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def text(at: datetime) -> str:
    """Return a moment so that texts compare as the moments do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _story(entry: Mapping[str, Any]) -> Story:
    families: Sequence[str] = entry.get("families") or ()
    return Story(
        id=str(entry["id"]),
        level=str(entry["level"]),
        score=entry.get("score"),
        began=moment(entry["began"]),
        ended=moment(entry["ended"]),
        user_id=entry.get("user_id"),
        name=entry.get("name"),
        user_principal_name=entry.get("user_principal_name"),
        source=entry.get("source"),
        families=tuple(families),
        detections=tuple(entry.get("detections") or ()),
        timeline=tuple(entry.get("timeline") or ()),
    )
