"""Applications of a generated tenant: its own, those of others, and the rights they hold."""

from datetime import datetime, timedelta
from typing import Any, Final

from simulator.names import stable_uuid
from simulator.tenants import SimulatedTenant

Entity = dict[str, Any]

_MICROSOFT: Final = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
_SERVICES: Final = (
    (_GRAPH, "Microsoft Graph", ("Mail.Read", "Mail.Send", "User.Read.All", "Files.Read.All")),
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", ("full_access_as_app",)),
    ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online", ("Sites.Read.All",)),
)
_MICROSOFTS_OWN: Final = 40
_USERS_AN_APPLICATION: Final = 40
_USERS_A_PARTNER: Final = 10
_YEAR: Final = timedelta(days=365)


def add_applications(tenant: SimulatedTenant, now: datetime) -> None:
    """Give a tenant that has users applications in proportion: own ones with secrets, others' with consents."""
    people = len(tenant.users)
    if not people:
        return
    services = [_principal(tenant, name, app, _MICROSOFT, roles) for app, name, roles in _SERVICES]
    tenant.applications = [_application(tenant, number, now) for number in range(1 + people // _USERS_AN_APPLICATION)]
    own = [_principal(tenant, app["displayName"], app["appId"], tenant.tenant_id) for app in tenant.applications]
    partners = [
        _principal(tenant, f"Partner {number}", stable_uuid("partner", number), stable_uuid("owner", number))
        for number in range(2 + people // _USERS_A_PARTNER)
    ]
    others = [
        _principal(tenant, f"Microsoft service {number}", stable_uuid("microsoft", number), _MICROSOFT)
        for number in range(_MICROSOFTS_OWN)
    ]
    tenant.service_principals = [*services, *own, *partners, *others]
    holders = [*own, *partners[:2]]
    tenant.app_role_assignments = {
        holder["id"]: [_right(holder, services[0], number)] for number, holder in enumerate(holders)
    }
    tenant.oauth2_permission_grants = [
        _consent(tenant, number, partners[number % len(partners)]["id"], services[0]["id"])
        for number in range(len(partners) * 2)
    ]


def _application(tenant: SimulatedTenant, number: int, now: datetime) -> Entity:
    created = now - _YEAR * (1 + number % 5)
    label = f"{tenant.slug}/application/{number}"
    return {
        "id": stable_uuid(label),
        "appId": stable_uuid(label, "app"),
        "displayName": f"Toepassing {number}",
        "createdDateTime": _written(created),
        "signInAudience": "AzureADMyOrg",
        "publisherDomain": tenant.domains[0]["id"],
        "verifiedPublisher": _UNVERIFIED,
        "isFallbackPublicClient": False,
        "web": {"redirectUris": [f"https://app{number}.{tenant.domains[0]['id']}/signin"]},
        "spa": {"redirectUris": []},
        "publicClient": {"redirectUris": []},
        "requiredResourceAccess": [
            {"resourceAppId": _GRAPH, "resourceAccess": [{"id": _role_id("User.Read.All"), "type": "Role"}]}
        ],
        "passwordCredentials": [_secret(label, created)] if number % 2 == 0 else [],
        "keyCredentials": [],
    }


def _secret(label: str, created: datetime) -> Entity:
    return {
        "keyId": stable_uuid(label, "secret"),
        "displayName": "koppeling",
        "hint": "Qx8",
        "startDateTime": _written(created),
        "endDateTime": _written(created + 2 * _YEAR),
        "customKeyIdentifier": None,
        "secretText": None,
    }


def _principal(tenant: SimulatedTenant, name: str, app_id: str, owner: str, roles: tuple[str, ...] = ()) -> Entity:
    return {
        "id": stable_uuid(tenant.slug, "principal", app_id),
        "appId": app_id,
        "displayName": name,
        "accountEnabled": True,
        "appOwnerOrganizationId": owner,
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg" if owner == tenant.tenant_id else "AzureADMultipleOrgs",
        "appRoleAssignmentRequired": False,
        "disabledByMicrosoftStatus": None,
        "verifiedPublisher": _UNVERIFIED,
        "homepage": None,
        "tags": [],
        "appRoles": [_role(value) for value in roles],
        "passwordCredentials": [],
        "keyCredentials": [],
    }


def _role(value: str) -> Entity:
    return {
        "id": _role_id(value),
        "value": value,
        "displayName": value,
        "description": value,
        "isEnabled": True,
        "allowedMemberTypes": ["Application"],
        "origin": "Application",
    }


def _role_id(value: str) -> str:
    return stable_uuid("app role", value)


def _right(holder: Entity, service: Entity, number: int) -> Entity:
    role = service["appRoles"][number % len(service["appRoles"])]
    return {
        "id": stable_uuid(holder["id"], role["id"]),
        "appRoleId": role["id"],
        "createdDateTime": "2024-05-06T08:00:00Z",
        "principalId": holder["id"],
        "principalType": "ServicePrincipal",
        "principalDisplayName": holder["displayName"],
        "resourceId": service["id"],
        "resourceDisplayName": service["displayName"],
    }


def _consent(tenant: SimulatedTenant, number: int, client_id: str, resource_id: str) -> Entity:
    """Return a right that an administrator gave for everybody, or one person for himself."""
    person = None if number % 2 == 0 else tenant.users[number % len(tenant.users)]["id"]
    return {
        "id": stable_uuid(tenant.slug, "consent", number),
        "clientId": client_id,
        "consentType": "AllPrincipals" if person is None else "Principal",
        "principalId": person,
        "resourceId": resource_id,
        "scope": "openid profile User.Read" if number % 3 else "openid Files.Read.All offline_access",
    }


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


_UNVERIFIED: Final[Entity] = {"displayName": None, "verifiedPublisherId": None, "addedDateTime": None}
