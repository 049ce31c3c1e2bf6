"""`$batch`: up to twenty requests in one envelope, each with an answer of its own.

Source: https://learn.microsoft.com/graph/json-batching
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from scanner.transport.answers import Answer, parse_object
from scanner.transport.errors import Malformed
from scanner.transport.retry import TRANSIENT, told_to_wait_s
from scanner.transport.send import Call, Spent, units_of
from scanner.transport.templates import Template


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """One answer out of a batch."""

    status: int
    headers: Mapping[str, str]
    """With lower-case names."""
    body: object

    @property
    def is_success(self) -> bool:
        """Whether it carries what was asked for."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of HTTP statuses

    @property
    def may_pass(self) -> bool:
        """Whether asking again may help; 424 is what some services say for throttled parts."""
        return self.status in TRANSIENT or self.status == HTTPStatus.FAILED_DEPENDENCY


@dataclass(slots=True)
class Envelope:
    """One `$batch` request and, once sent, its answers."""

    template: Template
    urls: Sequence[str]
    """Relative to the version root, with a leading slash; a part's id is its place in here."""
    headers: Mapping[str, str]
    now: datetime
    """When it is sent: what an HTTP date in a Retry-After is measured from."""
    default_wait_s: float
    """Pause after throttled parts that do not say how long."""
    answers: dict[int, PartAnswer] = field(default_factory=dict)
    sent: int = 0
    """How many of the parts the budget let through, the first ones."""

    def fit(self, call: Call, units: float) -> Call:
        """Return `call` with the parts that `units` allow, one at least."""
        self.sent = max(1, min(len(self.urls), int(units // self.template.cost)))
        return replace(call, body=self._body(), requests=self.sent, cost=self.template.cost * self.sent)

    def _body(self) -> bytes:
        headers = {"headers": dict(self.headers)} if self.headers else {}
        urls = self.urls[: self.sent]
        parts = [{"id": str(n), "method": "GET", "url": url, **headers} for n, url in enumerate(urls)]
        return orjson.dumps({"requests": parts})

    @property
    def cost(self) -> float:
        """Estimated units of all parts: each is metered on its own."""
        return self.template.cost * len(self.urls)

    def measure(self, answer: Answer) -> Spent:
        """Take the answers in and return what they say about the budget.

        Raises:
            Malformed: The envelope is no batch answer, or answers a part twice or one never asked.
        """
        parsed = parse_object(self.template, answer.body)
        responses = parsed.get("responses")
        if not isinstance(responses, list):
            raise Malformed(self.template.endpoint, answer.status, "no_responses")
        self.answers = {}
        for response in responses:
            number, part = self._part(response)
            if number in self.answers:
                raise Malformed(self.template.endpoint, answer.status, "part_answered_twice")
            self.answers[number] = part
        return self._spent()

    def _part(self, response: Any) -> tuple[int, PartAnswer]:  # noqa: ANN401 - JSON
        match response:
            case {"id": str(number), "status": int(status)} if number.isdecimal() and int(number) < self.sent:
                return int(number), PartAnswer(status, _lower(response.get("headers")), response.get("body"))
        raise Malformed(self.template.endpoint, code="unknown_part")

    def _spent(self) -> Spent:
        throttled = [part for part in self.answers.values() if part.status == HTTPStatus.TOO_MANY_REQUESTS]
        told = [told_to_wait_s(part.headers, self.now) for part in self.answers.values() if part.may_pass]
        waits = [wait for wait in told if wait is not None]
        if throttled and not waits:
            waits = [self.default_wait_s]
        units = [units_of(part.headers) for part in self.answers.values()]
        known = [self.template.cost if unit is None else unit for unit in units]
        return Spent(sum(known) if any(units) else None, len(throttled), max(waits, default=None))


def _lower(headers: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    return {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
