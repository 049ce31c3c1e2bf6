# ruff: noqa: ANN401 - a builder takes whatever a column or pandas takes
"""A finished scan in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from builders.guarded import GuardedFrame
from builders.policies import security_defaults
from builders.rows import AS_OF, Row, a_domain, an_organization
from checks.model import Profile
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState
from scanner.snapshot.tables import TABLES


@dataclass(frozen=True)
class MemorySource:
    """A snapshot in memory. Its frames refuse what loses nulls."""

    tables: Mapping[str, Sequence[Row]]
    coverages: Mapping[str, Coverage]
    tenant_id: str = "00000000-0000-0000-0000-0000000000aa"
    organization_id: str = "organization-1"
    organization_name: str = "Contoso"
    finished_at: datetime = AS_OF
    snapshot_hash: str = "snapshot-1"
    purge_record: str = ""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: FBT001 - as hypothesis calls it
        """Show what a reader of a broken promise looks for: values that are not null, tables that were not read."""
        rows = {name: [_known(row) for row in given] for name, given in self.tables.items() if given}
        holes = {name: line for name, line in self.coverages.items() if line != Coverage(TableState.COMPLETE)}
        printer.text("MemorySource: ")
        printer.pretty({"rows": rows, "holes": holes})

    def coverage(self, table: str) -> Coverage:
        return self.coverages.get(table, Coverage(TableState.SKIPPED))

    def arrow(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        schema = TABLES[table].arrow_schema
        wanted = pa.schema([schema.field(name) for name in columns or schema.names])
        return pa.Table.from_pylist(list(self.tables.get(table, [])), schema=wanted)

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        if not self.coverage(table).state.delivers_rows:
            raise ValueError(f"table {table} was not read")
        return GuardedFrame(self.arrow(table, columns).to_pandas(types_mapper=pd.ArrowDtype))

    def dataset(self, table: str) -> ds.Dataset:
        return ds.dataset(self.arrow(table))


def _known(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def a_snapshot(
    *,
    states: Mapping[str, TableState | Coverage] | None = None,
    column_groups: Mapping[str, TableState | GroupCoverage] | None = None,
    tenant_id: str = "00000000-0000-0000-0000-0000000000aa",
    snapshot_hash: str = "snapshot-1",
    **tables: Sequence[Row],
) -> MemorySource:
    """A finished scan in which every table was read completely, unless said otherwise.

    Args:
        states: Table to the state it was read in, or its whole ledger line.
        column_groups: `table.group` to its state, e.g. `{"users.sign_in_activity": TableState.UNLICENSED}`.
        tenant_id: GUID.
        snapshot_hash: Its hash.
        **tables: Rows by table name.
    """
    if unknown := sorted({*tables, *(states or {})} - set(TABLES)):
        raise TypeError(f"no table {unknown}")
    coverages = {name: _coverage((states or {}).get(name, TableState.COMPLETE)) for name in TABLES}
    for name, line in (column_groups or {}).items():
        table, group = name.split(".")
        if group not in (*TABLES[table].groups, *TABLES[table].kinds):
            raise TypeError(f"{table} has no column group {group}")
        coverages[table].groups[group] = line if isinstance(line, GroupCoverage) else GroupCoverage(line)
    rows: dict[str, Sequence[Row]] = {**_ordinary_tenant(), **tables}
    return MemorySource(rows, coverages, tenant_id=tenant_id, snapshot_hash=snapshot_hash)


def _ordinary_tenant() -> dict[str, Sequence[Row]]:
    return {
        "organization": [an_organization()],
        "domains": [a_domain()],
        "security_defaults": [security_defaults(enabled=False)],
    }


def _coverage(state: TableState | Coverage) -> Coverage:
    return state if isinstance(state, Coverage) else Coverage(state)


def a_profile(**given: Any) -> Profile:
    """What a firm states that states nothing."""
    return Profile(**({"as_of": AS_OF} | given))
