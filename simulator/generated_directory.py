"""The directory of a generated tenant around its users: groups, roles, registrations, places, use, its log."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from simulator.names import DEPARTMENTS, MATTERS, stable_uuid
from simulator.tenants import SimulatedTenant

Entity = dict[str, Any]

_GLOBAL_ADMINISTRATOR: Final = "62e90394-69f5-4237-9190-012177145e10"
_HELPDESK: Final = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
_ROLES: Final = (
    (_GLOBAL_ADMINISTRATOR, "Global Administrator"),
    ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"),
    ("29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator"),
    ("f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint Administrator"),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
    (_HELPDESK, "Helpdesk Administrator"),
    ("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"),
    ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"),
    ("b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator"),
    ("88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers"),
)
_PEOPLE_A_TEAM: Final = 9
_ADMINISTRATORS: Final = 4
_HELPERS: Final = 3
_CHANGES_A_USER: Final = 2
_KEPT: Final = timedelta(days=30)
_STRONG: Final = ["microsoftAuthenticatorPush", "softwareOneTimePasscode"]
_FOUNDED: Final = "2018-02-05T09:00:00Z"
EXCLUDED: Final = "CA - uitzonderingen"
"""Group that every generated Conditional Access policy leaves out."""
_HELPDESK_GROUP: Final = "Rol - helpdesk"


def add_directory(tenant: SimulatedTenant, now: datetime) -> None:
    """Give a tenant that has users what a firm of its size has around them."""
    if not tenant.users:
        return
    staff = [user for user in tenant.users if user["assignedLicenses"]] or tenant.users
    chance = random.Random(f"{tenant.slug}/directory")  # noqa: S311 - no secret
    _add_groups(tenant, staff, chance)
    _add_roles(tenant, staff)
    _add_registrations(tenant, now)
    tenant.named_locations = [_office(tenant), _countries(tenant)]
    tenant.per_user_mfa = {user["id"]: "enforced" for user in staff[::25]}
    tenant.deleted_users = [_deleted(tenant, number, now) for number in range(len(staff) // 20)]
    tenant.report_settings = {"displayConcealedNames": False}
    tenant.active_user_detail = [_activity(user, chance, now) for user in tenant.users if user["userType"] == "Member"]
    tenant.directory_audits = list(_audits(tenant, staff, now))


def _add_groups(tenant: SimulatedTenant, staff: Sequence[Entity], chance: random.Random) -> None:
    """Add a team for every few people, a security group for each department, and those that decide about access."""
    for number in range(1 + len(staff) // _PEOPLE_A_TEAM):
        size = min(len(staff), 2 + chance.randrange(2 * _PEOPLE_A_TEAM))
        name = f"{MATTERS[number % len(MATTERS)]} {number}"
        team = _group(tenant, name, mail=f"team{number}@{_domain(tenant)}", groupTypes=["Unified"])
        tenant.group_members[team] = _members(chance.sample(list(staff), size))
    present = [name for name in DEPARTMENTS if _of_department(staff, name)]
    departments = [_group(tenant, name, onPremisesSyncEnabled=True) for name in present]
    tenant.group_members |= {
        group: _members(_of_department(staff, name)) for group, name in zip(departments, present, strict=True)
    }
    helpdesk = _group(tenant, _HELPDESK_GROUP, isAssignableToRole=True)
    tenant.group_members[helpdesk] = _members(staff[_ADMINISTRATORS : _ADMINISTRATORS + _HELPERS])
    excluded = _group(tenant, EXCLUDED)
    nested = [{"@odata.type": "#microsoft.graph.group", "id": group} for group in departments[:1]]
    tenant.group_members[excluded] = _members(staff[:1]) + nested


def _of_department(staff: Sequence[Entity], name: str) -> list[Entity]:
    return [user for user in staff if user["department"] == name]


def _group(tenant: SimulatedTenant, name: str, **properties: Any) -> str:  # noqa: ANN401 - JSON values
    """Add a group and return its id."""
    mail = properties.get("mail")
    group: Entity = {
        "id": group_id(tenant, name),
        "displayName": name,
        "mail": None,
        "mailEnabled": bool(mail),
        "mailNickname": f"group{len(tenant.groups)}",
        "groupTypes": [],
        "securityEnabled": not mail,
        "isAssignableToRole": None,
        "membershipRule": None,
        "visibility": "Private" if mail else None,
        "onPremisesSyncEnabled": None,
        "createdDateTime": _FOUNDED,
        "expirationDateTime": None,
        "resourceProvisioningOptions": ["Team"] if mail else [],
    }
    tenant.groups.append(group | properties)
    return str(group["id"])


def group_id(tenant: SimulatedTenant, name: str) -> str:
    """Return the id of a generated group."""
    return stable_uuid(tenant.slug, "group", name)


def _members(users: Sequence[Entity]) -> list[Entity]:
    return [{"@odata.type": "#microsoft.graph.user", "id": user["id"]} for user in users]


def _add_roles(tenant: SimulatedTenant, staff: Sequence[Entity]) -> None:
    """Let a few people hold roles, one group too, each for the whole directory."""
    tenant.role_definitions = [_definition(role_id, name) for role_id, name in _ROLES]
    holders = [(user["id"], _GLOBAL_ADMINISTRATOR) for user in staff[:_ADMINISTRATORS]]
    holders += [(user["id"], role) for user, (role, _) in zip(staff[_ADMINISTRATORS:], _ROLES[2:], strict=False)]
    holders.append((group_id(tenant, _HELPDESK_GROUP), _HELPDESK))
    tenant.role_assignments = [
        {
            "id": stable_uuid(tenant.slug, "assignment", *holder),
            "principalId": holder[0],
            "roleDefinitionId": holder[1],
            "directoryScopeId": "/",
            "appScopeId": None,
        }
        for holder in holders
    ]


def _definition(role_id: str, name: str) -> Entity:
    return {
        "id": role_id,
        "templateId": role_id,
        "displayName": name,
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "rolePermissions": [{"allowedResourceActions": ["microsoft.directory/users/standard/read"], "condition": None}],
    }


def _add_registrations(tenant: SimulatedTenant, now: datetime) -> None:
    """Let nine of ten accounts have registered a second factor."""
    lazy = 10
    administrators = {assignment["principalId"] for assignment in tenant.role_assignments}
    for number, user in enumerate(tenant.users):
        methods = [] if number % lazy == lazy - 1 else _STRONG[: 1 + number % 2]
        tenant.registration_details.append(
            {
                "id": user["id"],
                "userPrincipalName": user["userPrincipalName"],
                "userDisplayName": user["displayName"],
                "userType": user["userType"].lower(),
                "isAdmin": user["id"] in administrators,
                "isSsprRegistered": bool(methods),
                "isSsprEnabled": True,
                "isSsprCapable": bool(methods),
                "isMfaRegistered": bool(methods),
                "isMfaCapable": bool(methods),
                "isPasswordlessCapable": False,
                "lastUpdatedDateTime": _written(now),
                "methodsRegistered": methods,
                "isSystemPreferredAuthenticationMethodEnabled": True,
                "systemPreferredAuthenticationMethods": ["PhoneAppNotification"] if methods else [],
                "userPreferredMethodForSecondaryAuthentication": "push" if methods else "none",
            }
        )
        tenant.authentication_methods[user["id"]] = [_method(user, number) for _ in methods[:1]]


def _method(user: Entity, number: int) -> Entity:
    return {
        "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
        "id": stable_uuid(user["id"], "method"),
        "displayName": f"Phone {number}",
    }


def _office(tenant: SimulatedTenant) -> Entity:
    return {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "id": stable_uuid(tenant.slug, "location", "office"),
        "displayName": "Kantoor",
        "createdDateTime": _FOUNDED,
        "modifiedDateTime": _FOUNDED,
        "isTrusted": True,
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/28"}],
    }


def _countries(tenant: SimulatedTenant) -> Entity:
    return {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "id": stable_uuid(tenant.slug, "location", "countries"),
        "displayName": "België en buurlanden",
        "createdDateTime": _FOUNDED,
        "modifiedDateTime": _FOUNDED,
        "countriesAndRegions": ["BE", "NL", "FR", "DE", "LU"],
        "countryLookupMethod": "clientIpAddress",
        "includeUnknownCountriesAndRegions": False,
    }


def _deleted(tenant: SimulatedTenant, number: int, now: datetime) -> Entity:
    user_id = stable_uuid(tenant.slug, "deleted", number)
    mail = f"former{number}@{_domain(tenant)}"
    return {
        "id": user_id,
        "displayName": f"Former {number}",
        "userPrincipalName": f"{user_id.replace('-', '')}{mail}",
        "mail": mail,
        "userType": "Member",
        "accountEnabled": False,
        "createdDateTime": _FOUNDED,
        "deletedDateTime": _written(now - timedelta(days=1 + number % 28)),
    }


def _activity(user: Entity, chance: random.Random, now: datetime) -> Entity:
    """Return a person's line in the usage report."""
    works = bool(user["assignedLicenses"])
    day = f"{now - timedelta(days=2 + chance.randrange(20)):%Y-%m-%d}" if works else None
    products = ("Exchange", "OneDrive", "SharePoint", "Teams")
    return {
        "reportRefreshDate": f"{now - timedelta(days=2):%Y-%m-%d}",
        "userPrincipalName": user["userPrincipalName"],
        "displayName": user["displayName"],
        "isDeleted": False,
        "deletedDate": None,
        **{f"has{product}License": works for product in products},
        "hasYammerLicense": False,
        **{f"{product[0].lower()}{product[1:]}LastActivityDate": day for product in products},
        "yammerLastActivityDate": None,
        "exchangeLicenseAssignDate": None,
        "assignedProducts": ["MICROSOFT 365 BUSINESS PREMIUM"] if works else [],
    }


def _audits(tenant: SimulatedTenant, staff: Sequence[Entity], now: datetime) -> Iterator[Entity]:
    """Yield the directory's log, newest first: administrators who change users."""
    changes = len(tenant.users) * _CHANGES_A_USER
    for number in range(changes):
        actor = staff[number % min(len(staff), _ADMINISTRATORS)]
        target = tenant.users[number * 7 % len(tenant.users)]
        yield {
            "id": f"Directory_{stable_uuid(tenant.slug, 'audit', number)}",
            "category": "UserManagement",
            "correlationId": stable_uuid(tenant.slug, "correlation", number),
            "result": "success",
            "resultReason": "",
            "activityDisplayName": "Update user",
            "activityDateTime": _written(now - _KEPT * ((number + 0.5) / changes)),
            "loggedByService": "Core Directory",
            "operationType": "Update",
            "initiatedBy": {
                "user": {
                    "id": actor["id"],
                    "displayName": None,
                    "userPrincipalName": actor["userPrincipalName"],
                    "ipAddress": "203.0.113.10",
                },
                "app": None,
            },
            "targetResources": [
                {
                    "id": target["id"],
                    "displayName": target["displayName"],
                    "type": "User",
                    "userPrincipalName": target["userPrincipalName"],
                    "groupType": None,
                    "modifiedProperties": [
                        {"displayName": "Department", "oldValue": "[]", "newValue": '["Secretariaat"]'}
                    ],
                }
            ],
            "additionalDetails": [],
        }


def _domain(tenant: SimulatedTenant) -> str:
    return str(tenant.domains[0]["id"])


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
