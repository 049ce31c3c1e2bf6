"""One drive: which items are shared, and who may open them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import pyarrow as pa

from scanner.collectors.rows import JsonObject
from scanner.collectors.sharing_rows import SHAPE, Paths
from scanner.graph import Graph
from scanner.transport.errors import DeltaExpired, Malformed, NotFound, ReadError, RequestRefused
from scanner.transport.templates import Api, Pack, Template, Workload

GONE: Final = frozenset({"itemNotFound"})
"""Code of a 404 that says that an item, or a site's libraries, are not there any more."""

_PERMISSION: Final = "Sites.Read.All"
_CONVERTED_AT_ONCE: Final = 1000

DELTA: Final = Template(
    Api.GRAPH_V1,
    "drives/{drive_id}/root/delta",
    Workload.SHAREPOINT,
    permission=_PERMISSION,
    pack=Pack.FILES,
    cost=2,
    select=(
        "id",
        "name",
        "root",
        "folder",
        "file",
        "package",
        "shared",
        "deleted",
        "parentReference",
        "lastModifiedDateTime",
    ),
    top=999,
    continuation=(
        "drives/{drive_id}/root/delta()",
        "drives/{drive_id}/root/delta(token='{token}')",
        "drives/{drive_id}/items/{item_id}/delta",
        "drives/{drive_id}/items/{item_id}/delta()",
        "drives/{drive_id}/items/{item_id}/delta(token='{token}')",
    ),
)
PERMISSIONS: Final = Template(
    Api.GRAPH_V1,
    "drives/{drive_id}/items/{item_id}/permissions",
    Workload.SHAREPOINT,
    permission=_PERMISSION,
    pack=Pack.FILES,
    cost=5,
    select=(
        "id",
        "roles",
        "link",
        "expirationDateTime",
        "hasPassword",
        "grantedToV2",
        "grantedToIdentitiesV2",
        "grantedTo",
        "grantedToIdentities",
        "inheritedFrom",
        "invitation",
    ),
    headers=(("Prefer", "include-unknown-enum-members"),),
)


@dataclass(frozen=True, slots=True)
class Drive:
    """A document library or a OneDrive, with the site it belongs to; both as Graph sent them."""

    site: JsonObject
    drive: JsonObject

    @property
    def id(self) -> str:
        """Graph's id of the drive."""
        return str(self.drive["id"])


@dataclass(slots=True)
class Sweep:
    """What a delta said of a drive."""

    is_full: bool
    """Whether it listed every item, or only what changed since the link it began with."""
    delta_link: str = ""
    """Where the next one goes on."""
    shared: dict[str, JsonObject] = field(default_factory=dict)
    """Items that are shared now, by id."""
    changed: set[str] = field(default_factory=set)
    """Ids of everything an incremental sweep named, also of what is deleted or not shared any more."""
    paths: Paths = field(default_factory=Paths)

    def add(self, item: JsonObject) -> None:
        """Take in one item; a later word on the same item counts."""
        self.paths.learn(item)
        if not self.is_full:
            self.changed.add(item["id"])
        if item.get("shared") is not None and "deleted" not in item:
            self.shared[item["id"]] = item
        else:
            self.shared.pop(item["id"], None)


async def sweep(graph: Graph, drive_id: str, link: str | None) -> Sweep:
    """Return what is shared in a drive: by what changed since `link`, or all of it.

    A link that Graph lost, or that leads somewhere else by now, means a full sweep.

    Raises:
        ReadError: The drive could not be read to its end.

    Cost:
        A request for each page of items, 2 units each; 1 unit each when `link` still leads on.

    Source:
        https://learn.microsoft.com/graph/api/driveitem-delta
    """
    if link is not None:
        try:
            return await _swept(graph, drive_id, link)
        except (DeltaExpired, RequestRefused):
            pass
        except Malformed as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
    return await _swept(graph, drive_id, None)


async def _swept(graph: Graph, drive_id: str, link: str | None) -> Sweep:
    found = Sweep(is_full=link is None)
    async for page in graph.delta(DELTA, {"drive_id": drive_id}, link):
        for item in page.rows:
            found.add(_checked(item))
        found.delta_link = page.delta_link or ""
    return found


def _checked(item: JsonObject) -> JsonObject:
    """Return an item whose id, name and parent are what Graph promises.

    Raises:
        Malformed: They are not.
    """
    parent = item.get("parentReference") or {}
    if isinstance(item.get("id"), str) and isinstance(parent, dict):
        texts = (item.get("name"), parent.get("id"), parent.get("path"))
        if all(text is None or isinstance(text, str) for text in texts):
            return item
    raise Malformed(DELTA.endpoint, code="unexpected_value:item")


@dataclass(slots=True)
class Links:
    """The permissions of a drive's shared items, as far as they could be read."""

    pages: list[pa.Table] = field(default_factory=lambda: [SHAPE.convert([], PERMISSIONS.endpoint)])
    errors: list[ReadError] = field(default_factory=list)


async def links_of(graph: Graph, drive: Drive, found: Sweep) -> Links:
    """Return the permissions of the shared items that a sweep found. An item that is gone meanwhile has none.

    Raises:
        ReadError: None could be read.

    Cost:
        5 units for each item, twenty items to a request.

    Source:
        https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    links, waiting = Links(), list[JsonObject]()
    asked = ({"drive_id": drive.id, "item_id": item_id} for item_id in found.shared)
    async for part in graph.batch(PERMISSIONS, asked):
        if part.error is None:
            waiting += _described(drive, found, part.values["item_id"], part.rows)
        elif not (isinstance(part.error, NotFound) and part.error.code in GONE):
            links.errors.append(part.error)
        if len(waiting) >= _CONVERTED_AT_ONCE:
            links.pages.append(SHAPE.convert(waiting, PERMISSIONS.endpoint))
            waiting = []
    links.pages.append(SHAPE.convert(waiting, PERMISSIONS.endpoint))
    return links


def _described(drive: Drive, found: Sweep, item_id: str, permissions: Iterable[JsonObject]) -> list[JsonObject]:
    item = found.shared[item_id]
    about = {"site": drive.site, "drive": drive.drive, "item": item, "path": found.paths.of(item)}
    return [{**about, "permission": permission} for permission in permissions]
