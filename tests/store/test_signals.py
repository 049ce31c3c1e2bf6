"""Signals: a story stays the same story, is sent by one process, and keeps what people concluded."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from builders.signals import NIGHT, a_story, an_evaluation
from hypothesis import given, settings
from hypothesis import strategies as st

from store.decisions import Decisions
from store.signalled import Conclusion, Signal
from store.signals import CLAIM, Signals

KEY = "4f" * 32
NOW = NIGHT + timedelta(hours=2)
HOUR = timedelta(hours=1)


@pytest.fixture
def decisions(tmp_path: Path) -> Iterator[Decisions]:
    with Decisions(tmp_path, KEY) as opened:
        yield opened


@pytest.fixture
def signals(decisions: Decisions) -> Signals:
    return Signals(decisions)


def acknowledged(signals: Signals, signal: Signal, conclusion: Conclusion = Conclusion.EXPLAINED) -> Signal:
    signals.acknowledge(signal, conclusion, by="An Peeters", note="on holiday", at=NOW)
    return next(one for one in signals.all() if one.story == signal.story)


def test_a_story_is_kept_with_where_it_was_seen(signals: Signals) -> None:
    judged = an_evaluation(a_story("s1"))

    noticed = signals.notice(judged, NOW)

    assert noticed.new == ("s1",)
    [signal] = signals.all()
    assert (signal.story, signal.level, signal.state) == ("s1", "high", "open")
    assert (signal.scan_id, signal.evaluation_id) == (judged.scan_id, judged.evaluation_id)


def test_a_listed_story_is_not_kept(signals: Signals) -> None:
    assert signals.notice(an_evaluation(a_story(level="listed")), NOW).new == ()
    assert signals.all() == []


def test_an_evaluation_without_the_check_or_without_stories_tells_nothing(signals: Signals) -> None:
    assert signals.notice(an_evaluation(), NOW).new == ()


SPRAY = ("D02", NIGHT, NIGHT + HOUR)
FAR = ("D18", NIGHT + 30 * HOUR, NIGHT + 31 * HOUR)


@pytest.mark.parametrize(
    ("story", "is_the_same"),
    [
        pytest.param(a_story("s1", ended=NIGHT + 9 * HOUR), True, id="the same id, and longer"),
        pytest.param(a_story("s2", seen=[("D01", NIGHT - HOUR, NIGHT - HOUR), SPRAY]), True, id="rows came in late"),
        pytest.param(a_story("s2", seen=[("D02", NIGHT + HOUR / 2, NIGHT + HOUR)]), True, id="half of it is too old"),
        pytest.param(a_story("s2", seen=[SPRAY, FAR]), True, id="another detection is added"),
        pytest.param(a_story("s2", seen=[FAR]), False, id="another detection only"),
        pytest.param(a_story("s2", seen=[("D02", NIGHT + 30 * HOUR, NIGHT + 31 * HOUR)]), False, id="the next day"),
        pytest.param(a_story("s2", "Jan Peeters", seen=[SPRAY]), False, id="somebody else"),
        pytest.param(a_story("s2", user_id=None, source="198.51.100.7", seen=[SPRAY]), False, id="a source"),
    ],
)
def test_a_story_is_known_by_its_id_or_by_whose_it_is_and_one_of_its_detections(
    signals: Signals, story: dict[str, object], *, is_the_same: bool
) -> None:
    signals.notice(an_evaluation(a_story("s1", seen=[SPRAY])), NOW)

    noticed = signals.notice(an_evaluation(story, number=2), NOW)

    assert (noticed.new == ()) is is_the_same
    assert len(signals.all()) == (1 if is_the_same else 2)


def test_two_stories_of_one_evaluation_are_never_taken_for_one(signals: Signals) -> None:
    """One lasts for weeks, and the other happens while it lasts."""
    weeks = a_story("s1", level="medium", seen=[("D33", NIGHT, NIGHT + 300 * HOUR)])
    signals.notice(an_evaluation(weeks), NOW)

    noticed = signals.notice(an_evaluation(weeks, a_story("s2", seen=[("D33", NIGHT + HOUR, NIGHT + 2 * HOUR)])), NOW)

    assert noticed.new == ("s2",)


def test_what_a_source_did_to_others_makes_no_story_known(signals: Signals) -> None:
    theirs = a_story("s1", seen=[SPRAY])
    context = a_story(user_id=None, seen=[("D01", NIGHT, NIGHT + HOUR)])["detections"]
    signals.notice(an_evaluation(theirs | {"detections": [*theirs["detections"], *context]}), NOW)
    other = a_story("s2", seen=[FAR])

    noticed = signals.notice(an_evaluation(other | {"detections": [*other["detections"], *context]}, number=2), NOW)

    assert noticed.new == ("s2",)


def test_a_story_is_found_by_the_id_of_its_newest_evaluation(signals: Signals) -> None:
    signals.notice(an_evaluation(a_story("s1", seen=[SPRAY])), NOW)
    signals.notice(an_evaluation(a_story("s2", began=NIGHT - HOUR, seen=[SPRAY]), number=2), NOW)

    [signal] = signals.all()
    assert (signal.story, signal.current, signal.began) == ("s1", "s2", NIGHT - HOUR)


def test_a_higher_level_is_told_as_risen_and_is_sent(signals: Signals) -> None:
    signals.notice(an_evaluation(a_story(level="medium")), NOW)
    before = signals.claim(["c"], NOW)

    noticed = signals.notice(an_evaluation(a_story(level="high"), number=2), NOW)

    assert before == []
    assert len(noticed.risen) == 1
    assert [one.level for one in signals.claim(["c"], NOW)] == ["high"]


def test_a_story_that_falls_and_rises_again_is_not_sent_again(signals: Signals) -> None:
    signals.notice(an_evaluation(a_story()), NOW)
    [claimed] = signals.claim(["c"], NOW)
    signals.record(claimed, "delivered", attempts=1, delivered=True, at=NOW)
    for number, level in enumerate(("medium", "high"), 2):
        signals.notice(an_evaluation(a_story(level=level), number=number), NOW)

    assert signals.claim(["c"], NOW + HOUR) == []


@pytest.mark.parametrize("channels", [["c"], ["c", "d"], []])
def test_a_high_story_stays_high_until_everybody_was_told_and_then_falls(signals: Signals, channels: list[str]) -> None:
    signals.notice(an_evaluation(a_story()), NOW)
    for one in signals.claim(channels, NOW):
        signals.record(one, "unreachable", attempts=3, delivered=one.channel == "d", at=NOW)
    signals.notice(an_evaluation(a_story(level="medium"), number=2), NOW + HOUR)
    [claimed] = signals.claim(["c", *channels[1:]], NOW + HOUR)
    signals.record(claimed, "delivered", attempts=1, delivered=True, at=NOW + HOUR)
    told = signals.all()[0].level
    signals.notice(an_evaluation(a_story(level="medium"), number=3), NOW + 2 * HOUR)

    assert (claimed.channel, claimed.level, told, signals.all()[0].level) == ("c", "high", "high", "medium")


def test_what_one_process_claims_no_other_can_until_it_must_be_dead(signals: Signals, tmp_path: Path) -> None:
    signals.notice(an_evaluation(a_story()), NOW)
    with Decisions(tmp_path, KEY) as second:
        other = Signals(second)

        assert len(signals.claim(["c"], NOW)) == 1
        assert other.claim(["c"], NOW + CLAIM / 2) == []
        assert len(other.claim(["c"], NOW + 2 * CLAIM)) == 1


def test_what_failed_can_be_claimed_at_once(signals: Signals) -> None:
    signals.notice(an_evaluation(a_story()), NOW)
    [claimed] = signals.claim(["c"], NOW)
    signals.record(claimed, "unreachable", attempts=3, delivered=False, at=NOW)

    assert [one.channel for one in signals.claim(["c"], NOW)] == ["c"]
    [signal] = signals.all()
    assert (signal.deliveries[0].attempts, signal.deliveries[0].outcome, signal.sent_at) == (3, "unreachable", None)


def test_a_conclusion_says_who_when_and_what_and_earlier_ones_stay(signals: Signals, decisions: Decisions) -> None:
    signals.notice(an_evaluation(a_story()), NOW)
    first = acknowledged(signals, signals.all()[0])
    last = acknowledged(signals, first, Conclusion.INCIDENT)

    assert [one.conclusion for one in last.acknowledgements] == [Conclusion.EXPLAINED, Conclusion.INCIDENT]
    assert (last.acknowledgements[-1].by, last.acknowledgements[-1].at, last.state) == (
        "An Peeters",
        NOW,
        "acknowledged",
    )
    trail = [(entry.actor, entry.details) for entry in decisions.audit_trail() if entry.action == "acknowledge_signal"]
    assert trail == [("An Peeters", {"conclusion": "explained"}), ("An Peeters", {"conclusion": "incident"})]


def test_a_story_with_something_lesser_after_a_conclusion_is_to_be_looked_at_again_and_not_sent(
    signals: Signals,
) -> None:
    signals.notice(an_evaluation(a_story(seen=[SPRAY])), NOW)
    acknowledged(signals, signals.all()[0])
    signals.notice(an_evaluation(a_story(seen=[SPRAY, FAR]), number=2), NOW)

    [signal] = signals.all()
    assert (signal.state, signal.is_acknowledged) == ("grown", False)
    assert signals.claim(["c"], NOW) == []


def test_something_grave_after_a_conclusion_is_sent_once_more_and_again_only_after_the_next_one(
    signals: Signals,
) -> None:
    approval = ("D26", NIGHT + 20 * HOUR, NIGHT + 20 * HOUR)
    token = ("D24", NIGHT + 40 * HOUR, NIGHT + 41 * HOUR)
    mailbox = ("D30", NIGHT + 60 * HOUR, NIGHT + 61 * HOUR)
    sent = list[int]()

    def night(number: int, *seen: tuple[str, datetime, datetime]) -> None:
        story = a_story("s1", seen=seen, grave=("D02", "D26", "D24", "D30"))
        signals.notice(an_evaluation(story, number=number), NOW + number * HOUR)
        claimed = signals.claim(["c"], NOW + number * HOUR)
        for one in claimed:
            signals.record(one, "delivered", attempts=1, delivered=True, at=NOW)
        sent.append(len(claimed))

    night(1, SPRAY)
    acknowledged(signals, signals.all()[0], Conclusion.FALSE_ALARM)
    night(2, SPRAY)
    night(3, SPRAY, approval)
    night(4, approval, token)
    acknowledged(signals, signals.all()[0], Conclusion.FALSE_ALARM)
    night(5, SPRAY, approval, token)
    night(6, SPRAY, approval, token, FAR)
    night(7, SPRAY, approval, token, mailbox)

    assert sent == [1, 0, 1, 0, 0, 0, 1]
    assert signals.all()[0].state == "grown"


def test_something_grave_before_any_conclusion_belongs_to_the_story_that_was_sent(signals: Signals) -> None:
    signals.notice(an_evaluation(a_story(seen=[SPRAY])), NOW)
    [claimed] = signals.claim(["c"], NOW)
    signals.record(claimed, "delivered", attempts=1, delivered=True, at=NOW)
    signals.notice(an_evaluation(a_story(seen=[SPRAY, FAR], grave=("D02", "D18")), number=2), NOW)

    assert signals.claim(["c"], NOW + HOUR) == []


def test_what_was_sent_and_concluded_by_an_earlier_version_is_not_sent_again(tmp_path: Path) -> None:
    with Decisions(tmp_path, KEY) as decisions:
        signals = Signals(decisions)
        signals.notice(an_evaluation(a_story(level="medium")), NOW)
        acknowledged(signals, signals.all()[0])
        signals.notice(an_evaluation(a_story(), number=2), NOW)
        [claimed] = signals.claim(["c"], NOW)
        signals.record(claimed, "delivered", attempts=1, delivered=True, at=NOW)
        with decisions.transaction() as execute:
            execute("ALTER TABLE signals DROP COLUMN grave")
            execute("ALTER TABLE signal_deliveries RENAME TO newer")
            execute(
                """CREATE TABLE signal_deliveries (
                story TEXT NOT NULL, level TEXT NOT NULL, channel TEXT NOT NULL, attempts INTEGER NOT NULL,
                claimed_until TEXT, tried_at TEXT, outcome TEXT NOT NULL, delivered_at TEXT,
                PRIMARY KEY (story, level, channel))"""
            )
            execute(
                "INSERT INTO signal_deliveries SELECT story, level, channel, attempts, claimed_until, tried_at,"
                " outcome, delivered_at FROM newer"
            )
            execute("DROP TABLE newer")
            execute("PRAGMA user_version = 3")

    with Decisions(tmp_path, KEY) as decisions:
        signals = Signals(decisions)
        signals.notice(an_evaluation(a_story(), number=3), NOW)

        assert signals.claim(["c"], NOW + HOUR) == []
        assert signals.all()[0].sent_at == NOW


def test_a_story_that_only_lasts_longer_stays_acknowledged(signals: Signals) -> None:
    signals.notice(an_evaluation(a_story(seen=[SPRAY])), NOW)
    acknowledged(signals, signals.all()[0])
    signals.notice(an_evaluation(a_story(seen=[("D02", NIGHT, NIGHT + 50 * HOUR)]), number=2), NOW)

    assert signals.all()[0].state == "acknowledged"


def test_a_story_that_rises_after_a_conclusion_is_sent(signals: Signals) -> None:
    signals.notice(an_evaluation(a_story(level="medium")), NOW)
    acknowledged(signals, signals.all()[0])
    signals.notice(an_evaluation(a_story(), number=2), NOW)

    assert len(signals.claim(["c"], NOW)) == 1


def test_every_notice_sending_and_conclusion_is_in_the_trail(signals: Signals, decisions: Decisions) -> None:
    signals.notice(an_evaluation(a_story()), NOW)
    [claimed] = signals.claim(["c"], NOW)
    signals.record(claimed, "answered_503", attempts=3, delivered=False, at=NOW)
    acknowledged(signals, signals.all()[0])

    assert [entry.action for entry in decisions.audit_trail()] == [
        "notice_signals",
        "send_signal",
        "acknowledge_signal",
    ]


def test_old_signals_are_removed_with_all_that_belongs_to_them(signals: Signals, decisions: Decisions) -> None:
    signals.notice(an_evaluation(a_story("old"), a_story("new", "Jan Peeters", began=NIGHT + 48 * HOUR)), NOW)
    for claimed in signals.claim(["c"], NOW):
        signals.record(claimed, "delivered", attempts=1, delivered=True, at=NOW)
    acknowledged(signals, signals.all()[1])
    before = NIGHT + 24 * HOUR

    assert (signals.due(before), signals.forget(before), signals.due(before)) == (1, 1, 0)
    assert [signal.story for signal in signals.all()] == ["new"]
    left = [
        decisions.rows(query)
        for query in ("SELECT story FROM signal_deliveries", "SELECT story FROM signal_conclusions")
    ]
    assert left == [[("new",)], []]


@settings(deadline=None)
@given(
    nights=st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 72), st.integers(1, 30), st.booleans()), max_size=4),
        max_size=5,
    )
)
def test_no_story_is_claimed_twice_in_whatever_form_evaluations_tell_it(
    tmp_path_factory: pytest.TempPathFactory, nights: list[list[tuple[int, int, int, bool]]]
) -> None:
    with Decisions(tmp_path_factory.mktemp("signals"), KEY) as decisions:
        signals, sent = Signals(decisions), list[tuple[str, str]]()
        for number, night in enumerate(nights):
            stories = [
                a_story(
                    f"{who}-{begins}",
                    f"Person {who}",
                    began=NIGHT + begins * HOUR,
                    ended=NIGHT + (begins + length) * HOUR,
                )
                | {"level": "high" if high else "medium"}
                for who, begins, length, high in night
            ]
            for _ in range(2):
                signals.notice(an_evaluation(*stories, number=number), NOW)
                for claimed in signals.claim(["c"], NOW):
                    sent.append((claimed.story, claimed.level))
                    signals.record(claimed, "delivered", attempts=1, delivered=True, at=NOW)
            unsent = [signal for signal in signals.all() if signal.level == "high" and signal.sent_at is None]
            assert unsent == []

    assert len(sent) == len(set(sent))
