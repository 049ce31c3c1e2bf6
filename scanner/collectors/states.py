"""What an error means for the coverage ledger: state, reason code, what would mend it."""

import re
from typing import Final

from scanner.snapshot.ledger import GroupCoverage, TableState
from scanner.snapshot.tables.sign_ins import SIGN_INS
from scanner.transport.errors import (
    Denied,
    Malformed,
    NotFound,
    ReadError,
    RequestRefused,
    Throttled,
    Unavailable,
    Unlicensed,
)

RESCAN: Final = "rescan"
IMPORT: Final = "import"
"""What mends a table of which only exported files tell."""
IMPORTED: Final = "imported"
"""Reason of a log of which files were imported: what they left out is not known."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_STATES: Final = {Denied: TableState.DENIED, Unlicensed: TableState.UNLICENSED}
_REASONS: Final[dict[type[ReadError], str]] = {
    Denied: "denied",
    Unlicensed: "unlicensed",
    NotFound: "not_found",
    Throttled: "throttled",
    Unavailable: "unavailable",
    Malformed: "malformed",
    RequestRefused: "refused",
}


def state_of(error: ReadError) -> TableState:
    """Return the state of a table, or column group, that `error` stopped before its first row."""
    return _STATES.get(type(error), TableState.FAILED)


def reason_of(error: ReadError) -> str:
    """Return the ledger's code for `error`: Graph's own where it is one, else ours. Never a message."""
    if isinstance(error, RequestRefused):
        return _REASONS[RequestRefused]
    return error.code if _CODE.fullmatch(error.code) else _REASONS.get(type(error), "failed")


def mend_of(error: ReadError) -> str:
    """Return what would mend `error`, as a code of the ledger."""
    match error:
        case Denied(permission=permission):
            return f"grant:{permission}"
        case Unlicensed(plan=plan):
            return f"license:{plan}"
        case _:
            return RESCAN


def group_coverage(error: ReadError) -> GroupCoverage:
    """Return the ledger's line of a column group that `error` kept from being read."""
    return GroupCoverage(state_of(error), reason_of(error), mend_of(error))


def imported_groups(mend: str) -> dict[str, GroupCoverage]:
    """Return the ledger's lines of the column groups of an imported sign-in log: not every export fills them."""
    return {group: GroupCoverage(TableState.PARTIAL, IMPORTED, mend) for group in SIGN_INS.groups}
