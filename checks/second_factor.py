"""Whether somebody gets in with the password alone: an input of every check that asks it of some people."""

from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd

from checks.circles import Memberships, Roles
from checks.conditional_access.circumstances import surely_leave_open
from checks.conditional_access.grants import Demand
from checks.conditional_access.people import Person, Standing
from checks.derived import Policies
from checks.frame import plain
from checks.model import Gap
from checks.registry import columns, derived
from checks.three_valued import Answer, any_of


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What the tenant demands of people who sign in."""

    by_defaults: Answer
    """Whether security defaults are on; they protect everybody."""
    policies: Policies | None
    """None where they were not read."""
    standing: Standing
    gaps: tuple[Gap, ...]
    """What was not read and may decide about somebody."""

    def person(self, row: dict[str, Any]) -> Person:
        """Return the person of a row of `users`: `id`, `user_principal_name` and `user_type` of it."""
        return Person.of(row["id"], row["user_principal_name"], row["user_type"], self.standing)

    def covers(self, person: Person) -> Answer:
        """Whether nobody gets in as this person with the password alone; no only where a way in is sure."""
        if self.policies is None:
            return any_of([self.by_defaults, None])
        by_one = any_of([self.by_defaults, *(policy.demands_mfa(person) for policy in self.policies)])
        if by_one is not False:
            return by_one
        narrow = [policy.circumstances for policy in self.policies if policy.may_demand_mfa(person)]
        return False if surely_leave_open(narrow) else None

    def accepts_instead(self, person: Person, covered: Answer) -> str | None:
        """Return what gets a person in without MFA; `password`: no policy asks more.

        None unless `covered`, what `covers` said of the person, is a sure no.
        """
        if self.policies is None or covered is not False:
            return None
        accepted = {policy.accepts_instead(person) for policy in self.policies}
        stronger = [demand for demand in (Demand.MANAGED_DEVICE, Demand.CUSTOM_CONTROL) if demand in accepted]
        return stronger[0].value if stronger else "password"


@derived
def second_factor(
    policies: Policies | Gap,
    security_defaults: Annotated[pd.DataFrame | Gap, columns("is_enabled")],
    memberships: Memberships | Gap,
    roles: Roles | Gap,
) -> SecondFactor:
    """Return what the tenant demands, as far as it was read.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies
    """
    known = () if isinstance(policies, Gap) else policies
    needs = [
        policies,
        security_defaults,
        *([memberships] if any(policy.names_groups for policy in known) else []),
        *([roles, *_gaps_of(roles)] if any(policy.names_roles for policy in known) else []),
    ]
    return SecondFactor(
        by_defaults=_defaults_are_on(security_defaults),
        policies=None if isinstance(policies, Gap) else policies,
        standing=Standing(
            None if isinstance(memberships, Gap) else memberships, None if isinstance(roles, Gap) else roles
        ),
        gaps=tuple(dict.fromkeys(need for need in needs if isinstance(need, Gap))),
    )


def _gaps_of(roles: Roles | Gap) -> tuple[Gap, ...]:
    return () if isinstance(roles, Gap) else roles.gaps


def _defaults_are_on(security_defaults: pd.DataFrame | Gap) -> Answer:
    """Whether security defaults are on; unknown where they, or their switch, were not read."""
    if isinstance(security_defaults, Gap):
        return None
    switches: list[Answer] = plain(security_defaults["is_enabled"])
    return switches[0] if len(switches) == 1 else None
