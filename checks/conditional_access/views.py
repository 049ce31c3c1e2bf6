"""What the policies of a tenant make of sign-ins from some places."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from checks.conditional_access.choices import CLIENTS, DEVICES, FLOWS, PLATFORMS, RISKS
from checks.conditional_access.classes import AXES, Axis, Masked, masked
from checks.conditional_access.concerns import Concern
from checks.conditional_access.demands import Demand, Demands
from checks.conditional_access.grids import Field, Stakes
from checks.conditional_access.place_masks import masked_places
from checks.conditional_access.places import Geography
from checks.conditional_access.rules import Rule
from checks.conditional_access.situations import OTHER, Access, Place, Proof
from checks.conditional_access.targets import DIRECTORY, OFFICE, PORTALS, USER_ACTIONS, is_portal, is_user_action
from checks.conditional_access.ways import TOLD, Teller

_FIRST: Final = (OTHER, OFFICE)


class View:
    """What the policies make of sign-ins from some places; one proof for each set of policies."""

    def __init__(
        self, rules: Sequence[Rule], geography: Geography, places: Sequence[Place], *, is_doubtful: bool
    ) -> None:
        self._rules = rules
        self._is_doubtful = is_doubtful
        self._stakes = {flow: Stakes.of(rules, flow) for flow in FLOWS}
        self._others = self._axes(geography, places)
        self._teller = Teller(self.applications, geography, rules)
        self._proofs: dict[Concern, Proof] = {}

    def proof(self, concern: Concern) -> Proof:
        """Return what is proved of people whom these policies concern."""
        if concern not in self._proofs:
            self._proofs[concern] = self._proved(concern)
        return self._proofs[concern]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Applications, the administration portals, and user actions."""
        return self.applications, self._portals, self._actions

    @cached_property
    def applications(self) -> Field:
        """Every application but the administration portals."""
        named = [name for name in self._named if not is_portal(name) and not is_user_action(name)]
        return self._field([*_FIRST, *named, DIRECTORY], TOLD)

    @cached_property
    def _portals(self) -> Field:
        return self._field([PORTALS, *filter(is_portal, self._named)])

    @cached_property
    def _actions(self) -> Field:
        return self._field([*USER_ACTIONS, *filter(is_user_action, self._named)])

    @cached_property
    def _named(self) -> list[str]:
        return sorted(frozenset[str]().union(*(rule.targets.named for rule in self._rules)))

    def _field(self, targets: Iterable[str], told: tuple[Access, ...] = ()) -> Field:
        asked = masked(dict.fromkeys(targets), [rule.targets.has for rule in self._rules])
        axes = (self._axis(0, asked), *self._others)
        return Field(axes, self._stakes, has_doubtful_places=self._is_doubtful, told=told)

    def _axes(self, geography: Geography, places: Sequence[Place]) -> list[Axis]:
        """Return every axis but the targets."""
        rules = self._rules
        by_code = self._stakes["none"].differing(self._stakes["deviceCodeFlow"])
        values: list[tuple[Masked[Any], ...]] = [
            masked(CLIENTS, [rule.clients.has for rule in rules]),
            masked_places(places, [rule.places for rule in rules], geography.locations),
            masked(PLATFORMS, [rule.platforms.has for rule in rules]),
            masked(RISKS, [rule.sign_in_risks.has for rule in rules]),
            masked(RISKS, [rule.user_risks.has for rule in rules]),
            masked(FLOWS, [rule.flows.has for rule in rules]),
            masked(DEVICES, [rule.devices.has for rule in rules]),
        ]
        marks = {AXES.index("flow"): lambda flow: by_code if flow == "deviceCodeFlow" else 0}
        return [self._axis(number, each, marks.get(number)) for number, each in enumerate(values, start=1)]

    def _axis(self, number: int, values: tuple[Masked[Any], ...], mark: Callable[[Any], int] | None = None) -> Axis:
        return Axis(number, values, len(self._rules), mark or (lambda _: 0))

    def _proved(self, concern: Concern) -> Proof:
        grid = self.applications.grid(concern.surely, concern.perhaps)
        actions = self._actions.grid(concern.surely, concern.perhaps)
        return Proof(
            grid.accesses,
            demands_mfa=Access.MFA in grid.accesses,
            ways=self._teller.ways(grid, concern),
            strengths=self._strengths(concern.surely & self.applications.reach),
            perhaps_strengths=self._perhaps_strengths(concern),
            user_actions=MappingProxyType(actions.by_target),
        )

    def _strengths(self, policies: int) -> frozenset[str]:
        """Return the strengths without which some policies let nobody in."""
        demanded = (each for each in self._demands(policies) if each.usual is Demand.MFA)
        return frozenset(each.strength for each in demanded if each.strength is not None)

    def _perhaps_strengths(self, concern: Concern) -> frozenset[str]:
        """Return the strengths that policies demand of which something is unknown: whom they concern, or what."""
        reaching = concern.perhaps & self.applications.reach
        unclear = (each.perhaps_strength for each in self._demands(reaching))
        return frozenset(filter(None, unclear)) | self._strengths(reaching & ~concern.surely)

    def _demands(self, policies: int) -> Iterator[Demands]:
        return (rule.demands for number, rule in enumerate(self._rules) if policies >> number & 1)
