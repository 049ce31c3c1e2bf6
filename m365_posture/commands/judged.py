"""What was judged, on standard output."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from m365_posture.commands.options import Format
from m365_posture.commands.output import say, write_bytes, write_rows
from m365_posture.exits import not_read
from scanner.snapshot.ledger import Coverage

_TABLE: Final = ("tenant", "check_id", "severity", "status", "failing", "assessed", "unknown", "at_least", "title")
_CSV: Final = (
    *_TABLE,
    "reason",
    "object_type",
    "object_id",
    "object_name",
    "evidence",
    "fingerprint",
    "evaluation",
)


def write_judged(lines: Sequence[bytes], form: Format) -> None:
    """Write the JSON lines of evaluations: as they are, or as a table of checks, a list or CSV of everything."""
    if form is Format.JSONL:
        write_bytes(lines)
        return
    rows = [json.loads(line) for line in lines]
    if form is Format.TABLE:
        write_rows([row for row in rows if row["object_id"] is None], _TABLE, form)
    else:
        write_rows(rows, _CSV, form)


def say_summary(slug: str, statuses: Iterable[str], tables: Mapping[str, Coverage]) -> None:
    """Tell a person how a tenant was judged, and never leave out what was not read."""
    counts = Counter(statuses)
    words = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(counts.items()))
    missing = not_read(tables, strict=True)
    read = f"not read or in part: {', '.join(missing)}" if missing else "everything that was asked for was read"
    say(f"{slug}: {sum(counts.values())} checks: {words}; {read}.")
