# ruff: noqa: ANN401 - a builder takes whatever a column or pandas takes
"""Conditional Access policies in Graph's own JSON."""

import json
from typing import Any

from builders.rows import Row, row


def a_policy(
    policy_id: str = "policy-1",
    *,
    state: str | None = "enabled",
    grant: Any = "mfa",
    sessions: Any = None,
    **given: Any,
) -> Row:
    """An enabled policy that demands MFA from everybody for everything.

    Args:
        policy_id: Its id.
        state: Graph's state.
        grant: Graph's `grantControls`, or the name of one control.
        sessions: Graph's `sessionControls`.
        **given: `users`, `applications`, and any other member of `conditions`, as Graph spells it
            (`users` and `applications` are laid over the defaults); or a column of the table.
    """
    columns = {name: given.pop(name) for name in ("display_name", "modified_date_time", "raw") if name in given}
    conditions = {
        "clientAppTypes": ["all"],
        "signInRiskLevels": [],
        "userRiskLevels": [],
        "platforms": None,
        "locations": None,
        "devices": None,
        "clientApplications": None,
        "users": _users() | given.pop("users", {}),
        "applications": _applications() | given.pop("applications", {}),
    }
    raw = {
        "id": policy_id,
        "displayName": "MFA for everybody",
        "state": state,
        "conditions": conditions | given,
        "grantControls": a_grant(grant) if isinstance(grant, str) else grant,
        "sessionControls": sessions,
    }
    defaults = {"id": policy_id, "display_name": "MFA for everybody", "state": state, "raw": json.dumps(raw)}
    return row("conditional_access_policies", columns, defaults)


def a_grant(*controls: str, operator: str | None = "OR", **given: Any) -> dict[str, Any]:
    """Graph's `grantControls`."""
    return {
        "operator": operator,
        "builtInControls": list(controls),
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": None,
    } | given


def _users() -> dict[str, Any]:
    return {
        "includeUsers": ["All"],
        "excludeUsers": [],
        "includeGroups": [],
        "excludeGroups": [],
        "includeRoles": [],
        "excludeRoles": [],
        "includeGuestsOrExternalUsers": None,
        "excludeGuestsOrExternalUsers": None,
    }


def _applications() -> dict[str, Any]:
    return {
        "includeApplications": ["All"],
        "excludeApplications": [],
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
    }


def security_defaults(*, enabled: bool | None = True) -> Row:
    """The one row of security defaults."""
    return row("security_defaults", {}, {"id": "00000000-0000-0000-0000-000000000005", "is_enabled": enabled})
