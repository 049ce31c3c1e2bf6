"""One `send()`: retries, deadlines, tokens, and a client that keeps nothing and follows nothing."""

import asyncio
import gc
import gzip
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from reading_kit import (
    ALL_USERS,
    INBOX_RULES,
    PERMISSIONS,
    POLICIES,
    SECURITY_DEFAULTS,
    SIGN_INS,
    FakeClock,
    RawGraph,
    a_config,
    a_session,
    an_environment,
    closed,
    moved,
    raw,
    rows_of,
)

from scanner.graph import Graph
from scanner.transport.errors import Denied, Malformed, ReadError, Throttled, Unavailable, Unlicensed
from scanner.transport.session import Patience, Session
from scanner.transport.templates import Workload
from simulator.faults import Fault, FaultKind
from simulator.server import Simulator

ONCE_AGAIN = Patience(retries=1)
TOKEN = "oauth2/v2.0/token"


def tokens_asked(sim: Simulator) -> int:
    return sum(request.path.endswith(TOKEN) for request in sim.requests)


def graph_paths(sim: Simulator) -> list[str]:
    return [request.path for request in sim.requests if not request.path.endswith(TOKEN)]


async def test_a_token_that_was_revoked_is_renewed_once_for_all_requests(acme: Simulator) -> None:
    async with a_session(acme) as session:
        graph = Graph(session)
        acme.tokens.revoke_all()
        await asyncio.gather(*(graph.single(SECURITY_DEFAULTS) for _ in range(8)))

    assert tokens_asked(acme) == 2


async def test_a_table_that_stays_unauthorized_fails_alone(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.UNAUTHORIZED, "v1.0/users", times=None))

    async with a_session(acme) as session:
        graph = Graph(session)
        with pytest.raises(Denied) as denied:
            await rows_of(graph, ALL_USERS)
        other = await graph.single(SECURITY_DEFAULTS)

    assert (denied.value.status, denied.value.code) == (401, "unauthorized")
    assert other["isEnabled"] is False
    assert graph_paths(acme).count("v1.0/users") == 2


async def test_what_is_transient_is_asked_six_times_again_and_no_more(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.BAD_GATEWAY, "v1.0/users", times=None))

    async with a_session(acme) as session:
        with pytest.raises(Unavailable):
            await rows_of(Graph(session), ALL_USERS)

    assert len(graph_paths(acme)) == 7
    assert session.stats(ALL_USERS).requests == 7


async def test_what_is_not_transient_is_asked_once(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/users", times=None))

    async with a_session(acme) as session:
        with pytest.raises(Denied) as denied:
            await rows_of(Graph(session), ALL_USERS)

    assert denied.value.permission == "User.Read.All"
    assert len(graph_paths(acme)) == 1


async def test_a_missing_licence_names_the_plan(acme: Simulator) -> None:
    acme.tenants["acme"].service_plans.clear()

    async with a_session(acme) as session:
        with pytest.raises(Unlicensed) as unlicensed:
            await rows_of(Graph(session), SIGN_INS)

    assert unlicensed.value.plan == "AAD_PREMIUM"


async def test_retry_after_holds_every_request_of_that_workload_and_no_other(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.THROTTLED, "v1.0/users", retry_after="100"))

    async with a_session(acme) as session:
        graph = Graph(session)
        await asyncio.gather(rows_of(graph, ALL_USERS), rows_of(graph, SIGN_INS), asyncio.sleep(0))

    moments = {request.path: request.at for request in reversed(acme.requests)}
    second_try = [request.at for request in acme.requests if request.path == "v1.0/users"][1]
    assert (second_try - moments["v1.0/users"]).total_seconds() >= 100 / 200
    assert session.stats(ALL_USERS).throttled == 1
    assert session.stats(SIGN_INS).throttled == 0


async def test_a_pause_beyond_half_an_hour_is_not_waited_for(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.THROTTLED, "v1.0/users", retry_after="86400"))

    async with a_session(acme) as session:
        with pytest.raises(Throttled) as throttled:
            await rows_of(Graph(session), ALL_USERS)

    assert throttled.value.code == "pause_too_long"


async def permissions_of(graph: Graph, items: int) -> None:
    wanted = ({"drive_id": "b!acme-drive", "item_id": f"i{n % 7}"} for n in range(items))
    parts = [part async for part in graph.batch(PERMISSIONS, wanted)]
    assert [part.error for part in parts] == [None] * items


async def test_documented_limits_are_kept_without_a_single_refusal(acme: Simulator) -> None:
    async with a_session(acme) as session:
        graph = Graph(session)
        policies = [rows_of(graph, POLICIES) for _ in range(6)]
        sign_ins = [rows_of(graph, SIGN_INS) for _ in range(6)]
        await asyncio.gather(*policies, *sign_ins, permissions_of(graph, items=300))

    used = {workload: usage for (_, workload), usage in acme.accounting.items()}
    assert {workload: usage.throttled for workload, usage in used.items()} == dict.fromkeys(used, 0)
    assert used[Workload.SHAREPOINT].cost >= 1_500
    assert used[Workload.REPORTS].requests >= 18


async def test_the_cost_graph_tells_replaces_the_estimate(acme: Simulator) -> None:
    dear = replace(ALL_USERS, cost=3_000.0)

    async with a_session(acme, templates=[dear]) as session:
        started_s = session.clock.monotonic_s()
        await rows_of(Graph(session), dear)

    # Three pages at 3,000 units each would have to wait for two windows of ten seconds.
    assert session.clock.monotonic_s() - started_s < 20 * 200
    assert session.sender.budgets.bucket(next(iter(session.sender.budgets._buckets)))._windows[0]._settled_units < 10


async def test_every_page_carries_the_headers_again(acme: Simulator) -> None:
    async with a_session(acme) as session:
        await rows_of(Graph(session), ALL_USERS, headers={"ConsistencyLevel": "eventual"})

    pages = [request.headers for request in acme.requests if request.path == "v1.0/users"]
    assert len(pages) == 3
    assert {(page["prefer"], page["consistencylevel"]) for page in pages} == {
        ("include-unknown-enum-members", "eventual")
    }


async def test_select_and_top_arrive(acme: Simulator) -> None:
    async with a_session(acme) as session:
        graph = Graph(session)
        await rows_of(graph, ALL_USERS)
        await rows_of(graph, SIGN_INS, filter="createdDateTime ge 2020-01-01T00:00:00Z")
        _ = [part async for part in graph.batch(INBOX_RULES, [{"user_id": "u1"}])]

    asked = {request.path: request.query for request in reversed(acme.requests)}
    assert asked["v1.0/users"] == {"$select": "id,displayName", "$top": "3"}
    assert asked["beta/auditLogs/signIns"] == {
        "$select": "id,createdDateTime",
        "$top": "3",
        "$filter": "createdDateTime ge 2020-01-01T00:00:00Z",
    }
    assert asked["v1.0/users/u1/mailFolders/inbox/messageRules"] == {"$select": "id,displayName"}


async def error_from(
    sim: Simulator, simulator_folder: Path, *answers: bytes, patience: Patience = ONCE_AGAIN
) -> tuple[ReadError, list[str]]:
    """Return what comes of reading security defaults from a server that answers so, and the requests it saw."""
    async with RawGraph(simulator_folder, *answers) as server:
        config = moved(a_config(sim), graph=server.origin)
        async with a_session(sim, config, patience=patience) as session:
            with pytest.raises(ReadError) as failed:
                await Graph(session).single(SECURITY_DEFAULTS)
    return failed.value, server.requests


async def test_a_redirect_is_not_followed(acme: Simulator, simulator_folder: Path) -> None:
    error, requests = await error_from(
        acme, simulator_folder, raw("302 Found", Location=f"{acme.hosts.graph}/v1.0/users")
    )

    assert (type(error), error.status) == (Malformed, 302)
    assert len(requests) == 1
    assert graph_paths(acme) == []


async def test_no_cookie_is_kept(acme: Simulator, simulator_folder: Path) -> None:
    answers = (raw("503 Busy", Set_Cookie="canary=1; Path=/"), raw(body=b"[]", Set_Cookie="canary=2; Path=/"))

    _, requests = await error_from(acme, simulator_folder, *answers)

    assert len(requests) == 2
    assert "cookie" not in "".join(requests).casefold()


async def test_an_answer_without_end_is_cut_off(acme: Simulator, simulator_folder: Path) -> None:
    error, _ = await error_from(acme, simulator_folder, raw(body=b" " * 4_000), patience=Patience(body_bytes=2_000))

    assert (type(error), error.code) == (Malformed, "answer_too_large")


async def test_a_bomb_is_cut_off_by_its_decompressed_size(acme: Simulator, simulator_folder: Path) -> None:
    bomb = raw(body=gzip.compress(b" " * 1_000_000), Content_Encoding="gzip")

    error, _ = await error_from(acme, simulator_folder, bomb, patience=Patience(body_bytes=100_000))

    assert (type(error), error.code) == (Malformed, "answer_too_large")


async def test_what_cannot_be_decompressed_is_malformed(acme: Simulator, simulator_folder: Path) -> None:
    error, _ = await error_from(acme, simulator_folder, raw(body=b"no gzip", Content_Encoding="gzip"))

    assert (type(error), error.code) == (Malformed, "not_decodable")


async def test_an_error_under_a_status_of_success_is_no_row(acme: Simulator, simulator_folder: Path) -> None:
    error, _ = await error_from(acme, simulator_folder, raw(body=b'{"error":{"code":"UnknownError"}}'))

    assert (type(error), error.code) == (Malformed, "error_in_answer")


async def test_a_code_that_is_no_code_does_not_reach_the_error(acme: Simulator, simulator_folder: Path) -> None:
    hostile = b'{"error":{"code":"anna.janssens@acme.example said <script>"}}'

    error, _ = await error_from(acme, simulator_folder, raw("400 Bad Request", body=hostile))

    assert error.code == "unexpected_status"


async def test_a_page_of_a_proxy_is_an_error_like_any_other(acme: Simulator, simulator_folder: Path) -> None:
    error, _ = await error_from(acme, simulator_folder, raw("403 Forbidden", body=b"<html>blocked</html>"))

    assert (type(error), error.code) == (Denied, "forbidden")


async def test_an_unreachable_graph_is_unavailable(acme: Simulator) -> None:
    nobody = moved(a_config(acme), graph="https://127.0.0.1:9")

    async with a_session(acme, nobody, patience=Patience(retries=1)) as session:
        with pytest.raises(Unavailable) as unavailable:
            await Graph(session).single(SECURITY_DEFAULTS)

    assert unavailable.value.code == "connection_failed"


async def test_the_environment_does_not_choose_a_proxy(acme: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async with a_session(acme) as session:
        assert await Graph(session).single(SECURITY_DEFAULTS)


class Proxy:
    """A forwarding proxy that remembers where it was asked to connect to."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._tunnels: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self._tunnels)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tunnels.append(asyncio.ensure_future(self._tunnel(reader, writer)))

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0]
        self.asked.append(line)
        host, port = line.split()[1].decode().split(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        await closed(sink)


async def test_the_configured_proxy_carries_sign_in_and_graph(acme: Simulator) -> None:
    async with Proxy() as proxy, a_session(acme, a_config(acme, proxy=proxy.address)) as session:
        await Graph(session).single(SECURITY_DEFAULTS)

    wanted = [acme.hosts.login, acme.hosts.graph]
    assert proxy.asked == [f"CONNECT {origin.removeprefix('https://')} HTTP/1.1".encode() for origin in wanted]


async def test_the_deadline_runs_on_the_scaled_clock(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.TIMEOUT, "v1.0/policies/*", times=None))

    async with a_session(acme, patience=Patience(retries=0, deadline_s=50)) as session:
        started = asyncio.get_running_loop().time()
        with pytest.raises(Unavailable) as unavailable:
            await Graph(session).single(SECURITY_DEFAULTS)
        took_s = asyncio.get_running_loop().time() - started

    assert unavailable.value.code == "timeout"
    assert 0.25 <= took_s < 20


async def test_a_host_that_never_shakes_hands_is_a_time_out_and_no_socket_stays_open(
    acme: Simulator, recwarn: pytest.WarningsRecorder
) -> None:
    accepted: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: accepted.append(writer), "127.0.0.1", 0)
    config = moved(a_config(acme), graph=f"https://127.0.0.1:{silent.sockets[0].getsockname()[1]}")

    async with a_session(acme, config, patience=Patience(retries=0, deadline_s=150)) as session:
        with pytest.raises(Unavailable, match="timeout"):
            await Graph(session).single(SECURITY_DEFAULTS)
    for writer in accepted:
        await closed(writer)
    silent.close()
    gc.collect()

    assert len(accepted) == 1
    assert [str(warning.message) for warning in recwarn if warning.category is ResourceWarning] == []


async def test_a_request_given_up_during_the_handshake_leaves_no_socket_open(
    acme: Simulator, recwarn: pytest.WarningsRecorder
) -> None:
    asked = asyncio.Event()
    accepted: list[asyncio.StreamWriter] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer)
        await reader.read(1)
        asked.set()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    config = moved(a_config(acme), graph=f"https://127.0.0.1:{silent.sockets[0].getsockname()[1]}")

    async with a_session(acme, config) as session:
        reading = asyncio.create_task(Graph(session).single(SECURITY_DEFAULTS))
        await asked.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    for writer in accepted:
        await closed(writer)
    silent.close()
    gc.collect()

    assert [str(warning.message) for warning in recwarn if warning.category is ResourceWarning] == []


async def test_http_dates_are_measured_on_the_session_clock(acme: Simulator, simulator_folder: Path) -> None:
    clock = FakeClock()
    busy = raw("503 Busy", Retry_After="Mon, 23 Nov 2026 00:05:00 GMT")
    async with RawGraph(simulator_folder, busy, raw(body=b'{"id":"x"}')) as server:
        config = moved(a_config(acme), graph=server.origin)
        async with Session.open(config, clock, [SECURITY_DEFAULTS], environment=an_environment(acme)) as session:
            await Graph(session).single(SECURITY_DEFAULTS)

    assert clock.elapsed >= 300
