"""Which policies concern whom, as sets of policies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from checks.conditional_access.conditions import excludes, includes
from checks.conditional_access.people import Person, Standing
from checks.conditional_access.population import Population
from checks.conditional_access.rules import Rule
from checks.three_valued import all_of, negated

_MANY: Final = 32
"""From so many people on, whole groups are looked at instead of one person after the other."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Which policies concern a person; bit n stands for policy n."""

    surely: int
    perhaps: int
    """Those that surely do too."""
    spared: int
    """Policies that include the person, and exclude them too."""


@dataclass(frozen=True, slots=True)
class Concerns:
    """Tells which policies concern whom."""

    rules: Sequence[Rule]
    standing: Standing

    def of(self, people: Sequence[Person]) -> list[Concern]:
        """Return which policies concern each of them."""
        return list(map(self._of_one, people)) if len(people) < _MANY else self._of_many(people)

    def _of_one(self, person: Person) -> Concern:
        surely = perhaps = spared = 0
        for number, rule in enumerate(self.rules):
            included, excluded = includes(rule.users, person), excludes(rule.users, person)
            concerned = all_of([rule.holds, included, negated(excluded)])
            surely |= (concerned is True) << number
            perhaps |= (concerned is not False) << number
            spared |= (included is True and excluded is True) << number
        return Concern(surely, perhaps, spared)

    def _of_many(self, people: Sequence[Person]) -> list[Concern]:
        population = Population(people, self.standing)
        columns = []
        for rule in self.rules:
            included, excluded = population.concerned(rule.users)
            concerned = included & ~excluded & population.everybody(rule.holds)
            columns.append((concerned.surely, concerned.perhaps, included.surely & excluded.surely))
        if not columns:
            return [Concern(0, 0, 0)] * len(people)
        answers = np.array(columns, np.bool_)
        packed = [np.packbits(answers[:, kind].T, axis=1, bitorder="little") for kind in range(3)]
        rows = np.hstack(packed).tobytes()
        size = len(rows) // len(people)
        found: dict[bytes, Concern] = {}
        return [_concern(rows[start : start + size], found) for start in range(0, len(rows), size)]


def _concern(row: bytes, found: dict[bytes, Concern]) -> Concern:
    """Return the concern that three sets of bits are; people of whom they are the same share one."""
    if row not in found:
        third = len(row) // 3
        found[row] = Concern(*(int.from_bytes(row[start : start + third], "little") for start in (0, third, 2 * third)))
    return found[row]
