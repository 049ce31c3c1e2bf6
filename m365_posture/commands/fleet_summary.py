"""What became of many tenants, told at the end: a line for each, and what to do about those that were not scanned."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from checks.model import Severity, Verdict
from m365_posture.commands.told import MARK, NOT_SENT
from m365_posture.exits import Exit
from m365_posture.fleet import Child

_NOTHING_TOLD: Final = "it ended without a word"


def summary_of(children: Sequence[Child]) -> list[str]:
    """Return the lines of the summary.

    Args:
        children: How each scan ended, in the order in which they are told.
    """
    width = max((len(child.slug) for child in children), default=0)
    failed = [child for child in children if not is_scanned(child)]
    tenants = [f"  {child.slug:{width}}  {_told(child)}" for child in children]
    signals = [line for child in children for line in _signals(child)]
    return [f"Summary of {len(children)} tenants:", *tenants, _total(children), *signals, *_to_do(failed)]


def _total(children: Sequence[Child]) -> str:
    scanned = [child for child in children if is_scanned(child)]
    gaps = sum(child.code == Exit.INCOMPLETE and not _is_unsent(child) for child in scanned)
    unsent = sum(map(_is_unsent, scanned))
    untold = f", {unsent} with signals not sent everywhere" if unsent else ""
    failing = _failing([row for child in scanned for row in _checks(child)]) or "none"
    missing = len(children) - len(scanned)
    return (
        f"{len(scanned)} scanned, {gaps} of them with incomplete coverage{untold}; {missing} not scanned. "
        f"Failing checks: {failing}."
    )


def is_scanned(child: Child) -> bool:
    """Tell whether a child read and judged its tenant: it can have ended badly only after that."""
    return bool(child.lines) and child.code in {Exit.DONE, Exit.FINDINGS, Exit.INCOMPLETE}


def _told(child: Child) -> str:
    if not is_scanned(child):
        lines = [line for line in child.messages.splitlines() if line.strip()]
        return f"NOT SCANNED: {lines[-1] if lines else _NOTHING_TOLD}"
    checks = _checks(child)
    unknown = sum(row["status"] == Verdict.NOT_ASSESSED for row in checks)
    # a child that could not tell somebody ends like one that could not read something
    why = "coverage incomplete or signals not sent" if _is_unsent(child) else "coverage incomplete"
    coverage = f", {why}" if child.code == Exit.INCOMPLETE else ""
    return f"failing: {_failing(checks) or 'none'}; not assessed: {unknown} of {len(checks)}{coverage}"


def _signals(child: Child) -> list[str]:
    """Return the line that a child told of signals to examine."""
    return [line for line in child.messages.splitlines() if line.startswith(f"{child.slug}: {MARK}:")]


def _is_unsent(child: Child) -> bool:
    return any(NOT_SENT in line for line in _signals(child))


def _checks(child: Child) -> list[Mapping[str, Any]]:
    rows = [json.loads(line) for line in child.lines]
    return [row for row in rows if row["object_id"] is None]


def _failing(checks: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(row["severity"] for row in checks if row["status"] == Verdict.FAIL)
    return ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])


def _to_do(failed: Sequence[Child]) -> list[str]:
    if not failed:
        return []
    slugs = " ".join(child.slug for child in failed)
    return [f"Do what each line says, then scan these again: m365-posture scan --resume {slugs}"]
