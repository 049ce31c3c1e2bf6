"""A channel on this machine: takes what is sent to it, and answers as it is told to."""

import json
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

DRIP = -1
"""In place of a status: an answer that never ends."""


@dataclass
class Receiver:
    """What arrived."""

    port: int
    answers: list[int]
    """Status of each answer in turn; 200 when there is none left."""
    location: str = ""
    """Where a redirect leads."""
    scheme: str = "json"
    received: list[bytes] = field(default_factory=list)
    """Each request whole: path, headers and body."""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def text(self) -> str:
        """Everything that arrived, as whoever receives it reads it."""
        requests = [request.decode().split("\n{", 1) for request in self.received]
        return "\n".join(f"{head} {json.loads('{' + body)}" for head, body in requests)

    @property
    def address(self) -> str:
        """The channel's address for Apprise."""
        return f"{self.scheme}://127.0.0.1:{self.port}/hook-7Yt2"

    def take(self, request: bytes) -> int:
        self.received.append(request)
        return self.answers.pop(0) if self.answers else 200


@contextmanager
def a_channel(answers: Sequence[int] = (), location: str = "", certificate: Path | None = None) -> Iterator[Receiver]:
    """Serve a channel on loopback; over TLS with a certificate and its key in a PEM file."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = receiver.take(f"{self.path}\n{self.headers}\n".encode() + body)
            self.send_response(200 if status == DRIP else status)
            if location:
                self.send_header("Location", location)
            if status == DRIP:
                self._drip()
            else:
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _drip(self) -> None:
            self.send_header("Content-Length", "100000")
            self.end_headers()
            while not receiver.stop.wait(0.2):
                try:
                    self.wfile.write(b".")
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "jsons" if certificate else "json"
    receiver = Receiver(server.server_address[1], list(answers), location, scheme)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def a_mail_server() -> Iterator[tuple[int, list[bytes]]]:
    """Serve mail on loopback; give its port and everything that it was told."""
    told: list[bytes] = []

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 ready")
            while line := self._heard():
                word = line[:4].upper()
                self._say({b"DATA": "354 go on", b"QUIT": "221 bye"}.get(word, "250 ok"))
                if word == b"QUIT":
                    return
                if word == b"DATA":
                    while self._heard() != b".\r\n":
                        pass
                    self._say("250 taken")

        def _heard(self) -> bytes:
            told.append(self.rfile.readline())
            return told[-1]

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.server_address[1], told
        server.shutdown()
        thread.join()


def nobody_there() -> str:
    """Return the address of a channel at which nothing listens."""
    with a_channel() as receiver:
        return receiver.address


class Moments:
    """A clock that stands where it is put, and does not wait."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        pass

    def real_s(self, seconds: float) -> float:
        return seconds * 0
