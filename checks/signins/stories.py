"""Detections of one person, or of one source, put together: what a reader examines as one thing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from checks.signins.codes import PASSWORD_RIGHT
from checks.signins.model import Detection, Moment, Story
from checks.signins.output import Found
from checks.signins.units import Family, Level, Unit

TOGETHER: Final = timedelta(hours=24)
"""Detections no further apart belong together."""
FOLLOWS_WITHIN: Final = timedelta(minutes=60)
"""What the audit log tells this near a detection belongs to it."""

_POINTS: Final[Mapping[Level, int]] = {Level.LISTED: 10, Level.MEDIUM: 30, Level.HIGH: 50}
_FOR_SUCCESS: Final = 20
_FOR_APPROVAL: Final = 10
_FOR_EACH_FURTHER_FAMILY: Final = 10
_FOR_FOLLOW_ON: Final = 15
_RIGHT: Final = frozenset(int(code) for code in PASSWORD_RIGHT.split(","))


@dataclass(frozen=True, slots=True)
class Event:
    """Something the audit log tells of an account."""

    at: datetime
    user_id: str
    operation: str


def stories_of(found: Sequence[Found], events: Iterable[Event], units: Mapping[str, Unit]) -> tuple[Story, ...]:
    """Return the stories, the gravest first.

    Args:
        found: All detections.
        events: What follows a break-in, of any account.
        units: The detections' declarations by id.
    """
    people: dict[str, list[Found]] = {}
    sources: dict[str, list[Found]] = {}
    nowhere: dict[str, list[Found]] = {}
    for one in sorted(found, key=_order):
        if one.detection.user_id is not None:
            people.setdefault(one.detection.user_id, []).append(one)
        elif one.detection.source is not None:
            sources.setdefault(one.detection.source, []).append(one)
        else:
            nowhere.setdefault(_stand_in(one.detection), []).append(one)
    done: dict[str, list[Event]] = {}
    for event in events:
        done.setdefault(event.user_id, []).append(event)
    stories = [
        _story(_with_context(chain, sources), done.get(user_id, []), units)
        for user_id, theirs in people.items()
        for chain in _chains(theirs)
    ]
    unnamed = (*sources.values(), *nowhere.values())
    stories += [_story(chain, [], units) for theirs in unnamed for chain in _chains(theirs)]
    return tuple(sorted(stories, key=lambda story: (-story.level.rank, -story.score, story.began, story.id)))


def _order(one: Found) -> tuple[datetime, str, str, str, datetime]:
    detection = one.detection
    return detection.first, detection.unit, detection.user_id or "", detection.source or "", detection.last


def _stand_in(detection: Detection) -> str:
    """Return what a detection with neither account nor address is told apart by."""
    return detection.user_principal_name or next(iter(detection.record_ids), "")


def _end(detection: Detection) -> datetime:
    """Return until when something else belongs to it; what lasts for weeks does not tie weeks together."""
    return min(detection.last, detection.first + TOGETHER)


def _chains(found: Sequence[Found]) -> Iterator[list[Found]]:
    """Split detections, in order of time, where nothing happens for longer than TOGETHER."""
    chain: list[Found] = []
    for one in found:
        if chain and one.detection.first - max(_end(other.detection) for other in chain) > TOGETHER:
            yield chain
            chain = []
        chain.append(one)
    if chain:
        yield chain


def _with_context(chain: list[Found], sources: Mapping[str, Sequence[Found]]) -> list[Found]:
    """Add what the same sources did to others about that time."""
    began = min(one.detection.first for one in chain) - TOGETHER
    ended = max(_end(one.detection) for one in chain) + TOGETHER
    context = [
        other
        for source in {one.detection.source for one in chain if one.detection.source is not None}
        for other in sources.get(source, ())
        if other.detection.first <= ended and _end(other.detection) >= began
    ]
    return sorted([*chain, *context], key=_order)


def _story(chain: list[Found], events: Sequence[Event], units: Mapping[str, Unit]) -> Story:
    detections = tuple(one.detection for one in chain)
    own = next((one for one in detections if one.user_id is not None), detections[0])
    near = [
        event for event in events if any(_is_near(event, one) for one in chain if one.detection.user_id is not None)
    ]
    ranks = ((units.get(one.unit), one.level) for one in detections)
    families = {unit.family_of(level) for unit, level in ranks if unit} | ({Family.FOLLOW_ON} if near else set())
    # a spray that got into somebody else's account did not get into this one
    mine = [one for one in detections if one.user_id == own.user_id]
    succeeded, approved = any(one.succeeded for one in mine), any(one.approved for one in mine)
    level = _level(mine, families, got_in=succeeded or approved)
    return Story(
        id=_identity(own),
        user_id=own.user_id,
        name=own.name,
        user_principal_name=own.user_principal_name,
        source=own.source,
        level=level,
        score=_score(mine, families, succeeded=succeeded, approved=approved),
        began=min(one.first for one in detections),
        ended=max(one.last for one in detections),
        succeeded=succeeded,
        approved=approved,
        families=tuple(family for family in Family if family in families),
        detections=detections,
        timeline=_timeline(chain, near),
    )


def _level(mine: Iterable[Detection], families: set[Family], *, got_in: bool) -> Level:
    """Return what the whole is worth: two families together, or more when one of the detections says so alone.

    Attempts that ended in nothing are never high, except on the accounts that nobody is to use.
    """
    together = Level.LISTED
    if len(families) > 1:
        together = Level.HIGH if got_in else Level.MEDIUM
    alone = [
        one.level if got_in or one.unit in _HIGH_IN_VAIN else min(one.level, Level.MEDIUM, key=lambda level: level.rank)
        for one in mine
    ]
    return max([together, *alone], key=lambda level: level.rank)


_HIGH_IN_VAIN: Final = frozenset({"D40"})


def _score(mine: Iterable[Detection], families: set[Family], *, succeeded: bool, approved: bool) -> int:
    """Return points that order stories of one level; there is no upper limit."""
    best: dict[str, int] = {}
    for one in mine:
        unit_id = one.unit
        best[unit_id] = max(best.get(unit_id, 0), _POINTS[one.level])
    points = sum(best.values()) + _FOR_EACH_FURTHER_FAMILY * (len(families) - 1)
    points += _FOR_SUCCESS * succeeded + _FOR_APPROVAL * approved
    return points + _FOR_FOLLOW_ON * (Family.FOLLOW_ON in families)


def _identity(first: Detection) -> str:
    """Return a name that depends on nothing but whose story it is and what it began with."""
    entity = first.user_id or first.source or _stand_in(first)
    return sha256(f"{entity}|{first.unit}|{first.first.isoformat()}".encode()).hexdigest()[:16]


def _is_near(event: Event, one: Found) -> bool:
    moments = (one.detection.first, one.detection.last, *(row.at for row in one.records))
    return any(abs(event.at - moment) <= FOLLOWS_WITHIN for moment in moments)


def _timeline(chain: Iterable[Found], events: Iterable[Event]) -> tuple[Moment, ...]:
    moments: dict[tuple[datetime, str, str], Moment] = {}
    for one in chain:
        for moment in _moments(one):
            # two detections see the same sign-in; it happened once
            moments.setdefault((moment.at, moment.what, moment.unit or ""), moment)
    for event in events:
        moment = Moment(event.at, "audit", args={"operation": event.operation})
        moments.setdefault((event.at, "audit", event.operation), moment)
    return tuple(moments[key] for key in sorted(moments))


def _moments(one: Found) -> Iterator[Moment]:
    detection = one.detection
    country = detection.countries[0] if len(detection.countries) == 1 else None
    yield Moment(detection.first, "detected", detection.unit, detection.source, country)
    if detection.user_id is None:
        return
    for what, rows in (
        ("password_right", [row for row in one.records if row.code in _RIGHT and row.code != 0]),
        ("signed_in", [row for row in one.records if row.code == 0]),
        ("approved", [row for row in one.records if row.is_approved]),
    ):
        if rows:
            first = min(rows, key=lambda row: (row.at, row.id or ""))
            yield Moment(first.at, what, None, first.address, first.country, {"app": first.app or ""})
