# ruff: noqa: ANN401 - JSON of any shape
"""A tenant, asked about one person in one situation; and every situation there is."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_network
from itertools import chain, product
from typing import Any, Final

from checks.conditional_access.situations import OTHER, Access, Place, Situation
from mfa_brute_force.circumstances import holds_for_people, holds_on, is_at, is_country, networks
from mfa_brute_force.grants import demand_of
from mfa_brute_force.logic import Answer, all_of, member, texts_of
from mfa_brute_force.people import concerns
from mfa_brute_force.raw import (
    CLIENTS,
    DEVICES,
    DIRECTORY_APP,
    FLOWS,
    OFFICE,
    PLATFORMS,
    PORTALS,
    RISKS,
    SUITES,
    USER_ACTIONS,
    RawPerson,
    RawTenant,
)

_STATED: Final = "trusted addresses of per-user MFA"
_AXES: Final = ("target", "client", "place", "platform", "sign_in_risk", "user_risk", "flow", "device")


class Oracle:
    """A tenant, asked about one person in one situation."""

    def __init__(self, tenant: RawTenant) -> None:
        self.tenant = tenant
        self._answered: dict[tuple[Any, ...], Any] = {}

    def access(self, person: RawPerson, situation: Situation) -> Access:
        """What gets this person in here, beside the password."""
        outcome = self._by_policies(person, situation)
        if _is_portal(situation.target) and outcome is not Access.BLOCKED:
            return Access.MFA
        # nobody knows whether there are such addresses
        is_doubtful = situation.place.is_legacy_trusted and self.tenant.mfa_trusted_ips is None
        return Access.UNKNOWN if is_doubtful and outcome is Access.PASSWORD else outcome

    def _by_policies(self, person: RawPerson, situation: Situation) -> Access:
        sure, maybe = self._demands(person, situation)
        if "block" in sure:
            return Access.BLOCKED
        if "mfa" in sure:
            return Access.MFA
        if "unknown" in sure or any(demand != "nothing" for demand in maybe):
            return Access.UNKNOWN
        return Access.MANAGED_DEVICE if "device" in sure else Access.PASSWORD

    def _demands(self, person: RawPerson, situation: Situation) -> tuple[list[str], list[str]]:
        """What the policies demand that surely apply, and those of which it cannot be told."""
        sure: list[str] = []
        maybe: list[str] = []
        for number in range(len(self.tenant.policies)):
            applies = self.applies(number, person, situation)
            if applies is not False:
                (sure if applies else maybe).append(self.demand(number, situation.flow))
        return sure, maybe

    def applies(self, number: int, person: RawPerson, situation: Situation) -> Answer:
        """Whether a policy is in force for this person in this situation."""
        policy = self.tenant.policies[number]
        in_general = [
            self.once((number, "state"), lambda: _is_enforced(policy)),
            self.once((number, "others"), lambda: holds_for_people(member(policy, "conditions"))),
            self.concerns(number, person),
        ]
        here = (self._holds_on(number, axis, getattr(situation, axis)) for axis in _AXES)
        return all_of(chain(in_general, here))

    def demand(self, number: int, flow: str) -> str:
        """What a policy demands where it applies."""
        policy = self.tenant.policies[number]
        demand: str = self.once((number, "demand", flow), lambda: demand_of(self.tenant, policy, flow))
        return demand

    def _holds_on(self, number: int, axis: str, value: Any) -> Answer:
        conditions = member(self.tenant.policies[number], "conditions")
        answer: Answer = self.once((number, axis, value), lambda: holds_on(self.tenant, conditions, axis, value))
        return answer

    def once(self, question: tuple[Any, ...], answer: Callable[[], Any]) -> Any:
        """The same question is asked in thousands of situations."""
        if question not in self._answered:
            self._answered[question] = answer()
        return self._answered[question]

    def situations(self, targets: Iterable[str] | None = None) -> Iterator[Situation]:
        """Every sign-in to an application, or to some targets; of values that are all alike, only the first."""
        axes = self.axes if targets is None else {**self.axes, "target": list(targets)}
        return (Situation(*values) for values in product(*axes.values()))

    def is_at(self, location: str, place: Place) -> Answer:
        """Whether a place is in a named location."""
        return is_at(self.tenant, location, place)

    def concerns(self, number: int, person: RawPerson) -> Answer:
        """Whether a policy is about a person."""
        policy = self.tenant.policies[number]
        answer: Answer = self.once((number, "person", person.id), lambda: concerns(self.tenant, policy, person))
        return answer

    @cached_property
    def values(self) -> dict[str, list[Any]]:
        """Every value of every axis: what policies name, and something that they do not name."""
        axes: dict[str, Iterable[Any]] = {
            "target": [target for target in self.targets if not _is_portal(target) and target not in USER_ACTIONS],
            "client": CLIENTS,
            "place": self.places,
            "platform": PLATFORMS,
            "sign_in_risk": RISKS,
            "user_risk": RISKS,
            "flow": FLOWS,
            "device": DEVICES,
        }
        return {axis: list(values) for axis, values in axes.items()}

    @cached_property
    def axes(self) -> dict[str, list[Any]]:
        """The values of each axis of which no two are treated alike by all policies."""
        return {axis: self._unlike(axis, values) for axis, values in self.values.items()}

    def _unlike(self, axis: str, values: list[Any]) -> list[Any]:
        first: dict[Any, Any] = {}
        numbers = range(len(self.tenant.policies))
        for value in values:
            said = [self._holds_on(number, axis, value) for number in numbers]
            demands = [self.demand(number, value) for number in numbers] if axis == "flow" else []
            # addresses that may not be there stay apart, whatever policies say of them
            is_doubtful = axis == "place" and value.is_legacy_trusted and self.tenant.mfa_trusted_ips is None
            first.setdefault((is_doubtful, *said, *demands), value)
        return list(first.values())

    @cached_property
    def targets(self) -> list[str]:
        """Everything one can sign in to: what policies name, and any other application."""
        named = [OTHER, OFFICE, PORTALS, DIRECTORY_APP, *USER_ACTIONS]
        for policy in self.tenant.policies:
            for name in ("includeApplications", "excludeApplications"):
                named += texts_of(member(policy, "conditions", "applications", name))[0]
        return [name for name in dict.fromkeys(named) if name not in {"All", "None"}]

    @cached_property
    def places(self) -> list[Place]:
        """Every place that locations can tell apart."""
        if self.tenant.mfa_trusted_ips:
            return [
                Place(atom - {_STATED}, country, _STATED in atom)
                for atom, country in product(self._atoms(), self._countries())
            ]
        legacy = [False] if self.tenant.mfa_trusted_ips == () else [False, True]
        return [Place(*parts) for parts in product(self._atoms(), self._countries(), legacy)]

    def _atoms(self) -> list[frozenset[str]]:
        """Sets of locations that some address is in: they change only where a range begins or has ended."""
        ranges = [(row["id"], network) for row in self.tenant.named_locations or () for network in networks(row) or ()]
        ranges += [(_STATED, ip_network(each, strict=False)) for each in self.tenant.mfa_trusted_ips or ()]
        edges = [IPv4Address(0), IPv6Address(0), *(network[0] for _, network in ranges)]
        edges += [network[-1] + 1 for _, network in ranges if int(network[-1]) < 2**network.max_prefixlen - 1]
        return list(dict.fromkeys(frozenset(name for name, network in ranges if edge in network) for edge in edges))

    def _countries(self) -> list[str]:
        rows = [row for row in self.tenant.named_locations or () if is_country(row)]
        listed = [country for row in rows for country in texts_of(row.get("countriesAndRegions"))[0]]
        return list(dict.fromkeys([OTHER, "unknown", *listed]))


def _is_portal(target: str) -> bool:
    """Whether Microsoft demands MFA itself: of everybody since 2025."""
    return PORTALS in {target, SUITES.get(target)}


def _is_enforced(policy: Any) -> Answer:
    state = member(policy, "state")
    known = {"enabled": True, "disabled": False, "enabledForReportingButNotEnforced": False}
    return known.get(state) if isinstance(state, str) else None
