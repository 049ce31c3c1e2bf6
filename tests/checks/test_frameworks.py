import pytest

from checks.frameworks import Framework, controls, insurer_sources, mapping
from checks.registry import CATALOGUE


@pytest.mark.parametrize("framework", Framework)
def test_every_control_that_a_check_cites_is_in_its_list(framework: Framework) -> None:
    cited = {control for entry in mapping().values() for control in entry.references.get(framework, ())}

    assert cited
    assert cited <= set(controls(framework))


def test_every_check_of_the_plan_is_mapped_once() -> None:
    assert len(mapping()) == 75


@pytest.mark.parametrize("framework", Framework)
def test_every_list_has_titles(framework: Framework) -> None:
    assert all(control.short_title.strip() for control in controls(framework).values())


def test_where_an_insurers_question_was_seen_is_known() -> None:
    questions = controls(Framework.INSURER_QUESTIONS).values()
    seen = {code for question in questions for code in question.details["seen_in"].split(";")}

    assert seen - {""} <= set(insurer_sources())


def test_every_registered_check_is_of_the_mapping() -> None:
    assert {check.id for check in CATALOGUE} <= set(mapping())
