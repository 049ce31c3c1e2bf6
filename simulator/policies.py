"""Policies and settings of the tenant besides Conditional Access: most of these addresses take no query options."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator import defaults
from simulator.answers import GraphError, bad_request
from simulator.calls import Call, unlicensed
from simulator.filters import parse_filter
from simulator.plain import Kind, collection, governed, single
from simulator.properties import CONDITIONAL_ACCESS_SETTINGS_BETA
from simulator.tenants import SimulatedTenant
from simulator.throttling import Workload

_READ: Final = "Policy.Read.All"
_POLICY: Final = Kind(Workload.IDENTITY, (_READ,))
_METHODS: Final = Kind(Workload.IDENTITY, ("Policy.Read.AuthenticationMethod", _READ))
_LOCATIONS: Final = Kind(Workload.CONDITIONAL_ACCESS, (_READ, "Policy.Read.ConditionalAccess"))
_SETTINGS: Final = Kind(Workload.CONDITIONAL_ACCESS, ("Policy.Read.ConditionalAccess",), is_beta=True)

_EQUAL: Final = frozenset({"eq"})
_OF_ROLES: Final = {"scopeId": _EQUAL, "scopeType": _EQUAL}
_RULES: Final = "policy($expand=rules)"


def _role_management(call: Call) -> Sequence[Mapping[str, Any]]:
    """Return the policies of one kind of role; without a filter that names the kind there is no answer."""
    if "$filter" not in call.query.options:
        raise bad_request("A filter on scopeId and scopeType is required.", "MissingParameter")
    judge = parse_filter(call.query.options["$filter"], _OF_ROLES).judge
    shown = [row for row in call.tenant.role_management_policy_assignments if judge(row)]
    if call.query.options.get("$expand") == _RULES:
        return shown
    return [{name: value for name, value in row.items() if name != "policy"} for row in shown]


def _has_sharepoint(tenant: SimulatedTenant) -> GraphError | None:
    licensed = any(plan.startswith("SHAREPOINT") for plan in tenant.service_plans)
    return None if licensed else unlicensed(Workload.SHAREPOINT)


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
    collection("policies/activityBasedTimeoutPolicies", _POLICY, lambda call: call.tenant.activity_timeout_policies),
    collection(
        "policies/roleManagementPolicyAssignments",
        Kind(Workload.IDENTITY, ("RoleManagement.Read.Directory", "RoleManagement.Read.All"), governed),
        _role_management,
        options=("$filter", "$expand"),
    ),
    single(
        "admin/sharepoint/settings",
        Kind(Workload.SHAREPOINT, ("SharePointTenantSettings.Read.All",), _has_sharepoint),
        lambda call: call.tenant.sharepoint_settings or defaults.SHAREPOINT_SETTINGS,
    ),
)
