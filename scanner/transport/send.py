"""The one `send()`: the only function of the scanner that puts a request to Microsoft on a socket.

Order of things, for each attempt: a place in the budget · authentication · the service's
allow-list on the final request · the socket, under one total deadline · what the answer says
about cost and waiting, while the place in the budget is still held.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Protocol

import httpx

from scanner.transport.answers import Answer, error_of, parse_error
from scanner.transport.budget import Bucket, BudgetKey, Budgets, PausedTooLong, Slot
from scanner.transport.clock import Clock
from scanner.transport.errors import AuthenticationFailed, Malformed, ReadError, Throttled, Unavailable
from scanner.transport.retry import RETRIES, TRANSIENT, Backoff, told_to_wait_s
from scanner.transport.templates import Declared, Pack, Service

DEADLINE_S: Final = 300.0
"""Connecting, waiting and reading the whole body together; no library stops a dripping body."""
LARGEST_BODY_BYTES: Final = 256 * 1024 * 1024

_RESOURCE_UNITS: Final = "x-ms-resource-unit"


class Signer(Protocol):
    """Authenticates requests of one consent pack to one service."""

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        """Return the final request."""
        ...

    def reject(self, token: str) -> None:
        """Forget a token that was not accepted."""
        ...


class Guard(Protocol):
    """One service's allow-list."""

    def admit(self, request: httpx.Request, endpoint: str) -> None:
        """Let the final request pass or raise `RequestRefused`."""
        ...


@dataclass(frozen=True, slots=True)
class Spent:
    """What an answer says about the budget."""

    units: float | None = None
    """True cost, None when not told."""
    throttled: int = 0
    """How many requests (parts of a batch count one each) were throttled."""
    wait_s: float | None = None
    """Pause the answer demands of everyone, None when it demands none."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request and what it is for."""

    template: Declared
    url: str
    key: BudgetKey
    cost: float
    headers: Mapping[str, str]
    body: bytes | None = None
    """JSON of a `$batch` or of a cmdlet; None for a GET."""
    requests: int = 1
    """How many requests the service meters: the parts of a batch."""
    fit: Callable[["Call", float], "Call"] | None = None
    """Makes the body of as many parts as some units allow; None for what cannot be cut."""
    measure: Callable[[Answer], Spent] | None = None
    """Reads the cost and the throttling out of an answer that holds several."""
    explain: Callable[[Declared, int, object], ReadError] = error_of
    """Says why an answer without success gave nothing, in the service's own words."""
    wanted: frozenset[int] = frozenset()
    """Statuses besides 2xx that carry what was asked for."""


@dataclass(slots=True)
class RequestStats:
    """What reading one endpoint took. Parts of a batch count one each."""

    requests: int = 0
    throttled: int = 0
    seconds: float = 0.0
    """Time between sending and the end of the answer, summed, on the scaled clock."""


@dataclass(slots=True)
class Sender:
    """Everything `send()` needs, for one tenant."""

    http: httpx.AsyncClient
    guards: Mapping[Service, Guard]
    budgets: Budgets
    clock: Clock
    backoff: Backoff
    signers: Mapping[tuple[Service, Pack], Signer]
    retries: int = RETRIES
    deadline_s: float = DEADLINE_S
    body_bytes: int = LARGEST_BODY_BYTES
    stats: dict[str, RequestStats] = field(default_factory=dict)
    """By endpoint."""

    async def send(self, call: Call) -> Answer:
        """Send `call` until it is answered, at most `retries` times again.

        Returns:
            The answer, status 2xx or one of `call.wanted`.

        Raises:
            RequestRefused: The allow-list stopped it; nothing was sent.
            AuthenticationFailed: No token could be had.
            ReadError: The leaf that says why there is no answer.
        """
        attempt, renewed = 0, False
        while True:
            outcome = await self._once(call, attempt)
            if isinstance(outcome, Answer) and (outcome.is_success or outcome.status in call.wanted):
                return outcome
            if isinstance(outcome, Answer) and outcome.status == HTTPStatus.UNAUTHORIZED and not renewed:
                renewed = True
                continue
            failure = outcome if isinstance(outcome, ReadError) else _failure(call, outcome)
            if attempt >= self.retries or not _may_pass(failure):
                raise failure
            if not isinstance(failure, Throttled):
                await self.clock.sleep(self.backoff.wait_s(attempt))
            attempt += 1

    async def _once(self, call: Call, attempt: int) -> Answer | ReadError:
        bucket = self.budgets.bucket(call.key)
        try:
            async with bucket.slot(call.cost, call.cost / call.requests if call.fit else 0.0) as slot:
                if call.fit:
                    call = call.fit(call, slot.units)
                request = await self._sign(call)
                self.guards[call.template.service].admit(request, call.template.endpoint)
                outcome = await self._transmit(call, request, slot)
                if isinstance(outcome, Answer):
                    self._account(call, outcome, slot, bucket, attempt)
                    self._reject_token(call, outcome, request)
                return outcome
        except PausedTooLong:
            raise Throttled(call.template.endpoint, HTTPStatus.TOO_MANY_REQUESTS, "pause_too_long") from None

    async def _sign(self, call: Call) -> httpx.Request:
        method = "GET" if call.body is None else "POST"
        request = await self._signer(call).sign(method, call.url, call.headers, call.body)
        if "authorization" not in request.headers:
            raise AuthenticationFailed("login", code="no_token", sentence="The sign-in gave no token; try again.")
        return request

    def _signer(self, call: Call) -> Signer:
        return self.signers[call.template.service, call.template.pack]

    async def _transmit(self, call: Call, request: httpx.Request, slot: Slot) -> Answer | ReadError:
        endpoint, started_s = call.template.endpoint, self.clock.monotonic_s()
        try:
            async with asyncio.timeout(self.clock.real_s(self.deadline_s)):
                return await self._exchange(request, endpoint, slot)
        except TimeoutError:
            return Unavailable(endpoint, code="timeout")
        except httpx.TransportError as error:
            return Unavailable(endpoint, code=_fault(error))
        except httpx.DecodingError:
            return Malformed(endpoint, code="not_decodable")
        finally:
            stats = self.stats.setdefault(endpoint, RequestStats())
            stats.requests += call.requests
            stats.seconds += self.clock.monotonic_s() - started_s

    async def _exchange(self, request: httpx.Request, endpoint: str, slot: Slot) -> Answer | ReadError:
        request.extensions = {**request.extensions, "trace": _Handshake()}
        response = await self.http.send(request, stream=True)
        slot.answered_s = self.clock.monotonic_s()
        try:
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > self.body_bytes:
                    return Malformed(endpoint, response.status_code, "answer_too_large")
        finally:
            await response.aclose()
        # answers that came together are all noted before one of them is taken apart
        await asyncio.sleep(0)
        return Answer(response.status_code, response.headers, b"".join(chunks))

    def _account(self, call: Call, answer: Answer, slot: Slot, bucket: Bucket, attempt: int) -> None:
        """Correct the cost and brake the budget; still inside the slot, so that nothing slips through."""
        spent = call.measure(answer) if call.measure and answer.is_success else self._spent(answer, attempt)
        if spent.units is not None and bucket.policy.in_units:
            slot.units = spent.units
        if spent.wait_s is not None:
            bucket.pause(spent.wait_s)
        self.stats[call.template.endpoint].throttled += spent.throttled

    def _spent(self, answer: Answer, attempt: int) -> Spent:
        told_s = told_to_wait_s(answer.headers, self.clock.now()) if answer.status in TRANSIENT else None
        units = units_of(answer.headers)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            return Spent(units, 1, self.backoff.wait_s(attempt) if told_s is None else told_s)
        return Spent(units, 0, told_s)

    def _reject_token(self, call: Call, answer: Answer, request: httpx.Request) -> None:
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._signer(call).reject(request.headers["authorization"].removeprefix("Bearer "))


class _Handshake:
    """Closes the connection whose TLS handshake is cancelled; httpcore closes only one that fails."""

    def __init__(self) -> None:
        self._connection: Any = None

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Follow what httpcore tells of a request: the connection it opens, and how its handshake ends."""
        if event == "connection.connect_tcp.complete":
            self._connection = info["return_value"]
        elif event == "connection.start_tls.failed" and self._connection is not None:
            await self._connection.aclose()


def units_of(headers: Mapping[str, str]) -> float | None:
    """Return the resource units an answer says it cost, None when it does not say."""
    text = headers.get(_RESOURCE_UNITS, "")
    return float(text) if text.isdecimal() else None


def _failure(call: Call, answer: Answer) -> ReadError:
    return call.explain(call.template, answer.status, parse_error(answer.body))


def _may_pass(failure: ReadError) -> bool:
    return isinstance(failure, (Throttled, Unavailable))


def _fault(error: httpx.TransportError) -> str:
    """Name a transport fault; its text may hold addresses and stays here."""
    if isinstance(error, httpx.ConnectError):
        is_tls = isinstance(error.__cause__ and error.__cause__.__context__, ssl.SSLError) or "SSL" in str(error)
        return "tls_failed" if is_tls else "connection_failed"
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    if isinstance(error, httpx.ProxyError):
        return "proxy_failed"
    return "connection_lost"
