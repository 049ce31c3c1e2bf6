"""The directory: organization, licences, domains, users."""

from http import HTTPStatus
from typing import Final

import pyarrow as pa

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.plain import listing_of, read_each, whole
from scanner.collectors.results import Result
from scanner.collectors.rows import Shape
from scanner.collectors.states import group_coverage
from scanner.snapshot.tables.directory import (
    DELETED_USERS,
    DOMAIN_FEDERATION,
    DOMAINS,
    ORGANIZATION,
    SUBSCRIBED_SKUS,
    USERS,
)
from scanner.transport.errors import Denied, Malformed, ReadError, Throttled, Unavailable, Unlicensed
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "directory"

SIGN_IN_ACTIVITY: Final = "sign_in_activity"
"""Column group of `users` that needs AuditLog.Read.All and Entra ID P1."""

_ORGANIZATION: Final = Template(
    Api.GRAPH_V1,
    "organization",
    Workload.IDENTITY,
    permission="Organization.Read.All",
    pack=Pack.BASE,
    select=(
        "id",
        "displayName",
        "tenantType",
        "createdDateTime",
        "countryLetterCode",
        "preferredLanguage",
        "onPremisesSyncEnabled",
    ),
)
_SKUS: Final = Template(
    Api.GRAPH_V1,
    "subscribedSkus",
    Workload.IDENTITY,
    permission="LicenseAssignment.Read.All",
    pack=Pack.BASE,
    cost=2,
    select=(
        "id",
        "skuId",
        "skuPartNumber",
        "capabilityStatus",
        "appliesTo",
        "consumedUnits",
        "prepaidUnits",
        "servicePlans",
    ),
)
_SKU_SHAPE: Final = Shape(
    SUBSCRIBED_SKUS,
    paths={
        "prepaid_units_enabled": "prepaidUnits/enabled",
        "prepaid_units_suspended": "prepaidUnits/suspended",
        "prepaid_units_warning": "prepaidUnits/warning",
        "prepaid_units_locked_out": "prepaidUnits/lockedOut",
    },
)
_DOMAINS: Final = Template(
    Api.GRAPH_V1,
    "domains",
    Workload.IDENTITY,
    permission="Domain.Read.All",
    pack=Pack.BASE,
    select=(
        "id",
        "authenticationType",
        "isAdminManaged",
        "isDefault",
        "isInitial",
        "isRoot",
        "isVerified",
        "passwordValidityPeriodInDays",
        "supportedServices",
    ),
)
_USER_PROPERTIES: Final = (
    "id",
    "displayName",
    "userPrincipalName",
    "mail",
    "accountEnabled",
    "userType",
    "createdDateTime",
    "creationType",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "lastPasswordChangeDateTime",
    "signInSessionsValidFromDateTime",
    "passwordPolicies",
    "onPremisesSyncEnabled",
    "onPremisesLastSyncDateTime",
    "usageLocation",
    "department",
    "jobTitle",
    "assignedLicenses",
)
_USERS: Final = Template(
    Api.GRAPH_V1,
    "users",
    Workload.IDENTITY,
    permission="User.Read.All",
    pack=Pack.BASE,
    select=_USER_PROPERTIES,
    top=999,
)


def _with_activity(page_size: int) -> Template:
    return Template(
        Api.GRAPH_V1,
        "users",
        Workload.REPORTS,
        permission="AuditLog.Read.All",
        pack=Pack.BASE,
        select=(*_USER_PROPERTIES, "signInActivity"),
        top=page_size,
        license="AAD_PREMIUM",
    )


_USERS_WITH_ACTIVITY: Final = _with_activity(500)
_USERS_WITH_ACTIVITY_SMALL: Final = _with_activity(120)
"""Graph has refused more than 120 users with activity to a page, by a 400."""

_USER_SHAPE: Final = Shape(
    USERS,
    paths={
        "last_sign_in_date_time": "signInActivity/lastSignInDateTime",
        "last_non_interactive_sign_in_date_time": "signInActivity/lastNonInteractiveSignInDateTime",
        "last_successful_sign_in_date_time": "signInActivity/lastSuccessfulSignInDateTime",
    },
)


async def _read_users(reading: Reading) -> Result:
    """Read every user with sign-in activity; without it where that cannot be read.

    Cost:
        `ceil(users / 500)` requests of the reports budget, or `ceil(users / 999)` without activity.

    Source:
        https://learn.microsoft.com/graph/api/user-list
    """
    try:
        await reading.keep(await _listing_with_activity(reading))
    except (Denied, Unlicensed, Throttled, Unavailable, Malformed) as error:
        await reading.keep(await reading.listing(_USERS, _USER_SHAPE))
        return Result(groups={SIGN_IN_ACTIVITY: group_coverage(error)})
    return Result()


async def _listing_with_activity(reading: Reading) -> pa.Table:
    try:
        return await reading.listing(_USERS_WITH_ACTIVITY, _USER_SHAPE)
    except ReadError as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
    return await reading.listing(_USERS_WITH_ACTIVITY_SMALL, _USER_SHAPE)


_DELETED: Final = Template(
    Api.GRAPH_V1,
    "directory/deletedItems/microsoft.graph.user",
    Workload.IDENTITY,
    permission="User.Read.All",
    pack=Pack.BASE,
    select=(
        "id",
        "displayName",
        "userPrincipalName",
        "mail",
        "userType",
        "accountEnabled",
        "createdDateTime",
        "deletedDateTime",
    ),
    top=999,
)
_FEDERATION: Final = Template(
    Api.GRAPH_V1,
    "domains/{domain_id}/federationConfiguration",
    Workload.IDENTITY,
    permission="Domain-InternalFederation.Read.All",
    pack=Pack.BASE,
)
_FEDERATION_SHAPE: Final = whole(DOMAIN_FEDERATION)


async def _read_domain_federation(reading: Reading) -> Result:
    """Read who vouches for the people of each federated domain; a managed domain has nobody to ask about.

    Source:
        https://learn.microsoft.com/graph/api/domain-list-federationconfiguration
    """
    domains = await reading.rows_of(DOMAINS, ("id", "authentication_type"))
    federated = [domain["id"] for domain in domains if (domain["authentication_type"] or "").lower() == "federated"]
    return await read_each(reading, _FEDERATION, _FEDERATION_SHAPE, "domain_id", federated)


COLLECTORS: Final = (
    Collector(ORGANIZATION, AREA, (_ORGANIZATION,), listing_of(_ORGANIZATION, Shape(ORGANIZATION))),
    Collector(SUBSCRIBED_SKUS, AREA, (_SKUS,), listing_of(_SKUS, _SKU_SHAPE)),
    Collector(DOMAINS, AREA, (_DOMAINS,), listing_of(_DOMAINS, Shape(DOMAINS))),
    Collector(USERS, AREA, (_USERS_WITH_ACTIVITY, _USERS_WITH_ACTIVITY_SMALL, _USERS), _read_users),
    Collector(DELETED_USERS, AREA, (_DELETED,), listing_of(_DELETED, Shape(DELETED_USERS))),
    Collector(DOMAIN_FEDERATION, AREA, (_FEDERATION,), _read_domain_federation, needs=(DOMAINS.name,)),
)
