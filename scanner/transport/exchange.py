"""One tenant's Exchange: its region, the cmdlets its role allows, and single calls of declared ones."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from scanner.transport.answers import Answer, error_of, parse_object
from scanner.transport.budget import BudgetKey
from scanner.transport.errors import AuthenticationFailed, Denied, Malformed, NotFound, ReadError, Unavailable
from scanner.transport.exchange_guard import ExchangeGuard
from scanner.transport.invocation import SYSTEM_MAILBOX, Invocation
from scanner.transport.send import Call, Sender
from scanner.transport.templates import Cmdlet, Declared, Pack, Service, Workload

_REDIRECTS: Final = frozenset(
    {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
)
_EXCEPTION: Final = re.compile(r"\|(?:[A-Za-z]+\.)*([A-Za-z]{1,80}Exception)\|")
_NOT_FOUND: Final = "ManagementObjectNotFoundException"
_NO_ROLE: Final = "exchange_role_missing"


@dataclass(frozen=True, slots=True)
class _ModuleFile:
    """`GET EXOModuleFile`: where the tenant's region is, and which cmdlets the app may run."""

    pack: Pack
    service: Service = Service.EXCHANGE
    workload: Workload = Workload.EXCHANGE
    endpoint: str = "exchange/EXOModuleFile"
    permission: str = "Exchange.ManageAsApp"
    cost: float = 1.0
    license: str = ""


@dataclass(slots=True)
class ExchangeDoor:
    """What one session asks Exchange through.

    Whether there is a way in at all is found out once: dozens of tables that all go through this door
    must not each wait for an Exchange that does not answer, or that lets the app see nothing.
    """

    front: str
    """Origin of the front door; empty where none is configured."""
    tenant_id: str
    guard: ExchangeGuard
    sender: Sender
    _origin: str = ""
    _exported: frozenset[str] | None = None
    _closed: ReadError | None = None
    """Why nothing can be asked in this session."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def invoke(self, call: Invocation, link: str | None = None) -> Answer:
        """Call a cmdlet, or ask for the next page of what it gives.

        Args:
            call: The declared cmdlet with its values.
            link: A continuation that `trust` allowed for this call.

        Raises:
            RequestRefused: The cmdlet was not declared, or its pack is off.
            Denied: The app lacks the permission or the role, or its role has no such cmdlet.
            ReadError: The leaf that says why there is no answer.
        """
        cmdlet = call.cmdlet
        self.guard.require(cmdlet)
        await self._region(cmdlet.pack)
        url = link or self.address_of(call)
        headers = call.headers(self.tenant_id)
        try:
            return await self._send(cmdlet, url, headers, call.body)
        except (Malformed, NotFound) as error:
            if error.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND} or error.code == _NOT_FOUND:
                raise
            await self.demand(cmdlet)
            raise

    async def demand(self, cmdlet: Cmdlet) -> None:
        """Make sure that the app's role has a cmdlet, before hundreds of mailboxes are asked one by one.

        Raises:
            Denied: The app has no role in Exchange, or its role has no such cmdlet.
            ReadError: What its role allows could not be read.
        """
        if cmdlet.name not in await self.exported(cmdlet.pack):
            raise Denied(cmdlet.endpoint, code="cmdlet_not_exported", permission=cmdlet.permission)

    async def exported(self, pack: Pack = Pack.MAIL) -> frozenset[str]:
        """Return the names of the cmdlets the app's role allows; asked once per session.

        Raises:
            Denied: The app has no role in Exchange at all.
            ReadError: The list could not be read.
        """
        origin = await self._region(pack)
        async with self._turn:
            if self._exported is None:
                answer = await self._module_file(origin, pack, {"commandname": "*"})
                self._exported = _exported(_ModuleFile(pack), answer)
            return self._exported

    def address_of(self, call: Invocation) -> str:
        """Return the address of a call's first page, once `invoke` has asked for it."""
        return f"{self._origin}/adminapi/beta/{self.tenant_id}/InvokeCommand?$select={call.select}"

    def trust(self, call: Invocation, link: str) -> str:
        """Allow a continuation of `call`; see `ExchangeGuard.trust`."""
        return self.guard.trust(call, link)

    async def _region(self, pack: Pack) -> str:
        """Return the origin of the tenant's regional host, asking the front door once per session."""
        if not self.front:
            raise Unavailable("exchange", code="host_not_configured")
        async with self._turn:
            if not self._origin:
                answer = await self._module_file(self.front, pack, {})
                location = answer.headers.get("location", "") if answer.status in _REDIRECTS else self.front
                self._origin = self.guard.adopt_region(location, _ModuleFile(pack).endpoint)
            return self._origin

    async def _module_file(self, origin: str, pack: Pack, headers: Mapping[str, str]) -> Answer:
        if self._closed is not None:
            raise copy(self._closed)
        url = f"{origin}/adminapi/v1.0/{self.tenant_id}/EXOModuleFile"
        anchor = f"APP:{SYSTEM_MAILBOX}@{self.tenant_id}"
        sent = {"accept": "application/json", "x-anchormailbox": anchor, **headers}
        try:
            return await self._send(_ModuleFile(pack), url, sent, None)
        except AuthenticationFailed:
            raise
        except ReadError as error:
            if isinstance(error, Denied) and error.status == HTTPStatus.FORBIDDEN:
                error.code = _NO_ROLE
            self._closed = error
            raise

    async def _send(self, declared: Declared, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        wanted = _REDIRECTS if body is None else frozenset[int]()
        key = BudgetKey(declared.workload)
        return await self.sender.send(
            Call(declared, url, key, declared.cost, headers, body, explain=exchange_error, wanted=wanted)
        )


def exchange_error(declared: Declared, status: int, parsed: object) -> ReadError:
    """Return why Exchange gave nothing.

    Exchange's `error.code` only repeats the status. What happened stands as the name of an exception
    in front of a text, in `error.details`, else in the inner exception, else in the message; only that
    name is taken.

    Source: https://github.com/KelvinTegelaar/CIPP-API, which reads them in this order.
    """
    name = next((found[1] for text in _texts(parsed) if (found := _EXCEPTION.search(text))), "")
    if name == _NOT_FOUND:
        return NotFound(declared.endpoint, status, name)
    error = error_of(declared, status, parsed)
    if name and not isinstance(error, Denied):
        error.code = name
    return error


def _texts(parsed: object) -> Iterator[str]:
    """Yield the texts of an error, the most telling first."""
    error = parsed.get("error") if isinstance(parsed, dict) else None
    if not isinstance(error, dict):
        return
    details = error.get("details")
    inner = error.get("innererror")
    holders = [*details] if isinstance(details, list) else []
    holders += [inner.get("internalException") if isinstance(inner, dict) else None, error]
    for holder in holders:
        if isinstance(holder, dict) and isinstance(holder.get("message"), str):
            yield holder["message"]


def _exported(declared: Declared, answer: Answer) -> frozenset[str]:
    match parse_object(declared, answer.body):
        case {"value": [{"exportedCmdlets": str(names)}, *_]}:
            return frozenset(name.strip() for name in names.split(",") if name.strip())
        case _:
            raise Malformed(declared.endpoint, answer.status, "no_cmdlets")
