"""What people registered to prove who they are, and the per-user switch of multifactor authentication."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator import defaults
from simulator.calls import Call, gone
from simulator.plain import Kind, collection, premium, single
from simulator.throttling import Workload


def _known(call: Call) -> str:
    """Return the id of the user whom the address names."""
    named = call.values["user_id"]
    for user in call.tenant.users:
        if named in (user["id"], user.get("userPrincipalName")):
            return str(user["id"])
    raise gone(Workload.IDENTITY)


def _methods(call: Call) -> Sequence[Mapping[str, Any]]:
    return call.tenant.authentication_methods.get(_known(call), [])


def _requirements(call: Call) -> Mapping[str, Any]:
    return {"perUserMfaState": call.tenant.per_user_mfa.get(_known(call), defaults.PER_USER_MFA)}


ENDPOINTS: Final = (
    collection(
        "reports/authenticationMethods/userRegistrationDetails",
        Kind(Workload.REPORTS, ("AuditLog.Read.All",), premium),
        lambda call: call.tenant.registration_details,
    ),
    collection(
        "users/{user_id}/authentication/methods",
        Kind(Workload.REPORTS, ("UserAuthenticationMethod.Read.All",)),
        _methods,
        options=(),
    ),
    single(
        "users/{user_id}/authentication/requirements",
        Kind(Workload.IDENTITY, ("Policy.Read.All",), is_beta=True),
        _requirements,
    ),
)
