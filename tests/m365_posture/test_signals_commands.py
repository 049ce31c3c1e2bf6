"""`signals`: what is to be examined is listed, shown, sent and acknowledged from the command line."""

import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from builders.signals import NIGHT, SLUG, VARIABLE, Firm, a_firm, a_story, an_evaluation
from channel_kit import Moments, a_channel, nobody_there

from checks.signins.detections import UNITS
from m365_posture.notification import tell

HASTE = 'hosts = {login = "https://127.0.0.1:9443", graph = "https://127.0.0.1:9444", clock_speed = 200}'
STORY = "4f1c9a2b7d"
OTHER = "0aa1bb2cc3"


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    """A firm with two stories that nobody was told of, in two evaluations."""
    firm = a_firm(tmp_path, [HASTE])
    noticed(firm, a_story(STORY))
    noticed(firm, a_story(OTHER, "Jan Peeters", began=NIGHT - timedelta(days=3), level="medium"), number=2)
    return firm


def noticed(firm: Firm, *stories: dict[str, object], number: int = 1) -> None:
    evaluation = firm.keep(an_evaluation(*stories, number=number))
    tell(firm.with_(notify_env="").data, Moments(NIGHT), {}, judged=evaluation)


def ack(firm: Firm, story: str = STORY, conclusion: str = "explained", *options: str) -> int:
    return firm.run("signals", "ack", SLUG, story, "--conclusion", conclusion, "--by", "An Peeters", *options).code


def test_the_list_shows_what_nobody_acknowledged_the_newest_first(firm: Firm) -> None:
    answer = firm.run("signals", "list", SLUG, "--format", "json")
    rows = json.loads(answer.output)

    assert answer.code == 0
    assert [(row["story"], row["level"], row["state"], row["name"]) for row in rows] == [
        (STORY, "high", "open", "Hélène Noël"),
        (OTHER, "medium", "open", "Jan Peeters"),
    ]
    assert (rows[0]["began"], rows[0]["detections"]) == ("2026-11-23T03:12:00Z", ["D02"])
    assert "signals ack" in answer.messages


def test_an_acknowledged_story_leaves_the_list_and_stays_in_the_whole_one(firm: Firm) -> None:
    assert ack(firm, STORY, "explained", "--note", "on holiday") == 0

    open_rows = json.loads(firm.run("signals", "list", SLUG, "--format", "json").output)
    every = json.loads(firm.run("signals", "list", SLUG, "--all", "--format", "json").output)

    assert [row["story"] for row in open_rows] == [OTHER]
    assert [row["state"] for row in every] == ["acknowledged", "open"]
    ack(firm, OTHER)
    assert "no story waits" in firm.run("signals", "list", SLUG).messages
    assert (every[0]["conclusion"], every[0]["by"], every[0]["note"]) == ("explained", "An Peeters", "on holiday")
    assert every[0]["at"]


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_every_format_has_every_story(firm: Firm, form: str) -> None:
    answer = firm.run("signals", "list", SLUG, "--format", form)

    assert answer.code == 0
    assert STORY in answer.text
    assert OTHER in answer.text
    if form == "csv":
        assert [row["score"] for row in csv.DictReader(StringIO(answer.text))] == ["70", "70"]


def test_the_code_of_a_message_is_as_good_as_the_name(firm: Firm) -> None:
    answers = [
        firm.run("signals", "list", name, "--format", "json").output
        for name in (SLUG, firm.data.reference, firm.data.reference.lower())
    ]

    assert answers[0] == answers[1] == answers[2]


def test_a_code_of_the_configuration_is_as_good_as_the_name(tmp_path: Path) -> None:
    firm = a_firm(tmp_path, ['reference = "K-0417"'])

    assert firm.run("signals", "list", "k-0417", "--format", "json").code == 0
    assert firm.run("signals", "list", firm.data.key.reference(), "--format", "json").code == 2


def test_a_story_is_shown_with_its_timeline_and_by_the_beginning_of_its_id(firm: Firm) -> None:
    ack(firm, STORY, "incident", "--note", "password changed")
    answer = firm.run("signals", "show", SLUG, STORY[:5], "--format", "csv")

    assert answer.code == 0
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [row["what"] for row in rows] == ["detected", "signed_in"]
    assert rows[0]["detail"] == next(unit.title for unit in UNITS if unit.id == "D02")
    for said in ("level high, acknowledged; Hélène Noël", "Not sent", "An Peeters: incident (password changed)"):
        assert said in answer.messages


def test_a_story_as_json_has_its_timeline_and_all_that_was_concluded(firm: Firm) -> None:
    ack(firm)
    ack(firm, STORY, "false_alarm")

    [row] = json.loads(firm.run("signals", "show", SLUG, STORY, "--format", "json").output)

    assert [entry["what"] for entry in row["timeline"]] == ["detected", "signed_in"]
    assert [one["conclusion"] for one in row["conclusions"]] == ["explained", "false_alarm"]


def test_a_story_whose_findings_are_gone_is_still_listed_and_can_be_acknowledged(firm: Firm) -> None:
    shutil.rmtree(firm.data.folder / "scans")

    shown = firm.run("signals", "show", SLUG, STORY)

    assert "its timeline is gone" in shown.messages
    assert json.loads(firm.run("signals", "list", SLUG, "--format", "json").output)[0]["name"] is None
    assert ack(firm) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["show", SLUG, "ffff"], "there is no story `ffff`", id="no such story"),
        pytest.param(["show", SLUG, "4f"], "there is no story `4f`", id="too few characters"),
        pytest.param(["list", "vanhowe"], "did you mean `vanhove`", id="no such tenant"),
        pytest.param(["ack", SLUG, STORY, "--conclusion", "breach", "--by", "An"], "breach", id="no such conclusion"),
        pytest.param(["ack", SLUG, STORY, "--conclusion", "explained", "--by", " "], "who concluded", id="nobody"),
        pytest.param(["ack", SLUG, STORY, "--conclusion", "explained"], "--by", id="nobody said who"),
    ],
)
def test_a_mistake_is_explained_with_exit_code_2(firm: Firm, arguments: list[str], says: str) -> None:
    answer = firm.run("signals", *arguments)

    assert answer.code == 2
    assert says in answer.messages
    assert all(signal.acknowledgements == () for signal in firm.signals())


def test_an_id_that_two_stories_begin_with_is_not_guessed(firm: Firm) -> None:
    noticed(firm, a_story(f"{STORY}ff", "Els Maes"), number=3)

    assert "2 stories begin with `4f1c`" in firm.run("signals", "show", SLUG, "4f1c").messages
    assert firm.run("signals", "show", SLUG, STORY).code == 0


def test_what_could_not_be_sent_is_sent_on_demand_and_the_exit_code_says_how_it_went(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = nobody_there()
    monkeypatch.setenv(VARIABLE, address)
    failed = firm.run("signals", "send", SLUG)
    with a_channel() as channel:
        monkeypatch.setenv(VARIABLE, channel.address)
        sent, again = firm.run("signals", "send", SLUG), firm.run("signals", "send", SLUG)

    assert (failed.code, sent.code, again.code) == (3, 0, 0)
    assert "1 NOT SENT EVERYWHERE: channel 1 (json) could not be reached" in failed.messages
    assert address.partition("://")[2] not in failed.messages
    assert "1 sent" in sent.messages
    assert "nothing new to send" in again.messages
    assert len(channel.received) == 1


def test_a_timer_that_sends_for_everybody_says_nothing_when_there_is_nothing(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_channel() as channel:
        monkeypatch.setenv(VARIABLE, channel.address)
        first, second = firm.run("signals", "send", "--all"), firm.run("signals", "send", "--all")

    assert (first.code, second.code) == (0, 0)
    assert "1 sent" in first.messages
    assert second.messages == ""


@pytest.mark.deep
def test_two_processes_that_send_at_the_same_time_send_once(firm: Firm) -> None:
    options = ["--config", str(firm.config), "--key-file", str(firm.folder / "master.key")]
    command = [sys.executable, "-m", "m365_posture", "signals", "send", SLUG, *options]
    root = Path(__file__).parents[2]
    with a_channel() as channel:
        environment = {**os.environ, VARIABLE: channel.address}
        both = [subprocess.Popen(command, cwd=root, env=environment) for _ in range(2)]  # noqa: S603 - this program
        codes = [process.wait(timeout=60) for process in both]

    assert codes == [0, 0]
    assert len(channel.received) == 1


def test_what_has_been_kept_long_enough_is_purged(firm: Firm) -> None:
    old = a_story("long-ago", began=NIGHT - timedelta(days=1000))
    noticed(firm, old, number=3)

    dry = json.loads(firm.run("purge", SLUG, "--dry-run", "--format", "json").output)
    wet = json.loads(firm.run("purge", SLUG, "--format", "json").output)

    assert [row["rows"] for row in dry if row["table"] == "signals"] == [1]
    assert [row["rows"] for row in wet if row["table"] == "signals"] == [1]
    assert {signal.story for signal in firm.signals()} == {STORY, OTHER}


def test_a_variable_that_is_empty_is_told_and_nothing_is_lost(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)

    answer = firm.run("signals", "send", "--all")

    assert answer.code == 2
    assert answer.sentence.startswith(f"{SLUG}: `notify_env` of `{SLUG}` names the variable {VARIABLE}")
    assert firm.signals()[0].needs_telling


def test_without_a_channel_it_is_said_that_nobody_is_told(tmp_path: Path) -> None:
    firm = a_firm(tmp_path, variable="")
    noticed(firm, a_story(STORY))

    answer = firm.run("signals", "send", SLUG)

    assert answer.code == 0
    assert "NOBODY IS TOLD" in answer.messages
