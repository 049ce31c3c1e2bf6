"""`$batch`: many requests in one, answered in any order, each metered by itself."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import orjson

from simulator.answers import Answer, Delivery, bad_request
from simulator.incoming import Incoming
from simulator.interference import as_part_body

MAX_PARTS: Final = 20


@dataclass(frozen=True, slots=True)
class Parts:
    """The requests inside a batch."""

    envelope: Incoming
    version: str

    def read(self) -> list[tuple[str, Incoming]]:
        """Return id and request of each part.

        Raises:
            GraphError: 400, the batch is malformed or too large.
        """
        try:
            requests = orjson.loads(self.envelope.body)["requests"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise bad_request("Invalid batch payload format.") from None
        if not isinstance(requests, list) or not 0 < len(requests) <= MAX_PARTS:
            raise bad_request(f"Number of batch request steps must be between 1 and the maximum value of {MAX_PARTS}.")
        batch_id = uuid4().hex
        parts = [(str(request.get("id", "")), self._part(request, batch_id)) for request in requests]
        if len({part_id for part_id, _ in parts}) != len(parts):
            raise bad_request("Request Id has to be unique in a batch.")
        return parts

    def _part(self, request: dict[str, Any], batch_id: str) -> Incoming:
        url = str(request.get("url", ""))
        if "://" in url or not request.get("id"):
            raise bad_request("Each step of a batch needs an id and a relative url.")
        path, _, query = url.partition("?")
        own = {name.lower(): value for name, value in (request.get("headers") or {}).items()}
        body = request.get("body")
        return Incoming(
            method=str(request.get("method", "GET")).upper(),
            base=self.envelope.base,
            raw_path=f"/{self.version}/{path.lstrip('/')}",
            raw_query=query,
            headers={**own, "authorization": self.envelope.headers.get("authorization", "")},
            body=orjson.dumps(body) if body is not None else b"",
            batch_id=batch_id,
        )


def answer_batch(parts: Parts, answer: Callable[[Incoming], Answer]) -> Answer:
    """Answer every part; the order of the answers is shuffled, always the same way for the same ids."""
    answered = [(part_id, answer(request)) for part_id, request in parts.read()]
    random.Random("".join(part_id for part_id, _ in answered)).shuffle(answered)  # noqa: S311 - no secret
    body = b'{"responses":[' + b",".join(_pieces(answered)) + b"]}"
    deliveries = {part.delivery for _, part in answered} - {Delivery.WHOLE}
    return Answer(body, HTTPStatus.OK, delivery=min(deliveries, default=Delivery.WHOLE))


def _pieces(answered: list[tuple[str, Answer]]) -> Iterator[bytes]:
    for part_id, part in answered:
        headers = {"Content-Type": part.content_type, **part.headers}
        head = orjson.dumps({"id": part_id, "status": part.status, "headers": headers})
        yield head[:-1] + b',"body":' + as_part_body(part) + b"}"
