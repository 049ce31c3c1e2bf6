"""What people decided about one tenant: `tenant.sqlite`, encrypted with a key of its own.

Every change and its line in the audit trail are one transaction, and the trail can only grow.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlcipher3 import dbapi2 as sqlcipher

from m365_posture.files import private_folder
from store.decided import Answer, Attestation, AuditEntry, FindingWork, Waiver, WorkStatus
from store.errors import StoreUnusable
from store.migrations import migrate

FILE_NAME: Final = "tenant.sqlite"
_BUSY_S: Final = 30.0
_AGAIN_S: Final = 0.05

Execute = Callable[..., Any]
"""Runs one statement of a transaction: SQL and its parameters."""

_MIGRATIONS: Final = (
    (
        """CREATE TABLE waivers (
            id INTEGER PRIMARY KEY, check_id TEXT NOT NULL, object_id TEXT NOT NULL, reason TEXT NOT NULL,
            approved_by TEXT NOT NULL, decided_at TEXT NOT NULL, until TEXT NOT NULL, condition TEXT NOT NULL,
            revoked_at TEXT)""",
        """CREATE TABLE finding_status (
            check_id TEXT NOT NULL, object_id TEXT NOT NULL, status TEXT NOT NULL, note TEXT NOT NULL,
            changed_by TEXT NOT NULL, changed_at TEXT NOT NULL, PRIMARY KEY (check_id, object_id))""",
        """CREATE TABLE answers (
            question_id TEXT PRIMARY KEY, answer TEXT NOT NULL, covered_elsewhere TEXT NOT NULL,
            answered_by TEXT NOT NULL, answered_at TEXT NOT NULL)""",
        """CREATE TABLE attestations (
            check_id TEXT PRIMARY KEY, reference TEXT NOT NULL, attested_by TEXT NOT NULL,
            attested_at TEXT NOT NULL, until TEXT NOT NULL)""",
        """CREATE TABLE audit_trail (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
            subject TEXT NOT NULL, details TEXT NOT NULL)""",
        """CREATE TRIGGER audit_trail_keeps BEFORE UPDATE ON audit_trail
            BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END""",
        """CREATE TRIGGER audit_trail_stays BEFORE DELETE ON audit_trail
            BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END""",
    ),
    ("CREATE TABLE outputs (path TEXT PRIMARY KEY, written_at TEXT NOT NULL)",),
    (
        """CREATE TABLE signals (
            story TEXT PRIMARY KEY, subject TEXT NOT NULL, level TEXT NOT NULL, began TEXT NOT NULL,
            ended TEXT NOT NULL, noticed_at TEXT NOT NULL, current TEXT NOT NULL, scan_id TEXT NOT NULL,
            evaluation_id TEXT NOT NULL, seen TEXT NOT NULL)""",
        """CREATE TABLE signal_deliveries (
            story TEXT NOT NULL, level TEXT NOT NULL, channel TEXT NOT NULL, attempts INTEGER NOT NULL,
            claimed_until TEXT, tried_at TEXT, outcome TEXT NOT NULL, delivered_at TEXT,
            PRIMARY KEY (story, level, channel))""",
        """CREATE TABLE signal_conclusions (
            id INTEGER PRIMARY KEY, story TEXT NOT NULL, conclusion TEXT NOT NULL, note TEXT NOT NULL,
            concluded_by TEXT NOT NULL, concluded_at TEXT NOT NULL, level TEXT NOT NULL, seen TEXT NOT NULL)""",
    ),
    (
        "ALTER TABLE signals ADD COLUMN grave TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE signal_deliveries RENAME TO earlier_deliveries",
        """CREATE TABLE signal_deliveries (
            story TEXT NOT NULL, level TEXT NOT NULL, telling INTEGER NOT NULL, channel TEXT NOT NULL,
            attempts INTEGER NOT NULL, claimed_until TEXT, tried_at TEXT, outcome TEXT NOT NULL, delivered_at TEXT,
            PRIMARY KEY (story, level, telling, channel))""",
        """INSERT INTO signal_deliveries
            SELECT story, level, 0, channel, attempts, claimed_until, tried_at, outcome, delivered_at
            FROM earlier_deliveries""",
        "DROP TABLE earlier_deliveries",
    ),
)


class Decisions:
    """One tenant's decisions. A context manager: leaving it closes the file."""

    def __init__(self, folder: Path, database_key: str, patience_s: float = _BUSY_S) -> None:
        """Open `tenant.sqlite` in the tenant's folder, making it when it is not there.

        Args:
            folder: `<data_dir>/<tenant id>`.
            database_key: 64 hexadecimal digits.
            patience_s: How long to wait for another process that uses it.

        Raises:
            StoreUnusable: The file is damaged, of another key, of a newer version, or in use all that time.
        """
        self._path = folder / FILE_NAME
        private_folder(folder)
        self._connection = _opened(self._path, database_key, patience_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def waive(self, waiver: Waiver, *, actor: str) -> None:
        """Accept one failure until a day; replaces the waiver in force on the same finding."""
        with self._change(waiver.decided_at, actor, "waive", waiver.check_id, waiver.object_id) as execute:
            execute(
                "UPDATE waivers SET revoked_at = ? WHERE check_id = ? AND object_id = ? AND revoked_at IS NULL",
                (waiver.decided_at.isoformat(), waiver.check_id, waiver.object_id),
            )
            execute(
                "INSERT INTO waivers (check_id, object_id, reason, approved_by, decided_at, until, condition)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    waiver.check_id,
                    waiver.object_id,
                    waiver.reason,
                    waiver.approved_by,
                    waiver.decided_at.isoformat(),
                    waiver.until.isoformat(),
                    canonical(waiver.condition),
                ),
            )

    def revoke_waiver(self, check_id: str, object_id: str, *, actor: str, at: datetime) -> None:
        """Take a waiver back; without one in force only the attempt is recorded."""
        with self._change(at, actor, "revoke_waiver", check_id, object_id) as execute:
            execute(
                "UPDATE waivers SET revoked_at = ? WHERE check_id = ? AND object_id = ? AND revoked_at IS NULL",
                (at.isoformat(), check_id, object_id),
            )

    def waivers(self) -> list[Waiver]:
        """Return every waiver that was not taken back, expired ones too, oldest first."""
        return [
            Waiver(
                check_id=row[0],
                object_id=row[1],
                reason=row[2],
                approved_by=row[3],
                decided_at=datetime.fromisoformat(row[4]),
                until=date.fromisoformat(row[5]),
                condition=json.loads(row[6]),
            )
            for row in self.rows(
                "SELECT check_id, object_id, reason, approved_by, decided_at, until, condition"
                " FROM waivers WHERE revoked_at IS NULL ORDER BY id"
            )
        ]

    def set_work(self, work: FindingWork) -> None:
        """Record what is being done about one finding."""
        with self._change(
            work.changed_at, work.changed_by, "set_work", work.check_id, work.object_id, status=work.status.value
        ) as execute:
            execute(
                "INSERT OR REPLACE INTO finding_status VALUES (?, ?, ?, ?, ?, ?)",
                (work.check_id, work.object_id, work.status, work.note, work.changed_by, work.changed_at.isoformat()),
            )

    def work(self) -> list[FindingWork]:
        """Return the work on every finding that has any, by check and object."""
        rows = self.rows(
            "SELECT check_id, object_id, status, note, changed_by, changed_at FROM finding_status"
            " ORDER BY check_id, object_id"
        )
        return [FindingWork(r[0], r[1], WorkStatus(r[2]), r[3], r[4], datetime.fromisoformat(r[5])) for r in rows]

    def answer(self, answer: Answer) -> None:
        """Record the answer to one question of the insurer."""
        with self._change(answer.answered_at, answer.answered_by, "answer", answer.question_id) as execute:
            execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                (
                    answer.question_id,
                    answer.answer,
                    answer.covered_elsewhere,
                    answer.answered_by,
                    answer.answered_at.isoformat(),
                ),
            )

    def answers(self) -> list[Answer]:
        """Return every answer, by question."""
        rows = self.rows(
            "SELECT question_id, answer, covered_elsewhere, answered_by, answered_at FROM answers ORDER BY question_id"
        )
        return [Answer(r[0], r[1], r[2], r[3], datetime.fromisoformat(r[4])) for r in rows]

    def attest(self, attestation: Attestation) -> None:
        """Record what the firm vouches for."""
        with self._change(attestation.attested_at, attestation.attested_by, "attest", attestation.check_id) as execute:
            execute(
                "INSERT OR REPLACE INTO attestations VALUES (?, ?, ?, ?, ?)",
                (
                    attestation.check_id,
                    attestation.reference,
                    attestation.attested_by,
                    attestation.attested_at.isoformat(),
                    attestation.until.isoformat(),
                ),
            )

    def attestations(self, on: date) -> list[Attestation]:
        """Return the attestations that count on a day, by check."""
        rows = self.rows(
            "SELECT check_id, reference, attested_by, attested_at, until FROM attestations"
            " WHERE until >= ? ORDER BY check_id",
            (on.isoformat(),),
        )
        return [Attestation(r[0], r[1], r[2], datetime.fromisoformat(r[3]), date.fromisoformat(r[4])) for r in rows]

    def note_output(self, path: Path, *, actor: str, at: datetime) -> None:
        """Remember a file with this firm's data that was written outside the data folder."""
        with self._change(at, actor, "write", str(path)) as execute:
            execute("INSERT OR REPLACE INTO outputs VALUES (?, ?)", (str(path), at.isoformat()))

    def outputs(self) -> list[Path]:
        """Return every file that `note_output` was told of, there or not, by path."""
        return [Path(row[0]) for row in self.rows("SELECT path FROM outputs ORDER BY path")]

    def audit_trail(self) -> list[AuditEntry]:
        """Return every change, oldest first."""
        rows = self.rows("SELECT at, actor, action, subject, details FROM audit_trail ORDER BY id")
        return [AuditEntry(datetime.fromisoformat(r[0]), r[1], r[2], r[3], json.loads(r[4])) for r in rows]

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Return what a query of the modules of this folder answers."""
        return list(self._connection.execute(sql, parameters))

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """Run the block's statements all or none, with no other process writing in between."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            yield execute
        except BaseException:
            execute("ROLLBACK")
            raise
        execute("COMMIT")

    @contextmanager
    def _change(self, at: datetime, actor: str, action: str, *subject: str, **details: str) -> Iterator[Execute]:
        with self.transaction() as execute:
            yield execute
            write_trail(execute, AuditEntry(at, actor, action, " ".join(subject), details))


def _opened(path: Path, database_key: str, patience_s: float) -> Any:  # noqa: ANN401 - a library without types
    """Return a connection; SQLite itself does not wait for a process that closes the file at this very moment."""
    end = time.monotonic() + patience_s
    while True:
        try:
            return _connected(path, database_key, patience_s)
        except sqlcipher.DatabaseError as error:
            if not (isinstance(error, sqlcipher.OperationalError) and "locked" in str(error)):
                raise StoreUnusable(
                    f"{path} is damaged or belongs to another key: restore it from a backup."
                ) from error
            if time.monotonic() > end:
                raise StoreUnusable(f"{path} is in use by another process: try again when it has ended.") from error
        time.sleep(_AGAIN_S)


def _connected(path: Path, database_key: str, patience_s: float) -> Any:  # noqa: ANN401 - the same
    connection = sqlcipher.connect(str(path), timeout=patience_s, isolation_level=None)
    try:
        connection.execute(f"PRAGMA key = \"x'{database_key}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        migrate(connection, path, _MIGRATIONS)
    except BaseException:
        connection.close()
        raise
    return connection


def write_trail(execute: Execute, entry: AuditEntry) -> None:
    """Add a line to the audit trail, in the transaction of what it tells."""
    execute(
        "INSERT INTO audit_trail (at, actor, action, subject, details) VALUES (?, ?, ?, ?, ?)",
        (entry.at.isoformat(), entry.actor, entry.action, entry.subject, canonical(entry.details)),
    )


def canonical(value: Mapping[str, object]) -> str:
    """Return JSON with sorted keys: equal content, equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
