"""Brings a SQLite file to the schema this version knows, one numbered step at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from store.errors import StoreUnusable


class Connection(Protocol):
    """What sqlite3 and sqlcipher3 connections have in common here."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:  # noqa: ANN401 - two libraries' cursors
        """Run one statement."""
        ...


def migrate(connection: Connection, path: Path, steps: Sequence[Sequence[str]]) -> None:
    """Apply the steps that `connection` (in autocommit mode) does not have yet; `PRAGMA user_version` counts them.

    Raises:
        StoreUnusable: The file was written by a newer version.
    """
    if _version(connection) == len(steps):
        return
    # Taken before looking again: two commands may open a new file at the same moment.
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = _known_version(connection, path, len(steps))
        for statement in (statement for step in steps[done:] for statement in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _known_version(connection: Connection, path: Path, newest: int) -> int:
    found = _version(connection)
    if found > newest:
        raise StoreUnusable(f"{path} was written by a newer version of m365-posture: update this one.")
    return found


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
