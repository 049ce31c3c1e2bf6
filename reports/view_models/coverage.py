"""What was read of the tenant and what was not, in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from checks.model import Gap
from m365_posture.texts import mark
from reports.view_models.report import Report
from reports.view_models.wording import STATES, Wording
from scanner.snapshot.ledger import Basis, Coverage, GroupCoverage, TableState, left_out

_INTERNAL: Final = frozenset({"watermarks", "unread_objects"})
"""Tables for the next scan; no firm asks for them."""

_OBJECTS: Final = mark("{failed} of {expected} could not be read")
_FULL: Final = mark("Everything")
_INCREMENTAL: Final = mark("What changed since the previous scan, added to what was known")


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """How one table, or one column group of it, was read."""

    need: str
    """Its code, e.g. `users.sign_in_activity`."""
    name: str
    state: TableState
    state_text: str
    missing: str
    """How much is missing, where that is known."""
    mend: str
    reason: str
    """The code that Microsoft or the scanner gave."""
    rows: int | None
    """None for a column group."""
    basis: str
    requests: int | None
    """None for a column group, which is read with its table."""
    seconds: float | None
    endpoints: tuple[str, ...]
    """What was asked, e.g. `v1.0/users`."""
    was_left_out: bool
    """Nobody asked for it: its pack is off, or the scan was one of other areas."""

    @property
    def is_read(self) -> bool:
        """Whether nothing of it is missing."""
        return self.state is TableState.COMPLETE


@dataclass(frozen=True, slots=True)
class CoverageView:
    """The whole ledger."""

    lines: tuple[CoverageLine, ...]
    headline: str
    read_at: datetime
    """On the firm's clock."""

    @property
    def gaps(self) -> tuple[CoverageLine, ...]:
        """What was wanted and not read, or only in part."""
        return tuple(line for line in self.lines if not line.is_read and not line.was_left_out)

    @property
    def left_out(self) -> tuple[CoverageLine, ...]:
        """What nobody asked for."""
        return tuple(line for line in self.lines if line.was_left_out)

    @property
    def read(self) -> tuple[CoverageLine, ...]:
        """What was read completely."""
        return tuple(line for line in self.lines if line.is_read)


def coverage_view(report: Report) -> CoverageView:
    """Return the ledger, a line per table and per column group that was not read with it."""
    wording = report.wording
    lines = tuple(_lines(report.coverage, wording))
    return CoverageView(lines, headline(lines, wording), wording.local(report.finished_at))


def headline(lines: tuple[CoverageLine, ...], wording: Wording) -> str:
    """Return one sentence that never hides that something is missing."""
    missing = sum(line.state is not TableState.COMPLETE for line in lines)
    if not missing:
        return wording.text(mark("Everything that was asked for was read."))
    return wording.text(
        mark(
            "Not read, or only in part: {missing} of {all} parts of the tenant. What depends on them is not assessed."
        ),
        missing=missing,
        all=len(lines),
    )


def gap_sentence(gap: Gap, wording: Wording) -> str:
    """Return what a check missed, why, and what would mend it."""
    state = wording.text(STATES[gap.state])
    missing = wording.labelled(wording.need(gap.need), f"{state[:1].lower()}{state[1:]}")
    return f"{missing}. {wording.mend(gap.mend, gap.state)}"


def _lines(coverage: Mapping[str, Coverage], wording: Wording) -> Iterator[CoverageLine]:
    for table, entry in coverage.items():
        if table in _INTERNAL:
            continue
        yield _line(table, entry, wording, entry)
        for group, state in entry.groups.items():
            if state.state is not entry.state:
                yield _line(f"{table}.{group}", state, wording, None)


def _line(need: str, entry: Coverage | GroupCoverage, wording: Wording, table: Coverage | None) -> CoverageLine:
    return CoverageLine(
        need=need,
        name=wording.need(need),
        state=entry.state,
        state_text=wording.text(STATES[entry.state]),
        missing=_missing(table, wording) if table else "",
        mend=wording.mend(entry.mend, entry.state),
        reason=entry.reason,
        rows=table.rows if table and entry.state.delivers_rows else None,
        basis=_basis(table, wording) if table and entry.state.delivers_rows else "",
        requests=table.requests if table else None,
        seconds=table.seconds if table else None,
        endpoints=table.endpoints if table else (),
        was_left_out=left_out(entry),
    )


def _missing(table: Coverage, wording: Wording) -> str:
    if not table.objects_failed:
        return ""
    return wording.text(_OBJECTS, failed=table.objects_failed, expected=table.objects_expected)


def _basis(table: Coverage, wording: Wording) -> str:
    return wording.text(_FULL if table.basis is Basis.FULL else _INCREMENTAL)
