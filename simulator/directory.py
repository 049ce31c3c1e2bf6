"""Directory: organization, licences, domains, users, security defaults, Conditional Access."""

from collections.abc import Sequence
from typing import Final

from simulator.answers import Answer, GraphError
from simulator.calls import Call, Endpoint, Paging, gone, listing, resource_units, unlicensed
from simulator.filters import parse_filter
from simulator.odata import check_select, picked
from simulator.properties import (
    CONDITIONAL_ACCESS_POLICY,
    DOMAIN,
    ORGANIZATION,
    SECURITY_DEFAULTS,
    SUBSCRIBED_SKU,
    USER,
    USER_DEFAULT,
)
from simulator.throttling import Charge, Workload

_EQUAL: Final = frozenset({"eq"})
_USER_FILTERS: Final = {
    "accountEnabled": _EQUAL,
    "id": _EQUAL,
    "mail": _EQUAL | {"startsWith"},
    "userPrincipalName": _EQUAL | {"startsWith"},
    "userType": _EQUAL,
}
_WITH_ACTIVITY: Final = Paging(default=100, maximum=500)
_WITHOUT_ACTIVITY: Final = Paging(default=100, maximum=999)
_AUDIT_ROLE: Final = "AuditLog.Read.All"


def _organization(call: Call) -> Answer:
    return listing(call, call.tenant.organization, Paging(), "organization", call.query.select, ORGANIZATION)


def _subscribed_skus(call: Call) -> Answer:
    skus = call.tenant.subscribed_skus
    return listing(call, skus, Paging(default=max(len(skus), 1)), "subscribedSkus", call.query.select, SUBSCRIBED_SKU)


def _domains(call: Call) -> Answer:
    return listing(call, call.tenant.domains, Paging(), "domains", call.query.select, DOMAIN)


def _security_defaults(call: Call) -> Answer:
    check_select(call.query.select, SECURITY_DEFAULTS, "identitySecurityDefaultsEnforcementPolicy")
    shown = call.tenant.security_defaults
    if call.query.select:
        shown = picked(shown, call.query.select)
    return Answer.of({"@odata.context": call.context("policies/identitySecurityDefaultsEnforcementPolicy"), **shown})


def _conditional_access(call: Call) -> Answer:
    policies = call.tenant.conditional_access_policies
    context = "identity/conditionalAccess/policies"
    return listing(call, policies, Paging(), context, call.query.select, CONDITIONAL_ACCESS_POLICY)


def _users(call: Call) -> Answer:
    """List users; sign-in activity needs a right and a licence, and its lack fails the whole request."""
    select = call.query.select
    activity = "signInActivity" in select
    if activity and _AUDIT_ROLE not in call.app.roles:
        message = f"Calling principal does not have required MSGraph permissions {_AUDIT_ROLE}"
        raise GraphError(403, "Authentication_MSGraphPermissionMissing", message)
    if activity and not call.tenant.premium:
        raise unlicensed(Workload.IDENTITY)
    names = select or USER_DEFAULT
    if activity and "id" not in names:
        names = ("id", *names)
    rows: Sequence[dict[str, object]] = call.tenant.users
    if "$filter" in call.query.options:
        judge = parse_filter(call.query.options["$filter"], _USER_FILTERS).judge
        rows = [user for user in rows if judge(user)]
    return listing(call, rows, _WITH_ACTIVITY if activity else _WITHOUT_ACTIVITY, "users", names, USER)


def _user_charges(call: Call) -> Sequence[Charge]:
    directory = Charge(Workload.IDENTITY, resource_units(2, call.query))
    if "signInActivity" in call.query.select:
        return (directory, Charge(Workload.REPORTS))
    return (directory,)


def _sku_charges(call: Call) -> Sequence[Charge]:
    return (Charge(Workload.IDENTITY, resource_units(3, call.query)),)


def _plain_charges(call: Call) -> Sequence[Charge]:
    return (Charge(Workload.IDENTITY, resource_units(1, call.query)),)


def _deleted_users(call: Call) -> Answer:
    rows, names = call.tenant.deleted_users, call.query.select or USER_DEFAULT
    return listing(call, rows, _WITHOUT_ACTIVITY, "directoryObjects/$/microsoft.graph.user", names, USER)


def _federation(call: Call) -> Answer:
    """List the federation of a domain: nothing of a managed one."""
    domain_id = call.values["domain_id"]
    if not any(domain["id"] == domain_id for domain in call.tenant.domains):
        raise gone(Workload.IDENTITY)
    return listing(call, call.tenant.domain_federation.get(domain_id, []), Paging(), call.path)


_POLICY_ROLES: Final = ("Policy.Read.All",)

ENDPOINTS: Final = (
    Endpoint(
        "organization",
        Workload.IDENTITY,
        ("Organization.Read.All", "Directory.Read.All", "User.Read.All"),
        _organization,
        charges=_plain_charges,
    ),
    Endpoint(
        "subscribedSkus",
        Workload.IDENTITY,
        ("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"),
        _subscribed_skus,
        charges=_sku_charges,
    ),
    Endpoint(
        "domains",
        Workload.IDENTITY,
        ("Domain.Read.All", "Directory.Read.All"),
        _domains,
        options=("$top",),
        charges=_plain_charges,
    ),
    Endpoint(
        "users",
        Workload.IDENTITY,
        ("User.Read.All", "Directory.Read.All"),
        _users,
        options=("$top", "$filter"),
        charges=_user_charges,
    ),
    Endpoint(
        "policies/identitySecurityDefaultsEnforcementPolicy",
        Workload.IDENTITY,
        _POLICY_ROLES,
        _security_defaults,
        charges=_plain_charges,
    ),
    Endpoint(
        "identity/conditionalAccess/policies",
        Workload.CONDITIONAL_ACCESS,
        (*_POLICY_ROLES, "Policy.Read.ConditionalAccess"),
        _conditional_access,
        options=("$top",),
    ),
    Endpoint(
        "directory/deletedItems/microsoft.graph.user",
        Workload.IDENTITY,
        ("User.Read.All", "Directory.Read.All"),
        _deleted_users,
        options=("$top",),
        charges=_plain_charges,
    ),
    Endpoint(
        "domains/{domain_id}/federationConfiguration",
        Workload.IDENTITY,
        ("Domain-InternalFederation.Read.All", "Domain.Read.All"),
        _federation,
        charges=_plain_charges,
    ),
)
