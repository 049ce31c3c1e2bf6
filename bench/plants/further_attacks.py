"""Attacks for the detections beyond the first seventeen."""

from collections.abc import Callable
from typing import Final

import numpy as np

from bench.plants import clients as c
from bench.plants.calendar import HOUR, MINUTE, SECOND
from bench.plants.people import Job
from bench.plants.planting import Plant, soon
from bench.plants.situations import backup_of

_KITS: Final = ("node", "axios/1.7.9", "undici", "kali365-live/2.1", "azurehound/v2.2.1", "python-requests/2.31.0")
_APPS: Final = (c.OFFICE, c.AZURE_CLI, c.AZURE_PORTAL, c.TEAMS, c.OUTLOOK_WEB, c.AZURE_POWERSHELL)
_AGENTS: Final = (c.WINDOWS_CHROME, c.LINUX_CHROME, c.MAC_SAFARI, c.IPHONE_SAFARI, c.WINDOWS_EDGE)


def distributed_spray(plant: Plant) -> None:
    """A spray from many addresses, one or two names each, with one program for one app."""
    rng, log, moment = plant.rng, plant.log, plant.moment()
    people = plant.victims(moment, int(rng.integers(11, 40)), settled=False)
    if len(people) < 11:
        return
    times = soon(rng, moment, len(people), 40 * MINUTE)
    dens = np.array([plant.den(is_hosting=True) for _ in range(max(6, len(people) // 2))])
    target = c.client(log, c.AZURE_CLI, c.GRAPH, "python-requests/2.31.0")
    rows = plant.rows(
        times, np.array([p.row for p in people]), dens[np.arange(len(people)) % len(dens)], target, "wrong"
    )
    plant.label("distributed", ["D03"], people, [rows], [times], places=[int(each) for each in dens])


def lock_outs(plant: Plant) -> None:
    """So many wrong passwords that half a firm is locked out, or an address that Microsoft itself stops."""
    rng, log, moment = plant.rng, plant.log, plant.moment()
    den = plant.den()
    target = c.client(log, c.OFFICE, c.EXCHANGE, c.LINUX_CHROME)
    many = rng.random() < 0.5
    people = plant.victims(moment, 34 if many else 4, settled=False)
    if many and len(people) < 34:
        return
    times = soon(rng, moment, len(people), 20 * MINUTE)
    rows = plant.rows(times, np.array([p.row for p in people]), den, target, "locked" if many else "malicious address")
    plant.label("lock-outs" if many else "stopped-address", ["D06"], people, [rows], [times], places=[den])


def disabled_account(plant: Plant) -> None:
    """Somebody tries accounts of people who left, from where they never were."""
    rng, log, moment = plant.rng, plant.log, plant.moment()
    people = plant.firm.firm.of(Job.LEAVER)
    den = plant.den(is_hosting=True)
    times = soon(rng, moment, len(people) * 2, 15 * MINUTE)
    target = c.browser(log, c.AZURE_PORTAL, c.AZURE, c.LINUX_CHROME)
    rows = plant.rows(times, np.array([p.row for p in people for _ in range(2)]), den, target, "disabled")
    plant.label("disabled", ["D07"], people, [rows], [times], places=[den])


def guessed_codes(plant: Plant) -> None:
    """Codes of an authenticator tried one after the other, in sessions of their own."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    count = int(rng.integers(24, 60))
    times, den = soon(rng, moment, count, 9 * MINUTE), plant.den()
    target = c.browser(log, c.AZURE_PORTAL, c.AZURE, c.LINUX_CHROME)
    own = -50_000 - 100 * len(plant.firm.attacks)
    sessions = np.array([log.session(own - number) for number in range(count)])
    rows = plant.rows(times, person.row, den, target, "wrong code", session=sessions)
    plant.label("codes", ["D13"], [person], [rows], [times], places=[den])


def device_without_a_code(plant: Plant) -> None:
    """A device registered with a stolen token and no code, from a rented server."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(at_work=True, unlike=("D25", "D26", "D27"))
    session, den = log.session(-70_000 - len(plant.firm.attacks)), plant.den(is_hosting=True)
    page = c.browser(log, c.HOME, c.GRAPH, c.LINUX_CHROME)
    broker = c.silent(log, c.BROKER, c.DEVICES, c.BROKER_WINDOWS)
    first, then = np.array([moment]), np.array([moment + int(rng.integers(60, 900)) * SECOND])
    rows = plant.rows(first, person.row, plant.den(), page, "approved", session=session)
    more = plant.rows(then, person.row, den, broker, "by claim", session=session)
    plant.label("device-only", ["D27"], [person], [rows, more], [first, then], places=[den])


def token_of_a_device(plant: Plant) -> None:
    """A token taken from a joined device, then the primary token of the same device where nothing manages it."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(unlike=("D25", "D26", "D27"))
    den = plant.den()
    device = log.registers["device"].add(
        device_id=f"{person.user_id[:-4]}beef", device_display_name=f"DESKTOP-{int(rng.integers(16**7)):07X}",
        device_is_compliant=False, device_is_managed=False, device_trust_type="Azure AD joined",
    )  # fmt: skip
    first, then = np.array([moment]), np.array([moment + int(rng.integers(2, 55)) * MINUTE])
    taken = c.silent(log, c.BROKER, c.GRAPH, c.BROKER_WINDOWS)
    used = c.client(log, c.OFFICE, c.GRAPH, c.WINDOWS_EDGE, token=c.PRIMARY)
    rows = plant.rows(first, person.row, den, taken, "by claim", device=device)
    more = plant.rows(then, person.row, den, used, "by claim", device=device)
    plant.label("device-token", ["D27"], [person], [rows, more], [first, then], places=[den])


def probing(plant: Plant) -> None:
    """One name and password tried at every door: many apps, many programs, minutes."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    doors = [c.client(log, app, c.GRAPH, _AGENTS[n % len(_AGENTS)]) for n, app in enumerate(_APPS)]
    times, den = soon(rng, moment, len(doors), 12 * MINUTE), plant.den()
    names = [str(rng.choice(["asked for MFA", "blocked by policy", "password only"])) for _ in doors]
    rows = plant.rows(times, person.row, den, np.array(doors), names)
    plant.label("probing", ["D15"], [person], [rows], [times], places=[den])


def proxy(plant: Plant) -> None:
    """A page between somebody and Entra: prompts and all from one server, the session used elsewhere after."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(at_work=True)
    den, other, session = plant.den(is_hosting=True), plant.den(), log.session(-90_000 - len(plant.firm.attacks))
    times = moment + np.array([0, 20, 28]) * SECOND
    page = c.browser(log, c.HOME, c.GRAPH, c.LINUX_CHROME)
    names = ["asked for MFA", "stay signed in", "approved"]
    rows = plant.rows(times, person.row, den, page, names, session=session, together=True)
    later = soon(rng, moment + 5 * MINUTE, 3, 2 * HOUR)
    mail = c.browser(log, c.OUTLOOK_WEB, c.EXCHANGE, c.WINDOWS_CHROME)
    more = plant.rows(later, person.row, other, mail, "by claim", session=session)
    plant.label("proxy", ["D28"], [person], [rows, more], [times, later], "medium", [den, other])


def kit(plant: Plant) -> None:
    """A sign-in by a program that kits are made of."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    app, resource = ((c.BROKER, c.EXCHANGE), (c.HOME, c.HOME), (c.BROKER, c.GRAPH))[int(rng.integers(3))]
    times, den = soon(rng, moment, int(rng.integers(1, 4)), HOUR), plant.den()
    rows = plant.rows(times, person.row, den, c.client(log, app, resource, str(rng.choice(_KITS))), "approved")
    plant.label("kit", ["D29"], [person], [rows], [times], places=[den])


def strange_app(plant: Plant) -> None:
    """An app that nobody here ever used reads somebody's mail."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    app = (f"b7a3d0f2-0f74-47b1-8f25-{int(rng.integers(16**12)):012x}", c.ODD_APP[1])
    times = soon(rng, moment, int(rng.integers(1, 6)), 5 * HOUR)
    den = plant.den(is_hosting=True)
    rows = plant.rows(times, person.row, den, c.silent(log, app, c.EXCHANGE, "okhttp/4.12.0"), "renewed")
    plant.label("app", ["D34"], [person], [rows], [times], places=[den])


def developer_app(plant: Plant) -> None:
    """Somebody who never programmed gives a token to a programmer's tool."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim(at_work=True, unlike=("D35",))
    app = (c.VS_CODE, c.AZURE_CLI, c.AZURE_POWERSHELL)[int(rng.integers(3))]
    resource = (c.GRAPH, c.AAD_GRAPH)[int(rng.integers(2))]
    times, den = soon(rng, moment, 2, 5 * MINUTE), plant.den()
    rows = plant.rows(times, person.row, den, c.client(log, app, resource, c.WINDOWS_CHROME), "by claim")
    plant.label("developer", ["D35"], [person], [rows], [times], places=[den])


def shell(plant: Plant) -> None:
    """A shell for administrators in the hands of somebody else."""
    person, moment = plant.quiet_victim()
    times, den = np.array([moment]), plant.den()
    target = c.client(plant.log, c.DIRECTORY_POWERSHELL, c.AAD_GRAPH, c.WINDOWS_CHROME)
    rows = plant.rows(times, person.row, den, target, "password only")
    plant.label("shell", ["D36"], [person], [rows], [times], places=[den])


def reconnaissance(plant: Plant) -> None:
    """App after app refused, within the hour."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    doors = np.array([c.client(log, app, c.GRAPH, c.LINUX_CHROME) for app in _APPS])
    times, den = soon(rng, moment, len(doors), 30 * MINUTE), plant.den()
    rows = plant.rows(times, person.row, den, doors, str(rng.choice(["blocked by policy", "not assigned"])))
    plant.label("reconnaissance", ["D37"], [person], [rows], [times], places=[den])


def workload(plant: Plant) -> None:
    """The secret of the backup works from another network than ever."""
    rng, moment = plant.rng, plant.moment()
    times, den = soon(rng, moment, int(rng.integers(1, 5)), HOUR), plant.den()
    row, client = backup_of(plant.firm)
    rows = plant.rows(times, row, den, client, "secret")
    plant.label("workload", ["D43"], [], [rows], [times], places=[den])


def risk(plant: Plant) -> None:
    """Microsoft itself calls a sign-in risky, and it went through."""
    rng, log = plant.rng, plant.log
    person, moment = plant.quiet_victim()
    told = str(rng.choice(["anonymizedIPAddress", "unfamiliarFeatures", "anomalousToken"]))
    high = log.registers["risk"].add(
        risk_detail="none", risk_level_aggregated="high", risk_level_during_sign_in="high", risk_state="atRisk",
        risk_event_types_v2=[told],
    )  # fmt: skip
    times, den = soon(rng, moment, int(rng.integers(1, 4)), HOUR), plant.den()
    rows = plant.rows(times, person.row, den, c.browser(log, c.HOME, c.GRAPH, c.LINUX_CHROME), "approved", risk=high)
    plant.label("risk", ["D45"], [person], [rows], [times], places=[den])


FURTHER: Final[tuple[Callable[[Plant], None], ...]] = (
    device_without_a_code,
    token_of_a_device,
    distributed_spray, lock_outs, disabled_account, guessed_codes, probing, proxy, kit, strange_app, developer_app,
    shell, reconnaissance, workload, risk,
)  # fmt: skip
