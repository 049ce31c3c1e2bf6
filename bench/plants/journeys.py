"""What people do abroad and on networks that are new to them: ordinary, and nearest to what attackers do."""

from collections.abc import Callable
from typing import Final

import numpy as np

from bench.plants import clients as c
from bench.plants.behaviour import Ordinary
from bench.plants.calendar import DAY, HOUR, MINUTE, SECOND, Trip
from bench.plants.log import Numbers
from bench.plants.people import Job, Person
from bench.plants.places import LINES_HOME, place
from bench.plants.situations import chosen, office_of


def _here(firm: Ordinary, person: Person, moments: Numbers) -> Numbers:
    """Return the moments at which somebody is neither abroad nor on leave."""
    return moments[[not firm.is_away(person, int(moment)) for moment in moments]]


def _in_person(firm: Ordinary, trip: Trip, moment: int, client: int, device: int, names: list[str]) -> Numbers:
    log = firm.log
    where = trip.lodging if firm.rng.random() < 0.7 else trip.air[0]
    return log.add(
        moment + np.arange(len(names)) * 25 * SECOND, person=trip.person.row, client=client, place=where, device=device,
        outcome=np.array([c.outcome(log, name) for name in names]), correlation=np.zeros(len(names), np.int64),
    )  # fmt: skip


def telephone_asks_again(firm: Ordinary) -> None:
    """Let the telephones of some travellers ask for the second factor on arrival."""
    log = firm.log
    for trip in firm.trips:
        if firm.rng.random() < 0.35:
            agent = c.OUTLOOK_IPHONE if trip.person.has_iphone else c.OUTLOOK_ANDROID
            client = c.client(log, c.OUTLOOK_MOBILE, c.EXCHANGE, agent)
            names = ["asked for MFA", "approved"] if firm.rng.random() < 0.6 else ["by claim"]
            moment = trip.arrived + int(firm.rng.uniform(0, 2) * HOUR)
            rows = _in_person(firm, trip, moment, client, trip.person.telephone, names)
            firm.note("arrival", f"telephone asks again in {trip.town}", [trip.person], rows)


def computer_of_the_hotel(firm: Ordinary) -> None:
    """Let a few travellers print their boarding passes from a computer that is not theirs."""
    for trip in firm.trips:
        if firm.rng.random() < 0.06:
            client = c.browser(firm.log, c.OUTLOOK_WEB, c.EXCHANGE, c.WINDOWS_CHROME)
            moment = trip.arrived + int(firm.rng.uniform(0, 1) * (trip.departed - trip.arrived))
            rows = _in_person(firm, trip, moment, client, 0, ["asked for MFA", "approved", "by claim"])
            firm.note("hotel", f"computer of the hotel in {trip.town}", [trip.person], rows)


def given_up_abroad(firm: Ordinary) -> None:
    """Let a few travellers type their password on a beach and leave the prompt for what it is."""
    for trip in firm.trips:
        if firm.rng.random() < 0.02:
            client = c.browser(firm.log, c.OUTLOOK_WEB, c.EXCHANGE, c.IPHONE_SAFARI)
            moment = trip.arrived + int(firm.rng.uniform(0, 1) * (trip.departed - trip.arrived))
            rows = _in_person(firm, trip, moment, client, 0, ["asked for MFA"])
            firm.note("given-up", f"prompt not answered in {trip.town}", [trip.person], rows)


def work_abroad(firm: Ordinary) -> None:
    """Let some travellers work at their own computer for days where they are."""
    log = firm.log
    for trip in firm.trips:
        if not trip.has_laptop or firm.rng.random() > 0.25:
            continue
        count = int((trip.departed - trip.arrived) / DAY * 5)
        moments = trip.arrived + np.sort(firm.rng.integers(0, trip.departed - trip.arrived, count))
        approved = np.arange(count) % 6 == 0
        page = trip.person.page
        pages = c.browser(log, c.HOME, c.GRAPH, page), c.silent(log, c.TEAMS, c.GRAPH, page)
        day = np.searchsorted(firm.days.midnights, moments, side="right") - 1
        numbers = (trip.person.number * 1000 + day // 21) * 10
        rows = log.add(
            moments, person=trip.person.row, place=trip.lodging, device=trip.person.laptop,
            client=np.where(firm.rng.random(count) < 0.4, *pages),
            outcome=np.where(approved, c.outcome(log, "approved"), c.outcome(log, "by claim")),
            session=np.array([log.session(int(number)) for number in numbers], np.int64),
        )  # fmt: skip
        firm.note("work-abroad", f"own computer in {trip.town}", [trip.person], rows)


def moved_house(firm: Ordinary) -> None:
    """Let some get another line at home in the last weeks."""
    log, days, rng = firm.log, firm.days, firm.rng
    for person in chosen(firm, 0.03):
        new = str(rng.choice([line for line in LINES_HOME if line != person.line]))
        where = place(log, new, person.home_town, 600_000 + person.number * 8)
        first = days.workday(rng, days.recent, days.days - 4)
        evenings = _here(firm, person, np.array([days.at(d, 19.5) for d in range(first, days.days)], np.int64))
        rows = log.add(
            evenings + rng.integers(0, 2 * HOUR, len(evenings)), person=person.row, place=where, device=person.laptop,
            client=c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, person.page), outcome=c.outcome(log, "by claim"),
        )  # fmt: skip
        firm.note("moved", "another line at home", [person], rows)


def new_vpn(firm: Ordinary) -> None:
    """Let one in three hundred begin to use a VPN, in the session that goes on."""
    log, days, rng = firm.log, firm.days, firm.rng
    for person in chosen(firm, 0.003):
        first = days.workday(rng, days.recent + 4, days.days - 4)
        evenings = _here(firm, person, np.array([days.at(d, 20.2) for d in range(first, days.days)], np.int64))
        out = place(log, "servers B", str(rng.choice(["Amsterdam", "London"])), 5_000 + person.number)
        day = np.searchsorted(days.midnights, evenings, side="right") - 1
        numbers = (person.number * 1000 + day // 21) * 10
        rows = log.add(
            evenings, person=person.row, place=out, device=person.laptop,
            client=c.browser(log, c.HOME, c.GRAPH, person.page), outcome=c.outcome(log, "by claim"),
            session=np.array([log.session(int(number)) for number in numbers], np.int64),
        )  # fmt: skip
        firm.note("new-vpn", "own VPN since these weeks", [person], rows)


def code_on_a_server(firm: Ordinary) -> None:
    """Let the one who knows computers sign a server in by a code for the first time, in one firm of three."""
    log, days = firm.log, firm.days
    if firm.rng.random() > 0.33:
        return
    for person in firm.firm.of(Job.IT):
        moment = days.at(days.workday(firm.rng, days.recent + 1, days.days - 1), 14.2)
        if firm.is_away(person, moment):
            continue
        client = c.client(log, c.AZURE_CLI, c.AZURE, c.WINDOWS_EDGE, protocol="deviceCode", transfer="deviceCodeFlow")
        rows = log.add(
            moment + np.array([0, 10]) * SECOND, person=person.row, client=client, place=office_of(firm, person),
            device=person.laptop, correlation=np.zeros(2, np.int64), session=log.session(-77),
            outcome=np.array([c.outcome(log, "code confirmed"), c.outcome(log, "by claim")]),
        )  # fmt: skip
        quiet = c.client(
            log, c.AZURE_CLI, c.AZURE, c.CLI, is_interactive=False, token=c.REFRESH, transfer="deviceCodeFlow"
        )
        more = log.add(
            moment + np.array([1, 50, 100]) * MINUTE, person=person.row, client=quiet, place=office_of(firm, person),
            outcome=c.outcome(log, "by claim"), session=log.session(-77),
        )  # fmt: skip
        firm.note("server", "a server signed in by a code", [person], np.concatenate((rows, more)))


def invoices_by_mail(firm: Ordinary) -> None:
    """Let one in a hundred set up a program that sends invoices with name and password."""
    log, days = firm.log, firm.days
    smtp = c.client(log, c.EXCHANGE, c.EXCHANGE, "", kind="Authenticated SMTP")
    for person in chosen(firm, 0.01):
        first = days.workday(firm.rng, days.recent + 2, days.days - 3)
        moments = _here(firm, person, np.array([days.at(d, 16.3) for d in range(first, days.days)], np.int64))
        rows = log.add(
            moments,
            person=person.row,
            client=smtp,
            place=office_of(firm, person),
            outcome=c.outcome(log, "password only"),
        )
        firm.note("invoices", "invoices sent by a program", [person], rows)


JOURNEYS: Final[tuple[Callable[[Ordinary], None], ...]] = (
    telephone_asks_again, computer_of_the_hotel, given_up_abroad, work_abroad, moved_house, new_vpn, code_on_a_server,
    invoices_by_mail,
)  # fmt: skip
