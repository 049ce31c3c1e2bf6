"""What the checks on MFA coverage share: people as rows, with their evidence."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd

from checks.frame import BOOL, TEXT, column, judged, objects
from checks.mfa_coverage.model import MfaCoverage, PersonCoverage
from checks.model import EvidenceKind, Gap, Outcome
from checks.three_valued import Answer, all_of

EVIDENCE: Final = {
    "user_type": EvidenceKind.CONDITION,
    "kind": EvidenceKind.CONDITION,
    "protection": EvidenceKind.CONDITION,
    "ways_in": EvidenceKind.CONDITION,
}
"""Evidence of the checks on what is demanded."""


def frame_of(people: Sequence[PersonCoverage]) -> pd.DataFrame:
    """Return one row per person: `id`, `name`."""
    return pd.DataFrame({"id": [each.id for each in people], "name": [each.name for each in people]}, dtype=object)


def evidence_of(
    people: Sequence[PersonCoverage], frame: pd.DataFrame, coverage: MfaCoverage
) -> dict[str, "pd.Series[Any]"]:
    """Return the columns of `EVIDENCE`; ways are JSON as `Way.as_json` writes it."""
    ways = [[way.as_json(coverage.names) for way in person.ways] for person in people]
    return {
        "user_type": column([each.user_type for each in people], frame, TEXT),
        "kind": column([each.kind.value for each in people], frame, TEXT),
        "protection": column([each.protection.value for each in people], frame, TEXT),
        "ways_in": column(ways, frame, object),
    }


def is_let_in(person: PersonCoverage) -> Answer:
    """Whether somebody who counts gets in with the password alone."""
    return all_of([person.counts, person.is_let_in])


def outcome(
    people: Sequence[PersonCoverage],
    evidence: dict[str, "pd.Series[Any]"],
    fails: Callable[[PersonCoverage], Answer],
    gaps: Sequence[Gap],
    note: str = "",
) -> Outcome:
    """Make the outcome of a check that judges people; `gaps` count where somebody is unknown."""
    frame = frame_of(people)
    named = objects(frame, ["id"], ["name", "id"], evidence)
    answers = [fails(person) for person in people]
    return judged(named, column(answers, frame, BOOL), gaps=tuple(gaps) if None in answers else (), note=note)
