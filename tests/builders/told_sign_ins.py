# ruff: noqa: ANN401 - a builder takes whatever a column takes
"""Sign-ins that say everything Graph's beta says: where a column is null, a test made it so."""

import json
from typing import Any, Final

from builders.rows import Row, a_sign_in

WRONG: Final = 50126
REFUSED: Final = 500121

_ALIKE: Final = {
    "app_id": "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "app_display_name": "Microsoft Office",
    "resource_id": "00000003-0000-0000-c000-000000000000",
    "client_app_used": "Browser",
    "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "correlation_id": "c0ffee00-0000-4000-8000-000000000001",
    "conditional_access_status": "notApplied",
    "failure_reason": "Other.",
    "additional_details": "",
    "device_id": "",
    "device_operating_system": "Windows10",
    "device_browser": "Chrome 142.0.0",
    "device_is_compliant": False,
    "device_is_managed": False,
    "device_trust_type": "",
    "country_or_region": "BE",
    "latitude": 51.05,
    "longitude": 3.72,
    "risk_level_aggregated": "none",
    "risk_level_during_sign_in": "none",
    "risk_state": "none",
    "risk_event_types_v2": [],
    "service_principal_id": "",
    "user_type": "member",
    "authentication_requirement": "singleFactorAuthentication",
    "authentication_protocol": "none",
    "incoming_token_type": "none",
    "original_transfer_method": "none",
    "autonomous_system_number": 64500,
}


def a_told_sign_in(sign_in_id: str = "", *, user: str = "user-1", **given: Any) -> Row:
    """A sign-in by the password from a browser, as Graph's beta tells it."""
    code = given.get("error_code", 0)
    steps = [{"authenticationMethod": "Password", "succeeded": code != WRONG, "authenticationStepResultDetail": ""}]
    if code == REFUSED:
        steps.append(
            {
                "authenticationMethod": "Mobile app notification",
                "succeeded": False,
                "authenticationStepResultDetail": given.get("additional_details") or "",
            }
        )
    told = _ALIKE | {"authentication_details": json.dumps(steps), "session_id": f"session of {user}"}
    return a_sign_in(sign_in_id, user=user, **(told | given))
