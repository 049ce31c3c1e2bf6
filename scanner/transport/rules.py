"""What every allow-list checks in the same way: headers, origin, path and query."""

from typing import Final
from urllib.parse import parse_qsl

import httpx

from scanner.transport.errors import RequestRefused

HEADERS: Final = frozenset(
    {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "user-agent",
        "authorization",
        "content-length",
        "content-type",
    }
)
"""What every service is sent: none of these changes what is done or where it goes."""


def check_headers(request: httpx.Request, allowed: frozenset[str], endpoint: str) -> None:
    """Refuse a header that is not one of `allowed` (lower case), given twice, or a host that is not the address's.

    Raises:
        RequestRefused: `header`.
    """
    names = [name.decode("ascii").casefold() for name, _ in request.headers.raw]
    host = request.url.netloc.decode("ascii")
    if not allowed.issuperset(names) or len(set(names)) < len(names) or request.headers.get("host") != host:
        raise RequestRefused(endpoint, code="header")


def same_origin(url: httpx.URL, origin: httpx.URL) -> bool:
    """Whether `url` has scheme, host and port of `origin`, and nothing that could hide another host."""
    same = (url.scheme, url.host, port_of(url)) == (origin.scheme, origin.host, port_of(origin))
    return same and not url.userinfo and not url.fragment


def port_of(url: httpx.URL) -> int:
    """Return the port, also where it goes without saying."""
    return url.port or (443 if url.scheme == "https" else 80)


def raw_path_of(url: httpx.URL) -> str:
    """Return the path as it goes on the wire, without the query."""
    return url.raw_path.decode("ascii").split("?", 1)[0]


def options_of(url: httpx.URL) -> dict[str, str] | None:
    """Return the decoded query options, None when they are ambiguous."""
    return options_in(url.query.decode("ascii"))


def options_in(query: str) -> dict[str, str] | None:
    """Return the same of a query as it goes on the wire."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        return None
    options = dict(pairs)
    return options if len(options) == len(pairs) else None
