"""What accounts are for, and which of them have a rule of their own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Final

import pandas as pd

from checks.access import Holdings
from checks.administrator_roles import NO_ADMINISTRATORS, SYNCHRONIZATION_ROLES
from checks.conditional_access.people import Kind, Person
from checks.frame import records
from checks.mfa_coverage.model import AccountKind
from checks.model import Gap, Profile
from checks.registered_methods import RegisteredMethods
from checks.three_valued import Answer, all_of, any_of, negated
from scanner.snapshot.ledger import TableState

_SHARED: Final = frozenset({"SharedMailbox", "RoomMailbox", "EquipmentMailbox"})
_SERVICE: Final = re.compile(
    r"(svc|srv|service|scan|scanner|print|printer|copier|kopie|kopieur|backup|no-?reply|robot|bot|jobs|tablet)"
    r"([ ._\d-]|$)",
    re.IGNORECASE,
)
"""How names of accounts of devices and programs begin; a label that decides nothing."""
_SYNCHRONIZES: Final = re.compile(r"(Sync_[^@]*@|ADToAADSyncServiceAccount)", re.IGNORECASE)
"""How the addresses of accounts of directory synchronization begin by default."""
_SYNCHRONIZER: Final = "on-premises directory synchronization service account"
"""What Entra Connect calls the account it makes."""
_NAMELESS: Final = Gap("role_assignments", TableState.PARTIAL, "missing_value:role_definition_id", "rescan")
_PARTNER: Final = re.compile(
    r"\b(partner|vennoot|zaakvoerder|bestuurder|associ[ée]e?|g[ée]rante?|owner|eigenaar|director)\b", re.IGNORECASE
)
"""Job titles of whoever the firm belongs to; a group of the overview that decides nothing."""
_APART: Final = {AccountKind.GUEST: "guests", AccountKind.STAFF: "staff"}


@dataclass(frozen=True, slots=True)
class RoleHolders:
    """Who holds which kind of role."""

    administrators: frozenset[str]
    """Whoever holds an administrator role for certain, active or to be activated."""
    perhaps: frozenset[str]
    synchronizers: frozenset[str]
    """Whoever holds a role of directory synchronization for certain, active and for the whole directory."""
    is_open: bool
    """Whether anybody else may hold any role."""

    def is_administrator(self, person_id: str) -> Answer:
        """Whether somebody holds an administrator role."""
        if person_id in self.administrators:
            return True
        return None if self.is_open or person_id in self.perhaps else False

    def names(self, person_id: str) -> bool:
        """Whether an assignment that was read names somebody who holds an administrator role, or may."""
        return person_id in self.administrators or person_id in self.perhaps


def role_holders(holdings: Holdings | Gap) -> RoleHolders:
    """Return who holds which kind of role, nobody for certain where roles were not read."""
    if isinstance(holdings, Gap):
        return RoleHolders(frozenset(), frozenset(), frozenset(), is_open=True)
    certain, perhaps, synchronizers = set[str](), set[str](), set[str]()
    is_open = bool(holdings.gaps)
    for holding in holdings.known:
        if holding.role_id in SYNCHRONIZATION_ROLES:
            works = holding.is_active and holding.is_directory_wide
            synchronizers |= holding.holders.certain if works else frozenset()
        elif holding.role_id not in NO_ADMINISTRATORS:
            found = holding.holders if holding.role_id is not None else holding.holders.doubted()
            certain |= found.certain
            perhaps |= found.possible
            is_open |= found.is_open
    return RoleHolders(frozenset(certain), frozenset(perhaps), frozenset(synchronizers), is_open=is_open)


def gaps_of_roles(holdings: Holdings | Gap) -> tuple[Gap, ...]:
    """Return what keeps it from being known who is an administrator."""
    if isinstance(holdings, Gap):
        return (holdings,)
    is_nameless = any(holding.role_id is None for holding in holdings.known)
    return (*holdings.gaps, *([_NAMELESS] if is_nameless else []))


@dataclass(frozen=True, slots=True)
class Accounts:
    """Tells what an account is for."""

    emergency: frozenset[str]
    leavers: frozenset[str]
    """Names and addresses, lower case."""
    shared: frozenset[str]
    """Ids of the owners of mailboxes that belong to nobody in particular."""
    roles: RoleHolders
    methods: RegisteredMethods

    @classmethod
    def of(
        cls, profile: Profile, mailboxes: pd.DataFrame | Gap, roles: RoleHolders, methods: RegisteredMethods
    ) -> "Accounts":
        """Return what tells, given the rows of `mailboxes`."""
        rows = [] if isinstance(mailboxes, Gap) else records(mailboxes)
        today = profile.as_of.astimezone(UTC).date()
        return cls(
            frozenset(profile.break_glass),
            frozenset(_left(profile.leavers or {}, today)),
            frozenset(row["id"] for row in rows if row["recipient_type_details"] in _SHARED),
            roles,
            methods,
        )

    def is_left_out(self, row: Mapping[str, Any]) -> Answer:
        """Whether a rule of its own judges the account of a row of `users`."""
        name = row["user_principal_name"]
        unnamed = None if self.emergency else False
        is_emergency = unnamed if name is None else name.lower() in self.emergency
        return any_of([is_emergency, self.only_synchronizes(row)])

    def only_synchronizes(self, row: Mapping[str, Any]) -> Answer:
        """Whether the account of a row of `users` synchronizes the directory, and nothing besides.

        The role alone exempts nobody, for anybody can be given it, nor does a name: anybody can be called so.
        """
        is_called_so = _is_called_synchronizer(row)
        if row["id"] in self.roles.synchronizers:
            looks_so = any_of([is_called_so, self._is_bare(row)])
            return all_of([looks_so, negated(self.roles.is_administrator(row["id"]))])
        return None if self.roles.is_open and is_called_so else False

    def _is_bare(self, row: Mapping[str, Any]) -> Answer:
        """Whether nobody works with the account: no licence, and nothing registered but a password."""
        licences, methods = row["assigned_licenses"], self.methods.of(row["id"])
        nothing = None if methods.known <= {"password"} and not methods.is_whole else methods.known <= {"password"}
        return all_of([None if licences is None else not licences, nothing])

    def counts(self, row: Mapping[str, Any]) -> Answer:
        """Whether the account can sign in and has no rule of its own."""
        return all_of([row["account_enabled"], negated(self.is_left_out(row))])

    def kind(self, row: Mapping[str, Any], person: Person) -> AccountKind:
        """Return what the account of a row of `users` is for; where that is not sure, what decides least."""
        name, mail = ((row[each] or "").lower() for each in ("user_principal_name", "mail"))
        if name in self.emergency:
            return AccountKind.EMERGENCY
        if self.only_synchronizes(row):
            return AccountKind.SYNCHRONIZATION
        if self.leavers & {name, mail}:
            return AccountKind.LEAVER
        if row["id"] in self.shared:
            return AccountKind.SHARED_MAILBOX
        if person.kinds.isdisjoint({Kind.INTERNAL}):
            return AccountKind.GUEST
        return AccountKind.SERVICE if _is_service(row, name) else AccountKind.STAFF

    def groups(self, row: Mapping[str, Any], kind: AccountKind) -> tuple[str, ...]:
        """Return the groups of the overview that the account of a row of `users` is in."""
        own = _APART.get(kind, "others")
        if own == "staff" and _PARTNER.search(row["job_title"] or ""):
            own = "partners"
        is_administrator = self.roles.is_administrator(row["id"])
        return (own, "administrators") if is_administrator and kind is not AccountKind.EMERGENCY else (own,)


def _left(leavers: Mapping[str, date], today: date) -> set[str]:
    return {name.strip().lower() for name, day in leavers.items() if day < today}


def _is_called_synchronizer(row: Mapping[str, Any]) -> bool:
    names = (row["user_principal_name"] or "", row["display_name"] or "")
    return any(_SYNCHRONIZES.match(each) for each in names) or names[1].strip().lower() == _SYNCHRONIZER


def _is_service(row: Mapping[str, Any], name: str) -> bool:
    return any(_SERVICE.match(each) for each in (name.split("@", maxsplit=1)[0], row["display_name"] or ""))
