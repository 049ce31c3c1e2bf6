"""The workbook of one tenant."""

from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from m365_posture.files import write_durably
from reports.view_models.report import Report
from reports.workbook.coverage import coverage_sheet
from reports.workbook.findings import findings_sheet
from reports.workbook.sheet import add_sheet
from reports.workbook.summary import summary_sheet


def write_workbook(report: Report, path: Path) -> None:
    """Write the workbook to `path`, whole or not at all, readable by its owner only.

    Raises:
        OSError: The folder is missing or closed, or another program keeps the file open.
    """
    content = BytesIO()
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "m365-posture"
    workbook.properties.title = report.firm
    for sheet in (summary_sheet(report), findings_sheet(report), coverage_sheet(report)):
        add_sheet(workbook, sheet, report.wording, report.firm)
    workbook.save(content)
    write_durably(path, content.getvalue())
