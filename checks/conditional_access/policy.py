"""One Conditional Access policy, judged for one person."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from checks.conditional_access.circumstances import Circumstances
from checks.conditional_access.conditions import concerns, groups_named, roles_named
from checks.conditional_access.grants import Demand, demand_of
from checks.conditional_access.people import Person
from checks.three_valued import Answer, all_of

_STATES: Final = {"enabled": True, "disabled": False, "enabledForReportingButNotEnforced": False}


@dataclass(frozen=True, slots=True)
class Policy:
    """What is decided of a policy once, for everybody."""

    id: str
    is_enforced: Answer
    """A policy in report-only state protects nobody."""
    circumstances: Circumstances
    demand: Demand
    users: Any
    """Graph's `conditions.users`."""

    @classmethod
    def of(cls, policy_id: str, state: str | None, raw: str | None, as_of: date) -> "Policy":
        """Return the policy of a row of `conditional_access_policies`; what is null or unreadable is unknown."""
        content = _parsed(raw)
        conditions = content.get("conditions")
        return cls(
            id=policy_id,
            is_enforced=_STATES.get(state) if state else None,
            circumstances=Circumstances.of(conditions),
            demand=demand_of(content["grantControls"], as_of) if "grantControls" in content else Demand.UNKNOWN,
            users=conditions.get("users") if isinstance(conditions, dict) else None,
        )

    @property
    def names_groups(self) -> bool:
        """Whether somebody's groups decide whom it concerns."""
        return bool(groups_named(self.users))

    @property
    def names_roles(self) -> bool:
        """Whether somebody's roles decide whom it concerns."""
        return bool(roles_named(self.users))

    def demands_mfa(self, person: Person) -> Answer:
        """Whether this policy, by itself and in all circumstances, keeps out whoever has only the password."""
        static = all_of([self.is_enforced, self.circumstances.is_everything, self._is_second_factor])
        return False if static is False else all_of([static, concerns(self.users, person)])

    def may_demand_mfa(self, person: Person) -> bool:
        """Whether this policy may, in some circumstances, keep out whoever has only the password."""
        static = all_of([self.is_enforced, self._is_second_factor])
        return static is not False and concerns(self.users, person) is not False

    @property
    def _is_second_factor(self) -> Answer:
        """Whether the password alone is not enough where the policy holds."""
        return {Demand.MFA: True, Demand.BLOCK: True, Demand.UNKNOWN: None}.get(self.demand, False)

    def accepts_instead(self, person: Person) -> Demand:
        """Return what this policy surely demands of the person instead of MFA; NOTHING where that is not sure."""
        weaker = self.demand in {Demand.MANAGED_DEVICE, Demand.CUSTOM_CONTROL}
        sure = weaker and self.is_enforced and self.circumstances.is_everything and concerns(self.users, person)
        return self.demand if sure else Demand.NOTHING


def _parsed(raw: str | None) -> dict[str, Any]:
    """Return the policy's JSON; empty, and so unknown in every part, where it is null or no object."""
    try:
        content = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
