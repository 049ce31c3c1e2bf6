"""What a scripted fault makes of an answer."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from typing import Any, Final

import orjson

from simulator.answers import Answer, Delivery, GraphError
from simulator.calls import denied, gone, unlicensed
from simulator.faults import Fault, FaultKind
from simulator.incoming import Incoming
from simulator.throttling import Workload, throttled

_HTML: Final = (
    b"<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body>Try again later.</body></html>"
)
_FOREIGN_HOST: Final = "https://graph.attacker.example"
_ATTEMPT: Final = re.compile(r"[?&]attempt=\d+$")
_attempts = count(1)


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a fault strikes."""

    incoming: Incoming
    workload: Workload
    other_port: str
    """Address of another service of the simulator; it records what reaches it."""


def replaces(fault: Fault) -> bool:
    """Tell whether the fault stands in for the answer, so that nothing is read or counted."""
    return fault.kind in _ERRORS


def error_of(fault: Fault, situation: Situation) -> Answer:
    """Return the error answer of a fault that replaces the answer."""
    return _ERRORS[fault.kind](fault, situation.workload).answer()


def altered(fault: Fault, answer: Answer, situation: Situation) -> Answer:
    """Return the answer with the fault in it."""
    if fault.kind in _DELIVERIES:
        answer.delivery = _DELIVERIES[fault.kind]
        return answer
    if fault.kind is FaultKind.NOT_JSON:
        return Answer(_HTML, HTTPStatus.OK, answer.headers, "text/html")
    answer.body = _BODIES[fault.kind](answer.body, situation)
    return answer


def as_part_body(answer: Answer) -> bytes:
    """Return a body as it stands in a batch: JSON as it is, anything else base64 in a string."""
    try:
        orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return b'"' + base64.b64encode(answer.body) + b'"'
    return answer.body


def _server_error(status: int, code: str) -> Callable[[Fault, Workload], GraphError]:
    def error(fault: Fault, _workload: Workload) -> GraphError:
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        return GraphError(status, code, "", headers)

    return error


def _unauthorized(_fault: Fault, _workload: Workload) -> GraphError:
    return invalid_token("Access token has expired or is not yet valid.")


def invalid_token(message: str) -> GraphError:
    """Return a 401."""
    return GraphError(HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken", message, {"WWW-Authenticate": "Bearer"})


def _throttled(fault: Fault, workload: Workload) -> GraphError:
    return throttled(workload, "Tenant_Application/Read", fault.retry_after)


_ERRORS: Final[dict[FaultKind, Callable[[Fault, Workload], GraphError]]] = {
    FaultKind.UNAUTHORIZED: _unauthorized,
    FaultKind.FORBIDDEN: lambda _fault, workload: denied(workload),
    FaultKind.UNLICENSED: lambda _fault, workload: unlicensed(workload),
    FaultKind.NOT_FOUND: lambda _fault, workload: gone(workload),
    FaultKind.THROTTLED: _throttled,
    FaultKind.THROTTLED_IN_BATCH: _throttled,
    FaultKind.SERVER_ERROR: _server_error(HTTPStatus.INTERNAL_SERVER_ERROR, "generalException"),
    FaultKind.BAD_GATEWAY: _server_error(HTTPStatus.BAD_GATEWAY, "UnknownError"),
    FaultKind.UNAVAILABLE: _server_error(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable"),
}

_DELIVERIES: Final = {
    FaultKind.TIMEOUT: Delivery.NEVER,
    FaultKind.DRIPPING: Delivery.DRIPPING,
    FaultKind.DROPPED: Delivery.DROPPED,
}


def _with_next_link(link: Callable[[Situation], str]) -> Callable[[bytes, Situation], bytes]:
    def alter(body: bytes, situation: Situation) -> bytes:
        page: dict[str, Any] = orjson.loads(body)
        page.pop("@odata.deltaLink", None)
        return orjson.dumps(page | {"@odata.nextLink": link(situation)})

    return alter


def _emptied(body: bytes, situation: Situation) -> bytes:
    page: dict[str, Any] = orjson.loads(body)
    page.pop("@odata.deltaLink", None)
    url = _ATTEMPT.sub("", situation.incoming.url)
    link = f"{url}{'&' if '?' in url else '?'}attempt={next(_attempts)}"
    return orjson.dumps(page | {"value": [], "@odata.nextLink": link})


def _moved(situation: Situation, base: str) -> str:
    return base + situation.incoming.url.removeprefix(situation.incoming.base)


_BODIES: Final[dict[FaultKind, Callable[[bytes, Situation], bytes]]] = {
    FaultKind.TRUNCATED: lambda body, _situation: body[: len(body) // 2],
    FaultKind.NOT_AN_OBJECT: lambda body, _situation: b"[" + body + b"]",
    FaultKind.REPEATED_NEXT_LINK: _with_next_link(lambda situation: situation.incoming.url),
    FaultKind.FOREIGN_NEXT_LINK: _with_next_link(lambda situation: _moved(situation, _FOREIGN_HOST)),
    FaultKind.FOREIGN_PORT_NEXT_LINK: _with_next_link(lambda situation: _moved(situation, situation.other_port)),
    FaultKind.EMPTY_PAGE_WITH_NEXT_LINK: _emptied,
}
