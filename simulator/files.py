"""SharePoint and OneDrive: sites, drives, delta, permissions."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from simulator.answers import Answer, GraphError, bad_request
from simulator.calls import Call, Endpoint, Paging, gone, listing
from simulator.odata import Query, check_select, picked
from simulator.properties import DRIVE, DRIVE_ITEM, PERMISSION, SITE
from simulator.throttling import Charge, Workload

_ROLES: Final = ("Files.Read.All", "Sites.Read.All")
_ALL_SITES: Final = "sites/getAllSites"
_MORE_SITES: Final = "sites/oneDrive.getAllSites"
_SITES: Final = Paging(default=200, maximum=999, clamp=True, next_path=_MORE_SITES, carries_query=False)
_LISTED: Final = Paging(default=200, maximum=999, clamp=True)
_DELTA: Final = Paging(default=200, maximum=999, clamp=True)
_TOGETHER: Final = frozenset({"deltashowremovedasdeleted", "deltatraversepermissiongaps"})
_RESYNC: Final = "Resync required. Replace any local items with the server's version."


def _sites(call: Call) -> Answer:
    return listing(call, call.tenant.sites, _SITES, "sites", call.query.select, SITE)


def _more_sites(call: Call) -> Answer:
    if not call.start:
        raise bad_request("The skip token is not valid.")
    return _sites(call)


def _drives(call: Call) -> Answer:
    site_id = call.values["site_id"]
    if not any(site["id"] == site_id for site in call.tenant.sites):
        raise gone(Workload.SHAREPOINT)
    return listing(call, call.tenant.drives.get(site_id, []), _LISTED, "drives", call.query.select, DRIVE)


def _permissions(call: Call) -> Answer:
    permissions = call.tenant.permissions_of(call.values["drive_id"], call.values["item_id"])
    if permissions is None:
        raise gone(Workload.SHAREPOINT)
    context = f"drives('{call.values['drive_id']}')/items('{call.values['item_id']}')/permissions"
    return listing(call, permissions, _LISTED, context, call.query.select, PERMISSION)


def _delta(call: Call) -> Answer:
    """Answer one page of a drive's items, or of what changed since a token.

    A continuation and a delta link both carry `token`; the query asked first goes with them.
    """
    drive_id = call.values["drive_id"]
    if not any(drive["id"] == drive_id for drives in call.tenant.drives.values() for drive in drives):
        raise gone(Workload.SHAREPOINT)
    _check_prefer(call.headers.get("prefer", ""))
    changes = call.tenant.drive_changes(drive_id)
    state = _delta_state(call, drive_id)
    if state["epoch"] != changes.epoch:
        fresh = call.url(call.path, Query(state["query"]).encoded())
        raise GraphError(HTTPStatus.GONE, "resyncRequired", _RESYNC, {"Location": fresh})
    call.query = Query(state["query"])
    check_select(call.query.select, DRIVE_ITEM, "driveItem")
    since, start = state["since"], state["start"]
    rows = call.tenant.items_of(drive_id) if since is None else changes.since(since)
    if state["latest"]:
        rows = ()
    return _delta_page(call, rows, state, start)


def _delta_page(call: Call, rows: Sequence[dict[str, Any]], state: dict[str, Any], start: int) -> Answer:
    top = _DELTA.top(call)
    names = call.query.select
    shown = [picked(row, ("id", *names, "deleted")) if names else row for row in rows[start : start + top]]
    body: dict[str, Any] = {"@odata.context": call.context("Collection(driveItem)"), "value": shown}
    if start + top < len(rows):
        following = state | {"start": start + top}
        body["@odata.nextLink"] = call.url(call.path, call.query.encoded(token=call.token(**following)))
    else:
        following = state | {"since": state["version"], "start": 0, "latest": False}
        body["@odata.deltaLink"] = call.url(call.path, call.query.encoded(token=call.token(**following)))
    return Answer.of(body)


def _delta_state(call: Call, drive_id: str) -> dict[str, Any]:
    """Return where in a drive's history a request stands.

    `since` None lists every item; `version` is what the delta link at the end will stand for.
    """
    changes = call.tenant.drive_changes(drive_id)
    token = call.query.options.get("token", "")
    if token and token != "latest":  # noqa: S105 - a word of the protocol
        state = call.opened(token)
        if state["drive"] != drive_id:
            raise bad_request("The delta token belongs to another drive.", "invalidRequest")
        if not state["start"]:
            state["version"] = changes.version
        return state
    query = {name: value for name, value in call.query.options.items() if name != "token"}
    return {
        "drive": drive_id,
        "epoch": changes.epoch,
        "version": changes.version,
        "since": None,
        "start": 0,
        "latest": bool(token),
        "query": query,
    }


def _check_prefer(header: str) -> None:
    """Refuse the combination of preferences that the service refuses."""
    wanted = {part.strip().lower() for part in header.split(",")}
    if "deltashowsharingchanges" in wanted and not wanted >= _TOGETHER:
        message = (
            "Must also prefer deltashowremovedasdeleted and deltatraversepermissiongaps "
            "when preferring deltashowsharingchanges for a user request."
        )
        raise bad_request(message, "invalidRequest")


def _several(_call: Call) -> Sequence[Charge]:
    return (Charge(Workload.SHAREPOINT, 2),)


def _of_permissions(_call: Call) -> Sequence[Charge]:
    return (Charge(Workload.SHAREPOINT, 5),)


def _of_delta(call: Call) -> Sequence[Charge]:
    """One unit with a token of an earlier sweep, two while sweeping."""
    token = call.query.options.get("token", "")
    sweeping = token in {"", "latest"} or call.opened(token)["since"] is None
    return (Charge(Workload.SHAREPOINT, 2 if sweeping else 1),)


ENDPOINTS: Final = (
    Endpoint(_ALL_SITES, Workload.SHAREPOINT, ("Sites.Read.All",), _sites, options=("$top",), charges=_several),
    Endpoint(_MORE_SITES, Workload.SHAREPOINT, ("Sites.Read.All",), _more_sites, options=("$top",), charges=_several),
    Endpoint("sites/{site_id}/drives", Workload.SHAREPOINT, _ROLES, _drives, options=("$top",), charges=_several),
    Endpoint("drives/{drive_id}/root/delta", Workload.SHAREPOINT, _ROLES, _delta, options=("$top",), charges=_of_delta),
    Endpoint(
        "drives/{drive_id}/items/root/delta", Workload.SHAREPOINT, _ROLES, _delta, options=("$top",), charges=_of_delta
    ),
    Endpoint(
        "drives/{drive_id}/items/{item_id}/permissions",
        Workload.SHAREPOINT,
        _ROLES,
        _permissions,
        options=("$top",),
        charges=_of_permissions,
    ),
)
