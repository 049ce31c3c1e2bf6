# ruff: noqa: ANN401, FBT003 - a strategy takes whatever a column takes
"""Whole tenants for property tests: small, various, and full of nulls."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from builders.access import unread
from builders.access_strategies import (
    ACCESS_STRATEGIES,
    GROUP_IDS,
    LESSER_SOURCES,
    READ_EACH,
    ROLE_IDS,
    USER_IDS,
    states_of_methods,
)
from builders.mail_strategies import MAIL_STRATEGIES, NULL_IS_UNSET
from builders.mfa_strategies import MFA_STRATEGIES
from builders.policies import a_grant, a_policy, security_defaults
from builders.rows import AS_OF, Row, a_domain, a_link, a_rule, a_user, an_organization, sharepoint_settings
from builders.settings_strategies import SETTINGS_STRATEGIES
from builders.sign_in_strategies import sign_ins
from builders.snapshot import MemorySource, a_profile, a_snapshot
from checks.model import Profile, TrustedForwarding
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState
from scanner.snapshot.tables import TABLES

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
_CONTROLS: Final = ("mfa", "compliantDevice", "approvedApplication", "block", "somethingNew")
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
    ]
)

_PLATFORMS: Final = (
    {"includePlatforms": ["all"], "excludePlatforms": ["linux"]},
    {"includePlatforms": ["linux"], "excludePlatforms": []},
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
            locations=draw(st.sampled_from([None, None, {"includeLocations": ["All"], "excludeLocations": ["l1"]}])),
            platforms=draw(st.sampled_from([None, None, *_PLATFORMS])),
            devices=draw(st.sampled_from([None, None, {"deviceFilter": {"mode": "exclude", "rule": "x"}}])),
            applications=draw(st.sampled_from([{}, {}, *_APPLICATIONS])),
            authenticationFlows=draw(st.sampled_from([None, None, None, {"transferMethods": "deviceCodeFlow"}])),
            signInRiskLevels=draw(st.sampled_from([[], [], ["high"]])),
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
    "organization": st.just([an_organization()]),
    "sharepoint_settings": sharing_settings(),
    "sign_ins": sign_ins(),
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


def _places(source: MemorySource, tables: Sequence[str]) -> list[tuple[str, int, str]]:
    """Every cell that may be null and is not: a row without its key is no row."""
    return [
        (name, number, column)
        for name in tables
        for number, row in enumerate(source.tables.get(name, []))
        for column, value in row.items()
        if value is not None and column not in (*TABLES[name].key, *NULL_IS_UNSET.get(name, ()))
    ]


@st.composite
def with_nulls(draw: st.DrawFn, source: MemorySource, tables: Sequence[str]) -> MemorySource:
    """The same scan with some properties not returned."""
    places = _places(source, tables)
    if not places:
        return source
    rows = {name: [dict(row) for row in given] for name, given in source.tables.items()}
    for name, number, column in draw(st.lists(st.sampled_from(places), min_size=1, max_size=3)):
        rows[name][number][column] = None
    return replace(source, tables=rows)


JSON_COLUMNS: Final = {
    "conditional_access_policies": ("raw",),
    "inbox_rules": ("actions", "conditions"),
    "authentication_methods_policy": ("raw",),
    "role_management_policies": ("raw",),
    "cross_tenant_access": ("raw",),
    "named_locations": ("raw",),
}
_ABSENT_IS_UNSET: Final = ("inbox_rules",)
"""Graph leaves out what is not set in a rule, so a member that is absent there says something."""

_MIS_SHAPES: Final = (5, "?", [None], [{}], {}, {"?": 5})
_DROP: Final = object()

_Path = tuple[str | int, ...]


def _members(value: Any, path: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    """Yield every member and every item of JSON, with the way to it."""
    inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, member in inside:
        yield (*path, name), member
        yield from _members(member, (*path, name))


def _spoils(name: str, path: _Path, member: Any) -> list[Any]:
    """Return what may stand in place of a member without saying something else that Graph might mean."""
    shapes = [shape for shape in _MIS_SHAPES if not _means_something(shape, member)]
    # null stands for an object that is not set, but never for a list
    nulls = [None] if isinstance(member, list) or name in _ABSENT_IS_UNSET else []
    is_member = isinstance(path[-1], str)
    return [*shapes, *nulls, *([_DROP] if is_member and name not in _ABSENT_IS_UNSET else [])]


def _means_something(shape: Any, member: Any) -> bool:
    """Whether a shape is one that Graph documents there: a text for a text."""
    return isinstance(shape, str) and isinstance(member, str)


def _spoilt(text: str, path: _Path, spoil: Any) -> str:
    content = json.loads(text)
    parent = content
    for step in path[:-1]:
        parent = parent[step]
    if spoil is _DROP:
        del parent[path[-1]]
    else:
        parent[path[-1]] = spoil
    return json.dumps(content)


@st.composite
def with_spoilt_json(draw: st.DrawFn, source: MemorySource, tables: Sequence[str]) -> MemorySource:
    """The same scan with one member inside a JSON column absent, null, or of a shape that Graph does not document."""
    places = [
        (name, number, column, path, member)
        for name in tables
        for column in JSON_COLUMNS.get(name, ())
        for number, row in enumerate(source.tables.get(name, []))
        if row[column] is not None
        for path, member in _members(json.loads(row[column]))
    ]
    if not places:
        return source
    name, number, column, path, member = draw(st.sampled_from(places))
    rows = [dict(row) for row in source.tables[name]]
    rows[number][column] = _spoilt(rows[number][column], path, draw(st.sampled_from(_spoils(name, path, member))))
    return replace(source, tables={**source.tables, name: rows})


@st.composite
def with_gap(draw: st.DrawFn, source: MemorySource, tables: Sequence[str]) -> MemorySource:
    """The same scan with one table, or one column group of one, not read or read in part."""
    places = [(name, group) for name in tables for group in ("", *TABLES[name].groups)]
    name, group = draw(st.sampled_from(places))
    state = draw(st.sampled_from([TableState.PARTIAL, *UNREAD]))
    coverage = (
        replace(source.coverages[name], groups={group: GroupCoverage(state)})
        if group
        else Coverage(state, objects_failed=1)
    )
    rows = dict(source.tables)
    if not group and state is TableState.PARTIAL and name in READ_EACH:
        key, objects = READ_EACH[name]
        missed = draw(st.sets(st.sampled_from(objects), min_size=1))
        rows[name] = [row for row in rows.get(name, []) if row[key] not in missed]
        rows["unread_objects"] = [unread(name, each) for each in sorted(missed)]
    elif not group and state is TableState.PARTIAL:
        rows[name] = [row for row in rows.get(name, []) if draw(st.booleans())]
    return replace(source, tables=rows, coverages={**source.coverages, name: coverage})


@st.composite
def shuffled(draw: st.DrawFn, source: MemorySource) -> MemorySource:
    """The same scan, its rows read in another order."""
    return replace(source, tables={name: draw(st.permutations(list(rows))) for name, rows in source.tables.items()})


_NAMES: Final = ("display_name", "site_display_name", "drive_name", "item_name", "user_display_name", "job_title")


def renamed(tenant: Tenant) -> Tenant:
    """The same tenant after everybody and everything got another name; an address that is nobody's stays."""
    accounts = [row for name in ("users", "deleted_users") for row in tenant.source.tables.get(name, ())]
    theirs = {value for row in accounts for value in (row["user_principal_name"], row["mail"], _own_name(row))}
    tables = {name: [_renamed_row(row) for row in rows] for name, rows in tenant.source.tables.items()}
    tables["deleted_users"] = [_renamed_deleted(row) for row in tenant.source.tables.get("deleted_users", ())]
    profile = replace(
        tenant.profile,
        break_glass=tuple(map(_renamed_address, tenant.profile.break_glass)),
        leavers=tenant.profile.leavers
        and {_renamed_address(name) if name in theirs else name: day for name, day in tenant.profile.leavers.items()},
        trusted_forwarding=tuple(
            replace(agreement, source=_renamed_address(agreement.source))
            for agreement in tenant.profile.trusted_forwarding
        ),
    )
    return Tenant(replace(tenant.source, tables=tables, organization_name="=HYPERLINK()"), profile)


def _renamed_row(row: Row) -> Row:
    names = {name: "<script>" for name in _NAMES if row.get(name) is not None}
    # the address of a recipient is what a forward names it by, that of a mailbox is its owner's
    own = ("user_principal_name", "mail", *(["primary_smtp_address"] if "forwarding_address" in row else []))
    addresses = {name: _renamed_address(row[name]) for name in own if row.get(name) is not None}
    senders = row.get("from_senders")
    renamed_senders = {"from_senders": [_renamed_address(sender) for sender in senders]} if senders else {}
    path = row.get("item_path")
    return row | names | addresses | renamed_senders | ({"item_path": path.replace("/", "/new ")} if path else {})


def _renamed_deleted(row: Row) -> Row:
    name, own = row["user_principal_name"], _own_name(row)
    return _renamed_row(row) | {"user_principal_name": name and name.replace(own, _renamed_address(own))}


def _own_name(row: Row) -> str:
    """Return the user principal name without the id that Entra puts before that of a deleted account."""
    return (row["user_principal_name"] or "").removeprefix(row["id"].replace("-", ""))


def _renamed_address(address: str) -> str:
    """Another local part; Entra's mark of an external account stays."""
    return f"new.{address}"
