"""Exit codes: what a script may conclude from how a command ended."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FINDINGS = 1
    """Findings at `--fail-on` or worse."""
    USAGE = 2
    """Wrong usage or configuration; a key that is missing or wrong."""
    INCOMPLETE = 3
    """No such finding, but coverage is incomplete."""
    SIGN_IN = 4
    """A tenant did not let the app in."""
    STORED = 5
    """Stored data is unusable, or another scan holds the tenant."""
    BUG = 70
    """Not one of ours: please report it."""


_FIRST_THAT_APPLIES: Final = (
    Exit.BUG,
    Exit.USAGE,
    Exit.STORED,
    Exit.SIGN_IN,
    Exit.FINDINGS,
    Exit.INCOMPLETE,
    Exit.DONE,
)

_INCOMPLETE: Final = frozenset({TableState.PARTIAL, TableState.FAILED, TableState.PURGED})
_INCOMPLETE_IF_STRICT: Final = frozenset({TableState.DENIED, TableState.UNLICENSED, TableState.SKIPPED})
"""A permission that was not granted, a licence that is not owned, a pack that is off, what Graph never gives."""
_OTHER_AREA: Final = "rescan"
"""What mends a table that `--only` left out: whoever named other areas does not miss it."""


def not_read(tables: Mapping[str, Coverage], *, strict: bool) -> list[str]:
    """Return the tables and column groups that make coverage incomplete.

    Args:
        tables: Ledger by table.
        strict: Count also what was not granted, not licensed, switched off with its pack, or what this source
            never gives.
    """
    return [need for need, entry in _entries(tables) if _counts(entry, strict=strict)]


def _entries(tables: Mapping[str, Coverage]) -> list[tuple[str, Coverage | GroupCoverage]]:
    groups = [(f"{name}.{group}", state) for name, table in tables.items() for group, state in table.groups.items()]
    return [*tables.items(), *groups]


def _counts(entry: Coverage | GroupCoverage, *, strict: bool) -> bool:
    other_area = entry.state is TableState.SKIPPED and entry.mend == _OTHER_AREA
    return entry.state in _INCOMPLETE or (strict and entry.state in _INCOMPLETE_IF_STRICT and not other_area)


def first_that_applies(codes: Iterable[int]) -> Exit:
    """Return the exit code of several scans together; one that nobody knows is a bug."""
    known = {Exit(code) if code in list(Exit) else Exit.BUG for code in codes}
    return next((code for code in _FIRST_THAT_APPLIES if code in known), Exit.DONE)


def expected(error: BaseException) -> tuple[Exit, str] | None:
    """Return exit code and sentence of an error that a user can mend, None for a bug."""
    from m365_posture.config import ConfigError  # noqa: PLC0415 - only a command that failed needs these
    from m365_posture.keys import KeyUnusable  # noqa: PLC0415 - the same
    from m365_posture.locks import TenantLocked  # noqa: PLC0415 - the same
    from scanner.imports.errors import ImportUnusable  # noqa: PLC0415 - the same
    from scanner.snapshot.errors import SnapshotError, WrongKey  # noqa: PLC0415 - the same
    from scanner.transport.errors import AuthenticationFailed  # noqa: PLC0415 - the same
    from store.errors import StoreUnusable  # noqa: PLC0415 - the same
    from store.viewer import NotAllowed  # noqa: PLC0415 - the same

    match error:
        case ConfigError() | ImportUnusable() | KeyUnusable() | WrongKey() | NotAllowed():
            return Exit.USAGE, str(error)
        case SnapshotError() | StoreUnusable() | TenantLocked():
            return Exit.STORED, str(error)
        case AuthenticationFailed():
            return Exit.SIGN_IN, error.sentence or f"Sign-in failed ({error.code}): check the app's credential."
        case _:
            return None
