"""MFA coverage as plain JSON: three answers, everybody, and what each policy does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.conditional_access.situations import Way
from checks.mfa_coverage.answers import JUDGES, Answer, answers, ways_for, why_unknown
from checks.mfa_coverage.matrix import matrix
from checks.mfa_coverage.model import MfaCoverage, PersonCoverage, Protection, Step
from checks.mfa_coverage.policies import SignInPolicies
from checks.model import Gap, Profile

Json = dict[str, Any]


def exhibit(coverage: MfaCoverage, policies: SignInPolicies, role_gaps: Sequence[Gap], profile: Profile) -> Json:
    """Return what ID-01 shows: `answers`, `people` by id, and `matrix`.

    Args:
        coverage: Everybody.
        policies: The tenant's.
        role_gaps: What keeps it from being known who is an administrator.
        profile: Names the offices.
    """
    writer = _Writer(coverage)
    return {
        "answers": [writer.answer(answer) for answer in answers(coverage, role_gaps)],
        "people": [writer.person(person) for person in coverage.people],
        "matrix": matrix(policies, policies.offices(profile.office_locations).found),
    }


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes people down; people with the same policies share their ways."""

    coverage: MfaCoverage
    written: dict[int, list[Json]] = field(default_factory=dict)

    def answer(self, answer: Answer) -> Json:
        judge = JUDGES[answer.question]
        return {
            "question": answer.question,
            "protected": answer.protected,
            "of": answer.people,
            "by_security_defaults": answer.by_security_defaults,
            "weak_method": answer.weak_method,
            "managed_device": answer.managed_device,
            "exceptions": [
                {
                    "id": person.id,
                    "name": person.name,
                    "protection": judge(person).value,
                    "ways": self._ways(ways_for(answer.question, person)),
                }
                for person in answer.exceptions
            ],
            "unknown": [
                {"id": person.id, "name": person.name, "why": why_unknown(answer.question, person)}
                for person in answer.unknown
            ],
            "contradicted": [
                {"id": person.id, "name": person.name, "at": person.contradicted_at} for person in answer.contradicted
            ],
            "unseen": list(answer.unseen),
        }

    def person(self, person: PersonCoverage) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "user_principal_name": person.user_principal_name,
            "kind": person.kind.value,
            "groups": list(person.groups),
            "protection": person.protection.value,
            "remote": person.remote.value,
            "ways": [] if person.protection is Protection.PROTECTED else self._ways(person.ways),
            "chain": [_step(step) for step in person.chain],
        }

    def _ways(self, ways: tuple[Way, ...]) -> list[Json]:
        if id(ways) not in self.written:
            self.written[id(ways)] = [way.as_json(self.coverage.names) for way in ways]
        return self.written[id(ways)]


def _step(step: Step) -> Json:
    return {"link": step.link, "says": step.says, "details": list(step.details)}
