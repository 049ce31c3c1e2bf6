"""Exchange Online, thin: what declared `Get-` cmdlets give, over one `Session`.

A listing that cannot be read to its end raises; it never ends early as if it were whole.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from scanner.graph import Part
from scanner.transport.answers import parse_object
from scanner.transport.errors import AuthenticationFailed, Malformed, ReadError, RequestRefused
from scanner.transport.invocation import Invocation
from scanner.transport.session import Session
from scanner.transport.templates import Cmdlet

_MAILBOXES_AT_ONCE: Final = 3
"""One less than Exchange's budget lets through: listings of the tenant do not wait for hundreds of mailboxes."""
_WAVE: Final = 60
_EMPTY_PAGES: Final = 200
_MISTAKES: Final = frozenset({"undeclared", "parameter"})
"""Refusals that no other value would mend."""
_CUT: Final = re.compile(r"more results|ResultSize", re.IGNORECASE)
"""What the warning of a cut-off listing speaks of."""


@dataclass(frozen=True, slots=True)
class CmdletPage:
    """One page of what a cmdlet gives."""

    rows: list[dict[str, Any]]
    """JSON objects as Exchange sent them, properties in PascalCase: an omitted one is absent, not None."""
    size_bytes: int
    """Length of the answer's body, decompressed."""
    is_cut: bool = False
    """Whether a warning came with it that there are more objects than Exchange gives. Its text is not kept."""


class Exchange:
    """Reads Exchange for one tenant. Every request passes `Session`, nothing else does."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def rows(self, cmdlet: Cmdlet, **values: str) -> AsyncIterator[CmdletPage]:
        """Yield the pages of what a cmdlet gives, posting the same body to each `@odata.nextLink`.

        Args:
            cmdlet: What to call.
            values: One text for each of its declared `values`, e.g. `Mailbox="an@firm.example"`.

        Raises:
            Denied: The permission or the role is missing, or the role has no such cmdlet.
            NotFound: There is no such mailbox or object.
            RequestRefused: It was not declared, a value is missing or stands for several objects, or a
                nextLink leads elsewhere.
            ReadError: A page could not be read. Rows already yielded are then a partial listing.

        Cost:
            One request a page, one after the other; the session's first call also asks for the region.
        """
        call = Invocation.of(cmdlet, values)
        seen: set[str] = set()
        empty = 0
        link: str | None = None
        while True:
            answer = await self._session.exchange.invoke(call, link)
            seen.add(unquote(link or self._session.exchange.address_of(call)))
            parsed = parse_object(cmdlet, answer.body)
            rows = _rows(cmdlet, parsed)
            empty = 0 if rows else empty + 1
            if empty > _EMPTY_PAGES:
                raise Malformed(cmdlet.endpoint, code="endless_listing")
            link = self._next(call, parsed, seen)
            yield CmdletPage(rows, len(answer.body), _is_cut(parsed))
            if link is None:
                return

    async def each(self, cmdlet: Cmdlet, values: Iterable[Mapping[str, str]]) -> AsyncIterator[Part]:
        """Call a cmdlet once for each set of values, e.g. each mailbox, three at a time.

        `values` is consumed as the reading goes on.

        Yields:
            One part for each set of values, in any order: all rows, or the error.

        Raises:
            AuthenticationFailed: No token could be had.
            RequestRefused: The cmdlet was not declared, or not with these parameters. (A value or a
                nextLink that leads elsewhere is the error of its part.)

        Cost:
            One request or more for each set of values.
        """
        places = asyncio.Semaphore(_MAILBOXES_AT_ONCE)
        waiting = iter(values)
        while wave := [*islice(waiting, _WAVE)]:
            tasks = [asyncio.create_task(self._part(cmdlet, each, places)) for each in wave]
            try:
                for finished in asyncio.as_completed(tasks):
                    yield await finished
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def available_cmdlets(self) -> frozenset[str]:
        """Return the names of the cmdlets that the app's role in this tenant allows: the best probe of its rights.

        Raises:
            Denied: The app may not use Exchange at all.
            ReadError: The list could not be read.

        Cost:
            One request a session.
        """
        return await self._session.exchange.exported()

    async def demand(self, cmdlet: Cmdlet) -> None:
        """Make sure that the app's role has a cmdlet, before hundreds of mailboxes are asked one by one.

        Raises:
            Denied: The app has no role in Exchange, or its role has no such cmdlet.
            ReadError: What its role allows could not be read.

        Cost:
            One request a session.
        """
        await self._session.exchange.demand(cmdlet)

    async def _part(self, cmdlet: Cmdlet, values: Mapping[str, str], places: asyncio.Semaphore) -> Part:
        async with places:
            try:
                pages = [page async for page in self.rows(cmdlet, **values)]
            except AuthenticationFailed:
                raise
            except ReadError as error:
                if isinstance(error, RequestRefused) and error.code in _MISTAKES:
                    raise
                return Part(values, error=error)
            if any(page.is_cut for page in pages):
                return Part(values, error=Malformed(cmdlet.endpoint, code="listing_cut"))
            return Part(values, [row for page in pages for row in page.rows])

    def _next(self, call: Invocation, parsed: Mapping[str, Any], seen: set[str]) -> str | None:
        link = parsed.get("@odata.nextLink")
        if not link:
            return None
        if not isinstance(link, str):
            raise Malformed(call.cmdlet.endpoint, code="unreadable_link")
        if unquote(link) in seen:
            raise Malformed(call.cmdlet.endpoint, code="repeated_next_link")
        return self._session.exchange.trust(call, link)


def _rows(cmdlet: Cmdlet, parsed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of an answer; a cmdlet with a single result may give it without a list."""
    value = parsed.get("value")
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Malformed(cmdlet.endpoint, code="no_rows")
    return rows


def _is_cut(parsed: Mapping[str, Any]) -> bool:
    warnings = parsed.get("@adminapi.warnings")
    return isinstance(warnings, list) and any(_CUT.search(str(warning)) for warning in warnings)
