"""What changed in a drive since when: the memory behind delta tokens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Item = dict[str, Any]


@dataclass(slots=True)
class DriveChanges:
    """Changes of one drive over the items it began with."""

    version: int = 0
    """Grows with each change; a delta token remembers it."""
    epoch: int = 0
    """Grows when the service forgets its tokens; older tokens are then lost."""
    _items: dict[str, Item] = field(default_factory=dict)
    _changed_at: dict[str, int] = field(default_factory=dict)

    def put(self, item: Item) -> None:
        """Add or replace an item."""
        self.version += 1
        self._items[item["id"]] = item
        self._changed_at[item["id"]] = self.version

    def delete(self, item_id: str) -> None:
        """Delete an item; the delta then holds a tombstone."""
        self.put({"id": item_id, "deleted": {"state": "deleted"}})

    def forget(self) -> None:
        """Lose every delta token given so far."""
        self.epoch += 1

    def current(self, base: Sequence[Item]) -> Sequence[Item]:
        """Return every item of the drive as it is now, without tombstones."""
        if not self._items:
            return base
        return list(self._merged(base))

    def since(self, version: int) -> list[Item]:
        """Return what changed after `version`, oldest change first, tombstones included."""
        changed = sorted((at, item_id) for item_id, at in self._changed_at.items() if at > version)
        return [self._items[item_id] for _, item_id in changed]

    def _merged(self, base: Sequence[Item]) -> Iterator[Item]:
        left = dict(self._items)
        for item in base:
            now = left.pop(item["id"], item)
            if "deleted" not in now:
                yield now
        yield from (item for item in left.values() if "deleted" not in item)
