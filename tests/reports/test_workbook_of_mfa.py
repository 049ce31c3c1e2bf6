"""The sheets about MFA: the three answers on top, everybody below, and never a gap as fine."""

import pytest
from judgements import GAP, a_check, judged
from mfa_exhibits import Json, a_matrix, a_person, a_step, a_way, an_exhibit
from openpyxl.worksheet.worksheet import Worksheet
from report_builder import a_report
from workbook_kit import read_back, table

from reports.view_models.report import Report

HOLE = a_person(
    "Bob",
    "hole",
    ways=[a_way(places=["Kantoor Gent"], spared_by=["MFA for all"]), a_way(platforms=["linux"])],
    chain=[a_step("spooky", "MFA for all")],
)
POLICY: Json = {"id": "p1", "name": "MFA for all", "state": "enabled", "cells": ["mfa", "not_matched"]}
MATRIX = a_matrix(POLICY, situations=[{"key": "here"}, {"key": "there"}])
GLASS = a_person("Glass", "unprotected", kind="emergency", groups=[])


def a_report_of(*people: Json, unseen: tuple[str, ...] = (), matrix: Json = MATRIX) -> Report:
    exhibit = an_exhibit(*people, matrix=matrix, unseen=unseen)
    return a_report(judged(1, a_check("ID-01")), exhibits={"ID-01": exhibit})


def coverage(*people: Json, unseen: tuple[str, ...] = ()) -> Worksheet:
    return read_back(a_report_of(*people, unseen=unseen))["MFA coverage"]


def above(sheet: Worksheet) -> list[tuple[object, object]]:
    """Return the first two cells of each row between the title and the table."""
    header = int(sheet.freeze_panes[1:]) - 1
    return [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2, max_row=header - 2)]


def test_the_three_answers_stand_on_top_with_how_many_of_how_many() -> None:
    sheet = coverage(a_person("Ann", groups=["administrators"]), a_person("Wim", "weak_method"), HOLE, GLASS)

    assert above(sheet) == [
        ("No", "A second factor for all access: 2 of 3; 1 of them with a weak method only; 1 without"),
        ("No", "A second factor from outside the offices: 2 of 3; 1 of them with a weak method only; 1 without"),
        ("Yes", "A second factor for administrators: 1 of 1"),
    ]


def test_what_was_not_seen_turns_a_yes_into_no_answer() -> None:
    sheet = coverage(a_person("Ann", groups=["administrators"]), unseen=("group_members",))

    assert [state for state, _ in above(sheet)] == ["Cannot be answered"] * 3 + [None]
    assert above(sheet)[-1][1] == "Not seen: Members of the groups that rights depend on"


def test_everybody_is_listed_the_worst_first_with_ways_in_and_reasons() -> None:
    bob, ann, glass = table(coverage(a_person("Ann"), GLASS, HOLE))

    assert (bob["Name"], bob["Verdict"], bob["Kind"], bob["Groups"]) == ("Bob", "Hole", "Person of the firm", "Staff")
    assert str(bob["Ways in without a second factor"]).splitlines() == [
        (
            "Any app except the administration portals, from the location “Kantoor Gent”: the password alone is enough "
            "(left out by the policy “MFA for all”)"
        ),
        "Any app except the administration portals, by pretending to be Linux: the password alone is enough",
    ]
    assert bob["Reasons"] == "Conditional Access policies: spooky: MFA for all"
    assert (ann["Verdict"], ann["Ways in without a second factor"], ann["Account"]) == (
        "Protected",
        None,
        "ann@firm.example",
    )
    assert (glass["Name"], glass["Kind"]) == ("Glass", "Emergency account, not counted")


def test_the_matrix_has_a_row_per_policy_and_a_column_per_situation() -> None:
    [row] = table(read_back(a_report_of(HOLE))["MFA by policy"])

    assert row == {
        "Policy": "MFA for all",
        "State": "On",
        "here": "Second factor",
        "there": "Does not apply",
    }


def test_a_tenant_without_policies_says_so() -> None:
    sheet = read_back(a_report_of(HOLE, matrix=a_matrix()))["MFA by policy"]

    assert sheet["A2"].value == "There are no Conditional Access policies."


def test_without_mfa_coverage_the_sheet_says_what_was_not_read_and_claims_nothing() -> None:
    book = read_back(a_report(judged(1, a_check("ID-01", gaps=(GAP,)))))
    sheet = book["MFA coverage"]

    assert "MFA by policy" not in book.sheetnames
    assert table(sheet) == []
    assert [text for text, _ in above(sheet)] == [
        "Who is protected by a second factor could not be worked out.",
        (
            "Accounts (dates of the last sign-in): not read: a licence is missing. "
            "It comes with the licence Microsoft Entra ID P1."
        ),
    ]


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil.example","x")', "@SUM(A1)", "-2+3", "\t=1"])
def test_hostile_names_are_data(name: str) -> None:
    person = a_person(name, "hole", ways=[a_way(places=[name], spared_by=[name])], chain=[a_step("left_out", name)])
    book = read_back(a_report_of(person, matrix=a_matrix({**POLICY, "name": name}, situations=MATRIX["situations"])))

    for sheet in (book["MFA coverage"], book["MFA by policy"]):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert [bool(cell.quotePrefix) for cell in cells if cell.value == name] == [True]


def test_five_hundred_people_can_be_filtered_and_keep_the_answers_in_sight() -> None:
    people = [a_person(f"Person {number}", "hole" if number % 50 == 0 else "protected") for number in range(500)]

    sheet = coverage(*people, unseen=tuple(f"need_{number}" for number in range(30)))

    assert len(table(sheet)) == 500
    assert sheet.freeze_panes[0] == "B"
    assert sheet.auto_filter.ref.endswith(f"I{sheet.max_row}")
    assert int(sheet.freeze_panes[1:]) < 12
    assert all(len(str(text)) <= 190 for _, text in above(sheet))
