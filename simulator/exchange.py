"""Exchange Online's admin API: one address that runs cmdlets, and the file that says which ones.

Microsoft does not document it. The shapes are those that the Exchange Online PowerShell module and
public tools use; where nobody wrote down what an error looks like, the status alone is meant.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from simulator.answers import Answer, GraphError
from simulator.calls import Row
from simulator.cmdlets import CMDLETS, known_to, mailbox_parameter, parameters_of
from simulator.exchange_defaults import listed
from simulator.faults import FaultScript
from simulator.incoming import Incoming
from simulator.interference import Situation, altered, error_of, replaces
from simulator.mailbox_defaults import of_mailbox
from simulator.odata import Query, picked, seal, unseal
from simulator.tenants import EXCHANGE_AUDIENCES, SimulatedTenant
from simulator.throttling import Charge, Throttle, Workload
from simulator.tokens import Grant, TokenStore

MODULE_FILE: Final = "EXOModuleFile"
INVOKE: Final = "InvokeCommand"
APP_ROLE: Final = "Exchange.ManageAsApp"
READING_ROLES: Final = frozenset({"Global Reader", "Security Reader", "Global Administrator", "Exchange Administrator"})
"""Entra roles that let an app run `Get-` cmdlets."""
_READERS: Final = frozenset({"Global Reader", "Security Reader"})
_NOT_FOR_READERS: Final = frozenset({"Get-InboxRule"})
"""Source: https://learn.microsoft.com/powershell/module/exchange/get-inboxrule"""
MAXIMUM_PAGE: Final = 1000
DEFAULT_RESULT_SIZE: Final = 1000
_SYSTEM_MAILBOX: Final = "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"
_PAGE_SIZE: Final = re.compile(r"odata\.maxpagesize=(\d+)")
_TASKS: Final = "Microsoft.Exchange.Configuration.Tasks"


class ExchangeError(GraphError):
    """An error answer of Exchange: what happened stands in `details`, after the name of an exception."""

    def __init__(self, status: int, code: str, exception: str, text: str) -> None:
        super().__init__(status, code, "Error executing cmdlet")
        self.detail = f"Ex6F9304|{exception}|{text}" if exception else text

    def body(self) -> dict[str, Any]:
        """Return the envelope `{"error": {…}}`."""
        details = [{"code": "Client", "target": "", "message": self.detail}]
        inner = {"message": self.message, "internalException": {"message": self.detail}}
        return {"error": {"code": self.code, "message": self.message, "details": details, "innererror": inner}}


def _refused(text: str) -> ExchangeError:
    return ExchangeError(HTTPStatus.BAD_REQUEST, "BadRequest", "", text)


def _missing(identity: str) -> ExchangeError:
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found."
    return ExchangeError(HTTPStatus.NOT_FOUND, "NotFound", f"{_TASKS}.ManagementObjectNotFoundException", text)


@dataclass(slots=True)
class ExchangeService:
    """Serves every tenant, at a front door and at one regional host."""

    tokens: TokenStore
    throttle: Throttle
    faults: FaultScript
    record: Callable[[Incoming, str, int | None], None]
    region: str = ""
    """Origin of the regional host: where the front door sends those who ask for the module file."""
    other_port: str = ""
    """Address that a scripted continuation to another port names."""

    def front_door(self, incoming: Incoming) -> Answer:
        """Answer one request to the front door; never raises."""
        return self._answer(incoming, is_front=True)

    def regional(self, incoming: Incoming) -> Answer:
        """Answer one request to the regional host; never raises."""
        return self._answer(incoming, is_front=False)

    def _answer(self, incoming: Incoming, *, is_front: bool) -> Answer:
        grant = self.tokens.find(incoming.headers.get("authorization", ""))
        fault = self.faults.strike(fault_path(incoming), in_batch=False)
        situation = Situation(incoming, Workload.EXCHANGE, self.other_port)
        if fault and replaces(fault):
            answer = error_of(fault, situation)
        else:
            answer = self._read(incoming, grant, is_front=is_front)
            if fault:
                answer = altered(fault, answer, situation)
        unanswered = answer.delivery is answer.delivery.NEVER
        self.record(incoming, grant.tenant.slug if grant else "", None if unanswered else answer.status)
        return answer

    def _read(self, incoming: Incoming, grant: Grant | None, *, is_front: bool) -> Answer:
        try:
            grant = _accepted(grant)
            name = _address(incoming, grant)
            allowed = _allowed(grant)
            charges = (Charge(Workload.EXCHANGE),)
            headers = self.throttle.admit(grant.tenant, charges, grant.app.client_id)
            if name == MODULE_FILE.casefold():
                return self._module_file(incoming, allowed, is_front=is_front)
            answer = _Invocation.of(incoming, grant.tenant, allowed).answer()
        except GraphError as error:
            return error.answer()
        answer.headers |= headers
        return answer

    def _module_file(self, incoming: Incoming, allowed: frozenset[str], *, is_front: bool) -> Answer:
        if is_front and self.region:
            location = f"{self.region}{incoming.raw_path}" + (f"?{incoming.raw_query}" if incoming.raw_query else "")
            return Answer(b"", HTTPStatus.FOUND, {"Location": location}, content_type="text/html")
        exported = {"exportedCmdlets": ",".join(sorted(allowed))} if incoming.headers.get("commandname") == "*" else {}
        value = {"moduleName": "ExoPowerShellModule", "fileContent": "", **exported}
        return Answer.of({"@odata.context": f"{incoming.base}/adminapi/v1.0/$metadata#{MODULE_FILE}", "value": [value]})


def _accepted(grant: Grant | None) -> Grant:
    if grant is None or grant.audience not in EXCHANGE_AUDIENCES or APP_ROLE not in grant.app.roles:
        raise GraphError(HTTPStatus.UNAUTHORIZED, "Unauthorized", "", {"WWW-Authenticate": "Bearer"})
    return grant


def _allowed(grant: Grant) -> frozenset[str]:
    """Return the cmdlets that the app's role group, or else its Entra role, lets it run."""
    app = grant.app
    if app.in_role_group:
        return known_to(grant.tenant) if app.exchange_cmdlets is None else frozenset(app.exchange_cmdlets)
    if not READING_ROLES & app.directory_roles:
        text = "The role assigned to application isn't supported in this scenario."
        raise ExchangeError(HTTPStatus.FORBIDDEN, "Forbidden", "", text)
    return known_to(grant.tenant) - (_NOT_FOR_READERS if app.directory_roles <= _READERS else frozenset())


def fault_path(incoming: Incoming) -> str:
    """Return what the path of a scripted fault is matched with: `exchange/<cmdlet>` or `exchange/EXOModuleFile`."""
    name, _ = incoming.cmdlet()
    return f"exchange/{name or incoming.segments[-1]}"


def _address(incoming: Incoming, grant: Grant) -> str:
    """Return the last part of an address that exists; 404 for every other one, 403 for another tenant's."""
    segments = [segment.casefold() for segment in incoming.segments]
    known = {("adminapi", "v1.0", MODULE_FILE.casefold()): "GET", ("adminapi", "beta", INVOKE.casefold()): "POST"}
    if len(segments) != 4 or known.get((segments[0], segments[1], segments[3])) is None:  # noqa: PLR2004 - api/version/tenant/name
        raise GraphError(HTTPStatus.NOT_FOUND, "NotFound", "")
    if segments[2] != grant.tenant.tenant_id.casefold():
        raise GraphError(HTTPStatus.FORBIDDEN, "Forbidden", "")
    if known[segments[0], segments[1], segments[3]] != incoming.method:
        raise GraphError(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", "")
    return segments[3]


@dataclass(frozen=True, slots=True)
class _Invocation:
    """One run of a cmdlet, or a further page of it."""

    incoming: Incoming
    tenant: SimulatedTenant
    cmdlet: str
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, incoming: Incoming, tenant: SimulatedTenant, allowed: frozenset[str]) -> "_Invocation":
        try:
            given = orjson.loads(incoming.body)["CmdletInput"]
            cmdlet, parameters = given["CmdletName"], given.get("Parameters", {})
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise _refused("The request body holds no CmdletInput.") from None
        if cmdlet not in allowed or (cmdlet not in CMDLETS and cmdlet not in tenant.exchange):
            text = f"The term '{cmdlet}' is not recognized as the name of a cmdlet."
            exception = "System.Management.Automation.CommandNotFoundException"
            raise ExchangeError(HTTPStatus.BAD_REQUEST, "BadRequest", exception, text)
        if unknown := sorted(set(parameters) - parameters_of(cmdlet)):
            text = f"A parameter cannot be found that matches parameter name '{unknown[0]}'."
            exception = "System.Management.Automation.ParameterBindingException"
            raise ExchangeError(HTTPStatus.BAD_REQUEST, "BadRequest", exception, text)
        return cls(incoming, tenant, cmdlet, parameters)

    def answer(self) -> Answer:
        """Return one page."""
        self._check_anchor()
        rows, warnings = self._rows()
        query = Query.parse(self.incoming.raw_query)
        start, top = self._start(query), self._page_size()
        shown = rows[start : start + top]
        context = f"{self.incoming.base}/adminapi/beta/{self.tenant.tenant_id}/$metadata#Collection({self.cmdlet})"
        body: dict[str, Any] = {"@odata.context": context, "@adminapi.warnings": warnings}
        body["value"] = [picked(row, query.select) for row in shown] if query.select else list(shown)
        if start + top < len(rows):
            body["@odata.nextLink"] = self._next_link(query, start + top)
        return Answer.of(body)

    def _rows(self) -> tuple[Sequence[Row], list[str]]:
        by = mailbox_parameter(self.cmdlet)
        if by:
            return self._cut(self._rows_of_mailbox(str(self.parameters.get(by, ""))), None)
        rows: Sequence[Row] = listed(self.tenant, self.cmdlet)
        identity = self.parameters.get("Identity")
        if identity is not None:
            rows = [row for row in rows if _is(row, str(identity))]
            if not rows:
                raise _missing(str(identity))
        size = self.parameters.get("ResultSize", DEFAULT_RESULT_SIZE)
        is_whole = "ResultSize" not in parameters_of(self.cmdlet) or size == "Unlimited"
        return self._cut(rows, None if is_whole else int(size))

    def _cut(self, rows: Sequence[Row], size: int | None) -> tuple[Sequence[Row], list[str]]:
        most = min((limit for limit in (size, self.tenant.exchange_most) if limit is not None), default=len(rows))
        if len(rows) <= most:
            return rows, []
        return rows[:most], ["There are more results available than are currently displayed."]

    def _rows_of_mailbox(self, mailbox: str) -> Sequence[Row]:
        held = self.tenant.exchange_mailboxes.get(self.cmdlet)
        if held is None:
            rows = of_mailbox(self.tenant, self.cmdlet, mailbox)
        else:
            rows = next((rows for name, rows in held.items() if name.casefold() == mailbox.casefold()), None)
        if isinstance(rows, dict):
            raise ExchangeError(HTTPStatus.FORBIDDEN, "Forbidden", "", rows["error"])
        if rows is None and not any(_is(row, mailbox) for row in listed(self.tenant, "Get-Mailbox")):
            raise _missing(mailbox)
        return rows or []

    def _check_anchor(self) -> None:
        """Refuse a call that is routed elsewhere than to its mailbox, or to its tenant."""
        by = mailbox_parameter(self.cmdlet)
        due = str(self.parameters.get(by, "")) if by else f"{_SYSTEM_MAILBOX}{self.tenant.tenant_id}"
        if self.incoming.headers.get("x-anchormailbox", "").casefold() != due.casefold():
            raise _refused("The request was routed to the wrong server.")

    def _start(self, query: Query) -> int:
        token = query.options.get("$skiptoken")
        if token is None:
            return 0
        payload = unseal(token, self.tenant.tenant_id)
        if payload is None or payload["call"] != [self.cmdlet, dict(self.parameters)]:
            raise _refused("The continuation belongs to another call.")
        start: int = payload["start"]
        return start

    def _page_size(self) -> int:
        found = _PAGE_SIZE.search(self.incoming.headers.get("prefer", ""))
        asked = min(int(found[1]), MAXIMUM_PAGE) if found else MAXIMUM_PAGE
        return min(asked, self.tenant.page_size or asked)

    def _next_link(self, query: Query, start: int) -> str:
        token = seal({"call": [self.cmdlet, dict(self.parameters)], "start": start}, self.tenant.tenant_id)
        options = {"$select": ",".join(query.select)} if query.select else {}
        encoded = urlencode({**options, "$skiptoken": token}, safe="$,")
        return f"{self.incoming.base}/adminapi/beta/{self.tenant.tenant_id}/{INVOKE}?{encoded}"


def _is(row: Row, identity: str) -> bool:
    names = ("UserPrincipalName", "PrimarySmtpAddress", "ExternalDirectoryObjectId", "Guid", "Identity", "Name", "Id")
    return any(str(row.get(name, "")).casefold() == identity.casefold() for name in names)
