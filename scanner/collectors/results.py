"""What a collector says of its table, and how that stands in the journal."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from scanner.collectors.rows import JsonObject
from scanner.collectors.states import mend_of, reason_of, state_of
from scanner.snapshot.ledger import Basis, GroupCoverage, TableState
from scanner.transport.errors import AuthenticationFailed, Denied, ReadError, RequestRefused, Unlicensed

NEWEST_EVENT: Final = "newest_event"
"""Kind of the watermark that `Result.newest_event` becomes."""

_MOMENTS: Final = ("newest_event", "read_since")
"""Fields of a result that are instants."""
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """One object that a table should cover and that could not be read."""

    object_id: str
    state: TableState
    reason: str
    mend: str

    @classmethod
    def of(cls, object_id: str, error: ReadError) -> "Failure":
        """Return the failure of `object_id`; an error that ends the scan is raised on.

        Raises:
            AuthenticationFailed: There is no token any more.
        """
        if isinstance(error, AuthenticationFailed):
            raise error
        _note(error)
        return cls(object_id, state_of(error), reason_of(error), mend_of(error))


@dataclass(frozen=True, slots=True)
class Result:
    """What a collector says of its table, for the ledger."""

    state: TableState = TableState.COMPLETE
    basis: Basis = Basis.FULL
    reason: str = ""
    mend: str = ""
    groups: Mapping[str, GroupCoverage] = field(default_factory=dict)
    """Column groups that were not read with the table."""
    objects_read: int | None = None
    """Mailboxes or drives; None where the table is read in one listing."""
    failures: tuple[Failure, ...] = ()
    group_failures: Mapping[str, tuple[Failure, ...]] = field(default_factory=dict)
    """Objects of which a column group could not be read, by group."""
    newest_event: datetime | None = None
    """Up to when a log is known without a hole; the next scan continues from there."""
    read_since: datetime | None = None
    """Since when this scan read everything of a log."""

    @property
    def objects_failed(self) -> int | None:
        """How many objects could not be read; None where the table is read in one listing."""
        return None if self.objects_read is None else len(self.failures)

    @property
    def as_group(self) -> GroupCoverage:
        """The ledger's line of a column group whose reading went like this."""
        return GroupCoverage(self.state, self.reason, self.mend)

    @property
    def unread(self) -> dict[str, tuple[Failure, ...]]:
        """What could not be read, by the suffix under which `unread_objects` names the part of the table."""
        return {"": self.failures, **{f".{group}": failures for group, failures in self.group_failures.items()}}

    @property
    def objects_expected(self) -> int | None:
        """How many objects there are to read; None where the table is read in one listing."""
        return None if self.objects_read is None else self.objects_read + len(self.failures)


def result_of_error(error: ReadError, **more: Any) -> Result:  # noqa: ANN401 - fields of Result
    """Return the result of a table that `error` stopped before its first complete unit.

    Raises:
        AuthenticationFailed: There is no token any more; that ends the scan.
    """
    if isinstance(error, AuthenticationFailed):
        raise error
    _note(error)
    return Result(state_of(error), reason=reason_of(error), mend=mend_of(error), **more)


def _note(error: ReadError) -> None:
    """Log an error by how odd it is: a licence that is not owned is no news, a refusal may be an attack."""
    levels = {Denied: logging.INFO, Unlicensed: logging.INFO, RequestRefused: logging.ERROR}
    _LOG.log(levels.get(type(error), logging.WARNING), "not read: %s", error)


def result_of_objects(
    read: int,
    failures: Sequence[Failure],
    *,
    has_rows: bool = False,
    **more: Any,  # noqa: ANN401 - fields of Result
) -> Result:
    """Return the result of a table that is read object by object.

    Args:
        read: How many objects were read.
        failures: The others.
        has_rows: Whether objects that failed left rows that are true.
        more: Further fields of the result.

    Returns:
        Partial when something was read. Otherwise the state that all failures share, e.g.
        denied, or failed where they differ.
    """
    counted = {**more, "objects_read": read, "failures": tuple(failures)}
    if not failures:
        return Result(**counted)
    first = next((failure for failure in failures if failure.state is TableState.FAILED), failures[0])
    state = TableState.PARTIAL if read or has_rows else first.state
    return Result(state, reason=first.reason, mend=first.mend, **counted)


def document_of(result: Result) -> JsonObject:
    """Return `result` as JSON data, without names except those of domains that were not read."""
    moments = {name: getattr(result, name) for name in _MOMENTS}
    return {**asdict(result), **{name: moment and moment.isoformat() for name, moment in moments.items()}}


def result_of_document(document: Mapping[str, Any]) -> Result:
    """Return the result that `document_of` described."""
    moments = {name: document[name] for name in _MOMENTS}
    return Result(
        **{
            **document,
            "state": TableState(document["state"]),
            "basis": Basis(document["basis"]),
            "groups": {name: _group(group) for name, group in document["groups"].items()},
            "failures": _failures(document["failures"]),
            "group_failures": {name: _failures(found) for name, found in document["group_failures"].items()},
            **{name: datetime.fromisoformat(moment) if moment else None for name, moment in moments.items()},
        }
    )


def _failures(documents: Sequence[Mapping[str, Any]]) -> tuple[Failure, ...]:
    return tuple(failure_of_document(document) for document in documents)


def failure_of_document(document: Mapping[str, Any]) -> Failure:
    """Return the failure that its fields, as JSON data, describe."""
    return Failure(**{**document, "state": TableState(document["state"])})


def _group(document: Mapping[str, Any]) -> GroupCoverage:
    return GroupCoverage(**{**document, "state": TableState(document["state"])})
