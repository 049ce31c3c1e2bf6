"""The workbook, read back as a reader's program would."""

import zipfile
from io import BytesIO

import pytest
from judgements import GAP, a_check, an_object, judged
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from report_builder import COMPLETE, a_report
from workbook_kit import read_back, table

from m365_posture.texts import Language
from reports.view_models.wording import Wording
from reports.workbook.build import workbook_bytes
from reports.workbook.cells import writable
from scanner.snapshot.ledger import Coverage, TableState

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-2+3",
    "\t=1",
    "<script>alert(1)</script>",
]

A4_LONG_SIDE_INCHES = 11.69
PIXELS_PER_CHARACTER = 7
"""Of the workbook's font, at 96 pixels an inch."""
SMALLEST_PRINT_POINTS = 7.3


def printed_cells(sheet: Worksheet) -> tuple[tuple[Cell, ...], ...]:
    cells: tuple[tuple[Cell, ...], ...] = sheet[sheet.print_area.rpartition("!")[2]]
    return cells


REPORT = a_report(
    judged(1, a_check(failing=["ada"], gaps=(GAP,)), a_check("EM-05", gaps=(GAP,)), a_check("SH-06")),
    coverage={"users": COMPLETE, "sign_ins": Coverage(TableState.UNLICENSED, mend="license:AAD_PREMIUM")},
)


def test_it_has_a_sheet_for_checks_actions_mfa_objects_and_what_was_read() -> None:
    assert read_back(REPORT).sheetnames == [
        "Summary",
        "Action plan",
        "MFA coverage",
        "Sign-ins",
        "Affected objects",
        "Coverage",
    ]


def test_the_verdict_stands_in_words_not_in_colour_alone() -> None:
    rows = table(read_back(REPORT)["Summary"])

    assert [(row["Check"], row["Severity"], row["Verdict"]) for row in rows] == [
        ("AC-04", "High", "Not in order"),
        ("EM-05", "High", "Not assessed"),
        ("SH-06", "High", "In order"),
    ]


def test_a_gap_says_what_would_mend_it_and_never_how_many_are_in_order() -> None:
    book = read_back(REPORT)
    gap = next(row for row in table(book["Summary"]) if row["Check"] == "EM-05")
    log = next(row for row in table(book["Coverage"]) if row["Part of the tenant"] == "Sign-in log")

    assert gap["Result"] is None
    assert "Microsoft Entra ID P1" in str(gap["What is missing, and what would mend it"])
    assert (log["How it was read"], log["Rows"]) == ("Not read: a licence is missing", None)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_data(name: str) -> None:
    report = a_report(judged(1, a_check(failing=[an_object("ada", name, display_name=name)])), firm=name)

    sheet = read_back(report)["Affected objects"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert {cell.data_type for cell in cells} <= {"s", "d", "n"}
    named = [cell for cell in cells if cell.value == name]
    assert len(named) == 1
    assert bool(named[0].quotePrefix) == (not name.startswith("<"))


def test_a_hostile_name_is_data_in_the_action_plan_too() -> None:
    report = a_report(judged(1, a_check(failing=[an_object(f"o{n}", name) for n, name in enumerate(HOSTILE)])))
    sheet = read_back(report)["Action plan"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(cell.quotePrefix for cell in cells)


def test_the_action_plan_offers_a_status_and_leaves_room_for_who_and_when() -> None:
    sheet = read_back(REPORT)["Action plan"]
    [offer] = sheet.data_validations.dataValidation
    first = table(sheet)[0]

    assert offer.formula1 == '"To do,In progress,Said to be done"'
    assert str(offer.sqref).split(":")[0] == "H6"
    assert (first["No."], first["Status"], first["Who"], first["By when"]) == (1, "To do", None, None)


def test_no_formula_and_no_link_stands_in_the_file() -> None:
    objects = [an_object(f"o{n}", name, seen=name) for n, name in enumerate(HOSTILE)]
    content = workbook_bytes(a_report(judged(1, a_check(failing=objects)), firm="=1+1"))

    with zipfile.ZipFile(BytesIO(content)) as package:
        sheets = b"".join(package.read(name) for name in package.namelist() if "worksheets" in name)
    assert b"<f>" not in sheets
    assert b"<hyperlink" not in sheets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bell\x07 and null\x00", "bell\ufffd and null\ufffd"),
        ("half a pair \ud83d", "half a pair \ufffd"),
        ("two\nlines\tand tab", "two\nlines\tand tab"),
        ("é 漢 🙂", "é 漢 🙂"),
    ],
)
def test_what_a_workbook_cannot_hold_is_replaced_visibly(text: str, expected: str) -> None:
    report = a_report(judged(1, a_check(failing=[an_object("ada", text)])))

    assert table(read_back(report)["Affected objects"])[0]["Name"] == expected


def test_a_text_that_is_too_long_is_cut_visibly() -> None:
    assert writable("x" * 32_767) == "x" * 32_767
    assert len(writable("x" * 40_000)) == 32_767
    assert writable("x" * 40_000).endswith(" […]")


@pytest.mark.parametrize("name", ["Summary", "Action plan", "MFA coverage", "Sign-ins", "Affected objects", "Coverage"])
def test_every_sheet_can_be_filtered_scrolled_and_printed(name: str) -> None:
    sheet = read_back(REPORT)[name]
    header = int("".join(filter(str.isdigit, sheet.auto_filter.ref.split(":")[0])))
    headings = [cell for cell in sheet[header] if cell.value]

    assert sheet.freeze_panes.endswith(str(header + 1))
    assert sheet.print_title_rows == f"${header}:${header}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert all(8 < sheet.column_dimensions[cell.column_letter].width <= 60 for cell in headings)
    assert all(cell.alignment.wrap_text for row in sheet.iter_rows(min_row=header) for cell in row)
    assert len({cell.value for cell in headings}) == len(headings)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("Summary", []),
        ("Action plan", ["Check", "Topic"]),
        ("MFA coverage", ["Account", "Id"]),
        ("Affected objects", ["Kind", "Id", "Fingerprint"]),
        ("Coverage", ["Code"]),
    ],
)
def test_technical_keys_stand_last_and_are_not_printed(name: str, left_out: list[str]) -> None:
    sheet = read_back(REPORT)[name]
    printed = printed_cells(sheet)
    heading = sheet[sheet.auto_filter.ref][0]

    assert [cell.value for cell in heading[len(printed[0]) :]] == left_out
    assert (printed[0][0].coordinate, printed[-1][0].row) == ("A1", sheet.max_row)


@pytest.mark.parametrize("name", ["Summary", "Action plan", "MFA coverage", "Sign-ins", "Affected objects", "Coverage"])
def test_a_printed_page_is_not_shrunk_until_nobody_can_read_it(name: str) -> None:
    sheet = read_back(REPORT)[name]
    columns = printed_cells(sheet)[0]
    width_inches = (
        sum(sheet.column_dimensions[cell.column_letter].width for cell in columns) * PIXELS_PER_CHARACTER / 96
    )
    paper_inches = A4_LONG_SIDE_INCHES - sheet.page_margins.left - sheet.page_margins.right

    assert 11 * paper_inches / width_inches > SMALLEST_PRINT_POINTS


def test_a_row_is_as_high_as_its_longest_text() -> None:
    objects = [an_object("a", "short"), an_object("b", "a long name " * 20), an_object("c", "word " * 20_000)]

    sheet = read_back(a_report(judged(1, a_check(failing=objects))))["Affected objects"]
    heights = {str(row[1].value)[:6]: sheet.row_dimensions[row[0].row].height for row in sheet.iter_rows(min_row=6)}

    assert heights["short"] < heights["a long"] < heights["word w"] <= 409


def test_times_stand_on_the_clock_of_the_firm() -> None:
    row = table(read_back(REPORT)["Affected objects"])[0]

    assert f"{row['First seen']:%Y-%m-%d %H:%M}" == "2026-11-17 05:00"


def test_a_firm_with_an_ampersand_is_printed_as_it_is() -> None:
    sheet = read_back(REPORT)["Summary"]

    assert sheet["A1"].value == "Security posture of Vermeulen & Zonen"
    assert sheet.oddFooter.left.text == "Vermeulen && Zonen"


@pytest.mark.parametrize("language", Language)
def test_every_language_has_its_own_words(language: Language) -> None:
    report = a_report(judged(1, a_check(failing=["ada"])), wording=Wording(language, "Europe/Brussels"))

    names = read_back(report).sheetnames
    expected = {
        Language.NL: [
            "Overzicht",
            "Actieplan",
            "MFA-dekking",
            "Aanmeldingen",
            "Betrokken objecten",
            "Wat gelezen werd",
        ],
        Language.FR: ["Synthèse", "Plan d'action", "Couverture MFA", "Connexions", "Objets concernés", "Couverture"],
        Language.EN: ["Summary", "Action plan", "MFA coverage", "Sign-ins", "Affected objects", "Coverage"],
    }
    assert names == expected[language]


def test_a_tenant_without_findings_gets_a_workbook_too() -> None:
    book = read_back(a_report(judged(1, a_check())))

    assert table(book["Affected objects"]) == []
