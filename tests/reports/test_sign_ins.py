"""What the sign-ins show: stories with their timeline, and never a detection that was not evaluated as fine."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from judgements import GAP, a_check, an_object, judged
from report_builder import ENGLISH, a_report
from sign_in_exhibits import Json, a_client, a_detection, a_moment, a_story, an_examination, nobodys
from workbook_kit import read_back, table

from checks.signins.detections import UNITS
from reports.view_models.report import Acknowledged, Report
from reports.view_models.sign_ins import SignInsView, sign_ins, why_no_sign_ins

ANN = a_story()
CONCLUDED = Acknowledged(
    "explained", "An Peeters", "on holiday", datetime(2026, 11, 22, 9, tzinfo=UTC), has_grown=False
)


def report_of(examination: Json | None, **acknowledged: Acknowledged) -> Report:
    shown = {"SI-02": examination} if examination else {}
    return replace(a_report(judged(1, a_check("SI-02", gaps=(GAP,))), exhibits=shown), acknowledged=acknowledged)


def view_of(examination: Json, **acknowledged: Acknowledged) -> SignInsView:
    view = sign_ins(report_of(examination, **acknowledged))
    assert view is not None
    return view


def test_a_story_tells_what_happened_when_and_from_where() -> None:
    (story,) = view_of(an_examination(ANN)).stories

    assert [(f"{line.at:%H:%M}", line.what, line.where, line.is_entry) for line in story.timeline] == [
        ("07:00", UNIT_TITLES["D01"], "198.51.100.7, Germany", False),
        ("07:30", "Signed in: Microsoft Office", "198.51.100.7, Germany", True),
        ("07:42", "Afterwards in the directory: a sign-in method was added", "198.51.100.7, Germany", True),
    ]
    assert (story.who, story.outcome, story.level_text) == ("Ann", "somebody got in", "High: to examine today")
    assert story.families == "tries, password, what was done afterwards"


UNIT_TITLES = {unit.id: unit.title for unit in UNITS}


@pytest.mark.parametrize(
    ("story", "outcome"),
    [
        (ANN, "somebody got in"),
        (
            a_story(approved=False, timeline=[a_moment("06:30", "password_right")]),
            "the password is known to somebody, who was stopped afterwards",
        ),
        (nobodys(), "attempts only"),
    ],
)
def test_what_came_of_it_is_told_apart(story: Json, outcome: str) -> None:
    assert view_of(an_examination(story)).stories[0].outcome == outcome


def test_an_inbox_rule_that_is_not_in_order_is_told_with_the_scan_that_first_saw_it() -> None:
    rules = replace(
        a_check("EM-05", failing=[an_object("ann/r1", "."), an_object("bob/r2", "x")]), object_type="inbox_rule"
    )
    report = a_report(judged(1, a_check("SI-02"), rules), exhibits={"SI-02": an_examination(ANN, nobodys())})
    view = sign_ins(report)

    assert view is not None
    assert [len(story.afterwards) for story in view.stories] == [1, 0]
    assert view.stories[0].afterwards[0].startswith("Look at the inbox rule “.” of this person too, first seen in the")


def test_a_story_of_nobody_in_particular_is_called_by_its_source() -> None:
    (story,) = view_of(an_examination(nobodys())).stories

    assert (story.who, story.level_text) == ("Nobody in particular, from 198.51.100.7", "Medium: to examine")


@pytest.mark.parametrize(
    ("known", "said", "is_open"),
    [
        ({}, "Not examined yet", True),
        ({ANN["id"]: CONCLUDED}, "Explained, by An Peeters on 2026-11-22", False),
        ({ANN["id"]: replace(CONCLUDED, by="", note="")}, "Explained, on 2026-11-22", False),
        ({ANN["id"]: replace(CONCLUDED, has_grown=True)}, "Went on since it was examined", True),
        ({ANN["id"]: replace(CONCLUDED, conclusion="incident")}, "Incident, by An Peeters on 2026-11-22", False),
    ],
)
def test_who_concluded_what_is_told(known: dict[str, Acknowledged], said: str, is_open: bool) -> None:  # noqa: FBT001
    (story,) = view_of(an_examination(ANN), **known).stories

    assert (story.standing, story.is_open) == (said, is_open)


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("beta_unread", "only the smaller interface of Microsoft could be read"),
        ("applications_unread", "the sign-ins of applications could not be read"),
        ("table:directory_audits", "this was not read: Audit log of the directory"),
        ("no_licence", "a licence is missing"),
        ("not_stated:break_glass", "the firm did not state it in `tenants.toml`: break_glass"),
        ("log_too_short", "the log does not reach back far enough yet"),
        ("field_never_filled:session_id", "no sign-in says anything in the property session_id"),
        ("something_new", "something_new"),
    ],
)
def test_what_was_not_evaluated_stands_first_and_says_why(because: str, said: str) -> None:
    first, second = view_of(an_examination(units={"D01": "", "D24": because})).units

    assert (first.id, first.state_text, first.because) == ("D24", "Not evaluated", said)
    assert (second.id, second.state_text, second.because) == ("D01", "Evaluated", "")


def test_of_whom_a_detection_can_tell_nothing_is_counted() -> None:
    (line, _) = view_of(an_examination(unlearned={"D02": 30}, in_doubt={"D02": 1})).units

    assert line.because == (
        "of 1 accounts a sign-in does not say enough; of 30 accounts too little is known yet to say what is new"
    )


def test_rows_that_say_less_than_they_should_are_counted() -> None:
    rows = {"read": 9, "without_time": 1, "without_user": 2, "malformed": 3, "repeated": 4}

    assert view_of(an_examination(rows=rows)).looked_at == (
        "Looked at: 9 sign-ins of 31 accounts, from 2026-10-24 to 2026-11-23.",
        "Of these, 2 name no account, 3 are partly unreadable and 4 were there twice; 1 more tell no time.",
    )


def test_without_an_examination_the_reason_is_told() -> None:
    assert sign_ins(report_of(None)) is None
    assert why_no_sign_ins(report_of(None))[0] == "The sign-in log was not examined."
    assert "judge it again" in why_no_sign_ins(a_report(judged(1, a_check("SI-02"))))[0]


def test_the_workbook_shows_stories_signs_programs_and_detections() -> None:
    sign = a_detection("D18", times=3, name="Bob", user_id="bob")
    examination = an_examination(
        ANN, nobodys(), listed=[sign], legacy=[a_client("Authenticated SMTP", 54, "Scan")], units={"D24": "beta_unread"}
    )
    rows = table(read_back(report_of(examination))["Sign-ins"])

    assert [(row["Part"], row["State"], row["Who"]) for row in rows] == [
        ("Story", "High: to examine today", "Ann"),
        ("Story", "Medium: to examine", "Nobody in particular, from 198.51.100.7"),
        ("Single sign", "Listed only", "Bob"),
        ("Older program", "In use", "Scan"),
        ("Detection", "Not evaluated", None),
    ]
    assert str(rows[0]["What happened"]).splitlines()[1] == (
        "2026-11-20 07:30 Signed in: Microsoft Office (198.51.100.7, Germany)"
    )
    assert rows[3]["What happened"] == "54 sign-ins of 1 accounts, 5 failed"


def test_that_there_is_nothing_to_examine_is_said_only_where_everything_was_looked_at() -> None:
    whole = a_report(judged(1, a_check("SI-02")), exhibits={"SI-02": an_examination()})
    unread = a_report(judged(1, a_check("SI-02")), exhibits={"SI-02": an_examination(rows=NO_ROWS)})

    said = [
        "There is nothing to examine." in {cell.value for cell in read_back(report)["Sign-ins"]["A"]}
        for report in (whole, unread, report_of(an_examination()))
    ]
    assert said == [True, False, False]


def test_an_account_in_doubt_is_something_that_may_have_to_be_examined() -> None:
    doubtful = a_report(judged(1, a_check("SI-02")), exhibits={"SI-02": an_examination(in_doubt={"D02": 1})})

    told = {cell.value for cell in read_back(doubtful)["Sign-ins"]["A"]}

    assert "There is nothing to examine." not in told
    assert MAYBE_MORE in told


MAYBE_MORE = "Some sign-ins do not say enough: of their accounts there may be more to examine than is shown."
NO_ROWS = dict.fromkeys(("read", "without_time", "without_user", "malformed", "repeated"), 0)


def test_a_long_story_is_cut_visibly() -> None:
    timeline = [a_moment(f"06:{number:02}", "detected", "D01") for number in range(30)]
    (row, *_) = table(read_back(report_of(an_examination(a_story(timeline=timeline))))["Sign-ins"])

    assert "and 12 more moments" in str(row["What happened"])


def test_nothing_that_is_not_concluded_is_called_an_incident() -> None:
    told = [ENGLISH.text(text) for unit in UNITS for text in (unit.title, unit.why, unit.false_alarms)]

    assert not [text for text in told if "incident" in text.lower() or "breach" in text.lower()]
