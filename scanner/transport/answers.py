"""What came back, and what it means: status and `error.code` decide, never the message.

Source: https://learn.microsoft.com/graph/errors
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson

from scanner.transport.errors import (
    DeltaExpired,
    Denied,
    Malformed,
    NotFound,
    ReadError,
    Throttled,
    Unavailable,
    Unlicensed,
)
from scanner.transport.retry import TRANSIENT
from scanner.transport.templates import Declared

EXPIRED_PAGE_TOKEN: Final = "Directory_ExpiredPageToken"  # noqa: S105 - Graph's error code, no secret

_LICENSES: Final = {
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant": "AAD_PREMIUM",
    "AadPremiumLicenseRequired": "AAD_PREMIUM_P2",
}
"""Codes that say *not licensed*, whatever the status, and the plan that is then missing."""

_LEAVES: Final[Mapping[int, tuple[type[ReadError], str]]] = {
    **dict.fromkeys(TRANSIENT, (Unavailable, "unavailable")),
    HTTPStatus.NOT_FOUND: (NotFound, "not_found"),
    HTTPStatus.GONE: (DeltaExpired, "gone"),
    HTTPStatus.FAILED_DEPENDENCY: (Unavailable, "failed_dependency"),
    HTTPStatus.TOO_MANY_REQUESTS: (Throttled, "throttled"),
}
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, or one part of a batch."""

    status: int
    headers: Mapping[str, str]
    """Case-insensitive, or with lower-case names."""
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it carries what was asked for."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of HTTP statuses


def parse_object(template: Declared, body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`.

    Raises:
        Malformed: `not_json` (truncated included), `not_an_object`, or `error_in_answer` where
            an answer that claims success carries an error.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed(template.endpoint, code="not_json") from None
    return checked_object(template, parsed)


def checked_object(template: Declared, parsed: object) -> dict[str, Any]:
    """Return `parsed` when it is an object that carries no error; raise `Malformed` otherwise."""
    if not isinstance(parsed, dict):
        raise Malformed(template.endpoint, code="not_an_object")
    if "error" in parsed:
        raise Malformed(template.endpoint, code="error_in_answer")
    return parsed


def error_of(template: Declared, status: int, parsed: object) -> ReadError:
    """Return why an answer without success gave nothing.

    Args:
        template: What was asked.
        status: HTTP status, not 2xx.
        parsed: The answer's JSON, or None when there was none.
    """
    code = _code(parsed)
    if code in _LICENSES:
        return Unlicensed(template.endpoint, status, code, plan=template.license or _LICENSES[code])
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        denied = "unauthorized" if status == HTTPStatus.UNAUTHORIZED else code or "forbidden"
        return Denied(template.endpoint, status, denied, permission=template.permission)
    leaf, default = _LEAVES.get(status, (Malformed, "unexpected_status"))
    return leaf(template.endpoint, status, code or default)


def parse_error(body: bytes) -> object:
    """Return the JSON of an error answer, None where it is none: proxies answer with pages."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _code(parsed: object) -> str:
    match parsed:
        case {"error": {"code": str(code)}} if _CODE.fullmatch(code):
            return code
    return ""
