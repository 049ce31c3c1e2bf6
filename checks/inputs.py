"""From what a check declares to what it is handed, or to the gaps in its place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from checks.model import Gap, Profile
from checks.parameters import Kind, Parameter
from checks.registry import Catalogue, Derived
from checks.relations import Relations
from checks.source import Source
from scanner.snapshot.ledger import Basis, Coverage, GroupCoverage, TableState
from scanner.snapshot.schema import Table
from scanner.snapshot.tables import TABLES


@dataclass(frozen=True, slots=True)
class Given:
    """What became of an input, or of a call with all its inputs."""

    value: Any = None
    missing: tuple[Gap, ...] = ()
    """Not read at all: there is no value."""
    partial: tuple[Gap, ...] = ()
    """Read in part: the value is true but not whole."""


class Inputs:
    """The inputs of one evaluation. Derived ones are computed once."""

    def __init__(self, source: Source, profile: Profile, catalogue: Catalogue, relations: Relations) -> None:
        self._source = source
        self._profile = profile
        self._catalogue = catalogue
        self._relations = relations
        self._derived: dict[str, Given] = {}
        self._frames: dict[str, pd.DataFrame] = {}

    def call(self, function: Callable[..., Any], parameters: Sequence[Parameter]) -> Given:
        """Call `function` with its inputs, unless one that it cannot do without is missing."""
        values: dict[str, Any] = {}
        missing: list[Gap] = []
        partial: list[Gap] = []
        for parameter in parameters:
            name, given = parameter.name, self._give(parameter)
            if not given.missing:
                values[name] = given.value
                partial += given.partial
            elif parameter.accepts_gap:
                values[name] = given.missing[0]
            else:
                missing += given.missing
        if missing:
            return Given(missing=_distinct(missing))
        return Given(function(**values), partial=_distinct(partial))

    def _give(self, parameter: Parameter) -> Given:
        if parameter.kind is Kind.PROFILE:
            return Given(self._profile)
        if parameter.kind is Kind.DERIVED:
            return self._give_derived(self._catalogue.derived_inputs[parameter.name])
        return self._give_table(TABLES[parameter.name], parameter)

    def _give_derived(self, derived: Derived) -> Given:
        if derived.name not in self._derived:
            self._derived[derived.name] = self._derive(derived)
        given = self._derived[derived.name]
        if isinstance(given.value, pd.DataFrame):
            # a check that adds a column must not add it for the next check
            return Given(given.value.copy(deep=False), given.missing, given.partial)
        return given

    def _derive(self, derived: Derived) -> Given:
        given = self.call(derived.function, derived.parameters)
        return Given(missing=(given.value,)) if isinstance(given.value, Gap) else given

    def _give_table(self, table: Table, parameter: Parameter) -> Given:
        coverage = self._source.coverage(table.name)
        shortfall = _shortfall(table, coverage)
        if shortfall and (parameter.columns.whole or not coverage.state.delivers_rows):
            return Given(missing=shortfall)
        groups = _groups(table, parameter.columns.required)
        required = _group_gaps(table, coverage, (*groups, *parameter.columns.kinds))
        if missing := tuple(gap for gap in required if not gap.state.delivers_rows):
            return Given(missing=missing)
        optional = _group_gaps(table, coverage, _groups(table, parameter.columns.optional))
        unread = _unread_columns(table, coverage, parameter.columns.optional)
        return Given(self._rows(table, parameter, unread), partial=_distinct([*shortfall, *required, *optional]))

    def _rows(self, table: Table, parameter: Parameter, unread: Sequence[str]) -> Any:  # noqa: ANN401 - frame or relation
        names = list(parameter.columns.names)
        if parameter.kind is Kind.RELATION:
            return self._relations.relation(table.name, self._source.dataset(table.name), names, unread)
        frame = self._frame(table.name)[names]
        for name in unread:
            frame[name] = _nulls(table.arrow_schema.field(name).type, frame.index)
        return frame

    def _frame(self, table: str) -> pd.DataFrame:
        """Return a table with every column that anything of the catalogue asks for; opened once, as it is encrypted."""
        if table not in self._frames:
            self._frames[table] = self._source.frame(table, self._wanted[table])
        return self._frames[table]

    @cached_property
    def _wanted(self) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {}
        for owner in (*self._catalogue, *self._catalogue.derived_inputs.values()):
            for parameter in owner.parameters:
                if parameter.kind is Kind.FRAME:
                    found.setdefault(parameter.name, {}).update(dict.fromkeys(parameter.columns.names))
        return {table: list(names) for table, names in found.items()}


def _nulls(kind: pa.DataType, index: pd.Index) -> "pd.Series[Any]":
    return pd.Series(pd.NA, index=index, dtype=pd.ArrowDtype(kind))


def _shortfall(table: Table, coverage: Coverage) -> tuple[Gap, ...]:
    """Return what keeps the rows of a table from being all there are."""
    gaps = []
    if coverage.state is not TableState.COMPLETE:
        gaps.append(Gap(table.name, coverage.state, coverage.reason, coverage.mend, coverage.objects_failed))
    if coverage.state.delivers_rows and coverage.basis is Basis.INCREMENTAL and not table.increments_are_complete:
        need = f"{table.name}.changes_since_full_sweep"
        gaps.append(Gap(need, TableState.PARTIAL, "delta_best_effort", "rescan_full"))
    return tuple(gaps)


def _groups(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(table.group_of, columns))))


def _group_gaps(table: Table, coverage: Coverage, groups: Sequence[str]) -> list[Gap]:
    """Return a gap for each column group, or kind of rows, that was not read whole."""
    found = ((group, coverage.groups.get(group)) for group in groups)
    return [_group_gap(table, group, line) for group, line in found if line and line.state is not TableState.COMPLETE]


def _group_gap(table: Table, group: str, line: GroupCoverage) -> Gap:
    return Gap(f"{table.name}.{group}", line.state, line.reason, line.mend)


def _unread_columns(table: Table, coverage: Coverage, columns: Sequence[str]) -> list[str]:
    unread = {group for group, line in coverage.groups.items() if not line.state.delivers_rows}
    return [column for column in columns if table.group_of(column) in unread]


def _distinct(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    return tuple(dict.fromkeys(gaps))
