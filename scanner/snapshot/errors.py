"""Why stored data cannot be used: one exception per cause, each one sentence that says what to do.

::

    SnapshotError
    ├── NoSnapshot     the folder holds no finished scan
    ├── Changed        a file is not the one that was written
    ├── Truncated      a file is cut short or missing
    ├── NewerSchema    a newer release wrote it
    └── WrongKey       another key wrote it

    RowError           a collector built a row that the table's schema does not know
"""


class SnapshotError(Exception):
    """Stored data is unusable; the message is one sentence that says what to do."""


class NoSnapshot(SnapshotError):
    """There is no finished scan here."""


class Changed(SnapshotError):
    """A file is not what the manifest says."""


class Truncated(SnapshotError):
    """A file ends early or is gone."""


class NewerSchema(SnapshotError):
    """Written by a release with a newer major schema."""


class WrongKey(SnapshotError):
    """Written with another key."""


class RowError(ValueError):
    """A cell does not fit its column. Names table and column, never the value."""

    def __init__(self, table: str, column: str, problem: str) -> None:
        super().__init__(f"table {table}, column {column}: {problem}")
        self.table = table
        self.column = column
