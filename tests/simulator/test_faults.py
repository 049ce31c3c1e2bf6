"""Scripted faults, as they arrive at a client."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from simulator_client import Client, a_client

from simulator.faults import Fault, FaultKind, FaultScript
from simulator.generate import generate_tenant
from simulator.tenants import SimulatedTenant

SPEED: Final = 4_000.0
"""The pause between two bytes of a dripping body is then a quarter of a millisecond."""


@pytest.fixture(scope="module")
def tenant() -> SimulatedTenant:
    return generate_tenant(users=6, sign_ins=5, sites=1, shared_items=3)


@pytest.fixture(scope="module")
def served(tenant: SimulatedTenant, simulator_folder: Path) -> Iterator[Client]:
    """A client of a simulator that no test changes but for its faults."""
    with a_client(tenant, simulator_folder, clock_speed=SPEED, throttling=False) as client:
        yield client


@pytest.fixture
def client(served: Client) -> Client:
    """The client, before anything went wrong."""
    served.simulator.faults.clear()
    served.simulator.faults.fired.clear()
    return served


@dataclass(frozen=True)
class Kind:
    """One kind of request, and how a fault is put on it."""

    pattern: str
    send: Callable[[Client, SimulatedTenant], httpx.Response]
    skip: int = 0
    in_batch: bool = False


def first_page(client: Client, _tenant: SimulatedTenant) -> httpx.Response:
    return client.get("v1.0/users?$select=id&$top=2")


def later_page(client: Client, tenant: SimulatedTenant) -> httpx.Response:
    return client.get(first_page(client, tenant).json()["@odata.nextLink"])


def singleton(client: Client, _tenant: SimulatedTenant) -> httpx.Response:
    return client.get("v1.0/policies/identitySecurityDefaultsEnforcementPolicy")


def batch(client: Client, tenant: SimulatedTenant) -> httpx.Response:
    fewest = sorted(tenant.inbox_rules, key=lambda mailbox: len(tenant.inbox_rules[mailbox]))
    urls = [f"/users/{user_id}/mailFolders/inbox/messageRules" for user_id in fewest[:2]]
    requests = [{"id": str(index), "method": "GET", "url": url} for index, url in enumerate(urls)]
    return client.post("v1.0/$batch", {"requests": requests})


def delta_page(client: Client, tenant: SimulatedTenant) -> httpx.Response:
    return client.get(f"v1.0/drives/{next(iter(tenant.drive_items))}/root/delta?$select=id")


KINDS: Final = {
    "first page": Kind("v1.0/users", first_page),
    "later page": Kind("v1.0/users", later_page, skip=1),
    "singleton": Kind("v1.0/policies/*", singleton),
    "batch envelope": Kind("v1.0/$batch", batch),
    "batch part": Kind("v1.0/users/*/messageRules", batch, skip=1, in_batch=True),
    "delta page": Kind("v1.0/drives/*/delta", delta_page),
}
STATUS: Final = {
    FaultKind.UNAUTHORIZED: 401,
    FaultKind.FORBIDDEN: 403,
    FaultKind.NOT_FOUND: 404,
    FaultKind.THROTTLED: 429,
    FaultKind.SERVER_ERROR: 500,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
}
UNLICENSED: Final = {
    "batch part": (404, "MailboxNotEnabledForRESTAPI"),
    "delta page": (400, "BadRequest"),
}

every_kind = pytest.mark.parametrize("kind", KINDS)


def struck(client: Client, tenant: SimulatedTenant, kind: str, fault: FaultKind, **options: Any) -> httpx.Response:  # noqa: ANN401 - a fault's fields
    """The answer to a request of a kind with a fault on it."""
    target = KINDS[kind]
    script = Fault(fault, target.pattern, skip=target.skip, in_batch=target.in_batch, **options)
    client.simulator.faults.add(script)
    client.http.timeout = httpx.Timeout(30, read=0.3 if fault is FaultKind.TIMEOUT else 30)
    try:
        return target.send(client, tenant)
    finally:
        assert client.simulator.faults.fired == [script]


def outcomes(kind: str, answer: httpx.Response) -> list[tuple[int, Any]]:
    """Status and body of the answer; of the parts, where the fault strikes one of them."""
    if kind != "batch part":
        return [(answer.status_code, answer.json())]
    assert answer.status_code == 200
    return [(part["status"], part["body"]) for part in answer.json()["responses"]]


@every_kind
@pytest.mark.parametrize("fault", STATUS)
def test_an_error_has_its_status(fault: FaultKind, kind: str, client: Client, tenant: SimulatedTenant) -> None:
    found = outcomes(kind, struck(client, tenant, kind, fault))

    wrong = [(status, body) for status, body in found if status != 200]
    assert [status for status, _ in wrong] == [STATUS[fault]]
    assert wrong[0][1]["error"]["code"]


@every_kind
def test_a_missing_licence_is_told_in_the_words_of_the_service(
    kind: str, client: Client, tenant: SimulatedTenant
) -> None:
    found = outcomes(kind, struck(client, tenant, kind, FaultKind.UNLICENSED))

    expected = UNLICENSED.get(kind, (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"))
    assert expected in [(status, body["error"]["code"]) for status, body in found if status != 200]


@pytest.mark.parametrize("retry_after", ["5", "2.128", "Mon, 23 Nov 2026 06:00:00 GMT", None])
@pytest.mark.parametrize("fault", [FaultKind.THROTTLED, FaultKind.UNAVAILABLE])
def test_it_says_how_long_to_wait_as_scripted(
    fault: FaultKind, retry_after: str | None, client: Client, tenant: SimulatedTenant
) -> None:
    answer = struck(client, tenant, "first page", fault, retry_after=retry_after)

    assert answer.headers.get("Retry-After") == retry_after


def test_a_part_throttled_in_a_batch_says_how_long_to_wait(client: Client, tenant: SimulatedTenant) -> None:
    answer = struck(client, tenant, "batch part", FaultKind.THROTTLED_IN_BATCH, retry_after="5")

    parts = {part["status"]: part for part in answer.json()["responses"]}
    assert parts[429]["headers"]["Retry-After"] == "5"
    assert parts[429]["body"]["error"]["code"] == "ApplicationThrottled"
    assert parts[200]["body"]["value"] is not None


@every_kind
def test_a_timeout_is_an_answer_that_never_comes(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    with pytest.raises(httpx.ReadTimeout):
        struck(client, tenant, kind, FaultKind.TIMEOUT)


@every_kind
def test_a_dropped_connection_ends_in_the_middle_of_the_body(
    kind: str, client: Client, tenant: SimulatedTenant
) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        struck(client, tenant, kind, FaultKind.DROPPED)


@every_kind
def test_a_dripping_body_comes_whole_but_late(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    started = time.monotonic()

    answer = struck(client, tenant, kind, FaultKind.DRIPPING)

    assert time.monotonic() - started > len(answer.content) / SPEED
    assert answer.json()


@every_kind
def test_truncated_json_is_a_complete_answer(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    answer = struck(client, tenant, kind, FaultKind.TRUNCATED)

    if kind == "batch part":
        assert [type(body) for _, body in outcomes(kind, answer)].count(str) == 1
        return
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|EOF"):
        answer.json()


@every_kind
def test_an_answer_may_be_no_json(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    answer = struck(client, tenant, kind, FaultKind.NOT_JSON)

    if kind == "batch part":
        assert [type(body) for _, body in outcomes(kind, answer)].count(str) == 1
        return
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.text.startswith("<!DOCTYPE html>")


@every_kind
def test_an_answer_may_be_a_list(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    found = outcomes(kind, struck(client, tenant, kind, FaultKind.NOT_AN_OBJECT))

    assert [type(body) for _, body in found].count(list) == 1


LISTINGS: Final = ("first page", "later page", "batch part", "delta page")


def link_of(kind: str, answer: httpx.Response) -> str:
    links = [body["@odata.nextLink"] for _, body in outcomes(kind, answer) if "@odata.nextLink" in body]
    assert len(links) == 1
    return str(links[0])


@pytest.mark.parametrize("kind", LISTINGS)
def test_a_continuation_may_lead_back_to_the_same_page(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    answer = struck(client, tenant, kind, FaultKind.REPEATED_NEXT_LINK)

    link = link_of(kind, answer)
    assert link.endswith("/messageRules") if kind == "batch part" else link == str(answer.url)
    assert "@odata.deltaLink" not in answer.text


@pytest.mark.parametrize("kind", LISTINGS)
def test_a_continuation_may_lead_to_another_host(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    link = link_of(kind, struck(client, tenant, kind, FaultKind.FOREIGN_NEXT_LINK))

    assert link.startswith("https://graph.attacker.example/v1.0/")


@pytest.mark.parametrize("kind", LISTINGS)
def test_a_continuation_may_lead_to_another_port(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    answer = struck(client, tenant, kind, FaultKind.FOREIGN_PORT_NEXT_LINK)

    link = link_of(kind, answer)
    assert link.startswith("https://127.0.0.1:")
    assert not link.startswith(f"https://127.0.0.1:{answer.url.port}/")


def test_what_reaches_the_other_port_is_recorded(client: Client) -> None:
    client.simulator.faults.add(Fault(FaultKind.FOREIGN_PORT_NEXT_LINK, "v1.0/users"))

    assert client.get(client.get("v1.0/users").json()["@odata.nextLink"]).status_code == 404
    assert client.simulator.requests[-1].authorized


@pytest.mark.parametrize("kind", LISTINGS)
def test_the_rows_come_after_an_empty_page(kind: str, client: Client, tenant: SimulatedTenant) -> None:
    target = KINDS[kind]
    whole = [body["value"] for _, body in outcomes(kind, target.send(client, tenant))]
    fault = Fault(FaultKind.EMPTY_PAGE_WITH_NEXT_LINK, target.pattern, skip=target.skip, in_batch=target.in_batch)
    client.simulator.faults.add(fault)

    answer = target.send(client, tenant)

    empty = next(body for _, body in outcomes(kind, answer) if "attempt=" in body.get("@odata.nextLink", ""))
    assert empty["value"] == []
    assert client.get(link_of(kind, answer)).json()["value"] in whole


class TestScript:
    """When a fault strikes."""

    def test_as_often_as_scripted(self) -> None:
        script = FaultScript([Fault(FaultKind.SERVER_ERROR, "v1.0/users", times=2)])

        strikes = [script.strike("v1.0/users", in_batch=False) is not None for _ in range(4)]

        assert strikes == [True, True, False, False]

    def test_always(self) -> None:
        script = FaultScript([Fault(FaultKind.SERVER_ERROR, "v1.0/users", times=None)])

        assert all(script.strike("v1.0/users", in_batch=False) for _ in range(9))

    def test_after_the_requests_it_spares(self) -> None:
        script = FaultScript([Fault(FaultKind.SERVER_ERROR, "v1.0/users", skip=2)])

        strikes = [script.strike("v1.0/users", in_batch=False) is not None for _ in range(4)]

        assert strikes == [False, False, True, False]

    def test_on_matching_paths_only(self) -> None:
        script = FaultScript([Fault(FaultKind.SERVER_ERROR, "v1.0/users*")])

        assert script.strike("beta/users", in_batch=False) is None
        assert script.strike("v1.0/users/x/mailFolders/inbox/messageRules", in_batch=True)

    @pytest.mark.parametrize(
        "fault",
        [Fault(FaultKind.SERVER_ERROR, "v1.0/users", in_batch=True), Fault(FaultKind.THROTTLED_IN_BATCH, "v1.0/users")],
    )
    def test_on_parts_of_batches_only(self, fault: Fault) -> None:
        script = FaultScript([fault])

        assert script.strike("v1.0/users", in_batch=False) is None
        assert script.strike("v1.0/users", in_batch=True) == fault

    def test_in_the_order_scripted(self) -> None:
        kinds = [FaultKind.SERVER_ERROR, FaultKind.BAD_GATEWAY, FaultKind.TIMEOUT]
        script = FaultScript(Fault(kind, "v1.0/users") for kind in kinds)

        for _ in range(5):
            script.strike("v1.0/users", in_batch=False)

        assert [fault.kind for fault in script.fired] == kinds

    def test_not_after_it_was_forgotten(self) -> None:
        script = FaultScript([Fault(FaultKind.SERVER_ERROR, "v1.0/users")])
        script.clear()

        assert script.strike("v1.0/users", in_batch=False) is None


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (FaultKind.UNAUTHORIZED, 401, 7000215),
        (FaultKind.FORBIDDEN, 403, 53003),
        (FaultKind.NOT_FOUND, 404, 90002),
        (FaultKind.THROTTLED, 429, 90055),
        (FaultKind.SERVER_ERROR, 500, 90033),
        (FaultKind.BAD_GATEWAY, 502, 90033),
        (FaultKind.UNAVAILABLE, 503, 90033),
    ],
)
def test_signing_in_fails_in_words_of_its_own(
    fault: FaultKind, status: int, code: int, client: Client, tenant: SimulatedTenant
) -> None:
    client.simulator.faults.add(Fault(fault, "login/*/oauth2/v2.0/token", retry_after="5"))

    answer = client.http.post(f"{client.simulator.hosts.login}/{tenant.tenant_id}/oauth2/v2.0/token")

    assert (answer.status_code, answer.json()["error_codes"]) == (status, [code])


def test_signing_in_can_take_for_ever(client: Client, tenant: SimulatedTenant) -> None:
    client.simulator.faults.add(Fault(FaultKind.TIMEOUT, "login/*"))

    with pytest.raises(httpx.ReadTimeout):
        client.http.post(
            f"{client.simulator.hosts.login}/{tenant.tenant_id}/oauth2/v2.0/token", timeout=httpx.Timeout(30, read=0.2)
        )
