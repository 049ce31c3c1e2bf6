# ruff: noqa: ANN401 - JSON of any shape
"""Random tenants for the prover: policies of every kind, in Graph's own JSON, and people of every kind."""

from copy import deepcopy
from datetime import date
from typing import Any, Final

from hypothesis import strategies as st
from mfa_brute_force import (
    AZURE,
    DIRECTORY_APP,
    EXCHANGE,
    LEGACY_TRUSTED_ID,
    OFFICE,
    PORTALS,
    USER_ACTIONS,
    RawPerson,
    RawTenant,
)

from builders.access import DIRECTORY_READERS, GLOBAL_ADMINISTRATOR
from builders.access_strategies import GROUP_IDS
from builders.named_locations import LOCATIONS, PLACES
from checks.conditional_access.situations import OTHER

Json = dict[str, Any]

PEOPLE: Final = (
    RawPerson("u0", "u0@contoso.example", "Member"),
    RawPerson("u1", "u1@contoso.example", "Member"),
    RawPerson("u2", "u2@contoso.example", "Guest"),
    RawPerson("u3", "u3_home.example#EXT#@contoso.example", "Guest"),
    RawPerson("u4", "u4_home.example#EXT#@contoso.example", "Member"),
    RawPerson("u5", None, "Guest"),
    RawPerson("u6", "u6_home.example#EXT#@contoso.example", None),
)
TENANTS: Final = ("tenant-a", "tenant-b")
EXTERNALS: Final = tuple(
    RawPerson(f"{kind}/{tenant}", external=(kind, tenant))
    for tenant in (OTHER, *TENANTS)
    for kind in (
        "serviceProvider",
        "b2bDirectConnectUser",
        "otherExternalUser",
        "b2bCollaborationGuest",
        "b2bCollaborationMember",
        "internalGuest",
    )
)
GROUPS: Final = (*GROUP_IDS, "group-3")
OWN_ROLE: Final = "role-own"
ROLES: Final = (GLOBAL_ADMINISTRATOR, DIRECTORY_READERS, OWN_ROLE)
APPS: Final = ("app-1", "app-2")


STRENGTHS: Final = (
    {"id": "weak", "allowedCombinations": ["password", "fido2"]},
    {"id": "strong", "allowedCombinations": ["fido2", "password,microsoftAuthenticatorPush"]},
    {"id": "new", "allowedCombinations": ["fido2", "password,somethingNew"]},
    {"id": "card", "allowedCombinations": ["x509CertificateSingleFactor", "x509CertificateMultiFactor"]},
)
_MULTIFACTOR: Final = {"id": "00000000-0000-0000-0000-000000000002"}


def _lists(*sides: tuple[list[str], list[str]], suffix: str) -> st.SearchStrategy[Json]:
    return st.sampled_from(
        [{f"include{suffix}": included, f"exclude{suffix}": excluded} for included, excluded in sides]
    )


def _apps(included: list[str], excluded: list[str] | None = None, **given: Any) -> Json:
    return {
        "includeApplications": included,
        "excludeApplications": excluded or [],
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
    } | given


_FILTER: Final = {"mode": "exclude", "rule": 'CustomSecurityAttribute.x -eq "y"'}

APPLICATIONS: Final = st.sampled_from(
    [
        _apps([OFFICE]),
        _apps(["app-1"]),
        _apps(["app-1", "app-2"]),
        _apps(["All"], ["app-1"]),
        _apps(["All"], [OFFICE]),
        _apps(["All"], ["app-2", DIRECTORY_APP]),
        _apps([PORTALS]),
        _apps([EXCHANGE]),
        _apps(["All"], [EXCHANGE, AZURE]),
        _apps([DIRECTORY_APP]),
        _apps([], includeUserActions=[USER_ACTIONS[0]]),
        _apps([], includeUserActions=[USER_ACTIONS[1]]),
        _apps([], includeAuthenticationContextClassReferences=["c1"]),
        _apps(["None"]),
        _apps(["All"], applicationFilter=_FILTER),
    ]
)

CONDITIONS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "applications": APPLICATIONS,
    "clientAppTypes": st.sampled_from(
        [
            ["browser"],
            ["mobileAppsAndDesktopClients"],
            ["browser", "mobileAppsAndDesktopClients"],
            ["exchangeActiveSync", "other"],
            ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"],
            ["easSupported", "browser"],
        ]
    ),
    "platforms": _lists(
        (["all"], ["android", "iOS"]),
        (["windows"], []),
        (["windows", "macOS", "linux"], []),
        (["all"], ["windows", "macOS", "linux", "android", "iOS", "windowsPhone"]),
        (["all"], []),
        (["android", "iOS"], ["iOS"]),
        suffix="Platforms",
    ),
    "locations": st.builds(
        lambda included, excluded: {"includeLocations": included, "excludeLocations": excluded},
        st.sampled_from(["All", "All", "All", *PLACES, LEGACY_TRUSTED_ID]).map(lambda name: [name]),
        st.lists(st.sampled_from([*PLACES, LEGACY_TRUSTED_ID]), max_size=2, unique=True),
    ),
    "signInRiskLevels": st.sampled_from([["high"], ["medium", "high"], ["none"], ["none", "low"]]),
    "userRiskLevels": st.sampled_from([["high"], ["low", "medium", "high"], ["none", "low", "medium", "high"]]),
    "authenticationFlows": st.sampled_from(
        [
            {"transferMethods": "deviceCodeFlow"},
            {"transferMethods": "deviceCodeFlow,authenticationTransfer"},
            {"transferMethods": "authenticationTransfer"},
            {"transferMethods": "none"},
        ]
    ),
    "devices": st.sampled_from(
        [
            {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}},
            {"includeDevices": ["All"], "excludeDevices": ["Compliant", "DomainJoined"], "deviceFilter": None},
            {"includeDevices": ["All"], "excludeDevices": ["Compliant"], "deviceFilter": None},
        ]
    ),
    "clientApplications": st.just({"includeServicePrincipals": ["app-1"], "excludeServicePrincipals": []}),
    "insiderRiskLevels": st.just("elevated"),
    "somethingNew": st.just({"includeAll": True}),
}
_ORDINARY: Final = ("applications", "clientAppTypes", "platforms", "locations", "signInRiskLevels", "userRiskLevels")
_NAMES: Final = st.sampled_from([*_ORDINARY, *_ORDINARY, *CONDITIONS])


def _grant(*controls: str, operator: str | None = "OR", **given: Any) -> Json:
    return {
        "operator": operator,
        "builtInControls": list(controls),
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": None,
    } | given


GRANTS: Final = st.sampled_from(
    [
        _grant("mfa"),
        _grant("mfa"),
        _grant("mfa"),
        _grant("block"),
        _grant("mfa", "compliantDevice"),
        _grant("mfa", "compliantDevice", operator="AND"),
        _grant("mfa", "compliantDevice", operator=None),
        _grant("compliantDevice", "domainJoinedDevice"),
        _grant("compliantApplication"),
        _grant("mfa", "approvedApplication"),
        _grant("approvedApplication"),
        _grant("approvedApplication", "compliantApplication"),
        _grant("passwordChange", "mfa", operator="AND"),
        _grant("passwordChange"),
        _grant("somethingNew"),
        _grant("mfa", "somethingNew", operator="AND"),
        _grant("mfa", customAuthenticationFactors=["duo"]),
        _grant("mfa", customAuthenticationFactors=["duo"], operator="AND"),
        _grant(customAuthenticationFactors=["duo"]),
        _grant(termsOfUse=["terms"]),
        _grant("mfa", termsOfUse=["terms"], operator="AND"),
        _grant("mfa", termsOfUse=["terms"]),
        _grant(authenticationStrength=_MULTIFACTOR),
        _grant("compliantDevice", authenticationStrength=_MULTIFACTOR),
        *(_grant(authenticationStrength=strength) for strength in STRENGTHS),
        None,
    ]
)

_NOBODY: Final[Json] = {
    "includeUsers": [],
    "excludeUsers": [],
    "includeGroups": [],
    "excludeGroups": [],
    "includeRoles": [],
    "excludeRoles": [],
    "includeGuestsOrExternalUsers": None,
    "excludeGuestsOrExternalUsers": None,
}


def _guests(types: str, *tenants: str) -> Json:
    home: Json = {"membershipKind": "enumerated", "members": list(tenants)} if tenants else {"membershipKind": "all"}
    return {"guestOrExternalUserTypes": types, "externalTenants": home}


GUESTS: Final = st.sampled_from(
    [
        _guests("b2bCollaborationGuest"),
        _guests("b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser"),
        _guests("internalGuest"),
        _guests("serviceProvider", "tenant-a"),
        _guests("b2bCollaborationGuest,serviceProvider,otherExternalUser", "tenant-a", "tenant-b"),
        {"guestOrExternalUserTypes": "internalGuest,serviceProvider", "externalTenants": None},
    ]
)
_INCLUDED: Final = st.one_of(
    st.just({"includeUsers": ["All"]}),
    st.just({"includeUsers": ["All"]}),
    st.just({"includeUsers": ["All"]}),
    st.sampled_from(
        [{"includeUsers": ["None"]}, {"includeUsers": ["GuestsOrExternalUsers"]}, {"includeUsers": ["u0"]}]
    ),
    st.sampled_from(GROUPS).map(lambda group: {"includeGroups": [group]}),
    st.sampled_from(ROLES).map(lambda role: {"includeRoles": [role]}),
    GUESTS.map(lambda guests: {"includeGuestsOrExternalUsers": guests}),
)
_EXCLUDED: Final = st.one_of(
    st.just({}),
    st.just({}),
    st.sampled_from(GROUPS).map(lambda group: {"excludeGroups": [group]}),
    st.sampled_from([{"excludeUsers": ["u0"]}, {"excludeUsers": ["GuestsOrExternalUsers"]}]),
    st.sampled_from(ROLES).map(lambda role: {"excludeRoles": [role]}),
    GUESTS.map(lambda guests: {"excludeGuestsOrExternalUsers": guests}),
)
_STATES: Final = st.sampled_from(["enabled"] * 8 + ["disabled", "enabledForReportingButNotEnforced", None])


_WHOLE: Final[Json] = {
    "clientAppTypes": ["all"],
    "signInRiskLevels": [],
    "userRiskLevels": [],
    "platforms": None,
    "locations": None,
    "devices": None,
    "clientApplications": None,
    "applications": _apps(["All"]),
}
_SPAREDPLACES: Final = st.sampled_from(["AllTrusted", LEGACY_TRUSTED_ID, *PLACES]).map(
    lambda place: {"includeLocations": ["All"], "excludeLocations": [place]}
)


@st.composite
def raw_policies(draw: st.DrawFn, number: int) -> Json:
    """One policy with up to three conditions besides whom it concerns."""
    conditions: Json = {**_WHOLE, "users": _NOBODY | draw(_INCLUDED) | draw(_EXCLUDED)}
    # in a fixed order, or the same choices would not draw the same policy
    for name in sorted(draw(st.sets(_NAMES, min_size=draw(st.sampled_from([0, 1, 2, 2])), max_size=3))):
        conditions[name] = draw(CONDITIONS[name])
    return {
        "id": f"policy-{number}",
        "displayName": f"Policy {number}",
        "state": draw(_STATES),
        "conditions": conditions,
        "grantControls": draw(GRANTS),
    }


@st.composite
def _nearly_whole(draw: st.DrawFn, number: int) -> Json:
    """MFA for everybody and everything, but for something small."""
    policy = draw(raw_policies(number))
    users = {**_NOBODY, "includeUsers": ["All"]}
    sparing = draw(st.sampled_from(["locations", "locations", "applications", "platforms"]))
    spared = draw(_SPAREDPLACES if sparing == "locations" else CONDITIONS[sparing])
    whole: Json = {**_WHOLE, "users": users, sparing: spared}
    return {**policy, "state": "enabled", "conditions": whole, "grantControls": _grant("mfa")}


_DROP: Final = object()
_SPOTS: Final = (
    ("state",),
    ("grantControls",),
    ("grantControls", "builtInControls"),
    ("grantControls", "authenticationStrength"),
    ("grantControls", "operator"),
    ("conditions",),
    ("conditions", "users"),
    ("conditions", "users", "includeUsers"),
    ("conditions", "users", "excludeGroups"),
    ("conditions", "users", "includeRoles"),
    ("conditions", "users", "excludeGuestsOrExternalUsers"),
    ("conditions", "applications"),
    ("conditions", "applications", "includeApplications"),
    ("conditions", "applications", "excludeApplications"),
    ("conditions", "applications", "includeUserActions"),
    ("conditions", "applications", "applicationFilter"),
    ("conditions", "clientAppTypes"),
    ("conditions", "platforms"),
    ("conditions", "locations"),
    ("conditions", "signInRiskLevels"),
    ("conditions", "userRiskLevels"),
    ("conditions", "devices"),
    ("conditions", "clientApplications"),
)
"""Members that Graph always sends."""


@st.composite
def _spoilt(draw: st.DrawFn, policy: Json) -> Json:
    """The same policy with one member absent, or of a shape that Graph does not document."""
    path = draw(st.sampled_from(_SPOTS))
    spoil = draw(st.sampled_from([_DROP, 5, ["unknownFutureValue"], [None]]))
    spoilt = deepcopy(policy)
    parent: Any = spoilt
    for step in path[:-1]:
        parent = parent[step]
        if not isinstance(parent, dict):
            return policy
    if spoil is _DROP:
        parent.pop(path[-1])
    else:
        parent[path[-1]] = spoil
    return spoilt


@st.composite
def _assignments(draw: st.DrawFn) -> tuple[Json, ...]:
    return tuple(
        {
            "principalId": draw(st.sampled_from(["u0", "u1", *GROUPS])),
            "roleDefinitionId": draw(st.sampled_from(ROLES)),
            "directoryScopeId": draw(st.sampled_from(["/", "/", "/", "/administrativeUnits/x", None])),
            "assignmentType": draw(st.sampled_from(["active", "active", "eligible"])),
        }
        for _ in range(draw(st.integers(0, 3)))
    )


_SETTINGS: Final[st.SearchStrategy[Any]] = st.sampled_from(
    [
        {"exclusions": {"allResourcesExclusions": {"userActionExclusions": []}}},
        {"exclusions": {"allResourcesExclusions": {"userActionExclusions": [USER_ACTIONS[0]]}}},
        {"exclusions": {}},
        None,
    ]
)
_DAYS: Final = st.sampled_from(
    [date(2026, 11, 23), date(2026, 2, 28), date(2026, 3, 1), date(2026, 6, 29), date(2026, 6, 30)]
)
_INSIDE: Final = st.lists(st.sampled_from(["u0", "u1", "u2", "u3", "u5", *GROUPS]), max_size=3, unique=True).map(tuple)


@st.composite
def _policies(draw: st.DrawFn) -> tuple[Json, ...]:
    policies = [draw(raw_policies(number)) for number in range(draw(st.sampled_from([1, 3, 4, 2, 5])))]
    if draw(st.sampled_from([False, False, True])):
        policies[0] = draw(_nearly_whole(0))
    if draw(st.sampled_from([False] * 5 + [True])):
        policies[-1] = draw(_spoilt(policies[-1]))
    return tuple(policies)


@st.composite
def raw_tenants(draw: st.DrawFn) -> RawTenant:
    """A tenant with up to four policies and a few people, as Graph tells of it."""
    people = draw(st.lists(st.sampled_from([*PEOPLE, *EXTERNALS]), min_size=2, max_size=4, unique=True))
    rows = draw(
        st.lists(
            st.sampled_from(LOCATIONS),
            min_size=draw(st.sampled_from([0, 2, 3])),
            max_size=3,
            unique_by=lambda row: row["id"],
        )
    )
    own_role = {"id": OWN_ROLE, "templateId": OWN_ROLE, "isBuiltIn": draw(st.sampled_from([False, False, None]))}
    built_in = (
        {"id": role, "templateId": role, "isBuiltIn": True} for role in (GLOBAL_ADMINISTRATOR, DIRECTORY_READERS)
    )
    return RawTenant(
        policies=draw(_policies()),
        people=tuple(people),
        named_locations=draw(st.sampled_from([tuple(rows)] * 7 + [None])),
        strengths=draw(st.sampled_from([STRENGTHS, STRENGTHS, (), None])),
        settings=draw(_SETTINGS),
        groups={group: draw(_INSIDE) for group in GROUPS},
        unread_groups=draw(st.sampled_from([frozenset(), frozenset(), frozenset({GROUPS[1]})])),
        roles=(*built_in, own_role),
        assignments=draw(_assignments()),
        mfa_trusted_ips=draw(st.sampled_from([(), None, ("203.0.113.7/32",)])),
        as_of=draw(_DAYS),
    )
