"""Directory roles: definitions, and who holds one or may activate one."""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from scanner.collectors.collector import Collector, Reading, unique
from scanner.collectors.plain import listing_of, objects_of, whole
from scanner.collectors.results import Result
from scanner.collectors.rows import JsonObject, Shape, as_json
from scanner.collectors.states import group_coverage
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS
from scanner.snapshot.tables.roles import ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, ROLE_MANAGEMENT_POLICIES
from scanner.transport.errors import Denied, Malformed, NotFound, Throttled, Unavailable, Unlicensed
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "roles"

ELIGIBLE: Final = "eligible"
"""Column group of `role_assignments` that needs Privileged Identity Management, so Entra ID P2."""

_GOVERNANCE_PLANS: Final = frozenset({"AAD_PREMIUM_P2", "ENTRA_IDENTITY_GOVERNANCE"})
"""Service plans, in capitals, with which Privileged Identity Management comes."""

_NOT_IN_FORCE: Final = frozenset({"Deleted", "LockedOut", "Suspended"})
"""States of a subscription whose features are off; one in its period of grace still works."""

_ACTIVE: Final = "active"
_PLACE: Final = ("id", "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId")
_PERIOD: Final = ("memberType", "startDateTime", "endDateTime")

_DEFINITIONS: Final = Template(
    Api.GRAPH_V1,
    "roleManagement/directory/roleDefinitions",
    Workload.IDENTITY,
    permission="RoleManagement.Read.Directory",
    pack=Pack.BASE,
    select=("id", "templateId", "displayName", "isBuiltIn", "isEnabled", "rolePermissions"),
)
_ASSIGNMENTS: Final = Template(
    Api.GRAPH_V1,
    "roleManagement/directory/roleAssignments",
    Workload.IDENTITY,
    permission="RoleManagement.Read.Directory",
    pack=Pack.BASE,
    select=_PLACE,
)
_ACTIVE_INSTANCES: Final = Template(
    Api.GRAPH_V1,
    "roleManagement/directory/roleAssignmentScheduleInstances",
    Workload.IDENTITY,
    permission="RoleAssignmentSchedule.Read.Directory",
    pack=Pack.BASE,
    select=(*_PLACE, *_PERIOD, "assignmentType"),
    license="AAD_PREMIUM_P2",
)
_ELIGIBLE_INSTANCES: Final = Template(
    Api.GRAPH_V1,
    "roleManagement/directory/roleEligibilityScheduleInstances",
    Workload.IDENTITY,
    permission="RoleEligibilitySchedule.Read.Directory",
    pack=Pack.BASE,
    select=(*_PLACE, *_PERIOD),
    license="AAD_PREMIUM_P2",
)
_POLICIES: Final = Template(
    Api.GRAPH_V1,
    "policies/roleManagementPolicyAssignments",
    Workload.IDENTITY,
    permission="RoleManagement.Read.Directory",
    pack=Pack.BASE,
    query=("$filter",),
    fixed=(("$expand", "policy($expand=rules)"),),
    license="AAD_PREMIUM_P2",
)
_OF_THE_DIRECTORY: Final = "scopeId eq '/' and scopeType eq 'DirectoryRole'"
"""Graph refuses to list the policies of every kind of role at once."""
_SHAPE: Final = Shape(ROLE_ASSIGNMENTS, paths={"assignment_type": "kind", "activation": "assignmentType"})
"""Of assignments and schedule instances, with `kind` added."""


async def _read_role_assignments(reading: Reading) -> Result:
    """Read who holds a role, and where Privileged Identity Management answers, who may activate one.

    Where it answers that it is not licensed, and what the tenant owns says the same, nobody is eligible:
    then nothing was left unread.

    Cost:
        3 requests of the directory's budget, and one more for each further page.

    Source:
        https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
        https://learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityscheduleinstances
    """
    active = [{**row, "kind": _ACTIVE} for row in await objects_of(reading, _ASSIGNMENTS)]
    try:
        rows = _converted([*await _dated(reading, active), *await _eligible(reading)])
    except (Denied, Unlicensed, NotFound, Throttled, Unavailable, Malformed) as error:
        await reading.keep(_converted(active))
        if isinstance(error, Unlicensed) and await _nobody_can_be_eligible(reading):
            return Result()
        return Result(groups={ELIGIBLE: group_coverage(error)})
    await reading.keep(rows)
    return Result()


async def _nobody_can_be_eligible(reading: Reading) -> bool:
    """Whether every subscription was read, and none that may be in force brings eligible roles."""
    skus = reading.scan.finished.get(SUBSCRIBED_SKUS.name)
    if skus is None or skus.state is not TableState.COMPLETE:
        return False
    rows = await reading.rows_of(SUBSCRIBED_SKUS, ("capability_status", "service_plans"))
    return not any(_may_bring_governance(row) for row in rows if row["capability_status"] not in _NOT_IN_FORCE)


def _may_bring_governance(sku: JsonObject) -> bool:
    """Whether a subscription has a plan with Privileged Identity Management, or one that was not told."""
    if sku["service_plans"] is None:
        return True
    names = [(plan or {}).get("service_plan_name") for plan in sku["service_plans"]]
    return any(name is None or name.upper() in _GOVERNANCE_PLANS for name in names)


def _converted(rows: Sequence[JsonObject]) -> pa.Table:
    return unique(_SHAPE.convert(rows, _ASSIGNMENTS.endpoint), ROLE_ASSIGNMENTS.key)


async def _dated(reading: Reading, active: Sequence[JsonObject]) -> list[JsonObject]:
    """Return active assignments with what their schedule says; one that only the schedule shows is active too."""
    found = await objects_of(reading, _ACTIVE_INSTANCES)
    # Where a lasting assignment and an activation say the same, the lasting one is the truth that remains.
    found.sort(key=lambda row: row.get("assignmentType") == "Assigned")
    instances = {_place(row): row for row in found}
    dated = [{**instances.pop(_place(row), {}), **row} for row in active]
    return dated + [{**row, "kind": _ACTIVE} for row in instances.values()]


async def _eligible(reading: Reading) -> list[JsonObject]:
    return [{**row, "kind": ELIGIBLE} for row in await objects_of(reading, _ELIGIBLE_INSTANCES)]


def _place(row: JsonObject) -> tuple[object, ...]:
    """Return who holds which role where: the one thing that an assignment and its schedule share."""
    return tuple(str(row.get(name)) for name in ("principalId", "roleDefinitionId", "directoryScopeId"))


async def _read_role_management_policies(reading: Reading) -> Result:
    """Read what activating each directory role demands: a second factor, a reason, somebody's approval, how long.

    Source:
        https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicyassignments
    """
    rows = await objects_of(reading, _POLICIES, filter=_OF_THE_DIRECTORY)
    converted = whole(ROLE_MANAGEMENT_POLICIES).convert(rows, _POLICIES.endpoint)
    await reading.keep(unique(converted, ROLE_MANAGEMENT_POLICIES.key))
    return Result()


COLLECTORS: Final = (
    Collector(
        ROLE_DEFINITIONS,
        AREA,
        (_DEFINITIONS,),
        listing_of(_DEFINITIONS, Shape(ROLE_DEFINITIONS, readers={"role_permissions": as_json})),
    ),
    Collector(
        ROLE_ASSIGNMENTS,
        AREA,
        (_ASSIGNMENTS, _ACTIVE_INSTANCES, _ELIGIBLE_INSTANCES),
        _read_role_assignments,
        after=(SUBSCRIBED_SKUS.name,),
    ),
    Collector(ROLE_MANAGEMENT_POLICIES, AREA, (_POLICIES,), _read_role_management_policies),
)
