"""A tenant's policies with others in their place."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from m365_posture.config import ConfigError
from m365_posture.toml_section import nearest

Row = dict[str, Any]
"""A row of `conditional_access_policies`."""

_ENABLED: Final = "enabled"
_DISABLED: Final = "disabled"


class Change(StrEnum):
    """What becomes of a policy."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    DISABLED = "disabled"
    ENABLED = "enabled"


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One policy that is judged as if it were another."""

    id: str
    name: str
    change: Change
    state_before: str | None
    """None for a policy that is added; so after, for one that is removed."""
    state_after: str | None


@dataclass(frozen=True, slots=True)
class Orders:
    """What to change; policies first, so that those may be named among the others."""

    policies: Sequence[Mapping[str, Any]] = ()
    """As Graph writes one; in place of the policy of that id, else of that display name, else a new one."""
    remove: Sequence[str] = ()
    """Ids or display names; so below."""
    disable: Sequence[str] = ()
    enable: Sequence[str] = ()


def changed(rows: Iterable[Row], orders: Orders, at: datetime) -> tuple[list[Row], list[PolicyChange]]:
    """Return the policies after the orders, and what became of each that they are about.

    Args:
        rows: The policies of a scan.
        orders: What to change.
        at: When it is changed: nothing that the sign-in log shows from before speaks for what is new.

    Raises:
        ConfigError: An order is about no policy, about several, or about the same as another.
    """
    paper = _Paper(rows, at)
    for policy in orders.policies:
        paper.put(policy)
    for name in orders.remove:
        paper.remove(name)
    for name in orders.disable:
        paper.turn(name, Change.DISABLED, _DISABLED)
    for name in orders.enable:
        paper.turn(name, Change.ENABLED, _ENABLED)
    return paper.rows, paper.changes


class _Paper:
    """The policies while they are changed."""

    def __init__(self, rows: Iterable[Row], at: datetime) -> None:
        self._at = at
        self._rows: dict[str, Row] = {row["id"]: row for row in rows}
        self._changes: dict[str, PolicyChange] = {}
        self._turned: set[str] = set()

    @property
    def rows(self) -> list[Row]:
        """The policies, new ones last."""
        return list(self._rows.values())

    @property
    def changes(self) -> list[PolicyChange]:
        """What became of the policies that were named, in order of the orders."""
        return list(self._changes.values())

    def put(self, policy: Mapping[str, Any]) -> None:
        name, given_id = policy["displayName"], policy.get("id")
        policy_id = self._rows[given_id]["id"] if given_id in self._rows else self._only_one_named(name)
        if policy_id in self._changes:
            raise ConfigError(f"Two files are about the policy `{name}`: give one of them.")
        before = self._rows.get(policy_id) if policy_id else None
        policy_id = policy_id or given_id or f"what-if-{len(self._changes) + 1}"
        change = Change.ADDED if before is None else Change.CHANGED
        state = before["state"] if before else None
        self._changes[policy_id] = PolicyChange(policy_id, name, change, state, policy["state"])
        self._rows[policy_id] = self._row(policy_id, policy, before)

    def remove(self, name: str) -> None:
        row = self._named(name)
        self._note(row, Change.REMOVED, None)
        del self._rows[row["id"]]

    def turn(self, name: str, change: Change, state: str) -> None:
        row = self._named(name)
        self._note(row, change, state)
        raw = content_of(row)
        self._rows[row["id"]] = row | {
            "state": state,
            "modified_date_time": self._at,
            "raw": raw and _text(raw | {"state": state}),
        }

    def _note(self, row: Row, change: Change, state: str | None) -> None:
        policy_id, name = row["id"], row["display_name"] or row["id"]
        if policy_id in self._turned:
            raise ConfigError(f"`{name}` is to be removed, disabled or enabled twice: say it once.")
        self._turned.add(policy_id)
        put = self._changes.get(policy_id)
        if put is not None and change is Change.REMOVED:
            raise ConfigError(f"`{name}` is to be put in and removed: choose one.")
        self._changes[policy_id] = (
            replace(put, state_after=state) if put else PolicyChange(policy_id, name, change, row["state"], state)
        )

    def _row(self, policy_id: str, policy: Mapping[str, Any], before: Row | None) -> Row:
        return {
            "id": policy_id,
            "display_name": policy["displayName"],
            "state": policy["state"],
            "created_date_time": before["created_date_time"] if before else self._at,
            "modified_date_time": self._at,
            "template_id": policy.get("templateId"),
            "raw": _text({**policy, "id": policy_id}),
        }

    def _named(self, name: str) -> Row:
        policy_id = name if name in self._rows else self._only_one_named(name)
        if policy_id is None:
            names = [row["display_name"] for row in self._rows.values() if row["display_name"]]
            suggestion = nearest(name, names) or (f"; there are {_listed(names)}." if names else "; there is none.")
            raise ConfigError(f"There is no policy `{name}` in this scan{suggestion}")
        return self._rows[policy_id]

    def _only_one_named(self, name: str) -> str | None:
        """Return the id of the policy of that display name, None when there is none."""
        wanted = name.strip().casefold()
        found = [row["id"] for row in self._rows.values() if (row["display_name"] or "").strip().casefold() == wanted]
        if len(found) > 1:
            ids = ", ".join(sorted(found))
            raise ConfigError(f"{len(found)} policies are named `{name}`: name the one you mean by its id, of {ids}.")
        return found[0] if found else None


def content_of(row: Row) -> dict[str, Any] | None:
    """Return a policy's own JSON; None where it is null or no object."""
    try:
        content = json.loads(row["raw"]) if row["raw"] else None
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _text(policy: Mapping[str, Any]) -> str:
    return json.dumps(policy, ensure_ascii=False)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
