"""Who is where when: working days, homes and offices, holidays abroad, and long leave."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from bench.plants.log import Log, Numbers, microseconds
from bench.plants.people import Firm, Job, Person
from bench.plants.places import place

Flags = npt.NDArray[np.bool_]

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
LOOK_BACK: Final = 30 * DAY

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_HOLIDAYS: Final = frozenset(((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)))
_SUN: Final = (("line ES", "mobile ES", "Benidorm"), ("line ES", "mobile ES", "Torrevieja"),
               ("line ES", "mobile ES", "Santa Cruz de Tenerife"), ("line FR", "mobile FR", "Nice"))  # fmt: skip
_SNOW: Final = (("line AT", "mobile AT", "Innsbruck"), ("line FR", "mobile FR", "Albertville"))
_TOWN: Final = (
    ("hotels", "mobile FR", "Paris"),
    ("hotels", "mobile GB", "London"),
    ("hotels", "mobile NL", "Amsterdam"),
)
_FAR: Final = (("hotels", "far one", "Roma"), ("hotels", "far two", "Antalya"), ("hotels", "far three", "Marrakesh"),
               ("hotels", "far four", "New York"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trip:
    """Somebody is abroad. Times are microseconds; nothing is signed in while under way."""

    person: Person
    left: int
    arrived: int
    departed: int
    back: int
    town: str
    lodging: int
    """The place of its broadband."""
    air: tuple[int, ...]
    """Places of the telephone outside: foreign networks, or the own one through roaming."""
    has_laptop: bool
    by_train: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away for long and signs in nowhere."""

    person: Person
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days by number, from 0."""

    midnights: Numbers
    """The local midnight each day begins with."""
    weekdays: Numbers
    is_closed: Flags
    months: Numbers
    end: int

    @property
    def days(self) -> int:
        return len(self.midnights)

    @property
    def start(self) -> int:
        return int(self.midnights[0])

    @property
    def recent(self) -> int:
        """Number of the first day of the last thirty."""
        return max(0, self.days - 30)

    def at(self, day: int, hour: float) -> int:
        """Return a local hour of a day."""
        return int(self.midnights[day]) + int(hour * HOUR)

    def workday(self, rng: np.random.Generator, first: int, last: int) -> int:
        """Return some day on which the office is open, `last` not included."""
        days = np.arange(max(first, 0), min(last, self.days))
        is_open = (self.weekdays[days] < 5) & ~self.is_closed[days]
        return int(rng.choice(days[is_open] if is_open.any() else days))


def calendar(days: int, end: datetime) -> Calendar:
    """Return the days before `end`, an aware time."""
    last: date = end.astimezone(_BRUSSELS).date()
    dates = [last - timedelta(days=days - 1 - number) for number in range(days)]
    midnights = [microseconds(datetime(d.year, d.month, d.day, tzinfo=_BRUSSELS).astimezone(UTC)) for d in dates]
    return Calendar(
        np.array(midnights),
        np.array([each.weekday() for each in dates]),
        np.array([(each.month, each.day) in _HOLIDAYS for each in dates]),
        np.array([each.month for each in dates]),
        microseconds(end),
    )


def _destinations(month: int) -> tuple[tuple[tuple[str, str, str], ...], float]:
    """Return where one goes in a month, and how many of a hundred leave in it."""
    if month in (7, 8):
        return _SUN, 0.35
    if month in (2, 3):
        return _SNOW + _TOWN, 0.2
    return _SUN + _TOWN + _FAR, 0.12


def trips(log: Log, rng: np.random.Generator, firm: Firm, days: Calendar) -> tuple[Trip, ...]:
    """Return who goes abroad when: nobody twice, as seasons have it."""
    made = []
    for person in firm.desks:
        for month_start in range(3, days.days - 3, 30):
            towns, share = _destinations(int(days.months[month_start]))
            if rng.random() < share:
                made.append(_trip(log, rng, person, days, month_start + int(rng.integers(0, 27)), towns))
                break
    return tuple(made)


def _trip(
    log: Log,
    rng: np.random.Generator,
    person: Person,
    days: Calendar,
    day: int,
    towns: tuple[tuple[str, str, str], ...],
) -> Trip:
    line, mobile, town = towns[int(rng.integers(len(towns)))]
    is_short = (line, mobile, town) in _TOWN
    nights = int(rng.integers(1, 4)) if is_short else int(rng.integers(6, 15))
    left = days.at(min(day, days.days - 1), 6 + float(rng.uniform(0, 10)))
    under_way = int((2.5 if is_short else 4 + 3 * rng.random() + 5 * ((line, mobile, town) in _FAR)) * HOUR)
    back = left + nights * DAY + int(rng.uniform(0, 5) * HOUR)
    roams_home = rng.random() < 0.5
    hosts = rng.integers(1, 1 << 20, 4)
    air = (
        [place(log, person.mobile, "Bruxelles", 900 + int(h) % 40) for h in hosts]
        if roams_home
        else [place(log, mobile, town, 5000 + int(h) % 60) for h in hosts]
    )
    return Trip(
        person,
        left,
        left + under_way,
        back,
        back + under_way,
        town,
        place(log, line, town, 300_000 + int(hosts[0]) % 4000),
        tuple(air),
        bool(rng.random() < 0.35),
        is_short,
    )


def leaves(rng: np.random.Generator, firm: Firm, days: Calendar) -> tuple[Leave, ...]:
    """Return who is on parental leave or ill for long: one in sixty, at least one where there are ten."""
    candidates = [person for person in firm.desks if person.job in (Job.PARTNER, Job.ASSOCIATE, Job.STAFF)]
    count = max(int(len(firm.desks) >= 10), len(firm.desks) // 60)
    chosen = rng.choice(len(candidates), size=min(count, len(candidates)), replace=False)
    made = []
    for number in chosen:
        back = days.workday(rng, days.recent + 8, days.days - 1)
        began = max(6, back - int(rng.integers(62, 75)))
        made.append(Leave(candidates[int(number)], days.at(began, 0), days.at(back, 7.5)))
    return tuple(made)


def newcomers(rng: np.random.Generator, firm: Firm, days: Calendar) -> tuple[Leave, ...]:
    """Return who only began within the last four weeks, as an absence before: one in fifty."""
    staff = firm.of(Job.ASSOCIATE, Job.STAFF, Job.STUDENT)
    chosen = rng.choice(len(staff), size=min(len(staff), int(len(firm.desks) / 50 + rng.random())), replace=False)
    first = days.recent + 2
    return tuple(
        Leave(staff[int(number)], 0, days.at(days.workday(rng, first, days.days - 2), 8.5)) for number in chosen
    )
