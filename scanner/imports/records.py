"""From an exported file to rows: every record is kept, or counted under the reason why it is not."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from scanner.imports import azure_monitor, graph_json, unified_audit
from scanner.imports.errors import Damaged, NotALog
from scanner.imports.fields import Record, folded, is_guid
from scanner.imports.json_text import NotJson, values
from scanner.imports.tally import Skipped, Tally
from scanner.imports.text import opened
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.audits import MAILBOX_AUDITS
from scanner.snapshot.tables.sign_ins import SIGN_INS

Row = dict[str, Any]

_LONGEST_CELL: Final = 1 << 26
_UTC: Final = " [utc]"
_LOCAL: Final = " [local time]"
_SEPARATORS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be imported."""

    tenant_id: str
    """Whose sign-ins they must be, where they say whose they are."""
    oldest: datetime
    """What is older is not kept; UTC."""
    newest: datetime
    """What is dated later is not kept; UTC."""
    tally: Tally = field(default_factory=Tally)


def rows_of_file(path: Path, scope: Scope) -> Iterator[tuple[Table, Row]]:
    """Yield the rows of an exported file, each with its table; what is not yielded is counted.

    Raises:
        ImportUnusable: The file is damaged, or has no record of a known log.
    """
    known = 0
    try:
        with opened(path) as text:
            for record in _records(text):
                scope.tally.records += 1
                row = row_of_record(record, scope)
                known += row is not Skipped.UNKNOWN
                if isinstance(row, Skipped):
                    scope.tally.skipped[row] += 1
                else:
                    yield row
    except (NotJson, csv.Error):
        raise Damaged(path.name, "is cut short or is neither JSON nor CSV") from None
    if not known:
        raise NotALog(path.name)


def row_of_record(record: object, scope: Scope) -> tuple[Table, Row] | Skipped:
    """Return the row of one record of any known log and its table, or why it has none."""
    if not isinstance(record, Mapping):
        return Skipped.UNKNOWN
    named = folded(record)
    if unified_audit.is_of_unified_audit(named):
        return _of_unified_audit(named, scope)
    if azure_monitor.is_of_azure_monitor(named):
        return _of_azure_monitor(named, scope)
    return _of_graph(named, scope) if graph_json.is_of_graph(named) else Skipped.UNKNOWN


def _of_unified_audit(record: Record, scope: Scope) -> tuple[Table, Row] | Skipped:
    audit = unified_audit.audit_of(record)
    if audit is None:
        return Skipped.UNKNOWN
    if unified_audit.operation_of(audit) in unified_audit.SIGN_IN_OPERATIONS:
        table, make = SIGN_INS, unified_audit.sign_in_of
    elif unified_audit.is_mailbox_change(audit):
        table, make = MAILBOX_AUDITS, unified_audit.mailbox_change_of
    else:
        return Skipped.OTHER_EVENT
    if _is_foreign([unified_audit.tenant_of(audit)], scope):
        return Skipped.OTHER_TENANT
    return _kept(table, make(audit, scope.tally.malformed), scope)


def _of_azure_monitor(record: Record, scope: Scope) -> tuple[Table, Row] | Skipped:
    if not azure_monitor.is_sign_in(record):
        return Skipped.OTHER_EVENT
    return _of_graph(azure_monitor.as_graph(record), scope, azure_monitor.tenant_of(record))


def _of_graph(record: Record, scope: Scope, tenant: str | None = None) -> tuple[Table, Row] | Skipped:
    """Return a sign-in's row; `tenant` is whose log it surely is of, where that is told."""
    row = graph_json.row_of(record, scope.tally.malformed)
    if _is_foreign([tenant] if tenant else [row["home_tenant_id"], row["resource_tenant_id"]], scope):
        return Skipped.OTHER_TENANT
    return _kept(SIGN_INS, row, scope)


def _is_foreign(tenants: list[str | None], scope: Scope) -> bool:
    """Tell whether a record names tenants and ours is none of them: a guest's names two."""
    named = {tenant for tenant in tenants if is_guid(tenant)}
    return bool(named) and scope.tenant_id.casefold() not in named


def _kept(table: Table, row: Row, scope: Scope) -> tuple[Table, Row] | Skipped:
    moment = row[table.event_time]
    if row["id"] is None:
        return Skipped.NO_ID
    if moment is None:
        return Skipped.NO_TIME
    if moment > scope.newest:
        return Skipped.TOO_NEW
    return Skipped.TOO_OLD if moment < scope.oldest else (table, row)


def _records(text: TextIO) -> Iterator[Any]:
    """Yield what a file holds: JSON where it begins as such, rows of a table otherwise."""
    begin = text.read(1)
    while begin.isspace():
        begin = text.read(1)
    text.seek(0)
    return values(text) if begin in {"{", "["} else _lines(text)


def _lines(text: TextIO) -> Iterator[Record]:
    # A record of the unified audit log is one cell, and longer than the reader's own limit.
    csv.field_size_limit(_LONGEST_CELL)
    head = text.readline()
    separator = max(_SEPARATORS, key=head.count)
    names = [_column(name) for name in next(csv.reader([head], delimiter=separator), [])]
    for line in csv.reader(text, delimiter=separator):
        if line:
            yield {name: value for name, value in zip(names, line, strict=False) if name and value}


def _column(heading: str) -> str:
    """Return the name of a column; "" for one with local times, as nobody knows where."""
    name = heading.strip().casefold()
    return "" if name.endswith(_LOCAL) else name.removesuffix(_UTC)
