"""One sheet: a title, some lines, one table that can be filtered, read and printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from m365_posture.texts import mark
from reports.view_models.wording import Wording
from reports.workbook.cells import TITLE_FONT, Value, body_cell, header_cell, plain_cell

_A4: Final = 9
_PAGE: Final = mark("Page {page} of {pages}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table."""

    heading: str
    """English source text."""
    width: float
    """In characters."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A value on a coloured ground."""

    value: Value
    fill: PatternFill


Row = Sequence[Value | Styled]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a sheet."""

    name: str
    """At most 31 characters, translated."""
    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Row]
    frozen_columns: int = 1


def add_sheet(workbook: Workbook, sheet: Sheet, wording: Wording, firm: str) -> None:
    """Write `sheet` at the end of a write-only workbook."""
    written = workbook.create_sheet(sheet.name)
    header_row = len(sheet.notes) + 3
    for number, column in enumerate(sheet.columns, 1):
        written.column_dimensions[get_column_letter(number)].width = column.width
    written.freeze_panes = f"{get_column_letter(sheet.frozen_columns + 1)}{header_row + 1}"
    _set_up_print(written, header_row, wording, firm)
    written.append([plain_cell(written, sheet.title, TITLE_FONT)])
    for note in sheet.notes:
        written.append([plain_cell(written, note)])
    written.append([])
    written.append([header_cell(written, wording.text(column.heading)) for column in sheet.columns])
    for row in sheet.rows:
        written.append([_cell(written, value) for value in row])
    last_cell = f"{get_column_letter(len(sheet.columns))}{header_row + len(sheet.rows)}"
    written.auto_filter.ref = f"A{header_row}:{last_cell}"


def _cell(written: WriteOnlyWorksheet, value: Value | Styled) -> object:
    return body_cell(written, value.value, value.fill) if isinstance(value, Styled) else body_cell(written, value)


def _set_up_print(written: WriteOnlyWorksheet, header_row: int, wording: Wording, firm: str) -> None:
    setup = written.page_setup
    setup.orientation, setup.paperSize, setup.fitToWidth, setup.fitToHeight = "landscape", _A4, 1, 0
    written.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    written.print_title_rows = f"{header_row}:{header_row}"
    # In a footer `&` starts a code; a firm called "De Smedt & Zonen" must come out as it is.
    written.oddFooter.left.text = firm.replace("&", "&&")
    written.oddFooter.right.text = wording.text(_PAGE, page="&P", pages="&N")
