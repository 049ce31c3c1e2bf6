"""Sign-ins of applications by themselves are read after those of people, who lack nothing where they are refused."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scripted_graph import Answer, a_desk
from simulated_scans import Office, Snapshot, an_office
from stored_scans import MOMENT

from scanner.snapshot.ledger import TableState
from scanner.transport.errors import Denied
from scanner.transport.templates import Template
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

BETA = "beta/auditLogs/signIns"
NOW = datetime.now(UTC)


def a_sign_in(name: str, at: datetime, kind: str = "interactiveUser") -> dict[str, Any]:
    who = {"userId": "u1"} if kind == "interactiveUser" else {"servicePrincipalId": "sp1"}
    return {"id": name, "createdDateTime": f"{at:%Y-%m-%dT%H:%M:%S}Z", "signInEventTypes": [kind], **who}


def of_an_application(name: str, at: datetime) -> dict[str, Any]:
    return a_sign_in(name, at, "servicePrincipal")


def ids(snapshot: Snapshot) -> list[str]:
    return sorted(row["id"] for row in snapshot.rows("sign_ins"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    tenant = blank_tenant("apps")
    tenant.sign_ins = [a_sign_in("person", NOW - timedelta(days=2)), of_an_application("app1", NOW - timedelta(days=3))]
    with an_office(tenant, tmp_path, packs=["base"]) as firm:
        yield firm


def arrives(office: Office, row: dict[str, Any]) -> None:
    """Put the newest row into the log."""
    assert isinstance(office.tenant.sign_ins, list)
    office.tenant.sign_ins.insert(0, row)


def listings(office: Office) -> list[str]:
    """Return what the listings of the log so far asked for."""
    return [request.query["$filter"] for request in office.simulator.requests if request.path == BETA]


def test_they_are_read_after_those_of_people_and_gone_on_with(office: Office) -> None:
    first = office.scan()
    arrives(office, of_an_application("app2", NOW))
    office.simulator.requests.clear()

    second = office.scan()

    assert ids(first) == ["app1", "person"]
    assert ids(second) == ["app1", "app2", "person"]
    of_people, of_applications = listings(office)
    assert ("interactiveUser" in of_people, "servicePrincipal" in of_applications) == (True, True)
    since = datetime.fromisoformat(of_applications.rsplit("createdDateTime ge ", 1)[1])
    assert timedelta(days=3) < NOW - since < timedelta(days=5)
    assert second.coverage("sign_ins").groups == {}


def test_where_they_are_refused_people_lack_nothing_and_the_ledger_says_so(tmp_path: Path) -> None:
    def refusing(_: Template, text: str) -> Answer:
        if "servicePrincipal" in text:
            return [Denied(BETA, 403, "Authorization_RequestDenied")]
        return [[a_sign_in("person", MOMENT)]]

    desk = a_desk(tmp_path, "sign_ins", refusing)
    result = asyncio.run(desk.read())

    assert (result.state, result.newest_event) == (TableState.COMPLETE, MOMENT)
    assert result.groups["service_principals"].state is TableState.DENIED
    assert [row["id"] for row in desk.rows()] == ["person"]


def test_a_night_without_them_is_made_up_for_by_the_next(office: Office) -> None:
    office.scan()
    arrives(office, of_an_application("meanwhile", NOW - timedelta(hours=30)))
    office.simulator.faults.add(Fault(FaultKind.NOT_FOUND, BETA, times=None))
    without = office.scan()
    office.simulator.faults.clear()

    assert without.coverage("sign_ins").groups["service_principals"].state is TableState.PARTIAL
    assert ids(office.scan()) == ["app1", "meanwhile", "person"]
