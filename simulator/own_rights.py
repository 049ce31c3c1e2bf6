"""What the apps that sign in hold, as the directory shows it: service principals, app roles, directory roles."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from simulator.names import stable_uuid
from simulator.tenants import SimulatedApp, SimulatedTenant

Entity = dict[str, Any]

GRAPH: Final = "00000003-0000-0000-c000-000000000000"
EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
SHAREPOINT: Final = "00000003-0000-0ff1-ce00-000000000000"
RESOURCES: Final = MappingProxyType(
    {GRAPH: "Microsoft Graph", EXCHANGE: "Office 365 Exchange Online", SHAREPOINT: "Office 365 SharePoint Online"}
)
"""App id → name of what gives app roles."""
ROLE_TEMPLATES: Final = MappingProxyType(
    {
        "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
        "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
        "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
    }
)
"""Microsoft's ids of the directory roles that an app may hold.

Source: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""


def principals_of(tenant: SimulatedTenant) -> list[Entity]:
    """Return the tenant's service principals with those of its apps and of the services that gave them rights."""
    known = {row["appId"]: row for row in tenant.service_principals}
    services = [_service(tenant, app_id, known.get(app_id, {})) for app_id in RESOURCES]
    apps = [known.get(app.client_id) or _principal(tenant, app.client_id, tenant.name) for app in tenant.apps]
    own = {row["appId"] for row in (*services, *apps)}
    return [*services, *apps, *(row for app_id, row in known.items() if app_id not in own)]


def rights_of(tenant: SimulatedTenant, principal_id: str) -> list[Entity] | None:
    """Return the app role assignments of one service principal; None where it is no app that signs in."""
    rows = principals_of(tenant)
    of_app = {row["appId"]: row for row in rows}
    app = next((app for app in tenant.apps if of_app[app.client_id]["id"] == principal_id), None)
    if app is None:
        return None
    return [_assignment(of_app[app_id], principal_id, value) for app_id, value in _held(app)]


def directory_roles_of(tenant: SimulatedTenant) -> list[Entity]:
    """Return the role assignments of the apps that sign in."""
    of_app = {row["appId"]: row["id"] for row in principals_of(tenant)}
    return [
        {
            "id": stable_uuid(of_app[app.client_id], role),
            "principalId": of_app[app.client_id],
            "roleDefinitionId": ROLE_TEMPLATES[role],
            "directoryScopeId": "/",
        }
        for app in tenant.apps
        for role in sorted(app.directory_roles)
    ]


def _held(app: SimulatedApp) -> Iterator[tuple[str, str]]:
    """Yield which service gave an app which role."""
    for role in sorted(app.roles):
        yield (EXCHANGE if role == "Exchange.ManageAsApp" else GRAPH), role
    for role in sorted(app.sharepoint_roles):
        yield SHAREPOINT, role


def _service(tenant: SimulatedTenant, app_id: str, known: Entity) -> Entity:
    row = known or _principal(tenant, app_id, RESOURCES[app_id])
    given = {value for app in tenant.apps for giver, value in _held(app) if giver == app_id}
    roles = list(row.get("appRoles", ()))
    missing = sorted(given - {role["value"] for role in roles})
    return {**row, "appRoles": roles + [_role(app_id, value) for value in missing]}


def _role(app_id: str, value: str) -> Entity:
    return {"id": stable_uuid(app_id, value), "value": value, "isEnabled": True}


def _principal(tenant: SimulatedTenant, app_id: str, name: str) -> Entity:
    return {
        "id": stable_uuid(tenant.tenant_id, app_id),
        "appId": app_id,
        "displayName": name,
        "accountEnabled": True,
        "servicePrincipalType": "Application",
    }


def _assignment(resource: Entity, principal_id: str, value: str) -> Entity:
    role = next(role for role in resource["appRoles"] if role["value"] == value)
    return {
        "id": stable_uuid(principal_id, role["id"]),
        "appRoleId": role["id"],
        "principalId": principal_id,
        "principalType": "ServicePrincipal",
        "resourceId": resource["id"],
        "resourceDisplayName": resource["displayName"],
    }
