"""Groups and directory roles as inputs: who is in them, directly, through groups, or as soon as they choose to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.circles import ANYBODY, NOBODY, Circle, Memberships, Roles
from checks.frame import plain, records
from checks.model import Gap
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of
from scanner.snapshot.ledger import TableState

_ACTIVE: Final = "active"
_WHOLE_DIRECTORY: Final = "/"
"""Scope of an assignment that is not limited to an administrative unit or to one object."""

_NAMELESS: Final = Gap("role_assignments", TableState.PARTIAL, "missing_value:principal_id", "rescan")


@dataclass(frozen=True, slots=True)
class Holding:
    """One assignment of a role, and the people and applications it reaches."""

    role_id: str | None
    principal_id: str | None
    holders: Circle
    is_active: bool
    """Whether the role works now; else its holders may activate it."""
    is_directory_wide: Answer


@dataclass(frozen=True, slots=True)
class Holdings:
    """Every assignment of a directory role that was read."""

    known: tuple[Holding, ...]
    gaps: tuple[Gap, ...] = ()
    """What keeps it from being known who holds a role."""
    eligible_unread: bool = False


@derived
def memberships(
    group_members: Annotated[pd.DataFrame, columns("group_id", "id", "member_type")],
    unread_objects: Annotated[pd.DataFrame, columns("table_name", "object_id", whole=True)],
) -> Memberships:
    """Return who is in the groups that policies and roles name.

    A group without a row has no members, unless it is named as unread: so has one that was deleted while
    a policy still names it.

    Source:
        https://learn.microsoft.com/graph/api/group-list-transitivemembers
    """
    members: dict[str, set[str]] = {}
    for row in records(group_members):
        found = members.setdefault(row["group_id"], set())
        # the members of a group inside are listed by themselves
        if row["member_type"] != "#microsoft.graph.group":
            found.add(row["id"])
    unread = {row["object_id"] for row in records(unread_objects) if row["table_name"] == "group_members"}
    return Memberships({group: frozenset(found) for group, found in members.items()}, frozenset(unread))


@derived
def eligible_assignments(
    # `activation` stands for the group of columns that tells whether eligible rows were read at all
    role_assignments: Annotated[pd.DataFrame, columns("assignment_type", "id", "activation", whole=True)],
) -> frozenset[str]:
    """Return the ids of the assignments whose holders may activate the role.

    Source:
        https://learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityscheduleinstances
    """
    return frozenset(row["id"] for row in records(role_assignments) if row["assignment_type"] != _ACTIVE)


@derived
def holdings(
    role_assignments: Annotated[
        pd.DataFrame,
        columns("assignment_type", "id", "principal_id", "role_definition_id", "directory_scope_id", whole=True),
    ],
    eligible_assignments: frozenset[str] | Gap,
    memberships: Memberships | Gap,
    groups: Annotated[pd.DataFrame | Gap, columns("id", whole=True)],
    users: Annotated[pd.DataFrame, columns("id")],
) -> Holdings:
    """Return every assignment of a directory role with whom it reaches.

    Source:
        https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
    """
    group_ids = groups if isinstance(groups, Gap) else frozenset(plain(groups["id"]))
    principals = _Principals(frozenset(plain(users["id"])), group_ids, memberships)
    rows = [row for row in records(role_assignments) if _was_read(row, eligible_assignments)]
    found = tuple(_holding(row, principals) for row in rows)
    unread = [eligible_assignments] if isinstance(eligible_assignments, Gap) else []
    lacking = [gap for row in rows for gap in principals.gaps_of(row["principal_id"])]
    return Holdings(found, tuple(dict.fromkeys([*unread, *lacking])), eligible_unread=bool(unread))


def _was_read(row: Mapping[str, Any], eligible: frozenset[str] | Gap) -> bool:
    return row["assignment_type"] == _ACTIVE or (not isinstance(eligible, Gap) and row["id"] in eligible)


def _holding(row: Mapping[str, Any], principals: "_Principals") -> Holding:
    scope = row["directory_scope_id"]
    return Holding(
        role_id=row["role_definition_id"],
        principal_id=row["principal_id"],
        holders=principals.reached_by(row["principal_id"]),
        is_active=row["assignment_type"] == _ACTIVE,
        is_directory_wide=None if scope is None else scope == _WHOLE_DIRECTORY,
    )


@dataclass(frozen=True, slots=True)
class _Principals:
    """Tells whom an assignment reaches: a person, an application, or everybody in a group."""

    users: frozenset[str]
    groups: frozenset[str] | Gap
    memberships: Memberships | Gap

    def reached_by(self, principal_id: str | None) -> Circle:
        """Return who holds what is assigned to a principal."""
        if principal_id is None or self.gaps_of(principal_id):
            return ANYBODY
        members = NOBODY if isinstance(self.memberships, Gap) else self.memberships.of(principal_id)
        return members if self._is_group(principal_id) else Circle(frozenset({principal_id}))

    def gaps_of(self, principal_id: str | None) -> tuple[Gap, ...]:
        """Return what is lacking to tell whom an assignment reaches."""
        if principal_id is None:
            return (_NAMELESS,)
        is_group = self._is_group(principal_id)
        if is_group is None:
            # whose members nobody asked for
            return tuple(need for need in (self.groups, self.memberships) if isinstance(need, Gap))
        return (self.memberships,) if is_group and isinstance(self.memberships, Gap) else ()

    def _is_group(self, principal_id: str) -> Answer:
        if principal_id in self.users:
            return False
        if not isinstance(self.memberships, Gap) and self.memberships.knows(principal_id):
            return True
        return None if isinstance(self.groups, Gap) else principal_id in self.groups


@derived
def roles(
    holdings: Holdings, role_definitions: Annotated[pd.DataFrame | Gap, columns("id", "template_id", "is_built_in")]
) -> Roles:
    """Return whom policies about roles concern.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-users-groups
    """
    definitions = [] if isinstance(role_definitions, Gap) else records(role_definitions)
    templates = {row["id"]: row["template_id"] or row["id"] for row in definitions}
    built_in: dict[str, Answer] = {row["id"]: row["is_built_in"] for row in definitions}
    holders: dict[str, Circle] = {}
    of_any = ANYBODY if holdings.eligible_unread else NOBODY
    for holding in holdings.known:
        if holding.role_id is None:
            of_any |= _concerned(holding, None)
        else:
            role_id = templates.get(holding.role_id, holding.role_id)
            holders[role_id] = holders.get(role_id, NOBODY) | _concerned(holding, built_in.get(holding.role_id))
    unread = (role_definitions,) if isinstance(role_definitions, Gap) else ()
    return Roles(holders, of_any, (*holdings.gaps, *unread))


def _concerned(holding: Holding, is_built_in: Answer) -> Circle:
    """Return whom a policy about the role of this assignment concerns."""
    counts = all_of([is_built_in, holding.is_directory_wide])
    if counts is False:
        return NOBODY
    return holding.holders if counts and holding.is_active else holding.holders.doubted()
