"""What decides about MFA besides policies and methods, for property tests."""

import json
from typing import Any, Final

from hypothesis import strategies as st

from builders.rows import Row, row

_BEHAVIORS: Final = st.sampled_from(
    ["acceptIfMfaDoneByFederatedIdp", "enforceMfaByFederatedIdp", "rejectMfaByFederatedIdp", None]
)
_SIDES: Final = ("usersAndGroups", "applications")


def _inbound(access: str) -> dict[str, Any]:
    targets = {"usersAndGroups": "AllUsers", "applications": "AllApplications"}
    return {side: {"accessType": access, "targets": [{"target": targets[side]}]} for side in _SIDES}


@st.composite
def trusted_tenants(draw: st.DrawFn) -> list[Row]:
    answers = st.sampled_from([True, False, None])
    return [
        row(
            "cross_tenant_access",
            {},
            {
                "tenant_id": tenant,
                "is_service_provider": draw(answers) if tenant == "t1" else None,
                "is_mfa_accepted": draw(answers),
                "raw": json.dumps({"b2bDirectConnectInbound": _inbound(draw(st.sampled_from(["blocked", "allowed"])))}),
            },
        )
        for tenant in draw(st.sampled_from([["default"], ["default", "t1"]]))
    ]


MFA_STRATEGIES: Final[dict[str, st.SearchStrategy[list[Row]]]] = {
    "conditional_access_settings": st.sampled_from([[], ["urn:user:registerdevice"]]).map(
        lambda actions: [
            row(
                "conditional_access_settings",
                {},
                {
                    "id": "settings",
                    "raw": json.dumps({"exclusions": {"allResourcesExclusions": {"userActionExclusions": actions}}}),
                },
            )
        ]
    ),
    "domain_federation": _BEHAVIORS.map(
        lambda behavior: [
            row(
                "domain_federation",
                {},
                {"domain_id": "contoso.example", "id": "f1", "federated_idp_mfa_behavior": behavior},
            )
        ]
    ),
    "cross_tenant_access": trusted_tenants(),
}
