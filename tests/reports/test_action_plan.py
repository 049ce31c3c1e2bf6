"""The action plan: what fails by urgency, then what would let more be judged; nothing that fails is left out."""

from dataclasses import replace
from datetime import date

from judgements import GAP, a_check, an_object, judged
from report_builder import NOW, a_report

from checks.model import Severity
from reports.view_models.action_plan import Action, action_plan
from reports.view_models.findings import finding_lines
from reports.view_models.report import Report
from store.decided import FindingWork, Waiver, WorkStatus
from store.queries import Decided
from store.viewer import Role, Viewer


def plan(report: Report) -> list[Action]:
    return action_plan(report)


def test_what_fails_comes_by_severity_and_every_failing_check_has_one_line() -> None:
    report = a_report(
        judged(
            1,
            replace(a_check("AC-04", failing=["ada"]), severity=Severity.HIGH),
            replace(a_check("EM-05", failing=["rule"]), severity=Severity.CRITICAL),
            a_check("SH-06"),
        )
    )

    assert [(action.number, action.check_ids) for action in plan(report)] == [(1, ("EM-05",)), (2, ("AC-04",))]


def test_it_names_some_of_the_objects_and_counts_the_others() -> None:
    report = a_report(judged(1, a_check(failing=[an_object(f"o{n}", f"Person {n}") for n in range(8)])))
    [action] = plan(report)

    assert action.how_many == "8"
    assert action.objects.splitlines() == [*(f"Person {n}" for n in range(5)), "and 3 more"]


def test_where_something_was_not_read_the_count_is_a_least_one_and_the_cure_is_an_action() -> None:
    report = a_report(judged(1, a_check(failing=["ada"], gaps=(GAP,)), a_check("EM-05", gaps=(GAP,))))
    mend, judge = plan(report)

    assert mend.how_many == "at least 1"
    assert (judge.severity, judge.check_ids) == (None, ("AC-04", "EM-05"))
    assert "Microsoft Entra ID P1" in judge.what_to_do
    assert judge.how_many == judge.objects == ""


def test_what_the_firm_accepted_is_counted_apart() -> None:
    check = a_check(failing=["ada", "bob"])
    accepted = next(found for found in check.failing if found.object_id == "ada")
    waiver = Waiver("AC-04", "ada", "leaves in May", "partner", NOW, date(2027, 5, 1), accepted.condition)
    [action] = plan(a_report(judged(1, check), decided=Decided(waivers=(waiver,))))

    assert action.how_many == "1, 1 accepted by the firm"


def test_an_action_is_no_further_than_the_last_of_its_objects() -> None:
    work = [FindingWork("AC-04", name, status, "", "it", NOW) for name, status in [("ada", WorkStatus.DONE)]]
    half = a_report(judged(1, a_check(failing=["ada", "bob"])), decided=Decided(work=tuple(work)))
    whole = a_report(judged(1, a_check(failing=["ada"])), decided=Decided(work=tuple(work)))

    assert [plan(half)[0].status, plan(whole)[0].status] == ["To do", "Said to be done"]


def test_whoever_may_not_see_names_sees_none() -> None:
    insurer = Viewer(Role.INSURER, None)
    [action] = plan(a_report(judged(1, a_check(failing=[an_object("ada", "Ada Peeters")])), viewer=insurer))

    assert action.how_many == "1"
    assert action.objects == ""


def test_people_without_an_account_here_are_called_what_they_are() -> None:
    partner = an_object("serviceProvider%3A1111", "serviceProvider:1111")
    report = a_report(judged(1, a_check("ID-01", failing=[partner])))

    assert plan(report)[0].objects == "Technicians of the partner 1111"
    assert finding_lines(report)[0].object_name == "Technicians of the partner 1111"
