# ruff: noqa: ANN401 - a builder takes whatever a column takes
"""Licences, and settings of the tenant that say how people sign in, for how long, and what a role demands."""

import json
from typing import Any

from builders.access import GLOBAL_ADMINISTRATOR
from builders.rows import Row, row

EVERYBODY = {"targetType": "group", "id": "all_users"}
NOBODY = {"targetType": "group", "id": "00000000-0000-0000-0000-000000000000"}


def a_subscription(*plans: str | None, sku_id: str | None = "sku-1", **given: Any) -> Row:
    """A product that is paid for, with its service plans by name."""
    defaults = {
        "id": f"subscription-{sku_id}",
        "sku_id": sku_id,
        "capability_status": "Enabled",
        "service_plans": [
            {"service_plan_id": f"plan-{plan}", "service_plan_name": plan, "provisioning_status": "Success"}
            for plan in plans
        ],
    }
    return row("subscribed_skus", given, defaults)


def shown_to(*, state: str = "enabled", target: Any = EVERYBODY, but: Any = NOBODY) -> dict[str, Any]:
    """A feature of the authenticator."""
    return {"state": state, "includeTarget": target, "excludeTarget": but}


def a_methods_policy(
    *,
    sms: str = "disabled",
    voice: str = "disabled",
    email: str = "disabled",
    authenticator: str = "enabled",
    application: Any = None,
    place: Any = None,
    **given: Any,
) -> Row:
    """The policy for authentication methods of a firm that has the weak ones off."""
    settings = {
        "displayAppInformationRequiredState": application or shown_to(),
        "displayLocationInformationRequiredState": place or shown_to(),
    }
    states = {"Sms": sms, "Voice": voice, "Email": email, "Fido2": "enabled"}
    configurations = [
        {"id": "MicrosoftAuthenticator", "state": authenticator, "featureSettings": settings},
        *({"id": name, "state": state} for name, state in states.items()),
    ]
    defaults = {
        "id": "authenticationMethodsPolicy",
        "policy_migration_state": "migrationComplete",
        "raw": json.dumps({"authenticationMethodConfigurations": configurations}),
    }
    return row("authentication_methods_policy", given, defaults)


def activation_rules(
    role_id: str = GLOBAL_ADMINISTRATOR,
    *,
    enabled: Any = ("MultiFactorAuthentication", "Justification"),
    context: bool = False,
    approval: bool = True,
    told: bool = True,
    others_told: Any = (),
    **given: Any,
) -> Row:
    """What activating a role demands: everything that can be."""
    rules = [
        {"id": "Enablement_EndUser_Assignment", "enabledRules": list(enabled)},
        {"id": "AuthenticationContext_EndUser_Assignment", "isEnabled": context},
        {"id": "Approval_EndUser_Assignment", "setting": {"isApprovalRequired": approval}},
        {
            "id": "Notification_Admin_EndUser_Assignment",
            "isDefaultRecipientsEnabled": told,
            "notificationRecipients": list(others_told),
        },
    ]
    defaults = {
        "id": f"rules-of-{role_id}",
        "policy_id": f"rules-of-{role_id}",
        "role_definition_id": role_id,
        "scope_id": "/",
        "scope_type": "DirectoryRole",
        "raw": json.dumps({"policy": {"rules": rules}}),
    }
    return row("role_management_policies", given, defaults)


def transport_config(**given: Any) -> Row:
    """Exchange that takes no passwords by SMTP."""
    defaults = {"id": "transport", "smtp_client_authentication_disabled": True, "allow_legacy_tls_clients": False}
    return row("transport_config", given, defaults)


def protocols_of(mailbox_id: str = "user-1", **given: Any) -> Row:
    """By which protocols a mailbox can be opened: as the tenant says."""
    return row("cas_mailboxes", given, {"id": mailbox_id, "display_name": f"Name of {mailbox_id}"})


def an_authentication_policy(policy_id: str = "policy-1", **given: Any) -> Row:
    """A policy of Exchange that takes no passwords by SMTP."""
    return row("authentication_policies", given, {"id": policy_id, "name": policy_id, "allow_basic_auth_smtp": False})


def organization_config(**given: Any) -> Row:
    """Exchange's settings of the organization."""
    return row("organization_config", given, {"id": "contoso", "oauth2_client_profile_enabled": True})


def a_timeout(after: str | None = "01:00:00", application: str = "default", **given: Any) -> Row:
    """A policy that ends idle sessions in the browser."""
    said = {"ApplicationId": application} | ({"WebSessionIdleTimeout": after} if after else {})
    definition = {"ActivityBasedTimeoutPolicy": {"Version": 1, "ApplicationPolicies": [said]}}
    defaults = {
        "id": "timeout-1",
        "display_name": "Idle sessions",
        "is_organization_default": True,
        "definition": [json.dumps(definition)],
    }
    return row("activity_timeout_policies", given, defaults)


def per_user_mfa(user_id: str, state: str | None = "disabled") -> Row:
    return row("per_user_mfa", {}, {"id": user_id, "per_user_mfa_state": state})


def a_location(location_id: str = "l1", *addresses: str, trusted: bool | None = True, **given: Any) -> Row:
    """A named location of addresses."""
    ranges = [
        {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": address}
        for address in addresses or ("192.0.2.0/24",)
    ]
    defaults = {
        "id": location_id,
        "location_type": "#microsoft.graph.ipNamedLocation",
        "display_name": f"Name of {location_id}",
        "is_trusted": trusted,
        "raw": json.dumps({"id": location_id, "isTrusted": trusted, "ipRanges": ranges}),
    }
    return row("named_locations", given, defaults)


def countries(*codes: str | None, location_id: str = "countries") -> Row:
    """A named location of countries."""
    raw = {"id": location_id, "countriesAndRegions": list(codes), "includeUnknownCountriesAndRegions": False}
    defaults = {
        "id": location_id,
        "location_type": "#microsoft.graph.countryNamedLocation",
        "display_name": f"Name of {location_id}",
        "raw": json.dumps(raw),
    }
    return row("named_locations", {}, defaults)


def a_strength(strength_id: str = "strength-1", *combinations: str, **given: Any) -> Row:
    """An authentication strength of the firm's own."""
    defaults = {
        "id": strength_id,
        "display_name": f"Name of {strength_id}",
        "allowed_combinations": list(combinations or ("fido2",)),
    }
    return row("authentication_strengths", given, defaults)
