"""Answers and errors in Graph's own shapes."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

import orjson

JSON: Final = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


class Delivery(StrEnum):
    """How an answer travels."""

    WHOLE = "whole"
    DRIPPING = "dripping"
    """One byte at a time, with pauses on the scaled clock."""
    DROPPED = "dropped"
    """The connection closes in the middle of the body."""
    NEVER = "never"
    """Nothing is ever sent."""


@dataclass(slots=True)
class Answer:
    """One answer, before it is put on the wire or into a batch."""

    body: bytes
    status: int = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON
    delivery: Delivery = Delivery.WHOLE

    @classmethod
    def of(cls, value: object, status: int = HTTPStatus.OK) -> "Answer":
        """Serialise a JSON value."""
        return cls(orjson.dumps(value), status)


class GraphError(Exception):
    """An error answer of Graph: status, `error.code` and message.

    Codes and shapes: https://learn.microsoft.com/graph/errors
    """

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def answer(self) -> Answer:
        """Return the error envelope, with a fresh request id."""
        return Answer(orjson.dumps(self.body()), self.status, dict(self.headers))

    def body(self) -> dict[str, Any]:
        """Return the envelope `{"error": {…}}`."""
        request_id = str(uuid.uuid4())
        inner = {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": request_id,
        }
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}


def not_found_path(segment: str) -> GraphError:
    """Return the error for an address that Graph does not know."""
    return GraphError(HTTPStatus.NOT_FOUND, "ResourceNotFound", f"Resource not found for the segment '{segment}'.")


def bad_request(message: str, code: str = "BadRequest") -> GraphError:
    """Return a 400."""
    return GraphError(HTTPStatus.BAD_REQUEST, code, message)
