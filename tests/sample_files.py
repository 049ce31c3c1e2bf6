"""A sample tenant as its files hold it, with the findings a scan of it must give."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

Entity = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """One folder of `sample_data`, read but not moved in time."""

    slug: str
    parts: dict[str, Any]
    """File name without its ending, to what it holds."""
    expected: dict[str, Any]
    """Check id (or `tables`, `groups`) to what `expected/` says."""

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - any JSON value
        return self.parts[part]

    def rows(self, part: str) -> list[Entity]:
        """A listing; a tenant that has nothing of a kind has no file of it."""
        found: list[Entity] = self.parts.get(part, [])
        return found

    @property
    def recorded_at(self) -> datetime:
        """The moment all dates of the sample are relative to."""
        return datetime.fromisoformat(self["tenant"]["recorded_at"])

    @property
    def users(self) -> dict[str, Entity]:
        """Users by id."""
        return {user["id"]: user for user in self["users"]}

    def exchange(self, cmdlet: str) -> list[Entity]:
        """What a cmdlet of Exchange lists."""
        found: list[Entity] = self.parts.get("exchange", {}).get(cmdlet, [])
        return found

    def rules(self) -> Iterator[tuple[str, Entity]]:
        """Yield the mailbox's user id and the rule."""
        for mailbox, rules in self["inbox_rules"].items():
            yield from ((mailbox, rule) for rule in rules)

    def items(self) -> Iterator[tuple[str, Entity]]:
        """Yield the drive id and the item."""
        for drive, items in self["drive_items"].items():
            yield from ((drive, item) for item in items)


def load(slug: str) -> Sample:
    """Read every file of the sample `slug`."""
    folder = files("sample_data") / slug
    parts = {
        file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".json")
    }
    expected: dict[str, Any] = {}
    for file in (folder / "expected").iterdir():
        expected |= tomllib.loads(file.read_text(encoding="utf-8"))
    return Sample(slug, parts, expected)
