"""Applications, service principals, and the rights that they hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.calls import Call, gone
from simulator.plain import Kind, collection
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


ENDPOINTS: Final = (
    collection("applications", _APPLICATIONS, lambda call: call.tenant.applications, APPLICATION),
    collection(
        "servicePrincipals", _SERVICE_PRINCIPALS, lambda call: call.tenant.service_principals, SERVICE_PRINCIPAL
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
