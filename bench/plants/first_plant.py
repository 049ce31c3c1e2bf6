"""Attacks planted among ordinary sign-ins, in variants of size and pace, one per detection that has to be found."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import numpy as np

from bench.plants import clients as c
from bench.plants.behaviour import ENDS, ordinary
from bench.plants.calendar import DAY, HOUR, MINUTE, SECOND
from bench.plants.further_attacks import FURTHER
from bench.plants.labels import Planted, StoryLevel
from bench.plants.oddities import odd_but_benign
from bench.plants.people import Job
from bench.plants.places import address_6, place
from bench.plants.planting import Plant, laptop_session, soon, usual_place
from bench.plants.situations import ip_of

BY_FIRM: Final = 8
"""How many attacks a firm of few people gets; larger ones get all of them."""
_FEW: Final = 30
_CODES: Final = ("D25", "D26", "D27")


def spray(plant: Plant) -> None:
    """One password for everybody from one address, fast or slow; for IPv6 from many devices of one network."""
    rng, log, moment = plant.rng, plant.log, plant.moment()
    people = plant.victims(moment, int(rng.integers(5, 40)), settled=False)
    agent, den = plant.script(), plant.den()
    times = soon(rng, moment, len(people), int(rng.choice([2, 10, 18])) * MINUTE)
    where: int | np.ndarray[tuple[int], np.dtype[np.int64]] = den
    if rng.random() < 0.3:
        entry, site = log.registers["place"].entries[den], int(rng.integers(1, 60_000))
        carrier = str(rng.choice(["far one", "far two"]))
        where = np.array([log.registers["place"].add(**{**entry, "ip_address": address_6(carrier, site, n + 1)})
                          for n in range(len(people))])  # fmt: skip
        den = int(where[0])
    target = c.client(log, c.OFFICE, c.EXCHANGE, agent, is_interactive=bool(rng.random() < 0.5))
    rows = plant.rows(times, np.array([p.row for p in people]), where, target, "wrong")
    plant.label("spray", ["D01"], people, [rows], [times], places=[den])


def spray_then_success(plant: Plant) -> None:
    """A spray of which one password is right: signed in, or stopped by MFA."""
    rng, log, moment = plant.rng, plant.log, plant.moment()
    people = plant.victims(moment, int(rng.integers(5, 25)), settled=False)
    times = soon(rng, moment, len(people), 15 * MINUTE)
    den, agent = plant.den(), plant.script()
    target = c.client(log, c.OFFICE, c.EXCHANGE, agent)
    rows = plant.rows(times, np.array([p.row for p in people]), den, target, "wrong")
    hit = people[int(rng.integers(len(people)))]
    after = np.array([times[-1] + int(rng.integers(1, 45)) * MINUTE])
    ends = str(rng.choice(["password only", "asked for MFA", "must use MFA"]))
    more = plant.rows(after, hit.row, den, target, ends)
    plant.label("spray-success", ["D01"], people, [rows], [times], places=[den])
    plant.label("spray-success", ["D02"], [hit], [rows, more], [times, after], "high", [den])


def guessing(plant: Plant) -> None:
    """Many passwords for one account within minutes, from one address or a few."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    count = int(rng.choice([12, 25, 60, 150]))
    times = soon(rng, moment, count, int(rng.integers(4, 10)) * MINUTE)
    dens = np.array([plant.den(is_hosting=True) for _ in range(int(rng.choice([1, 3])))])
    names = ["locked" if n > 10 and rng.random() < 0.3 and count > 30 else "wrong" for n in range(count)]
    target = c.client(log, c.AZURE_PORTAL, c.AZURE, plant.script())
    rows = plant.rows(times, person.row, dens[rng.integers(0, len(dens), count)], target, names)
    plant.label("guessing", ["D04"], [person], [rows], [times], places=[int(each) for each in dens])


def stopped_after_the_password(plant: Plant) -> None:
    """Somebody else knows the password; MFA or a policy stops him."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    times = soon(rng, moment, int(rng.integers(1, 4)), 20 * MINUTE)
    often = ("asked for MFA", "must use MFA", "blocked by policy", "device not compliant")
    seldom = ("external factor", "app not approved", "must prove more", "place not allowed", "must enroll", "expired")
    name = str(rng.choice(often if rng.random() < 0.5 else seldom))
    den = plant.den()
    rows = plant.rows(times, person.row, den, c.browser(log, c.HOME, c.GRAPH, plant.script()), name)
    plant.label("stopped", ["D08"], [person], [rows], [times], places=[den])


def fatigue(plant: Plant) -> None:
    """Prompt after prompt until the telephone is silenced, or until one is approved."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    count = int(rng.choice([3, 5, 8, 14]))
    times = soon(rng, moment, count, 9 * MINUTE)
    names = [str(rng.choice(["declined", "no response", "wrong number"], p=[0.4, 0.5, 0.1])) for _ in range(count)]
    den = plant.den()
    target = c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, c.LINUX_CHROME)
    approved = rng.random() < 0.5
    if approved:
        times = np.append(times, times[-1] + int(rng.integers(1, 20)) * MINUTE)
        names.append("approved")
    rows = plant.rows(times, person.row, den, target, names)
    level: StoryLevel = "high" if approved else "listed"
    plant.label("fatigue", ["D11"], [person], [rows], [times], level, [den])


def fraud(plant: Plant) -> None:
    """A prompt that was refused as fraud."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    times = np.array([moment])
    den = plant.den()
    rows = plant.rows(
        times,
        person.row,
        den,
        c.browser(log, c.HOME, c.GRAPH, c.LINUX_CHROME),
        str(rng.choice(["fraud", "fraud", "declined"])),
    )
    plant.label("fraud", ["D12"], [person], [rows], [times], places=[den])


def impossible_travel(plant: Plant) -> None:
    """A sign-in at the office and one from another continent an hour later, at times with the owner back between."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(at_work=True)
    own = c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, person.page)
    here = np.array([moment, *([moment + int(rng.integers(60, 120)) * MINUTE] if rng.random() < 0.5 else [])])
    home = plant.rows(here, person.row, usual_place(plant, person), own, "by claim", device=person.laptop)
    there = np.array([moment + int(rng.integers(5, 50)) * MINUTE])
    den = plant.den()
    foreign = c.browser(
        log, c.OUTLOOK_WEB, c.EXCHANGE, str(rng.choice([c.LINUX_CHROME, c.MAC_SAFARI, c.WINDOWS_CHROME]))
    )
    rows = plant.rows(there, person.row, den, foreign, str(rng.choice(["by claim", "password only", "approved"])))
    plant.label("travel", ["D17", "D18"], [person], [home, rows], [here, there], places=[den])


def new_country(plant: Plant) -> None:
    """A sign-in from a country where nobody of the firm ever was."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    times = soon(rng, moment, int(rng.integers(1, 5)), 3 * HOUR)
    den = plant.den(is_hosting=False)
    target = c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, c.WINDOWS_CHROME)
    rows = plant.rows(times, person.row, den, target, str(rng.choice(["password only", "approved", "by claim"])))
    plant.label("country", ["D18"], [person], [rows], [times], places=[den])


def servers(plant: Plant) -> None:
    """A sign-in from a data centre, at times in the own country."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    times = soon(rng, moment, int(rng.integers(1, 4)), HOUR)
    den = plant.den(is_hosting=True)
    if rng.random() < 0.3:
        den = place(log, str(rng.choice(["servers A", "servers D", "servers E"])), "Bruxelles", 70_000 + person.number)
    rows = plant.rows(times, person.row, den, c.browser(log, c.HOME, c.GRAPH, c.WINDOWS_CHROME), "approved")
    plant.label("servers", ["D20"], [person], [rows], [times], places=[den])


def stolen_session(plant: Plant) -> None:
    """The session of somebody's computer goes on from another network, by hand or silently."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(at_work=True)
    session = laptop_session(plant, person, moment)
    here = np.array([moment])
    own = plant.rows(here, person.row, usual_place(plant, person), c.browser(log, c.HOME, c.GRAPH, person.page),
                     "by claim", session=session, device=person.laptop)  # fmt: skip
    late = int(rng.choice([int(rng.integers(5, 200)), int(rng.integers(1500, 5000))], p=[0.7, 0.3]))
    if moment + late * MINUTE > plant.firm.days.end - 3 * HOUR:
        late = 5
    there = soon(rng, moment + late * MINUTE, int(rng.integers(1, 6)), 2 * HOUR)
    den = plant.den()
    agent = str(rng.choice([c.LINUX_CHROME, c.MAC_SAFARI, "python-requests/2.31.0"]))
    foreign = (
        c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, agent)
        if rng.random() < 0.5
        else c.silent(log, c.HOME, c.GRAPH, agent)
    )
    rows = plant.rows(there, person.row, den, foreign, "by claim", session=session)
    plant.label("session", ["D24"], [person], [own, rows], [here, there], places=[den])


def phished_code(plant: Plant) -> None:
    """A code is confirmed in the office, and the token is fetched elsewhere."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(at_work=True, unlike=_CODES)
    app, resource = ((c.AZURE_CLI, c.AZURE), (c.OFFICE, c.EXCHANGE), (c.TEAMS, c.GRAPH))[int(rng.integers(3))]
    den, office = plant.den(), usual_place(plant, person)
    by_code = c.client(log, app, resource, c.WINDOWS_EDGE, protocol="deviceCode", transfer="deviceCodeFlow")
    first = np.array([moment, moment + 8 * SECOND])
    session = log.session(-1000 - len(plant.firm.attacks))
    own = plant.rows(first, person.row, office, by_code, ["code confirmed", "by claim"], session=session, together=True)
    foreign = c.client(
        log,
        app,
        resource,
        "python-requests/2.31.0",
        is_interactive=False,
        token=c.REFRESH,
        transfer="deviceCodeFlow",
    )
    later = soon(rng, moment + 10 * SECOND, int(rng.integers(1, 5)), 3 * HOUR)
    rows = plant.rows(later, person.row, den, foreign, "by claim", session=session)
    plant.label("code", ["D25"], [person], [own, rows], [first, later], places=[den, office])


def _broker_code(
    plant: Plant, person_row: int, where: int, moment: int, session: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    log = plant.log
    resource = (c.GRAPH, c.DEVICES, c.EXCHANGE)[int(plant.rng.integers(3))]
    broker = c.client(log, c.BROKER, resource, c.WINDOWS_EDGE, protocol="deviceCode", transfer="deviceCodeFlow")
    times = np.array([moment])
    return plant.rows(
        times, person_row, where, broker, str(plant.rng.choice(["by claim", "approved"])), session=session
    ), times


def phished_broker(plant: Plant) -> None:
    """A code is confirmed for the broker, which can make a device of it."""
    person, moment = plant.quiet_victim(at_work=True, unlike=_CODES)
    session = plant.log.session(-1000 - len(plant.firm.attacks))
    where = usual_place(plant, person) if plant.rng.random() < 0.5 else plant.den()
    rows, times = _broker_code(plant, person.row, where, moment, session)
    plant.label("broker", ["D26"], [person], [rows], [times], places=[where])


def registered_device(plant: Plant) -> None:
    """The whole chain of a kit: code, token for device registration, a device of its own, its primary token used."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(at_work=True, unlike=_CODES)
    session = log.session(-1000 - len(plant.firm.attacks))
    den = plant.den()
    code, at_code = _broker_code(plant, person.row, usual_place(plant, person), moment, session)
    registration = c.client(
        log,
        c.BROKER,
        c.DEVICES,
        c.BROKER_WINDOWS,
        is_interactive=False,
        token=c.REFRESH,
        transfer="deviceCodeFlow",
    )
    at_device = np.array([moment + int(rng.integers(5, 60)) * SECOND])
    asked = plant.rows(at_device, person.row, den, registration, "by claim", session=session)
    name = f"DESKTOP-{int(rng.integers(16**7)):07X}"
    made = int(at_device[0]) + int(rng.integers(2, 20)) * SECOND
    plant.firm.audit(made, "Register device", person, ip_of(plant.firm, den), name)
    device = log.registers["device"].add(
        device_id=f"{person.user_id[:-4]}dead", device_display_name=name, device_is_compliant=False,
        device_is_managed=False, device_trust_type="Azure AD registered",
    )  # fmt: skip
    prt = c.client(log, c.OFFICE, c.GRAPH, c.WINDOWS_EDGE, token=c.PRIMARY, transfer="deviceCodeFlow")
    at_use = np.array([made + int(rng.integers(20, 140)) * SECOND])
    used = plant.rows(at_use, person.row, den, prt, "by claim", session=session, device=device)
    plant.label("device", ["D26", "D27"], [person], [code, asked, used], [at_code, at_device, at_use], "medium", [den])


def legacy(plant: Plant) -> None:
    """Mail fetched through an old protocol that this person never used."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(unlike=("D32",))
    times = soon(rng, moment, int(rng.integers(1, 8)), 6 * HOUR)
    den = plant.den() if rng.random() < 0.7 else person.home
    kind = str(rng.choice(["IMAP4", "POP3", "Authenticated SMTP", "Exchange Web Services", "Other clients"]))
    rows = plant.rows(times, person.row, den, c.client(log, c.EXCHANGE, c.EXCHANGE, "", kind=kind), "password only")
    plant.label("legacy", ["D32"], [person], [rows], [times], places=[den])


def password_grant(plant: Plant) -> None:
    """A token for nothing but name and password, by a program."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(unlike=("D33",))
    times = soon(rng, moment, int(rng.integers(1, 5)), HOUR)
    den = plant.den()
    agent = str(rng.choice([c.ROPC_AGENT, "python-requests/2.31.0"]))
    ropc = c.client(log, c.OFFICE, c.GRAPH, agent, protocol="ropc", is_interactive=bool(rng.random() < 0.5))
    rows = plant.rows(times, person.row, den, ropc, "password only")
    plant.label("ropc", ["D33"], [person], [rows], [times], places=[den])


def revival(plant: Plant) -> None:
    """The account of somebody who stopped working is used again."""
    rng, log, days = plant.rng, plant.log, plant.firm.days
    retired = plant.firm.firm.of(Job.RETIRED)
    used = sum(each.id.startswith("revival") for each in plant.firm.attacks)
    if days.days < 85 or used >= len(retired):
        return
    times = soon(rng, days.at(int(rng.integers(days.days - 12, days.days - 1)), 3), int(rng.integers(1, 5)), 5 * HOUR)
    den = plant.den()
    rows = plant.rows(
        times, retired[used].row, den, c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, c.LINUX_CHROME), "password only"
    )
    plant.label("revival", ["D39"], [retired[used]], [rows], [times], places=[den])


def emergency(plant: Plant) -> None:
    """An emergency account is tried, or signs in."""
    rng, log = plant.rng, plant.log
    account = plant.firm.firm.of(Job.EMERGENCY)[int(rng.integers(2))]
    times = soon(rng, plant.moment(), int(rng.integers(1, 4)), 10 * MINUTE)
    den = plant.den()
    name = str(rng.choice(["wrong", "password only", "approved"]))
    rows = plant.rows(times, account.row, den, c.browser(log, c.AZURE_PORTAL, c.AZURE, c.WINDOWS_CHROME), name)
    plant.label("emergency", ["D40"], [account], [rows], [times], "high", [den])


REQUIRED: Final[tuple[Callable[[Plant], None], ...]] = (
    spray,
    spray_then_success,
    guessing,
    stopped_after_the_password,
    fatigue,
    fraud,
    impossible_travel,
    new_country,
    servers,
    stolen_session,
    phished_code,
    phished_broker,
    registered_device,
    legacy,
    password_grant,
    revival,
    emergency,
)


def first_plant(seed: int, people: int, days: int = 90, end: datetime | None = None) -> Planted:
    """Return a firm with its ordinary log and attacks in the last thirty days; equal seeds, equal logs."""
    season = end or ENDS[seed % len(ENDS)]
    plant = Plant(odd_but_benign(ordinary(seed, people, days, season)), np.random.default_rng((seed, people, 1)))
    first = seed * BY_FIRM % len(REQUIRED)
    turned = REQUIRED[first:] + REQUIRED[:first]
    further = FURTHER if people >= _FEW else FURTHER[seed % len(FURTHER) :][:3]
    for attack in (*(turned[:BY_FIRM] if people < _FEW else turned * (1 + people // 200)), *further):
        attack(plant)
    return planted(plant)


def planted(plant: Plant) -> Planted:
    """Return the finished log of a plant with its labels."""
    firm = plant.firm
    return Planted(firm.sign_ins, firm.audits, firm.labels, firm.firm.slug, len(firm.firm.desks))


__all__ = ["DAY", "REQUIRED", "first_plant", "planted"]
