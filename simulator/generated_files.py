"""Sites with drives of any size; items and permissions are made while they are read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, overload

from simulator.names import FIRST_NAMES, LAST_NAMES, MATTERS, mail_name, stable_uuid

Entity = dict[str, Any]

_FOLDER_EVERY: Final = 40
_KINDS: Final = ("anonymous", "organization", "users", "invitation", "direct")
_ROLES: Final = ("read", "write")


class GeneratedDrive(Sequence[Entity]):
    """The items of one drive: the root, matter folders, files; the first files are shared.

    Args:
        drive_id: As in the drive's own object.
        web_url: Address of the library.
        items: How many, root included.
        shared: How many of them are shared.
        modified_at: Newest modification, UTC.
    """

    def __init__(self, drive_id: str, web_url: str, items: int, shared: int, modified_at: datetime) -> None:
        self.drive_id = drive_id
        self._web_url = web_url
        self._items = max(items, shared + 2)
        self._shared = shared
        self._modified_at = modified_at
        self._stem = "01" + _hex("stem", drive_id).upper()[:12]

    def __len__(self) -> int:
        return self._items

    @overload
    def __getitem__(self, index: int) -> Entity: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entity]: ...
    def __getitem__(self, index: int | slice) -> Entity | list[Entity]:
        if isinstance(index, slice):
            return [self._item(position) for position in range(*index.indices(self._items))]
        if not -self._items <= index < self._items:
            raise IndexError(index)
        return self._item(index % self._items)

    def position(self, item_id: str) -> int | None:
        """Return where an item stands; None for an id of another drive."""
        stem, _, number = item_id.partition("Z")
        known = stem == self._stem and number.isdigit() and int(number) < self._items
        return int(number) if known else None

    def permissions(self, position: int) -> list[Entity]:
        """Return who can open an item."""
        owner = {"id": _hex("owner", self.drive_id), "roles": ["owner"], "grantedToV2": {"siteGroup": _OWNERS}}
        return [owner, _grant(self.drive_id, self._web_url, position)] if self._is_shared(position) else [owner]

    def _is_shared(self, position: int) -> bool:
        return 1 < position <= self._shared + 1

    def _item(self, position: int) -> Entity:
        modified = self._modified_at - timedelta(hours=position)
        item: Entity = {
            "id": f"{self._stem}Z{position}",
            "name": "root" if position == 0 else _name(position),
            "webUrl": self._web_url if position == 0 else f"{self._web_url}/{position}",
            "lastModifiedDateTime": modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "size": position * 1_024,
            "parentReference": self._parent(position),
        }
        if position == 0:
            return item | {"root": {}, "folder": {}}
        if self._is_shared(position):
            kind = _KINDS[position % len(_KINDS)]
            item["shared"] = {"scope": kind if kind in {"anonymous", "organization"} else "users"}
        return item | ({"folder": {}} if position % _FOLDER_EVERY == 1 else {"file": {}})

    def _parent(self, position: int) -> Entity:
        parent: Entity = {"driveId": self.drive_id, "driveType": "documentLibrary"}
        if position == 0:
            return parent
        folder = 0 if position % _FOLDER_EVERY == 1 else position - (position - 1) % _FOLDER_EVERY
        path = f"/drives/{self.drive_id}/root:"
        parent["path"] = f"{path}/{_name(folder)}" if folder else path
        return parent | {"id": f"{self._stem}Z{folder}"}


class GeneratedPermissions(Mapping[str, list[Entity]]):
    """`<drive id>/<item id>` → permissions, over some generated drives."""

    def __init__(self, drives: Mapping[str, GeneratedDrive]) -> None:
        self._drives = drives

    def __getitem__(self, key: str) -> list[Entity]:
        drive_id, _, item_id = key.partition("/")
        position = self._drives[drive_id].position(item_id)
        if position is None:
            raise KeyError(key)
        return self._drives[drive_id].permissions(position)

    def __iter__(self) -> Iterator[str]:
        return (f"{drive_id}/{item['id']}" for drive_id, drive in self._drives.items() for item in drive)

    def __len__(self) -> int:
        return sum(map(len, self._drives.values()))


_OWNERS: Final = {"id": "3", "displayName": "Eigenaars", "loginName": "Eigenaars"}


def _grant(drive_id: str, web_url: str, position: int) -> Entity:
    """Return the one permission by which an item is shared."""
    kind, role = _KINDS[position % len(_KINDS)], _ROLES[position % len(_ROLES)]
    grant: Entity = {"id": _hex(drive_id, position), "roles": [role]}
    guest = mail_name(FIRST_NAMES[position % len(FIRST_NAMES)], LAST_NAMES[position % len(LAST_NAMES)])
    address = f"{guest}@client-{position % 7}.example"
    login = f"i:0#.f|membership|{address.replace('@', '_')}#ext#@generated.onmicrosoft.example"
    identity = {
        "user": {"displayName": guest},
        "siteUser": {"id": str(position), "displayName": guest, "loginName": login},
    }
    if kind == "direct":
        return grant | {"grantedToV2": identity}
    if kind == "invitation":
        return grant | {"invitation": {"email": address, "signInRequired": True}}
    link_type = "edit" if role == "write" else "view"
    link = {"scope": kind, "type": link_type, "webUrl": f"{web_url}/s/{position}", "preventsDownload": False}
    grant |= {"link": link, "expirationDateTime": "0001-01-01T00:00:00Z"}
    return grant | ({"grantedToIdentitiesV2": [identity]} if kind == "users" else {"hasPassword": False})


def _name(position: int) -> str:
    matter = MATTERS[position % len(MATTERS)]
    return f"2026-{position:04} {matter}" if position % _FOLDER_EVERY == 1 else f"Nota {position} {matter}.docx"


def _hex(*parts: object) -> str:
    return stable_uuid(*parts).replace("-", "")
