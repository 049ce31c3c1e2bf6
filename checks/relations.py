"""Tables too large for memory, as SQL: DuckDB over the Arrow dataset of a snapshot.

One connection serves an evaluation. It reaches no file and no network, cannot be
reconfigured, and never spills: spill files would hold the tenant's data in clear.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

THREADS: Final = 2
MEMORY_LIMIT: Final = "1GB"

_SETTINGS: Final[Mapping[str, str | bool]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # a Python variable that happens to be called like a table is not a table
    "python_enable_replacements": False,
    "temp_directory": "",
}


class Relation:
    """A table of the snapshot that can be queried but is never held in memory."""

    def __init__(
        self, connection: "duckdb.DuckDBPyConnection", name: str, definition: str, bound: dict[str, str] | None = None
    ) -> None:
        self._connection = connection
        self._bound = {} if bound is None else bound
        self._name = name
        self._definition = definition

    def sql(self, query: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        """Run a query that names the table as the check's parameter is named.

        Args:
            query: One SELECT; `?` stands for each of `parameters`. Never build it from data.
            parameters: Values, e.g. limits of the profile.

        Returns:
            The result with nullable Arrow columns.

        Raises:
            duckdb.OutOfMemoryException: The result groups by too many keys; query per day or
                per bucket of users.
        """
        self._bind()
        result: pa.Table = self._connection.sql(query, params=list(parameters)).to_arrow_table()
        frame: pd.DataFrame = result.to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def materialise(self, name: str, query: str, parameters: Sequence[object] = ()) -> None:
        """Keep the result of a query in memory, as a table that later queries can name.

        Args:
            name: Name of the new table, in place of an older one of this name; never from data.
            query: As for `sql`.
            parameters: As for `sql`.

        Raises:
            duckdb.OutOfMemoryException: The result is too large.
        """
        self._bind()
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {query}', list(parameters))

    def register(self, name: str, rows: pa.Table) -> None:
        """Let later queries name a table that is in memory already.

        Args:
            name: Name of the table, in place of an older one of this name; never from data.
            rows: Its rows; not copied.
        """
        self._connection.register(name, rows)

    def drop(self, *names: str) -> None:
        """Free the memory of tables that were materialised."""
        for name in names:
            self._connection.execute(f'DROP TABLE IF EXISTS "{name}"')

    def _bind(self) -> None:
        # every input has its own columns, so the name is bound anew where another input used it last
        if self._bound.get(self._name) != self._definition:
            self._connection.execute(f'CREATE OR REPLACE TEMP VIEW "{self._name}" AS {self._definition}')
            self._bound[self._name] = self._definition


class Relations:
    """The connection of one evaluation; opened on first use, closed at the end."""

    def __init__(self, threads: int = THREADS, memory_limit: str = MEMORY_LIMIT) -> None:
        self._config: dict[str, str | bool | int | float | list[str]] = {
            **_SETTINGS,
            "threads": threads,
            "memory_limit": memory_limit,
        }
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._sources: dict[str, ds.Dataset] = {}
        self._bound: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._sources.clear()
        self._bound.clear()

    def relation(self, name: str, dataset: ds.Dataset, columns: Sequence[str], unread: Sequence[str] = ()) -> Relation:
        """Return `columns` of `dataset` as a relation called `name`.

        Args:
            name: Name of the table.
            dataset: Its rows.
            columns: Columns of the dataset.
            unread: Those of them that were not read; they are null whatever the dataset holds.
        """
        connection = self._open()
        source = f"source_{name}"
        if name not in self._sources:
            connection.register(source, dataset)
            self._sources[name] = dataset
        chosen = ", ".join(_null_like(column) if column in unread else f'"{column}"' for column in columns)
        definition = f'SELECT {chosen} FROM "{source}"'  # noqa: S608 - declared names only, never data
        return Relation(connection, name, definition, self._bound)

    def _open(self) -> "duckdb.DuckDBPyConnection":
        if self._connection is None:
            self._connection = duckdb.connect(":memory:", config=self._config)
            self._connection.execute("SET TimeZone = 'UTC'")
            self._connection.execute("SET lock_configuration = true")
        return self._connection


def _null_like(column: str) -> str:
    """Return an expression that is always null and has the column's type."""
    return f'CASE WHEN FALSE THEN "{column}" END AS "{column}"'
