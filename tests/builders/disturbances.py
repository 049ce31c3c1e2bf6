# ruff: noqa: ANN401 - JSON of any shape
"""What may befall a snapshot between the tenant and the check: nulls, spoilt JSON, gaps, another order, other names."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from builders.access import unread
from builders.access_strategies import READ_EACH
from builders.mail_strategies import NULL_IS_UNSET
from builders.rows import Row
from builders.snapshot import MemorySource
from builders.strategies import UNREAD, Tenant
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState
from scanner.snapshot.tables import TABLES


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
    places = [(name, group) for name in tables for group in ("", *TABLES[name].groups, *TABLES[name].kinds)]
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
