"""Applications, service principals, and the rights that they hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.calls import Call, gone
from simulator.filters import parse_filter
from simulator.own_rights import principals_of, rights_of
from simulator.plain import Kind, collection, single
from simulator.properties import APP_ROLE_ASSIGNMENT, APPLICATION, OAUTH2_PERMISSION_GRANT, SERVICE_PRINCIPAL
from simulator.throttling import Workload

_DIRECTORY: Final = "Directory.Read.All"
_APPLICATIONS: Final = Kind(Workload.IDENTITY, ("Application.Read.All", _DIRECTORY), units=2)
_SERVICE_PRINCIPALS: Final = Kind(Workload.IDENTITY, ("Application.Read.All", _DIRECTORY))


def _assigned_to(call: Call) -> Sequence[Mapping[str, Any]]:
    """Return who was assigned to a service, whoever holds the assignments in the sample."""
    resource = call.values["service_principal_id"]
    if not any(row["id"] == resource for row in call.tenant.service_principals):
        raise gone(Workload.IDENTITY)
    held = (row for rows in call.tenant.app_role_assignments.values() for row in rows)
    return [row for row in held if row["resourceId"] == resource]


def _principals(call: Call) -> Sequence[Mapping[str, Any]]:
    """Return service principals; those of the apps that sign in are shown to whoever asks for one by its app id."""
    asked = call.query.options.get("$filter")
    if asked is None:
        return call.tenant.service_principals
    judge = parse_filter(asked, {"appId": frozenset({"eq"})}).judge
    return [row for row in principals_of(call.tenant) if judge(row)]


def _principal(call: Call) -> Mapping[str, Any]:
    wanted = call.values["service_principal_id"]
    found = next((row for row in principals_of(call.tenant) if row["id"] == wanted), None)
    if found is None:
        raise gone(Workload.IDENTITY)
    return found


def _held_by(call: Call) -> Sequence[Mapping[str, Any]]:
    principal_id = _principal(call)["id"]
    own = rights_of(call.tenant, principal_id)
    return call.tenant.app_role_assignments.get(principal_id, []) if own is None else own


ENDPOINTS: Final = (
    collection("applications", _APPLICATIONS, lambda call: call.tenant.applications, APPLICATION),
    collection(
        "servicePrincipals",
        _SERVICE_PRINCIPALS,
        _principals,
        SERVICE_PRINCIPAL,
        options=("$top", "$filter"),
    ),
    single("servicePrincipals/{service_principal_id}", _SERVICE_PRINCIPALS, _principal, SERVICE_PRINCIPAL),
    collection(
        "servicePrincipals/{service_principal_id}/appRoleAssignments",
        Kind(Workload.IDENTITY, ("Application.Read.All", _DIRECTORY), units=2),
        _held_by,
        APP_ROLE_ASSIGNMENT,
    ),
    collection(
        "servicePrincipals/{service_principal_id}/appRoleAssignedTo",
        _SERVICE_PRINCIPALS,
        _assigned_to,
        APP_ROLE_ASSIGNMENT,
    ),
    collection(
        "oauth2PermissionGrants",
        Kind(Workload.IDENTITY, (_DIRECTORY,), units=2),
        lambda call: call.tenant.oauth2_permission_grants,
        OAUTH2_PERMISSION_GRANT,
    ),
)
