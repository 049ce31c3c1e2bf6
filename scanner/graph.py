"""Microsoft Graph, thin: listings, single objects, batches and deltas over one `Session`.

A listing that cannot be read to its end raises; it never ends early as if it were whole.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import islice
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from scanner.transport.allowlist import BATCH_SIZE
from scanner.transport.answers import EXPIRED_PAGE_TOKEN, checked_object, error_of, parse_object
from scanner.transport.batch import PartAnswer
from scanner.transport.budget import policy_of
from scanner.transport.errors import AuthenticationFailed, Malformed, ReadError, RequestRefused
from scanner.transport.session import Session
from scanner.transport.templates import Template

_BATCHES_AT_ONCE: Final = 4
_EMPTY_PAGES: Final = 100
"""Graph may send empty pages on the way to rows, but not for ever."""
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    rows: list[dict[str, Any]]
    """JSON objects as Graph sent them: a property Graph omits is absent, not None. May be empty."""
    size_bytes: int
    """Length of the answer's body, decompressed."""
    delta_link: str | None = None
    """On the last page of a delta: where the next round starts."""
    restarted: bool = False
    """Graph lost its place and the listing began anew: every row kept so far must be dropped."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a batch read for one set of values: all rows, or the reason why there are none."""

    values: Mapping[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    error: ReadError | None = None
    """When set, `rows` is empty: what was read before the error is no whole listing."""


class Graph:
    """Reads Graph for one tenant. Every request passes `Session`, nothing else does."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def pages(
        self,
        template: Template,
        values: Mapping[str, str] = _NOTHING,
        *,
        filter: str = "",  # noqa: A002 - Graph's own name
        headers: Mapping[str, str] = _NOTHING,
    ) -> AsyncIterator[Page]:
        """Yield the pages of a collection, following `@odata.nextLink`.

        An expired page token cannot be retried: the listing starts again, once, and the first
        page of the new one says so.

        Args:
            template: What to list.
            values: A value for each placeholder of its path.
            filter: `$filter`, when the template declares it.
            headers: Sent with every page besides the template's own.

        Raises:
            ReadError: A page could not be read. Rows already yielded are then a partial listing.
                `RequestRefused` when a nextLink leads to another host, port or path.

        Cost:
            One request a page, one after the other.

        Source:
            https://learn.microsoft.com/graph/paging
        """
        url = self._session.describe(template, values, _options(filter))
        restarted = False
        while True:
            is_first = True
            try:
                async for page in self._follow(template, values, url, headers):
                    yield replace(page, restarted=restarted and is_first)
                    is_first = False
            except Malformed as error:
                if error.code != EXPIRED_PAGE_TOKEN or restarted:
                    raise
                restarted = True
            else:
                return

    async def single(
        self, template: Template, values: Mapping[str, str] = _NOTHING, *, headers: Mapping[str, str] = _NOTHING
    ) -> dict[str, Any]:
        """Return one object.

        Raises:
            ReadError: It could not be read.

        Cost:
            One request.
        """
        url = self._session.describe(template, values, _NOTHING)
        answer = await self._session.get(template, url, headers, _first(values))
        return parse_object(template, answer.body)

    async def delta(
        self,
        template: Template,
        values: Mapping[str, str] = _NOTHING,
        link: str | None = None,
        *,
        headers: Mapping[str, str] = _NOTHING,
    ) -> AsyncIterator[Page]:
        """Yield the pages of a delta; the last one carries the deltaLink for the next round.

        Args:
            template: What to follow.
            values: A value for each placeholder of its path.
            link: The deltaLink of the round before, out of the watermark table of a finished
                snapshot of this tenant; None reads everything.
            headers: Sent with every page besides the template's own.

        Raises:
            DeltaExpired: Graph no longer knows the token: read everything again.
            RequestRefused: `link` does not belong to this tenant's Graph or to this template.
            ReadError: A page could not be read; the round is incomplete.

        Source:
            https://learn.microsoft.com/graph/delta-query-overview
        """
        url = self._session.trust(template, link) if link else self._session.describe(template, values, _NOTHING)
        last: Page | None = None
        async for page in self._follow(template, values, url, headers):
            last = page
            yield page
        if last is None or last.delta_link is None:
            raise Malformed(template.endpoint, code="missing_delta_link")

    async def batch(
        self,
        template: Template,
        values: Iterable[Mapping[str, str]],
        *,
        filter: str = "",  # noqa: A002 - Graph's own name
        headers: Mapping[str, str] = _NOTHING,
        objects: bool = False,
    ) -> AsyncIterator[Part]:
        """Read one listing for each set of values, twenty to a request, or as few as the budget holds.

        Answered parts are kept, throttled ones asked again, nextLinks followed. At most four
        envelopes are outstanding; `values` is consumed as the reading goes on.

        Args:
            template: What to list.
            values: For each listing a value for each placeholder of the path.
            filter: `$filter`, when the template declares it.
            headers: Sent with each part besides the template's own.
            objects: Whether each answer is one object rather than a listing; it is then the one row of its part.

        Yields:
            One part for each set of values, in any order.

        Raises:
            AuthenticationFailed: No token could be had.
            RequestRefused: A value leads outside what is declared. (A nextLink that does is the
                error of its part.)

        Source:
            https://learn.microsoft.com/graph/json-batching
        """
        sent = {**dict(template.headers), **headers}
        fresh = (_ask(each, self._session.describe(template, each, _options(filter)), objects) for each in values)
        again: deque[_Ask] = deque()
        size = _parts_at_once(template)
        while wave := [*_take(again, fresh, _BATCHES_AT_ONCE * size)]:
            chunks = [wave[start : start + size] for start in range(0, len(wave), size)]
            # Exceptions are gathered too, so that no envelope is still in flight when one is raised.
            rounds = await asyncio.gather(
                *(self._envelope(template, chunk, sent) for chunk in chunks), return_exceptions=True
            )
            for outcome in rounds:
                if isinstance(outcome, BaseException):
                    raise outcome
                for part in outcome.finished:
                    yield part
                again.extend(outcome.again)

    async def _follow(
        self, template: Template, values: Mapping[str, str], url: str, headers: Mapping[str, str]
    ) -> AsyncIterator[Page]:
        sent = {**dict(template.headers), **headers}
        trail = _Trail({unquote(url)})
        following: str | None = url
        while following:
            answer = await self._session.get(template, following, sent, _first(values))
            parsed = parse_object(template, answer.body)
            rows = _rows(template, parsed)
            following = self._next(template, parsed, trail)
            delta_link = None if following else _link(template, parsed, "@odata.deltaLink")
            if delta_link:
                self._session.trust(template, delta_link)
            yield Page(rows, len(answer.body), delta_link)

    def _next(self, template: Template, parsed: Mapping[str, Any], trail: "_Trail") -> str | None:
        """Return where a page leads, None when it is the last."""
        link = _link(template, parsed, "@odata.nextLink")
        if link is None:
            return None
        if unquote(link) in trail.seen:
            raise Malformed(template.endpoint, code="repeated_next_link")
        trail.seen.add(unquote(link))
        trail.empty = 0 if parsed["value"] else trail.empty + 1
        if trail.empty > _EMPTY_PAGES:
            raise Malformed(template.endpoint, code="endless_listing")
        return self._session.trust(template, link)

    async def _envelope(self, template: Template, asks: list["_Ask"], headers: Mapping[str, str]) -> "_Round":
        attempt = max(ask.attempt for ask in asks)
        urls = [self._session.relative(template, ask.url) for ask in asks]
        try:
            envelope = await self._session.post_batch(template, urls, headers, attempt)
        except (AuthenticationFailed, RequestRefused):
            raise
        except ReadError as error:
            return _Round([Part(ask.values, error=error) for ask in asks])
        outcome = _Round()
        for number, ask in enumerate(asks[: envelope.sent]):
            self._sort(template, ask, envelope.answers.get(number), outcome)
        outcome.again.extend(asks[envelope.sent :])
        if outcome.is_shaky:
            await self._session.back_off(attempt)
        return outcome

    def _sort(self, template: Template, ask: "_Ask", answer: PartAnswer | None, outcome: "_Round") -> None:
        """Decide what an answer means for what was asked: finished, to be asked again, or failed."""
        try:
            if answer is None:
                raise Malformed(template.endpoint, code="part_missing")
            if answer.is_success:
                following = self._take_in(template, ask, answer)
            else:
                following = self._ask_again(template, ask, answer)
                outcome.is_shaky |= answer.may_pass and answer.status != HTTPStatus.TOO_MANY_REQUESTS
        except ReadError as error:
            outcome.finished.append(Part(ask.values, error=error))
            return
        if following:
            outcome.again.append(ask)
        else:
            outcome.finished.append(Part(ask.values, ask.rows))

    def _take_in(self, template: Template, ask: "_Ask", answer: PartAnswer) -> bool:
        """Keep the rows of an answered part; True when a nextLink leads on."""
        parsed = checked_object(template, answer.body)
        if ask.is_object:
            ask.rows.append(parsed)
            return False
        ask.rows.extend(_rows(template, parsed))
        following = self._next(template, parsed, ask.trail)
        ask.url = following or ask.url
        ask.attempt = 0
        return following is not None

    def _ask_again(self, template: Template, ask: "_Ask", answer: PartAnswer) -> bool:
        """Return True when asking again may help; raise what the answer means otherwise."""
        if answer.status == HTTPStatus.UNAUTHORIZED and not ask.renewed:
            ask.renewed = True
            self._session.renew(template)
            return True
        if not answer.may_pass or ask.attempt >= self._session.retries:
            raise error_of(template, answer.status, answer.body)
        ask.attempt += 1
        return True


@dataclass(slots=True)
class _Trail:
    """Where a listing has been."""

    seen: set[str] = field(default_factory=set)
    """Addresses asked so far, decoded: Graph may write the same one in several ways."""
    empty: int = 0
    """Pages without a row since the last one with rows."""


@dataclass(slots=True)
class _Ask:
    """One listing that is read through batches."""

    values: Mapping[str, str]
    url: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    trail: _Trail = field(default_factory=_Trail)
    attempt: int = 0
    renewed: bool = False
    is_object: bool = False


@dataclass(slots=True)
class _Round:
    """What one envelope brought."""

    finished: list[Part] = field(default_factory=list)
    again: list[_Ask] = field(default_factory=list)
    is_shaky: bool = False
    """Whether a part failed in a way that waiting may mend and that paused nothing."""


def _ask(values: Mapping[str, str], url: str, is_object: bool) -> _Ask:  # noqa: FBT001 - a field of what it returns
    return _Ask(values, url, trail=_Trail({unquote(url)}), is_object=is_object)


def _parts_at_once(template: Template) -> int:
    """Return how many parts an envelope can have: each is metered, and more than the whole budget would be refused."""
    smallest = min(units for units, _ in policy_of(template.workload).windows)
    return max(1, min(BATCH_SIZE, int(smallest // template.cost)))


def _take(again: deque[_Ask], fresh: Iterator[_Ask], count: int) -> Iterator[_Ask]:
    """Yield up to `count` asks, those to be asked again first."""
    while again and count:
        count -= 1
        yield again.popleft()
    yield from islice(fresh, count)


def _rows(template: Template, parsed: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = parsed.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Malformed(template.endpoint, code="no_rows")
    return rows


def _link(template: Template, parsed: Mapping[str, Any], name: str) -> str | None:
    link = parsed.get(name)
    if link is not None and not isinstance(link, str):
        raise Malformed(template.endpoint, code="unreadable_link")
    return link or None


def _options(filter_text: str) -> dict[str, str]:
    return {"$filter": filter_text} if filter_text else {}


def _first(values: Mapping[str, str]) -> str:
    """Return the first value: of Outlook paths the mailbox, whose budget it is."""
    return next(iter(values.values()), "")
