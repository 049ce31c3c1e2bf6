"""The sockets of the simulated name server."""

import asyncio
import struct
from collections.abc import Callable
from enum import StrEnum
from typing import Final, cast

LOOPBACK: Final = "127.0.0.1"
_TRIES: Final = 20


class Carrier(StrEnum):
    """How a question came."""

    UDP = "udp"
    TCP = "tcp"


Answering = Callable[[bytes, Carrier], bytes | None]
"""Takes a question; None: there is no answer."""


class NameServer:
    """Carries questions to a name service, over UDP and over TCP on the same port.

    Args:
        answer: The name service.
        port: 0 takes a free one.
    """

    def __init__(self, answer: Answering, port: int = 0) -> None:
        self._answer = answer
        self._port = port
        self._transport: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Listen; return the port.

        Raises:
            OSError: The port is taken.
        """
        for _ in range(_TRIES if self._port == 0 else 1):
            self._server = await asyncio.start_server(self._over_tcp, LOOPBACK, self._port)
            port: int = self._server.sockets[0].getsockname()[1]
            try:
                await self._listen_over_udp(port)
            except OSError:  # a port that is free over TCP may be another's over UDP
                self._server.close()
            else:
                return port
        raise OSError("there is no port that is free over UDP and over TCP")

    async def _listen_over_udp(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._answer), (LOOPBACK, port))

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.abort()
        if self._server is not None:
            self._server.close()

    async def _over_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            answer = self._answer(await reader.readexactly(length), Carrier.TCP)
            if answer is not None:
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client left
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answer: Answering) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Of asyncio's own datagram transports not every one derives from the class it is.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._answer(data, Carrier.UDP)
        if answer is not None:
            self._transport.sendto(answer, addr)
