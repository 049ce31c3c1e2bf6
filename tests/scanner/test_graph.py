"""The thin client: rows, objects, batches and deltas, over the real SDK and a simulated Graph."""

from reading_kit import (
    ALL_USERS,
    DRIVE,
    DRIVE_DELTA,
    INBOX_RULES,
    SECURITY_DEFAULTS,
    SIGN_INS,
    a_session,
    rows_of,
)
from scanner.graph import Graph


async def test_a_listing_is_read_to_its_last_page(acme):
    async with a_session(acme) as session:
        ids = await rows_of(Graph(session), ALL_USERS)

    assert ids == [f"u{n}" for n in range(7)]
    assert session.stats(ALL_USERS).requests == 3


async def test_beta(acme):
    async with a_session(acme) as session:
        ids = await rows_of(Graph(session), SIGN_INS, filter="createdDateTime ge 2020-01-01T00:00:00Z")

    assert len(ids) == 7


async def test_batch(acme):
    async with a_session(acme) as session:
        parts = [part async for part in Graph(session).batch(INBOX_RULES, ({"user_id": f"u{n}"} for n in range(7)))]
    assert {p.values["user_id"]: len(p.rows) for p in parts} == {f"u{n}": 2 for n in range(7)}


async def test_delta(acme):
    async with a_session(acme) as session:
        g = Graph(session)
        pages = [page async for page in g.delta(DRIVE_DELTA, {"drive_id": DRIVE})]
        assert sum(len(p.rows) for p in pages) == 7
        again = [page async for page in g.delta(DRIVE_DELTA, {"drive_id": DRIVE}, pages[-1].delta_link)]
        assert again[-1].rows == []
        assert (await g.single(SECURITY_DEFAULTS))["isEnabled"] is False
