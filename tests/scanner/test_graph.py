"""The thin client: listings, objects, batches and deltas, over the real SDK and a simulated Graph."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reading_kit import (
    ALL_USERS,
    DRIVE,
    DRIVE_DELTA,
    INBOX_RULES,
    PERMISSIONS,
    SECURITY_DEFAULTS,
    SIGN_INS,
    RawGraph,
    a_config,
    a_session,
    a_tenant,
    moved,
    raw,
    rows_of,
)

from scanner.graph import Graph, Part
from scanner.transport.errors import (
    AuthenticationFailed,
    DeltaExpired,
    Denied,
    Malformed,
    NotFound,
    ReadError,
    RequestRefused,
    Throttled,
)
from scanner.transport.session import Patience
from scanner.transport.templates import Template
from simulator.faults import Fault, FaultKind
from simulator.server import Simulator

EVERY_USER = [f"u{n}" for n in range(7)]


async def rules_of(graph: Graph, users: list[str]) -> dict[str, Part]:
    return {part.values["user_id"]: part async for part in graph.batch(INBOX_RULES, ({"user_id": u} for u in users))}


def paths_asked(sim: Simulator) -> Counter[str]:
    return Counter(request.path for request in sim.requests if request.method == "GET")


async def test_a_listing_is_read_to_its_last_page(acme: Simulator) -> None:
    async with a_session(acme) as session:
        ids = await rows_of(Graph(session), ALL_USERS)

    assert ids == EVERY_USER
    assert session.stats(ALL_USERS).requests == 3


async def test_a_listing_in_beta_keeps_its_filter(acme: Simulator) -> None:
    async with a_session(acme) as session:
        ids = await rows_of(Graph(session), SIGN_INS, filter="createdDateTime ge 2020-01-01T00:00:00Z")

    assert ids == [f"s{n}" for n in range(7)]


async def test_an_empty_listing_is_one_page_without_rows(acme: Simulator) -> None:
    acme.tenants["acme"].users = []

    async with a_session(acme) as session:
        pages = [page async for page in Graph(session).pages(ALL_USERS)]

    assert [page.rows for page in pages] == [[]]


async def test_a_page_tells_how_large_its_answer_was(acme: Simulator) -> None:
    async with a_session(acme) as session:
        pages = [page async for page in Graph(session).pages(ALL_USERS)]

    assert all(page.size_bytes > 100 for page in pages)


async def test_an_option_that_is_not_declared_is_refused(acme: Simulator) -> None:
    async with a_session(acme) as session:
        with pytest.raises(RequestRefused):
            await rows_of(Graph(session), INBOX_RULES, values={"user_id": "u1"}, filter="isEnabled eq true")


async def test_a_listing_whose_token_expired_starts_again_and_says_so(acme: Simulator) -> None:
    tenant = acme.tenants["acme"]
    seen = []

    async with a_session(acme) as session:
        async for page in Graph(session).pages(ALL_USERS):
            seen.append(([row["id"] for row in page.rows], page.restarted))
            # Tokens are sealed with the tenant's id: a changed id makes the one just given worthless.
            tenant.tenant_id = "another id"

    assert seen == [
        (["u0", "u1", "u2"], False),
        (["u0", "u1", "u2"], True),
        (["u3", "u4", "u5"], False),
        (["u6"], False),
    ]


async def test_a_listing_starts_again_once_only(acme: Simulator) -> None:
    tenant = acme.tenants["acme"]
    restarts = 0

    async with a_session(acme) as session:
        pages = Graph(session).pages(ALL_USERS)
        for _ in range(2):
            restarts += (await anext(pages)).restarted
            tenant.tenant_id = f"x{tenant.tenant_id}"
        with pytest.raises(Malformed, match="Directory_ExpiredPageToken"):
            await anext(pages)

    assert restarts == 1


async def test_a_single_object_is_one_request(acme: Simulator) -> None:
    async with a_session(acme) as session:
        found = await Graph(session).single(SECURITY_DEFAULTS)

    assert found["isEnabled"] is False
    assert session.stats(SECURITY_DEFAULTS).requests == 1


async def test_a_batch_answers_for_every_value_whatever_the_order(acme: Simulator) -> None:
    async with a_session(acme) as session:
        parts = await rules_of(Graph(session), EVERY_USER)

    assert {user: [row["id"] for row in part.rows] for user, part in parts.items()} == {
        f"u{n}": [f"r{n}0", f"r{n}1"] for n in range(7)
    }
    assert sum(request.method == "POST" and request.path == "v1.0/$batch" for request in acme.requests) == 1


async def test_hundreds_of_values_go_twenty_to_a_request(acme: Simulator) -> None:
    users = [f"u{n % 7}" for n in range(205)]
    async with a_session(acme) as session:
        parts = [part async for part in Graph(session).batch(INBOX_RULES, ({"user_id": user} for user in users))]

    assert Counter(part.values["user_id"] for part in parts) == Counter(users)
    assert sum(request.path == "v1.0/$batch" for request in acme.requests) == 11
    assert session.stats(INBOX_RULES).requests == 205


async def test_no_value_is_no_request(acme: Simulator) -> None:
    async with a_session(acme) as session:
        acme.requests.clear()
        assert await rules_of(Graph(session), []) == {}

    assert acme.requests == []


async def test_values_are_taken_as_the_reading_goes_on(acme: Simulator) -> None:
    taken = []

    def values() -> Iterator[dict[str, str]]:
        for number in range(500):
            taken.append(number)
            yield {"user_id": f"u{number % 7}"}

    async with a_session(acme) as session:
        async for _ in Graph(session).batch(INBOX_RULES, values()):
            break

    assert len(taken) == 80


async def test_one_part_that_fails_leaves_the_others_whole(acme: Simulator) -> None:
    tenant = acme.tenants["acme"]
    tenant.inbox_rules["u2"] = {"error": "ErrorAccessDenied"}
    del tenant.inbox_rules["u4"]

    async with a_session(acme) as session:
        parts = await rules_of(Graph(session), EVERY_USER)

    errors = {user: part.error for user, part in parts.items() if part.error}
    assert {user: type(error) for user, error in errors.items()} == {"u2": Denied, "u4": NotFound}
    assert errors["u4"].code == "MailboxNotEnabledForRESTAPI"
    assert all(len(part.rows) == 2 for user, part in parts.items() if user not in errors)
    assert all(part.rows == [] for user, part in parts.items() if user in errors)


async def test_the_pages_of_a_part_are_followed_inside_batches(acme: Simulator) -> None:
    tenant = acme.tenants["acme"]
    tenant.page_size = 2
    tenant.inbox_rules = {user: [{"id": f"{user}-{n}"} for n in range(5)] for user in EVERY_USER}

    async with a_session(acme) as session:
        parts = await rules_of(Graph(session), EVERY_USER)

    assert {user: len(part.rows) for user, part in parts.items()} == dict.fromkeys(EVERY_USER, 5)
    assert sum(request.path == "v1.0/$batch" for request in acme.requests) == 3


async def test_a_part_that_fails_on_a_later_page_gives_no_rows(acme: Simulator) -> None:
    tenant = acme.tenants["acme"]
    tenant.page_size = 1
    acme.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/users/u3/*", times=None, skip=1, in_batch=True))

    async with a_session(acme) as session:
        parts = await rules_of(Graph(session), EVERY_USER)

    assert isinstance(parts["u3"].error, Denied)
    assert parts["u3"].rows == []


async def test_only_the_throttled_parts_are_asked_again(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.THROTTLED_IN_BATCH, "v1.0/users/u3/*", retry_after="5"))
    acme.faults.add(Fault(FaultKind.THROTTLED_IN_BATCH, "v1.0/users/u5/*", retry_after="60"))

    async with a_session(acme) as session:
        parts = await rules_of(Graph(session), EVERY_USER)

    asked = paths_asked(acme)
    moments = [request.at for request in acme.requests if request.path == "v1.0/$batch"]
    assert all(part.error is None for part in parts.values())
    assert {user for user in EVERY_USER if asked[f"v1.0/users/{user}/mailFolders/inbox/messageRules"] == 2} == {
        "u3",
        "u5",
    }
    assert (moments[1] - moments[0]).total_seconds() >= 60 / 200
    assert session.stats(INBOX_RULES).throttled == 2


async def test_a_part_that_stays_throttled_is_an_error_of_its_own(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.THROTTLED_IN_BATCH, "v1.0/users/u3/*", times=None, retry_after="1"))

    async with a_session(acme) as session:
        parts = await rules_of(Graph(session), EVERY_USER)

    assert [user for user, part in parts.items() if part.error] == ["u3"]
    assert isinstance(parts["u3"].error, Throttled)
    assert paths_asked(acme)["v1.0/users/u3/mailFolders/inbox/messageRules"] == 7


async def test_a_value_that_leads_elsewhere_ends_the_batch_before_the_socket(acme: Simulator) -> None:
    async with a_session(acme) as session:
        acme.requests.clear()
        with pytest.raises(RequestRefused):
            await rules_of(Graph(session), ["u1", "u1/messages"])

    assert acme.requests == []


async def test_a_lost_sign_in_ends_the_batch(acme: Simulator) -> None:
    async with a_session(acme) as session:
        acme.tokens.revoke_all()
        acme.tenants["acme"].app.secret_expired = True
        with pytest.raises(AuthenticationFailed):
            await rules_of(Graph(session), EVERY_USER)


async def test_a_batch_that_does_not_fit_leaves_in_part_and_the_rest_is_asked_for_later(
    simulated: Callable[..., Simulator],
) -> None:
    # a minute is two seconds: in less there is room again before the batch has left
    acme = simulated(a_tenant(), clock_speed=30)
    items = [{"drive_id": DRIVE, "item_id": f"i{n % 7}"} for n in range(255)]
    async with a_session(acme) as session:
        parts = [part async for part in Graph(session).batch(PERMISSIONS, items)]

    sent = Counter(request.batch_id for request in acme.requests if request.batch_id)
    assert Counter(part.values["item_id"] for part in parts) == Counter(item["item_id"] for item in items)
    # 1,250 units a minute are 250 parts of five: twelve whole envelopes, and ten parts of the next one
    assert sorted(sent.values())[:3] == [5, 10, 20]
    assert all(request.status == 200 for request in acme.requests)


async def test_a_batch_costs_the_sum_of_its_parts(acme: Simulator) -> None:
    items = [{"drive_id": DRIVE, "item_id": f"i{n % 7}"} for n in range(20)]
    async with a_session(acme) as session:
        async for _ in Graph(session).batch(PERMISSIONS, items):
            pass
        (bucket,) = session.sender.budgets._buckets.values()

    assert bucket._windows[0]._settled_units == 100
    assert acme.accounting["acme", "sharepoint"].cost == 100


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"responses":{}}', "no_responses"),
        (b'{"responses":[{"id":"0","status":"200"}]}', "unknown_part"),
        (b'{"responses":[{"id":"7","status":200,"body":{"value":[]}}]}', "unknown_part"),
        (
            b'{"responses":[' + b",".join([b'{"id":"0","status":200,"body":{"value":[]}}'] * 2) + b"]}",
            "part_answered_twice",
        ),
        (b'{"responses":[]}', "part_missing"),
        (b'{"responses":[{"id":"0","status":200,"body":{"value":[1]}}]}', "no_rows"),
        (b'{"responses":[{"id":"0","status":200,"body":{}}]}', "no_rows"),
        (b'{"responses":[{"id":"0","status":200,"body":{"value":[],"@odata.nextLink":5}}]}', "unreadable_link"),
    ],
)
async def test_a_batch_that_is_not_what_graph_promises_is_malformed(
    acme: Simulator, simulator_folder: Path, body: bytes, code: str
) -> None:
    async with RawGraph(simulator_folder, raw(body=body)) as server:
        config = moved(a_config(acme), graph=server.origin)
        async with a_session(acme, config) as session:
            parts = await rules_of(Graph(session), ["u1"])

    assert isinstance(parts["u1"].error, Malformed)
    assert parts["u1"].error.code == code


async def test_a_delta_ends_with_the_link_of_the_next_round(acme: Simulator) -> None:
    values = {"drive_id": DRIVE}
    async with a_session(acme) as session:
        graph = Graph(session)
        first = [page async for page in graph.delta(DRIVE_DELTA, values)]
        acme.tenants["acme"].put_item(DRIVE, {"id": "i9", "name": "New"})
        acme.tenants["acme"].delete_item(DRIVE, "i0")
        second = [page async for page in graph.delta(DRIVE_DELTA, values, first[-1].delta_link)]

    assert [page.delta_link is not None for page in first] == [False, False, True]
    assert {row["id"] for page in second for row in page.rows} == {"i9", "i0"}


async def test_the_delta_link_of_another_session_may_be_handed_over(acme: Simulator) -> None:
    async with a_session(acme) as session:
        pages = [page async for page in Graph(session).delta(DRIVE_DELTA, {"drive_id": DRIVE})]
    async with a_session(acme) as session:
        link = pages[-1].delta_link
        later = [page async for page in Graph(session).delta(DRIVE_DELTA, {"drive_id": DRIVE}, link)]

    assert [page.rows for page in later] == [[]]


@pytest.mark.parametrize(
    "link", ["https://attacker.example/v1.0/drives/b!x/root/delta?token=x", "https://127.0.0.1:9/x"]
)
async def test_a_delta_link_that_is_not_ours_is_refused_before_the_socket(acme: Simulator, link: str) -> None:
    async with a_session(acme) as session:
        acme.requests.clear()
        with pytest.raises(RequestRefused):
            _ = [page async for page in Graph(session).delta(DRIVE_DELTA, {"drive_id": DRIVE}, link)]

    assert acme.requests == []


async def test_a_lost_delta_token_says_that_everything_must_be_read_again(acme: Simulator) -> None:
    async with a_session(acme) as session:
        graph = Graph(session)
        pages = [page async for page in graph.delta(DRIVE_DELTA, {"drive_id": DRIVE})]
        acme.tenants["acme"].lose_delta_tokens(DRIVE)
        with pytest.raises(DeltaExpired) as expired:
            _ = [page async for page in graph.delta(DRIVE_DELTA, {"drive_id": DRIVE}, pages[-1].delta_link)]

    assert (expired.value.status, expired.value.code) == (410, "resyncRequired")


async def error_of_reading(sim: Simulator, folder: Path, template: Template, body: bytes) -> ReadError:
    """Return what comes of reading a listing or a delta whose only page is `body`."""
    async with RawGraph(folder, raw(body=body)) as server:
        config = moved(a_config(sim), graph=server.origin)
        async with a_session(sim, config) as session:
            graph = Graph(session)
            reading = graph.delta(template, {"drive_id": DRIVE}) if template is DRIVE_DELTA else graph.pages(template)
            with pytest.raises(ReadError) as failed:
                _ = [page async for page in reading]
    return failed.value


@pytest.mark.parametrize(
    ("template", "body", "code"),
    [
        pytest.param(ALL_USERS, b"{}", "no_rows", id="no value"),
        pytest.param(ALL_USERS, b'{"value":null}', "no_rows", id="a value that is null"),
        pytest.param(ALL_USERS, b'{"value":{"id":"u1"}}', "no_rows", id="a value that is no list"),
        pytest.param(ALL_USERS, b'{"value":["u1"]}', "no_rows", id="a row that is no object"),
        pytest.param(
            ALL_USERS, b'{"value":[],"@odata.nextLink":["x"]}', "unreadable_link", id="a link that is no text"
        ),
        pytest.param(DRIVE_DELTA, b'{"value":[{"id":"i1"}]}', "missing_delta_link", id="a delta that just stops"),
    ],
)
async def test_a_page_that_is_not_what_graph_promises_is_malformed(
    acme: Simulator, simulator_folder: Path, template: Template, body: bytes, code: str
) -> None:
    error = await error_of_reading(acme, simulator_folder, template, body)

    assert isinstance(error, Malformed)
    assert error.code == code


async def test_a_listing_that_breaks_half_way_is_an_error_not_a_short_list(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.SERVER_ERROR, "v1.0/users", times=None, skip=2))

    async with a_session(acme, patience=Patience(retries=1)) as session:
        with pytest.raises(ReadError):
            await rows_of(Graph(session), ALL_USERS)
