"""Users as Conditional Access sees them."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final

from checks.circles import Memberships, Roles
from checks.three_valued import Answer

_EXTERNAL_MARK: Final = "#ext#"
"""Entra writes it into the user principal name of every account that signs in elsewhere."""


class Kind(StrEnum):
    """Kinds of people, by Graph's names for those from outside; the last three have no user object."""

    INTERNAL = "internal"
    INTERNAL_GUEST = "internalGuest"
    B2B_GUEST = "b2bCollaborationGuest"
    B2B_MEMBER = "b2bCollaborationMember"
    DIRECT_CONNECT = "b2bDirectConnectUser"
    OTHER_EXTERNAL = "otherExternalUser"
    SERVICE_PROVIDER = "serviceProvider"


_KINDS: Final = {
    (False, False): Kind.INTERNAL,
    (False, True): Kind.INTERNAL_GUEST,
    (True, False): Kind.B2B_MEMBER,
    (True, True): Kind.B2B_GUEST,
}
_POSSIBLE: Final[dict[Answer, tuple[bool, ...]]] = {True: (True,), False: (False,), None: (True, False)}
_POSSIBLE_KINDS: Final = {
    (external, guest): frozenset(_KINDS[pair] for pair in product(_POSSIBLE[external], _POSSIBLE[guest]))
    for external, guest in product(_POSSIBLE, _POSSIBLE)
}
"""Every kind that an account may be, given what is known of whether it is external, and a guest."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where everybody's groups and roles are looked up."""

    memberships: Memberships | None
    """None where they were not read; so for the roles."""
    roles: Roles | None


UNREAD: Final = Standing(None, None)


@dataclass(frozen=True, slots=True)
class Person:
    """One user object, or anybody from outside who has none."""

    id: str
    kinds: frozenset[Kind]
    """Every kind the account may be, given what was read; one where all was."""
    standing: Standing
    tenant_id: str | None = None
    """Home tenant; None where it was not read."""
    has_account: bool = True
    """Whether there is a user object, which groups and roles could name."""

    @classmethod
    def of(
        cls, user_id: str, user_principal_name: str | None, user_type: str | None, standing: Standing = UNREAD
    ) -> "Person":
        """Return the person of a row of `users`; null properties leave several kinds possible."""
        external = None if user_principal_name is None else _EXTERNAL_MARK in user_principal_name.lower()
        guest = None if user_type is None else user_type.lower() == "guest"
        return cls(user_id, _POSSIBLE_KINDS[external, guest], standing)

    @classmethod
    def external(cls, kind: Kind, tenant_id: str) -> "Person":
        """Return anybody of a kind and a tenant, who has no user object here.

        Args:
            kind: How they come in; a kind of guest means one whom nobody has put into a group yet.
            tenant_id: Their home tenant, or `OTHER` for any that no policy names.
        """
        return cls(f"{kind.value}:{tenant_id}", frozenset({kind}), UNREAD, tenant_id, has_account=False)

    def is_in(self, group_id: str) -> Answer:
        """Whether the person is a member of a group, directly or through other groups."""
        if not self.has_account:
            return False
        memberships = self.standing.memberships
        return None if memberships is None else memberships.of(group_id).has(self.id)

    def holds(self, role_id: str) -> Answer:
        """Whether a policy about a role concerns the person."""
        if not self.has_account:
            # a partner's technicians hold roles by a relationship that names none of them
            return None if Kind.SERVICE_PROVIDER in self.kinds else False
        roles = self.standing.roles
        return None if roles is None else roles.has(role_id, self.id)

    def is_any_of(self, kinds: frozenset[Kind]) -> Answer:
        """Whether the account is of one of `kinds`."""
        if self.kinds <= kinds:
            return True
        return None if self.kinds & kinds else False
