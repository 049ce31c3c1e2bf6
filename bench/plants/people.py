"""Who works at a made-up firm: names as they are in Belgium, jobs, devices, homes, and the accounts of nobody."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from bench.plants.clients import MAC_SAFARI, WINDOWS_EDGE
from bench.plants.log import Log, guid
from bench.plants.places import LINES_HOME, MOBILE_HOME, place

_GIVEN: Final = (
    "Hélène", "Pieter", "An", "Jean-Luc", "Wim", "Sofie", "Karim", "Lotte", "Benoît", "Ingrid", "Tom", "Fatima",
    "Joris", "Marie-Claire", "Bart", "Noor", "Luc", "Eline", "Mehdi", "Griet", "Olivier", "Katrien", "Ruben",
    "Isabelle", "Stijn", "Chloé", "Dirk", "Saskia", "Aminata", "Yves", "Femke", "Thibault",
)  # fmt: skip
_FAMILY: Final = (
    "Van den Broeck", "De Smedt", "Vandenberghe", "Noël", "D'Hondt", "N'Diaye", "Peeters", "Lambert", "Vermeulen",
    "Maes-Wouters", "Claes", "Dubois", "Janssens", "Goossens", "El Amrani", "Lejeune", "Mertens", "Van Damme",
    "De Backer", "Thys", "Renard", "Schmitz", "Cools", "Hermans", "Aerts", "Delvaux", "Yilmaz", "Bogaert",
)  # fmt: skip
_TOWNS: Final = (
    "Gent",
    "Antwerpen",
    "Mechelen",
    "Leuven",
    "Bruxelles",
    "Namur",
    "Liège",
    "Hasselt",
    "Brugge",
    "Kortrijk",
)


class Job(StrEnum):
    """What decides how somebody signs in."""

    PARTNER = "partner"
    ASSOCIATE = "associate"
    STAFF = "staff"
    OFFICE_MANAGER = "office manager"
    IT = "it"
    STUDENT = "job student"
    GUEST = "guest"
    TECHNICIAN = "technician of the provider"
    MACHINE = "account of a machine"
    EMERGENCY = "emergency account"
    LEAVER = "disabled account"
    RETIRED = "retired founder"


_NOT_AT_A_DESK: Final = (Job.GUEST, Job.TECHNICIAN, Job.MACHINE, Job.EMERGENCY, Job.LEAVER, Job.RETIRED)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or something, that signs in; whole numbers are places in the registers of the log."""

    number: int
    row: int
    """In the register of people."""
    user_id: str
    user_principal_name: str
    name: str
    job: Job
    home_town: str
    line: str
    """Carrier at home."""
    mobile: str
    """Carrier of the telephone."""
    home: int
    home_6: int | None
    laptop: int
    is_managed: bool
    telephone: int
    has_iphone: bool
    has_mac: bool

    @property
    def page(self) -> str:
        """The user agent of the browser at the own computer."""
        return MAC_SAFARI if self.has_mac else WINDOWS_EDGE

    @property
    def is_at_a_desk(self) -> bool:
        """Whether the ordinary working week is theirs."""
        return self.job not in _NOT_AT_A_DESK


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm, its people and its offices."""

    slug: str
    people: tuple[Person, ...]
    offices: tuple[int, ...]
    """Places in the register."""
    office_town: str
    trusted_networks: tuple[str, ...]
    hosted: int | None
    """The place of the hosted desktops, where the firm has them."""
    is_wary: bool
    """Whether MFA is asked at every new sign-in, rather than remembered."""

    def of(self, *jobs: Job) -> tuple[Person, ...]:
        """Return the people of these jobs."""
        return tuple(person for person in self.people if person.job in jobs)

    @property
    def desks(self) -> tuple[Person, ...]:
        """Return who works there by the day."""
        return tuple(person for person in self.people if person.is_at_a_desk)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in folded if letter.isascii() and letter.isalnum())


def _job(number: int, rng: np.random.Generator) -> Job:
    first = (Job.PARTNER, Job.OFFICE_MANAGER, Job.ASSOCIATE, Job.STAFF, Job.IT)
    if number < len(first):
        return first[number]
    drawn = rng.choice([Job.PARTNER, Job.ASSOCIATE, Job.STAFF, Job.STUDENT], p=[0.12, 0.4, 0.43, 0.05])
    return Job(str(drawn))


def _register(
    log: Log, number: int, upn: str, name: str, *, guest: bool = False, provider: bool = False
) -> tuple[int, str]:
    user_id = guid(number, log.seed * 7 + 4)
    row = log.registers["person"].add(
        user_id=user_id,
        user_principal_name=upn,
        user_display_name=name,
        user_type="guest" if guest else "member",
        home_tenant_id=guid(number if guest or provider else 0, log.seed * 7 + 5)
        if guest or provider
        else log.tenant_id,
        cross_tenant_access_type="serviceProvider" if provider else "b2bCollaboration" if guest else "none",
    )
    return row, user_id


class _Staffing:
    """Hires one after the other, each with a home and devices of their own."""

    def __init__(self, log: Log, rng: np.random.Generator, domain: str, *, is_managed: bool) -> None:
        self._log, self._rng, self._domain, self._is_managed = log, rng, domain, is_managed
        self._number = 0

    def hire(self, job: Job, name: str | None = None, local: str | None = None) -> Person:
        number, rng = self._number, self._rng
        self._number += 1
        name = name or f"{_GIVEN[int(rng.integers(len(_GIVEN)))]} {_FAMILY[int(rng.integers(len(_FAMILY)))]}"
        local = local or f"{_plain(name.split()[0])}.{_plain(name.split(' ', 1)[1])}{number if number > 20 else ''}"
        domain = {Job.GUEST: "gerecht-expert.example", Job.TECHNICIAN: "beheerder-partner.example"}.get(
            job, self._domain
        )
        row, user_id = _register(
            self._log, number, f"{local}@{domain}", name, guest=job is Job.GUEST, provider=job is Job.TECHNICIAN
        )
        town, line = str(rng.choice(_TOWNS)), str(rng.choice(LINES_HOME))
        site = 4000 + number * 37 + int(rng.integers(20))
        six = place(self._log, line, town, site, six=number + 1) if rng.random() < 0.3 else None
        managed = self._is_managed and job not in _NOT_AT_A_DESK and job is not Job.STUDENT
        return Person(
            number, row, user_id, f"{local}@{domain}", name, job, town, line, str(rng.choice(MOBILE_HOME)),
            place(self._log, line, town, site * 8), six, self._laptop(number, is_managed=managed), managed,
            self._telephone(number), bool(rng.random() < 0.65), not managed and bool(rng.random() < 0.3),
        )  # fmt: skip

    def _laptop(self, number: int, *, is_managed: bool) -> int:
        if not is_managed:
            return self._log.registers["device"].add(device_id="")
        return self._log.registers["device"].add(
            device_id=guid(number, self._log.seed * 7 + 6), device_display_name=f"NB-{number:04}",
            device_is_compliant=True, device_is_managed=True, device_trust_type="Azure AD joined",
        )  # fmt: skip

    def _telephone(self, number: int) -> int:
        return self._log.registers["device"].add(
            device_id=guid(number, self._log.seed * 7 + 8), device_display_name="Telefoon",
            device_is_compliant=False, device_is_managed=False, device_trust_type="Azure AD registered",
        )  # fmt: skip


def found(log: Log, rng: np.random.Generator, size: int) -> Firm:
    """Return a firm of `size` people at desks, with the accounts of nobody that such firms have."""
    slug = f"kantoor-{log.seed}-{size}"
    staffing = _Staffing(log, rng, f"{slug}.example", is_managed=bool(rng.random() < 0.6))
    people = [staffing.hire(_job(number, rng)) for number in range(size)]
    people += [staffing.hire(Job.GUEST) for _ in range(max(1, size // 12))]
    people += [staffing.hire(Job.TECHNICIAN, f"Technician {n + 1}", f"tech{n + 1}") for n in range(2 + size // 100)]
    people.append(staffing.hire(Job.MACHINE, "Kopieerapparaat", "scan"))
    people.append(staffing.hire(Job.MACHINE, "Vergaderzaal", "vergaderzaal"))
    people += [staffing.hire(Job.EMERGENCY, f"Noodaccount {n}", f"bg{n}") for n in (1, 2)]
    people += [staffing.hire(Job.LEAVER) for _ in range(1 + size // 25)]
    people += [staffing.hire(Job.RETIRED) for _ in range(2 + size // 100)]
    town = str(rng.choice(_TOWNS))
    host = 16 * int(rng.integers(1, 3000))
    offices = [place(log, "offices BE", town, host * 256)]
    if size > 40:
        offices.append(place(log, "offices BE", str(rng.choice(_TOWNS)), host * 256 + 70_000))
    trusted = [f"{log.registers['place'].entries[office]['ip_address']}/32" for office in offices]
    hosted = _hosted(log, rng)
    return Firm(
        slug, tuple(people), tuple(offices), town, tuple(trusted) if rng.random() < 0.5 else (), hosted,
        bool(rng.random() < 0.4),
    )  # fmt: skip


def _hosted(log: Log, rng: np.random.Generator) -> int | None:
    """Return where hosted desktops stand: often with somebody whose network is known for hosting."""
    drawn = rng.random()
    if drawn > 0.5:
        return None
    return place(log, "servers C" if drawn < 0.25 else "hosted desktops NL", "Amsterdam", 77_000)
