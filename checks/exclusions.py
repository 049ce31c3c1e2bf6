"""Who is left out of policies: by name, in a group, or as holder of a role."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

import pandas as pd

from checks.circles import ANYBODY, NOBODY, Circle, Memberships, Roles
from checks.conditional_access.conditions import groups_named, includes, listed, roles_named
from checks.conditional_access.people import Person, Standing
from checks.frame import records
from checks.json_values import ABSENT, Texts, object_of
from checks.model import Gap
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of, any_of, negated
from scanner.snapshot.ledger import TableState

_STATES: Final = {"enabled": True, "disabled": False, "enabledForReportingButNotEnforced": False}
_KEEPING_OUT: Final = frozenset({"mfa", "block"})

_UNREADABLE: Final = Gap("conditional_access_policies", TableState.PARTIAL, "unreadable_exclusions", "rescan")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Whom one policy leaves out that keeps others out, or asks them for a second factor."""

    policy_id: str
    policy_name: str
    counts: Answer
    """Whether the policy is enforced, and blocks or demands MFA."""
    people: Circle
    users: object
    """Graph's `conditions.users`."""
    is_about_flows: Answer
    """Whether the policy is about how sign-ins are handed over, and says nothing of any other."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Whom the tenant's policies leave out."""

    policies: tuple[Exclusion, ...]
    standing: Standing
    gaps: tuple[Gap, ...] = ()

    def of(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Answer]]:
        """Yield name and answer of each policy that leaves somebody out, or may, and would else concern him.

        Args:
            row: Of `users`: `id`, `user_principal_name` and `user_type`.
        """
        person = Person.of(row["id"], row["user_principal_name"], row["user_type"], self.standing)
        for policy in self.policies:
            left_out = all_of([policy.counts, negated(policy.is_about_flows), policy.people.has(person.id)])
            answer = all_of([left_out, includes(policy.users, person)]) if left_out is not False else False
            if answer is not False:
                yield policy.policy_name, answer


@derived
def exclusions(
    conditional_access_policies: Annotated[pd.DataFrame, columns("id", "display_name", "state", "raw", whole=True)],
    memberships: Memberships | Gap,
    roles: Roles | Gap,
) -> Exclusions:
    """Return whom each policy leaves out that blocks or demands MFA; guests by kind are not told apart.

    Source:
        https://learn.microsoft.com/graph/api/resources/conditionalaccessusers
    """
    found = [_Excluded.of(row) for row in records(conditional_access_policies)]
    counted = [one for one in found if one.counts is not False]
    names_groups, names_roles = (any(named(one.lists) for one in counted) for named in (groups_named, roles_named))
    needs = [
        *([memberships] if names_groups else []),
        *([roles, *(() if isinstance(roles, Gap) else roles.gaps)] if names_roles else []),
    ]
    standing = Standing(
        None if isinstance(memberships, Gap) else memberships, None if isinstance(roles, Gap) else roles
    )
    unreadable = [] if all(one.is_whole for one in counted) else [_UNREADABLE]
    gaps = (*(need for need in needs if isinstance(need, Gap)), *unreadable)
    return Exclusions(tuple(one.resolved(memberships, roles) for one in counted), standing, gaps)


@dataclass(frozen=True, slots=True)
class _Excluded:
    """What one policy excludes, as Graph spells it."""

    id: str
    name: str
    counts: Answer
    is_about_flows: Answer
    lists: object
    users: Texts
    groups: Texts
    roles: Texts

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        content = object_of(row["raw"])
        conditions = content.get("conditions")
        parts = conditions if isinstance(conditions, dict) else {}
        users = parts.get("users")
        lists = users if isinstance(users, dict) else {}
        return cls(
            row["id"],
            row["display_name"] or row["id"],
            all_of([_STATES.get(row["state"]), _keeps_out(content.get("grantControls", ABSENT))]),
            _is_about_flows(parts.get("authenticationFlows")),
            users,
            *(listed(lists, f"exclude{kind}") for kind in ("Users", "Groups", "Roles")),
        )

    @property
    def is_whole(self) -> bool:
        return all(named.is_whole for named in (self.users, self.groups, self.roles))

    def resolved(self, memberships: Memberships | Gap, roles: Roles | Gap) -> Exclusion:
        people = Circle(self.users.known, is_open=not self.is_whole)
        for group_id in self.groups.known:
            people |= ANYBODY if isinstance(memberships, Gap) else memberships.of(group_id)
        for role_id in self.roles.known:
            people |= ANYBODY if isinstance(roles, Gap) else roles.holders.get(role_id, NOBODY) | roles.of_any
        return Exclusion(self.id, self.name, self.counts, people, self.lists, self.is_about_flows)


def _is_about_flows(flows: object) -> Answer:
    if flows is None:
        return False
    methods = flows.get("transferMethods") if isinstance(flows, dict) else None
    return bool(methods) and methods != "none" if isinstance(methods, str) else None


def _keeps_out(grant: object) -> Answer:
    """Whether `grantControls` block or ask for MFA, whatever they accept besides."""
    if grant is None:
        return False
    if not isinstance(grant, dict):
        return None
    strength = grant.get("authenticationStrength", ABSENT)
    by_strength = True if isinstance(strength, dict) and strength else False if strength is None else None
    return any_of([Texts.of(grant.get("builtInControls")).has_any(_KEEPING_OUT), by_strength])
