"""Applications: registrations, service principals, their secrets and their rights."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from scanner.collectors.collector import Collector, Reading, unique
from scanner.collectors.plain import limited_by, listing_of, read_each
from scanner.collectors.results import Result
from scanner.collectors.rows import JsonObject, Shape, as_json
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.applications import (
    APP_CREDENTIALS,
    APP_ROLE_ASSIGNMENTS,
    APPLICATIONS,
    OAUTH2_PERMISSION_GRANTS,
    SERVICE_PRINCIPALS,
)
from scanner.transport.errors import Malformed
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "applications"

_READ: Final = "Application.Read.All"
_PEOPLE: Final = frozenset({"User", "Group"})

_APPLICATIONS: Final = Template(
    Api.GRAPH_V1,
    "applications",
    Workload.IDENTITY,
    permission=_READ,
    pack=Pack.BASE,
    select=(
        "id",
        "appId",
        "displayName",
        "createdDateTime",
        "signInAudience",
        "publisherDomain",
        "verifiedPublisher",
        "isFallbackPublicClient",
        "web",
        "spa",
        "publicClient",
        "requiredResourceAccess",
        "passwordCredentials",
        "keyCredentials",
    ),
    top=999,
)
_SERVICE_PRINCIPALS: Final = Template(
    Api.GRAPH_V1,
    "servicePrincipals",
    Workload.IDENTITY,
    permission=_READ,
    pack=Pack.BASE,
    select=(
        "id",
        "appId",
        "displayName",
        "accountEnabled",
        "appOwnerOrganizationId",
        "servicePrincipalType",
        "signInAudience",
        "appRoleAssignmentRequired",
        "disabledByMicrosoftStatus",
        "verifiedPublisher",
        "homepage",
        "tags",
        "appRoles",
        "passwordCredentials",
        "keyCredentials",
    ),
    top=999,
)
_ASSIGNED: Final = Template(
    Api.GRAPH_V1,
    "servicePrincipals/{resource_id}/appRoleAssignedTo",
    Workload.IDENTITY,
    permission=_READ,
    pack=Pack.BASE,
    select=(
        "id",
        "appRoleId",
        "principalId",
        "principalType",
        "principalDisplayName",
        "resourceId",
        "resourceDisplayName",
        "createdDateTime",
    ),
    top=999,
)
_GRANTS: Final = Template(
    Api.GRAPH_V1,
    "oauth2PermissionGrants",
    Workload.IDENTITY,
    permission="Directory.Read.All",
    pack=Pack.BASE,
    select=("id", "clientId", "consentType", "principalId", "resourceId", "scope"),
    top=999,
)
_PUBLISHER: Final = {"verified_publisher_name": "verifiedPublisher/displayName"}
_APPLICATIONS_SHAPE: Final = Shape(
    APPLICATIONS,
    paths={
        **_PUBLISHER,
        "web_redirect_uris": "web/redirectUris",
        "spa_redirect_uris": "spa/redirectUris",
        "public_client_redirect_uris": "publicClient/redirectUris",
    },
    readers={"required_resource_access": as_json},
)
_OWNERS: Final = ((APPLICATIONS, "application"), (SERVICE_PRINCIPALS, "servicePrincipal"))
_CREDENTIALS: Final = (("password", "password_credentials"), ("key", "key_credentials"))


async def _read_app_credentials(reading: Reading) -> Result:
    """Bring the secrets and certificates of applications and service principals together; nothing is asked.

    A secret of a service principal that its application does not have is a classic back door.
    """
    rows: list[JsonObject] = []
    for table, owner_type in _OWNERS:
        if reading.has(table):
            columns = ("id", "app_id", *(column for _, column in _CREDENTIALS))
            owners = await reading.rows_of(table, columns)
            rows += [{**row, "owner_type": owner_type} for owner in owners for row in _credentials_of(owner)]
    if any(row["key_id"] is None for row in rows):
        raise Malformed(_APPLICATIONS.endpoint, code="key_missing:key_id")
    await reading.keep(unique(pa.Table.from_pylist(rows, APP_CREDENTIALS.arrow_schema), APP_CREDENTIALS.key))
    return limited_by(reading, Result(), _sources())


def _credentials_of(owner: JsonObject) -> Iterator[JsonObject]:
    for kind, column in _CREDENTIALS:
        for credential in owner[column] or []:
            yield {**credential, "owner_id": owner["id"], "app_id": owner["app_id"], "credential_type": kind}


def _sources() -> tuple[Table, ...]:
    return tuple(table for table, _ in _OWNERS)


async def _read_app_role_assignments(reading: Reading) -> Result:
    """Read which applications hold rights by themselves, at every service that has rights to give.

    Asked of the services rather than of each application: nobody who holds a right is missed. Only of a
    service that says it has none to give nothing is asked.

    Cost:
        1 resource unit for each service principal that has app roles, or does not say, twenty to a request.

    Source:
        https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto
    """
    services = await reading.rows_of(SERVICE_PRINCIPALS, ("id", "app_roles"))
    giving = [service["id"] for service in services if service["app_roles"] != []]
    shape = Shape(APP_ROLE_ASSIGNMENTS)
    return await read_each(reading, _ASSIGNED, shape, "resource_id", giving, wanted=_is_of_an_application)


def _is_of_an_application(assignment: JsonObject) -> bool:
    return assignment.get("principalType") not in _PEOPLE


COLLECTORS: Final = (
    Collector(APPLICATIONS, AREA, (_APPLICATIONS,), listing_of(_APPLICATIONS, _APPLICATIONS_SHAPE)),
    Collector(
        SERVICE_PRINCIPALS,
        AREA,
        (_SERVICE_PRINCIPALS,),
        listing_of(_SERVICE_PRINCIPALS, Shape(SERVICE_PRINCIPALS, paths=_PUBLISHER)),
    ),
    Collector(APP_CREDENTIALS, AREA, (), _read_app_credentials, after=tuple(table.name for table in _sources())),
    Collector(APP_ROLE_ASSIGNMENTS, AREA, (_ASSIGNED,), _read_app_role_assignments, needs=(SERVICE_PRINCIPALS.name,)),
    Collector(OAUTH2_PERMISSION_GRANTS, AREA, (_GRANTS,), listing_of(_GRANTS, Shape(OAUTH2_PERMISSION_GRANTS))),
)
