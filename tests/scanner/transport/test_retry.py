"""How long a service may make us wait."""

from datetime import UTC, datetime
from random import Random

import pytest

from scanner.transport.retry import Backoff, told_to_wait_s

NOW = datetime(2026, 11, 23, 6, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        pytest.param({}, None, id="nothing said"),
        pytest.param({"retry-after": "5"}, 5, id="seconds"),
        pytest.param({"retry-after": "2.128"}, 2.128, id="a fraction, as Microsoft documents it"),
        pytest.param({"retry-after": "0"}, 0, id="at once"),
        pytest.param({"retry-after": "-3"}, 0, id="in the past"),
        pytest.param({"retry-after": "Mon, 23 Nov 2026 06:01:30 GMT"}, 90, id="an HTTP date"),
        pytest.param({"retry-after": "Mon, 23 Nov 2026 05:00:00 GMT"}, 0, id="an HTTP date that has passed"),
        pytest.param({"retry-after": "soon"}, None, id="neither"),
        pytest.param({"retry-after": "nan"}, None, id="not a number"),
        pytest.param({"retry-after": "inf"}, None, id="for ever"),
        pytest.param({"retry-after": ""}, None, id="empty"),
        pytest.param({"retry-after": "5", "ratelimit-reset": "30"}, 30, id="the greater of the two, the limit's reset"),
        pytest.param({"retry-after": "50", "ratelimit-reset": "30"}, 50, id="the greater of the two, Retry-After"),
        pytest.param({"ratelimit-reset": "7"}, 7, id="only the limit's reset"),
    ],
)
def test_a_wait_is_read_in_every_form_services_use(headers: dict[str, str], wait_s: float | None) -> None:
    assert told_to_wait_s(headers, NOW) == wait_s


def seeded(seed: int) -> Backoff:
    return Backoff(Random(seed))  # noqa: S311 - the same jitter each time


def test_without_a_word_waits_double_with_full_jitter_up_to_five_minutes() -> None:
    backoff = seeded(7)

    longest = [max(backoff.wait_s(attempt) for _ in range(500)) for attempt in range(10)]
    shortest = [min(backoff.wait_s(attempt) for _ in range(500)) for attempt in range(10)]

    assert longest == pytest.approx([2, 4, 8, 16, 32, 64, 128, 256, 300, 300], rel=0.02)
    assert max(shortest) < 5


def test_the_same_seed_gives_the_same_waits() -> None:
    one, other = seeded(1), seeded(1)

    assert [one.wait_s(n) for n in range(5)] == [other.wait_s(n) for n in range(5)]
