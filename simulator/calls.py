"""One request to Graph as an endpoint sees it, and what an endpoint is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from simulator.answers import Answer, GraphError, bad_request
from simulator.odata import Query, check_select, picked, seal, unseal
from simulator.tenants import SimulatedApp, SimulatedTenant
from simulator.throttling import Charge, Workload

Row = Mapping[str, Any]

DENIED: Final = {
    Workload.IDENTITY: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    Workload.CONDITIONAL_ACCESS: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    Workload.REPORTS: ("UnknownError", "The caller lacks the scopes that this request requires."),
    Workload.USAGE: ("S2SUnauthorized", "Invalid permission."),
    Workload.OUTLOOK: ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    Workload.SHAREPOINT: ("accessDenied", "Access denied"),
    Workload.EXCHANGE: ("Forbidden", "Access denied"),
    Workload.SHAREPOINT_ADMIN: ("-2147024891", "Access denied"),
}
GONE: Final = {
    Workload.OUTLOOK: ("ErrorInvalidUser", "The requested user is invalid."),
    Workload.SHAREPOINT: ("itemNotFound", "The resource could not be found."),
    Workload.EXCHANGE: ("NotFound", "The resource could not be found."),
}
_GONE_OTHERWISE: Final = (
    "Request_ResourceNotFound",
    "Resource does not exist or one of its queried objects is not present.",
)
_NO_PREMIUM: Final = (
    HTTPStatus.FORBIDDEN,
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "Neither tenant is B2C or tenant doesn't have premium license",
)
NO_MAILBOX: Final = (
    HTTPStatus.NOT_FOUND,
    "MailboxNotEnabledForRESTAPI",
    "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
)
_NO_GOVERNANCE: Final = (
    HTTPStatus.BAD_REQUEST,
    "AadPremiumLicenseRequired",
    "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
)
_NO_SHAREPOINT: Final = (HTTPStatus.BAD_REQUEST, "BadRequest", "Tenant does not have a SPO license.")


def denied(workload: Workload) -> GraphError:
    """Return the 403 of an app without the permission."""
    return GraphError(HTTPStatus.FORBIDDEN, *DENIED[workload])


def gone(workload: Workload) -> GraphError:
    """Return the 404 of an object that is not there."""
    return GraphError(HTTPStatus.NOT_FOUND, *GONE.get(workload, _GONE_OTHERWISE))


def unlicensed(workload: Workload) -> GraphError:
    """Return the error with which a workload says that a licence is missing.

    Exchange and the SharePoint admin site never do: without a licence there is no token for them.
    """
    if workload is Workload.OUTLOOK:
        return GraphError(*NO_MAILBOX)
    if workload in {Workload.EXCHANGE, Workload.SHAREPOINT_ADMIN}:
        return denied(workload)
    if workload is Workload.SHAREPOINT:
        return GraphError(*_NO_SHAREPOINT)
    return GraphError(*_NO_PREMIUM)


def ungoverned() -> GraphError:
    """Return the error with which Privileged Identity Management says that its licence is missing."""
    return GraphError(*_NO_GOVERNANCE)


@dataclass(slots=True)
class Call:
    """One GET that has been authenticated."""

    tenant: SimulatedTenant
    app: SimulatedApp
    version: str
    """`v1.0` or `beta`."""
    path: str
    """Decoded, without version and without trailing parentheses."""
    base: str
    """Scheme, host and port that the client used."""
    query: Query
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands at the `{names}` of the endpoint's path."""
    start: int = 0
    """Where a continuation begins."""

    @property
    def beta(self) -> bool:
        """Tell whether the beta version was asked."""
        return self.version == "beta"

    def url(self, path: str, query: str = "") -> str:
        """Return an absolute address of this service."""
        address = f"{self.base}/{self.version}/{quote(path, safe='/!,:$()')}"
        return f"{address}?{query}" if query else address

    def context(self, fragment: str) -> str:
        """Return an `@odata.context`."""
        return f"{self.base}/{self.version}/$metadata#{fragment}"

    def token(self, **payload: object) -> str:
        """Seal a continuation; only this tenant's requests can open it."""
        return seal(payload, self.tenant.tenant_id)

    def opened(self, token: str) -> dict[str, Any]:
        """Open a continuation.

        Raises:
            GraphError: 400, it is none of ours.
        """
        payload = unseal(token, self.tenant.tenant_id)
        if payload is None:
            raise bad_request("The skip token is not valid.", "Directory_ExpiredPageToken")
        return payload

    def resume(self) -> None:
        """Take query and position from `$skiptoken`, which carries both.

        Raises:
            GraphError: 400, the token is none of ours or belongs to another path.
        """
        token = self.query.options.get("$skiptoken")
        if token is None:
            return
        payload = self.opened(token)
        if payload["path"] != self.path:
            raise bad_request("The skip token is not valid.", "Directory_ExpiredPageToken")
        self.query, self.start = Query(payload["query"]), payload["start"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One readable address."""

    path: str
    """Template, e.g. `users/{user_id}/mailFolders/inbox/messageRules`."""
    workload: Workload
    roles: tuple[str, ...]
    """App roles of which any one suffices."""
    handle: Callable[[Call], Answer]
    options: tuple[str, ...] = ()
    """System query options besides `$select`."""
    charges: Callable[[Call], Sequence[Charge]] | None = None
    """None: one unit of the workload."""

    def costs(self, call: Call) -> Sequence[Charge]:
        """Return what a request is charged."""
        return self.charges(call) if self.charges else (Charge(self.workload),)

    def authorize(self, call: Call) -> None:
        """Check the app's roles.

        Raises:
            GraphError: 403, in the words of the workload.
        """
        if call.app.roles.isdisjoint(self.roles):
            raise denied(self.workload)


@dataclass(frozen=True, slots=True)
class Paging:
    """How a collection is cut into pages."""

    default: int = 100
    maximum: int = 999
    clamp: bool = False
    """Whether a larger `$top` is lowered quietly instead of refused."""
    next_path: str = ""
    """Path of the continuation, where it is not the collection's own."""
    carries_query: bool = True
    """Whether the continuation repeats the query beside the token, as most services do."""

    def top(self, call: Call) -> int:
        """Return the number of rows of this page."""
        asked = call.query.top(self.default, self.maximum, clamp=self.clamp)
        return min(asked, call.tenant.page_size or asked)

    def next_link(self, call: Call, start: int) -> str:
        """Return the address of the next page."""
        path = self.next_path or call.path
        token = call.token(path=path, query=dict(call.query.options), start=start)
        query = call.query if self.carries_query else Query()
        return call.url(path, query.encoded(skiptoken=token))


def listing(
    call: Call,
    rows: Sequence[Row],
    paging: Paging,
    context: str,
    names: Sequence[str] = (),
    known: frozenset[str] = frozenset(),
) -> Answer:
    """Answer one page of a collection that is held in memory.

    Args:
        call: The request.
        rows: The whole collection.
        paging: Page sizes.
        context: Fragment of `@odata.context`.
        names: Properties to show; empty: all.
        known: Properties that `$select` may name.
    """
    check_select(call.query.select, known, context.rpartition("/")[2])
    top = paging.top(call)
    shown = rows[call.start : call.start + top]
    body: dict[str, Any] = {"@odata.context": call.context(context)}
    body["value"] = [picked(row, names) for row in shown] if names else list(shown)
    if call.start + top < len(rows):
        body["@odata.nextLink"] = paging.next_link(call, call.start + top)
    return Answer.of(body)


def resource_units(base: float, query: Query) -> float:
    """Return a directory request's resource units: `$select` and a small `$top` make it cheaper."""
    small_page = 20
    units = base
    units -= 1 if query.select else 0
    units += 1 if "$expand" in query.options else 0
    top = query.options.get("$top", "")
    units -= 1 if top.isdigit() and int(top) < small_page else 0
    return max(units, 1)


def template_of(endpoints: Iterable[Endpoint]) -> dict[int, list[tuple[tuple[str, ...], Endpoint]]]:
    """Return endpoints by number of path segments, for `find`."""
    routes: dict[int, list[tuple[tuple[str, ...], Endpoint]]] = {}
    for endpoint in endpoints:
        segments = tuple(endpoint.path.split("/"))
        routes.setdefault(len(segments), []).append((segments, endpoint))
    return routes
