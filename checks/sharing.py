"""Sharing links that reach further, or live longer, than the one who made them meant."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import pandas as pd

from checks.frame import BOOL, column, each, judged, objects, records, where
from checks.model import EvidenceKind, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, any_of
from m365_posture.texts import mark

_ANYONE: Final = "anonymous"
_ORGANIZATION: Final = "organization"
_WIDE: Final = (_ANYONE, _ORGANIZATION)
_NAMED: Final = ("users", "existingaccess")
"""Scopes of links that open nothing for anybody who was not named, or could not open it already."""

_PLACE: Final = ["drive_id", "permission_id", "item_id", "item_path", "inherited_from_item_id"]
_REACH: Final = ["kind", "link_scope", "is_folder", "expiration_date_time"]

_Row = Mapping[str, Any]


@check(
    "SH-06",
    title=mark("No link to client files is open to anyone for long, or to the whole firm for a whole folder"),
    severity=Severity.HIGH,
    object_type="sharing_link",
    evidence={
        "scope": EvidenceKind.CONDITION,
        "type": EvidenceKind.CONDITION,
        "is_folder": EvidenceKind.CONDITION,
        "expires": EvidenceKind.CONDITION,
        "has_password": EvidenceKind.CONDITION,
        "site": EvidenceKind.VOLATILE,
        "path": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Ask the owner whether the link is still needed. Remove it, or replace it by a link for named people; give "
        "links for anyone an end date."
    ),
    source="https://learn.microsoft.com/sharepoint/shareable-links-anyone-specific-people-organization",
)
def no_link_is_open_too_wide_or_too_long(
    sharing_links: Annotated[
        pd.DataFrame,
        columns(
            "site_display_name",
            "drive_id",
            "item_id",
            "item_name",
            "item_path",
            "is_folder",
            "permission_id",
            "kind",
            "link_scope",
            "link_type",
            "has_password",
            "expiration_date_time",
            "inherited_from_item_id",
        ),
    ],
    profile: Profile,
) -> Outcome:
    """Whoever finds or is sent such a link reads the file: no name, no trace, no end.

    A link for anyone may live for as many days as the firm allows. A link for the whole firm opens a matter to
    everybody in it; on a folder it also opens what is put there later. Each link is listed once, at the highest
    item it opens.
    """
    is_link = (sharing_links["kind"] == "link") & each(sharing_links["link_scope"], _is_wide)
    wide = where(sharing_links, is_link).possible
    links = where(wide, column(_is_highest(records(wide[_PLACE])), wide, BOOL)).yes
    evidence = {
        "scope": links["link_scope"],
        "type": links["link_type"],
        "is_folder": links["is_folder"],
        "expires": links["expiration_date_time"],
        "has_password": links["has_password"],
        "site": links["site_display_name"],
        "path": links["item_path"],
    }
    named = objects(links, ["drive_id", "item_id", "permission_id"], ["item_name", "item_path", "item_id"], evidence)
    return judged(named, column([_is_too_open(row, profile) for row in records(links[_REACH])], links, BOOL))


def _is_too_open(link: _Row, profile: Profile) -> Answer:
    """Whether a link fails; no expiry date means that it never ends."""
    ends: datetime | None = link["expiration_date_time"]
    if ends is not None and ends < profile.as_of:
        return False
    is_long = ends is None or ends > profile.as_of + timedelta(days=profile.thresholds.link_max_days)
    return all_of(
        [
            None if link["kind"] is None else link["kind"] == "link",
            any_of(
                [
                    all_of([_has_scope(link, _ANYONE), is_long]),
                    all_of([_has_scope(link, _ORGANIZATION), link["is_folder"]]),
                ]
            ),
        ]
    )


def _is_wide(scope: str) -> Answer:
    """Whether links of this scope are judged; of one that Graph does not tell, or that is new, unknown."""
    known = scope.lower()
    return True if known in _WIDE else False if known in _NAMED else None


def _has_scope(link: _Row, wanted: str) -> Answer:
    scope: str | None = link["link_scope"]
    return None if scope is None or _is_wide(scope) is None else scope.lower() == wanted


def _is_highest(rows: list[dict[str, Any]]) -> list[bool]:
    """Whether each row is its link at the highest item, not the same link seen again further down.

    One link has one permission id in its drive. A row is further down only if that is proven: by
    the id of the item that it is inherited from, or by its path.
    """
    links: dict[tuple[str, str], _Places] = defaultdict(_Places)
    for row in rows:
        links[row["drive_id"], row["permission_id"]].add(row)
    return [links[row["drive_id"], row["permission_id"]].is_highest(row["item_id"]) for row in rows]


class _Places:
    """The items of a drive at which one link was seen."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self._items: dict[str, str] = {}

    def add(self, row: _Row) -> None:
        item: str = row["item_id"]
        self._rows[item] = row
        if row["item_path"]:
            self._items[row["item_path"].rstrip("/")] = item

    def is_highest(self, item: str) -> bool:
        """Whether no other place of the link is surely above this one."""
        seen = {item}
        above = self._above(item)
        while above is not None and above not in seen:
            seen.add(above)
            above = self._above(above)
        # in a circle nothing is above the rest, so nothing is left out
        return above is not None or len(seen) == 1

    def _above(self, item: str) -> str | None:
        row = self._rows[item]
        inherited: str | None = row["inherited_from_item_id"]
        if inherited in self._rows and inherited != item:
            return inherited
        return next((self._items[folder] for folder in _folders_of(row["item_path"]) if folder in self._items), None)


def _folders_of(path: str | None) -> Iterator[str]:
    """Yield the paths of the folders that an item lies in, nearest first; the root is empty."""
    folder = (path or "").rstrip("/")
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        yield folder
