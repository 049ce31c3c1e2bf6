"""One sheet: a title, some lines, one table that can be filtered, read and printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from m365_posture.texts import mark
from reports.view_models.wording import Wording
from reports.workbook.cells import TITLE_FONT, Value, body_cell, header_cell, plain_cell

_A4: Final = 9
_MARGIN: Final = 0.4
"""In inches; above the footer twice as much."""
_LINE_HEIGHT: Final = 15.0
_HIGHEST: Final = 405.0
"""A spreadsheet shows no row higher than 409 points."""
_FILLED: Final = 0.95
"""How much of a line words fill before one is moved to the next."""
_INDENT: Final = 1.5
"""What the indent of a cell takes of its width, in characters."""
_PAGE: Final = mark("Page {page} of {pages}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table."""

    heading: str
    """English source text."""
    width: float
    """In characters."""
    is_printed: bool = True
    """Columns that are not come after those that are."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A value on a coloured ground."""

    value: Value
    fill: PatternFill


@dataclass(frozen=True, slots=True)
class Choice:
    """A column whose cells offer a list to choose from; something else can be typed too."""

    column: int
    """From 0."""
    options: tuple[str, ...]


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
    choice: Choice | None = None
    lead: Sequence[Row] = ()
    """Short rows above the table, which can run over the empty cells on their right."""


def add_sheet(workbook: Workbook, sheet: Sheet, wording: Wording, firm: str) -> None:
    """Write `sheet` at the end of a write-only workbook."""
    written = workbook.create_sheet(sheet.name)
    header_row = len(sheet.notes) + len(sheet.lead) + 3
    for number, column in enumerate(sheet.columns, 1):
        written.column_dimensions[get_column_letter(number)].width = column.width
    written.freeze_panes = f"{get_column_letter(sheet.frozen_columns + 1)}{header_row + 1}"
    _set_up_print(written, header_row, wording, firm)
    written.append([plain_cell(written, sheet.title, TITLE_FONT)])
    for note in sheet.notes:
        written.append([plain_cell(written, note)])
    for row in sheet.lead:
        written.append([_lead_cell(written, value) for value in row])
    written.append([])
    headings = [wording.text(column.heading) for column in sheet.columns]
    written.row_dimensions[header_row].height = _height(headings, sheet.columns)
    written.append([header_cell(written, heading) for heading in headings])
    for number, row in enumerate(sheet.rows, header_row + 1):
        written.row_dimensions[number].height = _height(row, sheet.columns)
        written.append([_cell(written, value) for value in row])
    last_row = header_row + len(sheet.rows)
    printed = sum(column.is_printed for column in sheet.columns)
    if sheet.choice and sheet.rows:
        _offer(written, sheet.choice, header_row + 1, last_row)
    written.auto_filter.ref = f"A{header_row}:{get_column_letter(len(sheet.columns))}{last_row}"
    written.print_area = f"A1:{get_column_letter(printed)}{last_row}"


def _offer(written: WriteOnlyWorksheet, choice: Choice, first_row: int, last_row: int) -> None:
    # The list stands in the formula itself, where a comma ends an option.
    options = ",".join(option.replace(",", " ") for option in choice.options)
    offer = DataValidation(type="list", formula1=f'"{options}"', allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(choice.column + 1)
    offer.add(f"{letter}{first_row}:{letter}{last_row}")
    written.data_validations.append(offer)


def _height(row: Row, columns: Sequence[Column]) -> float:
    """Return a row height, in points, at which wrapped text is seen in full: not every program finds it by itself."""
    values = [value.value if isinstance(value, Styled) else value for value in row]
    lines = max(_lines(value, column.width) for value, column in zip(values, columns, strict=True))
    return min(lines * _LINE_HEIGHT, _HIGHEST)


def _lines(value: Value, width: float) -> int:
    if not isinstance(value, str):
        return 1
    room = (width - _INDENT) * _FILLED
    return sum(max(1, ceil(len(line) / room)) for line in value.split("\n"))


def _cell(written: WriteOnlyWorksheet, value: Value | Styled) -> object:
    return body_cell(written, value.value, value.fill) if isinstance(value, Styled) else body_cell(written, value)


def _lead_cell(written: WriteOnlyWorksheet, value: Value | Styled) -> object:
    return body_cell(written, value.value, value.fill) if isinstance(value, Styled) else plain_cell(written, value)


def _set_up_print(written: WriteOnlyWorksheet, header_row: int, wording: Wording, firm: str) -> None:
    setup = written.page_setup
    setup.orientation, setup.paperSize, setup.fitToWidth, setup.fitToHeight = "landscape", _A4, 1, 0
    written.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    written.page_margins = PageMargins(
        left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=2 * _MARGIN, header=_MARGIN, footer=_MARGIN
    )
    written.print_title_rows = f"{header_row}:{header_row}"
    # In a footer `&` starts a code; a firm called "De Smedt & Zonen" must come out as it is.
    written.oddFooter.left.text = firm.replace("&", "&&")
    written.oddFooter.right.text = wording.text(_PAGE, page="&P", pages="&N")
