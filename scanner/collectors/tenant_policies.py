"""The tenant's further policies: locations, defaults for users, methods, strengths, other tenants.

Most of these addresses take no query options, so nothing can be selected: each answer is kept whole.
"""

from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.plain import listing_of, object_of, objects_of, one_of, whole
from scanner.collectors.policies import AREA
from scanner.collectors.results import Result
from scanner.snapshot.tables.policies import (
    ACTIVITY_TIMEOUT_POLICIES,
    AUTHENTICATION_METHODS_POLICY,
    AUTHENTICATION_STRENGTHS,
    AUTHORIZATION_POLICY,
    CONDITIONAL_ACCESS_SETTINGS,
    CROSS_TENANT_ACCESS,
    NAMED_LOCATIONS,
)
from scanner.transport.templates import Api, Pack, Template, Workload

_DEFAULT: Final = "default"


def _policy(path: str, workload: Workload = Workload.IDENTITY) -> Template:
    return Template(Api.GRAPH_V1, path, workload, permission="Policy.Read.All", pack=Pack.BASE)


_NAMED_LOCATIONS: Final = Template(
    Api.GRAPH_V1,
    "identity/conditionalAccess/namedLocations",
    Workload.CONDITIONAL_ACCESS,
    permission="Policy.Read.All",
    pack=Pack.BASE,
    license="AAD_PREMIUM",
)
_AUTHORIZATION: Final = _policy("policies/authorizationPolicy")
_METHODS: Final = _policy("policies/authenticationMethodsPolicy")
_STRENGTHS: Final = _policy("policies/authenticationStrengthPolicies")
_CROSS_TENANT_DEFAULT: Final = _policy("policies/crossTenantAccessPolicy/default")
_CROSS_TENANT_PARTNERS: Final = _policy("policies/crossTenantAccessPolicy/partners")
_TIMEOUTS: Final = _policy("policies/activityBasedTimeoutPolicies")
_SETTINGS: Final = Template(
    Api.GRAPH_BETA,
    "identity/conditionalAccess/settings",
    Workload.CONDITIONAL_ACCESS,
    permission="Policy.Read.ConditionalAccess",
    pack=Pack.BASE,
    select=("id", "modifiedDateTime", "exclusions"),
    license="AAD_PREMIUM",
)
_USER_ROLE: Final = "defaultUserRolePermissions"
_AUTHORIZATION_PATHS: Final = {
    "allowed_to_create_apps": f"{_USER_ROLE}/allowedToCreateApps",
    "allowed_to_create_tenants": f"{_USER_ROLE}/allowedToCreateTenants",
    "permission_grant_policies_assigned": f"{_USER_ROLE}/permissionGrantPoliciesAssigned",
}
_METHODS_PATHS: Final = {
    "registration_campaign_state": "registrationEnforcement/authenticationMethodsRegistrationCampaign/state"
}
_TRUST: Final = "inboundTrust"
_CROSS_TENANT_SHAPE: Final = whole(
    CROSS_TENANT_ACCESS,
    {
        "is_mfa_accepted": f"{_TRUST}/isMfaAccepted",
        "is_compliant_device_accepted": f"{_TRUST}/isCompliantDeviceAccepted",
        "is_hybrid_azure_ad_joined_device_accepted": f"{_TRUST}/isHybridAzureADJoinedDeviceAccepted",
    },
)


async def _read_cross_tenant_access(reading: Reading) -> Result:
    """Read what holds for every other tenant, and for each of which the firm decided otherwise.

    Both or nothing: without the partners nobody can say that the default holds for a tenant.

    Source:
        https://learn.microsoft.com/graph/api/crosstenantaccesspolicyconfigurationdefault-get
        https://learn.microsoft.com/graph/api/crosstenantaccesspolicy-list-partners
    """
    default = await one_of(reading, _CROSS_TENANT_DEFAULT)
    partners = await objects_of(reading, _CROSS_TENANT_PARTNERS)
    rows = [{**default, "tenantId": _DEFAULT}, *partners]
    await reading.keep(_CROSS_TENANT_SHAPE.convert(rows, _CROSS_TENANT_PARTNERS.endpoint))
    return Result()


COLLECTORS: Final = (
    Collector(
        NAMED_LOCATIONS,
        AREA,
        (_NAMED_LOCATIONS,),
        listing_of(_NAMED_LOCATIONS, whole(NAMED_LOCATIONS, {"location_type": "@odata.type"})),
    ),
    Collector(
        AUTHORIZATION_POLICY,
        AREA,
        (_AUTHORIZATION,),
        object_of(_AUTHORIZATION, whole(AUTHORIZATION_POLICY, _AUTHORIZATION_PATHS)),
    ),
    Collector(
        AUTHENTICATION_METHODS_POLICY,
        AREA,
        (_METHODS,),
        object_of(_METHODS, whole(AUTHENTICATION_METHODS_POLICY, _METHODS_PATHS)),
    ),
    Collector(AUTHENTICATION_STRENGTHS, AREA, (_STRENGTHS,), listing_of(_STRENGTHS, whole(AUTHENTICATION_STRENGTHS))),
    Collector(CROSS_TENANT_ACCESS, AREA, (_CROSS_TENANT_DEFAULT, _CROSS_TENANT_PARTNERS), _read_cross_tenant_access),
    Collector(
        CONDITIONAL_ACCESS_SETTINGS,
        AREA,
        (_SETTINGS,),
        object_of(_SETTINGS, whole(CONDITIONAL_ACCESS_SETTINGS), name="conditionalAccessSettings"),
    ),
    Collector(ACTIVITY_TIMEOUT_POLICIES, AREA, (_TIMEOUTS,), listing_of(_TIMEOUTS, whole(ACTIVITY_TIMEOUT_POLICIES))),
)
