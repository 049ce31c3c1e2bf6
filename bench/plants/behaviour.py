"""Ninety days of ordinary sign-ins of a Belgian firm: offices, homes, telephones, holidays, machines and silence.

Everything here is benign. What looks odd and must stay quiet is added by `bench.plants.situations`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from bench.plants import clients as c
from bench.plants.calendar import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Calendar,
    Flags,
    Leave,
    Trip,
    calendar,
    leaves,
    newcomers,
    trips,
)
from bench.plants.labels import Attack, Benign, Labels
from bench.plants.log import Log, Numbers, guid, moment_of
from bench.plants.people import Firm, Job, Person, found
from bench.plants.places import place
from scanner.collectors.audits import SHAPE as AUDITS

END: Final = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
ENDS: Final = (END, datetime(2026, 3, 6, 5, 30, tzinfo=UTC), datetime(2026, 9, 4, 5, 30, tzinfo=UTC))
"""After the autumn holidays, after the week of skiing, and after August at the sea."""
_MOBILE_ADDRESSES: Final = 40


@dataclass(slots=True)
class Rows:
    """Rows of one kind before they are written: arrays of equal length."""

    moments: Numbers
    people: Numbers
    places: Numbers
    clients: Numbers
    outcomes: Numbers
    devices: Numbers
    sessions: Numbers
    telephone: bool


@dataclass
class Ordinary:
    """A firm with its ordinary log, open for further rows until the table is asked for."""

    seed: int
    log: Log
    firm: Firm
    days: Calendar
    rng: np.random.Generator
    trips: tuple[Trip, ...] = ()
    leaves: tuple[Leave, ...] = ()
    benign: list[Benign] = field(default_factory=list)
    attacks: list[Attack] = field(default_factory=list)
    audit_objects: list[dict[str, Any]] = field(default_factory=list)
    without_mfa: frozenset[int] = frozenset()
    """Numbers of people of whom only a password is asked."""

    @property
    def people(self) -> tuple[Person, ...]:
        return self.firm.people

    @property
    def as_of(self) -> datetime:
        return moment_of(self.days.end)

    @property
    def labels(self) -> Labels:
        emergency = tuple(person.user_principal_name for person in self.firm.of(Job.EMERGENCY))
        trusted = self.firm.trusted_networks
        return Labels(self.as_of, emergency, trusted, tuple(self.attacks), tuple(self.benign))

    @cached_property
    def sign_ins(self) -> pa.Table:
        """The log as a table, oldest first; rows after `as_of` have not happened yet."""
        return self.log.table(self.days.end)

    @cached_property
    def audits(self) -> pa.Table:
        return AUDITS.convert(self.audit_objects, "audits")

    def is_away(self, person: Person, moment: int) -> bool:
        """Whether somebody is abroad or on leave."""
        abroad = any(t.person is person and t.left - DAY <= moment <= t.back + 2 * DAY for t in self.trips)
        return abroad or any(leave.person is person and moment <= leave.ended + DAY for leave in self.leaves)

    def note(self, name: str, why: str, people: Sequence[Person], rows: Numbers | None = None) -> None:
        """Label something as benign."""
        records = () if rows is None else self.log.ids(rows)
        self.benign.append(
            Benign(f"{name}-{len(self.benign)}", why, tuple(person.user_id for person in people), records)
        )

    def audit(self, moment: int, activity: str, person: Person, ip_address: str, device: str | None = None) -> None:
        """Add what the directory's audit log says of somebody's doing with his own account."""
        number = len(self.audit_objects)
        by = {"id": person.user_id, "userPrincipalName": person.user_principal_name, "displayName": person.name,
              "ipAddress": ip_address}  # fmt: skip
        targets: list[dict[str, Any]] = [
            {"id": person.user_id, "type": "User", "userPrincipalName": person.user_principal_name,
             "modifiedProperties": []}
        ]  # fmt: skip
        if device is not None:
            targets.insert(0, {"id": guid(number, self.seed * 7 + 9), "type": "Device", "displayName": device})
        self.audit_objects.append(
            {"id": guid(number, self.seed * 7 + 10), "activityDateTime": moment_of(moment).isoformat(),
             "activityDisplayName": activity, "category": "Device" if device else "UserManagement",
             "loggedByService": "Device Registration Service" if device else "Authentication Methods",
             "operationType": "Add", "result": "success", "resultReason": "", "correlationId": guid(number, self.seed),
             "initiatedBy": {"user": by}, "targetResources": targets, "additionalDetails": []}
        )  # fmt: skip

    def mobile(self, carrier: str, count: int) -> Numbers:
        """Return places of telephones on a home carrier, which puts them into one of three towns."""
        towns = ("Bruxelles", "Antwerpen", "Liège")
        pool = [place(self.log, carrier, towns[n % 3], 900 + n) for n in range(_MOBILE_ADDRESSES)]
        return np.array(pool)[self.rng.integers(0, _MOBILE_ADDRESSES, count)]


def ordinary(seed: int, people: int, days: int = 90, end: datetime = END) -> Ordinary:
    """Return a firm of `people` at desks and its ordinary log of `days` before `end`; equal seeds, equal logs."""
    rng = np.random.default_rng(seed)
    log = Log(seed, guid(0, seed * 7 + 5))
    firm, dates = found(log, rng, people), calendar(days, end)
    absences = (*leaves(rng, firm, dates), *newcomers(rng, firm, dates))
    made = Ordinary(seed, log, firm, dates, rng, trips(log, rng, firm, dates), absences)
    if rng.random() < 0.5:
        chosen = rng.choice(people, size=max(1, people // 8), replace=False)
        made.without_mfa = frozenset(int(number) for number in chosen)
    working, in_office = _weeks(made)
    for rows in (
        _laptops(made, working, in_office),
        _telephones(made, working, in_office),
        _browsers(made, working, in_office),
    ):
        _write(made, rows)
    for trip in made.trips:
        made.note("trip", f"{trip.person.job} in {trip.town}", [trip.person])
    for leave in made.leaves:
        told = "back after months, as announced" if leave.began else "began in these weeks"
        made.note("leave", told, [leave.person])
    _retired(made)
    return made


def _retired(firm: Ordinary) -> None:
    """Let the retired founders look at their mail for the last time, at home, in the first two weeks."""
    log = firm.log
    for person in firm.firm.of(Job.RETIRED):
        visits = np.array([firm.days.at(day, 10 + person.number % 5) for day in range(min(13, firm.days.days))])
        log.add(
            visits, person=person.row, client=c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, c.WINDOWS_CHROME),
            place=person.home, outcome=c.outcome(log, "approved"),
        )  # fmt: skip


def _weeks(firm: Ordinary) -> tuple[Flags, Flags]:
    """Return, by person at a desk and by day, who works and who is in the office."""
    rng, days, desks = firm.rng, firm.days, firm.firm.desks
    open_days = (days.weekdays < 5) & ~days.is_closed
    diligence = np.where([person.job is Job.STUDENT for person in desks], 0.2, 0.92)
    working = open_days & (rng.random((len(desks), days.days)) < diligence[:, None])
    working |= ~open_days & (rng.random((len(desks), days.days)) < 0.06)
    habit = rng.choice([0.4, 0.75, 0.95], size=len(desks), p=[0.3, 0.5, 0.2])
    in_office = rng.random((len(desks), days.days)) < habit[:, None]
    in_office &= open_days
    return working, in_office


def _spread(firm: Ordinary, counts: Numbers, hours: Sequence[float]) -> tuple[Numbers, Numbers, Numbers]:
    """Return moments, people and days of so many rows by person and day, within hours of the local day."""
    people, days = np.nonzero(counts)
    times = counts[people, days]
    people, days = np.repeat(people, times), np.repeat(days, times)
    first, last = hours
    within = firm.rng.beta(1.6, 1.6, len(people)) * (last - first) + first
    return firm.days.midnights[days] + (within * HOUR).astype(np.int64), people, days


def _of(firm: Ordinary, name: str) -> Numbers:
    return np.array([getattr(person, name) for person in firm.firm.desks])


def _desk_places(firm: Ordinary, people: Numbers, days: Numbers, in_office: Flags) -> Numbers:
    """Return the office, the home (by IPv6 where it has it, half of the times), or the hosted desktop."""
    rng, desks = firm.rng, firm.firm.desks
    offices = np.array(firm.firm.offices)[np.arange(len(desks)) % len(firm.firm.offices)]
    home = _of(firm, "home")
    six = np.array([person.home if person.home_6 is None else person.home_6 for person in desks])
    at_home = np.where(rng.random(len(people)) < 0.5, six[people], home[people])
    places = np.where(in_office[people, days], offices[people], at_home)
    if firm.firm.hosted is not None:
        places = np.where((people % 10 < 7) & (rng.random(len(people)) < 0.8), firm.firm.hosted, places)
    return places


def _sessions(firm: Ordinary, kind: int, people: Numbers, days: Numbers, lasting: int) -> Numbers:
    """Return sessions that are renewed every `lasting` days."""
    numbers = (people * 1000 + days // lasting) * 10 + kind
    distinct, back = np.unique(numbers, return_inverse=True)
    return np.array([firm.log.session(int(number)) for number in distinct], np.int64)[back]


def _laptops(firm: Ordinary, working: Flags, in_office: Flags) -> Rows:
    """Return the silent renewals of computers during work."""
    log, rng = firm.log, firm.rng
    counts = rng.poisson(10, working.shape) * working
    moments, people, days = _spread(firm, counts, (7.8, 18.6))
    systems = ((c.OFFICE_WINDOWS, c.WINDOWS_EDGE, c.SYNC_WINDOWS), (c.OFFICE_MAC, c.MAC_SAFARI, c.SYNC_MAC))
    programs = np.array(
        [
            [
                c.silent(log, c.OFFICE, c.EXCHANGE, office, c.PRIMARY),
                c.silent(log, c.TEAMS, c.TEAMS_SERVICE, page, c.PRIMARY),
                c.silent(log, c.ONEDRIVE, c.SHAREPOINT, sync, c.PRIMARY),
                c.silent(log, c.OFFICE, c.GRAPH, office, c.PRIMARY),
                c.silent(log, c.TEAMS, c.GRAPH, page),
                c.silent(log, c.HOME, c.GRAPH, page),
            ]
            for office, page, sync in systems
        ]
    )
    endings = [c.outcome(log, name) for name in ("renewed", "by claim", "not signed in", "session expired")]
    places = _desk_places(firm, people, days, in_office)
    behind = np.array([place(log, "Microsoft", town, n) for n, town in enumerate(("Amsterdam", "Dublin", "Amsterdam"))])
    places = np.where(rng.random(len(people)) < 0.03, behind[rng.integers(0, 3, len(people))], places)
    return Rows(
        moments, people, places, programs[_of(firm, "has_mac")[people].astype(int), rng.integers(0, 6, len(people))],
        rng.choice(endings, size=len(people), p=[0.6, 0.385, 0.01, 0.005]), _of(firm, "laptop")[people],
        _sessions(firm, 0, people, days, 21), telephone=False,
    )  # fmt: skip


def _telephones(firm: Ordinary, working: Flags, in_office: Flags) -> Rows:
    """Return the silent renewals of telephones, at all hours that people are awake, on networks as they come."""
    log, rng, desks = firm.log, firm.rng, firm.firm.desks
    has_one = np.array([person.job is not Job.STUDENT for person in desks])
    moments, people, days = _spread(firm, rng.poisson(5, working.shape) * has_one[:, None], (6.4, 23.0))
    hour = (moments - firm.days.midnights[days]) / HOUR
    is_iphone = _of(firm, "has_iphone")[people]
    programs = np.array(
        [
            [
                c.silent(log, app, resource, agent)
                for app, resource in ((c.OUTLOOK_MOBILE, c.EXCHANGE), (c.TEAMS, c.TEAMS_SERVICE))
            ]
            for agent in (c.OUTLOOK_ANDROID, c.OUTLOOK_IPHONE)
        ]
    )
    at_work = working[people, days] & in_office[people, days] & (hour > 8.5) & (hour < 17.5)
    offices = np.array(firm.firm.offices)[people % len(firm.firm.offices)]
    fixed = np.where(at_work, offices, _of(firm, "home")[people])
    carriers = _of(firm, "mobile")
    outside = np.zeros(len(people), np.int64)
    for carrier in np.unique(carriers):
        of_carrier = carriers[people] == carrier
        outside[of_carrier] = firm.mobile(str(carrier), int(of_carrier.sum()))
    places = np.where(rng.random(len(people)) < 0.6, fixed, outside)
    places = _across_borders(firm, people, places, outside)
    endings = [c.outcome(log, "renewed"), c.outcome(log, "by claim")]
    return Rows(
        moments, people, places, programs[is_iphone.astype(int), rng.integers(0, 2, len(people))],
        rng.choice(endings, size=len(people), p=[0.5, 0.5]), _of(firm, "telephone")[people],
        _sessions(firm, 1, people, days, 60), telephone=True,
    )  # fmt: skip


def _across_borders(firm: Ordinary, people: Numbers, places: Numbers, outside: Numbers) -> Numbers:
    """Let the telephones of one in thirty hear the masts of the country next door."""
    near = [("mobile LU", "Luxembourg"), ("mobile FR", "Lille"), ("mobile NL", "Maastricht"), ("mobile DE", "Aachen")]
    carrier, town = near[int(firm.rng.integers(len(near)))]
    pool = np.array([place(firm.log, carrier, town, 700 + n) for n in range(12)])
    chosen = (people % 30 == 2) & (places == outside) & (firm.rng.random(len(people)) < 0.3)
    if chosen.any():
        firm.note("border", f"telephone on a mast in {town}", [p for n, p in enumerate(firm.firm.desks) if n % 30 == 2])
    return np.where(chosen, pool[firm.rng.integers(0, 12, len(people))], places)


def _browsers(firm: Ordinary, working: Flags, in_office: Flags) -> Rows:
    """Return what people sign in to themselves: the computer in the morning, pages during the day."""
    log, rng, desks = firm.log, firm.rng, firm.firm.desks
    managed = _of(firm, "is_managed")
    moments, people, days = _spread(firm, rng.poisson(1.6, working.shape) * working, (7.6, 19.0))
    pages = np.array(
        [
            [c.browser(log, app, resource, agent) for app, resource in
             ((c.HOME, c.GRAPH), (c.OUTLOOK_WEB, c.EXCHANGE), (c.MATTERS, c.GRAPH), (c.HOME, c.SHAREPOINT))]
            for agent in (c.WINDOWS_EDGE, c.WINDOWS_CHROME, c.MAC_SAFARI)
        ]
    )  # fmt: skip
    own = np.array([2 if person.has_mac else int(not person.is_managed and rng.random() < 0.5) for person in desks])
    programs = pages[own[people], rng.integers(0, 4, len(people))]
    windows = c.client(log, c.WINDOWS_SIGN_IN, c.AAD_GRAPH, c.BROKER_WINDOWS, token=c.PRIMARY)
    is_morning = managed[people] & (rng.random(len(people)) < 0.35)
    return Rows(
        moments, people, _desk_places(firm, people, days, in_office), np.where(is_morning, windows, programs),
        np.where(is_morning, c.outcome(log, "hello"), _endings(firm, people)), _of(firm, "laptop")[people],
        _sessions(firm, 0, people, days, 21), telephone=False,
    )  # fmt: skip


def _endings(firm: Ordinary, people: Numbers) -> Numbers:
    """Return how sign-ins in a browser end: mostly by what was proved before."""
    log, rng = firm.log, firm.rng
    without = np.isin(people, list(firm.without_mfa))
    fresh = rng.random(len(people)) < (0.5 if firm.firm.is_wary else 0.15)
    ended = np.where(fresh, c.outcome(log, "approved"), c.outcome(log, "by claim"))
    return np.where(without, np.where(fresh, c.outcome(log, "password only"), c.outcome(log, "renewed")), ended)


def _write(firm: Ordinary, rows: Rows) -> None:
    """Take out who is away, move who is abroad, and add the rest to the log with its interruptions."""
    log, rng = firm.log, firm.rng
    kept = np.ones(len(rows.moments), np.bool_)
    for trip in firm.trips:
        _travel(firm, rows, kept, trip)
    for leave in firm.leaves:
        his = _rows_of(rows, leave.person)
        kept[his] &= (rows.moments[his] < leave.began) | (rows.moments[his] >= leave.ended)
    registers = np.array([person.row for person in firm.firm.desks])
    fields = (
        rows.moments,
        registers[rows.people],
        rows.places,
        rows.clients,
        rows.outcomes,
        rows.devices,
        rows.sessions,
    )
    moments, people, places, programs, outcomes, devices, sessions = (each[kept] for each in fields)
    approved = np.flatnonzero(outcomes == c.outcome(log, "approved"))
    before = approved[rng.random(len(approved)) < 0.8]
    after = approved[rng.random(len(approved)) < 0.3]
    which = np.concatenate((np.arange(len(moments)), before, after))
    shift = np.concatenate(
        (np.zeros(len(moments), np.int64), -rng.integers(4, 40, len(before)), -rng.integers(1, 4, len(after)))
    )
    ends = np.concatenate(
        (
            outcomes,
            np.full(len(before), c.outcome(log, "asked for MFA")),
            np.full(len(after), c.outcome(log, "stay signed in")),
        )
    )
    log.add(
        moments[which] + shift * SECOND,
        person=people[which],
        place=places[which],
        client=programs[which],
        outcome=ends,
        device=devices[which],
        session=np.where(ends == outcomes[which], sessions[which], 0),
        correlation=which,
    )


def _rows_of(rows: Rows, person: Person) -> slice:
    """Return where somebody's rows are: they lie in the order of people."""
    first, last = np.searchsorted(rows.people, (person.number, person.number + 1))
    return slice(int(first), int(last))


def _travel(firm: Ordinary, rows: Rows, kept: Flags, trip: Trip) -> None:
    """Move one traveller's rows: telephones to the lodging and the air there, computers mostly to nowhere."""
    rng, his = firm.rng, _rows_of(rows, trip.person)
    at, still, where = rows.moments[his], kept[his], rows.places[his]
    still &= (at < trip.left) | (at >= trip.arrived)
    still &= (at < trip.departed) | (at >= trip.back)
    abroad = np.flatnonzero((at >= trip.arrived) & (at < trip.departed))
    if rows.telephone:
        outside = np.array(trip.air)[rng.integers(0, len(trip.air), len(abroad))]
        where[abroad] = np.where(rng.random(len(abroad)) < 0.6, trip.lodging, outside)
        return
    where[abroad] = trip.lodging
    still[abroad] &= trip.has_laptop & (rng.random(len(abroad)) < 0.3)
    if trip.by_train:
        town = ("London", "Paris", "Amsterdam")[int(rng.integers(3))]
        under_way = (at >= trip.left - 30 * MINUTE) & (at < trip.left)
        where[under_way] = place(firm.log, "train", town, 40 + int(rng.integers(8)))
