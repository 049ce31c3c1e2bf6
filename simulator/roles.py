"""Groups with their members, and directory roles."""

from collections.abc import Sequence
from typing import Any, Final

from simulator.calls import Call, Paging, gone
from simulator.filters import parse_filter
from simulator.own_rights import directory_roles_of
from simulator.plain import Kind, collection, governed
from simulator.properties import (
    DIRECTORY_OBJECT,
    GROUP,
    ROLE_ASSIGNMENT,
    ROLE_ASSIGNMENT_INSTANCE,
    ROLE_DEFINITION,
    ROLE_ELIGIBILITY_INSTANCE,
)
from simulator.throttling import Workload

_DIRECTORY: Final = "Directory.Read.All"
_ROLES: Final = ("RoleManagement.Read.Directory", "RoleManagement.Read.All", _DIRECTORY)


def _transitive_members(call: Call) -> Sequence[dict[str, Any]]:
    """Return every member of a group once, members of its groups included; groups are members too."""
    direct, group_id = call.tenant.group_members, call.values["group_id"]
    if group_id not in direct and not any(group["id"] == group_id for group in call.tenant.groups):
        raise gone(Workload.IDENTITY)
    found: dict[str, dict[str, Any]] = {}
    waiting = list(direct.get(group_id, ()))
    while waiting:
        member = waiting.pop(0)
        if member["id"] not in found and member["id"] != group_id:
            found[member["id"]] = member
            waiting += direct.get(member["id"], ())
    return list(found.values())


def _assignments(call: Call) -> Sequence[dict[str, Any]]:
    """Return role assignments; those of the apps that sign in are shown to whoever asks for a principal's."""
    asked = call.query.options.get("$filter")
    if asked is None:
        return call.tenant.role_assignments
    judge = parse_filter(asked, {"principalId": frozenset({"eq"})}).judge
    return [row for row in (*call.tenant.role_assignments, *directory_roles_of(call.tenant)) if judge(row)]


ENDPOINTS: Final = (
    collection(
        "groups",
        Kind(Workload.IDENTITY, ("Group.Read.All", _DIRECTORY)),
        lambda call: call.tenant.groups,
        GROUP,
        options=("$top", "$count"),
    ),
    collection(
        "groups/{group_id}/transitiveMembers",
        Kind(Workload.IDENTITY, ("GroupMember.Read.All", "Group.Read.All", _DIRECTORY), units=5),
        _transitive_members,
        DIRECTORY_OBJECT,
    ),
    collection(
        "roleManagement/directory/roleDefinitions",
        Kind(Workload.IDENTITY, _ROLES),
        lambda call: call.tenant.role_definitions,
        ROLE_DEFINITION,
        paging=Paging(default=999),
    ),
    collection(
        "roleManagement/directory/roleAssignments",
        Kind(Workload.IDENTITY, _ROLES),
        _assignments,
        ROLE_ASSIGNMENT,
        options=("$top", "$filter"),
    ),
    collection(
        "roleManagement/directory/roleAssignmentScheduleInstances",
        Kind(Workload.IDENTITY, ("RoleAssignmentSchedule.Read.Directory", *_ROLES[:2]), governed),
        lambda call: call.tenant.role_assignment_schedule_instances,
        ROLE_ASSIGNMENT_INSTANCE,
    ),
    collection(
        "roleManagement/directory/roleEligibilityScheduleInstances",
        Kind(Workload.IDENTITY, ("RoleEligibilitySchedule.Read.Directory", *_ROLES[:2]), governed),
        lambda call: call.tenant.role_eligibility_schedule_instances,
        ROLE_ELIGIBILITY_INSTANCE,
    ),
)
