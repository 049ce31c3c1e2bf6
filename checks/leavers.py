"""Accounts of people who left."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta
from typing import Annotated, Any, Final

import pandas as pd

from checks.derived import LastSuccesses
from checks.frame import BOOL, TEXT, column, judged, look_up, objects, plain, where
from checks.model import OBJECT_ID, OBJECT_NAME, EvidenceKind, Gap, Outcome, Profile, Severity, object_id
from checks.registry import check, columns
from checks.three_valued import Answer
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_NO_LIST: Final = Gap("profile.leavers", TableState.SKIPPED, "", "state:leavers")
_STRAY: Final = mark(
    "An address on the list of leavers belongs to no account, nor to one that was deleted in the last 30 days. "
    "It may be mistyped, and the account still open: correct it, or take it off the list."
)
_DELETED_ARE_KEPT: Final = timedelta(days=30)
"""https://learn.microsoft.com/entra/fundamentals/users-restore"""


@check(
    "AC-05",
    title=mark("The account of everyone who left is blocked"),
    severity=Severity.CRITICAL,
    object_type="user",
    evidence={
        "last_day": EvidenceKind.CONDITION,
        "last_success": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Block the sign-in of the account and revoke its sessions today. Then look at what it did since the last day, "
        "hand over the mailbox and the files, and remove the account and its licence."
    ),
    source="https://learn.microsoft.com/microsoft-365/admin/add-users/remove-former-employee",
)
def leavers_are_blocked(
    users: Annotated[pd.DataFrame, columns("id", "display_name", "user_principal_name", "mail", "account_enabled")],
    deleted_users: Annotated[pd.DataFrame | Gap, columns("id", "user_principal_name", "mail", whole=True)],
    last_successes: LastSuccesses | Gap,
    profile: Profile,
) -> Outcome:
    """Whoever left keeps the key: every file and every mail stays open to them, or to whoever knows their password.

    Who left, and when, only the firm can tell: without its list of leavers this never passes. An account that is
    removed needs no block; an address on the list that belongs to no account and to no removed one may be a mistake,
    and stays unknown for as long as a removed account can still be seen. Whether the sessions were ended is not
    judged yet.
    """
    gone = _gone(profile)
    left = column([_has_left(*names, gone) for names in _names(users)], users, BOOL)
    accounts = where(users.assign(left=left), left).possible
    days = [gone.get(name, gone.get(mail)) for name, mail in _names(accounts)]
    evidence = {
        "last_day": column([day and day.isoformat() for day in days], accounts, TEXT),
        "last_success": _last_success(accounts, last_successes),
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    named = named.assign(failing=accounts["left"] & accounts["account_enabled"])
    stray = _stray(_recently(gone, profile), users, deleted_users)
    gaps = () if profile.leavers is not None else (_NO_LIST,)
    if stray:
        named = pd.concat([named, _entries(stray, named)], ignore_index=True)
        gaps = (*gaps, *([deleted_users] if isinstance(deleted_users, Gap) else []))
    return judged(named.drop(columns="failing"), named["failing"], gaps=gaps, note=_STRAY if stray else "")


def _gone(profile: Profile) -> Mapping[str, date]:
    """Return those whose last day is over: name in lower case to last day."""
    today = profile.as_of.astimezone(UTC).date()
    return {name.strip().lower(): day for name, day in (profile.leavers or {}).items() if day < today}


def _recently(gone: Mapping[str, date], profile: Profile) -> Mapping[str, date]:
    """Return those of whom an account that was removed on their last day can still be seen."""
    since = profile.as_of.astimezone(UTC).date() - _DELETED_ARE_KEPT
    return {name: day for name, day in gone.items() if day >= since}


def _stray(gone: Mapping[str, date], users: pd.DataFrame, deleted_users: pd.DataFrame | Gap) -> Mapping[str, date]:
    """Return those that belong to no account, present or deleted, as far as was read."""
    known = {name for names in _names(users) for name in names}
    if not isinstance(deleted_users, Gap):
        known.update(_names_of_deleted(deleted_users))
    return {name: day for name, day in sorted(gone.items()) if name not in known}


def _names_of_deleted(users: pd.DataFrame) -> Iterator[str]:
    """Return every address of deleted accounts: Entra puts the id, without dashes, before the user principal name."""
    for user_id, (name, mail) in zip(plain(users["id"]), _names(users), strict=True):
        yield name.removeprefix(user_id.replace("-", "").lower())
        yield mail


def _entries(stray: Mapping[str, date], accounts: pd.DataFrame) -> pd.DataFrame:
    """Return entries of the list as objects of their own, shaped like `accounts`."""
    values = {
        OBJECT_ID: [object_id("leaver", name) for name in stray],
        OBJECT_NAME: list(stray),
        "last_day": [day.isoformat() for day in stray.values()],
    }
    entries = pd.DataFrame(values).reindex(columns=accounts.columns)
    return entries.astype(dict(accounts.dtypes))


def _names(users: pd.DataFrame) -> list[tuple[str, str]]:
    """Return user principal name and mail address of each account, lower case: a list may have either."""
    pairs = zip(plain(users["user_principal_name"]), plain(users["mail"]), strict=True)
    return [((name or "").lower(), (mail or "").lower()) for name, mail in pairs]


def _has_left(name: str, mail: str, gone: Mapping[str, date]) -> Answer:
    """Whether the account is one of theirs; of one whose name was not read, unknown unless its address tells."""
    if mail in gone:
        return True
    return None if gone and not name else name in gone


def _last_success(accounts: pd.DataFrame, last_successes: LastSuccesses | Gap) -> "pd.Series[Any]":
    if isinstance(last_successes, Gap):
        return column([None] * len(accounts), accounts, TEXT)
    return look_up(accounts["id"], last_successes, "id", "last_successful_sign_in_date_time")
