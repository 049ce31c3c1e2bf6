"""Users are read with their sign-in activity, or without it and the ledger says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_graph import Answer, a_desk
from simulated_scans import Office, an_office

from scanner.graph import Page
from scanner.snapshot.ledger import GroupCoverage, TableState
from scanner.transport.errors import Malformed, ReadError, Unavailable
from scanner.transport.templates import Template
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

ACTIVITY = {"lastSuccessfulSignInDateTime": "2026-11-10T08:00:00Z", "lastSignInDateTime": "0001-01-01T00:00:00Z"}


def a_user(number: int, **properties: object) -> dict[str, Any]:
    return {"id": f"u{number}", "displayName": f"User {number}", "accountEnabled": True, **properties}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    tenant = blank_tenant("groot")
    tenant.users += [a_user(number, signInActivity=ACTIVITY) for number in range(3)]
    with an_office(tenant, tmp_path, packs=["base"]) as small:
        yield small


def activity_group(office: Office) -> GroupCoverage | None:
    return office.scan().coverage("users").groups.get("sign_in_activity")


def test_five_thousand_users_with_activity_take_at_most_eleven_requests(office: Office) -> None:
    office.tenant.users[:] = [a_user(number, signInActivity=ACTIVITY) for number in range(5_000)]

    coverage = office.scan(only=["directory"]).coverage("users")

    assert (coverage.state, coverage.rows, coverage.groups) == ("complete", 5_000, {})
    assert coverage.requests == len([path for path in office.asked() if path == "v1.0/users"]) == 10


def test_without_a_licence_users_are_read_without_activity(office: Office) -> None:
    office.tenant.service_plans.clear()

    group = activity_group(office)

    assert group == GroupCoverage(
        TableState.UNLICENSED, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "license:AAD_PREMIUM"
    )


def test_without_the_audit_permission_users_are_read_without_activity(office: Office) -> None:
    office.tenant.revoke("AuditLog.Read.All")
    snapshot = office.scan()

    assert snapshot.coverage("users").groups["sign_in_activity"].state == "denied"
    assert snapshot.coverage("users").groups["sign_in_activity"].mend == "grant:AuditLog.Read.All"
    assert len(snapshot.rows("users")) == 3
    assert {row["last_successful_sign_in_date_time"] for row in snapshot.rows("users")} == {None}


def test_without_the_permission_to_read_users_the_table_is_denied(office: Office) -> None:
    office.tenant.revoke("User.Read.All", "Directory.Read.All")

    coverage = office.scan().coverage("users")

    assert (coverage.state, coverage.mend, coverage.rows) == ("denied", "grant:User.Read.All", 0)


def test_activity_that_breaks_off_costs_the_activity_and_not_the_users(office: Office) -> None:
    office.tenant.page_size = 1
    office.simulator.faults.add(Fault(FaultKind.TRUNCATED, "v1.0/users", skip=1))

    snapshot = office.scan()

    assert snapshot.coverage("users").groups == {
        "sign_in_activity": GroupCoverage(TableState.FAILED, "not_json", "rescan")
    }
    assert [row["id"] for row in snapshot.rows("users")] == ["u0", "u1", "u2"]


def refusing(*sizes: int) -> Any:  # noqa: ANN401 - a script
    """Return the script of a Graph that answers 400 to pages of these sizes."""

    def answer(template: Template, _: str) -> Answer:
        if template.top in sizes and "signInActivity" in template.select:
            return [Malformed(template.endpoint, 400, "Request_UnsupportedQuery")]
        return [[a_user(1, **({"signInActivity": ACTIVITY} if "signInActivity" in template.select else {}))]]

    return answer


async def test_pages_that_graph_finds_too_large_are_asked_for_smaller(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, "users", refusing(500))

    result = await desk.read()

    assert [template.top for template, _ in desk.graph.asked] == [500, 120]
    assert (result.state, dict(result.groups)) == ("complete", {})
    assert desk.rows()[0]["last_successful_sign_in_date_time"] is not None


async def test_a_request_that_graph_never_understands_is_repeated_without_activity(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, "users", refusing(500, 120))

    result = await desk.read()

    assert [template.top for template, _ in desk.graph.asked] == [500, 120, 999]
    assert result.groups["sign_in_activity"].state is TableState.FAILED
    assert desk.rows()[0]["last_successful_sign_in_date_time"] is None


async def test_a_user_that_two_pages_tell_of_is_kept_once_as_last_told(tmp_path: Path) -> None:
    pages = [[a_user(1), a_user(2)], [a_user(1, displayName="Renamed"), a_user(3)]]
    desk = a_desk(tmp_path, "users", lambda *_: pages)

    await desk.read()

    assert {row["id"]: row["display_name"] for row in desk.rows()} == {"u1": "Renamed", "u2": "User 2", "u3": "User 3"}


async def test_a_listing_that_graph_began_anew_forgets_what_came_before(tmp_path: Path) -> None:
    again = Page([a_user(2)], size_bytes=0, restarted=True)
    desk = a_desk(tmp_path, "users", lambda *_: [[a_user(1)], again])

    await desk.read()

    assert [row["id"] for row in desk.rows()] == ["u2"]


async def test_a_listing_that_cannot_be_read_keeps_no_half_of_itself(tmp_path: Path) -> None:
    error: ReadError = Unavailable("v1.0/users", 503, "unavailable")
    desk = a_desk(tmp_path, "users", lambda *_: [[a_user(1)], error])

    with pytest.raises(Unavailable):
        await desk.read()

    assert desk.rows() == []
