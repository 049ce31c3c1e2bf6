"""Tokens, secrets, continuations and query strings reach no log line and no exception text."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Iterator
from dataclasses import replace

import pytest
from reading_kit import (
    ALL_USERS,
    DRIVE,
    DRIVE_DELTA,
    INBOX_RULES,
    SECURITY_DEFAULTS,
    SIGN_INS,
    a_config,
    a_session,
    an_environment,
    rows_of,
)

from m365_posture.config import AppCredential
from scanner.graph import Graph
from scanner.transport.errors import AuthenticationFailed, ReadError
from scanner.transport.session import Patience
from simulator.faults import Fault, FaultKind
from simulator.server import Simulator

CANARY = "2026-01-02T03:04:05Z"
"""A value in a query string."""
HURRIED = Patience(retries=1, deadline_s=25)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Everything anybody logs, at every level, tracebacks included."""
    written: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(logging.Formatter("%(name)s %(message)s").format(record))

    keeper, root = Keeper(level=0), logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(keeper)
    yield written
    root.removeHandler(keeper)
    root.setLevel(before)


async def attempt(written: list[str], reading: Awaitable[object]) -> None:
    """Read; keep what the error and its whole traceback say."""
    try:
        await reading
    except ReadError as error:
        written += [str(error), repr(error), *traceback.format_exception(error)]


async def read_all(written: list[str], graph: Graph) -> None:
    async def rules() -> None:
        async for part in graph.batch(INBOX_RULES, ({"user_id": f"u{n}"} for n in range(7))):
            if part.error:
                raise part.error

    async def items() -> None:
        async for _ in graph.delta(DRIVE_DELTA, {"drive_id": DRIVE}):
            pass

    await attempt(written, rows_of(graph, ALL_USERS))
    await attempt(written, rows_of(graph, SIGN_INS, filter=f"createdDateTime ge {CANARY}"))
    await attempt(written, graph.single(SECURITY_DEFAULTS))
    await attempt(written, rules())
    await attempt(written, items())


def secrets_of(acme: Simulator) -> set[str]:
    """Return everything that must not be said: secrets, tokens given, tokens of continuations, query values."""
    continued = {
        value
        for request in acme.requests
        for name, value in request.query.items()
        if "token" in name and len(value) > 8
    }
    return {
        acme.credentials("acme").client_secret,
        *acme.tokens._grants,
        *continued,
        CANARY,
        CANARY.replace(":", "%3A"),
    }


async def test_no_secret_is_said_during_a_scan_full_of_faults(acme: Simulator, lines: list[str]) -> None:
    asyncio.get_running_loop().set_debug(True)
    async with a_session(acme) as session:
        await read_all(lines, Graph(session))
    async with a_session(acme, patience=HURRIED) as session:
        for kind in FaultKind:
            if kind is FaultKind.EMPTY_PAGE_WITH_NEXT_LINK:
                continue
            acme.faults.clear()
            acme.faults.add(Fault(kind, "*", times=None, skip=1))
            await read_all(lines, Graph(session))

    said = "\n".join(lines)
    secrets = secrets_of(acme)
    assert len(secrets) > 10
    assert len(lines) > 50
    assert [secret for secret in secrets if secret in said] == []
    assert "skiptoken" not in said
    assert "Bearer" not in said


async def test_a_refused_sign_in_repeats_nothing_of_what_entra_said(acme: Simulator, lines: list[str]) -> None:
    config = a_config(acme)
    stranger = replace(config, app=AppCredential("canary-client-id", client_secret_env="ACME_SECRET"))
    for tried, environment in ((config, {"ACME_SECRET": "canary-secret"}), (stranger, an_environment(acme))):
        with pytest.raises(AuthenticationFailed) as failed:
            async with a_session(acme, tried, environment=environment):
                pass
        lines += [str(failed.value), failed.value.sentence, *traceback.format_exception(failed.value)]

    said = "\n".join(lines)
    assert "AADSTS7000215" in said
    assert "canary" not in said
    assert "Trace ID" not in said
    assert acme.tenants["acme"].name not in said


async def test_errors_name_the_template_never_its_values(acme: Simulator) -> None:
    acme.faults.add(Fault(FaultKind.NOT_FOUND, "*mailFolders*", times=None))
    async with a_session(acme) as session:
        parts = [part async for part in Graph(session).batch(INBOX_RULES, [{"user_id": "u1"}])]

    assert str(parts[0].error) == "v1.0/users/{user_id}/mailFolders/inbox/messageRules 404 ErrorInvalidUser"
