"""Whom each policy concerns, of many people at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from checks.circles import NOBODY, Circle
from checks.conditional_access.conditions import ALL, by_kind, listed, with_strangers
from checks.conditional_access.people import Kind, Person, Standing
from checks.three_valued import Answer

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ternary:
    """An answer for each person."""

    surely: Mask
    perhaps: Mask
    """Also where it surely is."""

    def __or__(self, other: Self) -> "Ternary":
        return Ternary(self.surely | other.surely, self.perhaps | other.perhaps)

    def __and__(self, other: Self) -> "Ternary":
        return Ternary(self.surely & other.surely, self.perhaps & other.perhaps)

    def __invert__(self) -> "Ternary":
        return Ternary(~self.perhaps, ~self.surely)


@dataclass
class Population:
    """People whose groups and roles are looked up in one place."""

    people: Sequence[Person]
    standing: Standing
    _circles: dict[str, Ternary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows = {person.id: row for row, person in enumerate(self.people)}
        self._accounts = np.array([person.has_account for person in self.people], np.bool_)
        sorts: dict[tuple[frozenset[Kind], str | None, bool], int] = {}
        keys = ((person.kinds, person.tenant_id, person.has_account) for person in self.people)
        self._sort_of = np.array([sorts.setdefault(key, len(sorts)) for key in keys], np.intp)
        first = {int(sort): row for row, sort in reversed(list(enumerate(self._sort_of)))}
        self._examples = [self.people[first[sort]] for sort in range(len(sorts))]

    def concerned(self, users: object) -> tuple[Ternary, Ternary]:
        """Return whom a policy's `conditions.users` include, and whom they exclude."""
        if not isinstance(users, dict):
            return self.everybody(None), self.everybody(answer=False)
        return self._named(users, "include"), self._named(users, "exclude")

    def everybody(self, answer: Answer) -> Ternary:
        """Return the same answer for each."""
        size = len(self.people)
        return Ternary(np.full(size, answer is True), np.full(size, answer is not False))

    def _named(self, users: dict[str, object], side: str) -> Ternary:
        ids, groups, roles = (listed(users, f"{side}{kind}") for kind in ("Users", "Groups", "Roles"))
        unread = [with_strangers(users), *(named.or_unknown(answer=False) for named in (ids, groups, roles))]
        named = self._alike(lambda person: by_kind(users, side, person)) | self._having(Circle(ids.known))
        if ALL in ids.known:
            named |= self.everybody(answer=True)
        if None in unread:
            named |= self.everybody(None)
        for group in groups.known:
            named |= self._once(f"group {group}", partial(self._members, group))
        for role in roles.known:
            named |= self._once(f"role {role}", partial(self._holders, role))
        return named

    def _alike(self, question: Callable[[Person], Answer]) -> Ternary:
        """Ask one person of each sort."""
        answers = [question(person) for person in self._examples]
        surely = np.array([answer is True for answer in answers], np.bool_)
        perhaps = np.array([answer is not False for answer in answers], np.bool_)
        return Ternary(np.take(surely, self._sort_of), np.take(perhaps, self._sort_of))

    def _once(self, name: str, ask: Callable[[], Ternary]) -> Ternary:
        if name not in self._circles:
            self._circles[name] = ask()
        return self._circles[name]

    def _members(self, group: str) -> Ternary:
        memberships = self.standing.memberships
        return self._within(Circle(is_open=True) if memberships is None else memberships.of(group))

    def _holders(self, role: str) -> Ternary:
        roles = self.standing.roles
        if roles is None:
            found = self._within(Circle(is_open=True))
        else:
            found = self._within(roles.holders.get(role, NOBODY)) | self._within(roles.of_any)
        # somebody without an account holds none, or it is not told which
        return found | self._alike(lambda person: False if person.has_account else person.holds(role))

    def _within(self, circle: Circle) -> Ternary:
        """Return which accounts are in a circle."""
        found = self._having(circle)
        everybody = self.everybody(answer=None if circle.is_open else False)
        inside = found | everybody
        return Ternary(inside.surely & self._accounts, inside.perhaps & self._accounts)

    def _having(self, circle: Circle) -> Ternary:
        certain, possible = self._marked(circle.certain), self._marked(circle.possible)
        return Ternary(certain, certain | possible)

    def _marked(self, ids: Iterable[str]) -> Mask:
        mask = np.zeros(len(self.people), np.bool_)
        rows = [self._rows[each] for each in ids if each in self._rows]
        mask[rows] = True
        return mask
