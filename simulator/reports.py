"""The directory's audit log, the usage report, and the setting that conceals names in it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator import defaults
from simulator.answers import bad_request
from simulator.calls import Call, Paging
from simulator.filters import parse_filter
from simulator.plain import Kind, collection, single
from simulator.throttling import Workload

_EQUAL: Final = frozenset({"eq"})
_FILTERS: Final = {
    "activityDateTime": frozenset({"eq", "ge", "gt", "le", "lt"}),
    "activityDisplayName": _EQUAL | {"startsWith"},
    "category": _EQUAL,
    "correlationId": _EQUAL,
    "initiatedBy/user/id": _EQUAL,
    "loggedByService": _EQUAL,
}
_PERIODS: Final = ("D7", "D30", "D90", "D180")
_JSON: Final = "application/json"
_NAMES: Final = ("userPrincipalName", "displayName")
_USAGE: Final = Kind(Workload.USAGE, ("Reports.Read.All",), is_beta=True)


def _audits(call: Call) -> Sequence[Mapping[str, Any]]:
    if "$filter" not in call.query.options:
        return call.tenant.directory_audits
    judge = parse_filter(call.query.options["$filter"], _FILTERS).judge
    return [row for row in call.tenant.directory_audits if judge(row)]


def _settings(call: Call) -> Mapping[str, Any]:
    return call.tenant.report_settings or defaults.REPORT_SETTINGS


def _active_users(call: Call) -> Sequence[Mapping[str, Any]]:
    """Return the report as JSON; names are codes unless the tenant shows them."""
    if call.query.options.get("$format") != _JSON:
        raise bad_request("Only the JSON of this report is simulated.")
    if _settings(call)["displayConcealedNames"]:
        return [{**row, **{name: _code(row[name]) for name in _NAMES if name in row}} for row in _rows(call)]
    return _rows(call)


def _rows(call: Call) -> Sequence[Mapping[str, Any]]:
    return call.tenant.active_user_detail


def _code(name: str) -> str:
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest().upper()


ENDPOINTS: Final = (
    collection(
        "auditLogs/directoryAudits",
        Kind(Workload.REPORTS, ("AuditLog.Read.All",)),
        _audits,
        paging=Paging(default=1_000, maximum=1_000),
        options=("$top", "$filter", "$orderby"),
    ),
    single("admin/reportSettings", Kind(Workload.IDENTITY, ("ReportSettings.Read.All",)), _settings),
    *(
        collection(
            f"reports/getOffice365ActiveUserDetail(period='{period}')",
            _USAGE,
            _active_users,
            paging=Paging(default=200),
            options=("$top", "$format"),
        )
        for period in _PERIODS
    ),
)
