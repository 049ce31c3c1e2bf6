"""Reads workbooks back as a reader's program would."""

from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.view_models.report import Report
from reports.workbook.build import workbook_bytes


def read_back(report: Report) -> Workbook:
    return load_workbook(BytesIO(workbook_bytes(report)))


def table(sheet: Worksheet) -> list[dict[str, object]]:
    """Return the rows below the header, by heading."""
    first, last = (int("".join(filter(str.isdigit, cell))) for cell in sheet.auto_filter.ref.split(":"))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=last)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
