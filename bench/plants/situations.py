"""What looks odd in ordinary logs and must stay quiet: that about which firms ring their provider."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from bench.plants import clients as c
from bench.plants.behaviour import Ordinary
from bench.plants.calendar import DAY, HOUR, MINUTE, SECOND
from bench.plants.log import Numbers, guid
from bench.plants.people import Job, Person
from bench.plants.places import place, unplaced


def ip_of(firm: Ordinary, where: int) -> str:
    """Return the address of a place in the register."""
    return str(firm.log.registers["place"].entries[where]["ip_address"])


def office_of(firm: Ordinary, person: Person) -> int:
    """Return the office somebody works in."""
    return firm.firm.offices[person.number % len(firm.firm.offices)]


def chosen(firm: Ordinary, share: float, least: float = 0.0) -> list[Person]:
    """Return some people at desks: a share of them, and where that is less than one, by chance."""
    desks = firm.firm.desks
    wanted = max(share * len(desks), least)
    count = int(wanted) + int(firm.rng.random() < wanted % 1)
    return [desks[int(n)] for n in firm.rng.choice(len(desks), size=min(count, len(desks)), replace=False)]


def _days(firm: Ordinary, person: Person, first: int, last: int) -> int | None:
    """Return a morning on which somebody is at work; None where there is none within some tries."""
    for _ in range(8):
        day = firm.days.workday(firm.rng, first, last)
        if not firm.is_away(person, firm.days.at(day, 10)):
            return day
    return None


def _episodes(firm: Ordinary, share_a_month: float) -> Iterator[tuple[Person, int]]:
    """Yield people and the moment at which something happens to them, so often a month, in working hours."""
    days = firm.days
    for first in range(0, days.days - 1, 30):
        for person in chosen(firm, share_a_month):
            day = _days(firm, person, first, min(first + 30, days.days - 1))
            if day is not None:
                yield person, days.at(day, float(firm.rng.uniform(8.2, 17)))


def _browser_rows(
    firm: Ordinary, person: Person, moments: Numbers, names: list[str], where: int | None = None
) -> Numbers:
    """Add attempts of one person at his own computer, one correlation."""
    log = firm.log
    return log.add(
        moments,
        person=person.row,
        client=c.browser(log, c.HOME, c.GRAPH, person.page),
        place=office_of(firm, person) if where is None else where,
        device=person.laptop,
        outcome=np.array([c.outcome(log, name) for name in names]),
        correlation=np.zeros(len(names), np.int64),
    )


def mistyped(firm: Ordinary) -> None:
    """Add passwords typed wrongly once to four times, then rightly."""
    for person, moment in _episodes(firm, 0.4):
        wrong = int(firm.rng.integers(1, 5))
        times = moment + np.cumsum(firm.rng.integers(6, 40, wrong + 2)) * SECOND
        names = ["wrong"] * wrong + ["asked for MFA", "approved"]
        where = office_of(firm, person) if firm.rng.random() < 0.6 else person.home
        firm.note(
            "mistyped", "password mistyped, then right", [person], _browser_rows(firm, person, times, names, where)
        )


def ignored_prompts(firm: Ordinary) -> None:
    """Add prompts that were not seen, or declined by mistake, at the own desk."""
    for person, moment in _episodes(firm, 0.12):
        missed = int(firm.rng.integers(1, 4))
        names = [str(firm.rng.choice(["no response", "no response", "no response", "wrong number"]))] * missed
        times = moment + np.arange(missed + 1) * 65 * SECOND
        rows = _browser_rows(firm, person, times, [*names, "approved"])
        firm.note("prompt", "telephone in another room", [person], rows)


def expiry(firm: Ordinary) -> None:
    """Let the passwords of the whole office expire on one morning: wrong ones typed from its one address."""
    day = firm.days.workday(firm.rng, firm.days.recent, firm.days.days - 1)
    people = chosen(firm, 0.7, least=4)
    written = []
    for person in people:
        moment = firm.days.at(day, float(firm.rng.uniform(8.1, 9.6)))
        if firm.is_away(person, moment):
            continue
        names = ["wrong"] * int(firm.rng.integers(0, 4)) + ["expired", "wrong", "approved"][
            : int(firm.rng.integers(1, 4))
        ]
        names = names if names[-1] == "approved" else [*names, "approved"]
        times = moment + np.cumsum(firm.rng.integers(8, 50, len(names))) * SECOND
        written.append(_browser_rows(firm, person, times, names))
    firm.note(
        "expiry", "passwords of the whole office expired", people, np.concatenate([np.zeros(0, np.int64), *written])
    )


def stale_telephone(firm: Ordinary) -> None:
    """Let a telephone try the old password for days after it was changed, at home and under way."""
    log = firm.log
    for person, moment in _episodes(firm, 0.03):
        count = int(firm.rng.integers(40, 160))
        times = moment + np.cumsum(firm.rng.integers(8, 35, count)) * MINUTE
        outside = firm.mobile(person.mobile, count)
        where = np.where(firm.rng.random(count) < 0.8, person.home, outside)
        locked = (np.arange(count) > 12) & (firm.rng.random(count) < 0.2)
        mail = c.client(log, c.APPLE_ACCOUNTS, c.EXCHANGE, c.APPLE_MAIL, kind="Exchange ActiveSync")
        rows = log.add(
            times, person=person.row, client=mail, place=where, device=0,
            outcome=np.where(locked, c.outcome(log, "locked"), c.outcome(log, "wrong")),
        )  # fmt: skip
        firm.audit(moment - 5 * MINUTE, "Change password (self-service)", person, ip_of(firm, office_of(firm, person)))
        firm.note("stale", "telephone with the old password", [person], rows)


def new_telephone(firm: Ordinary) -> None:
    """Let people buy telephones: a method registered, the broker registering the device, first sign-ins."""
    log = firm.log
    for person, moment in _episodes(firm, 0.04):
        home = ip_of(firm, person.home)
        phone = log.registers["device"].like(person.telephone, device_id=f"{person.user_id[:-4]}0{moment % 1000:03}")
        setting_up = c.client(log, c.OUTLOOK_MOBILE, c.EXCHANGE, c.OUTLOOK_IPHONE)
        rows = log.add(
            moment + np.array([0, 40]) * SECOND,
            person=person.row,
            client=setting_up,
            place=person.home,
            device=phone,
            outcome=np.array([c.outcome(log, "asked for MFA"), c.outcome(log, "approved")]),
            correlation=np.zeros(2, np.int64),
        )
        more = log.add(
            moment + np.array([70, 90]) * SECOND, person=person.row, place=person.home, device=phone,
            client=c.silent(log, c.BROKER, c.DEVICES, c.OUTLOOK_IPHONE), outcome=c.outcome(log, "by claim"),
        )  # fmt: skip
        firm.audit(moment + 100 * SECOND, "Register device", person, home, "iPhone")
        firm.audit(moment + 3 * MINUTE, "User registered security info", person, home)
        firm.note("telephone", "new telephone", [person], np.concatenate((rows, more)))


def new_laptop(firm: Ordinary) -> None:
    """Let computers be set up by their people in the office; Windows calls them DESKTOP-… for a while."""
    log = firm.log
    for person, moment in _episodes(firm, 0.02):
        office = office_of(firm, person)
        set_up = c.client(log, c.BROKER, c.DEVICES, c.BROKER_WINDOWS)
        rows = log.add(
            moment + np.array([0, 30]) * SECOND,
            person=person.row,
            client=set_up,
            place=office,
            device=0,
            outcome=np.array([c.outcome(log, "asked for MFA"), c.outcome(log, "approved")]),
            correlation=np.zeros(2, np.int64),
        )
        firm.audit(moment + MINUTE, "Register device", person, ip_of(firm, office), f"DESKTOP-{person.number:05}AB")
        windows = c.client(log, c.WINDOWS_SIGN_IN, c.AAD_GRAPH, c.BROKER_WINDOWS, token=c.PRIMARY)
        more = log.add(
            moment + np.array([20, 200]) * MINUTE,
            person=person.row,
            client=windows,
            place=office,
            device=person.laptop,
            outcome=c.outcome(log, "hello"),
        )
        firm.note("laptop", "new computer", [person], np.concatenate((rows, more)))


def relay(firm: Ordinary) -> None:
    """Let some browse on iPhones behind a relay that exits where it likes."""
    log, days = firm.log, firm.days
    exits = [
        place(log, "relay", town, n) for n, town in enumerate(("Bruxelles", "Amsterdam", "Frankfurt am Main", "Paris"))
    ]
    for person in chosen(firm, 0.04):
        evenings = np.array([days.at(d, 20.5) for d in range(days.days) if firm.rng.random() < 0.4], np.int64)
        evenings = evenings[[not firm.is_away(person, int(moment)) for moment in evenings]]
        rows = log.add(
            evenings + firm.rng.integers(0, HOUR, len(evenings)), person=person.row, device=person.telephone,
            client=c.browser(log, c.HOME, c.GRAPH, c.IPHONE_SAFARI),
            session=log.session(-person.number * 10 - 9), outcome=c.outcome(log, "by claim"),
            place=np.array(exits)[firm.rng.choice(4, len(evenings), p=[0.7, 0.15, 0.1, 0.05])],
        )  # fmt: skip
        firm.note("relay", "relay of the telephone's maker", [person], rows)


def own_vpn(firm: Ordinary) -> None:
    """Let one in fifty use a VPN at home for months, by a network known for hosting."""
    log, days = firm.log, firm.days
    for person in chosen(firm, 0.02):
        out = place(log, "servers B", str(firm.rng.choice(["Amsterdam", "London", "Frankfurt am Main"])), person.number)
        evenings = np.array([days.at(d, 21) for d in range(days.days) if firm.rng.random() < 0.3], np.int64)
        evenings = evenings[[not firm.is_away(person, int(moment)) for moment in evenings]]
        rows = log.add(
            evenings + firm.rng.integers(0, HOUR, len(evenings)), person=person.row, device=person.laptop,
            client=c.browser(log, c.HOME, c.GRAPH, person.page), outcome=c.outcome(log, "by claim"), place=out,
        )  # fmt: skip
        firm.note("vpn", "own VPN since months", [person], rows)


def technicians(firm: Ordinary) -> None:
    """Let the provider's technicians work by night from far away, one of them only since a week."""
    log, days = firm.log, firm.days
    lines = (("line IN", "Pune"), ("line PH", "Manila"), ("line ZA", "Cape Town"))
    for number, person in enumerate(firm.firm.of(Job.TECHNICIAN)):
        first = days.days - 8 if number == 1 else 0
        nights = np.array([days.at(d, 1) for d in range(first, days.days) for _ in range(3)], np.int64)
        carrier, town = lines[number % 3]
        portal = c.browser(log, c.AZURE_PORTAL, c.AZURE, c.WINDOWS_CHROME)
        admin = c.browser(
            log, ("00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal"), c.GRAPH, c.WINDOWS_CHROME
        )
        approved = firm.rng.random(len(nights)) < 0.4
        rows = log.add(
            nights + firm.rng.integers(0, 5 * HOUR, len(nights)), person=person.row, device=0,
            place=np.array([place(log, carrier, town, 50 + n) for n in range(2)])[firm.rng.integers(0, 2, len(nights))],
            client=np.where(approved, portal, admin),
            outcome=np.where(approved, c.outcome(log, "approved"), c.outcome(log, "by claim")),
        )  # fmt: skip
        firm.note("technician", "night shift of the provider", [person], rows)


def guests(firm: Ordinary) -> None:
    """Let experts of elsewhere look into a matter now and then."""
    log, days = firm.log, firm.days
    for person in firm.firm.of(Job.GUEST):
        visits = np.array([days.at(d, 14) for d in range(days.days) if firm.rng.random() < 0.15], np.int64)
        rows = log.add(
            visits + firm.rng.integers(0, 3 * HOUR, len(visits)), person=person.row, device=0, place=person.home,
            client=c.browser(log, c.HOME, c.SHAREPOINT, c.WINDOWS_CHROME), outcome=c.outcome(log, "by claim"),
        )  # fmt: skip
        firm.note("guest", "expert of elsewhere", [person], rows)


def machines(firm: Ordinary) -> None:
    """Let the copier send its scans with a password, and the meeting room sign in by a code now and then."""
    log, days, office = firm.log, firm.days, firm.firm.offices[0]
    copier, room = firm.firm.of(Job.MACHINE)
    scans = np.array([days.at(d, 9) for d in range(days.days) if days.weekdays[d] < 5 for _ in range(5)], np.int64)
    smtp = c.client(log, c.EXCHANGE, c.EXCHANGE, "", kind="Authenticated SMTP")
    rows = log.add(
        scans + firm.rng.integers(0, 8 * HOUR, len(scans)), person=copier.row, client=smtp, place=office, device=0,
        outcome=c.outcome(log, "password only"),
    )  # fmt: skip
    firm.note("copier", "scans sent with a password since years", [copier], rows)
    by_code = c.client(
        log, c.BROKER, c.TEAMS_SERVICE, c.OUTLOOK_ANDROID, protocol="deviceCode", transfer="deviceCodeFlow"
    )
    codes = np.array([days.at(d, 8.6) for d in (3, days.days // 2, days.days - 9)])
    screen = c.silent(log, c.TEAMS, c.TEAMS_SERVICE, c.OUTLOOK_ANDROID)
    renewals = np.array([days.at(d, 0) for d in range(4, days.days) for _ in range(4)], np.int64)
    written = [
        log.add(codes, person=room.row, client=by_code, place=office, device=0, outcome=c.outcome(log, "approved")),
        log.add(renewals + firm.rng.integers(0, DAY, len(renewals)), person=room.row, client=screen, place=office,
                device=0, outcome=c.outcome(log, "by claim"), session=log.session(-5)),
    ]  # fmt: skip
    firm.note("room", "screen of the meeting room signed in by a code", [room], np.concatenate(written))


def backup_of(firm: Ordinary) -> tuple[int, int]:
    """Return the backup's service principal and its way to sign in, as places in the registers."""
    log = firm.log
    row = log.registers["person"].add(
        home_tenant_id=log.tenant_id, service_principal_id=guid(1, firm.seed * 7 + 11), service_principal_name="Back-up"
    )
    app = (guid(2, firm.seed * 7 + 11), "Back-up")
    own = c.client(log, app, c.GRAPH, "", kind="", is_interactive=False)
    return row, log.registers["client"].like(own, sign_in_event_types=["servicePrincipal"])


def backup(firm: Ordinary) -> None:
    """Let the backup fetch mail and files every night, from its own data centre."""
    log, days = firm.log, firm.days
    nights = np.array([days.at(d, 2) for d in range(days.days) for _ in range(4)], np.int64)
    row, client = backup_of(firm)
    where = np.array([place(log, "clouds of others", "Dublin", 30 + n) for n in range(3)])
    rows = log.add(
        nights + firm.rng.integers(0, 3 * HOUR, len(nights)), person=row, client=client, device=0,
        outcome=c.outcome(log, "secret"), place=where[firm.rng.integers(0, 3, len(nights))],
    )  # fmt: skip
    firm.note("backup", "backup by night", [], rows)


def leavers(firm: Ordinary) -> None:
    """Let telephones of people who left try for weeks."""
    log, days = firm.log, firm.days
    for person in firm.firm.of(Job.LEAVER):
        left = int(firm.rng.integers(40, 80)) if days.days > 80 else 0
        tries = np.array([days.at(d, 0) for d in range(left, days.days) for _ in range(6)], np.int64)
        rows = log.add(
            tries + firm.rng.integers(0, DAY, len(tries)),
            person=person.row,
            device=person.telephone,
            place=person.home,
            client=c.silent(log, c.OUTLOOK_MOBILE, c.EXCHANGE, c.OUTLOOK_IPHONE),
            outcome=c.outcome(log, "disabled"),
        )
        firm.note("leaver", "telephone of somebody who left", [person], rows)


def command_line(firm: Ordinary) -> None:
    """Let the one who knows computers use the Azure command line and portal, at his desk, every week."""
    log, days = firm.log, firm.days
    for person in firm.firm.of(Job.IT):
        at = np.array([days.at(d, 11) for d in range(days.days) if days.weekdays[d] in (1, 3)], np.int64)
        at = at[[not firm.is_away(person, int(moment)) for moment in at]]
        shell = c.client(log, c.AZURE_CLI, c.AZURE, c.WINDOWS_EDGE)
        quiet = c.silent(log, c.AZURE_CLI, c.AZURE, c.CLI)
        written = [
            log.add(
                at,
                person=person.row,
                client=shell,
                place=office_of(firm, person),
                device=person.laptop,
                outcome=c.outcome(log, "approved"),
            ),
            log.add(
                at + 5 * MINUTE,
                person=person.row,
                client=quiet,
                place=office_of(firm, person),
                device=0,
                outcome=c.outcome(log, "by claim"),
            ),
        ]
        firm.note("shell", "command line used by the one who knows it", [person], np.concatenate(written))


def own_mail_program(firm: Ordinary) -> None:
    """Let some read mail with the telephone's own program, some of them only since two weeks."""
    log, days = firm.log, firm.days
    mail = c.client(log, c.APPLE_ACCOUNTS, c.EXCHANGE, c.APPLE_MAIL, kind="Exchange ActiveSync", token=c.REFRESH)
    for person in chosen(firm, 0.06):
        first = days.days - 14 if firm.rng.random() < 0.15 else 0
        at = np.array([days.at(d, 7) for d in range(first, days.days) for _ in range(2)], np.int64)
        at = at[[not firm.is_away(person, int(moment)) for moment in at]] + firm.rng.integers(0, 14 * HOUR)
        rows = log.add(
            at,
            person=person.row,
            client=mail,
            place=person.home,
            device=person.telephone,
            outcome=c.outcome(log, "by claim"),
        )
        firm.note("mail", "the telephone's own mail program", [person], rows)


def nowhere(firm: Ordinary) -> None:
    """Let some addresses be told without a town."""
    log, days = firm.log, firm.days
    unknown = unplaced(log, "mobile BE one", 4_242)
    for person in chosen(firm, 0.03):
        at = np.array([days.at(d, 12) for d in range(days.recent, days.days)], np.int64)
        at = at[[not firm.is_away(person, int(moment)) for moment in at]]
        silent = c.silent(log, c.OUTLOOK_MOBILE, c.EXCHANGE, c.OUTLOOK_IPHONE)
        rows = log.add(
            at,
            person=person.row,
            client=silent,
            place=unknown,
            device=person.telephone,
            outcome=c.outcome(log, "renewed"),
        )
        firm.note("nowhere", "an address without a town", [person], rows)


def stopped_abroad(firm: Ordinary) -> None:
    """Let a policy stop some travellers at the computer, while their telephones go on beside it."""
    for trip in firm.trips:
        if trip.has_laptop and firm.firm.is_wary and firm.rng.random() < 0.15:
            moment = trip.arrived + int(firm.rng.uniform(3, 20) * HOUR)
            if moment < trip.departed:
                rows = _browser_rows(firm, trip.person, np.array([moment]), ["blocked by policy"], trip.lodging)
                firm.note("stopped", "a traveller stopped by the policy for places", [trip.person], rows)


SITUATIONS: Final[tuple[Callable[[Ordinary], None], ...]] = (
    mistyped, ignored_prompts, expiry, stale_telephone, new_telephone, new_laptop, relay, own_vpn, technicians, guests,
    machines, backup, leavers, command_line, own_mail_program, nowhere, stopped_abroad,
)  # fmt: skip
