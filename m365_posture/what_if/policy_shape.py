"""The members of Graph's conditionalAccessPolicy, and what stands where one is not set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Members = Mapping[str, object]
"""Member to what it holds: "text", "texts" (a list), "object", "any", `Words`, or the members of an object."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a fixed set: a list of them, or a text in which commas stand between them."""

    words: frozenset[str]
    is_list: bool = True


def _some(words: str) -> Words:
    return Words(frozenset(words.split()))


def _one(words: str) -> Words:
    return Words(frozenset(words.split()), is_list=False)


_RISKS: Final = _some("low medium high none hidden unknownFutureValue")
_PLATFORMS: Final = _some("android iOS windows windowsPhone macOS linux all unknownFutureValue")
_SIDES: Final = ("include", "exclude")


def _both(kind: object, *names: str) -> Members:
    return {f"{side}{name}": kind for side in _SIDES for name in names}


_GUESTS: Final = {
    "guestOrExternalUserTypes": _one(
        "none internalGuest b2bCollaborationGuest b2bCollaborationMember b2bDirectConnectUser otherExternalUser "
        "serviceProvider unknownFutureValue"
    ),
    "externalTenants": {"membershipKind": _one("all enumerated unknownFutureValue"), "members": "texts"},
}
_FILTER: Final = {"mode": _one("include exclude"), "rule": "text"}
_CONDITIONS: Final = {
    "users": {**_both("texts", "Users", "Groups", "Roles"), **_both(_GUESTS, "GuestsOrExternalUsers")},
    "applications": {
        **_both("texts", "Applications"),
        "includeUserActions": "texts",
        "includeAuthenticationContextClassReferences": "texts",
        "applicationFilter": _FILTER,
        "networkAccess": "any",
        "globalSecureAccess": "any",
    },
    "clientAppTypes": _some(
        "all browser mobileAppsAndDesktopClients exchangeActiveSync easSupported other unknownFutureValue"
    ),
    "platforms": _both(_PLATFORMS, "Platforms"),
    "locations": _both("texts", "Locations"),
    "devices": {**_both("texts", "Devices", "DeviceStates"), "deviceFilter": _FILTER},
    "deviceStates": _both("texts", "States"),
    "signInRiskLevels": _RISKS,
    "userRiskLevels": _RISKS,
    "servicePrincipalRiskLevels": _RISKS,
    "insiderRiskLevels": _one("minor moderate elevated unknownFutureValue"),
    "authenticationFlows": {
        "transferMethods": _one("none deviceCodeFlow authenticationTransfer unknownFutureValue"),
    },
    "clientApplications": {
        **_both("texts", "ServicePrincipals", "AgentIdServicePrincipals"),
        "servicePrincipalFilter": _FILTER,
        "agentIdServicePrincipalFilter": _FILTER,
    },
    **dict.fromkeys(("times", "agents", "agentContext", "agentIdRiskLevels"), "any"),
}
_CONTROLS: Final = {
    "operator": _one("AND OR"),
    "builtInControls": _some(
        "block mfa compliantDevice domainJoinedDevice approvedApplication compliantApplication passwordChange "
        "riskRemediation unknownFutureValue"
    ),
    "customAuthenticationFactors": "texts",
    "termsOfUse": "texts",
    "authenticationStrength": {
        **dict.fromkeys(("id", "displayName", "description", "policyType", "requirementsSatisfied"), "text"),
        **dict.fromkeys(("createdDateTime", "modifiedDateTime", "combinationConfigurations"), "any"),
        "allowedCombinations": "texts",
    },
}
POLICY: Final[Members] = {
    "id": "text",
    "displayName": "text",
    "description": "text",
    "state": _one("enabled disabled enabledForReportingButNotEnforced"),
    "conditions": _CONDITIONS,
    "grantControls": _CONTROLS,
    # what is asked once somebody is in protects no sign-in
    "sessionControls": "object",
    **dict.fromkeys(
        ("templateId", "createdDateTime", "modifiedDateTime", "deletedDateTime", "partialEnablementStrategy"), "any"
    ),
}
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("displayName", "state", "conditions"),
    "conditions": ("applications",),
    "grantControls": ("operator",),
}
"""What Graph takes no policy without, by object; nothing inside an object that is itself not there."""

CONDITIONS_UNSET: Final[Mapping[str, Any]] = {
    "users": {
        **{f"{side}{name}": [] for side in _SIDES for name in ("Users", "Groups", "Roles")},
        **{f"{side}GuestsOrExternalUsers": None for side in _SIDES},
    },
    "applications": {
        "includeApplications": [],
        "excludeApplications": [],
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
    },
    "clientAppTypes": ["all"],
    "signInRiskLevels": [],
    "userRiskLevels": [],
    "servicePrincipalRiskLevels": [],
    "insiderRiskLevels": None,
    "platforms": None,
    "locations": None,
    "devices": None,
    "clientApplications": None,
    "authenticationFlows": None,
}
INSIDE_UNSET: Final[Mapping[str, Mapping[str, Any]]] = {
    "platforms": {"includePlatforms": [], "excludePlatforms": []},
    "locations": {"includeLocations": [], "excludeLocations": []},
    "devices": {
        **{f"{side}{name}": [] for side in _SIDES for name in ("Devices", "DeviceStates")},
        "deviceFilter": None,
    },
}
"""What stands in conditions that may be unset altogether, once something of them is set."""
CONTROLS_UNSET: Final[Mapping[str, Any]] = {
    "builtInControls": [],
    "customAuthenticationFactors": [],
    "termsOfUse": [],
    "authenticationStrength": None,
}
