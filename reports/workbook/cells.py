"""Cells: text is data whatever it says, and colour never stands alone."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from checks.model import Severity, Verdict

Value = str | int | datetime | None

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot hold."""
_LOOKS_LIKE_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_LONGEST_TEXT: Final = 32_767
_ELLIPSIS: Final = " […]"
_DATE_FORMAT: Final = "yyyy-mm-dd"
"""The cell holds the time of day too; on paper the day is enough."""
_FONT: Final = "Calibri"
"""A font without a name is printed in whatever the reader's program likes."""

_TEXT: Final = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
_NUMBER: Final = Alignment(horizontal="right", vertical="top", wrap_text=True, indent=1)
_LINE: Final = Border(bottom=Side(style="hair", color="FFB0B0B0"))
_HEADER_FILL: Final = PatternFill("solid", fgColor="FF1F3A5F")
_HEADER_FONT: Final = Font(name=_FONT, size=11, bold=True, color="FFFFFFFF")
TITLE_FONT: Final = Font(name=_FONT, size=14, bold=True)


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=f"FF{colour}")


SEVERITY_FILLS: Final[Mapping[Severity, PatternFill]] = MappingProxyType(
    {
        Severity.CRITICAL: _fill("F4B6B6"),
        Severity.HIGH: _fill("F9D5A7"),
        Severity.MEDIUM: _fill("FBEFB0"),
        Severity.LOW: _fill("DCE9F7"),
        Severity.INFO: _fill("EDEDED"),
    }
)
VERDICT_FILLS: Final[Mapping[Verdict, PatternFill]] = MappingProxyType(
    {
        Verdict.FAIL: _fill("F4B6B6"),
        Verdict.NOT_ASSESSED: _fill("D9D2E9"),
        Verdict.PASS: _fill("CFE8CF"),
        Verdict.ATTESTED: _fill("DCE9F7"),
        Verdict.NOT_APPLICABLE: _fill("EDEDED"),
    }
)
NOT_READ_FILL: Final = _fill("D9D2E9")
GOOD_FILL: Final = _fill("CFE8CF")
BAD_FILL: Final = _fill("F4B6B6")
HALF_FILL: Final = _fill("FBEFB0")
QUIET_FILL: Final = _fill("EDEDED")


def writable(text: str) -> str:
    """Return `text` with what a workbook cannot hold replaced, cut visibly where it is too long."""
    clean = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return clean if len(clean) <= _LONGEST_TEXT else clean[: _LONGEST_TEXT - len(_ELLIPSIS)] + _ELLIPSIS


def body_cell(sheet: WriteOnlyWorksheet, value: Value, fill: PatternFill | None = None) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Return a cell of a table."""
    cell = plain_cell(sheet, value)
    cell.alignment = _NUMBER if isinstance(value, int) else _TEXT
    cell.border = _LINE
    if fill is not None:
        cell.fill = fill
    return cell


def header_cell(sheet: WriteOnlyWorksheet, text: str) -> Any:  # noqa: ANN401 - the same
    """Return a cell of a table's first row."""
    cell = plain_cell(sheet, text)
    cell.alignment = _TEXT
    cell.fill = _HEADER_FILL
    cell.font = _HEADER_FONT
    return cell


def plain_cell(sheet: WriteOnlyWorksheet, value: Value, font: Font | None = None) -> Any:  # noqa: ANN401 - the same
    """Return a cell without a frame; text stays text, also when it looks like a formula."""
    if isinstance(value, str):
        text = writable(value)
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        # Without it a spreadsheet would take the text for a formula when somebody edits the cell.
        cell.quotePrefix = text.startswith(_LOOKS_LIKE_A_FORMULA)
    else:
        cell = WriteOnlyCell(sheet, value)
    if isinstance(value, datetime):
        cell.number_format = _DATE_FORMAT
    if font is not None:
        cell.font = font
    return cell
