"""Findings as a file for a spreadsheet."""

from collections.abc import Sequence
from typing import Final

from m365_posture.csv_text import csv_bytes
from m365_posture.texts import mark
from reports.view_models.findings import FindingLine
from reports.view_models.wording import Wording

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for something older."""


def findings_csv(found: Sequence[FindingLine], wording: Wording) -> bytes:
    """Return the file: one line per finding, with everything that is known of it."""
    headings = [
        wording.text(mark("Severity")),
        wording.text(mark("Check")),
        wording.text(mark("What is checked")),
        wording.text(mark("Name")),
        wording.text(mark("Kind")),
        wording.text(mark("State")),
        wording.text(mark("What was seen")),
        wording.text(mark("What to do")),
        wording.text(mark("First seen")),
        wording.text(mark("Last seen")),
        wording.text(mark("Decision")),
        wording.text(mark("Id")),
        wording.text(mark("Fingerprint")),
    ]
    return _BYTE_ORDER_MARK + csv_bytes(headings, (_row(line) for line in found))


def _row(line: FindingLine) -> list[object]:
    return [
        line.severity_text,
        line.check_id,
        line.title,
        line.object_name,
        line.object_type,
        line.state_text,
        line.evidence,
        line.remedy,
        line.first_seen,
        line.last_seen,
        line.decision,
        line.object_id,
        line.fingerprint,
    ]
