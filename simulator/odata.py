"""OData of the services: query options, `$select`, opaque continuation tokens."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from simulator.answers import GraphError, bad_request

_DIGEST_BYTES: Final = 9


@dataclass(frozen=True, slots=True)
class Query:
    """The query options of one request, decoded."""

    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: str) -> "Query":
        """Read a raw query string; `%24select` and `$select` are the same."""
        return cls(dict(parse_qsl(raw, keep_blank_values=True)))

    @property
    def select(self) -> tuple[str, ...]:
        """Selected properties, in the order asked; empty: none named."""
        names = (name.strip() for name in self.options.get("$select", "").split(","))
        return tuple(dict.fromkeys(name for name in names if name))

    def top(self, default: int, maximum: int, *, clamp: bool = False) -> int:
        """Return the page size.

        Args:
            default: Without `$top`.
            maximum: The largest one served.
            clamp: Whether a larger `$top` is quietly lowered, as some services do.

        Raises:
            GraphError: 400, the number is no number or too large.
        """
        text = self.options.get("$top")
        if text is None:
            return default
        if not text.isdigit() or int(text) == 0:
            raise bad_request(f"Invalid page size specified: '{text}'. Must be between 1 and {maximum} inclusive.")
        if int(text) > maximum and not clamp:
            raise bad_request(f"Invalid page size specified: '{text}'. Must be between 1 and {maximum} inclusive.")
        return min(int(text), maximum)

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse system query options that the endpoint does not have.

        Raises:
            GraphError: 400.
        """
        unknown = sorted(name for name in self.options if name.startswith("$") and name not in set(allowed))
        if unknown:
            message = f"Query option '{unknown[0]}' is not allowed."
            raise GraphError(400, "Request_UnsupportedQuery", message)

    def encoded(self, **more: str) -> str:
        """Return the query string with further options; `skiptoken` stands for `$skiptoken`."""
        names = {"skiptoken": "$skiptoken"}
        options = {**self.options, **{names.get(name, name): value for name, value in more.items()}}
        return urlencode(options, safe="$,:/'()", quote_via=quote)


def picked(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the named properties of a row; what the row does not hold stays absent."""
    return {name: row[name] for name in names if name in row}


def check_select(names: Iterable[str], known: frozenset[str], type_name: str) -> None:
    """Refuse a property that the type does not have.

    Raises:
        GraphError: 400, with Graph's sentence.
    """
    for name in names:
        if name not in known:
            message = f"Could not find a property named '{name}' on type 'microsoft.graph.{type_name}'."
            raise bad_request(message)


def seal(payload: Mapping[str, Any], secret: str) -> str:
    """Return an opaque token that `unseal` with the same secret reads."""
    text = json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(_digest(text, secret) + text).decode().rstrip("=")


def unseal(token: str, secret: str) -> dict[str, Any] | None:
    """Return what `seal` put in; None where the token is not one of ours."""
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if data[:_DIGEST_BYTES] != _digest(data[_DIGEST_BYTES:], secret):
        return None
    payload: dict[str, Any] = json.loads(data[_DIGEST_BYTES:])
    return payload


def _digest(text: bytes, secret: str) -> bytes:
    return hashlib.blake2s(text, digest_size=_DIGEST_BYTES, key=secret.encode()[:32]).digest()
