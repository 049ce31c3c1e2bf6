"""Per-user MFA as Conditional Access would say it: it applies beside the tenant's policies, whatever they leave out."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from checks.conditional_access.places import LEGACY_TRUSTED
from checks.frame import records
from checks.model import Gap

MARK: Final = "per-user:"
"""How the ids of these rows begin; no policy of Graph's has such an id."""

_MODERN: Final = ["browser", "mobileAppsAndDesktopClients"]
_LEGACY: Final = ["exchangeActiveSync", "other"]
_MFA: Final = {"operator": "OR", "builtInControls": ["mfa"]}
_APP_PASSWORDS: Final = {"operator": "OR", "builtInControls": [], "customAuthenticationFactors": ["app passwords"]}
"""Graph does not tell whether somebody has one, which is a single factor: as undecided as another provider."""

_EMPTY_USERS: Final[Mapping[str, Any]] = {
    f"{side}{kind}": [] for side in ("include", "exclude") for kind in ("Users", "Groups", "Roles")
} | {"includeGuestsOrExternalUsers": None, "excludeGuestsOrExternalUsers": None}


def states_of(per_user_mfa: pd.DataFrame | Gap) -> Mapping[str, str | None]:
    """Return everybody's state as far as it was read; an account that is not there has none."""
    rows = [] if isinstance(per_user_mfa, Gap) else records(per_user_mfa)
    return {row["id"]: row["per_user_mfa_state"] for row in rows}


def as_policies(per_user_mfa: pd.DataFrame | Gap, unregistered: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Yield rows like those of `conditional_access_policies` that demand what per-user MFA demands.

    Args:
        per_user_mfa: Rows of that table.
        unregistered: Ids of the people who surely have no second factor: with one `enabled` becomes `enforced`.

    Source:
        https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates
    """
    if isinstance(per_user_mfa, Gap):
        yield _policy("unread", ["All"], _MODERN + _LEGACY, _MFA, state=None)
        return
    states = states_of(per_user_mfa)
    asked = sorted(user_id for user_id, state in states.items() if state in {"enabled", "enforced"})
    legacy = [user_id for user_id in asked if states[user_id] == "enforced" or user_id not in unregistered]
    doubted = sorted(user_id for user_id, state in states.items() if state not in {"disabled", "enabled", "enforced"})
    if asked:
        yield _policy("modern", asked, _MODERN, _MFA)
    if legacy:
        yield _policy("legacy", legacy, _LEGACY, _APP_PASSWORDS)
    if doubted:
        yield _policy("doubted", doubted, _MODERN + _LEGACY, _MFA, state=None)


def _policy(
    name: str, user_ids: list[str], clients: list[str], grant: Mapping[str, Any], *, state: str | None = "enabled"
) -> Mapping[str, Any]:
    conditions = {
        "users": {**_EMPTY_USERS, "includeUsers": user_ids},
        "applications": {
            "includeApplications": ["All"],
            "excludeApplications": [],
            "includeUserActions": [],
            "applicationFilter": None,
        },
        "clientAppTypes": clients,
        "locations": {"includeLocations": ["All"], "excludeLocations": [LEGACY_TRUSTED]},
        "platforms": None,
        "signInRiskLevels": [],
        "userRiskLevels": [],
        "devices": None,
        "clientApplications": None,
    }
    controls = {"customAuthenticationFactors": [], "termsOfUse": [], "authenticationStrength": None, **grant}
    return {
        "id": f"{MARK}{name}",
        "state": state,
        "raw": json.dumps({"conditions": conditions, "grantControls": controls}),
    }
