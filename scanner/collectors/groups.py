"""Groups, and everybody in those that decide about access."""

from collections.abc import Iterator
from typing import Final

import orjson

from scanner.collectors.collector import Collector, Reading, unique
from scanner.collectors.plain import limited_by, listing_of
from scanner.collectors.results import Failure, Result, result_of_objects
from scanner.collectors.rows import JsonObject, Shape
from scanner.graph import Part
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS
from scanner.snapshot.tables.groups import GROUP_MEMBERS, GROUPS
from scanner.snapshot.tables.policies import CONDITIONAL_ACCESS_POLICIES
from scanner.snapshot.tables.roles import ROLE_ASSIGNMENTS
from scanner.transport.errors import Malformed, NotFound, ReadError
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "directory"

_GROUPS: Final = Template(
    Api.GRAPH_V1,
    "groups",
    Workload.IDENTITY,
    permission="Group.Read.All",
    pack=Pack.BASE,
    select=(
        "id",
        "displayName",
        "mail",
        "groupTypes",
        "securityEnabled",
        "mailEnabled",
        "isAssignableToRole",
        "membershipRule",
        "visibility",
        "onPremisesSyncEnabled",
        "createdDateTime",
        "expirationDateTime",
        "resourceProvisioningOptions",
    ),
    top=999,
)
_MEMBERS: Final = Template(
    Api.GRAPH_V1,
    "groups/{group_id}/transitiveMembers",
    Workload.IDENTITY,
    permission="GroupMember.Read.All",
    pack=Pack.BASE,
    cost=4,
    select=("id",),
    top=999,
)
_MEMBERS_SHAPE: Final = Shape(GROUP_MEMBERS, paths={"member_type": "@odata.type"})
_SOURCES: Final = (CONDITIONAL_ACCESS_POLICIES, ROLE_ASSIGNMENTS, GROUPS)
"""Where groups are named; `groups` tells which holders of a role are groups."""


async def _read_group_members(reading: Reading) -> Result:
    """Read the members, nested ones included, of every group that a policy or a role assignment names.

    A member whose details the app may not see comes with its type and id alone, and that is all that
    is asked. A group that cannot be read is named in `unread_objects`. What the policies or roles
    could not tell leaves groups out that nobody knows of: then the table is partial at best.

    Cost:
        4 resource units for each group, twenty groups to a request.

    Source:
        https://learn.microsoft.com/graph/api/group-list-transitivemembers
    """
    named, known = await _named_groups(reading)
    reading.expect(len(named))
    read, failures = 0, list[Failure]()
    async for part in reading.graph.batch(_MEMBERS, ({"group_id": group_id} for group_id in sorted(named))):
        group_id, error = part.values["group_id"], part.error or await _keep(reading, part)
        if error is None or _is_gone(reading, error, group_id in known):
            read += 1
        else:
            failures.append(Failure.of(group_id, error))
        reading.advance()
    return limited_by(reading, result_of_objects(read, failures), _SOURCES)


async def _named_groups(reading: Reading) -> tuple[set[str], set[str]]:
    """Return the ids of the groups to read, and of all groups of the tenant."""
    known = {row["id"] for row in await _rows(reading, GROUPS.name, "id")}
    named = {row["principal_id"] for row in await _rows(reading, ROLE_ASSIGNMENTS.name, "principal_id")} & known
    for row in await _rows(reading, CONDITIONAL_ACCESS_POLICIES.name, "raw"):
        named.update(groups_of_policy(orjson.loads(row["raw"])))
    return named, known


async def _rows(reading: Reading, table: str, column: str) -> list[JsonObject]:
    source = next(source for source in _SOURCES if source.name == table)
    return await reading.rows_of(source, (column,)) if reading.has(source) else []


def groups_of_policy(policy: JsonObject) -> Iterator[str]:
    """Yield the ids of the groups that a Conditional Access policy includes or excludes."""
    conditions = policy.get("conditions")
    users = conditions.get("users") if isinstance(conditions, dict) else None
    if isinstance(users, dict):
        for name in ("includeGroups", "excludeGroups"):
            yield from (group for group in users.get(name) or [] if isinstance(group, str))


def _is_gone(reading: Reading, error: ReadError, is_known: bool) -> bool:  # noqa: FBT001 - about the same group
    """Whether a group that a policy still names exists no more: nobody is in it."""
    whole = reading.has(GROUPS) and reading.scan.finished[GROUPS.name].state is TableState.COMPLETE
    return isinstance(error, NotFound) and whole and not is_known


async def _keep(reading: Reading, part: Part) -> ReadError | None:
    """Keep the members of a group; return why not, where one is not what Graph promises."""
    try:
        rows = _MEMBERS_SHAPE.convert(
            [{**row, "groupId": part.values["group_id"]} for row in part.rows], _MEMBERS.endpoint
        )
    except Malformed as error:
        return error
    await reading.keep(unique(rows, GROUP_MEMBERS.key))
    return None


COLLECTORS: Final = (
    Collector(GROUPS, AREA, (_GROUPS,), listing_of(_GROUPS, Shape(GROUPS))),
    Collector(
        GROUP_MEMBERS,
        AREA,
        (_MEMBERS,),
        _read_group_members,
        # The last is what the roles need.
        after=(*(source.name for source in _SOURCES), SUBSCRIBED_SKUS.name),
    ),
)
