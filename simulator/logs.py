"""Sign-in log: v1.0 shows interactive sign-ins only, beta every kind and more properties."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from simulator.answers import Answer, bad_request
from simulator.calls import Call, Endpoint, Paging, unlicensed
from simulator.filters import EVERYTHING, Filter, comparable_time, parse_filter
from simulator.odata import check_select, picked
from simulator.properties import SIGN_IN, SIGN_IN_BETA
from simulator.throttling import Workload

_EQUAL: Final = frozenset({"eq"})
_TEXT: Final = frozenset({"eq", "startsWith"})
_TIME: Final = frozenset({"eq", "ge", "gt", "le", "lt"})
_FILTERS: Final = {
    "appDisplayName": _TEXT,
    "appId": _EQUAL,
    "clientAppUsed": _EQUAL,
    "conditionalAccessStatus": _EQUAL,
    "correlationId": _EQUAL,
    "createdDateTime": _TIME,
    "ipAddress": _TEXT,
    "resourceDisplayName": _EQUAL,
    "resourceId": _EQUAL,
    "status/errorCode": _EQUAL,
    "userDisplayName": _TEXT,
    "userId": _EQUAL,
    "userPrincipalName": _TEXT,
}
_BETA_FILTERS: Final = _FILTERS | {"signInEventTypes": frozenset({"any"}), "isInteractive": _EQUAL}
_PAGING: Final = Paging(default=1_000, maximum=1_000)
_NEWEST_FIRST: Final = "createdDateTime desc"
_INTERACTIVE: Final = "interactiveUser"


def _sign_ins(call: Call) -> Answer:
    if not call.tenant.premium:
        raise unlicensed(Workload.REPORTS)
    select = call.query.select
    check_select(select, SIGN_IN_BETA if call.beta else SIGN_IN, "signIn")
    if call.query.options.get("$orderby", _NEWEST_FIRST) != _NEWEST_FIRST:
        raise bad_request(f"The log is ordered by '{_NEWEST_FIRST}' only.", "Request_UnsupportedQuery")
    wanted = wanted_sign_ins(call.query.options.get("$filter"), beta=call.beta)
    top = _PAGING.top(call)
    log = call.tenant.sign_ins
    if isinstance(log, list):
        rows, following = _page_of_list(log, wanted, call, top)
    else:
        rows, following = log.page(wanted, beta=call.beta, select=select, start=call.start, top=top)
    return Answer(_envelope(call, rows, None if following is None else _PAGING.next_link(call, following)))


def wanted_sign_ins(text: str | None, *, beta: bool) -> Filter:
    """Return the filter of a listing; without one for the event types only interactive sign-ins are shown."""
    asked = parse_filter(text, _BETA_FILTERS if beta else _FILTERS) if text else EVERYTHING
    if beta and "signInEventTypes" in asked.properties:
        return asked
    judge = asked.judge
    return replace(
        asked,
        judge=lambda row: _INTERACTIVE in row["signInEventTypes"] and judge(row),
        properties=asked.properties | {"signInEventTypes"},
    )


def _page_of_list(log: Sequence[dict[str, Any]], wanted: Filter, call: Call, top: int) -> tuple[bytes, int | None]:
    """Return one page of a log held in memory, and where the next one starts."""
    names = call.query.select or tuple(sorted(SIGN_IN_BETA if call.beta else SIGN_IN))
    found: list[dict[str, Any]] = []
    for index in range(call.start, len(log)):
        row = log[index]
        if wanted.oldest and comparable_time(row["createdDateTime"]) < wanted.oldest:
            break
        if not wanted.judge(row):
            continue
        if len(found) == top:
            return _joined(found), index
        found.append(picked(row, names))
    return _joined(found), None


def _joined(rows: list[dict[str, Any]]) -> bytes:
    return orjson.dumps(rows)[1:-1]


def _envelope(call: Call, rows: bytes, next_link: str | None) -> bytes:
    context = orjson.dumps(call.context("auditLogs/signIns"))
    link = b',"@odata.nextLink":' + orjson.dumps(next_link) if next_link else b""
    return b"".join((b'{"@odata.context":', context, link, b',"value":[', rows, b"]}"))


ENDPOINTS: Final = (
    Endpoint(
        "auditLogs/signIns",
        Workload.REPORTS,
        ("AuditLog.Read.All",),
        _sign_ins,
        options=("$top", "$filter", "$orderby"),
    ),
)
