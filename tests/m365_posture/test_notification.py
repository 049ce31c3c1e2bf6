"""The same night: new signals are sent once, to whoever is to be told, and name nobody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from builders.signals import ADDRESSES, NAME, NIGHT, SLUG, TENANT_ID, VARIABLE, Firm, a_firm, a_story, an_evaluation
from channel_kit import Moments, Receiver, a_channel, nobody_there
from hypothesis import given, settings
from hypothesis import strategies as st

from m365_posture.channels import Channel
from m365_posture.notification import Told, message_of, tell
from store.judged import Judged
from store.signalled import Conclusion
from store.signals import CLAIM, Signals

NOW = NIGHT + timedelta(hours=2)
PEOPLE = ("Hélène Noël", "Jan Peeters", "Marie-Claire D'Hondt")


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_firm(tmp_path)


@pytest.fixture
def channel() -> Iterator[Receiver]:
    with a_channel() as receiver:
        yield receiver


def told(firm: Firm, judged: Judged | None, *addresses: str, later: timedelta = timedelta()) -> Told:
    return tell(firm.data, Moments(NOW + later), {VARIABLE: " ".join(addresses)}, judged=judged)


def test_a_new_signal_is_sent_once_however_often_it_is_judged(firm: Firm, channel: Receiver) -> None:
    first = told(firm, an_evaluation(a_story()), channel.address)
    spray = ("D02", NIGHT, NIGHT + timedelta(minutes=40))
    grown = a_story(seen=[spray, ("D18", NIGHT + timedelta(hours=9), NIGHT + timedelta(hours=9))])
    renamed = a_story("another-id", seen=[("D01", NIGHT - timedelta(minutes=5), NIGHT), spray])
    again = [
        told(firm, an_evaluation(story, number=night), channel.address, later=timedelta(days=night))
        for night, story in enumerate((a_story(), grown, renamed), 2)
    ]

    assert (first.new, first.sent, first.is_undelivered) == (1, 1, False)
    assert [(one.new, one.sent) for one in again] == [(0, 0)] * 3
    assert len(channel.received) == 1


def test_what_is_sent_names_no_firm_nobody_and_no_address(firm: Firm, channel: Receiver) -> None:
    stories = [a_story(f"story-{number}", who) for number, who in enumerate(PEOPLE)]
    told(firm, an_evaluation(*stories), channel.address)

    sent = channel.text
    mails = [str(story["user_principal_name"]) for story in stories]
    parts = [part for who in PEOPLE for part in who.replace("'", " ").split() if len(part) > 1]
    secret = [*PEOPLE, *parts, *mails, *ADDRESSES, NAME, SLUG, TENANT_ID, "story-0", "spray", "D02"]
    assert len(channel.received) == 1
    assert [name for name in secret if name.lower() in sent.lower()] == []
    code = firm.data.reference
    for said in (
        f"Reference: {code}",
        f"m365-posture signals list {code}",
        "level high to examine: 3",
        "2026-11-23 04:12",
    ):
        assert said in sent


@settings(deadline=None)
@given(
    names=st.lists(st.text(min_size=1), min_size=2, max_size=2),
    slug=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,39}", fullmatch=True),
    address=st.ip_addresses().map(str),
)
def test_a_message_is_the_same_whatever_people_firms_and_addresses_are_called(
    plain: tuple[Firm, str], names: list[str], slug: str, address: str
) -> None:
    firm, expected = plain
    person, company = names
    renamed = firm.with_(slug=slug, name=company, break_glass=(f"{person}@{slug}.example",))
    story = a_story("renamed", name=person, user_principal_name=person, user_id=person, source=address)
    with renamed.data.decisions() as decisions:
        signals = Signals(decisions)
        signals.notice(an_evaluation(story), NOW)
        kept = signals.all()
        signals.forget(NOW + timedelta(days=1))

    message = message_of(renamed.data.reference, kept, renamed.tenant)

    assert f"{message.title}\n{message.body}" == expected


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Firm, str]:
    """A firm without signals, and the message about one."""
    firm = a_firm(tmp_path_factory.mktemp("plain"))
    with firm.data.decisions() as decisions:
        signals = Signals(decisions)
        signals.notice(an_evaluation(a_story()), NOW)
        message = message_of(firm.data.reference, signals.all(), firm.tenant)
        signals.forget(NOW + timedelta(days=1))
    return firm, f"{message.title}\n{message.body}"


def test_the_firms_own_reference_goes_before_the_one_of_its_key(tmp_path: Path, channel: Receiver) -> None:
    told(a_firm(tmp_path, ['reference = "K-0417"']), an_evaluation(a_story()), channel.address)

    assert b"signals list K-0417" in channel.received[0]


def test_a_channel_that_refuses_is_asked_again_the_same_night(firm: Firm) -> None:
    with a_channel(answers=(503, 500)) as channel:
        outcome = told(firm, an_evaluation(a_story()), channel.address)

    assert (outcome.sent, outcome.is_undelivered) == (1, False)
    assert len(channel.received) == 3
    [entry] = firm.trail("send_signal")
    assert (entry.details["outcome"], entry.details["attempts"]) == ("delivered", 3)


def test_only_the_channel_that_was_not_reached_is_told_later(firm: Firm, channel: Receiver) -> None:
    with a_channel(answers=[503] * 3) as down:
        first = told(firm, an_evaluation(a_story()), channel.address, down.address)
        second = told(firm, None, channel.address, down.address, later=timedelta(days=1))

    assert first.unreached == ("channel 2 (json) answered 503",)
    assert (first.due, second.due, second.unreached) == (1, 0, ())
    assert (len(channel.received), len(down.received)) == (1, 4)


def test_a_channel_that_is_not_there_is_told_of_without_its_address_and_what_it_was_to_say_waits_until_it_can_be_sent(
    firm: Firm, channel: Receiver
) -> None:
    address = nobody_there()
    outcome = told(firm, an_evaluation(a_story()), address)

    assert outcome.unreached == ("channel 1 (json) could not be reached",)
    assert address not in repr((outcome, firm.signals(), firm.trail("send_signal")))

    later = told(firm, an_evaluation(number=2), channel.address, later=timedelta(days=1))

    assert later.sent == 1
    assert len(channel.received) == 1


def test_without_channels_it_is_said_that_nobody_is_told_and_it_is_sent_once_there_is_one(
    tmp_path: Path, channel: Receiver
) -> None:
    firm = a_firm(tmp_path)
    outcome = told(firm.with_(notify_env=""), an_evaluation(a_story()))
    later = told(firm, None, channel.address)
    last = told(firm, None, channel.address)

    assert (outcome.nobody_to_tell, outcome.is_undelivered) == (True, False)
    assert (later.sent, last.sent, last.nobody_to_tell) == (1, 0, False)


def test_a_channel_that_is_added_is_not_told_of_what_others_were_told(firm: Firm, channel: Receiver) -> None:
    with a_channel() as added:
        told(firm, an_evaluation(a_story()), channel.address)
        told(firm, None, channel.address, added.address)

    assert (len(channel.received), len(added.received)) == (1, 0)


def test_a_corrected_address_is_told_in_place_of_the_wrong_one_and_one_that_is_added_later_is_not(
    firm: Firm, channel: Receiver
) -> None:
    with a_channel() as corrected, a_channel() as added:
        first = told(firm, an_evaluation(a_story()), channel.address, nobody_there())
        second = told(firm, None, channel.address, corrected.address)
        last = told(firm, None, channel.address, corrected.address, added.address)

    assert [(one.sent, one.due) for one in (first, second, last)] == [(1, 1), (1, 0), (0, 0)]
    assert [len(one.received) for one in (channel, corrected, added)] == [1, 1, 0]


def test_two_processes_at_the_same_time_send_once(firm: Firm, channel: Receiver) -> None:
    evaluation = an_evaluation(a_story())
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda _: told(firm, evaluation, channel.address), range(2)))

    assert sorted(outcome.sent for outcome in outcomes) == [0, 1]
    assert len(channel.received) == 1


def test_what_a_killed_process_was_sending_is_sent_by_the_next_one(firm: Firm, channel: Receiver) -> None:
    told(firm.with_(notify_env=""), an_evaluation(a_story()))
    with firm.data.decisions() as decisions:
        Signals(decisions).claim([Channel(1, channel.address).id], NOW)

    soon = told(firm, None, channel.address, later=CLAIM / 2)
    later = told(firm, None, channel.address, later=CLAIM * 2)

    assert (soon.sent, later.sent) == (0, 1)


def test_medium_and_listed_stories_are_not_sent_and_one_that_becomes_high_is(firm: Firm, channel: Receiver) -> None:
    quiet = [a_story(level="medium"), a_story("weak", "Jan Peeters", level="listed")]
    first = told(firm, an_evaluation(*quiet), channel.address)
    second = told(firm, an_evaluation(a_story(level="high"), number=2), channel.address)

    assert (first.new, first.sent) == (1, 0)
    assert (second.new, second.sent) == (1, 1)


def test_what_somebody_looked_at_before_it_could_be_sent_is_not_sent(firm: Firm, channel: Receiver) -> None:
    told(firm, an_evaluation(a_story()), nobody_there())
    [signal] = firm.signals()
    with firm.data.decisions() as decisions:
        Signals(decisions).acknowledge(signal, Conclusion.EXPLAINED, by="An", note="", at=NOW)

    outcome = told(firm, an_evaluation(a_story(), number=2), channel.address)

    assert (outcome.sent, outcome.waiting, channel.received) == (0, 0, [])


@pytest.mark.parametrize(
    ("language", "word"), [("en", "To look at them"), ("nl", "signals list"), ("fr", "signals list")]
)
def test_a_message_is_in_the_language_of_the_firms_reports(firm: Firm, language: str, word: str) -> None:
    told(firm.with_(notify_env=""), an_evaluation(a_story()))

    message = message_of("K-1", firm.signals(), firm.with_(language=language).tenant)

    assert word in message.body
