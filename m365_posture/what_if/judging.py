"""Judging a saved scan as if its policies were others: nothing is sent, and nothing is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from checks import reasons
from checks.engine import evaluate
from checks.model import Gap, Profile
from checks.registry import CATALOGUE
from checks.source import Source
from m365_posture.what_if.changes import Change, Orders, PolicyChange, Row, changed, content_of
from m365_posture.what_if.comparison import Comparison, Effect, compare
from m365_posture.what_if.overlay import (
    groups_of,
    has_security_defaults,
    ids_of,
    policies_of,
    unread_groups,
    with_policies,
)
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.directory import USERS
from scanner.snapshot.tables.groups import GROUPS
from scanner.snapshot.tables.policies import CONDITIONAL_ACCESS_POLICIES, NAMED_LOCATIONS

_COVERAGE: Final = "ID-01"
"""The check that tells who is protected by MFA."""
_ENABLED: Final = "enabled"
_MOST_NAMED: Final = 3
_BY_FILE: Final = frozenset({Change.ADDED, Change.CHANGED})
_NOTHING_NEW: Final = {True: "`{name}` is on already.", False: "`{name}` was not on, so nothing changes by it."}
_NOTHING: Final[tuple[object, ...]] = (None, [], ["None"])
_INCLUDED_USERS: Final = ("includeUsers", "includeGroups", "includeRoles", "includeGuestsOrExternalUsers")
_INCLUDED_APPLICATIONS: Final = (
    *("includeApplications", "includeUserActions", "includeAuthenticationContextClassReferences"),
    *("networkAccess", "globalSecureAccess"),
)
_NO_USERS: Final = frozenset({"All", "None", "GuestsOrExternalUsers"})
_NO_LOCATIONS: Final = frozenset({"All", "AllTrusted", "00000000-0000-0000-0000-000000000000"})
"""Words that Graph takes in place of an id."""


class NotJudged(Exception):
    """The scan lacks what it takes; one sentence."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would be, and what to know of it."""

    changes: tuple[PolicyChange, ...]
    comparison: Comparison
    notes: tuple[str, ...]
    """Sentences in English."""


def what_if(source: Source, profile: Profile, orders: Orders) -> WhatIf:
    """Judge MFA coverage of a scan as it is and as it would be.

    Raises:
        ConfigError: An order cannot be followed.
        NotJudged: The policies, or what else it takes, were not read.
    """
    line = source.coverage(CONDITIONAL_ACCESS_POLICIES.name)
    if not line.state.delivers_rows:
        gap = Gap(CONDITIONAL_ACCESS_POLICIES.name, line.state, line.reason, line.mend)
        raise NotJudged(f"There are no policies in this scan to change: {reasons.sentence([gap])}")
    rows, changes = changed(policies_of(source), orders, source.finished_at)
    is_turned_on = any(_is_on(each.state_after) and not _is_on(each.state_before) for each in changes)
    overlay = with_policies(source, rows, is_turned_on=is_turned_on)
    before, after = (_exhibit(each, profile) for each in (source, overlay))
    notes = list(_notes(source, rows, changes))
    if is_turned_on and has_security_defaults(source):
        notes.append(
            "Security defaults are on. A policy can be turned on only once they are off, so they are judged as off."
        )
    comparison = compare(before, after, **_may(changes, is_apart=is_turned_on and has_security_defaults(source)))
    if comparison.count(Effect.LOCKED_OUT):
        notes.append("Who is locked out counts as protected: every sign-in is blocked.")
    return WhatIf(tuple(changes), comparison, tuple(notes))


def _is_on(state: str | None) -> bool:
    return state == _ENABLED


def _may(changes: Sequence[PolicyChange], *, is_apart: bool) -> Mapping[str, bool]:
    """Return whether changes may open or close ways in: all policies that are on combine, so one more opens nothing.

    Args:
        changes: The policies that change.
        is_apart: Whether something else changes too.
    """
    alters = [each for each in changes if _is_on(each.state_before) or _is_on(each.state_after)]
    return {
        "can_open": is_apart or any(_is_on(each.state_before) for each in alters),
        "can_close": is_apart or any(_is_on(each.state_after) for each in alters),
    }


def _exhibit(source: Source, profile: Profile) -> Mapping[str, Any]:
    (result,) = evaluate(source, profile, CATALOGUE.only(_COVERAGE)).results
    if result.exhibit is None:
        raise NotJudged(f"This scan does not tell who is protected by MFA: {result.reason}")
    return result.exhibit


def _notes(source: Source, rows: Sequence[Row], changes: Sequence[PolicyChange]) -> Iterator[str]:
    """Yield what a reader had better know of the policies that are changed."""
    now = {row["id"]: row for row in rows}
    for change in changes:
        if change.change in _BY_FILE:
            yield from _notes_on_file(source, now[change.id], change)
        elif _is_on(change.state_before) is _is_on(change.state_after):
            yield _NOTHING_NEW[_is_on(change.state_before)].format(name=change.name)


def _notes_on_file(source: Source, row: Row, change: PolicyChange) -> Iterator[str]:
    name = change.name
    if not _is_on(change.state_before) and not _is_on(change.state_after):
        yield f"`{name}` is not turned on, so it changes nothing: --enable judges it as if it were."
    for lack in _lacks(row):
        yield f"`{name}` {lack}, so it does nothing."
    for what, strangers in _strangers(source, row).items():
        if strangers:
            yield f"`{name}` names {_listed(strangers)}, which this tenant does not have among its {what}."
    if unread := unread_groups(source, [row]):
        yield (
            f"`{name}` names {_count(unread, 'group')} that nothing named when the scan was made, so who is in it is "
            "unknown: save the policy as report-only, scan again, and --enable it here."
        )


def _lacks(row: Row) -> Iterator[str]:
    """Yield what keeps a policy from concerning anybody."""
    conditions = (content_of(row) or {}).get("conditions") or {}
    users, applications = conditions.get("users") or {}, conditions.get("applications") or {}
    if not conditions.get("clientApplications") and not _includes(users, _INCLUDED_USERS):
        yield "includes no users"
    if not _includes(applications, _INCLUDED_APPLICATIONS) and not applications.get("applicationFilter"):
        yield "is about no application"


def _includes(condition: Mapping[str, Any], members: Sequence[str]) -> bool:
    return any(condition.get(member) not in _NOTHING for member in members)


def _strangers(source: Source, row: Row) -> Mapping[str, list[str]]:
    """Return what a policy names and the tenant surely does not have."""
    conditions = (content_of(row) or {}).get("conditions") or {}
    users, locations = conditions.get("users") or {}, conditions.get("locations") or {}
    return {
        "groups": _absent(source, GROUPS, groups_of(row)),
        "accounts": _absent(source, USERS, _ids(users, "Users") - _NO_USERS),
        "named locations": _absent(source, NAMED_LOCATIONS, _ids(locations, "Locations") - _NO_LOCATIONS),
    }


def _ids(condition: Mapping[str, Any], kind: str) -> frozenset[str]:
    return frozenset([*(condition.get(f"include{kind}") or ()), *(condition.get(f"exclude{kind}") or ())])


def _absent(source: Source, table: Table, named: frozenset[str]) -> list[str]:
    exist = ids_of(source, table)
    return [] if exist is None else sorted(named - exist)


def _count(things: Sequence[str], word: str) -> str:
    return f"{len(things)} {word}" if len(things) == 1 else f"{len(things)} {word}s"


def _listed(ids: Sequence[str]) -> str:
    named = ", ".join(f"`{each}`" for each in ids[:_MOST_NAMED])
    more = len(ids) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
