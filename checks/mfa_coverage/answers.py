"""The three answers for an insurer: how many of how many, who is not, and what was not seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.conditional_access.situations import Way
from checks.mfa_coverage.model import GOOD, MfaCoverage, PersonCoverage, Protection
from checks.mfa_coverage.steps import LEAVES_UNKNOWN
from checks.model import Gap

ALL_ACCESS: Final = "all_access"
REMOTE_ACCESS: Final = "remote_access"
ADMINISTRATORS: Final = "administrators"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; whoever is in neither list is protected."""

    question: str
    protected: int
    """Everybody of whom an insurer may be told that MFA protects them."""
    people: int
    """Everybody who counts: emergency and synchronization accounts have rules of their own."""
    by_security_defaults: int
    weak_method: int
    managed_device: int
    """A number of its own, never among the protected."""
    exceptions: tuple[PersonCoverage, ...]
    unknown: tuple[PersonCoverage, ...]
    contradicted: tuple[PersonCoverage, ...]
    """Among the protected: the log shows a sign-in that the policies should have stopped."""
    unseen: tuple[str, ...]
    """What was not read and may change the answer."""


def answers(coverage: MfaCoverage, role_gaps: Sequence[Gap]) -> tuple[Answer, ...]:
    """Return the answers about all access, remote access and administrators.

    Args:
        coverage: Everybody.
        role_gaps: What keeps it from being known who is an administrator.
    """
    everybody = [person for person in coverage.people if person.counts is not False]
    administrators = [person for person in everybody if person.is_administrator or person.is_named_for_a_role]
    return (
        _answer(ALL_ACCESS, everybody, coverage, coverage.absent),
        _answer(REMOTE_ACCESS, everybody, coverage, coverage.absent),
        _answer(ADMINISTRATORS, administrators, coverage, [*role_gaps, *coverage.absent]),
    )


def by_protection(person: PersonCoverage) -> Protection:
    """Return what protects somebody anywhere; unknown where it is not sure that the account counts."""
    return _of_whoever_counts(person, person.protection)


def by_remote(person: PersonCoverage) -> Protection:
    """Return what protects somebody outside of the offices."""
    return _of_whoever_counts(person, person.remote)


def by_role(person: PersonCoverage) -> Protection:
    """Return what protects an administrator; unknown where it is not sure that it is one."""
    protection = by_protection(person)
    return protection if person.is_administrator or protection in GOOD else Protection.UNKNOWN


JUDGES: Final[Mapping[str, Callable[[PersonCoverage], Protection]]] = {
    ALL_ACCESS: by_protection,
    REMOTE_ACCESS: by_remote,
    ADMINISTRATORS: by_role,
}
"""What an answer goes by, by its question."""


def ways_for(question: str, person: PersonCoverage) -> tuple[Way, ...]:
    """Return the ways in that an answer is about."""
    return person.remote_ways if question == REMOTE_ACCESS else person.ways


def why_unknown(question: str, person: PersonCoverage) -> list[str]:
    """Return the codes of what may keep a verdict from being told."""
    codes = [step.says for step in person.chain if step.says in LEAVES_UNKNOWN]
    codes += ["account_unknown"] if person.counts is None else []
    return [*codes, *(["role_unknown"] if question == ADMINISTRATORS and not person.is_administrator else [])]


def _of_whoever_counts(person: PersonCoverage, protection: Protection) -> Protection:
    return protection if person.counts or protection in GOOD else Protection.UNKNOWN


def _answer(
    question: str,
    people: Iterable[PersonCoverage],
    coverage: MfaCoverage,
    hiding: Sequence[Gap],
) -> Answer:
    judged = [(person, JUDGES[question](person)) for person in people]
    verdicts = [protection for _, protection in judged]
    unknown = tuple(person for person, protection in judged if protection is Protection.UNKNOWN)
    gaps = [*hiding, *([*coverage.gaps, *coverage.registration_gaps] if unknown else [])]
    return Answer(
        question,
        protected=sum(protection in GOOD for protection in verdicts),
        people=len(judged),
        by_security_defaults=verdicts.count(Protection.SECURITY_DEFAULTS),
        weak_method=verdicts.count(Protection.WEAK_METHOD),
        managed_device=verdicts.count(Protection.MANAGED_DEVICE),
        exceptions=tuple(person for person, protection in judged if protection not in GOOD | {Protection.UNKNOWN}),
        unknown=unknown,
        contradicted=tuple(person for person, protection in judged if protection in GOOD and person.contradicted_at),
        unseen=tuple(dict.fromkeys(gap.need for gap in gaps)),
    )
