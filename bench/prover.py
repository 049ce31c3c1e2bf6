"""Proves the sign-ins of whole tenants: 500, 5,000 and 50,000 people, 60 policies, groups within groups.

Run with `make bench` or `python -m bench.prover`. Exits 1 when a bound is missed: time and memory grow no faster than
the number of people, and 50,000 are proved, everywhere and outside of the offices, within 10 seconds and 1 GB. Each
size has a process of its own, whose peak memory is `VmHWM`: generating the tenant counts into it, though not into
the time.
"""

import argparse
import json
import multiprocessing
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from checks.circles import Circle, Memberships, Roles
from checks.conditional_access.people import Kind, Person, Standing
from checks.conditional_access.prover import Prover, remote
from checks.conditional_access.situations import OTHER, Access, Proof

SIZES = (500, 5_000, 50_000)
POLICIES = 60
DEPARTMENTS, TEAMS, LAYERS = 12, 120, 4
SECONDS_BOUND, MB_BOUND = 10.0, 1_000.0
AS_OF = date(2026, 11, 23)
ROLES = tuple(f"role-{number}" for number in range(8))


@dataclass(frozen=True)
class Measured:
    """What one size took."""

    users: int
    seconds: float
    peak_mb: float
    proofs: int
    """Different ones: people whom the same policies concern share one."""
    accesses: Mapping[str, int]
    """How many people have some sign-in that ends so."""


def generated_groups(users: int, dice: random.Random) -> dict[str, frozenset[str]]:
    """Return everybody in each group: teams in departments in layers of the firm, and who is left out of a policy."""
    teams: dict[str, set[str]] = {f"team-{number}": set() for number in range(TEAMS)}
    for number in range(users):
        teams[f"team-{dice.randrange(TEAMS)}"].add(f"user-{number}")
    departments = {
        f"department-{number}": {each for team in list(teams)[number::DEPARTMENTS] for each in teams[team]}
        for number in range(DEPARTMENTS)
    }
    layers = {
        f"layer-{number}": {each for name in list(departments)[number:] for each in departments[name]}
        for number in range(LAYERS)
    }
    # a few people, and now and then a whole team
    excluded = {
        f"excluded-{number}": {f"user-{dice.randrange(users)}" for _ in range(max(users // 100, 1))}
        | (teams[f"team-{dice.randrange(TEAMS)}"] if number % 4 == 0 else set())
        for number in range(POLICIES)
    }
    return {name: frozenset(members) for name, members in (teams | departments | layers | excluded).items()}


def generated_policy(number: int, dice: random.Random) -> dict[str, Any]:
    """Return one of the policies of a large firm: most of them narrow, and none the whole by itself."""
    circles: list[dict[str, Any]] = [
        {"includeUsers": ["All"]},
        {"includeGroups": [f"layer-{number % LAYERS}"]},
        {"includeGroups": [f"department-{number % DEPARTMENTS}"]},
        {"includeRoles": [ROLES[number % len(ROLES)]]},
        {"includeGuestsOrExternalUsers": _guests("b2bCollaborationGuest,serviceProvider")},
    ]
    lists = (f"{side}{kind}" for side in ("include", "exclude") for kind in ("Users", "Groups", "Roles"))
    users: dict[str, Any] = {name: [] for name in lists}
    users |= {"includeGuestsOrExternalUsers": None, "excludeGuestsOrExternalUsers": None}
    conditions: dict[str, Any] = {
        "clientAppTypes": ["all"],
        "signInRiskLevels": [],
        "userRiskLevels": [],
        "platforms": None,
        "locations": None,
        "devices": None,
        "clientApplications": None,
        "users": users | circles[number % len(circles)] | {"excludeGroups": [f"excluded-{number}"]},
        "applications": _applications(["All"]),
    }
    narrow: list[dict[str, Any]] = [
        {"locations": {"includeLocations": ["All"], "excludeLocations": [f"office-{number % 4}", "AllTrusted"]}},
        {"applications": _applications([f"app-{number % 7}", "Office365"])},
        {"applications": _applications(["All"], [f"app-{number % 7}"])},
        {"clientAppTypes": ["browser", "mobileAppsAndDesktopClients"]},
        {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["linux", "macOS"]}},
        {"signInRiskLevels": ["medium", "high"]},
        {"userRiskLevels": ["high"]},
        {"locations": {"includeLocations": ["All"], "excludeLocations": ["benelux"]}},
        {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}},
        {"devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}},
        {"clientAppTypes": ["exchangeActiveSync", "other"]},
    ]
    for chosen in dice.sample(narrow, dice.choice((1, 2))):
        conditions |= chosen
    controls = dice.choice([["mfa"], ["mfa"], ["mfa", "compliantDevice"], ["compliantDevice"], ["block"]])
    content = {"conditions": conditions, "grantControls": _grant(controls)}
    state = dice.choice(["enabled"] * 9 + ["enabledForReportingButNotEnforced"])
    return {"id": f"policy-{number}", "state": state, "raw": json.dumps(content)}


def _guests(types: str) -> dict[str, Any]:
    return {"guestOrExternalUserTypes": types, "externalTenants": {"membershipKind": "all"}}


def _applications(included: list[str], excluded: list[str] | None = None) -> dict[str, Any]:
    return {
        "includeApplications": included,
        "excludeApplications": excluded or [],
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
    }


def _grant(controls: list[str]) -> dict[str, Any]:
    return {
        "operator": "OR",
        "builtInControls": controls,
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": None,
    }


def generated_locations() -> list[dict[str, Any]]:
    """Return four offices, of which one is inside another one's network, and three countries."""
    networks = ["192.0.2.0/24", "192.0.2.64/26", "198.51.100.0/24", "203.0.113.0/24"]
    offices = [
        {
            "id": f"office-{number}",
            "location_type": "#microsoft.graph.ipNamedLocation",
            "is_trusted": number % 2 == 0,
            "raw": json.dumps({"ipRanges": [{"cidrAddress": network}]}),
        }
        for number, network in enumerate(networks)
    ]
    countries = {"countriesAndRegions": ["BE", "NL", "LU"], "includeUnknownCountriesAndRegions": False}
    benelux = {
        "id": "benelux",
        "location_type": "#microsoft.graph.countryNamedLocation",
        "is_trusted": None,
        "raw": json.dumps(countries),
    }
    return [*offices, benelux]


def prove(users: int) -> tuple[float, list[Proof]]:
    """Return the seconds that it took to prove everybody's sign-ins, and the proofs."""
    dice = random.Random(4)  # noqa: S311 - the same firm every time
    groups = generated_groups(users, dice)
    policies = [generated_policy(number, dice) for number in range(POLICIES)]
    locations = generated_locations()
    settings = [{"raw": json.dumps({"exclusions": {"allResourcesExclusions": {"userActionExclusions": []}}})}]
    holders = {role: Circle(frozenset(f"user-{dice.randrange(users)}" for _ in range(4))) for role in ROLES}
    standing = Standing(Memberships(groups, frozenset({"excluded-1"})), Roles(holders))
    rows = [(f"user-{number}", _name(number), "Guest" if number % 20 == 0 else "Member") for number in range(users)]
    started = time.perf_counter()
    prover = Prover(policies, locations, [], settings, standing, AS_OF, None)
    people = [Person.of(*row, standing) for row in rows]
    people += [Person.external(kind, OTHER) for kind in (Kind.SERVICE_PROVIDER, Kind.DIRECT_CONNECT)]
    proofs = prover.proofs(people)
    prover.proofs(people, remote(["office-0", "office-2"]))
    return time.perf_counter() - started, proofs


def _name(number: int) -> str:
    return f"guest_home.example#EXT#{number}@firm.example" if number % 20 == 0 else f"user-{number}@firm.example"


def measure(users: int, line: Connection) -> None:
    """Prove one size, in a process of its own."""
    seconds, proofs = prove(users)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    accesses = Counter(access.value for proof in proofs for access in proof.accesses)
    distinct = len({id(proof) for proof in proofs})
    line.send(Measured(users, seconds, int(peak[1]) / 1_000 if peak else float("inf"), distinct, accesses))


def measured(users: int) -> Measured:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=measure, args=(users, there))
    process.start()
    found: Measured = here.recv()
    process.join()
    return found


def is_met(smaller: Measured, larger: Measured) -> bool:
    """Print how much more the larger tenant took, and whether that is no more than its size."""
    size = larger.users / smaller.users
    seconds, memory = larger.seconds / smaller.seconds, larger.peak_mb / smaller.peak_mb
    print(f"{smaller.users:,} to {larger.users:,}: {seconds:.1f} times the seconds, {memory:.1f} times the memory")
    return max(seconds, memory) <= size


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--users", type=int, nargs="+", default=SIZES, help="people in each tenant")
    sizes = [measured(users) for users in options.parse_args().users]
    for each in sizes:
        outcomes = ", ".join(f"{each.accesses.get(access, 0):,} {access}" for access in Access)
        print(
            f"{each.users:7,} people: {each.seconds:6.2f} s, {each.peak_mb:5,.0f} MB, {each.proofs:,} different proofs"
        )
        print(f"        {outcomes}")
    grows = [is_met(*pair) for pair in pairwise(sizes)]
    is_small = all(each.seconds <= SECONDS_BOUND and each.peak_mb <= MB_BOUND for each in sizes)
    print("every bound is met" if all(grows) and is_small else "a bound is missed")
    return 0 if all(grows) and is_small else 1


if __name__ == "__main__":
    sys.exit(main())
