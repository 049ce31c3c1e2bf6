"""Graph's allow-list: decides on the final request, after authentication and before the socket.

It is generated from the templates the collectors declare and knows nothing else. What is
allowed: a GET of a declared path with exactly the declared properties; a continuation that
came out of the answer to an allowed request, or a deltaLink handed over as such; a `$batch`
that holds nothing but these. Everything else is `RequestRefused`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

import httpx
import orjson

from scanner.transport.content import names_content, selects_content
from scanner.transport.errors import RequestRefused
from scanner.transport.rules import HEADERS, check_headers, options_in, options_of, raw_path_of, same_origin
from scanner.transport.templates import Api, Template

BATCH_SIZE: Final = 20
"""Most requests Graph takes in one `$batch`."""

_VALUE: Final = r"[A-Za-z0-9_!,@=+.~-]+"
_EMBEDDED_VALUE: Final = r"[A-Za-z0-9_!,@=+.~;:-]+"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_UNSAFE: Final = re.compile(r"[/\\%?#\x00-\x20\x7f]")
_PLAIN: Final = re.compile(r"/[A-Za-z0-9_!$&'()*+,;=:@%./~-]*(\?[A-Za-z0-9_!$&'()*+,;=:@%./?~-]*)?")
_DECLARABLE_OPTIONS: Final = frozenset({"$filter", "$orderby", "$count", "token"})
_FIXED_OPTIONS: Final = frozenset({"$expand", "$format"})
_NEVER_CONTINUED: Final = frozenset({"expand", "search", "format", "compute", "apply"})
_GRAPH_HEADERS: Final = HEADERS | {
    "accept-language",
    "prefer",
    "consistencylevel",
    "client-request-id",
    "x-ms-throttle-priority",
}
_PART_HEADERS: Final = frozenset({"prefer", "consistencylevel"})


class AllowList:
    """The requests one session may send."""

    def __init__(self, origin: str, templates: Iterable[Template]) -> None:
        """Build the list.

        Args:
            origin: Scheme, host and port of Graph, e.g. `https://graph.microsoft.com`.
            templates: Everything that may be asked.

        Raises:
            RequestRefused: A template leads to content: it must not exist.
            ValueError: A template declares a query option that could widen what is read.
        """
        self._origin = httpx.URL(origin)
        self._rules = [_Rule(template) for template in templates]
        self._continuations: set[str] = set()

    def admit(self, request: httpx.Request, endpoint: str) -> None:
        """Let `request` pass or raise.

        Args:
            request: The final request, token included.
            endpoint: Name of what it is sent for; the only thing the error tells of the request.

        Raises:
            RequestRefused: With a code that says which rule stopped it.
        """
        check_headers(request, _GRAPH_HEADERS, endpoint)
        if request.method == "GET":
            if request.read():
                raise RequestRefused(endpoint, code="body")
            self._check_url(request.url, endpoint)
        elif request.method == "POST":
            self._check_batch(request, endpoint)
        else:
            raise RequestRefused(endpoint, code="method")

    def require(self, template: Template) -> None:
        """Raise `RequestRefused` (`undeclared`) unless `template` is one of the declared ones."""
        if not any(rule.template == template for rule in self._rules):
            raise RequestRefused(template.endpoint, code="undeclared")

    def trust(self, template: Template, link: str) -> str:
        """Allow a continuation of `template` and return it as it will be sent.

        Args:
            template: What the link continues; it must be one of the declared ones.
            link: A nextLink or deltaLink out of the answer to an allowed request, or a
                deltaLink kept in the watermark table of a finished snapshot of this tenant.

        Raises:
            RequestRefused: `foreign_continuation` on another scheme, host or port;
                `undeclared_continuation` on a path the template does not declare, without a token,
                or with options that would read more.
        """
        try:
            url = httpx.URL(link)
        except (httpx.InvalidURL, TypeError):
            raise RequestRefused(template.endpoint, code="foreign_continuation") from None
        if not same_origin(url, self._origin):
            raise RequestRefused(template.endpoint, code="foreign_continuation")
        segments = _segments(url)
        rules = [rule for rule in self._rules if rule.template == template]
        if not any(rule.continues(segments, options_of(url)) for rule in rules) or names_content(segments or ()):
            raise RequestRefused(template.endpoint, code="undeclared_continuation")
        self._continuations.add(str(url))
        return str(url)

    def _check_url(self, url: httpx.URL, endpoint: str) -> None:
        if not same_origin(url, self._origin):
            raise RequestRefused(endpoint, code="origin")
        if str(url) in self._continuations:
            return
        segments, query = _segments(url), options_of(url)
        if segments is None or names_content(segments):
            raise RequestRefused(endpoint, code="content_path" if segments else "path")
        on_path = [rule for rule in self._rules if rule.matches(segments)]
        if not on_path:
            raise RequestRefused(endpoint, code="path")
        if not any(rule.allows(query) for rule in on_path):
            raise RequestRefused(endpoint, code="query")

    def _declares(self, path_and_query: str) -> bool:
        """Whether the plainest of spellings asks what some template declares; no is not yet a refusal.

        Parsing every part of every batch as a URL took a tenth of a scan's processor time.
        """
        if _PLAIN.fullmatch(path_and_query) is None:
            return False
        path, _, query = path_and_query.partition("?")
        segments = _decoded(path)
        if segments is None or names_content(segments):
            return False
        options = options_in(query)
        return any(rule.matches(segments) and rule.allows(options) for rule in self._rules)

    def _check_batch(self, request: httpx.Request, endpoint: str) -> None:
        segments = _segments(request.url)
        is_batch = segments is not None and len(segments) == 2 and segments[1] == "$batch"  # noqa: PLR2004 - api/$batch
        if not same_origin(request.url, self._origin) or not is_batch or request.url.query:
            raise RequestRefused(endpoint, code="method")
        api = (segments or [""])[0]
        for part in _parts(request.read(), endpoint):
            self._check_part(part, api, endpoint)

    def _check_part(self, part: object, api: str, endpoint: str) -> None:
        match part:
            case {"id": str(), "method": "GET", "url": str(url), **rest} if url.startswith("/") and api in list(Api):
                headers = rest.pop("headers", {})
            case _:
                raise RequestRefused(endpoint, code="batch_part")
        if rest or not isinstance(headers, dict) or not _PART_HEADERS.issuperset(name.casefold() for name in headers):
            raise RequestRefused(endpoint, code="batch_part")
        if self._declares(f"/{api}{url}"):
            return
        try:
            absolute = httpx.URL(f"{self._origin}/{api}{url}")
        except httpx.InvalidURL:
            raise RequestRefused(endpoint, code="batch_part") from None
        self._check_url(absolute, endpoint)


class _Rule:
    """One template, compiled."""

    def __init__(self, template: Template) -> None:
        self.template = template
        declared = [template.path, *template.continuation]
        if any(names_content(path.split("/")) for path in declared) or selects_content(template.select):
            raise RequestRefused(template.endpoint, code="content_path")
        if wide := set(template.query) - _DECLARABLE_OPTIONS:
            raise ValueError(f"{template.endpoint} declares {sorted(wide)}; only {sorted(_DECLARABLE_OPTIONS)} may be.")
        if wide := {name for name, _ in template.fixed} - _FIXED_OPTIONS:
            raise ValueError(f"{template.endpoint} fixes {sorted(wide)}; only {sorted(_FIXED_OPTIONS)} may be.")
        words = [word for _, value in template.fixed for word in re.split(r"[^\w$]+", value)]
        if names_content(words) or selects_content(words):
            raise RequestRefused(template.endpoint, code="content_path")
        self._path = _compile(template.api, template.path)
        self._continued = [_compile(template.api, path) for path in declared]
        self._fixed = {"$select": ",".join(template.select)} if template.select else {}
        if template.top is not None:
            self._fixed["$top"] = str(template.top)
        self._fixed |= dict(template.fixed)

    def matches(self, segments: list[str]) -> bool:
        return _fullmatch(self._path, segments)

    def allows(self, query: Mapping[str, str] | None) -> bool:
        """Whether a first request with these options reads what is declared, no more and no less."""
        if query is None or any(query.get(name) != value for name, value in self._fixed.items()):
            return False
        return query.keys() <= self._fixed.keys() | set(self.template.query)

    def continues(self, segments: list[str] | None, query: Mapping[str, str] | None) -> bool:
        """Whether a link leads on: it carries a token of Graph's, and nothing that would widen what is read."""
        if segments is None or query is None or not any(_fullmatch(path, segments) for path in self._continued):
            return False
        options = {name.lstrip("$").casefold(): value for name, value in query.items()}
        known = {name.lstrip("$") for name in (*self._fixed, *self.template.query)} - {"token"}
        has_token = bool(options.keys() - known) or not _fullmatch(self._path, segments)
        selected = options.get("select")
        wider = [name for name in options.keys() & _NEVER_CONTINUED if options[name] != self._fixed.get(f"${name}")]
        return has_token and not wider and selected in {None, self._fixed.get("$select")}


def _compile(api: Api, path: str) -> list[re.Pattern[str]]:
    return [_compile_segment(segment) for segment in [api.value, *path.split("/")]]


def _compile_segment(segment: str) -> re.Pattern[str]:
    value = _VALUE if _PLACEHOLDER.fullmatch(segment) else _EMBEDDED_VALUE
    literals = [re.escape(literal) for literal in _PLACEHOLDER.split(segment)[::2]]
    # A value of dots only would climb to the parent path.
    return re.compile(rf"(?!\.+$){value.join(literals)}")


def _fullmatch(patterns: list[re.Pattern[str]], segments: list[str]) -> bool:
    return len(patterns) == len(segments) and all(
        pattern.fullmatch(segment) for pattern, segment in zip(patterns, segments, strict=True)
    )


def _segments(url: httpx.URL) -> list[str] | None:
    """Return the decoded path segments, None when a decoded one could be read as more than one."""
    return _decoded(raw_path_of(url))


def _decoded(path: str) -> list[str] | None:
    segments = [unquote(segment) for segment in path.split("/")[1:]]
    return None if any(_UNSAFE.search(segment) for segment in segments) else segments


def _parts(body: bytes, endpoint: str) -> list[object]:
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RequestRefused(endpoint, code="batch_body") from None
    # Written again it must be the same bytes: of a key given twice another reader could take the other one.
    match envelope:
        case {"requests": list(parts), **rest} if not rest and 0 < len(parts) <= BATCH_SIZE:
            if orjson.dumps(envelope) == body:
                return list(parts)
    raise RequestRefused(endpoint, code="batch_body")
