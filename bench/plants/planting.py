"""What every planted attack needs: a moment, somebody to attack, a place to attack from, and its label."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bench.plants import clients as c
from bench.plants.behaviour import Ordinary
from bench.plants.calendar import DAY, HOUR
from bench.plants.labels import Attack, StoryLevel
from bench.plants.log import Given, Log, Numbers, moment_of
from bench.plants.people import Job, Person
from bench.plants.places import FAR, FAR_TOWNS, SERVERS, place

_SCRIPTS: Final = ("python-requests/2.31.0", "Go-http-client/1.1", c.WINDOWS_CHROME, c.LINUX_CHROME, c.ROPC_AGENT)
_APART: Final = 3 * DAY


@dataclass
class Plant:
    """A firm under attack in its last thirty days."""

    firm: Ordinary
    rng: np.random.Generator
    _attacked: dict[int, list[int]] = field(default_factory=dict)
    """Moments by number of the person, so that attacks on one stay days apart."""
    _towns: list[str] = field(default_factory=list)
    """Towns to attack from that were not used yet: a country is new only once."""
    _hosts: int = 0

    @property
    def log(self) -> Log:
        return self.firm.log

    def moment(self, *, at_work: bool = False) -> int:
        """Return some moment of the last weeks, at least a day before the end."""
        days = self.firm.days
        if at_work:
            day = days.workday(self.rng, days.recent + 1, days.days - 1)
            return days.at(day, float(self.rng.uniform(9, 16.5)))
        return days.at(int(self.rng.integers(days.recent + 1, days.days - 1)), float(self.rng.uniform(0, 23.5)))

    def victims(self, moment: int, count: int, *, jobs: Sequence[Job] = (), settled: bool = True) -> list[Person]:
        """Return people at desks that are here and were not attacked within days, most of them for long here.

        Where a firm is too small for that, people who were attacked before come last.
        """
        candidates = [
            person for person in self.firm.firm.desks
            if not (self.firm.is_away(person, moment) and settled) and (not jobs or person.job in jobs)
        ]  # fmt: skip
        self.rng.shuffle(candidates)
        candidates.sort(key=lambda person: self._is_close(person, moment))
        chosen = candidates[:count]
        for person in chosen:
            self._attacked.setdefault(person.number, []).append(moment)
        return chosen

    def _is_close(self, person: Person, moment: int) -> bool:
        return any(abs(moment - other) < _APART for other in self._attacked.get(person.number, ()))

    def quiet_victim(self, *, at_work: bool = False, unlike: Sequence[str] = ()) -> tuple[Person, int]:
        """Return somebody and a moment at which nothing else is planted for him.

        Args:
            at_work: Whether in working hours.
            unlike: Detections of which he had none: what somebody does a second time is not new to him, nor are tools
                for developers to the one who knows computers.
        """
        known = {user for attack in self.firm.attacks if set(unlike) & set(attack.detections) for user in attack.users}
        for _ in range(40):
            moment = self.moment(at_work=at_work)
            free = [
                p
                for p in self.firm.firm.desks
                if not self.firm.is_away(p, moment)
                and not self._is_close(p, moment)
                and p.job is not Job.STUDENT
                and p.user_id not in known
                and (p.job is not Job.IT or "D35" not in unlike)
            ]
            if free:
                person = free[int(self.rng.integers(len(free)))]
                self._attacked.setdefault(person.number, []).append(moment)
                return person, moment
        moment = self.moment(at_work=at_work)
        return self.victims(moment, 1)[0], moment

    def den(self, *, is_hosting: bool | None = None) -> int:
        """Return a place to attack from, new to the firm: a server, or a line in a far country."""
        self._hosts += 1
        hosting = bool(self.rng.random() < 0.5) if is_hosting is None else is_hosting
        free = [name for name in SERVERS if name not in ("servers B", "servers C")]
        carriers = free if hosting else FAR
        if not self._towns:
            self._towns = [str(town) for town in self.rng.permutation(FAR_TOWNS)]
        carrier, town = str(self.rng.choice(carriers)), self._towns.pop()
        return place(self.log, carrier, town, 9_000 + 300 * self._hosts + int(self.rng.integers(250)))

    def script(self) -> str:
        """Return a user agent that attackers use."""
        return str(self.rng.choice(_SCRIPTS))

    def rows(  # noqa: PLR0913 - what a row points at
             self, moments: Numbers, person: Given, where: Given, client: Given, names: str | Sequence[str], *,
             session: Given = 0, device: int = 0, together: bool = False, risk: int = 0) -> Numbers:  # fmt: skip
        """Add attempts that end as named; `together` gives them one correlation id."""
        ends = [c.outcome(self.log, name) for name in ([names] if isinstance(names, str) else names)]
        return self.log.add(
            moments,
            person=person,
            place=where,
            client=client,
            outcome=np.array(ends) if len(ends) > 1 else ends[0],
            device=device,
            session=session,
            risk=risk,
            correlation=np.zeros(len(moments), np.int64) if together else None,
        )

    def label(
        self,
        name: str,
        detections: Sequence[str],
        people: Sequence[Person],
        rows: Sequence[Numbers],
        moments: Sequence[Numbers],
        story: StoryLevel = "listed",
        places: Sequence[int] = (),
    ) -> None:
        """Write down what was planted."""
        times, written = np.concatenate(list(moments)), np.concatenate(list(rows))
        has_happened = times < self.firm.days.end
        times, written = times[has_happened], written[has_happened]
        entries = self.log.registers["place"].entries
        self.firm.attacks.append(
            Attack(
                f"{name}-{self.firm.seed}-{len(self.firm.attacks)}", tuple(detections),
                tuple(person.user_id for person in people), self.log.ids(written.tolist()),
                moment_of(int(times.min())), moment_of(int(times.max())), story,
                tuple(str(entries[each]["ip_address"]) for each in places),
            )
        )  # fmt: skip


def laptop_session(plant: Plant, person: Person, moment: int) -> int:
    """Return the session that somebody's computer has at a moment."""
    day = int(np.searchsorted(plant.firm.days.midnights, moment, side="right")) - 1
    return plant.log.session((person.number * 1000 + day // 21) * 10)


def usual_place(plant: Plant, person: Person) -> int:
    """Return the office of somebody."""
    offices = plant.firm.firm.offices
    return offices[person.number % len(offices)]


def soon(rng: np.random.Generator, moment: int, count: int, within: int) -> Numbers:
    """Return ascending moments within so many microseconds."""
    return moment + np.sort(rng.integers(0, max(within, 1), count))


__all__ = ["DAY", "HOUR", "Plant", "laptop_session", "soon", "usual_place"]
