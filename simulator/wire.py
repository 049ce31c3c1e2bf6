"""From aiohttp to the services and back, byte by byte where a fault wants it so."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from simulator.answers import Answer, Delivery
from simulator.clock import ScaledClock
from simulator.incoming import Incoming

DRIP_PAUSE_S: Final = 1.0
"""Scaled seconds between two bytes of a dripping body."""
_HIDDEN: Final = frozenset({"authorization", "cookie"})


class Listener:
    """Turns HTTP into requests of a service.

    Args:
        answer: The service.
        clock: Scales latency and dripping.
        latency_s: Scaled seconds before each answer.
        stopping: Set when the simulator stops: ends answers that never come.
    """

    def __init__(
        self, answer: Callable[[Incoming], Answer], clock: ScaledClock, latency_s: float, stopping: asyncio.Event
    ) -> None:
        self._answer = answer
        self._clock = clock
        self._latency_s = latency_s
        self._stopping = stopping

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        incoming = Incoming(
            method=request.method,
            base=f"{request.scheme}://{request.host}",
            raw_path=request.rel_url.raw_path,
            raw_query=request.rel_url.raw_query_string,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read() if request.can_read_body else b"",
        )
        if self._latency_s:
            await self._clock.sleep(self._latency_s)
        return await self._deliver(request, self._answer(incoming))

    async def _deliver(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        headers = {"Content-Type": answer.content_type, **answer.headers}
        if answer.delivery is Delivery.WHOLE:
            return web.Response(body=answer.body, status=answer.status, headers=headers)
        if answer.delivery is Delivery.NEVER:
            await self._stopping.wait()
            return _cut(request)
        response = web.StreamResponse(status=answer.status, headers=headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        if answer.delivery is Delivery.DROPPED:
            await response.write(answer.body[: len(answer.body) // 2])
            return _cut(request)
        await self._drip(response, answer.body)
        return response

    async def _drip(self, response: web.StreamResponse, body: bytes) -> None:
        for position in range(len(body)):
            if self._stopping.is_set():
                return
            await response.write(body[position : position + 1])
            await self._clock.sleep(DRIP_PAUSE_S)


def visible(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that may be recorded."""
    return {name: value for name, value in headers.items() if name not in _HIDDEN}


def _cut(request: web.BaseRequest) -> web.StreamResponse:
    """Close the connection without another byte."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError
