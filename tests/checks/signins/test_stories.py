# ruff: noqa: ANN401 - members of any type
"""What belongs together becomes one story, and is worth more than its parts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from checks.signins.detections import UNITS
from checks.signins.model import Detection, Story
from checks.signins.output import Found, Record
from checks.signins.stories import Event, stories_of
from checks.signins.units import Family, Level, Unit

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOURCE = "198.51.100.7"
BY_ID = {unit.id: unit for unit in UNITS}
ATTEMPTS, PLACE, SESSION, EMERGENCY = "D01", "D18", "D25", "D40"


def a_detection(unit: str = PLACE, hours: float = 0, *, lasts: float = 0, **given: Any) -> Detection:
    first = START + timedelta(hours=hours)
    whole = Detection(
        unit=unit,
        user_id="user-1",
        name="Name",
        user_principal_name="user-1@contoso.example",
        source=SOURCE,
        first=first,
        last=first + timedelta(hours=lasts),
        times=1,
        succeeded=False,
        approved=False,
        level=Level.LISTED,
        record_ids=(),
        addresses=(SOURCE,),
        countries=("FR",),
        asns=(),
        apps=(),
    )
    return replace(whole, **given)


def stories(*detections: Detection, events: Sequence[Event] = ()) -> tuple[Story, ...]:
    return stories_of([Found(one, ()) for one in detections], events, BY_ID)


def test_the_kinds_used_here_are_the_detections_own() -> None:
    kinds = [BY_ID[unit].family for unit in (ATTEMPTS, PLACE, SESSION, EMERGENCY)]

    assert kinds == [Family.ATTEMPTS, Family.PLACE, Family.SESSION, Family.ACCOUNT]


def test_detections_a_day_apart_are_one_story_and_further_apart_are_two() -> None:
    assert len(stories(a_detection(), a_detection(SESSION, 24))) == 1
    assert len(stories(a_detection(), a_detection(SESSION, 24.1))) == 2
    assert len(stories(a_detection(), a_detection(hours=20), a_detection(SESSION, 40))) == 1


def test_what_lasts_for_weeks_does_not_tie_weeks_together() -> None:
    assert len(stories(a_detection(lasts=500), a_detection(SESSION, 400))) == 2
    assert len(stories(a_detection(lasts=500), a_detection(SESSION, 40))) == 1


def test_two_people_are_two_stories() -> None:
    assert len(stories(a_detection(), a_detection(SESSION, user_id="user-2"))) == 2


def test_what_names_neither_account_nor_address_is_a_story_of_its_own() -> None:
    one, other = (
        a_detection(EMERGENCY, user_id=None, user_principal_name=None, source=None, record_ids=(each,)) for each in "ab"
    )
    told = stories(one, other, a_detection())

    assert sorted(story.detections[0].record_ids for story in told) == [(), ("a",), ("b",)]
    assert len({story.id for story in told}) == 3
    assert stories(one)[0].user_id is None


def levels(*detections: Detection, events: Sequence[Event] = ()) -> list[Level]:
    return [story.level for story in stories(*detections, events=events)]


def test_one_weak_sign_is_listed_however_often() -> None:
    assert levels(a_detection(succeeded=True), a_detection(hours=1, succeeded=True)) == [Level.LISTED]


def test_two_kinds_are_medium_and_high_where_somebody_got_in() -> None:
    assert levels(a_detection(), a_detection(SESSION)) == [Level.MEDIUM]
    assert levels(a_detection(succeeded=True), a_detection(SESSION)) == [Level.HIGH]
    assert levels(a_detection(), a_detection(SESSION, approved=True)) == [Level.HIGH]


def test_a_detection_may_be_enough_alone_and_attempts_in_vain_never_are() -> None:
    assert levels(a_detection(level=Level.HIGH, succeeded=True)) == [Level.HIGH]
    assert levels(a_detection(level=Level.HIGH)) == [Level.MEDIUM]
    assert levels(a_detection(EMERGENCY, level=Level.HIGH)) == [Level.HIGH]
    assert levels(a_detection(level=Level.MEDIUM)) == [Level.MEDIUM]


def an_event(minutes: float, user_id: str = "user-1") -> Event:
    return Event(START + timedelta(minutes=minutes), user_id, "register device")


def test_a_device_registered_within_the_hour_is_a_second_kind() -> None:
    got_in = a_detection(succeeded=True)

    (story,) = stories(got_in, events=[an_event(59)])
    assert (story.level, story.families) == (Level.HIGH, (Family.PLACE, Family.FOLLOW_ON))
    assert [(moment.what, moment.args) for moment in story.timeline] == [
        ("detected", {}),
        ("audit", {"operation": "register device"}),
    ]

    assert levels(got_in, events=[an_event(61)]) == [Level.LISTED]
    assert levels(got_in, events=[an_event(10, "user-2")]) == [Level.LISTED]


def test_a_registration_weeks_into_what_lasts_for_weeks_is_not_near() -> None:
    assert levels(a_detection(lasts=500, succeeded=True), events=[an_event(60 * 100)]) == [Level.LISTED]


def test_a_spray_is_a_story_of_its_source_and_context_of_whoever_it_met() -> None:
    spray = a_detection(ATTEMPTS, user_id=None, name=None, user_principal_name=None)
    got_in = a_detection(PLACE, 3, succeeded=True)

    theirs, its = stories(spray, got_in)

    assert (theirs.user_id, theirs.level, [one.unit for one in theirs.detections]) == (
        "user-1",
        Level.HIGH,
        ["D01", "D18"],
    )
    assert (its.user_id, its.source, [one.unit for one in its.detections]) == (None, SOURCE, ["D01"])


def test_a_spray_from_elsewhere_or_of_another_week_is_no_context() -> None:
    got_in = a_detection(succeeded=True)
    elsewhere = a_detection(ATTEMPTS, user_id=None, source="203.0.113.9")
    long_ago = a_detection(ATTEMPTS, -200, user_id=None)

    assert [story.level for story in stories(got_in, elsewhere, long_ago) if story.user_id] == [Level.LISTED]


def test_that_a_spray_got_into_another_account_says_nothing_of_this_one() -> None:
    spray = a_detection(ATTEMPTS, user_id=None, succeeded=True, level=Level.HIGH)

    (story,) = (one for one in stories(spray, a_detection()) if one.user_id)

    assert (story.succeeded, story.level) == (False, Level.MEDIUM)


def test_a_story_keeps_its_name_when_more_of_it_is_found() -> None:
    (before,) = stories(a_detection())
    (after,) = stories(a_detection(), a_detection(SESSION, 5, succeeded=True))
    (other,) = stories(a_detection(user_id="user-2"))

    assert before.id == after.id
    assert before.id != other.id


def test_the_order_of_what_is_found_is_irrelevant() -> None:
    found = [a_detection(), a_detection(SESSION, 1), a_detection(ATTEMPTS, -1, user_id=None), a_detection(hours=50)]

    assert stories(*found) == stories(*reversed(found))


def test_the_gravest_stories_come_first() -> None:
    found = stories(
        a_detection(user_id="listed"),
        a_detection(user_id="high", succeeded=True),
        a_detection(SESSION, user_id="high"),
        a_detection(user_id="medium"),
        a_detection(SESSION, user_id="medium"),
    )

    assert [story.user_id for story in found] == ["high", "medium", "listed"]
    assert [story.score for story in found] == sorted((story.score for story in found), reverse=True)


def a_record(minutes: float, code: int, *, is_approved: bool = False) -> Record:
    at = START + timedelta(minutes=minutes)
    return Record(f"r{minutes}", at, SOURCE, code, "FR", None, "Mail", is_approved)


def test_the_timeline_says_when_the_password_was_right_and_when_somebody_got_in() -> None:
    rows = (a_record(0, 50126), a_record(6, 50074), a_record(8, 0, is_approved=True), a_record(9, 0))
    (story,) = stories_of([Found(a_detection(succeeded=True), rows)], (), BY_ID)

    told = [((moment.at - START) / timedelta(minutes=1), moment.what) for moment in story.timeline]
    assert told == [(0, "detected"), (6, "password_right"), (8, "approved"), (8, "signed_in")]


def test_every_unit_has_a_title_a_reason_and_numbers_of_its_own() -> None:
    def is_whole(unit: Unit) -> bool:
        return bool(unit.title and unit.why and unit.false_alarms and unit.technique and unit.fields)

    assert [unit.id for unit in UNITS if not is_whole(unit)] == []
    assert len({unit.id for unit in UNITS}) == len(UNITS)
