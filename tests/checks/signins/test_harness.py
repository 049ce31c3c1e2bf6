"""The harness that measures the detections: labelled folders, made-up firms, and what counts as found or false."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from bench.detections import MUST_FIND, judged, report, shortfalls, unplanted
from bench.detections_document import DOCUMENT, written
from bench.judging import Judged, judge
from bench.plants.behaviour import ordinary
from bench.plants.first_plant import REQUIRED, first_plant
from bench.plants.labels import LABELS_FILE, Attack, Labels, Planted, read_labelled, write_labelled
from checks.signins.detections import UNITS
from checks.signins.model import Detection, Examined, RowCounts, Story
from checks.signins.units import Family, Level
from scanner.snapshot.tables.audits import DIRECTORY_AUDITS
from scanner.snapshot.tables.sign_ins import SIGN_INS

AS_OF: Final = datetime(2026, 11, 20, 6, tzinfo=UTC)
THEN: Final = AS_OF - timedelta(days=3)
ATTACK: Final = Attack(
    "spray-1", ("D01",), ("user-1",), ("row-1",), THEN, THEN + timedelta(minutes=9), "medium", ("192.0.2.9",)
)


def a_hit(unit: str = "D01", user: str | None = "user-1", at: datetime = THEN, source: str | None = None) -> Detection:
    return Detection(
        unit, user, None, None, source, at, at, 5, succeeded=False, approved=False, level=Level.MEDIUM,
        record_ids=("row-1",), addresses=(), countries=(), asns=(), apps=(),
    )  # fmt: skip


def a_story(hit: Detection, level: Level = Level.MEDIUM) -> Story:
    return Story(
        "story", hit.user_id, None, None, hit.source, level, 30, hit.first, hit.last, succeeded=False, approved=False,
        families=(Family.ATTEMPTS,), detections=(hit,), timeline=(),
    )  # fmt: skip


def judged_of(hits: list[Detection], stories: list[Story], *attacks: Attack) -> Judged:
    planted = Planted(
        SIGN_INS.arrow_schema.empty_table(),
        DIRECTORY_AUDITS.arrow_schema.empty_table(),
        Labels(AS_OF, attacks=attacks),
        "a firm",
        50,
    )
    found = Examined(
        tuple(hits), tuple(stories), units=(), doubts={}, unlearned={}, accounts=(), rows=RowCounts(0, 0, 0, 0, 0)
    )
    return judge(planted, found)


def test_an_attack_is_found_by_a_hit_that_names_its_person_at_its_time() -> None:
    assert judged_of([a_hit()], [], ATTACK).missed == ()


def test_an_attack_is_found_by_a_hit_that_names_only_its_source() -> None:
    assert judged_of([a_hit(user=None, source="192.0.2.9")], [], ATTACK).missed == ()


@pytest.mark.parametrize(
    "hit",
    [
        a_hit(user="user-2"),
        a_hit(unit="D04"),
        a_hit(at=THEN + timedelta(hours=5)),
        a_hit(user=None, source="192.0.2.8"),
    ],
    ids=["another person", "another detection", "another time", "another source"],
)
def test_an_attack_is_not_found_by_something_else(hit: Detection) -> None:
    hit = replace(hit, record_ids=())

    assert [missed.unit for missed in judged_of([hit], [], ATTACK).missed] == ["D01"]


def test_a_hit_that_no_attack_explains_is_false() -> None:
    result = judged_of([a_hit(), a_hit("D18", "user-2")], [], ATTACK)

    assert [hit.unit for hit in result.false_hits] == ["D18"]
    assert result.detections["D18"].precision == 0
    assert result.detections["D01"].recall == 1


def test_a_false_story_counts_from_medium_on() -> None:
    stories = [a_story(a_hit(user="user-2")), a_story(a_hit(user="user-3"), Level.LISTED)]

    assert judged_of([], stories, ATTACK).rate == 2


def test_a_story_of_an_attack_is_missed_where_it_is_worth_less_than_it_must() -> None:
    assert judged_of([], [a_story(a_hit(), Level.LISTED)], ATTACK).missed_stories == ("spray-1",)
    assert judged_of([], [a_story(a_hit())], ATTACK).missed_stories == ()


def test_the_harness_names_a_detection_that_finds_too_little_and_too_many_false_stories() -> None:
    result = judged_of([], [a_story(a_hit(user="user-2"))], ATTACK)

    low, many = shortfalls([result])

    assert low.startswith("D01 finds 0.000")
    assert many.startswith("2.00 false stories")
    assert any("D01 of spray-1 in a firm" in line for line in report([result]))


def test_a_labelled_folder_is_read_as_it_was_written(tmp_path: Path) -> None:
    planted = first_plant(2, 5, days=34)

    write_labelled(planted, tmp_path / planted.name)
    again = read_labelled(tmp_path / planted.name)

    assert again.labels == planted.labels
    assert again.sign_ins.equals(planted.sign_ins.sort_by([("created_date_time", "ascending"), ("id", "ascending")]))
    assert again.audits.num_rows == planted.audits.num_rows


def test_labels_of_another_format_are_refused(tmp_path: Path) -> None:
    (tmp_path / LABELS_FILE).write_text('{"attacks": []}', "utf-8")

    with pytest.raises(ValueError, match="not of the documented format"):
        read_labelled(tmp_path)


def test_equal_seeds_make_equal_firms_and_others_do_not() -> None:
    first, again, other = (ordinary(seed, 6, days=20).sign_ins for seed in (5, 5, 6))

    assert first.equals(again)
    assert not first.equals(other)


def test_every_detection_that_must_find_is_planted() -> None:
    planted = {unit for attack in first_plant(1, 30, days=89).labels.attacks for unit in attack.detections}

    assert set(MUST_FIND) <= planted
    assert len(REQUIRED) == len(MUST_FIND)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.deep)])
def test_what_is_planted_in_a_small_firm_is_found(seed: int) -> None:
    result = judged(first_plant(seed, 5))

    assert result.missed == ()


def test_the_ordinary_days_of_a_small_firm_make_no_story() -> None:
    result = judged(unplanted(8, 8))

    assert result.false_stories == ()


def test_the_document_says_what_the_detections_declare() -> None:
    document = DOCUMENT.read_text("utf-8")

    assert document == written(document, UNITS), "run: python -m bench.detections_document"
