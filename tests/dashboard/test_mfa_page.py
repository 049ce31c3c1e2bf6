"""The page about MFA: three answers, groups, policies and one person, and never a gap as fine."""

from html import escape
from pathlib import Path

import pytest
from dashboard_kit import html_of, open_page
from judgements import GAP, a_check
from stored_practice import HOSTILE, a_practice

from dashboard.settings import CONFIG_VARIABLE, KEY_FILE_VARIABLE

pytestmark = pytest.mark.usefixtures("served")


def test_the_three_answers_stand_on_top_with_names_and_ways_in() -> None:
    html = html_of(open_page("mfa", tenant="smet"))
    answers = html[: html.index("<h2>Coverage by group")]

    assert answers.count("mp-badge mp-no") == 2
    assert answers.count("mp-badge mp-unknown") == 1
    assert '<div class="mp-figure">21 of 28</div>' in answers
    assert "1 more with a managed device instead, not counted" in answers
    assert "Who is not among them: 6" in answers
    assert "in a browser, from the location “" in answers
    assert "and 1 more" in answers
    assert "Linux" not in answers
    assert "Not seen: Members of the groups that rights depend on" in answers
    assert "Accounts (dates of the last sign-in): not read" in answers
    assert "mp-yes" not in html


def test_groups_of_people_are_bars_that_words_repeat() -> None:
    html = html_of(open_page("mfa", tenant="smet"))

    assert '<div class="mp-bar" role="img" aria-label="Hole: 5, Protected: 20">' in html
    assert html.count("mp-is-hole") == 2
    assert "width: 80.00%" in html


def test_policies_that_are_off_are_not_shown_as_protection() -> None:
    html = html_of(open_page("mfa", tenant="smet"))
    matrix = html[html.index("<h2>What each policy asks for") :]
    on, off = matrix.split("<tbody>")[1].split("</tr>")[:2]

    assert "mp-pass" in on
    assert "Does not apply" in on
    assert "mp-pass" not in off


def test_one_person_is_chosen_and_shown_with_the_chain() -> None:
    page = open_page("mfa", tenant="smet")
    assert "left_out" in html_of(page)
    assert "by pretending to be Linux: the password alone is enough" in html_of(page)

    [names] = [box for box in page.selectbox if box.key == "mfa_person_smet"]
    names.set_value(len(HOSTILE)).run()

    html = html_of(page)
    card = html[html.index("mp-card") : html.index("<h2>What each policy")]
    assert "<h2>Ada</h2>" in card
    assert "group_members: Partners" in card
    assert "What was read does not tell whether the password alone is enough." in card


def test_hostile_names_are_text() -> None:
    html = html_of(open_page("mfa", tenant="smet"))

    assert all(escape(name) in html for name in HOSTILE)
    assert "<script" not in html
    assert "<img" not in html


def test_without_mfa_coverage_the_page_says_what_was_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = a_practice(tmp_path, [a_check("ID-01", gaps=(GAP,))])
    monkeypatch.setenv(CONFIG_VARIABLE, str(practice.config))
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(practice.key_file))

    html = html_of(open_page("mfa", tenant="smet"))

    assert "Who is protected by a second factor could not be worked out." in html
    assert "It comes with the licence Microsoft Entra ID P1." in html
    assert "mp-figure" not in html


def test_the_page_of_a_tenant_has_the_answers_without_names_and_leads_to_the_page_about_mfa() -> None:
    html = html_of(open_page("tenant", tenant="smet"))
    answers = html[html.index("<h2>What insurers ask") : html.index("<h2>Identity and second factor")]

    assert "21 of 28" in answers
    assert 'href="./?open=mfa&amp;tenant=smet"' in answers
    assert "Who is not" not in answers
