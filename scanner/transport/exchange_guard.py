"""Exchange's allow-list. One address serves every cmdlet, writes included: so the body decides.

What is allowed: a `POST` to `InvokeCommand` whose body is, byte for byte, the one that is built
from a declared cmdlet; the same body again to a continuation that came out of an answer to it;
a `GET` of `EXOModuleFile`. All of it at Exchange's front door, or at the regional host that the
front door named for this tenant. Everything else is `RequestRefused`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import httpx
import orjson

from scanner.transport.errors import RequestRefused
from scanner.transport.invocation import Invocation
from scanner.transport.rules import HEADERS, check_headers, options_of, raw_path_of, same_origin
from scanner.transport.templates import Cmdlet

_HEADERS: Final = HEADERS | {"prefer", "x-anchormailbox", "x-cmdletname", "x-responseformat", "commandname"}
_READS: Final = re.compile(r"Get-[A-Z][A-Za-z0-9]{1,79}")
_CONTENT: Final = re.compile(
    "search|export|messagetrac|quarantine|recoverable|calendar|maildetail|detailreport|recipientstatistics"
    "|folderstatistics|contentmalware",
    re.IGNORECASE,
)
"""Nouns of cmdlets that read mail, calendars, what happened to single messages, or what a search found."""
_REGION: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NEVER_CONTINUED: Final = frozenset({"expand", "search", "format", "compute", "apply", "filter"})


class ExchangeGuard:
    """The requests one session may send to Exchange.

    Args:
        front: Origin of the front door; empty: there is none, and nothing passes.
        tenant_id: GUID, lower case.
        cmdlets: Everything that may be asked.
        is_local: Whether the front door is a configured one on this machine: its regions are ports there.

    Raises:
        RequestRefused: A cmdlet writes, or leads to content: it must not exist.
        ValueError: A cmdlet selects nothing, or names its mailbox wrongly.
    """

    def __init__(self, front: str, tenant_id: str, cmdlets: Iterable[Cmdlet], *, is_local: bool = False) -> None:
        self._origins = [httpx.URL(front)] if front else []
        self._tenant_id = tenant_id
        self._is_local = is_local
        self._cmdlets = tuple(cmdlets)
        for cmdlet in self._cmdlets:
            _check_declaration(cmdlet)
        self._continuations: dict[str, bytes] = {}

    def require(self, cmdlet: Cmdlet) -> None:
        """Raise `RequestRefused` (`undeclared`) unless `cmdlet` is one of the declared ones."""
        if cmdlet not in self._cmdlets:
            raise RequestRefused(cmdlet.endpoint, code="undeclared")

    def admit(self, request: httpx.Request, endpoint: str) -> None:
        """Let `request` pass or raise; see `AllowList.admit`."""
        check_headers(request, _HEADERS, endpoint)
        if not self._is_ours(request.url):
            raise RequestRefused(endpoint, code="origin")
        if request.method == "GET":
            self._check_module_file(request, endpoint)
        elif request.method == "POST":
            self._check_invocation(request, endpoint)
        else:
            raise RequestRefused(endpoint, code="method")

    def adopt_region(self, location: str, endpoint: str) -> str:
        """Allow the regional host that the front door named for this tenant and return its origin.

        Only the name counts; path and port of the redirect are not followed.

        Raises:
            RequestRefused: `foreign_region`: no https host directly below the front door's name.
        """
        try:
            url = httpx.URL(location)
        except (httpx.InvalidURL, TypeError):
            raise RequestRefused(endpoint, code="foreign_region") from None
        front = self._origins[0]
        label, _, parent = url.host.partition(".")
        is_region = bool(_REGION.fullmatch(label)) and parent == front.host and not self._is_local
        is_port = self._is_local and url.host == front.host
        if url.scheme != "https" or url.userinfo or not (is_region or is_port or same_origin(url, front)):
            raise RequestRefused(endpoint, code="foreign_region")
        origin = httpx.URL(scheme="https", host=url.host, port=url.port if is_port else front.port)
        if origin not in self._origins:
            self._origins.append(origin)
        return str(origin).rstrip("/")

    def trust(self, call: Invocation, link: str) -> str:
        """Allow a continuation of `call`, for exactly its body, and return it as it will be sent.

        Raises:
            RequestRefused: `foreign_continuation` on a host or port that is not this tenant's Exchange;
                `undeclared_continuation` on another path, without a token, or with options that would
                read more.
        """
        try:
            url = httpx.URL(link)
        except (httpx.InvalidURL, TypeError):
            raise RequestRefused(call.cmdlet.endpoint, code="foreign_continuation") from None
        if not self._is_ours(url):
            raise RequestRefused(call.cmdlet.endpoint, code="foreign_continuation")
        options = {name.lstrip("$").casefold(): value for name, value in (options_of(url) or {}).items()}
        has_token = bool(options.keys() - {"select"}) and not options.keys() & _NEVER_CONTINUED
        selects = options.get("select", call.select) == call.select
        if not (self._is_at(url, "beta", "InvokeCommand") and has_token and selects):
            raise RequestRefused(call.cmdlet.endpoint, code="undeclared_continuation")
        self._continuations[str(url)] = call.body
        return str(url)

    def _is_ours(self, url: httpx.URL) -> bool:
        return any(same_origin(url, origin) for origin in self._origins)

    def _is_at(self, url: httpx.URL, version: str, name: str) -> bool:
        # Exchange writes its own paths in several ways.
        return raw_path_of(url).casefold() == f"/adminapi/{version}/{self._tenant_id}/{name}".casefold()

    def _check_module_file(self, request: httpx.Request, endpoint: str) -> None:
        if request.read():
            raise RequestRefused(endpoint, code="body")
        if not self._is_at(request.url, "v1.0", "EXOModuleFile"):
            raise RequestRefused(endpoint, code="path")
        if request.url.query:
            raise RequestRefused(endpoint, code="query")
        if request.headers.get("commandname", "*") != "*":
            raise RequestRefused(endpoint, code="header")

    def _check_invocation(self, request: httpx.Request, endpoint: str) -> None:
        if not self._is_at(request.url, "beta", "InvokeCommand"):
            raise RequestRefused(endpoint, code="path")
        body = request.read()
        calls = list(self._calls_of(body))
        if not calls:
            raise RequestRefused(endpoint, code="cmdlet")
        options, continued = options_of(request.url), self._continuations.get(str(request.url)) == body
        if not continued and all(options != {"$select": call.select} for call in calls):
            raise RequestRefused(endpoint, code="query")
        headers = {name: request.headers.get(name) for name in ("x-anchormailbox", "x-cmdletname", "commandname")}
        anchors = {call.anchor(self._tenant_id) for call in calls}
        if headers.pop("x-anchormailbox") not in anchors or headers != {
            "x-cmdletname": calls[0].cmdlet.name,
            "commandname": None,
        }:
            raise RequestRefused(endpoint, code="header")

    def _calls_of(self, body: bytes) -> Iterator[Invocation]:
        """Yield the declared calls that have exactly this body."""
        for cmdlet in self._cmdlets:
            try:
                call = Invocation.of(cmdlet, _values(cmdlet, body))
            except RequestRefused:
                continue
            if call.body == body:
                yield call


def _values(cmdlet: Cmdlet, body: bytes) -> dict[str, object]:
    """Return what a body gives for the declared values of `cmdlet`; nothing where it is another call."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    match parsed:
        case {"CmdletInput": {"CmdletName": cmdlet.name, "Parameters": dict(parameters)}}:
            return {name: parameters.get(name) for name in cmdlet.values}
        case _:
            return {}


def _check_declaration(cmdlet: Cmdlet) -> None:
    if not _READS.fullmatch(cmdlet.name) or _CONTENT.search(cmdlet.name):
        raise RequestRefused(cmdlet.endpoint, code="content_path")
    if not cmdlet.select:
        raise ValueError(f"{cmdlet.name} selects nothing: name the properties that are needed.")
    if cmdlet.mailbox and cmdlet.mailbox not in cmdlet.values:
        raise ValueError(f"{cmdlet.name} is routed by {cmdlet.mailbox}, which is none of its values.")
    if {name for name, _ in cmdlet.parameters} & set(cmdlet.values):
        raise ValueError(f"{cmdlet.name} declares a parameter twice.")
