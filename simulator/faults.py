"""Scripted faults: what goes wrong, on which request, how often."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What goes wrong."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    UNLICENSED = "unlicensed"
    """The endpoint's own way to say that a licence is missing."""
    NOT_FOUND = "not_found"
    THROTTLED = "throttled"
    THROTTLED_IN_BATCH = "throttled_in_batch"
    """429 of one part inside an answered batch."""
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    """No answer, until the client gives up."""
    DRIPPING = "dripping"
    """The body comes one byte at a time."""
    DROPPED = "dropped"
    """The connection closes in the middle of the body."""
    TRUNCATED = "truncated"
    """A complete HTTP answer whose JSON is cut."""
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    """JSON, but a list."""
    REPEATED_NEXT_LINK = "repeated_next_link"
    FOREIGN_NEXT_LINK = "foreign_next_link"
    """The continuation names another host."""
    FOREIGN_PORT_NEXT_LINK = "foreign_port_next_link"
    """The continuation names another port of the same host."""
    EMPTY_PAGE_WITH_NEXT_LINK = "empty_page_with_next_link"
    """No rows yet; the rows come with the next page."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault.

    The faults of the wire (`timeout`, `dripping`, `dropped`) on a part of a batch befall
    the answer that carries the part.
    """

    kind: FaultKind
    path: str
    """Pattern over `v1.0/…`, `beta/…`, `login/…`, `exchange/<cmdlet>`, `sharepoint/SPO.Tenant` or `dns/<name>/<type>`,
    e.g. `v1.0/users*` or `exchange/Get-Mailbox`; a batch itself is `v1.0/$batch`."""
    times: int | None = 1
    """How often it strikes; None: always."""
    skip: int = 0
    """How many matching requests go well before it strikes: 1 spares the first page."""
    retry_after: str | None = None
    """`Retry-After` of a 429 or 503: seconds or an HTTP date."""
    in_batch: bool = False
    """Strike parts of batches only; else parts and requests of their own alike."""


class FaultScript:
    """The faults that are still to strike; can be changed while the simulator runs."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.fired: list[Fault] = []
        """Every strike so far, in order."""
        self._lock = threading.Lock()
        self._pending: list[_Pending] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Script one more fault; earlier ones strike first."""
        with self._lock:
            self._pending.append(_Pending(fault, fault.skip, fault.times))

    def clear(self) -> None:
        """Forget what has not struck yet."""
        with self._lock:
            self._pending.clear()

    def strike(self, path: str, *, in_batch: bool) -> Fault | None:
        """Return the fault that befalls a request, None if it goes well."""
        if not self._pending:
            return None
        with self._lock:
            for pending in self._pending:
                if pending.matches(path, in_batch=in_batch) and pending.is_due():
                    self.fired.append(pending.fault)
                    return pending.fault
        return None


@dataclass(slots=True)
class _Pending:
    fault: Fault
    spared: int
    left: int | None

    def matches(self, path: str, *, in_batch: bool) -> bool:
        only_parts = self.fault.in_batch or self.fault.kind is FaultKind.THROTTLED_IN_BATCH
        return (in_batch or not only_parts) and self.left != 0 and fnmatchcase(path, self.fault.path)

    def is_due(self) -> bool:
        """Count one matching request; tell whether the fault strikes it."""
        if self.spared > 0:
            self.spared -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True
