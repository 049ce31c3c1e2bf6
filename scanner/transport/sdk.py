"""msgraph-sdk's part: it describes and authenticates each request; it never sends one.

The only module that imports msgraph and kiota. Its builders are walked by name rather than
written out: typed chains would make the type checker read all of the SDK's 14,000 files.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import httpx
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphServiceClient
from msgraph.graph_request_adapter import GraphRequestAdapter

from scanner.transport.credentials import TokenSource
from scanner.transport.templates import Api, Template

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Sdk:
    """One app's view of the SDK: a client bound to an origin and to a source of tokens."""

    def __init__(self, http: httpx.AsyncClient, origin: str, tokens: TokenSource) -> None:
        """Bind the SDK.

        Args:
            http: Builds the request only. It is our own client, so none of the SDK's middleware exists.
            origin: Scheme, host and port of Graph.
            tokens: Where the SDK's authentication provider gets its tokens.
        """
        self._origin = origin
        provider = AzureIdentityAuthenticationProvider(
            tokens,
            scopes=["unused: the source of tokens knows its audience"],
            allowed_hosts=[urlsplit(origin).hostname or ""],
            is_cae_enabled=False,
        )
        self._adapter = GraphRequestAdapter(provider, client=http)
        self._adapter.base_url = f"{origin}/{Api.GRAPH_V1}"
        self._client: Any = GraphServiceClient(request_adapter=self._adapter)
        self._described: dict[tuple[Template, tuple[tuple[str, str], ...]], str] = {}
        """Query strings as the SDK wrote them, by template and options: the values of a path change none of it."""

    def describe(self, template: Template, values: Mapping[str, str], options: Mapping[str, str]) -> str:
        """Return the absolute URL of a first request, with every query option in it.

        The SDK's builders describe v1.0 paths they know with options they know. Everything else,
        beta included, is written out, because `with_url` and unknown parameters would lose the
        options without a word.

        Args:
            template: What to ask.
            values: A value for each placeholder of its path, not encoded.
            options: Further query options, e.g. `$filter`, not encoded.
        """
        key = (template, tuple(options.items()))
        if key in self._described:
            return self._written(template, values, {}) + self._described[key]
        query = {**_fixed_options(template), **options}
        described = self._built(template, values, query) if template.api is Api.GRAPH_V1 else None
        if described is None:
            return self._written(template, values, query)
        self._described[key] = described.removeprefix(self._written(template, values, {}))
        return described

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        """Return the authenticated request, ready to be sent.

        Raises:
            AuthenticationFailed: No token could be had.
        """
        request = RequestInformation(Method(method))
        request.url = url
        for name, value in headers.items():
            request.headers.add(name, value)
        if body is not None:
            request.set_stream_content(body, "application/json")
        native: httpx.Request = await self._adapter.convert_to_native_async(request)
        return native

    def _built(self, template: Template, values: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        builder = _walk(self._client, template.path, values)
        configuration = _configuration(builder, query) if builder is not None else None
        if builder is None or configuration is None:
            return None
        request = builder.to_get_request_information(configuration)
        self._adapter.set_base_url_for_request_information(request)
        path, _, options = request.url.partition("?")
        # An OData function without arguments may be written with or without its brackets.
        url = f"{path.removesuffix('()')}?{options}" if options else path.removesuffix("()")
        arrived = path.removesuffix("()") == self._written(template, values, {}) and dict(parse_qsl(options)) == query
        return url if arrived else None

    def _written(self, template: Template, values: Mapping[str, str], query: Mapping[str, str]) -> str:
        return f"{self._origin}/{template.api}/{fill(template.path, values)}{_query_string(query)}"


def fill(path: str, values: Mapping[str, str]) -> str:
    """Return `path` with its placeholders replaced by percent-encoded values.

    Raises:
        KeyError: A placeholder has no value.
    """
    return _PLACEHOLDER.sub(lambda found: quote(values[found.group(1)], safe=""), path)


def _query_string(query: Mapping[str, str]) -> str:
    pairs = [f"{quote(name, safe='$')}={quote(value, safe=',')}" for name, value in query.items()]
    return f"?{'&'.join(pairs)}" if pairs else ""


def _fixed_options(template: Template) -> dict[str, str]:
    options = {"$select": ",".join(template.select)} if template.select else {}
    top = {"$top": str(template.top)} if template.top is not None else {}
    return options | top | dict(template.fixed)


def _walk(client: Any, path: str, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - the SDK's builders share no type
    """Return the SDK's builder for `path`, None where the SDK knows no such path."""
    builder = client
    for segment in path.split("/"):
        found = _PLACEHOLDER.fullmatch(segment)
        name = _CAPITAL.sub("_", segment).lower()
        if not found and isinstance(inspect.getattr_static(builder, name, None), property):
            builder = getattr(builder, name)
            continue
        by_id = next(_item_methods(builder), None)
        if by_id is None:
            return None
        builder = getattr(builder, by_id)(values[found.group(1)] if found else segment)
    return builder if hasattr(builder, "to_get_request_information") else None


def _item_methods(builder: object) -> Iterator[str]:
    return (name for name in dir(builder) if name.startswith("by_") and name.endswith("_id"))


def _configuration(builder: Any, query: Mapping[str, str]) -> RequestConfiguration[Any] | None:  # noqa: ANN401 - as above
    """Return the builder's request configuration, None where it does not know an option."""
    nested: Iterable[Any] = vars(type(builder)).values()
    declared = next((kind for kind in nested if getattr(kind, "__name__", "").endswith("GetQueryParameters")), None)
    if declared is None:
        return None if query else RequestConfiguration()
    empty = declared()
    names = {unquote(empty.get_query_parameter(field.name)): field.name for field in fields(declared)}
    if not query.keys() <= names.keys():
        return None
    parameters = {names[name]: _argument(name, value) for name, value in query.items()}
    return RequestConfiguration(headers=HeadersCollection(), query_parameters=declared(**parameters))


def _argument(name: str, value: str) -> str | list[str]:
    """Return an option as the SDK takes it: some of them as lists."""
    if name == "$select":
        return value.split(",")
    return [value] if name == "$expand" else value
