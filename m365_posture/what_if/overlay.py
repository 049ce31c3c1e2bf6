"""A finished scan with other policies in place of those that were read."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from checks.conditional_access.conditions import groups_named
from checks.frame import plain, records
from checks.source import Source
from m365_posture.what_if.changes import Row, content_of
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.schema import Table
from scanner.snapshot.tables import TABLES
from scanner.snapshot.tables.bookkeeping import UNREAD_OBJECTS
from scanner.snapshot.tables.groups import GROUP_MEMBERS, GROUPS
from scanner.snapshot.tables.policies import CONDITIONAL_ACCESS_POLICIES, SECURITY_DEFAULTS

NOT_NAMED: Final = "named_by_no_policy"
"""Why the members of a group were not read."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A source, some of whose tables have other rows. Nothing of it is kept."""

    beneath: Source
    tables: Mapping[str, Sequence[Row]]
    coverages: Mapping[str, Coverage] = field(default_factory=dict)

    @property
    def tenant_id(self) -> str:
        """The tenant's GUID."""
        return self.beneath.tenant_id

    @property
    def organization_id(self) -> str:
        """Canonical id of the tenant itself."""
        return self.beneath.organization_id

    @property
    def organization_name(self) -> str:
        """Name of the organization."""
        return self.beneath.organization_name

    @property
    def finished_at(self) -> datetime:
        """When the scan finished, UTC."""
        return self.beneath.finished_at

    @property
    def snapshot_hash(self) -> str:
        """Hash of the scan and of what lies over it: it is not the scan's own."""
        over = json.dumps([self.beneath.snapshot_hash, self.tables], sort_keys=True, default=str)
        return hashlib.sha256(over.encode()).hexdigest()

    @property
    def purge_record(self) -> str:
        """What was removed from the scan since."""
        return self.beneath.purge_record

    def coverage(self, table: str) -> Coverage:
        """Return the ledger's line."""
        return self.coverages.get(table) or self.beneath.coverage(table)

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return rows with nullable Arrow columns."""
        if table not in self.tables:
            return self.beneath.frame(table, columns)
        rows = self._arrow(table)
        frame: pd.DataFrame = (rows.select(list(columns)) if columns else rows).to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def dataset(self, table: str) -> ds.Dataset:
        """Return the rows as an Arrow dataset."""
        return ds.dataset(self._arrow(table)) if table in self.tables else self.beneath.dataset(table)

    def _arrow(self, table: str) -> pa.Table:
        return pa.Table.from_pylist(list(self.tables[table]), schema=TABLES[table].arrow_schema)


def policies_of(source: Source) -> list[Row]:
    """Return the policies that were read, whole rows.

    Raises:
        ValueError: They were not read.
    """
    return records(source.frame(CONDITIONAL_ACCESS_POLICIES.name))


def with_policies(source: Source, policies: Sequence[Row], *, is_turned_on: bool = False) -> Overlay:
    """Return the scan with these policies instead of its own.

    The members of a group are read where a policy or a role names it. Of another group that these policies
    name, nobody knows who is in it, and the overlay says so.

    Args:
        source: The scan; its policies were read.
        policies: Rows of `conditional_access_policies`.
        is_turned_on: Whether one of them is turned on that was off: that takes turning off security defaults.

    Source:
        https://learn.microsoft.com/entra/fundamentals/security-defaults
    """
    tables: dict[str, Sequence[Row]] = {CONDITIONAL_ACCESS_POLICIES.name: policies}
    if is_turned_on and has_security_defaults(source):
        tables[SECURITY_DEFAULTS.name] = [row | {"is_enabled": False} for row in _rows(source, SECURITY_DEFAULTS.name)]
    unread = unread_groups(source, policies)
    if not unread:
        return Overlay(source, tables)
    tables[UNREAD_OBJECTS.name] = [*_rows(source, UNREAD_OBJECTS.name), *map(_unread, unread)]
    line = source.coverage(GROUP_MEMBERS.name)
    missing = (line.objects_failed or 0) + len(unread)
    partial = replace(line, state=TableState.PARTIAL, reason=line.reason or NOT_NAMED, objects_failed=missing)
    return Overlay(source, tables, {GROUP_MEMBERS.name: partial})


def has_security_defaults(source: Source) -> bool:
    """Tell whether security defaults are surely on."""
    return any(row["is_enabled"] for row in _rows(source, SECURITY_DEFAULTS.name))


def unread_groups(source: Source, policies: Iterable[Row]) -> list[str]:
    """Return the groups that policies name and whose members the scan had no reason to read.

    A group that surely does not exist has no members.
    """
    if not source.coverage(GROUP_MEMBERS.name).state.delivers_rows:
        return []
    looked_for = {group for policy in policies_of(source) for group in groups_of(policy)}
    looked_for.update(plain(source.frame(GROUP_MEMBERS.name, ["group_id"])["group_id"]))
    exist = ids_of(source, GROUPS)
    named = dict.fromkeys(group for policy in policies for group in groups_of(policy))
    return [group for group in named if group not in looked_for and (exist is None or group in exist)]


def ids_of(source: Source, table: Table) -> frozenset[str] | None:
    """Return the ids of everything in a table; None where not all was read."""
    if source.coverage(table.name).state is not TableState.COMPLETE:
        return None
    return frozenset(plain(source.frame(table.name, ["id"])["id"]))


def groups_of(policy: Row) -> frozenset[str]:
    """Return the groups that a policy includes or excludes."""
    return groups_named(((content_of(policy) or {}).get("conditions") or {}).get("users"))


def _unread(group_id: str) -> Row:
    return {"table_name": GROUP_MEMBERS.name, "object_id": group_id, "reason": NOT_NAMED}


def _rows(source: Source, table: str) -> list[Row]:
    return records(source.frame(table)) if source.coverage(table).state.delivers_rows else []
