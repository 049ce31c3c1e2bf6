"""Budgets: the documented limits, and a brake that holds everybody."""

import asyncio

import pytest
from reading_kit import FakeClock

from scanner.transport.budget import Bucket, BudgetKey, Budgets, PausedTooLong, Policy, policy_of
from scanner.transport.templates import Workload

REPORTS = policy_of(Workload.REPORTS)


async def sent_at(clock: FakeClock, bucket: Bucket, *costs: float, takes_s: float = 0.0) -> list[float]:
    """Send requests of these costs all at once; return when each left."""
    moments: list[float] = []

    async def send(cost: float) -> None:
        async with bucket.slot(cost):
            moments.append(clock.elapsed)
            await clock.sleep(takes_s)

    await asyncio.gather(*(send(cost) for cost in costs))
    return moments


async def test_five_reports_leave_at_once_and_the_sixth_waits_ten_seconds() -> None:
    clock = FakeClock()

    moments = await sent_at(clock, Bucket(REPORTS, clock), *[1] * 11)

    assert moments == [0] * 5 + [10] * 5 + [20]


async def test_a_request_counts_until_one_window_after_its_answer() -> None:
    clock = FakeClock()

    moments = await sent_at(clock, Bucket(REPORTS, clock), *[1] * 6, takes_s=4)

    assert moments == [0] * 5 + [14]


async def test_how_long_an_answer_takes_to_read_costs_no_units() -> None:
    clock = FakeClock()
    bucket = Bucket(REPORTS, clock)

    async def send(answers_after_s: float, read_for_s: float) -> float:
        async with bucket.slot(1) as slot:
            left = clock.elapsed
            await clock.sleep(answers_after_s)
            slot.answered_s = clock.monotonic_s()
            await clock.sleep(read_for_s)
        return left

    # what is read last was answered first
    moments = await asyncio.gather(
        *(send(4 - number, number) for number in range(4)), send(4, 3), send(0, 0), send(0, 0)
    )

    assert moments == [0] * 5 + [11, 12]


async def test_conditional_access_is_asked_once_a_second_and_never_twice_at_once() -> None:
    clock = FakeClock()

    moments = await sent_at(clock, Bucket(policy_of(Workload.CONDITIONAL_ACCESS), clock), 1, 1, 1, takes_s=0.5)

    assert moments == [0, 1.5, 3]


async def test_units_are_summed_and_what_does_not_fit_waits_for_its_turn() -> None:
    clock = FakeClock()
    bucket = Bucket(Policy(((10.0, 60.0),), concurrent=8, in_units=True), clock)

    moments = await sent_at(clock, bucket, 6, 6, 4)

    assert moments == [0, 60, 60]


async def test_a_batch_dearer_than_the_whole_budget_goes_alone() -> None:
    clock = FakeClock()
    bucket = Bucket(Policy(((10.0, 60.0),), concurrent=8, in_units=True), clock)

    moments = await sent_at(clock, bucket, 25, 1)

    assert moments == [0, 60]


async def test_every_window_of_a_limit_holds() -> None:
    clock = FakeClock()
    bucket = Bucket(Policy(((2.0, 1.0), (3.0, 100.0)), concurrent=8, in_units=True), clock)

    moments = await sent_at(clock, bucket, *[1] * 5)

    assert moments == [0, 0, 1, 100, 100]


async def test_a_mailbox_is_never_asked_five_things_at_once() -> None:
    clock = FakeClock()
    bucket = Bucket(policy_of(Workload.OUTLOOK), clock)

    moments = await sent_at(clock, bucket, *[1] * 6, takes_s=2)

    assert moments == [0, 0, 0, 0, 2, 2]


async def test_another_mailbox_has_a_budget_of_its_own() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    one, other = (budgets.bucket(BudgetKey(Workload.OUTLOOK, name)) for name in ("u1", "u2"))

    one.pause(60)

    assert await sent_at(clock, other, 1) == [0]
    assert await sent_at(clock, one, 1) == [60]


async def test_a_pause_holds_the_requests_that_were_already_queued() -> None:
    clock = FakeClock()
    bucket = Bucket(REPORTS, clock)
    moments: list[float] = []

    async def send(number: int) -> None:
        async with bucket.slot(1):
            moments.append(clock.elapsed)
            if number == 0:
                bucket.pause(30)

    await asyncio.gather(*(send(number) for number in range(8)))

    assert moments == [0, *[30] * 5, *[40] * 2]


async def test_a_pause_that_grows_while_others_wait_holds_them_longer() -> None:
    clock = FakeClock()
    bucket = Bucket(REPORTS, clock)
    bucket.pause(10)

    async def brake_again() -> None:
        await clock.sleep(5)
        bucket.pause(20)

    moments, _ = await asyncio.gather(sent_at(clock, bucket, 1), brake_again())

    assert moments == [25]


async def test_a_shorter_pause_never_ends_a_longer_one() -> None:
    clock = FakeClock()
    bucket = Bucket(REPORTS, clock)

    bucket.pause(50)
    bucket.pause(1)

    assert await sent_at(clock, bucket, 1) == [50]


async def test_nobody_waits_for_a_pause_of_a_day() -> None:
    clock = FakeClock()
    bucket = Bucket(REPORTS, clock)
    bucket.pause(86_400)

    with pytest.raises(PausedTooLong):
        await sent_at(clock, bucket, 1)


@pytest.mark.parametrize(("spent", "granted", "left_at"), [(6, 4, 0), (7, 3, 0), (8, 10, 60)])
async def test_a_request_that_can_be_cut_takes_what_fits_unless_that_is_hardly_anything(
    spent: float, granted: float, left_at: float
) -> None:
    clock = FakeClock()
    bucket = Bucket(Policy(((10.0, 60.0),), concurrent=8, in_units=True), clock)
    await sent_at(clock, bucket, spent)

    async with bucket.slot(10, step=1) as slot:
        assert (slot.units, clock.elapsed) == (granted, left_at)


async def test_nothing_is_cut_to_slip_through_a_pause() -> None:
    clock = FakeClock()
    bucket = Bucket(Policy(((10.0, 60.0),), concurrent=8, in_units=True), clock)
    bucket.pause(30)

    async with bucket.slot(4, step=1) as slot:
        assert (slot.units, clock.elapsed) == (4, 30)


async def test_the_true_cost_replaces_the_estimate() -> None:
    clock = FakeClock()
    bucket = Bucket(Policy(((10.0, 60.0),), concurrent=8, in_units=True), clock)

    async with bucket.slot(9) as slot:
        slot.units = 1

    assert await sent_at(clock, bucket, 9) == [0]


async def test_a_request_that_failed_still_counts_and_gives_its_place_back() -> None:
    clock = FakeClock()
    bucket = Bucket(policy_of(Workload.CONDITIONAL_ACCESS), clock)

    with pytest.raises(ConnectionError):
        async with bucket.slot(1):
            raise ConnectionError

    assert await sent_at(clock, bucket, 1) == [1]


async def test_a_request_that_is_cancelled_while_it_waits_gives_its_place_back() -> None:
    clock = FakeClock()
    bucket = Bucket(policy_of(Workload.CONDITIONAL_ACCESS), clock)
    async with bucket.slot(1):
        waiting = asyncio.create_task(sent_at(clock, bucket, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    assert await sent_at(clock, bucket, 1) == [1]


@pytest.mark.parametrize(
    ("users", "units"), [(0, 3_500), (49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000), (100_000, 8_000)]
)
def test_the_directory_gives_larger_tenants_more(users: int, units: float) -> None:
    assert policy_of(Workload.IDENTITY, users=users).windows == ((units, 10),)


@pytest.mark.parametrize(
    ("licenses", "a_minute", "a_day"),
    [
        (0, 1_250, 1_200_000),
        (1_000, 1_250, 1_200_000),
        (1_001, 2_500, 2_400_000),
        (15_000, 3_750, 3_600_000),
        (50_000, 5_000, 4_800_000),
        (50_001, 6_250, 6_000_000),
    ],
)
def test_sharepoint_gives_by_licences(licenses: int, a_minute: float, a_day: float) -> None:
    assert policy_of(Workload.SHAREPOINT, licenses=licenses).windows == ((a_minute, 60), (a_day, 86_400))


async def test_the_smallest_limits_hold_until_the_size_is_known_and_what_was_spent_stays_spent() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    bucket = budgets.bucket(BudgetKey(Workload.IDENTITY))
    before = await sent_at(clock, bucket, 3_500, 1_000)
    budgets.resize(users=200, licenses=180)

    after = await sent_at(clock, bucket, 4_000, 1_000)

    assert (before, after) == ([0, 10], [10, 20])


async def test_a_budget_opened_after_the_size_is_known_has_that_size() -> None:
    budgets = Budgets(FakeClock())
    budgets.resize(users=200, licenses=2_000)

    assert budgets.bucket(BudgetKey(Workload.SHAREPOINT)).policy.windows[0] == (2_500, 60)
