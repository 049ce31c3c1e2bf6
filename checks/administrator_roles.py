"""Which roles make an administrator, and who holds them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from checks.access import Holding, Holdings
from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXTS, column, each, plain, records, where
from checks.model import Gap, Profile
from checks.three_valued import Answer

GLOBAL_ADMINISTRATOR: Final = "62e90394-69f5-4237-9190-012177145e10"
"""Template of the role that may do everything; for a role of Microsoft's the template is its id."""

SYNCHRONIZATION_ROLES: Final = frozenset(
    {
        "d29b2b05-8046-44ba-8758-1e26182fcf32",  # Directory Synchronization Accounts
        "a92aed5d-d78a-4d16-b381-09adb37eb3b0",  # On Premises Directory Sync Account
    }
)
"""Templates of the roles of accounts that synchronise; they cannot answer a second question."""

NO_ADMINISTRATORS: Final = SYNCHRONIZATION_ROLES | {
    "a0b1b346-4d3e-4e8b-98f8-753987be4970",  # User
    "10dae51f-b6af-4016-8d66-8c2a99b929b3",  # Guest User
    "2af84b1e-32c8-42b7-82bc-daa82404023b",  # Restricted Guest User
    "95e79109-95c0-4d8e-aee3-d01accf2d47b",  # Guest Inviter
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",  # Directory Readers
    "4a5d8f65-41da-4de4-8968-e035b65339cf",  # Reports Reader
    "75934031-6c7e-415a-99d7-48dbd49e875e",  # Usage Summary Reports Reader
    "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b",  # Message Center Reader
}
"""Templates of roles that administer nothing and read nothing secret."""


@dataclass(frozen=True, slots=True)
class Held:
    """A role in the hands of one person."""

    role_id: str | None
    is_active: bool
    through_group: bool

    @property
    def ways(self) -> tuple[str, ...]:
        """How it is held, in words of the evidence."""
        return ("active" if self.is_active else "eligible", *(["through_group"] if self.through_group else []))


def roles_of_people(holdings: Iterable[Holding]) -> Mapping[str, list[Held]]:
    """Return the administrator roles of each person; whoever else may hold one is in the gaps of the holdings."""
    found: dict[str, list[Held]] = {}
    for holding in holdings:
        if holding.role_id in NO_ADMINISTRATORS:
            continue
        for person_id in holding.holders.certain:
            through_group = person_id != holding.principal_id
            found.setdefault(person_id, []).append(Held(holding.role_id, holding.is_active, through_group))
    return found


def is_administrator(roles: Sequence[Held]) -> Answer:
    """Whether somebody holds an administrator role; unknown where it was not read which role it is."""
    if any(held.role_id is not None for held in roles):
        return True
    return None if roles else False


def role_names(role_definitions: pd.DataFrame | Gap) -> Mapping[str, str | None]:
    """Return the name of each role by its id."""
    if isinstance(role_definitions, Gap):
        return {}
    return {row["id"]: row["display_name"] for row in records(role_definitions)}


def names_of_roles(roles: Iterable[Held], names: Mapping[str, str | None]) -> list[str]:
    """Return what the roles are called; one whose name was not read, by its id."""
    return sorted({names.get(held.role_id) or held.role_id for held in roles if held.role_id is not None})


def ways_held(roles: Iterable[Held]) -> list[str]:
    """Return how somebody holds roles: `active`, `eligible`, `through_group`."""
    return sorted({way for held in roles for way in held.ways})


@dataclass(frozen=True, slots=True)
class Administrators:
    """The accounts that hold an administrator role, or may hold one: emergency and blocked accounts left out."""

    accounts: pd.DataFrame
    """Their rows of `users`, with the column `counts`: null where that is not sure."""
    roles: list[list[Held]]
    """By account."""

    @property
    def ids(self) -> list[str]:
        """The ids of the accounts."""
        return plain(self.accounts["id"])

    def none(self) -> "Administrators":
        """Return nobody."""
        return Administrators(self.accounts.head(0), [])

    def evidence(self, names: Mapping[str, str | None]) -> dict[str, "pd.Series[Any]"]:
        """Return the evidence `roles` and `held`, given the names of roles."""
        return {
            "roles": column([names_of_roles(roles, names) for roles in self.roles], self.accounts, TEXTS),
            "held": column(list(map(ways_held, self.roles)), self.accounts, TEXTS),
        }


def administrators(
    users: pd.DataFrame, holdings: Holdings, profile: Profile, *, with_guests: bool = True
) -> Administrators:
    """Return whoever holds an administrator role, active or to be activated, directly or through a group.

    Args:
        users: At least `id`, `user_principal_name`, `account_enabled` and `user_type`.
        holdings: Who holds which role; its gaps are for the caller to name.
        profile: Names the emergency accounts.
        with_guests: Whether accounts of other organizations count.
    """
    held = roles_of_people(holdings.known)
    holds = [is_administrator(held.get(user_id, [])) for user_id in plain(users["id"])]
    counts = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
    counts &= column(holds, users, BOOL)
    if not with_guests:
        counts &= ~each(users["user_type"], lambda kind: kind.lower() == "guest")
    accounts = where(users.assign(counts=counts), counts).possible
    return Administrators(accounts, [held.get(user_id, []) for user_id in plain(accounts["id"])])
