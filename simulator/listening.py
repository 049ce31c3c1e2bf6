"""The thread that listens: an event loop of its own, so that any client can talk to it."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from simulator.answers import Answer
from simulator.clock import ScaledClock
from simulator.incoming import Incoming
from simulator.name_server import LOOPBACK, NameServer
from simulator.wire import Listener

_LONGEST_LINE: Final = 32_768
"""A continuation carries its query twice: as options and in its token."""
_PATIENCE_S: Final = 10.0
"""How long a start or a stop may take before it counts as failed."""


@dataclass(frozen=True, slots=True)
class Service:
    """What answers on one port."""

    answer: Callable[[Incoming], Answer]
    port: int = 0
    """0 takes a free one."""


class ListeningThread:
    """Serves some services over TLS until stopped.

    Args:
        services: One port each.
        certificate: Server certificate and key, PEM.
        clock: Scales latency and dripping.
        latency_s: Scaled seconds before each answer.
        names: A name server; it listens on UDP and TCP, without TLS.
    """

    def __init__(
        self,
        services: Sequence[Service],
        certificate: Path,
        clock: ScaledClock,
        latency_s: float,
        names: NameServer,
    ) -> None:
        self._services = services
        self._names = names
        self._certificate = certificate
        self._clock = clock
        self._latency_s = latency_s
        self._ports: list[int] = []
        self._problem: OSError | None = None
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def start(self) -> list[int]:
        """Listen; return the ports in the order of the services, the name server's last.

        Raises:
            OSError: A port is taken.
            TimeoutError: The machine is too busy to start.
        """
        self._thread.start()
        if not self._ready.wait(_PATIENCE_S):
            raise TimeoutError("the simulator did not start")
        if self._problem is not None:
            self._thread.join(_PATIENCE_S)
            raise self._problem
        return self._ports

    def stop(self) -> None:
        """Stop listening and close every connection, answered or not.

        Raises:
            TimeoutError: It would not stop.
        """
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_PATIENCE_S)
            if self._thread.is_alive():
                raise TimeoutError("the simulator did not stop")

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._serve())

    async def _serve(self) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._certificate)
        runners: list[web.ServerRunner] = []
        servers: list[web.Server] = []
        try:
            for service in self._services:
                listener = Listener(service.answer, self._clock, self._latency_s, self._stopping)
                server = web.Server(
                    listener.handle, handler_cancellation=True, access_log=None, max_line_size=_LONGEST_LINE
                )
                runner = web.ServerRunner(server, shutdown_timeout=0.0)
                await runner.setup()
                runners.append(runner)
                servers.append(server)
                site = web.TCPSite(runner, LOOPBACK, service.port, ssl_context=context)
                await site.start()
                self._ports.append(runner.addresses[0][1])
            self._ports.append(await self._names.open())
        except OSError as problem:
            self._problem = problem
            self._stopping.set()
        self._ready.set()
        await self._stopping.wait()
        self._names.close()
        await _close(servers, runners)


async def _close(servers: Sequence[web.Server], runners: Sequence[web.ServerRunner]) -> None:
    """Close every connection at once: a client that waits for its answer must not hold up the end."""
    for server in servers:
        for connection in server.connections:
            if connection.transport is not None:
                connection.transport.abort()
    for runner in runners:
        await runner.cleanup()
    # aborted TLS transports close their sockets in callbacks of the next turns of the loop
    for _ in range(3):
        await asyncio.sleep(0)
