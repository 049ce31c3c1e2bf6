"""What an app of ours holds in a tenant: its rights at Microsoft's services, and its directory roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from scanner.graph import Graph
from scanner.transport.errors import NotFound
from scanner.transport.templates import Api, Pack, Service, Template, Workload

RESOURCES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        "00000003-0000-0000-c000-000000000000": Service.GRAPH,
        "00000002-0000-0ff1-ce00-000000000000": Service.EXCHANGE,
        "00000003-0000-0ff1-ce00-000000000000": Service.SHAREPOINT_ADMIN,
    }
)
"""App id of what gives a right to the service that asks for it."""

_READ: Final = "Application.Read.All"
_PRINCIPALS: Final = Template(
    Api.GRAPH_V1,
    "servicePrincipals",
    Workload.IDENTITY,
    permission=_READ,
    pack=Pack.BASE,
    select=("id", "appId", "displayName"),
    query=("$filter",),
)
_PRINCIPAL: Final = Template(
    Api.GRAPH_V1,
    "servicePrincipals/{service_principal_id}",
    Workload.IDENTITY,
    permission=_READ,
    pack=Pack.BASE,
    select=("id", "appId", "displayName", "appRoles"),
)
_HELD: Final = Template(
    Api.GRAPH_V1,
    "servicePrincipals/{service_principal_id}/appRoleAssignments",
    Workload.IDENTITY,
    permission=_READ,
    pack=Pack.BASE,
    select=("id", "appRoleId", "resourceId"),
    top=999,
)
_ROLES: Final = Template(
    Api.GRAPH_V1,
    "roleManagement/directory/roleAssignments",
    Workload.IDENTITY,
    permission="RoleManagement.Read.Directory",
    pack=Pack.BASE,
    select=("id", "roleDefinitionId"),
    query=("$filter",),
)
TEMPLATES: Final = (_PRINCIPALS, _PRINCIPAL, _HELD, _ROLES)
"""Every request that looking up an app's rights may send."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One application permission."""

    resource: str
    """What gives it: a `Service`, or the display name of what none of our requests asks."""
    name: str
    """E.g. `User.Read.All`; the id of an app role that the resource does not name."""


async def rights_of(graph: Graph, client_id: str) -> frozenset[Right]:
    """Return the application permissions that an app holds.

    Args:
        graph: Of a session that was opened with `TEMPLATES`.
        client_id: The app.

    Raises:
        NotFound: The tenant has no such app.
        ReadError: The rights could not be read; `Denied` where the app may not read applications.

    Cost:
        2 requests, and one for each service that gave a right.

    Source:
        https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments
    """
    principal_id = await _principal_id(graph, client_id)
    held = await _rows(graph, _HELD, {"service_principal_id": principal_id})
    resources = {row["resourceId"] for row in held}
    given = {each: await graph.single(_PRINCIPAL, {"service_principal_id": each}) for each in sorted(resources)}
    return frozenset(_right(given[row["resourceId"]], row["appRoleId"]) for row in held)


async def directory_roles_of(graph: Graph, client_id: str) -> frozenset[str]:
    """Return the ids of the directory roles that an app holds.

    Raises:
        NotFound: The tenant has no such app.
        ReadError: They could not be read.

    Cost:
        2 requests.
    """
    principal_id = await _principal_id(graph, client_id)
    rows = await _rows(graph, _ROLES, filter=f"principalId eq '{principal_id}'")
    return frozenset(str(row["roleDefinitionId"]) for row in rows)


async def _principal_id(graph: Graph, client_id: str) -> str:
    found = await _rows(graph, _PRINCIPALS, filter=f"appId eq '{client_id}'")
    if not found:
        raise NotFound(_PRINCIPALS.endpoint, code="app_not_in_tenant")
    return str(found[0]["id"])


async def _rows(
    graph: Graph,
    template: Template,
    values: Mapping[str, str] = MappingProxyType({}),
    *,
    filter: str = "",  # noqa: A002 - Graph's own name
) -> list[dict[str, Any]]:
    return [row async for page in graph.pages(template, values, filter=filter) for row in page.rows]


def _right(resource: Mapping[str, Any], role_id: str) -> Right:
    service = RESOURCES.get(str(resource.get("appId")))
    roles = {str(role.get("id")): str(role.get("value") or role.get("id")) for role in resource.get("appRoles") or ()}
    return Right(service or str(resource.get("displayName") or resource.get("id")), roles.get(role_id, role_id))
