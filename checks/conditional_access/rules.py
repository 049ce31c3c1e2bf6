"""One Conditional Access policy as the prover sees it: whom it hits, when, and what it demands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Self

from checks.conditional_access import choices
from checks.conditional_access.choices import Choice
from checks.conditional_access.demands import Demand, Demands
from checks.conditional_access.places import Locations, PlaceChoice
from checks.conditional_access.situations import Situation
from checks.conditional_access.strengths import Strengths
from checks.conditional_access.targets import Targets
from checks.json_values import ABSENT, Texts, is_unset, members_of, object_of
from checks.three_valued import Answer, all_of

_STATES: Final = {"enabled": True, "disabled": False, "enabledForReportingButNotEnforced": False}
_AXES: Final = frozenset(
    {
        "applications",
        "clientAppTypes",
        "locations",
        "platforms",
        "signInRiskLevels",
        "userRiskLevels",
        "authenticationFlows",
        "devices",
        "users",
    }
)


@dataclass(frozen=True, slots=True)
class Tenant:
    """What every policy of a tenant is read against."""

    locations: Locations
    strengths: Strengths
    spared_actions: Texts
    as_of: date


@dataclass(frozen=True, slots=True)
class Rule:
    """What is decided of a policy once, for everybody and every situation."""

    id: str
    holds: Answer
    """Whether it is enforced, on people, and under no further condition; unknown where that was not read."""
    users: Any
    """Graph's `conditions.users`."""
    targets: Targets
    clients: Choice
    places: PlaceChoice
    platforms: Choice
    sign_in_risks: Choice
    user_risks: Choice
    flows: Choice
    devices: Choice
    demands: Demands

    @classmethod
    def of(cls, row: Mapping[str, Any], tenant: Tenant) -> Self:
        """Return the rule of a row of `conditional_access_policies`: `id`, `state` and `raw` of it.

        What is null, malformed or not known to this version is unknown.
        """
        content = object_of(row["raw"])
        given = content.get("conditions")
        conditions: Mapping[str, Any] = given if isinstance(given, dict) else {}
        is_enforced = _STATES.get(row["state"]) if row["state"] else None
        return cls(
            id=row["id"],
            holds=all_of([is_enforced, *_others(conditions)]),
            users=conditions.get("users"),
            targets=Targets.of(conditions.get("applications"), tenant.spared_actions, tenant.as_of),
            clients=choices.clients(conditions.get("clientAppTypes")),
            places=PlaceChoice.of(conditions.get("locations", ABSENT)),
            platforms=choices.platforms(conditions.get("platforms", ABSENT)),
            sign_in_risks=choices.risks(conditions.get("signInRiskLevels")),
            user_risks=choices.risks(conditions.get("userRiskLevels")),
            flows=choices.flows(conditions.get("authenticationFlows") if isinstance(given, dict) else ABSENT),
            devices=choices.devices(conditions.get("devices", ABSENT)),
            demands=Demands.of(content.get("grantControls", ABSENT), tenant.strengths, tenant.as_of),
        )

    def reaches(self, situation: Situation, locations: Locations) -> Answer:
        """Whether the policy, if it holds for a person, holds in a situation."""
        return all_of(
            [
                self.targets.has(situation.target),
                self.clients.has(situation.client),
                self.places.has(situation.place, locations),
                self.platforms.has(situation.platform),
                self.sign_in_risks.has(situation.sign_in_risk),
                self.user_risks.has(situation.user_risk),
                self.flows.has(situation.flow),
                self.devices.has(situation.device),
            ]
        )

    def demand(self, flow: str) -> Demand:
        """Return what it demands of a sign-in that is handed over like this."""
        return self.demands.by_device_code if flow == "deviceCodeFlow" else self.demands.usual

    @property
    def may_matter(self) -> bool:
        """Whether it may ever stop somebody."""
        return self.holds is not False and not self.demands.is_nothing


def _others(conditions: Mapping[str, Any]) -> list[Answer]:
    """Return what the conditions that are no axis of a situation say."""
    names = {*members_of(conditions), *_SPECIAL} - _AXES
    return [_SPECIAL.get(name, _is_unset)(conditions.get(name, ABSENT)) for name in sorted(names)]


def _is_unset(condition: object) -> Answer:
    # what a condition that is not known chooses cannot be told, only that it was not set
    return True if is_unset(condition) else None


def _concerns_people(condition: object) -> Answer:
    """Whether a policy is about people: with client applications it is about workload identities."""
    if condition is None:
        return True
    if not isinstance(condition, dict):
        return None
    said = all_of(is_unset(condition[name]) for name in members_of(condition))
    return said if condition else None


_SPECIAL: Final[Mapping[str, Callable[[object], Answer]]] = MappingProxyType({"clientApplications": _concerns_people})
