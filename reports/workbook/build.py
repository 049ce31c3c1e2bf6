"""The workbook of one tenant."""

from io import BytesIO

from openpyxl import Workbook

from reports.view_models.report import Report
from reports.workbook.action_plan import action_plan_sheet
from reports.workbook.coverage import coverage_sheet
from reports.workbook.findings import findings_sheet
from reports.workbook.mfa import mfa_sheets
from reports.workbook.sheet import add_sheet
from reports.workbook.sign_ins import sign_in_sheet
from reports.workbook.summary import summary_sheet


def workbook_bytes(report: Report) -> bytes:
    """Return the workbook of a report, as the content of an .xlsx file."""
    content = BytesIO()
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "m365-posture"
    workbook.properties.title = report.firm
    first, last = (summary_sheet(report), action_plan_sheet(report)), (findings_sheet(report), coverage_sheet(report))
    for sheet in (*first, *mfa_sheets(report), sign_in_sheet(report), *last):
        add_sheet(workbook, sheet, report.wording, report.firm)
    workbook.save(content)
    return content.getvalue()
