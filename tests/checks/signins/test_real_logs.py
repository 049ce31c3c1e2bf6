"""Sign-in logs that nobody here made up, in place."""

from datetime import timedelta
from typing import Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from real_data import data_folder

from bench.detections import examined
from bench.plants.labels import Labels, Planted, read_objects
from checks.signins.model import Examined
from scanner.collectors.sign_in_rows import SHAPE
from scanner.snapshot.tables.audits import DIRECTORY_AUDITS

MSTICPY: Final = "msticpy_aad_logons.ndjson"
TRAINING: Final = "sentinel_training_lab.ndjson"
NEVER_FILLED: Final = "field_never_filled:"


def the_log(name: str) -> tuple[int, pa.Table]:
    """Return how many rows a file has, and the log that is made of them."""
    lines = (data_folder() / "sign_ins" / name).read_bytes().splitlines()
    return len(lines), read_objects(SHAPE, map(orjson.loads, lines), "sign_ins")


def examined_log(name: str) -> Examined:
    _, log = the_log(name)
    newest = pc.max(log["created_date_time"]).as_py()
    labels = Labels(newest + timedelta(hours=1))
    return examined(Planted(log, DIRECTORY_AUDITS.arrow_schema.empty_table(), labels, name))


def test_rows_that_a_log_repeats_are_merged() -> None:
    rows, log = the_log(MSTICPY)

    assert (rows, log.num_rows) == (86, 45)


def test_the_demo_tenant_has_no_impossible_travel_and_no_story_to_examine() -> None:
    result = examined_log(MSTICPY)

    assert result.rows.read == 45
    assert [detection for detection in result.detections if detection.unit == "D17"] == []
    assert [story for story in result.stories if story.level != "listed"] == []


@pytest.mark.parametrize("name", [MSTICPY, TRAINING])
def test_what_a_log_never_says_is_not_evaluated_instead_of_passed(name: str) -> None:
    states = {state.id: state for state in examined_log(name).units}

    assert states["D20"].because == f"{NEVER_FILLED}autonomous_system_number"
    assert states["D24"].because == f"{NEVER_FILLED}session_id"
    assert states["D40"].because == "not_stated:break_glass"


def test_an_hour_of_a_training_tenant_is_judged_without_a_story_of_somebody_new() -> None:
    result = examined_log(TRAINING)

    assert result.rows.read == 56
    assert [story for story in result.stories if story.level == "high"] == []
