"""People who belong together, as far as that was read: the members of a group, the holders of a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from checks.model import Gap
from checks.three_valued import Answer, any_of


@dataclass(frozen=True, slots=True)
class Circle:
    """Who belongs, by id."""

    certain: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()
    """Who may belong."""
    is_open: bool = False
    """Whether anybody else may belong, because something was not read."""

    def has(self, member_id: str) -> Answer:
        """Whether somebody belongs."""
        if member_id in self.certain:
            return True
        return None if self.is_open or member_id in self.possible else False

    def doubted(self) -> Self:
        """Return the same circle, nobody in it for certain."""
        return type(self)(frozenset(), self.certain | self.possible, self.is_open)

    def __or__(self, other: "Circle") -> "Circle":
        """Return who belongs to either."""
        return Circle(
            self.certain | other.certain, self.possible | other.possible, is_open=self.is_open or other.is_open
        )


NOBODY: Final = Circle()
ANYBODY: Final = Circle(is_open=True)


@dataclass(frozen=True, slots=True)
class Memberships:
    """Who is in which group, members of members included."""

    members: Mapping[str, frozenset[str]]
    """By group; of every group that a policy or a role names. One that is not here has no members."""
    unread: frozenset[str]
    """Groups whose members could not be read."""

    def knows(self, group_id: str) -> bool:
        """Whether this is surely a group: it has members, or they could not be read."""
        return group_id in self.members or group_id in self.unread

    def of(self, group_id: str) -> Circle:
        """Return the members of a group; of one that does not exist any more: nobody."""
        return Circle(self.members.get(group_id, frozenset()), is_open=group_id in self.unread)


@dataclass(frozen=True, slots=True)
class Roles:
    """Whom a policy that is about a role concerns.

    Only holders of built-in roles, for the whole directory, while the role is active: not whoever holds it
    for an administrative unit, and nobody by a role that the firm made itself. Whoever may activate a role
    is concerned at some times and not at others.
    """

    holders: Mapping[str, Circle]
    """By id of the role."""
    of_any: Circle = NOBODY
    """Who may hold any role: which one was not read."""
    gaps: tuple[Gap, ...] = ()
    """What was not read, where that leaves somebody unknown."""

    def has(self, role_id: str, person_id: str) -> Answer:
        """Whether a policy about the role concerns the person."""
        return any_of([self.holders.get(role_id, NOBODY).has(person_id), self.of_any.has(person_id)])
