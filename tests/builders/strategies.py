# ruff: noqa: ANN401, FBT003 - a strategy takes whatever a column takes
"""Whole tenants for property tests: small, various, and full of nulls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from builders.access_strategies import (
    ACCESS_STRATEGIES,
    GROUP_IDS,
    LESSER_SOURCES,
    ROLE_IDS,
    USER_IDS,
    states_of_methods,
)
from builders.mail_strategies import MAIL_STRATEGIES
from builders.mfa_strategies import MFA_STRATEGIES
from builders.policies import a_grant, a_policy, security_defaults
from builders.rows import AS_OF, Row, a_domain, a_link, a_rule, a_user, an_organization, sharepoint_settings
from builders.settings_strategies import SETTINGS_STRATEGIES
from builders.sign_in_strategies import audits, baselines, sign_ins
from builders.snapshot import MemorySource, a_profile, a_snapshot
from checks.model import Profile, TrustedForwarding
from scanner.snapshot.ledger import TableState

UNREAD: Final = tuple(state for state in TableState if not state.delivers_rows)


@dataclass(frozen=True)
class Tenant:
    """A snapshot and what its firm states."""

    source: MemorySource
    profile: Profile


def or_null(*values: Any) -> st.SearchStrategy[Any]:
    """One of the values; sometimes null."""
    return st.sampled_from([*values, None])


DAYS_AGO: Final = st.sampled_from([1, 30, 89, 91, 400, 2000])


def _moments() -> st.SearchStrategy[Any]:
    return DAYS_AGO.map(lambda days: AS_OF - timedelta(days=days)) | st.none()


@st.composite
def users(draw: st.DrawFn) -> list[Row]:
    rows = []
    for user_id in draw(st.lists(st.sampled_from(USER_IDS), unique=True)):
        domain = draw(st.sampled_from(["contoso.example", "home.example#EXT#@contoso.example"]))
        rows.append(
            a_user(
                user_id,
                user_principal_name=draw(or_null(f"{user_id}@{domain}")),
                mail=draw(or_null(f"{user_id}@contoso.example", "other@contoso.example")),
                account_enabled=draw(st.sampled_from([True, True, False, None])),
                user_type=draw(or_null("Member", "Guest")),
                created_date_time=draw(_moments()),
                last_successful_sign_in_date_time=draw(_moments()),
                last_non_interactive_sign_in_date_time=draw(_moments()),
                assigned_licenses=draw(st.sampled_from([[], None, [{"sku_id": "sku-1", "disabled_plans": []}]])),
                on_premises_sync_enabled=draw(st.sampled_from([None, None, True])),
            )
        )
    return rows


@st.composite
def deleted_users(draw: st.DrawFn) -> list[Row]:
    """What Entra shows of accounts that were deleted; it put their ids before their names."""
    return [
        {
            "id": f"d-{number}",
            "user_principal_name": draw(or_null(f"d{number}{name}", name)),
            "mail": draw(or_null(name)),
        }
        for number, name in enumerate(draw(st.lists(st.sampled_from(_LEFT_LATELY), unique=True)))
    ]


_LEFT_LATELY: Final = ("u1@contoso.example", "mistyped@contoso.example")

_IDS: Final = st.lists(st.sampled_from(["All", "GuestsOrExternalUsers", *USER_IDS]), max_size=2)
_GUEST_TYPES: Final = st.sampled_from(["b2bCollaborationGuest", "internalGuest,b2bCollaborationMember"])
_TENANTS: Final = st.sampled_from([None, {"membershipKind": "all"}, {"membershipKind": "enumerated"}])
_GUESTS: Final = st.none() | st.builds(
    lambda types, tenants: {"guestOrExternalUserTypes": types, "externalTenants": tenants}, _GUEST_TYPES, _TENANTS
)


def _some_of(ids: Sequence[str]) -> st.SearchStrategy[list[str]]:
    """Mostly nobody: a policy that names groups and roles on both sides says little."""
    return st.sampled_from([[], [], [], *([each] for each in ids)])


_USERS: Final = st.fixed_dictionaries(
    {
        "includeUsers": st.just(["All"]) | _IDS,
        "excludeUsers": st.just([]) | _IDS,
        "includeGuestsOrExternalUsers": _GUESTS,
        "excludeGuestsOrExternalUsers": _GUESTS,
        "includeGroups": _some_of(GROUP_IDS),
        "excludeGroups": _some_of(GROUP_IDS),
        "includeRoles": _some_of(ROLE_IDS),
        "excludeRoles": _some_of(ROLE_IDS),
    }
)
_CONTROLS: Final = ("mfa", "compliantDevice", "approvedApplication", "block", "passwordChange", "somethingNew")
_STRENGTHS: Final = st.sampled_from([None, None, {"id": "00000000-0000-0000-0000-000000000004"}, {"id": "strength-1"}])
_GRANTS: Final = st.none() | st.builds(
    lambda controls, operator, terms, strength: a_grant(
        *controls, operator=operator, termsOfUse=terms, authenticationStrength=strength
    ),
    st.lists(st.sampled_from(_CONTROLS), unique=True, max_size=2),
    st.sampled_from(["AND", "OR"]),
    st.sampled_from([[], [], ["terms-1"]]),
    _STRENGTHS,
)

_CLIENTS: Final = (["all"], ["all"], ["browser", "mobileAppsAndDesktopClients"], ["exchangeActiveSync", "other"])
_SESSIONS: Final = st.sampled_from(
    [
        None,
        None,
        {"signInFrequency": {"isEnabled": True, "frequencyInterval": "timeBased", "type": "hours", "value": 4}},
        {"persistentBrowser": {"isEnabled": True, "mode": "never"}, "signInFrequency": None},
        {"signInFrequency": {"isEnabled": True, "frequencyInterval": "everyTime", "type": None, "value": None}},
    ]
)

_PLATFORMS: Final = (
    {"includePlatforms": ["all"], "excludePlatforms": ["linux"]},
    {"includePlatforms": ["linux"], "excludePlatforms": []},
)
_LOCATIONS: Final = (
    {"includeLocations": ["All"], "excludeLocations": ["l1"]},
    {"includeLocations": ["countries"], "excludeLocations": []},
)
_APPLICATIONS: Final = ({"includeApplications": ["Office365"]}, {"excludeApplications": ["app-1"]})


@st.composite
def policies(draw: st.DrawFn) -> list[Row]:
    return [
        a_policy(
            f"p{number}",
            state=draw(or_null("enabled", "enabled", "disabled", "enabledForReportingButNotEnforced")),
            users=draw(_USERS),
            grant=draw(st.just("mfa") | _GRANTS),
            sessions=draw(_SESSIONS),
            locations=draw(st.sampled_from([None, None, None, *_LOCATIONS])),
            platforms=draw(st.sampled_from([None, None, *_PLATFORMS])),
            devices=draw(st.sampled_from([None, None, {"deviceFilter": {"mode": "exclude", "rule": "x"}}])),
            applications=draw(st.sampled_from([{}, {}, *_APPLICATIONS])),
            authenticationFlows=draw(st.sampled_from([None, None, None, {"transferMethods": "deviceCodeFlow"}])),
            signInRiskLevels=draw(st.sampled_from([[], [], ["high"], ["high", "medium"]])),
            userRiskLevels=draw(st.sampled_from([[], [], [], ["high"]])),
            clientAppTypes=draw(st.sampled_from(_CLIENTS)),
        )
        for number in range(draw(st.integers(0, 3)))
    ]


_RECIPIENTS: Final = st.sampled_from(["a@contoso.example", "b@mail.contoso.example", "c@evil.example", "/o=Ex/cn=d"])
_ACTIONS: Final = st.fixed_dictionaries(
    {},
    optional={
        "forwardTo": st.lists(_RECIPIENTS, max_size=2),
        "redirectTo": st.lists(_RECIPIENTS, max_size=1),
        "delete": st.booleans(),
        "markAsRead": st.just(value=True),
        "moveToFolder": st.just("AAMk="),
    },
)
_WORDS: Final = st.sampled_from(
    [
        {},
        {"subjectContains": ["factuur"]},
        {"bodyContains": ["lunch"]},
        {"subjectContains": ["factuur"], "senderContains": ["news@"]},
        {"fromAddresses": [{"emailAddress": {"address": "cards@bank.example"}}]},
        {"isAutomaticReply": True},
        {"hasAttachments": True},
    ]
)


@st.composite
def rules(draw: st.DrawFn) -> list[Row]:
    return [
        a_rule(
            f"r{number}",
            mailbox=draw(st.sampled_from(USER_IDS)),
            actions=draw(_ACTIONS),
            conditions=draw(_WORDS),
            is_enabled=draw(or_null(True, True, False)),
            is_hidden=draw(or_null(True, False)),
        )
        for number in range(draw(st.integers(0, 3)))
    ]


@st.composite
def links(draw: st.DrawFn) -> list[Row]:
    found: list[Row] = []
    for number in range(draw(st.integers(0, 3))):
        ends = draw(st.sampled_from([None, -5, 10, 300]))
        link = a_link(
            f"i{number}",
            item_path=draw(or_null(f"/folder{number}")),
            is_folder=draw(or_null(True, False)),
            kind=draw(st.sampled_from(["link", "link", "direct", None])),
            link_scope=draw(or_null("anonymous", "organization", "users", "Anonymous", "unknownFutureValue")),
            expiration_date_time=None if ends is None else AS_OF + timedelta(days=ends),
        )
        found.append(link)
        if draw(st.booleans()):
            found.append(_below(link, inherited=draw(or_null(link["item_id"]))))
    return found


def _below(link: Row, inherited: str | None) -> Row:
    """The same link, seen again on an item of the folder."""
    item = f"{link['item_id']}-below"
    return link | {
        "item_id": item,
        "item_name": "below.docx",
        "item_path": f"{link['item_path'] or ''}/below.docx",
        "is_folder": False,
        "inherited_from_item_id": inherited,
    }


_SHARING_LEVELS: Final = or_null(
    "disabled",
    "externalUserSharingOnly",
    "externalUserAndGuestSharing",
    "ExternalUserAndGuestSharing",
    "unknownFutureValue",
)


@st.composite
def sharing_settings(draw: st.DrawFn) -> list[Row]:
    return [
        sharepoint_settings(
            sharing_capability=draw(_SHARING_LEVELS),
            is_legacy_auth_protocols_enabled=draw(st.sampled_from([False, False, True])),
            idle_session_sign_out_is_enabled=draw(st.booleans()),
            idle_session_sign_out_after_in_seconds=draw(st.sampled_from([3600, 86400])),
        )
    ]


TABLE_STRATEGIES: Final[dict[str, st.SearchStrategy[list[Row]]]] = {
    **ACCESS_STRATEGIES,
    **MAIL_STRATEGIES,
    **MFA_STRATEGIES,
    **SETTINGS_STRATEGIES,
    "users": users(),
    "deleted_users": deleted_users(),
    "conditional_access_policies": policies(),
    "security_defaults": st.sampled_from([False, False, True, None]).map(lambda on: [security_defaults(enabled=on)]),
    "inbox_rules": rules(),
    "sharing_links": links(),
    "organization": st.sampled_from(["BE", None]).map(lambda code: [an_organization(country_letter_code=code)]),
    "sharepoint_settings": sharing_settings(),
    "sign_ins": sign_ins(),
    "directory_audits": audits(),
    "sign_in_baselines": baselines(),
    "mailbox_audits": st.just([]),
    "domains": or_null(True, False).map(lambda proven: [a_domain(), a_domain("evil.example", is_verified=proven)]),
}
"""A table without a strategy here cannot be judged by any check: registering one that needs it fails its tests."""


@st.composite
def tenants(draw: st.DrawFn, tables: Sequence[str]) -> Tenant:
    """A tenant of which everything was read that can be; only `tables` have rows."""
    rows = {name: draw(TABLE_STRATEGIES[name]) for name in tables}
    states = draw(states_of_methods()) if not LESSER_SOURCES.isdisjoint(tables) else {}
    read = {name: some for name, some in rows.items() if states.get(name, TableState.COMPLETE).delivers_rows}
    source = a_snapshot(states=states, **read)
    return Tenant(source, draw(profiles()))


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    agreement = TrustedForwarding(
        source="u0@contoso.example",
        target="c@evil.example",
        reason="e-invoicing",
        approved_by="office manager",
        until=draw(st.sampled_from([date(2026, 1, 1), date(2027, 1, 1)])),
    )
    leavers = {"u0@contoso.example": date(2026, 6, 30), "u2@contoso.example": date(2027, 6, 30)}
    lately = dict.fromkeys(_LEFT_LATELY, date(2026, 11, 20))
    return a_profile(
        break_glass=draw(st.sampled_from([(), ("u1@contoso.example",)])),
        leavers=draw(st.sampled_from([None, {}, leavers, leavers | lately])),
        trusted_forwarding=draw(st.sampled_from([(), (agreement,)])),
    )
