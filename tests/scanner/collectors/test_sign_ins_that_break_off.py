"""A listing of the sign-in log that breaks off is gone on with where it stopped, or the log is partial."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scripted_graph import Answer, Desk, ScriptedGraph, a_desk
from stored_scans import MOMENT, TENANT

from scanner.graph import Page
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.sign_ins import SIGN_INS
from scanner.snapshot.writer import ScanWriter
from scanner.transport.errors import Denied, Malformed, NotFound, ReadError, RequestRefused, Throttled, Unavailable
from scanner.transport.templates import Api, Template

BETA = "beta/auditLogs/signIns"


def a_sign_in(name: str, minutes_ago: int) -> dict[str, Any]:
    return {
        "id": name,
        "createdDateTime": (MOMENT - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "7Z",
        "userId": "u1",
        "signInEventTypes": ["interactiveUser"],
        "authenticationRequirement": "singleFactorAuthentication",
    }


def rows_until(template: Template, text: str, per_page: int, count: int) -> list[list[dict[str, Any]]]:
    """Return the pages of a log of `count` sign-ins, one a minute, as far as the filter lets them through."""
    until = text.rsplit("createdDateTime le ", 1)[1] if "createdDateTime le" in text else "9999"
    rows = [a_sign_in(f"s{n:03}", n) for n in range(count)]
    found = [row for row in rows if row["createdDateTime"] <= until]
    if template.api is Api.GRAPH_V1:
        found = [{name: value for name, value in row.items() if name in template.select} for row in found]
    return [found[start : start + per_page] for start in range(0, len(found), per_page)]


class Interrupted:
    """A log of 60 sign-ins, two to a page, whose listings break off after so many pages each."""

    def __init__(self, *pages: int, error: ReadError) -> None:
        self._pages = list(pages)
        self._error = error

    def __call__(self, template: Template, text: str) -> Answer:
        if "servicePrincipal" in text:
            return []
        whole = rows_until(template, text, per_page=2, count=60)
        if not self._pages:
            return whole
        return [*whole[: self._pages.pop(0)], self._error]


def desk_of(folder: Path, log: Interrupted) -> Desk:
    return a_desk(folder, "sign_ins", log)


def kept(desk: Desk) -> list[str]:
    return sorted(row["id"] for row in desk.rows())


EVERY_ROW = [f"s{n:03}" for n in range(60)]
EXPIRED = Malformed(BETA, 400, "skiptoken_expired")


async def test_a_listing_that_breaks_off_goes_on_from_the_oldest_row_kept(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, Interrupted(12, 5, error=EXPIRED))

    result = await desk.read()

    assert (result.state, dict(result.groups)) == (TableState.COMPLETE, {})
    assert result.newest_event == MOMENT.replace(microsecond=0)
    assert kept(desk) == EVERY_ROW
    untils = [
        text.rsplit("createdDateTime le ", 1)[1] for _, text in desk.graph.asked[1:] if "nonInteractiveUser" in text
    ]
    assert untils == ["2026-11-16T05:37:01Z", "2026-11-16T05:28:01Z"]


async def test_a_listing_that_graph_lost_its_place_in_goes_on_from_the_oldest_row_kept(tmp_path: Path) -> None:
    whole = rows_until(Template(Api.GRAPH_BETA, "", *["x"] * 3), "", 2, 60)  # type: ignore[arg-type]
    scripts = [[*whole[:15], Page(whole[0], size_bytes=0, restarted=True)]]
    desk = a_desk(
        tmp_path,
        "sign_ins",
        lambda template, text: scripts.pop() if scripts else Interrupted(error=EXPIRED)(template, text),
    )

    result = await desk.read()

    assert result.state is TableState.COMPLETE
    assert kept(desk) == EVERY_ROW


async def test_beta_that_leads_no_further_is_followed_by_v1_from_there(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, Interrupted(12, 0, error=Unavailable(BETA, 503, "unavailable")))

    result = await desk.read()

    assert (result.state, result.reason) == (TableState.PARTIAL, "interactive_only")
    assert result.groups["beta_properties"].reason == "unavailable"
    assert result.newest_event is None
    rows = desk.rows()
    assert sorted(row["id"] for row in rows) == EVERY_ROW
    with_beta = {row["id"] for row in rows if row["authentication_requirement"]}
    assert with_beta == set(EVERY_ROW[:24])


@pytest.mark.parametrize(
    "error",
    [
        Throttled(BETA, 429, "TooManyRequests"),
        Denied(BETA, 403, "Forbidden"),
        RequestRefused(BETA, code="foreign_continuation"),
    ],
)
async def test_rows_of_a_log_that_stops_are_kept_and_the_log_is_partial(tmp_path: Path, error: ReadError) -> None:
    desk = desk_of(tmp_path, Interrupted(12, 0, 0, error=error))

    result = await desk.read()

    assert result.state is TableState.PARTIAL
    assert result.newest_event is None
    assert kept(desk) == EVERY_ROW[:24]
    assert {template.api for template, _ in desk.graph.asked} == {Api.GRAPH_BETA}


async def test_a_log_that_never_answers_has_the_state_of_its_error(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, Interrupted(0, 0, error=NotFound(BETA, 404, "UnknownError")))

    result = await desk.read()

    assert (result.state, result.reason) == (TableState.FAILED, "UnknownError")


async def test_a_part_is_ten_pages_and_a_resumed_reading_goes_on_below_it(tmp_path: Path) -> None:
    first = desk_of(tmp_path, Interrupted(12, 0, error=Throttled(BETA, 429)))
    await first.read()
    units = first.scan.table(SIGN_INS).finished_units()

    assert [unit["oldest"] for unit in units] == ["2026-11-16T05:41:00+00:00", "2026-11-16T05:37:00+00:00"]

    resumed = ScanWriter.resume(first.scan.tenant_folder, TENANT, first.scan.vault, MOMENT + timedelta(minutes=5))
    assert resumed is not None
    second = Desk("sign_ins", ScriptedGraph(Interrupted(error=EXPIRED)), resumed)
    result = await second.read()

    assert (result.state, result.newest_event) == (TableState.COMPLETE, MOMENT)
    assert second.graph.asked[0][1].endswith("createdDateTime le 2026-11-16T05:37:01Z")
    assert kept(second) == EVERY_ROW
