"""Policies of the tenant besides Conditional Access: most of these addresses take no query options."""

from typing import Final

from simulator import defaults
from simulator.plain import Kind, collection, single
from simulator.properties import CONDITIONAL_ACCESS_SETTINGS_BETA
from simulator.throttling import Workload

_READ: Final = "Policy.Read.All"
_POLICY: Final = Kind(Workload.IDENTITY, (_READ,))
_METHODS: Final = Kind(Workload.IDENTITY, ("Policy.Read.AuthenticationMethod", _READ))
_LOCATIONS: Final = Kind(Workload.CONDITIONAL_ACCESS, (_READ, "Policy.Read.ConditionalAccess"))
_SETTINGS: Final = Kind(Workload.CONDITIONAL_ACCESS, ("Policy.Read.ConditionalAccess",), is_beta=True)

ENDPOINTS: Final = (
    collection("identity/conditionalAccess/namedLocations", _LOCATIONS, lambda call: call.tenant.named_locations),
    single(
        "identity/conditionalAccess/settings",
        _SETTINGS,
        lambda call: call.tenant.conditional_access_settings or defaults.CONDITIONAL_ACCESS_SETTINGS,
        CONDITIONAL_ACCESS_SETTINGS_BETA,
    ),
    single(
        "policies/authorizationPolicy",
        _POLICY,
        lambda call: call.tenant.authorization_policy or defaults.AUTHORIZATION_POLICY,
    ),
    single(
        "policies/authenticationMethodsPolicy",
        _METHODS,
        lambda call: call.tenant.authentication_methods_policy or defaults.AUTHENTICATION_METHODS_POLICY,
    ),
    collection(
        "policies/authenticationStrengthPolicies",
        _METHODS,
        lambda call: call.tenant.authentication_strengths,
        options=(),
    ),
    single(
        "policies/crossTenantAccessPolicy/default",
        _POLICY,
        lambda call: call.tenant.cross_tenant_access_default or defaults.CROSS_TENANT_ACCESS,
    ),
    collection(
        "policies/crossTenantAccessPolicy/partners",
        _POLICY,
        lambda call: call.tenant.cross_tenant_access_partners,
    ),
)
