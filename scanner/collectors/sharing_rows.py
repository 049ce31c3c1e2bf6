"""Sites, drives, items and permissions to the rows of `sharing_links`.

A link's address and share id are bearer secrets: no column holds them, and nothing here reads them.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from scanner.collectors.rows import NONE, JsonObject, Shape, Values, demand
from scanner.snapshot.tables.sharing import SHARING_LINKS

_OBJECT: Final = frozenset({dict})
_ROOT: Final = "root:"
_PEOPLE: Final = "users"
_NAMES: Final = ("email", "userPrincipalName", "loginName", "id", "displayName")
"""What names a grantee, best first: an address tells inside from outside."""


def as_is_folder(items: Values) -> Values:
    """Return True for folders, False for files and packages, None where no facet tells."""
    demand(items, _OBJECT)
    return [_is_folder(item) for item in items]


def _is_folder(item: JsonObject) -> bool | None:
    if "folder" in item or "root" in item:
        return True
    return False if "file" in item or "package" in item else None


def as_kinds(permissions: Values) -> Values:
    """Return `link`, `invitation` (not redeemed yet) or `direct` for each permission."""
    demand(permissions, _OBJECT)
    return [_kind(permission) for permission in permissions]


def _kind(permission: JsonObject) -> str:
    if permission.get("link") is not None:
        return "link"
    if permission.get("invitation") is not None and not _grantees(permission):
        return "invitation"
    return "direct"


def as_link_scopes(permissions: Values) -> Values:
    """Return for each permission the scope of its link.

    Graph leaves the scope out of links for specific people and names them instead: such a link
    is `users`. A link without a scope that names nobody stays null.
    """
    demand(permissions, _OBJECT)
    return [_link_scope(permission) for permission in permissions]


def _link_scope(permission: JsonObject) -> object:
    link = permission.get("link")
    demand([link], NONE | _OBJECT)
    if link is None:
        return None
    scope = link.get("scope")
    demand([scope], NONE | {str})
    return _PEOPLE if scope is None and _names_people(permission) else scope


def _names_people(permission: JsonObject) -> bool:
    return any(grantee.get("user") or grantee.get("siteUser") for grantee in _grantees(permission) or ())


def as_granted_to(permissions: Values) -> Values:
    """Return for each permission whom it names; None when Graph named nobody at all.

    A grantee without any name stays in the list, as null.
    """
    return [_granted_to(permission) for permission in permissions]


def _granted_to(permission: JsonObject) -> list[str | None] | None:
    grantees = _grantees(permission)
    return None if grantees is None else [_name(grantee) for grantee in grantees]


def _grantees(permission: JsonObject) -> list[JsonObject] | None:
    """Return the identity sets of a permission; the older properties count where the newer ones are absent."""
    many = _first(permission, "grantedToIdentitiesV2", "grantedToIdentities")
    one = _first(permission, "grantedToV2", "grantedTo")
    if many is None and one is None:
        return None
    demand([many], NONE | {list})
    found = [*(many or []), *([one] if one else [])]
    demand(found, _OBJECT)
    return found


def _first(of: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401 - any JSON value
    return next((of[name] for name in names if of.get(name) is not None), None)


def _name(grantee: JsonObject) -> str | None:
    """Return what names the identity in a set: a person before a group before an app."""
    kinds = ("user", "siteUser", "group", "sharePointGroup", "siteGroup", "application", "device")
    identities = [identity for identity in (grantee.get(kind) for kind in kinds) if identity is not None]
    demand(identities, _OBJECT)
    names = (_first(identity, name) for name in _NAMES for identity in identities)
    name = next((name for name in names if name), None)
    demand([name], NONE | {str})
    return name


class Paths:
    """Where the items of a drive lie, from the folders that its delta named; items with an id.

    Graph may leave `parentReference.path` out of a delta, but gives every changed item's
    chain of folders: names and ids are enough.
    """

    def __init__(self) -> None:
        self._folders: dict[str, tuple[str, str, bool]] = {}

    def learn(self, item: JsonObject) -> None:
        """Remember `item` if other items can lie in it."""
        if "folder" in item or "root" in item or "package" in item:
            self._folders[item["id"]] = (item.get("name") or "", _parent(item).get("id") or "", "root" in item)

    def of(self, item: JsonObject) -> str | None:
        """Return the item's path from the drive's root, `/` for the root itself, None when unknown."""
        if "root" in item:
            return "/"
        parts = [item.get("name") or ""]
        folder, seen = _parent(item).get("id") or "", set[str]()
        while folder in self._folders and folder not in seen:
            seen.add(folder)
            name, parent, is_root = self._folders[folder]
            if is_root:
                return "/" + "/".join(reversed(parts))
            parts.append(name)
            folder = parent
        return _path_told(item)


def _path_told(item: JsonObject) -> str | None:
    path = _parent(item).get("path")
    if path is None or _ROOT not in path:
        return None
    return f"{unquote(path.split(_ROOT, 1)[1])}/{item.get('name') or ''}"


def _parent(item: JsonObject) -> JsonObject:
    parent: JsonObject = item.get("parentReference") or {}
    return parent


SHAPE: Final = Shape(
    SHARING_LINKS,
    paths={
        "site_id": "site/id",
        "site_display_name": "site/displayName",
        "is_personal_site": "site/isPersonalSite",
        "drive_id": "drive/id",
        "drive_name": "drive/name",
        "item_id": "item/id",
        "item_name": "item/name",
        "item_path": "path",
        "is_folder": "item",
        "last_modified_date_time": "item/lastModifiedDateTime",
        "permission_id": "permission/id",
        "kind": "permission",
        "link_scope": "permission",
        "link_type": "permission/link/type",
        "prevents_download": "permission/link/preventsDownload",
        "roles": "permission/roles",
        "has_password": "permission/hasPassword",
        "expiration_date_time": "permission/expirationDateTime",
        "granted_to": "permission",
        "invitation_email": "permission/invitation/email",
        "inherited_from_item_id": "permission/inheritedFrom/id",
    },
    readers={
        "is_folder": as_is_folder,
        "kind": as_kinds,
        "link_scope": as_link_scopes,
        "granted_to": as_granted_to,
    },
)
"""Of objects `{"site", "drive", "item", "path", "permission"}`, each as Graph sent it."""
