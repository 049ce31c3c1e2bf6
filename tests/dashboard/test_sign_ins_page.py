"""The page about sign-ins: stories with a timeline, older programs as bars, and never a gap as fine."""

from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from dashboard_kit import html_of, open_page
from judgements import GAP, a_check
from sign_in_exhibits import Json, a_client, a_detection, a_moment, a_story, an_examination, nobodys
from stored_practice import HOSTILE, a_practice

from dashboard.settings import CONFIG_VARIABLE, KEY_FILE_VARIABLE

pytestmark = pytest.mark.usefixtures("served")


@pytest.fixture
def page_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "PageOf":
    return PageOf(tmp_path, monkeypatch)


class PageOf:
    """The page of a tenant whose sign-ins were examined."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._environment = environment

    def html(self, examination: Json | None) -> str:
        practice = a_practice(self._folder, [replace(a_check("SI-02", gaps=(GAP,)), exhibit=examination)])
        self._environment.setenv(CONFIG_VARIABLE, str(practice.config))
        self._environment.setenv(KEY_FILE_VARIABLE, str(practice.key_file))
        return html_of(open_page("sign_ins", tenant="smet"))


def test_a_story_is_a_line_of_moments_and_the_same_in_words(page_of: PageOf) -> None:
    html = page_of.html(an_examination(a_story(), nobodys()))

    assert '<div class="mp-figure">1</div><div class="mp-label">Stories to examine today</div>' in html
    assert 'aria-label="3 moments from 2026-11-20 07:00 to 2026-11-20 07:42"' in html
    assert html.count("left: 100.00%") == 1
    card = html[html.index("mp-story") : html.index("<h2>What was looked for")]
    assert "Not examined yet" in card
    assert "Signed in: Microsoft Office" in card
    assert card.count('<li class="mp-entry"') == 2


def test_a_story_of_one_moment_stands_in_the_middle(page_of: PageOf) -> None:
    assert "left: 50.00%" in page_of.html(an_examination(nobodys()))


def test_a_long_story_opens_further_on_a_click(page_of: PageOf) -> None:
    timeline = [a_moment(f"06:{number:02}", "detected", "D01") for number in range(20)]

    assert "and 8 more moments" in page_of.html(an_examination(a_story(timeline=timeline)))


def test_older_programs_are_bars_that_words_repeat(page_of: PageOf) -> None:
    html = page_of.html(an_examination(legacy=[a_client("IMAP4", 10, "Bob"), a_client("POP3", 40, "Ann", "Eve")]))

    assert html.index("POP3") < html.index("IMAP4")
    assert "width: 25.00%" in html
    assert 'aria-label="40 by 2 accounts"' in html


def test_what_was_not_evaluated_is_in_sight(page_of: PageOf) -> None:
    html = page_of.html(an_examination(units={"D01": "", "D24": "beta_unread"}))

    assert '<div class="mp-figure">1</div><div class="mp-label">Detections that were not evaluated</div>' in html
    assert "only the smaller interface of Microsoft could be read" in html
    assert "mp-unknown" in html


@pytest.mark.parametrize("in_doubt", [{}, {"D02": 1}])
def test_that_accounts_are_in_doubt_is_in_sight(page_of: PageOf, in_doubt: dict[str, int]) -> None:
    said = "Some sign-ins do not say enough: of their accounts there may be more to examine than is shown."

    assert (said in page_of.html(an_examination(in_doubt=in_doubt))) == bool(in_doubt)


def test_without_an_examination_the_page_says_what_was_not_read(page_of: PageOf) -> None:
    html = page_of.html(None)

    assert "The sign-in log was not examined." in html
    assert "It comes with the licence Microsoft Entra ID P1." in html
    assert "mp-figure" not in html


def test_hostile_names_are_text(page_of: PageOf) -> None:
    stories = [a_story(f"id{number}", name=name) for number, name in enumerate(HOSTILE)]
    signs = [a_detection("D18", name=name) for name in HOSTILE]
    html = page_of.html(an_examination(*stories, listed=signs, legacy=[a_client(HOSTILE[0], 1, *HOSTILE)]))

    assert all(escape(name) in html for name in HOSTILE)
    assert "<script" not in html
    assert "<img" not in html
