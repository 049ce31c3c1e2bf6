"""Proves of every person which sign-ins the tenant's policies, all together, protect."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from checks.conditional_access.concerns import Concerns
from checks.conditional_access.conditions import concerns
from checks.conditional_access.demands import Demand
from checks.conditional_access.people import Person, Standing
from checks.conditional_access.places import Locations
from checks.conditional_access.rules import Rule, Tenant
from checks.conditional_access.situations import Access, Proof, Situation
from checks.conditional_access.strengths import Strengths
from checks.conditional_access.targets import has_mandatory_mfa, spared_actions
from checks.conditional_access.views import View
from checks.model import Gap
from checks.three_valued import all_of

Rows = Sequence[Mapping[str, Any]]

_UNREAD: Final = {"id": "unread", "state": None, "raw": None}
"""In place of policies that were not read: one of which nothing is known."""


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """Which places count."""

    outside: frozenset[str] = frozenset()
    """Ids of named locations of which nothing counts that is surely inside."""


ANYWHERE: Final = PlaceFilter()


def remote(office_location_ids: Sequence[str]) -> PlaceFilter:
    """Return the filter of places outside of the offices."""
    return PlaceFilter(frozenset(office_location_ids))


class Prover:
    """A tenant's policies, asked what they make of a person's sign-ins.

    Args:
        policies: Rows of `conditional_access_policies`: `id`, `state` and `raw` of them.
        named_locations: Rows of `named_locations`, all of them: `id`, `location_type`, `is_trusted`, `raw`.
        authentication_strengths: Rows of `authentication_strengths`: `id`, `allowed_combinations`.
        settings: The row of `conditional_access_settings`: `raw`.
        standing: Where everybody's groups and roles are looked up.
        as_of: The day to judge at: Microsoft changed what policies mean in 2026.
        mfa_trusted_ips: The trusted addresses of per-user MFA, which Graph does not tell: None where the firm
            did not state them, empty where there are none.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies
    """

    def __init__(
        self,
        policies: Rows | Gap,
        named_locations: Rows | Gap,
        authentication_strengths: Rows | Gap,
        settings: Rows | Gap,
        standing: Standing,
        as_of: date,
        mfa_trusted_ips: tuple[str, ...] | None,
    ) -> None:
        tenant = Tenant(
            Locations.of(named_locations), Strengths.of(authentication_strengths), spared_actions(settings), as_of
        )
        known = (_UNREAD,) if isinstance(policies, Gap) else policies
        rules = tuple(rule for rule in (Rule.of(row, tenant) for row in known) if rule.may_matter)
        self._concerns = Concerns(rules, standing)
        self._rules = rules
        self._tenant = tenant
        self._trusted_ips = mfa_trusted_ips
        self._views: dict[PlaceFilter, View] = {}

    def access(self, person: Person, situation: Situation) -> Access:
        """Return what gets the person into one situation, besides the password."""
        surely, perhaps = set[Demand](), set[Demand]()
        for rule in self._rules:
            reaches = rule.reaches(situation, self._tenant.locations)
            applies = all_of([rule.holds, reaches, concerns(rule.users, person) if reaches is not False else False])
            if applies is not False:
                (surely if applies else perhaps).add(rule.demand(situation.flow))
        return self._final(_combined(surely, perhaps), situation)

    def situations(self, person: Person) -> Iterator[Situation]:
        """Return one situation of each kind that the person's policies tell apart, portals and user actions too."""
        (concern,) = self._concerns.of([person])
        for field in self._view(ANYWHERE).fields:
            yield from field.situations(concern.surely, concern.perhaps)

    def proof(self, person: Person, places: PlaceFilter = ANYWHERE) -> Proof:
        """Return what the policies make of one person's sign-ins."""
        return self.proofs([person], places)[0]

    def proofs(self, people: Sequence[Person], places: PlaceFilter = ANYWHERE) -> list[Proof]:
        """Return what the policies make of the sign-ins of each; people with the same policies share a proof.

        Cost:
            One look at each member of each group that a policy names, and one proof for each set of policies that
            somebody has.
        """
        view = self._view(places)
        return [view.proof(concern) for concern in self._concerns.of(people)]

    def _view(self, places: PlaceFilter) -> View:
        if places not in self._views:
            named = frozenset[str]().union(places.outside, *(rule.places.named for rule in self._rules))
            geography = self._tenant.locations.told_apart_by(named, self._trusted_ips)
            counted = list(geography.places(places.outside))
            self._views[places] = View(self._rules, geography, counted, is_doubtful=self._trusted_ips is None)
        return self._views[places]

    def _final(self, access: Access, situation: Situation) -> Access:
        if has_mandatory_mfa(situation.target, self._tenant.as_of) and access is not Access.BLOCKED:
            return Access.MFA
        is_doubtful = situation.place.is_legacy_trusted and self._trusted_ips is None
        return Access.UNKNOWN if is_doubtful and access is Access.PASSWORD else access


def _combined(surely: set[Demand], perhaps: set[Demand]) -> Access:
    for demand, access in ((Demand.BLOCK, Access.BLOCKED), (Demand.MFA, Access.MFA)):
        if demand in surely:
            return access
    if Demand.UNKNOWN in surely or perhaps - {Demand.NOTHING}:
        return Access.UNKNOWN
    return Access.MANAGED_DEVICE if Demand.MANAGED_DEVICE in surely else Access.PASSWORD
