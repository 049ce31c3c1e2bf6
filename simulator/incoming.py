"""A request as it came in, whichever service it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson


@dataclass(frozen=True, slots=True)
class Incoming:
    """One HTTP request, or one part of a batch."""

    method: str
    base: str
    """Scheme, host and port."""
    raw_path: str
    """As sent, with the leading slash."""
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    batch_id: str | None = None

    @property
    def path(self) -> str:
        """Return the decoded path without leading slash and without the `()` of a function call."""
        segments = [unquote(segment) for segment in self.raw_path.strip("/").split("/")]
        segments[-1] = segments[-1].removesuffix("()")
        return "/".join(segments)

    @property
    def segments(self) -> list[str]:
        """Return the decoded path segments; a segment may hold an encoded slash."""
        segments = [unquote(segment) for segment in self.raw_path.strip("/").split("/")]
        segments[-1] = segments[-1].removesuffix("()")
        return segments

    @property
    def url(self) -> str:
        """Return the absolute address, as sent."""
        return f"{self.base}{self.raw_path}" + (f"?{self.raw_query}" if self.raw_query else "")

    @property
    def query(self) -> dict[str, str]:
        """Return the decoded query."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return scheme, host and port."""
        parts = urlsplit(self.base)
        return parts.scheme, parts.hostname or "", parts.port or 443

    def cmdlet(self) -> tuple[str, tuple[str, ...]]:
        """Return name and parameter names of the Exchange cmdlet in the body; empty where there is none."""
        try:
            match orjson.loads(self.body or b"{}"):
                case {"CmdletInput": {"CmdletName": str(name), "Parameters": dict(parameters)}}:
                    return name, tuple(parameters)
                case _:
                    return "", ()
        except orjson.JSONDecodeError:
            return "", ()

    def body_keys(self) -> tuple[str, ...]:
        """Return the names of the body's fields, JSON or form; never their values."""
        if not self.body:
            return ()
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return tuple(name for name, _ in parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))
        try:
            body = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return ()
        return tuple(body) if isinstance(body, dict) else ()
