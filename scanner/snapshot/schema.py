"""What a table of a snapshot is: columns, data classes, column groups, retention."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyarrow as pa

TIMESTAMP: Final = pa.timestamp("us", tz="UTC")


class DataClass(StrEnum):
    """Whose secret a column is. Redaction, roles, purge and canary tests read this declaration."""

    SETTING = "setting"
    """Configuration of the tenant; names nobody."""
    COUNT = "count"
    """A number that names nobody."""
    ACCOUNT = "account"
    """Identifies or describes a person or an account."""
    CONTENT_NAME = "content_name"
    """A name a person gave to a file, a folder, a site or a rule."""
    CLIENT = "client"
    """Identifies the firm or one of its clients."""


class Storage(StrEnum):
    """Where the rows of a table live."""

    SCAN = "scan"
    """In the folder of the scan that read them."""
    EVENTS = "events"
    """Once per tenant, one file per day; the manifest lists the files it may judge."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: Graph's property name in snake_case."""

    name: str
    type: pa.DataType
    data_class: DataClass
    group: str = ""
    """Name of the column group when the column can be unreadable while the table is not."""


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table. Additive changes only within a major schema version."""

    name: str
    key: tuple[str, ...]
    """Columns whose values identify a row, parent first."""
    columns: tuple[Column, ...]
    retention_days: int
    """How long rows are kept, counted from the end of the scan that read them; of a log from their day."""
    storage: Storage = Storage.SCAN
    event_time: str = ""
    """For `Storage.EVENTS`: the timestamp column that decides the day (UTC)."""
    increments_are_complete: bool = True
    """Whether Microsoft promises that a scan of changes misses none; else only a full one is whole."""
    kept_scans: int | None = None
    """How many scans keep their rows, the newest ones; None: retention alone decides."""
    kinds: tuple[str, ...] = ()
    """Kinds of rows that are read apart and have a line of their own in the ledger, as a column group has."""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"table {self.name}: a column name occurs twice")
        if missing := [name for name in (*self.key, *filter(None, [self.event_time])) if name not in names]:
            raise ValueError(f"table {self.name}: {missing} is no column; columns are {names}")
        if both := sorted(set(self.kinds) & set(self.groups)):
            raise ValueError(f"table {self.name}: {both} is a kind of rows and a group of columns")

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema, every column nullable: absent is null, never a default."""
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the column groups, in order of declaration."""
        return tuple(dict.fromkeys(column.group for column in self.columns if column.group))

    def group_of(self, column: str) -> str:
        """Return the column group of `column`, "" when it is read with the table itself."""
        return next(c.group for c in self.columns if c.name == column)
