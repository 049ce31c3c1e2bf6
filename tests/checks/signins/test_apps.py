import pytest
from engine_kit import a_baseline, detections, examined, whom
from place_kit import LAGOS, MANAGED, OFFICE, days, sign_in, token, unit

from checks.signins.codes import AAD_GRAPH, EXCHANGE, GRAPH
from checks.signins.units import Level

pytestmark = pytest.mark.deep
"""Of the detections that are no part of the first seventeen; each examines a log."""

D34 = unit("D34")
D35 = unit("D35")
D36 = unit("D36")
D37 = unit("D37")
OFFICE_APP = "d3590ed6-52b3-4102-aeff-aad2292ab01c"
USUAL = days(app_id=OFFICE_APP, resource_id=EXCHANGE)
RARE = "5f0a1111-0000-4000-8000-000000000001"
VS_CODE = "aebc6443-996d-45c2-90f0-388ff96faa56"
SHELL = "1b730954-1685-4b74-9bfd-dac224a7b894"
GUEST = {"user_type": "guest"}


@pytest.mark.parametrize("make", [sign_in, token], ids=["by hand", "silently"])
def test_a_program_that_nobody_used_is_listed(make: object) -> None:
    [found] = detections(D34, [*USUAL, sign_in(-1), make(0, OFFICE, app_id=RARE)])  # type: ignore[operator]

    assert (found.user_id, found.level) == ("user-1", Level.LISTED)


def test_a_program_of_a_colleague_or_of_before_is_none() -> None:
    colleague = days(["user-2"], app_id=RARE)
    before = [a_baseline("user-1", "app", RARE)]

    assert not detections(D34, [*USUAL, *colleague, sign_in(0, app_id=RARE)])
    assert not detections(D34, [*USUAL, sign_in(0, app_id=RARE)], baselines=before)


def test_two_colleagues_who_begin_on_one_day_are_told_by_the_first() -> None:
    rows = [
        *USUAL,
        *days(["user-2"], app_id=OFFICE_APP),
        sign_in(0, app_id=RARE),
        sign_in(5, user="user-2", app_id=RARE),
    ]

    assert whom(D34, rows) == ["user-1"]


@pytest.mark.parametrize("app", [OFFICE_APP, VS_CODE, "4765445b-32c6-49b0-83e6-1d93765276ca", None])
def test_microsofts_own_programs_and_rows_without_one_are_none(app: str | None) -> None:
    assert not detections(D34, [*days(app_id="mail"), sign_in(0, app_id=app)])


def test_a_failure_uses_no_program_and_a_newcomer_none_that_is_new() -> None:
    assert not detections(D34, [*USUAL, sign_in(0, app_id=RARE, error_code=65001)])
    assert not detections(D34, [sign_in(0, app_id=RARE)])


@pytest.mark.parametrize(("resource", "is_found"), [(GRAPH, True), (AAD_GRAPH, True), (EXCHANGE, False)])
def test_a_first_developers_tool_that_reads_the_directory_is_listed(resource: str, is_found: bool) -> None:  # noqa: FBT001
    assert bool(whom(D35, [*USUAL, sign_in(0, app_id=VS_CODE, resource_id=resource)])) is is_found


def test_developers_have_used_it_before() -> None:
    habit = days(lasting=40, app_id=VS_CODE, resource_id=GRAPH)

    assert not detections(D35, [*habit, sign_in(0, app_id=VS_CODE, resource_id=GRAPH)])
    assert not detections(D35, [*USUAL, sign_in(0, app_id=VS_CODE, resource_id=GRAPH, **MANAGED)])


def test_an_office_program_that_reads_the_old_directory_counts_from_a_strange_place_only() -> None:
    odd = {"app_id": OFFICE_APP, "resource_id": AAD_GRAPH}

    assert whom(D35, [*USUAL, sign_in(0, LAGOS, **odd)]) == ["user-1"]
    assert not detections(D35, [*USUAL, sign_in(0, OFFICE, **odd)])


def test_a_first_administrators_shell_is_listed_and_a_habit_is_none() -> None:
    [found] = detections(D36, [*USUAL, sign_in(0, app_id=SHELL, resource_id=AAD_GRAPH)])

    assert (found.level, found.facts["other_resource"]) == (Level.LISTED, False)
    assert not detections(D36, [*days(lasting=40, app_id=SHELL), sign_in(0, app_id=SHELL)])


def test_a_guest_of_the_same_day_with_a_shell_is_worth_a_look() -> None:
    rows = [
        *USUAL,
        sign_in(-60, user="guest-1", app_id=OFFICE_APP, **GUEST),
        sign_in(0, user="guest-1", app_id=VS_CODE, **GUEST),
    ]
    [found] = detections(D36, rows)

    assert (found.user_id, found.level, found.facts["new_guest"]) == ("guest-1", Level.MEDIUM, True)
    assert not detections(D36, [*days(["guest-1"], **GUEST, app_id=OFFICE_APP), *rows])


def stopped(code: int, apps: int, minutes_apart: float = 5, **given: object) -> list[dict[str, object]]:
    return [
        sign_in(turn * minutes_apart, LAGOS, app_id=f"app-{turn}", error_code=code, **given) for turn in range(apps)
    ]


@pytest.mark.parametrize(("code", "least"), [(50105, 2), (53003, 3)])
def test_so_many_programs_that_refuse_are_a_search_and_fewer_are_none(code: int, least: int) -> None:
    [found] = detections(D37, [*USUAL, *stopped(code, least)])

    assert (found.user_id, found.level, found.facts) == ("user-1", Level.LISTED, {"apps": least})
    assert not detections(D37, [*USUAL, *stopped(code, least - 1)])


def test_five_programs_refused_by_a_policy_are_a_search() -> None:
    refused = {"conditional_access_status": "failure"}

    assert detections(D37, [*USUAL, *stopped(53000, 5, **refused)])
    assert not detections(D37, [*USUAL, *stopped(53000, 4, **refused)])


def test_the_window_of_a_search_slides_and_ends() -> None:
    assert detections(D37, [*USUAL, *stopped(50105, 2, 30)])
    assert not detections(D37, [*USUAL, *stopped(50105, 2, 31)])
    assert not detections(D37, [*USUAL, *stopped(53003, 3, 31)])


def test_one_program_many_times_and_devices_of_the_firm_are_none() -> None:
    one = [row | {"app_id": "app-1"} for row in stopped(53003, 6)]

    assert not detections(D37, [*USUAL, *one])
    assert not detections(D37, [*USUAL, *stopped(53003, 6, **MANAGED)])


def test_rows_without_program_or_person_leave_it_open() -> None:
    told = examined([*USUAL, sign_in(0, LAGOS, app_id=None, error_code=53003, user_id=None)], [D34, D37])

    assert not told.detections
    assert "D37" in told.doubts[None]
